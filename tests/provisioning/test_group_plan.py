"""Changes of groups and their members: matching, renames in place, members by id, withheld removals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from britive_scim.provisioning import Completeness, Directory, MemberRecord
from britive_scim.provisioning.plans.group_changes import GroupChanges, plan_groups
from britive_scim.provisioning.plans.policy import Policy

USERS = [
    {"id": f"u{n}", "userName": f"user{n}@acme.com", "externalId": f"e{n}"} for n in range(1, 10)
]
ALL = {user["id"] for user in USERS}

Group = Mapping[str, Any]


def find(
    *groups: tuple[Group, Sequence[str] | None],
    completeness: Completeness | None = None,
    nested: Iterable[str] = (),
) -> Directory:
    """Return the found directory with these groups and ids of members."""
    nested = set(nested)
    return Directory.found(
        USERS,
        [
            (
                values,
                None
                if ids is None
                else [MemberRecord(id_, "Group" if id_ in nested else "User") for id_ in ids],
            )
            for values, ids in groups
        ],
        completeness=completeness or Completeness(),
        scim_url="https://acme.example/scim/v2",
        provider="Okta",
        read_at=None,
    )


def want(*groups: Group) -> Directory:
    """Return a wanted directory with these groups; members are external ids of users, or names of groups."""
    return Directory.of(USERS, list(groups))


def plan(
    wanted: Directory,
    found: Directory,
    policy: Policy | None = None,
    *,
    leaving: Iterable[str] = (),
    manageable: Iterable[str] = ALL,
    protected: Iterable[str] = (),
    unkept: Iterable[str] = (),
) -> GroupChanges:
    ids = {user["externalId"]: user["id"] for user in USERS} | {id_: id_ for id_ in ALL}
    ids["e99"] = "new:e99"
    return plan_groups(
        wanted,
        found,
        policy=policy or Policy(),
        resolve=lambda member: ids.get(member.value),
        leaving_ids=set(leaving),
        manageable_ids=set(manageable),
        protected_ids=set(protected),
        unkept=set(unkept),
    )


def show(result: GroupChanges) -> list[tuple[Any, ...]]:
    """Return action, id and values of each change."""
    return [(c.action, c.id, dict(c.before), dict(c.after)) for c in result.changes]


FINANCE = {"id": "g1", "displayName": "Finance", "externalId": "x1"}


def test_changed_member_is_one_small_patch() -> None:
    """R9: one changed member is one request with one id, however large the group is."""
    found = find((FINANCE, [f"u{n}" for n in range(1, 9)]))
    members = [f"e{n}" for n in range(2, 10)]
    result = plan(want({"displayName": "Finance", "members": members}), found)
    assert show(result) == [
        ("remove_members", "g1", {"members": ["u1"]}, {}),
        ("add_members", "g1", {}, {"members": ["u9"]}),
    ]
    assert [change.requests for change in result.changes] == [1, 1]
    assert [change.stage for change in result.changes] == ["members_out", "members_in"]


def test_requests_count_chunks_of_hundred_members() -> None:
    users = [{"userName": f"n{n}", "externalId": f"n{n}"} for n in range(101)]
    wanted = Directory.of(
        users, [{"displayName": "All", "members": [u["externalId"] for u in users]}]
    )
    result = plan_groups(
        wanted,
        find(),
        policy=Policy(),
        resolve=lambda member: f"new:{member.value}",
        leaving_ids=set(),
        manageable_ids=set(),
        protected_ids=set(),
    )
    create, add = result.changes
    assert (create.action, create.id, create.requests) == ("create", "new:group:All", 1)
    assert (add.id, add.requests, len(add.after["members"])) == ("new:group:All", 2, 101)
