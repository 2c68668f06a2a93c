"""`britive-scim demo`: an Okta-style provisioning run, every step verified by reading back.

Without arguments it runs against an emulated tenant in this process: a tenant is prepared through the
admin API, people and groups are pushed through SCIM, and the result is looked at from the admin side.
With `--base-url` the SCIM half runs against a real endpoint, and what it made is deleted again.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TextIO

from britive_scim import AdminClient, RetryPolicy, ScimClient, Settings, scim
from britive_scim.errors import BritiveScimError, ConfigurationError, NotFound
from britive_scim.scim import names
from britive_scim.testing import Tenant
from britive_scim.wire.settings import AttemptEvent, read_environment

__all__ = ["run_embedded", "run_remote"]

MAPPINGS = {"Mobile": 'phoneNumbers[type eq "mobile"].value'}
CUSTOM_ATTRIBUTES = ["costCode"]


class VerificationError(Exception):
    """What was read back is not what was asked for."""


class DemoRun:
    """One run: prints each step and exchange, and remembers what was not verified."""

    def __init__(self, out: TextIO, *, use_colour: bool) -> None:
        self._out = out
        self._use_colour = use_colour
        self._started = time.perf_counter()
        self.step_count = 0
        self.exchange_count = 0
        self.failures: list[str] = []

    @property
    def settings(self) -> Settings:
        """Settings of a client whose exchanges are shown."""
        return Settings(hooks=(self._print_exchange,))

    def print_line(self, text: str = "") -> None:
        """Print one line."""
        print(text, file=self._out)

    @contextmanager
    def step(self, title: str) -> Generator[None, None, None]:
        """Run one step; what it raises of ours is shown, remembered, and ends the run."""
        self.step_count += 1
        self.print_line(self._colourise("1", f"\n{self.step_count}. {title}"))
        try:
            yield
        except (BritiveScimError, VerificationError) as error:
            self.failures.append(title)
            self.print_line(self._colourise("31", f"   ✗ {error}"))
            raise _StepFailed from None

    def verify(self, claim: str, actual: object, expected: object) -> None:
        """Show that `actual` is `expected`; a claim that ends in "is" is told with the value.

        Raises:
            Unverified: it is not.
        """
        if actual != expected:
            raise VerificationError(f"{claim}: expected {expected!r}, found {actual!r}")
        shown = f" {actual}" if claim.endswith(" is") else ""
        self.print_line(self._colourise("32", f"   ✓ {claim}{shown}"))

    def finish(self) -> int:
        """Print the last line and return the exit status."""
        seconds = time.perf_counter() - self._started
        told = f"{self.step_count} steps, {self.exchange_count} exchanges, {seconds:.2f} s"
        if self.failures:
            self.print_line(
                self._colourise("1;31", f"\nNot verified: {'; '.join(self.failures)} ({told})")
            )
            return 1
        self.print_line(self._colourise("1;32", f"\nEvery step verified by reading back: {told}"))
        return 0

    def _print_exchange(self, exchange: AttemptEvent) -> None:
        self.exchange_count += 1
        status = exchange.status or exchange.failure_reason or "no answer"
        line = (
            f"{exchange.method:>6} {exchange.path:<58} {status}  {exchange.seconds * 1000:.1f} ms"
        )
        self.print_line(self._colourise("2", f"  {line}"))

    def _colourise(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._use_colour else text


class _StepFailed(Exception):
    """A step failed: nothing behind it can be shown."""


def run_embedded(out: TextIO | None = None) -> int:
    """Run the whole story on an emulated tenant; return 0 if every step was verified.

    Args:
        out: where the story is told, standard output if not given.
    """
    demo = DemoRun(out or sys.stdout, use_colour=_can_use_colour(out))
    tenant = Tenant("acme")
    demo.print_line(
        f"An emulated Britive tenant at {tenant.base_url}; nothing leaves this process."
    )
    britive = AdminClient(
        "acme", tenant.api_token, transport=tenant.transport(), settings=demo.settings
    )
    try:
        okta = _prepare_tenant(demo, britive)
        people = _push_users_and_groups(demo, okta, custom=True, suffix="acme")
        _verify_admin_view(demo, britive, people)
    except _StepFailed:
        pass
    return demo.finish()


def run_remote(base_url: str, out: TextIO | None = None) -> int:
    """Run the SCIM half against a real endpoint and clean up; return 0 if every step was verified.

    Args:
        base_url: base URL of the SCIM endpoint; its token is read from `BRITIVE_SCIM_TOKEN`.
        out: where the story is told, standard output if not given.

    Raises:
        ConfigurationError: the token is missing, or the address cannot be used.
    """
    token = read_environment({"BRITIVE_SCIM_TOKEN": "the SCIM token"}, os.environ)
    demo = DemoRun(out or sys.stdout, use_colour=_can_use_colour(out))
    with ScimClient(
        base_url, token["BRITIVE_SCIM_TOKEN"], settings=demo.settings, retry=RetryPolicy(total=30)
    ) as client:
        made: list[Callable[[], None]] = []
        try:
            custom = _has_custom_extension(client)
            _push_users_and_groups(
                demo,
                client,
                custom=custom,
                suffix=f"demo-{secrets.token_hex(4)}",
                undo_actions=made,
            )
        except _StepFailed:
            pass
        _clean_up(demo, made)
    return demo.finish()


# ----------------------------------------------------------------------------- the three acts


def _prepare_tenant(demo: DemoRun, britive: AdminClient) -> ScimClient:
    def set_up() -> ScimClient:
        connection = britive.set_up_provisioning(
            "Okta Workforce",
            scim_provider="Generic",
            token_days=90,
            mappings=MAPPINGS,
            custom_attributes=CUSTOM_ATTRIBUTES,
        )
        demo.print_line("\n".join(f"   {line}" for line in str(connection).splitlines()))
        demo.verify("a SCIM token was made, and is shown nowhere", connection.token_created, True)
        return connection.client()

    with demo.step("Prepare the tenant through the admin API: one call, the whole guide"):
        okta = set_up()
    with demo.step("The same call again changes nothing"):
        again = britive.set_up_provisioning(
            "Okta Workforce", mappings=MAPPINGS, custom_attributes=CUSTOM_ATTRIBUTES
        )
        demo.verify("nothing changed", again.changed, False)
        demo.verify("the token stays as it was", (again.token_created, again.token), (False, None))
    return okta


def _push_users_and_groups(
    demo: DemoRun,
    client: ScimClient,
    *,
    custom: bool,
    suffix: str,
    undo_actions: list[Callable[[], None]] | None = None,
) -> list[scim.User]:
    undo: list[Callable[[], None]] = [] if undo_actions is None else undo_actions
    with demo.step("Test the connection, as Okta does"):
        report = client.check()
        if report.problem:
            raise VerificationError(report.problem)
        demo.verify("reachable and authorised", report.ok, True)

    people: list[scim.User] = []
    with demo.step("Push new users, with enterprise and custom attributes"):
        for wanted in _build_users(suffix, custom=custom):
            name = wanted.user_name or ""
            if client.users.find_by_user_name(name) is not None:
                raise VerificationError(f"{name} is there before it was pushed")
            created = client.users.create(wanted)
            undo.append(partial(client.users.delete, created))
            people.append(client.users.get(created))
        demo.verify("three users are there", len({user.id for user in people}), 3)
        ana = people[0]
        demo.verify("their names are as sent", ana.full_name, "Ana Diaz")
        demo.verify("the department is", ana.enterprise and ana.enterprise.department, "Research")
        if custom:
            demo.verify("the custom attribute costCode is", ana.at(_COST_CODE_PATH), "R-100")

    ana, bo, cy = people
    with demo.step("Push groups with members"):
        research = client.groups.create(scim.Group(display_name=f"Research {suffix}"))
        undo.append(partial(client.groups.delete, research))
        client.groups.add_members(research, [ana, bo])
        demo.verify("two members are in", _get_member_ids(client, research), {ana.id, bo.id})

    with demo.step("Update a profile"):
        found = client.users.get(ana)
        client.users.replace(found.model_copy(update={"title": "Head of Research"}))
        demo.verify("the title is", client.users.get(ana).title, "Head of Research")

    with demo.step("Deactivate"):
        client.users.deactivate(bo)
        demo.verify("active is", client.users.get(bo).active, False)

    with demo.step("Reactivate"):
        client.users.reactivate(bo)
        demo.verify("active is", client.users.get(bo).active, True)

    with demo.step("Rename the group"):
        client.groups.rename(research, f"Science {suffix}")
        demo.verify("the name is", client.groups.get(research).display_name, f"Science {suffix}")

    with demo.step("Change its members"):
        client.groups.remove_members(research, [ana])
        client.groups.add_members(research, [cy])
        demo.verify("the members are Bo and Cy", _get_member_ids(client, research), {bo.id, cy.id})
    return people


def _verify_admin_view(demo: DemoRun, britive: AdminClient, people: Sequence[scim.User]) -> None:
    with demo.step("Look at the result from the admin side"):
        users = {user.username: user for user in britive.users.list() if user.external}
        pushed = {person.user_name for person in people}
        demo.verify("the users are external users of the tenant", set(users), pushed)
        ana = users[people[0].user_name]
        demo.verify("all of them are active", {u.status for u in users.values()}, {"active"})
        demo.verify("the mapped mobile number is", ana.mobile, "+34 600 100 100")
        tags = {tag.name: tag for tag in britive.tags.list()}
        demo.verify("the group is a tag", list(tags), ["Science acme"])
        demo.verify("it counts its members", tags["Science acme"].user_count, 2)


def _clean_up(demo: DemoRun, undo_actions: list[Callable[[], None]]) -> None:
    if not undo_actions:
        return
    try:
        with demo.step("Delete what the demo made"):
            troubles: list[str] = []
            for undo in reversed(undo_actions):
                try:
                    undo()
                except NotFound:
                    continue  # gone already is gone
                except BritiveScimError as error:
                    troubles.append(str(error))  # go on: the rest shall go, too
            demo.verify("all of it is gone", troubles, [])
    except _StepFailed:
        pass


# ----------------------------------------------------------------------------- who is pushed

_COST_CODE_PATH = f"{names.CUSTOM_USER}:costCode"


def _build_users(suffix: str, *, custom: bool) -> Iterator[scim.User]:
    for number, (given, family) in enumerate([("Ana", "Diaz"), ("Bo", "Lund"), ("Cy", "Ono")], 1):
        user = scim.User.of(
            email=f"{given.lower()}.{suffix}@example.com", given_name=given, family_name=family
        )
        user.external_id = f"{suffix}-{number}"
        user.enterprise = scim.EnterpriseUser(department="Research", employee_number=f"{number}00")
        user.phone_numbers = [
            scim.PhoneNumber(type="mobile", value=f"+34 600 {number}00 {number}00")
        ]
        if custom:
            user.custom = scim.CustomUser.from_wire({"costCode": f"R-{number}00"})
        yield user


def _get_member_ids(client: ScimClient, group: scim.Group) -> set[str | None]:
    return {member.value for member in client.groups.get(group).members or []}


def _has_custom_extension(client: ScimClient) -> bool:
    """Return whether the endpoint takes Britive's custom extension; without discovery it is Britive's, and does."""
    try:
        types = client.resource_types()
    except ConfigurationError:
        raise
    except BritiveScimError:
        return True
    extensions = {
        extension.schema_
        for kind in types
        if kind.name == "User"
        for extension in kind.schema_extensions or []
    }
    return not types or names.CUSTOM_USER in extensions


def _can_use_colour(out: TextIO | None) -> bool:
    return out is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
