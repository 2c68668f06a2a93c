"""Scopes that name a group of the source, and the report of a group used for both assignment and push (R31)."""

from typing import Any

from britive_scim import scim
from britive_scim.provisioning import Completeness, Directory, Plan, Policy, plan
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.plans import user_values

USERS: list[dict[str, Any]] = [
    {"externalId": "E1", "userName": "ana@acme.com"},
    {"externalId": "E2", "userName": "bo@acme.com"},
    {"externalId": "E3", "userName": "cy@acme.com"},
]
GROUPS: list[dict[str, Any]] = [
    {"displayName": "Britive Users", "members": ["E1", "BO@acme.com"]},
    {"displayName": "Ops", "externalId": "G-ops", "members": ["E1"]},
    {"displayName": "Empty", "members": []},
]


def plan_scope(pattern: Any, groups: Any = GROUPS) -> Plan:
    found = Directory.found(
        [], [], completeness=Completeness(), scim_url=None, provider=None, read_at=None
    )
    policy = Policy(scope={"users": pattern})
    return plan(Directory.of(USERS, groups), found, policy=policy)


def list_users(result: Plan) -> set[str]:
    return {c.key for c in result.changes if (c.action, c.type) == ("create", "User")}


def list_overlaps(result: Plan) -> list[str]:
    return [warning for warning in result.warnings if "both assignment and push" in warning]


@each_value(
    "pattern, users, overlaps",
    [
        ('filter: groups.display eq "Britive Users"', {"E1", "E2"}, ["Britive Users"]),
        ('filter: groups[display eq "britive users"]', {"E1", "E2"}, ["Britive Users"]),
        (["cy@*", 'filter: groups.value eq "G-ops"'], {"E1", "E3"}, ["Ops"]),
        (scim.parse_filter('not (groups.display eq "Ops")'), {"E2", "E3"}, ["Ops"]),
        (
            'filter: groups.display eq "Ops" or groups.display eq "Britive Users"',
            {"E1", "E2"},
            ["Britive Users", "Ops"],
        ),
        ('filter: groups.display sw "Brit"', {"E1", "E2"}, []),
        ("filter: groups pr", {"E1", "E2"}, []),
        ('filter: userName eq "ana@acme.com"', {"E1"}, []),
        ("*@acme.com", {"E1", "E2", "E3"}, []),
    ],
)
def test_scope_names_groups_of_the_source(
    pattern: Any, users: set[str], overlaps: list[str]
) -> None:
    """R31: Okta supports no group for both assignment and push; such a group is reported."""
    result = plan_scope(pattern)
    assert list_users(result) == users
    warnings = list_overlaps(result)
    assert len(warnings) == len(overlaps)
    for warning, name in zip(warnings, overlaps, strict=True):
        assert f"the group {name!r} selects the users" in warning
    assert all(warning in str(result) for warning in warnings)


@each_value(
    "pattern, users",
    [
        ('filter: groups.display eq "Britive Users"', {"E3"}),
        (["cy@*", 'filter: groups.value eq "G-ops"'], {"E2"}),
        (scim.parse_filter('not (groups.display eq "Ops")'), {"E1"}),
    ],
)
def test_exclusion_names_groups_of_the_source(pattern: Any, users: set[str]) -> None:
    tenant = Tenant("acme")
    client = tenant.scim_client("Okta")
    policy = Policy(exclude={"users": pattern})

    def make_plan(title: str) -> Plan:
        people = [user_values(user["externalId"], **user, title=title) for user in USERS]
        return plan(Directory.of(people, GROUPS), client.read_directory(), policy=policy)

    created = make_plan("Guide")
    assert list_users(created) == users
    assert not [warning for warning in created.warnings if "matches nobody" in warning]
    assert not list_overlaps(created)
    assert client.apply(created, rate=None).ok
    changed = make_plan("Chief")
    assert {change.key for change in changed.changes} == users
    assert client.apply(created, rate=None).ok  # reads each target again
    assert client.apply(changed, rate=None, allow={"updates": 3}).ok
    assert not make_plan("Chief")


def test_protection_names_groups_of_the_source() -> None:
    """Who is to become an administrator is protected at once, and who is one at the target stays so."""
    client = Tenant("acme").scim_client("Okta")
    people = [user_values(user["externalId"], **user) for user in USERS]
    policy = Policy(missing="deactivate", protected={"users": 'filter: groups.display eq "Ops"'})

    def make_plan(active: bool, groups: Any) -> Plan:
        source = [people[0], {**people[1], "active": active}, people[2]]
        return plan(Directory.of(source, groups), client.read_directory(), policy=policy)

    client.apply(make_plan(True, GROUPS), rate=None)
    ops = {"displayName": "Ops", "externalId": "G-ops", "members": ["E2"]}
    changed = make_plan(False, [GROUPS[0], ops, GROUPS[2]])
    assert [change.action for change in changed.changes] == ["add_members"]
    assert {(item.key, item.reason) for item in changed.excluded} == {
        ("E1", "protected"),
        ("E2", "protected"),
    }


def test_groups_that_are_not_in_the_source_are_stated() -> None:
    """A group whose last member has left is in no cell of a groups column any more."""
    found = Directory.found(
        [],
        [({"id": "g9", "displayName": "Left"}, [])],
        completeness=Completeness(),
        scim_url=None,
        provider=None,
        read_at=None,
    )
    result = plan(Directory.of(USERS, GROUPS), found)
    assert result.numbers["kept_groups"] == 1
    assert (
        '1 group is not in the source and kept, with all members, by missing_groups="keep"'
        in str(result)
    )
