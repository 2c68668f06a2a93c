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
from britive_scim.wire.settings import Exchange, from_environment

__all__ = ["run_embedded", "run_remote"]

MAPPINGS = {"Mobile": 'phoneNumbers[type eq "mobile"].value'}
CUSTOM_ATTRIBUTES = ["costCode"]


class Unverified(Exception):
    """What was read back is not what was asked for."""


class Demo:
    """One run: prints each step and exchange, and remembers what was not verified."""

    def __init__(self, out: TextIO, *, colour: bool) -> None:
        self._out = out
        self._colour = colour
        self._started = time.perf_counter()
        self.steps = 0
        self.exchanges = 0
        self.failures: list[str] = []

    @property
    def settings(self) -> Settings:
        """Settings of a client whose exchanges are shown."""
        return Settings(hooks=(self._show,))

    def say(self, text: str = "") -> None:
        """Print one line."""
        print(text, file=self._out)

    @contextmanager
    def step(self, title: str) -> Generator[None, None, None]:
        """Run one step; what it raises of ours is shown, remembered, and ends the run."""
        self.steps += 1
        self.say(self._paint("1", f"\n{self.steps}. {title}"))
        try:
            yield
        except (BritiveScimError, Unverified) as error:
            self.failures.append(title)
            self.say(self._paint("31", f"   ✗ {error}"))
            raise _Stop from None

    def verify(self, claim: str, found: object, wanted: object) -> None:
        """Show that `found` is `wanted`; a claim that ends in "is" is told with the value.

        Raises:
            Unverified: it is not.
        """
        if found != wanted:
            raise Unverified(f"{claim}: expected {wanted!r}, found {found!r}")
        shown = f" {found}" if claim.endswith(" is") else ""
        self.say(self._paint("32", f"   ✓ {claim}{shown}"))

    def finish(self) -> int:
        """Print the last line and return the exit status."""
        seconds = time.perf_counter() - self._started
        told = f"{self.steps} steps, {self.exchanges} exchanges, {seconds:.2f} s"
        if self.failures:
            self.say(self._paint("1;31", f"\nNot verified: {'; '.join(self.failures)} ({told})"))
            return 1
        self.say(self._paint("1;32", f"\nEvery step verified by reading back: {told}"))
        return 0

    def _show(self, exchange: Exchange) -> None:
        self.exchanges += 1
        status = exchange.status or exchange.trouble or "no answer"
        line = (
            f"{exchange.method:>6} {exchange.path:<58} {status}  {exchange.seconds * 1000:.1f} ms"
        )
        self.say(self._paint("2", f"  {line}"))

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


class _Stop(Exception):
    """A step failed: nothing behind it can be shown."""


def run_embedded(out: TextIO | None = None) -> int:
    """Run the whole story on an emulated tenant; return 0 if every step was verified.

    Args:
        out: where the story is told, standard output if not given.
    """
    demo = Demo(out or sys.stdout, colour=_colour(out))
    tenant = Tenant("acme")
    demo.say(f"An emulated Britive tenant at {tenant.base_url}; nothing leaves this process.")
    britive = AdminClient(
        "acme", tenant.api_token, transport=tenant.transport(), settings=demo.settings
    )
    try:
        okta = _prepare(demo, britive)
        people = _push(demo, okta, custom=True, mark="acme")
        _look(demo, britive, people)
    except _Stop:
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
    token = from_environment({"BRITIVE_SCIM_TOKEN": "the SCIM token"}, os.environ)
    demo = Demo(out or sys.stdout, colour=_colour(out))
    with ScimClient(
        base_url, token["BRITIVE_SCIM_TOKEN"], settings=demo.settings, retry=RetryPolicy(total=30)
    ) as client:
        made: list[Callable[[], None]] = []
        try:
            custom = _offers_custom_attributes(client)
            _push(demo, client, custom=custom, mark=f"demo-{secrets.token_hex(4)}", made=made)
        except _Stop:
            pass
        _clean_up(demo, made)
    return demo.finish()


# ----------------------------------------------------------------------------- the three acts


