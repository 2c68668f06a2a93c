"""`britive-scim demo`: an Okta-style provisioning run, every step verified by reading back.

By default it runs against an emulated tenant in this process: it prepares the tenant through the admin API,
pushes users and groups through SCIM, and verifies the result in the admin API. With `--base-url` the SCIM
part runs against a real endpoint, and everything created is deleted.
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
from britive_scim.cli.arguments import CommandParser, add_json_option
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json
from britive_scim.errors import BritiveScimError, ConfigurationError, NotFound
from britive_scim.scim import names
from britive_scim.testing import Tenant
from britive_scim.wire.settings import AttemptEvent, read_environment

__all__ = ["main", "run_embedded", "run_remote"]

MAPPINGS = {"Mobile": 'phoneNumbers[type eq "mobile"].value'}
CUSTOM_ATTRIBUTES = ["costCode"]


class VerificationError(Exception):
    """A value read back differs from the expected one."""


class DemoRun:
    """One run of the demo: prints steps and exchanges, and records failed steps."""

    def __init__(self, out: TextIO, *, use_ansi: bool) -> None:
        self._out = out
        self._use_ansi = use_ansi
        self._started = time.perf_counter()
        self.step_count = 0
        self.exchange_count = 0
        self.failures: list[str] = []

    @property
    def settings(self) -> Settings:
        """Settings that make a client print its exchanges."""
        return Settings(hooks=(self._print_exchange,))

    def print_line(self, text: str = "") -> None:
        """Print one line."""
        print(text, file=self._out)

    @contextmanager
    def step(self, title: str) -> Generator[None, None, None]:
        """Run one step; an error of this package is printed and recorded, and ends the run."""
        self.step_count += 1
        self.print_line(self._style("1", f"\n{self.step_count}. {title}"))
        try:
            yield
        except (BritiveScimError, VerificationError) as error:
            self.failures.append(title)
            self.print_line(self._style("31", f"   ✗ {error}"))
            raise _StepFailed from None

    def verify(self, claim: str, actual: object, expected: object) -> None:
        """Print that `actual` equals `expected`, with the value if the claim ends in "is".

        Raises:
            VerificationError: they differ.
        """
        if actual != expected:
            raise VerificationError(f"{claim}: expected {expected!r}, got {actual!r}")
        value = f" {actual}" if claim.endswith(" is") else ""
        self.print_line(self._style("32", f"   ✓ {claim}{value}"))

    def finish(self) -> None:
        """Print the last line."""
        seconds = time.perf_counter() - self._started
        summary = f"{self.step_count} steps, {self.exchange_count} exchanges, {seconds:.2f} s"
        if self.failures:
            line = self._style("1;31", f"\nNot verified: {'; '.join(self.failures)} ({summary})")
        else:
            line = self._style("1;32", f"\nEvery step verified by reading back: {summary}")
        self.print_line(line)

    def _print_exchange(self, exchange: AttemptEvent) -> None:
        self.exchange_count += 1
        status = exchange.status or exchange.failure_reason or "no response"
        line = (
            f"{exchange.method:>6} {exchange.path:<58} {status}  {exchange.seconds * 1000:.1f} ms"
        )
        self.print_line(self._style("2", f"  {line}"))

    def _style(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._use_ansi else text


class _StepFailed(Exception):
    """A step failed, and the run ends."""


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim demo` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim demo",
        description="Prepare an emulated Britive tenant, push users and groups as Okta does, and verify "
        "each step\nby reading back. No request leaves this process, unless --base-url is given.",
    )
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="run the SCIM part against this endpoint instead, with the token in BRITIVE_SCIM_TOKEN, "
        "and delete everything created",
    )
    add_json_option(parser)
    options = parser.parse_all(arguments)
    out = sys.stderr if options.json else None
    base_url: str | None = options.base_url
    demo = run_remote(base_url, out) if base_url else run_embedded(out)
    if options.json:
        print_json(
            {
                "ok": not demo.failures,
                "steps": demo.step_count,
                "exchanges": demo.exchange_count,
                "failures": demo.failures,
            }
        )
    return ExitStatus.ERROR if demo.failures else ExitStatus.DONE


def run_embedded(out: TextIO | None = None) -> DemoRun:
    """Run the demo against an emulated tenant, and return the run.

    Args:
        out: output stream; standard output by default.
    """
    demo = DemoRun(out or sys.stdout, use_ansi=_can_use_ansi(out))
    tenant = Tenant("acme")
    demo.print_line(
        f"An emulated Britive tenant at {tenant.base_url}; nothing leaves this process."
    )
    britive = tenant.admin_client(settings=demo.settings)
    try:
        okta = _prepare_tenant(demo, britive)
        people = _push_users_and_groups(demo, okta, custom=True, suffix="acme")
        _verify_admin_view(demo, britive, people)
    except _StepFailed:
        pass
    demo.finish()
    return demo


def run_remote(base_url: str, out: TextIO | None = None) -> DemoRun:
    """Run the SCIM part against a real endpoint and clean up, and return the run.

    Args:
        base_url: base URL of the SCIM endpoint; `BRITIVE_SCIM_TOKEN` has its token.
        out: output stream; standard output by default.

    Raises:
        ConfigurationError: the token is missing, or the URL is invalid.
    """
    token = read_environment({"BRITIVE_SCIM_TOKEN": "the SCIM token"}, os.environ)
    demo = DemoRun(out or sys.stdout, use_ansi=_can_use_ansi(out))
    with ScimClient(
        base_url, token["BRITIVE_SCIM_TOKEN"], settings=demo.settings, retry=RetryPolicy(total=30)
    ) as client:
        undo_actions: list[Callable[[], None]] = []
        try:
            custom = _has_custom_extension(client)
            _push_users_and_groups(
                demo,
                client,
                custom=custom,
                suffix=f"demo-{secrets.token_hex(4)}",
                undo_actions=undo_actions,
            )
        except _StepFailed:
            pass
        _clean_up(demo, undo_actions)
    demo.finish()
    return demo


# ----------------------------------------------------------------------------- the three parts


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
        demo.verify(
            "a SCIM token was created, and is never printed", connection.token_created, True
        )
        return connection.client()

    with demo.step("Prepare the tenant through the admin API with one call"):
        okta = set_up()
    with demo.step("Repeat the call, which changes nothing"):
        repeated = britive.set_up_provisioning(
            "Okta Workforce", mappings=MAPPINGS, custom_attributes=CUSTOM_ATTRIBUTES
        )
        demo.verify("nothing changed", repeated.changed, False)
        demo.verify(
            "the token is unchanged", (repeated.token_created, repeated.token), (False, None)
        )
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
        for new in _build_users(suffix, custom=custom):
            name = new.user_name or ""
            if client.users.find_by_user_name(name) is not None:
                raise VerificationError(f"{name} must be new, but exists already")
            created = client.users.create(new)
            undo.append(partial(client.users.delete, created))
            people.append(client.users.get(created))
        demo.verify("three users exist", len({user.id for user in people}), 3)
        ana = people[0]
        demo.verify("the names are unchanged", ana.full_name, "Ana Diaz")
        demo.verify("the department is", ana.enterprise and ana.enterprise.department, "Research")
        if custom:
            demo.verify("the custom attribute costCode is", ana.at(_COST_CODE_PATH), "R-100")

    ana, bo, cy = people
    with demo.step("Push groups with members"):
        research = client.groups.create(scim.Group(display_name=f"Research {suffix}"))
        undo.append(partial(client.groups.delete, research))
        client.groups.add_members(research, [ana, bo])
        demo.verify(
            "the members are Ana and Bo", _get_member_ids(client, research), {ana.id, bo.id}
        )

    with demo.step("Update a profile"):
        profile = client.users.get(ana)
        client.users.replace(profile.model_copy(update={"title": "Head of Research"}))
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
    with demo.step("Verify the result in the admin API"):
        users = {user.username: user for user in britive.users.list() if user.external}
        pushed = {person.user_name for person in people}
        demo.verify("the users are external users of the tenant", set(users), pushed)
        ana = users[people[0].user_name]
        demo.verify("all of them are active", {u.status for u in users.values()}, {"active"})
        demo.verify("the mapped mobile number is", ana.mobile, "+34 600 100 100")
        tags = {tag.name: tag for tag in britive.tags.list()}
        demo.verify("the group is a tag", list(tags), ["Science acme"])
        demo.verify("its user count is right", tags["Science acme"].user_count, 2)


def _clean_up(demo: DemoRun, undo_actions: list[Callable[[], None]]) -> None:
    if not undo_actions:
        return
    try:
        with demo.step("Delete everything the demo created"):
            errors: list[str] = []
            for undo in reversed(undo_actions):
                try:
                    undo()
                except NotFound:
                    continue  # deleted already
                except BritiveScimError as error:
                    errors.append(str(error))  # delete the rest, too
            demo.verify("everything is deleted", errors, [])
    except _StepFailed:
        pass


# ----------------------------------------------------------------------------- the users

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
    """Return whether the endpoint supports Britive's custom extension, as Britive does without discovery."""
    try:
        types = client.resource_types()
    except ConfigurationError:
        raise
    except BritiveScimError:
        return True
    extensions = {
        extension.schema_
        for resource_type in types
        if resource_type.name == "User"
        for extension in resource_type.schema_extensions or []
    }
    return not types or names.CUSTOM_USER in extensions


def _can_use_ansi(out: TextIO | None) -> bool:
    return out is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
