"""Scopes that name a group of the source, and the report of a group used for both assignment and push (R31)."""

from typing import Any

from britive_scim import scim
from britive_scim.provisioning import Completeness, Directory, Plan, Policy, plan
from support.each_value import each_value

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
