"""Comparison of two directories, and findings in one."""

from typing import Any

import pytest

from britive_scim import errors
from britive_scim.provisioning import (
    ChangedRecord,
    Completeness,
    Directory,
    Finding,
    MemberRecord,
    Membership,
)


def found(people: list[dict[str, Any]], groups: Any = (), **completeness: Any) -> Directory:
    return Directory.found(people, groups, completeness=Completeness(**completeness), scim_url=None, provider=None, read_at=None
    )  # fmt: skip


ANA = {"id": "u1", "userName": "ana", "title": "Guide", "meta": {"version": "1"}}
BO = {"id": "u2", "userName": "bo", "externalId": "B"}


def test_comparison_lists_every_difference() -> None:
    before = found(
        [ANA, BO],
        [
            ({"id": "g1", "displayName": "G"}, [MemberRecord("u1", "User"), MemberRecord("u2", "User")]),
            ({"id": "g2", "displayName": "Gone"}, []),
        ],
    )  # fmt: skip
    after = found(
        [
            {"id": "u1", "userName": "ana2", "title": "Guide", "meta": {"version": "2"}},
            {"id": "u3", "userName": "cy"},
        ],
        [
            ({"id": "g1", "displayName": "G"}, [MemberRecord("u1", "User"), MemberRecord("u3", "User")]),
            ({"id": "g3", "displayName": "New"}, []),
        ],
    )  # fmt: skip
    result = before.compare(after)
    assert [u.user_name for u in result.users_added] == ["cy"]
    assert [u.user_name for u in result.users_removed] == ["bo"]
    assert result.users_changed == (
        ChangedRecord("ana2", {"userName": "ana"}, {"userName": "ana2"}),
    )
    assert [g.display_name for g in result.groups_added] == ["New"]
    assert [g.display_name for g in result.groups_removed] == ["Gone"]
    assert result.groups_changed == ()
    assert Membership("G", "cy", "User") in result.memberships_added
    assert Membership("G", "bo", "User") in result.memberships_removed
    assert result
    assert str(result).startswith("+ 1 users, ~ 1 users, - 1 users, + 1 groups")
    assert "cy in G" in result._repr_html_()
    assert not before.compare(before)
    assert str(before.compare(before)) == "no differences"


def test_wanted_and_found_are_matched_by_keys() -> None:
    wanted = Directory.of([{"userName": "ANA"}, {"userName": "bo2", "externalId": "B"}])
    result = found([ANA, BO]).compare(wanted)
    assert not result.users_added
    assert not result.users_removed
    assert [change.key for change in result.users_changed] == ["ANA", "bo2"]
    assert not result.groups_removed


def test_incomplete_directory_is_refused_or_reported() -> None:
    half = found([ANA], users=False, reasons=("page 2 is missing",))
    with pytest.raises(errors.InputError, match="page 2 is missing"):
        found([ANA, BO]).compare(half)
    result = found([ANA, BO]).compare(half, strict=False)
    assert not result.complete
    assert str(result) == "incomplete: page 2 is missing\n- 1 users"


def test_unknown_members_are_not_compared() -> None:
    group = {"id": "g1", "displayName": "G"}
    known = found([ANA], [(group, [MemberRecord("u1", "User")])])
    unknown = found([ANA], [(group, None)])
    assert not known.compare(unknown)
    assert not unknown.compare(known)


def test_findings_name_what_to_look_at() -> None:
    directory = found(
        [
            {"id": "u1", "userName": "ana", "active": False, "emails": [{"value": "A@x.org"}]},
            {"id": "u2", "userName": "bo", "emails": ["a@x.org"]},
            {"id": "u3", "userName": "BO"},
        ],
        [
            ({"id": "g1", "displayName": "G"}, [MemberRecord("u1", "User"), MemberRecord("u2", "User")]),
            ({"id": "g2", "displayName": "g"}, []),
        ],
    )  # fmt: skip
    findings = directory.findings()
    assert [(f.rule, f.user, f.group) for f in findings] == [
        ("same-email", "bo", None),
        ("same-user-name", "BO", None),
        ("no-email", "BO", None),
        ("inactive-member", "ana", "G"),
        ("same-group-name", None, "g"),
        ("empty-group", None, "g"),
    ]
    assert isinstance(findings[0], Finding)
    assert "also of ana" in str(findings)
    assert "inactive-member" in findings._repr_html_()
    assert str(found([]).findings()) == "no findings"
