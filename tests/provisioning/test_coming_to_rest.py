"""Coming to rest: the second plan is empty where the provider drops, alters or hides, and nothing is lost for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.provisioning import Directory, Memory, Plan, Policy, plan
from britive_scim.testing import Capabilities, Tenant
from support.companies import Company, Person
from support.plans import user_values
from support.synchronization import (
    ENTERPRISE,
    State,
    make_client,
    make_company,
    start,
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


def test_values_altered_in_bulk_requests_come_to_rest() -> None:
    """Responses to bulk requests have no users: those of a set of attributes with an altered value are read."""
    sync = start(Capabilities(), remembers=False, alters=True)
    company = Company(
        {key: Person(key, "user", "Chief of all", phone="+493012") for key in range(24)}
        | {key: Person(key, "user", department="Sales") for key in range(24, 48)},
        {"Team 0": frozenset({0})},
    )
    assert sync.run(company, concurrency=1).ok
    assert any(exchange.path.endswith("/Bulk") for exchange in sync.tenant.requests)
    read = [exchange for exchange in sync.tenant.requests if "/Users/" in exchange.path]
    assert len(read) == 24 + 1
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


@pytest.mark.parametrize("is_created_before", [False, True])
def test_group_without_external_id_is_renamed_by_memory(is_created_before: bool) -> None:
    """R14: where the provider drops the `externalId` of groups, a new name is no new group."""
    tenant = Tenant("acme")
    client, memory = tenant.scim_client("Okta"), Memory(unkept={"Group": {"externalId"}})

    def plan_group(name: str) -> Plan:
        groups = [{"displayName": name, "externalId": "G1", "members": ["E0"]}]
        wanted = Directory.of([user_values("E0")], groups)
        policy = Policy(missing_groups="delete")
        return plan(wanted, client.read_directory(), policy=policy, memory=memory)

    client.apply(plan_group("A"), memory=None if is_created_before else memory, rate=None)
    group = client.groups.find_by_display_name("A")
    assert group is not None
    client.groups.patch(group, {"externalId": None})
    if is_created_before:
        client.apply(plan_group("A"), memory=memory, rate=None)
    assert memory.known_group_ids == {"G1": group.id}
    renamed = plan_group("B")
    assert [(change.action, change.id) for change in renamed.changes] == [("rename", group.id)]
    client.apply(renamed, memory=memory, rate=None)
    assert not plan_group("B")
