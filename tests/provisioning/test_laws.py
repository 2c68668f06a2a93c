"""Laws of synchronization, on random companies, edits, policies, providers and faults.

After reading, planning and applying, the tenant has what the source states; the next plan is empty, with a memory and
within one client without one; who stays keeps the id; and no request is sent without need.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from britive_scim import errors, scim
from britive_scim.provisioning import Policy
from britive_scim.testing import Capabilities, Tenant
from support.altering_transport import MAX_TITLE
from support.companies import Company, Person, companies, edited, policies, providers
from support.synchronization import (
    ENTERPRISE,
    State,
    make_client,
    make_company,
    start,
)


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