def _prepare(demo: Demo, britive: AdminClient) -> ScimClient:
    def set_up() -> ScimClient:
        connection = britive.set_up_provisioning(
            "Okta Workforce",
            scim_provider="Generic",
            token_days=90,
            mappings=MAPPINGS,
            custom_attributes=CUSTOM_ATTRIBUTES,
        )
        demo.say("\n".join(f"   {line}" for line in str(connection).splitlines()))
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


def _push(
    demo: Demo,
    client: ScimClient,
    *,
    custom: bool,
    mark: str,
    made: list[Callable[[], None]] | None = None,
) -> list[scim.User]:
    undo: list[Callable[[], None]] = [] if made is None else made
    with demo.step("Test the connection, as Okta does"):
        report = client.check()
        if report.problem:
            raise Unverified(report.problem)
        demo.verify("reachable and authorised", report.ok, True)

    people: list[scim.User] = []
    with demo.step("Push new users, with enterprise and custom attributes"):
        for wanted in _people(mark, custom=custom):
            name = wanted.user_name or ""
            if client.users.find_by_user_name(name) is not None:
                raise Unverified(f"{name} is there before it was pushed")
            created = client.users.create(wanted)
            undo.append(partial(client.users.delete, created))
            people.append(client.users.get(created))
        demo.verify("three users are there", len({user.id for user in people}), 3)
        ana = people[0]
        demo.verify("their names are as sent", ana.full_name, "Ana Diaz")
        demo.verify("the department is", ana.enterprise and ana.enterprise.department, "Research")
        if custom:
            demo.verify("the custom attribute costCode is", ana.at(_COST_CODE), "R-100")

    ana, bo, cy = people
    with demo.step("Push groups with members"):
        research = client.groups.create(scim.Group(display_name=f"Research {mark}"))
        undo.append(partial(client.groups.delete, research))
        client.groups.add_members(research, [ana, bo])
        demo.verify("two members are in", _members(client, research), {ana.id, bo.id})

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
        client.groups.rename(research, f"Science {mark}")
        demo.verify("the name is", client.groups.get(research).display_name, f"Science {mark}")

    with demo.step("Change its members"):
        client.groups.remove_members(research, [ana])
        client.groups.add_members(research, [cy])
        demo.verify("the members are Bo and Cy", _members(client, research), {bo.id, cy.id})
    return people


def _look(demo: Demo, britive: AdminClient, people: Sequence[scim.User]) -> None:
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


def _clean_up(demo: Demo, made: list[Callable[[], None]]) -> None:
    if not made:
        return
    try:
        with demo.step("Delete what the demo made"):
            troubles: list[str] = []
            for undo in reversed(made):
                try:
                    undo()
                except NotFound:
                    continue  # gone already is gone
                except BritiveScimError as error:
                    troubles.append(str(error))  # go on: the rest shall go, too
            demo.verify("all of it is gone", troubles, [])
    except _Stop:
        pass


# ----------------------------------------------------------------------------- who is pushed

_COST_CODE = f"{names.CUSTOM_USER}:costCode"


def _people(mark: str, *, custom: bool) -> Iterator[scim.User]:
    for number, (given, family) in enumerate([("Ana", "Diaz"), ("Bo", "Lund"), ("Cy", "Ono")], 1):
        user = scim.User.of(
            email=f"{given.lower()}.{mark}@example.com", given_name=given, family_name=family
        )
        user.external_id = f"{mark}-{number}"
        user.enterprise = scim.EnterpriseUser(department="Research", employee_number=f"{number}00")
        user.phone_numbers = [
            scim.PhoneNumber(type="mobile", value=f"+34 600 {number}00 {number}00")
        ]
        if custom:
            user.custom = scim.CustomUser.from_wire({"costCode": f"R-{number}00"})
        yield user


def _members(client: ScimClient, group: scim.Group) -> set[str | None]:
    return {member.value for member in client.groups.get(group).members or []}


def _offers_custom_attributes(client: ScimClient) -> bool:
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


def _colour(out: TextIO | None) -> bool:
    return out is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
