"""Laws of synchronization, on random companies, edits, policies, providers and faults.

After reading, planning and applying, the tenant has what the source states; the next plan is empty; who stays keeps
the id; and no request is sent without need.
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
    """One client with its memory, which brings a tenant to the state of a company."""

    tenant: Tenant
    client: ScimClient
    memory: Memory
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


def start(provider: Capabilities, policy: Policy | None = None) -> Synchronization:
    tenant = Tenant("acme", capabilities=provider, seed=1)
    return Synchronization(tenant, make_client(tenant), Memory(), policy or Policy())


def make_client(tenant: Tenant) -> ScimClient:
    """Return a client that knows its identity provider, as `Connection.client()` returns it."""
    okta = tenant.identity_providers["Okta"]
    transport = TenantTransport(tenant, tenant.clock)  # delays move the clock only
    return ScimClient(okta.scim_url, okta.scim_token, transport=transport, provider="Okta")


def check_users(
    company: Company, state: State, before: State, policy: Policy, *, keeps: bool
) -> None:
    """Check each person of the source, and who is not in the source; `keeps` all attributes or only mapped ones."""
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
            assert user["title"] == person.title
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


def check_groups(company: Company, state: State, before: State, policy: Policy) -> None:
    """Check the members of each group of the source, and the groups that it does not name."""
    ids = state.ids
    inactive = {id_ for id_, user in state.users.items() if user["active"] is False}
    removes = policy.inactive_members == "remove"
    for name, keys in company.teams.items():
        members = {ids[f"E{key}"] for key in keys}
        stay = set() if removes else before.groups.get(name, frozenset()) & inactive
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


def add_hand_edits(tenant: Tenant, company: Company, *, has_stray: bool) -> None:
    """Add a user who is not in the source, and a person of the source without `externalId` who is adopted."""
    provider = tenant.capabilities
    tenant.capabilities = Capabilities(unmapped_attributes=provider.unmapped_attributes)
    client = tenant.scim_client("Okta")
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
) -> None:
    sync = start(provider, policy)
    add_hand_edits(sync.tenant, first, has_stray=has_stray)
    for company in (first, second):
        before = State.of(sync.tenant)
        if faults:
            for status, cut in faults:
                sync.tenant.faults.add(status, cut=cut, probability=0.3)
            with contextlib.suppress(errors.ApiError, errors.TransportError):  # the reading failed
                sync.run(company, concurrency=1)
            sync.tenant.faults.clear()
        report = sync.run(company)
        assert report.ok, str(report)
        state = State.of(sync.tenant)
        check_users(company, state, before, policy, keeps=provider.unmapped_attributes == "kept")
        check_groups(company, state, before, policy)
        check_ids(state, before)
        again = sync.plan(company)
        assert not again, str(again)
        count = len(sync.tenant.requests)
        sync.client.apply(again, rate=None, memory=sync.memory)
        assert len(sync.tenant.requests) == count  # an empty plan sends nothing


FAULTS = ((503, None), (429, None), (500, None), (None, "before"), (None, "after"))


def draw_laws(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that draws the arguments of `check_laws`."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        faults = st.lists(st.sampled_from(FAULTS), max_size=2)
        drawn = given(st.data(), companies(), policies(), providers(), faults, st.booleans())
        return settings(max_examples=examples, deadline=None)(drawn(test))

    return decorate


@draw_laws(10)
def test_synchronization_reaches_its_source_and_rests(
    data: st.DataObject,
    first: Company,
    policy: Policy,
    provider: Capabilities,
    faults: list[Any],
    has_stray: bool,  # drawn
) -> None:
    check_laws(first, data.draw(edited(first)), policy, provider, faults, has_stray=has_stray)


@pytest.mark.proof
@draw_laws(250)
def test_synchronization_reaches_its_source_and_rests_often(
    data: st.DataObject,
    first: Company,
    policy: Policy,
    provider: Capabilities,
    faults: list[Any],
    has_stray: bool,  # drawn
) -> None:
    check_laws(first, data.draw(edited(first)), policy, provider, faults, has_stray=has_stray)


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
    other = Synchronization(sync.tenant, make_client(sync.tenant), sync.memory, sync.policy)
    assert not other.plan(company)
    changed = replace(
        company, people={**company.people, 0: Person(0, "user", "Chief", "Sales", True)}
    )
    assert not sync.run(changed).notes


@pytest.mark.parametrize("variant", ["absent", "empty"])
def test_hidden_members_are_added_again_without_effect(variant: Any) -> None:
    """R12: nobody is removed from groups whose members are hidden; additions repeat, and the plan says why."""
    sync = start(Capabilities(members_in_get=variant))
    company = make_company()
    sync.run(company)
    before = State.of(sync.tenant)
    again = sync.plan(company)
    assert {change.action for change in again.changes} == {"add_members"}
    assert "the members of 2 groups are unknown" in "".join(again.warnings)
    assert sync.run(company).ok
    fewer = replace(company, teams={"Team 0": frozenset({0}), "Team 1": frozenset({1})})
    assert sync.run(fewer).numbers["members_out"] == 0
    assert State.of(sync.tenant) == before


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
        sent = count_requests(sync.tenant, lambda p=planned: sync.client.apply(p, rate=None))  # type: ignore[misc]  # bound in this round
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
