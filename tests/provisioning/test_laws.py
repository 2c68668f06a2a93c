"""Laws of synchronization, on random companies, edits, policies, providers and faults.

After reading, planning and applying, the tenant has what the source states; the next plan is empty, with a memory and
within one client without one; who stays keeps the id; and no request is sent without need.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from britive_scim import ScimClient, errors, scim
from britive_scim.provisioning import ApplyReport, Directory, Memory, Plan, Policy, plan
from britive_scim.testing import Capabilities, Tenant
from britive_scim.testing.transport import TenantTransport
from support.altering_transport import MAX_TITLE, AlteringTransport
from support.companies import Company, Person, companies, edited, policies, providers

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@dataclass(frozen=True)
class State:
    """True state of a tenant, read without the deviations of its provider.

    Attributes:
        users: users by id, in wire form.
        groups: ids of the members by name of the group.
        group_ids: id of each group by name.
    """

    users: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, frozenset[str]]
    group_ids: Mapping[str, str]

    @classmethod
    def of(cls, tenant: Tenant) -> State:
        provider, tenant.capabilities = tenant.capabilities, Capabilities()
        client = tenant.scim_client("Okta")
        users = [user.to_wire() for user in client.users.list()]
        groups = [client.groups.get(group) for group in client.groups.list()]
        tenant.capabilities = provider
        return cls(
            {user["id"]: user for user in users},
            {g.display_name or "": frozenset(m.value for m in g.members or ()) for g in groups},
            {g.display_name or "": g.id or "" for g in groups},
        )

    @property
    def ids(self) -> dict[str, str]:
        """Id of each user by `externalId`."""
        return {user["externalId"]: id_ for id_, user in self.users.items() if "externalId" in user}


@dataclass
class Synchronization:
    """One client, perhaps with a memory, which brings a tenant to the state of a company."""

    tenant: Tenant
    client: ScimClient
    memory: Memory | None
    policy: Policy

    def plan(self, company: Company) -> Plan:
        wanted = Directory.of(company.list_users(), company.list_groups())
        found = self.client.read_directory()
        return plan(wanted, found, policy=self.policy, memory=self.memory)

    def run(self, company: Company, *, concurrency: int = 8) -> ApplyReport:
        planned = self.plan(company)
        allow = {limit.name: limit.planned for limit in planned.exceeded}
        return self.client.apply(
            planned, allow=allow, rate=None, memory=self.memory, concurrency=concurrency
        )


def start(
    provider: Capabilities,
    policy: Policy | None = None,
    *,
    remembers: bool = True,
    alters: bool = False,
) -> Synchronization:
    tenant = Tenant("acme", capabilities=provider, seed=1)
    client = make_client(tenant, alters=alters)
    return Synchronization(tenant, client, Memory() if remembers else None, policy or Policy())


def make_client(tenant: Tenant, *, alters: bool = False) -> ScimClient:
    """Return a client that knows its identity provider, as `Connection.client()` returns it."""
    okta = tenant.identity_providers["Okta"]
    # delays move the clock only
    transport = AlteringTransport(tenant) if alters else TenantTransport(tenant, tenant.clock)
    return ScimClient(okta.scim_url, okta.scim_token, transport=transport, provider="Okta")


def check_users(
    company: Company, state: State, before: State, policy: Policy, *, keeps: bool, alters: bool
) -> None:
    """Check each person of the source, and who is not in the source.

    Args:
        company: the source.
        state: the tenant now.
        before: the tenant before the run.
        policy: policy of the run.
        keeps: whether the tenant keeps all attributes, or only mapped ones.
        alters: whether it cuts titles.
    """
    provided = state.ids
    for person in company.people.values():
        user = state.users[provided[person.external_id]]
        old = before.users.get(user["id"], {})
        assert user["userName"].casefold() == person.user_name.casefold()
        assert user["emails"][0]["value"] == person.user_name
        assert user["active"] is (
            old.get("active", True) if person.active is None else person.active
        )
        if keeps and person.manager is not None:
            assert user[ENTERPRISE]["manager"]["value"] == provided[f"E{person.manager}"]
        if keeps and person.title is not None:
            assert user["title"] == person.title[: MAX_TITLE if alters else None]
        if keeps and person.department is not None:
            assert user[ENTERPRISE]["department"] == person.department
    stated = {person.external_id for person in company.people.values()}
    for id_, user in before.users.items():
        if user.get("externalId") not in stated and id_ not in {provided[e] for e in stated}:
            match policy.missing:
                case "keep":
                    assert state.users[id_]["active"] is user["active"]
                case "deactivate":
                    assert state.users[id_]["active"] is False
                case "delete":
                    assert id_ not in state.users


def check_groups(
    company: Company, state: State, before: State, policy: Policy, *, hides: bool
) -> None:
    """Check the members of each group of the source, and the groups that it does not name.

    From a group that hides its members nobody is removed.
    """
    ids = state.ids
    inactive = {id_ for id_, user in state.users.items() if user["active"] is False}
    removes = policy.inactive_members == "remove"
    for name, keys in company.teams.items():
        members = {ids[f"E{key}"] for key in keys}
        stay = set() if removes else before.groups.get(name, frozenset()) & inactive
        if hides:
            stay = before.groups.get(name, frozenset()) & state.users.keys()
        expected = (members - inactive if removes else members) | stay
        assert state.groups[name] == expected, name
    for name in before.groups.keys() - company.teams.keys():
        if policy.missing_groups == "delete":
            assert name not in state.groups
        else:
            assert state.groups[name] == before.groups[name] & state.users.keys()


def check_ids(state: State, before: State) -> None:
    """Check that users and groups which stay keep their ids."""
    for old, new in ((before.ids, state.ids), (before.group_ids, state.group_ids)):
        assert {name: old[name] for name in old.keys() & new.keys()} == {
            name: new[name] for name in old.keys() & new.keys()
        }


def add_hand_edits(tenant: Tenant, company: Company, *, has_stray: bool, alters: bool) -> None:
    """Add a user who is not in the source, and a person of the source without `externalId` who is adopted."""
    provider = tenant.capabilities
    tenant.capabilities = Capabilities(unmapped_attributes=provider.unmapped_attributes)
    client = make_client(tenant, alters=alters)
    person = next(iter(company.people.values()))
    adopted = {k: v for k, v in person.to_wire().items() if k not in ("externalId", ENTERPRISE)}
    client.users.create(scim.User.from_wire(adopted | {"active": True}))
    if has_stray:
        stray = {**adopted, "userName": "stray@example.com", "active": True}
        stray["emails"] = [{"type": "work", "value": "stray@example.com"}]
        client.users.create(scim.User.from_wire(stray))
    tenant.capabilities = provider


def check_laws(
    first: Company,
    second: Company,
    policy: Policy,
    provider: Capabilities,
    faults: list[Any],
    *,
    has_stray: bool,
    remembers: bool,
    alters: bool,
) -> None:
    hides = provider.members_in_get != "shown"
    sync = start(provider, policy, remembers=remembers, alters=alters)
    add_hand_edits(sync.tenant, first, has_stray=has_stray, alters=alters)
    for company in (first, second):
        before = State.of(sync.tenant)
        if faults:
            for fault in faults:
                sync.tenant.faults.add(**fault, times=3, probability=0.3)
            with contextlib.suppress(errors.ApiError, errors.TransportError):  # the reading failed
                sync.run(company, concurrency=1)
            sync.tenant.faults.clear()
        report = sync.run(company)
        assert report.ok, str(report)
        state = State.of(sync.tenant)
        keeps = provider.unmapped_attributes == "kept"
        check_users(company, state, before, policy, keeps=keeps, alters=alters)
        check_groups(company, state, before, policy, hides=hides)
        check_ids(state, before)
        again = sync.plan(company)
        assert not again, str(again)
        if hides and not all(company.teams.values()):
            assert "are not shown by the target, so nobody is removed" in str(again.withheld)
        count = len(sync.tenant.requests)
        sync.client.apply(again, rate=None, memory=sync.memory)
        assert len(sync.tenant.requests) == count  # an empty plan sends nothing


FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503},
    {"status": 503, "headers": {"Retry-After": "2"}},
    {"status": 429, "headers": {"Retry-After": "1"}},
    {"status": 429},
    {"status": 500},
    {"status": 409, "method": "POST"},
    {"status": 409, "method": "PATCH"},
    {"cut": "before"},
    {"cut": "after"},
)
"""Faults that hit three requests each, of those that they match with a probability of 0.3."""


def draw_laws(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that draws the arguments of `check_laws`."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        faults = st.lists(st.sampled_from(FAULTS), max_size=4)
        variants = st.fixed_dictionaries(
            dict.fromkeys(("has_stray", "remembers", "alters"), st.booleans())
        )
        drawn = given(st.data(), companies(), policies(), providers(), faults, variants)
        return settings(max_examples=examples, deadline=None)(drawn(test))

    return decorate


@draw_laws(8)
def test_synchronization_reaches_its_source_and_rests(
    data: st.DataObject,
    first: Company,
    policy: Policy,
    provider: Capabilities,
    faults: list[Any],
    variants: dict[str, bool],
) -> None:
    check_laws(first, data.draw(edited(first)), policy, provider, faults, **variants)


@pytest.mark.proof
@draw_laws(250)
def test_synchronization_reaches_its_source_and_rests_often(
    data: st.DataObject,
    first: Company,
    policy: Policy,
    provider: Capabilities,
    faults: list[Any],
    variants: dict[str, bool],
) -> None:
    check_laws(first, data.draw(edited(first)), policy, provider, faults, **variants)


# ------------------------------------------------------------------------------------- rest


def make_company(people: int = 4, teams: int = 2) -> Company:
    return Company(
        {key: Person(key, "user", "Guide", "Sales", True) for key in range(people)},
        {f"Team {n}": frozenset(range(n, people, teams)) for n in range(teams)},
    )


def test_dropped_attributes_are_named_once() -> None:
    """R22: the second plan is empty, and so is the one of another client with the same memory."""
    sync = start(Capabilities(unmapped_attributes="dropped", user_name_case="lower"))
    company = make_company()
    report = sync.run(company)
    assert [note for note in report.notes if "does not keep" in note] == [
        f"User: the server does not keep title, {ENTERPRISE}:department"
    ]
    assert not sync.plan(company)
    other = replace(sync, client=make_client(sync.tenant))
    assert not other.plan(company)
    assert not replace(sync, memory=None).plan(company)
    changed = replace(
        company, people={**company.people, 0: Person(0, "user", "Chief", "Sales", True)}
    )
    assert not sync.run(changed).notes


@pytest.mark.parametrize("variant", ["absent", "empty"])
@pytest.mark.parametrize("remembers", [True, False])
def test_hidden_members_are_added_once_and_never_removed(variant: Any, remembers: bool) -> None:
    """R12: accepted members are not added again by the same client, or with the memory; others do so once."""
    sync = start(Capabilities(members_in_get=variant), remembers=remembers)
    company = make_company()
    sync.run(company)
    before = State.of(sync.tenant)
    again = sync.plan(company)
    assert not again, str(again)
    assert "2 groups are unknown" in "".join(again.warnings)
    assert "nobody is removed" in "".join(again.warnings)
    assert not again.withheld
    other = replace(sync, client=make_client(sync.tenant))
    repeated = {change.action for change in other.plan(company).changes}
    assert repeated == (set() if remembers else {"add_members"})
    assert other.run(company).ok
    assert not other.plan(company)
    fewer = replace(company, teams={"Team 0": frozenset({0}), "Team 1": frozenset()})
    planned = sync.plan(fewer)
    assert planned.withheld == (
        "members of Team 0, Team 1 are not shown by the target, so nobody is removed",
    )
    assert not planned
    assert sync.run(fewer).numbers["members_out"] == 0
    assert State.of(sync.tenant) == before


def test_members_removed_by_the_client_are_added_again() -> None:
    sync = start(Capabilities(members_in_get="empty"), remembers=False)
    company = make_company()
    sync.run(company)
    state = State.of(sync.tenant)
    ann = sync.client.users.find_by_external_id("E0")
    assert ann is not None
    sync.client.groups.remove_members(state.group_ids["Team 0"], [ann])
    assert [change.after for change in sync.plan(company).changes] == [{"members": [ann.id]}]
    assert sync.run(company).ok
    assert State.of(sync.tenant) == state


def test_accepted_members_are_not_believed_once_groups_show_theirs() -> None:
    """Somebody else removes a member; as soon as the group shows its members, the difference is planned."""
    sync = start(Capabilities(members_in_get="absent"))
    company = make_company()
    sync.run(company)
    state = State.of(sync.tenant)
    id_ = state.ids["E0"]
    sync.tenant.scim_client("Okta").groups.remove_members(state.group_ids["Team 0"], [id_])
    assert not sync.plan(company)
    sync.tenant.capabilities = Capabilities()
    assert [change.after for change in sync.plan(company).changes] == [{"members": [id_]}]
    assert sync.run(company).ok
    assert sync.memory is not None
    assert not sync.memory.members
    assert State.of(sync.tenant) == state


@pytest.mark.parametrize("remembers", [True, False])
def test_altered_values_come_to_rest_until_they_change(remembers: bool) -> None:
    """R22: a value that was altered is not sent again, but after another one it is."""
    sync = start(Capabilities(), remembers=remembers, alters=True)

    def make(title: str, phone: str) -> Company:
        person = Person(0, "user", title, "Sales", True, phone=phone)
        return Company({0: person}, {"Team 0": frozenset({0})})

    long, short = make("Chief of all", "+49 30 12"), make("CEO", "+493099")
    assert [note for note in sync.run(long).notes if "does not keep" in note] == [
        'User: the server does not keep phoneNumbers[type eq "work"], title'
    ]
    assert not sync.plan(long)
    for company, title in ((short, "CEO"), (long, "Chie")):
        assert sync.run(company).numbers["updated"] == 1
        assert [user["title"] for user in State.of(sync.tenant).users.values()] == [title]
        assert not sync.plan(company)


def test_what_upsert_learned_holds_for_plans_and_the_reverse() -> None:
    sync = start(Capabilities(members_in_get="empty"), remembers=False, alters=True)
    company = Company(
        {0: Person(0, "user", "Chief of all", "Sales", True, phone="+49 30 12")},
        {"Team 0": frozenset({0})},
    )
    user = sync.client.users.upsert(scim.User.from_wire(company.list_users()[0])).resource
    team = scim.Group(display_name="Team 0", members=[scim.Member(value=user.id)])
    sync.client.groups.upsert(team)
    assert not sync.plan(company)
    other = start(Capabilities(members_in_get="empty"), remembers=False, alters=True)
    other.run(company)
    result = other.client.users.upsert(scim.User.from_wire(company.list_users()[0]))
    assert result.action == "unchanged"
    assert set(result.unkept) == {"title", 'phoneNumbers[type eq "work"]'}


def test_managers_in_a_circle_are_set_once() -> None:
    sync = start(Capabilities(), remembers=False)
    company = Company(
        {key: Person(key, "user", manager=(key + 1) % 3) for key in range(3)}
        | {3: Person(3, "user", manager=3)},
        {"Team 0": frozenset({0})},
    )
    assert sync.run(company).ok
    users = State.of(sync.tenant).users
    ids = State.of(sync.tenant).ids
    managers = {user["externalId"]: user[ENTERPRISE]["manager"]["value"] for user in users.values()}
    assert managers == {"E0": ids["E1"], "E1": ids["E2"], "E2": ids["E0"], "E3": ids["E3"]}
    assert not sync.plan(company)


def test_deletions_that_only_deactivate_come_to_rest() -> None:
    """A provider that keeps deleted users inactive is not asked to delete them again and again."""
    sync = start(Capabilities(delete_deactivates=True), Policy(missing="delete"))
    sync.run(make_company(4))
    assert sync.run(make_company(3)).numbers["deleted"] == 1
    again = sync.plan(make_company(3))
    assert not again, str(again)
    assert "deleted before" in str([item.reason for item in again.excluded])


# ------------------------------------------------------------------------------------- requests


def count_requests(tenant: Tenant, action: Callable[[], object]) -> list[str]:
    before = len(tenant.requests)
    action()
    return [exchange.method for exchange in tenant.requests[before:]]


def test_one_changed_member_is_one_request() -> None:
    """R9: one PATCH for one member of a group of 151, in and out."""
    sync = start(Capabilities(page_size=200))
    company = make_company(151, 1)
    sync.run(company)
    fewer = replace(company, teams={"Team 0": company.teams["Team 0"] - {7}})
    for other in (fewer, company):
        planned = sync.plan(other)
        assert sum(change.requests for change in planned.changes) == 1
        sent = count_requests(sync.tenant, lambda p=planned: sync.client.apply(p, rate=None))  # type: ignore[misc]
        assert [method for method in sent if method != "GET"] == ["PATCH"]
        assert len(sent) <= 2  # a large group is read back


def test_one_changed_attribute_is_one_request() -> None:
    sync = start(Capabilities())
    company = make_company(20, 2)
    sync.run(company)
    person = Person(3, "renamed", "Chief", "Finance", True)
    planned = sync.plan(replace(company, people={**company.people, 3: person}))
    assert count_requests(sync.tenant, lambda: sync.client.apply(planned, rate=None)) == ["PATCH"]


def test_reading_takes_pages_and_groups() -> None:
    """R13, I8: 200 users and 200 groups are read in a request a page and a group, once totals are proven."""
    tenant = Tenant("acme", capabilities=Capabilities(page_size=100, max_page_size=100))
    tenant.populate(users=200, groups=200)
    client = tenant.scim_client("Okta")
    client.read_directory()
    sent = count_requests(tenant, client.read_directory)
    assert set(sent) == {"GET"}
    assert len(sent) <= 2 + 2 + 200
