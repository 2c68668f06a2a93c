"""Changes of groups and their members: matching, renames in place, members by id, withheld removals."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.errors import Ambiguous, DirectoryError, InputError
from britive_scim.provisioning import Change, Completeness, Directory, GroupRecord, MemberRecord
from britive_scim.provisioning.plans.group_changes import GroupChanges, plan_groups
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from support.each_value import each_value

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
    return Directory.of(USERS, list(groups), nested="keep")


def plan(
    wanted: Directory,
    found: Directory,
    policy: Policy | None = None,
    *,
    leaving: Iterable[str] = (),
    manageable: Iterable[str] = ALL,
    protected: Iterable[str] = (),
    unkept: Iterable[str] = (),
    known_ids: Mapping[str, str] | None = None,
    accepted: Mapping[str, Sequence[str]] | None = None,
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
        knowledge=ProviderKnowledge({"Group": set(unkept)}, members=accepted or {}),
        known_ids=known_ids or {},
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


def test_added_members_are_sorted_ids() -> None:
    found = find((FINANCE, []))
    wanted = want({"displayName": "Finance", "members": ["e3", "e99", "e1"]})
    assert show(plan(wanted, found)) == [
        ("add_members", "g1", {}, {"members": ["new:e99", "u1", "u3"]})
    ]


def test_last_member_is_removed() -> None:
    """R10: an empty list of members is a removal of all."""
    result = plan(want({"displayName": "Finance", "members": []}), find((FINANCE, ["u1"])))
    assert show(result) == [("remove_members", "g1", {"members": ["u1"]}, {})]


def test_group_without_members_in_source_keeps_them() -> None:
    result = plan(want({"displayName": "Finance"}), find((FINANCE, ["u1"])))
    assert result.changes == ()
    assert result.numbers["unchanged"] == 1


def test_group_is_renamed_in_place() -> None:
    """R14: the id of a group survives its new name."""
    wanted = want({"displayName": "Money", "externalId": "x1", "members": ["e1"]})
    (change,) = plan(wanted, find((FINANCE, ["u1"]))).changes
    assert (change.action, change.id, change.stage) == ("rename", "g1", "groups")
    assert (dict(change.before), dict(change.after)) == (
        {"displayName": "Finance"},
        {"displayName": "Money"},
    )
    assert dict(change.assumes) == {"displayName": "Finance"}
    assert change.operations
    assert change.name == "Money"


@each_value("name", ["FINANCE", " Finance ", "Finance"])
def test_name_matches_without_case_and_blanks(name: str) -> None:
    """R22, R23: case and outer blanks make no second group."""
    result = plan(want({"displayName": name}), find((FINANCE, [])))
    assert [change.id for change in result.changes if change.action != "rename"] == []
    assert {change.id for change in result.changes} <= {"g1"}


def test_name_matches_in_each_unicode_form() -> None:
    found = find(({"id": "g1", "displayName": "Cafe\u0301"}, []))
    assert plan(want({"displayName": "CAF\u00c9"}), found).changes == ()


def test_unclaimed_group_is_adopted_by_name() -> None:
    found = find(({"id": "g1", "displayName": "Finance"}, []))
    (change,) = plan(want({"displayName": "Finance", "externalId": "x1"}), found).changes
    assert (change.action, change.id, dict(change.after)) == ("adopt", "g1", {"externalId": "x1"})


def test_unclaimed_group_is_left_alone_if_adopt_is_never() -> None:
    found = find(({"id": "g1", "displayName": "Finance"}, []))
    wanted = want({"displayName": "Finance", "externalId": "x1", "members": ["e1"]})
    result = plan(wanted, found, Policy(adopt="never", missing_groups="delete"))
    assert result.changes == ()
    (item,) = result.excluded
    assert (item.key, item.id) == ("x1", "g1")
    assert "adopt" in item.reason


def test_group_of_another_external_id_is_ambiguous() -> None:
    wanted = want({"displayName": "Finance", "externalId": "x2"})
    with pytest.raises(Ambiguous, match=r'"Finance".* g1 .*another externalId') as caught:
        plan(wanted, find((FINANCE, [])))
    assert caught.value.candidates == ("g1",)
    (change,) = plan(wanted, find((FINANCE, [])), Policy(adopt="all")).changes
    assert (change.action, change.id) == ("adopt", "g1")


def test_twins_at_the_target_are_refused_by_name() -> None:
    """R23: of two groups with one name, neither is changed."""
    found = find(({"id": "a", "displayName": "Ops"}, []), ({"id": "b", "displayName": "OPS "}, []))
    with pytest.raises(Ambiguous, match="by displayName, got 2: a, b"):
        plan(want({"displayName": "ops"}), found)


def test_twins_with_external_ids_are_not_ambiguous() -> None:
    found = find(
        ({"id": "a", "displayName": "Ops", "externalId": "1"}, []),
        ({"id": "b", "displayName": "Ops", "externalId": "2"}, []),
    )
    wanted = want(
        {"displayName": "Ops", "externalId": "2", "members": ["e1"]},
        {"displayName": "Ops", "externalId": "1"},
    )
    assert show(plan(wanted, found)) == [("add_members", "b", {}, {"members": ["u1"]})]


def test_twins_in_the_source_are_refused_by_name() -> None:
    with pytest.raises(Ambiguous, match=r'"ops" .*the name of another group'):
        plan(want({"displayName": "Ops"}, {"displayName": "ops"}), find())


def test_two_entries_for_one_group_are_refused() -> None:
    wanted = want(
        {"displayName": "A", "externalId": "x1"}, {"displayName": "B", "externalId": "x1"}
    )
    with pytest.raises(Ambiguous, match="are one group at the target: g1"):
        plan(wanted, find((FINANCE, [])))


def test_equal_external_ids_at_the_target_are_refused() -> None:
    found = find((FINANCE, []), ({**FINANCE, "id": "g2"}, []))
    with pytest.raises(Ambiguous, match="by externalId, got 2: g1, g2"):
        plan(want({"displayName": "Finance", "externalId": "x1"}), found)


def test_every_ambiguous_group_is_named() -> None:
    found = find(*(({"id": f"{n}{i}", "displayName": n}, []) for n in "ab" for i in (1, 2)))
    with pytest.raises(Ambiguous, match=r'(?s)"a".*a1, a2.*"b".*b1, b2') as caught:
        plan(want({"displayName": "a"}, {"displayName": "b"}), found)
    assert caught.value.candidates == ("a1", "a2", "b1", "b2")


def test_group_without_name_cannot_be_created() -> None:
    wanted = replace(want(), group_records=(GroupRecord({"externalId": "x9"}, line=4),))
    with pytest.raises(Ambiguous, match=r'"x9" \(line 4\) must have a displayName'):
        plan(wanted, find())


def test_known_id_matches_before_the_name() -> None:
    found = find(({"id": "a", "displayName": "Ops"}, []), ({"id": "b", "displayName": "Ops"}, []))
    wanted = want({"displayName": "Ops", "members": ["e1"]})
    assert show(plan(wanted, found, known_ids={"Ops": "b"})) == [
        ("add_members", "b", {}, {"members": ["u1"]})
    ]
    other = want({"displayName": "Finance"})
    assert plan(other, find((FINANCE, [])), known_ids={"Finance": "zzz"}).changes == ()


# ------------------------------------------------------------------------------------ names that move


def test_name_of_a_renamed_group_is_freed_first() -> None:
    wanted = want({"displayName": "Money", "externalId": "x1"}, {"displayName": "Finance"})
    first, second = plan(wanted, find((FINANCE, []))).changes
    assert (first.action, first.id, first.stage) == ("rename", "g1", "removals")
    assert first.reason == "another group needs its name"
    assert (second.action, second.stage) == ("create", "groups")


def test_swap_of_names_is_refused_unless_allowed() -> None:
    found = find((FINANCE, []), ({"id": "g2", "displayName": "Ops", "externalId": "x2"}, []))
    wanted = want(
        {"displayName": "Ops", "externalId": "x1"}, {"displayName": "Finance", "externalId": "x2"}
    )
    with pytest.raises(Ambiguous, match=r"swap their names .*swaps=True") as caught:
        plan(wanted, found)
    assert set(caught.value.candidates) == {"g1", "g2"}
    result = plan(wanted, found, Policy(swaps=True))
    assert names_after(found, result.changes) == {"g1": "Ops", "g2": "Finance"}


def test_chain_of_names_needs_temporary_names() -> None:
    names = ["a", "b", "c", "d"]
    found = find(*(({"id": n, "displayName": n, "externalId": n}, []) for n in names[:3]))
    wanted = want(*({"displayName": new, "externalId": old} for old, new in pairwise(names)))
    result = plan(wanted, found)
    assert names_after(found, result.changes) == {"a": "b", "b": "c", "c": "d"}
    assert all(c.reason for c in result.changes if c.stage == "removals")


def test_name_of_an_unnamed_group_is_not_taken() -> None:
    found = find((FINANCE, []), ({"id": "g2", "displayName": "Ops"}, []))
    with pytest.raises(Ambiguous, match="needs the name of another group: g2"):
        plan(want({"displayName": "Ops", "externalId": "x1"}), found)


def test_one_new_name_for_two_groups_is_refused() -> None:
    found = find((FINANCE, []), ({"id": "g2", "displayName": "Ops", "externalId": "x2"}, []))
    wanted = want(
        {"displayName": "N", "externalId": "x1"}, {"displayName": "n", "externalId": "x2"}
    )
    with pytest.raises(Ambiguous, match="need one name"):
        plan(wanted, found)


def names_after(found: Directory, changes: Sequence[Change]) -> dict[str | None, str | None]:
    """Return the names after all changes; no two groups have one name at any time."""
    names = {group.id: group.display_name for group in found.group_records or ()}
    for change in changes:
        if "displayName" in change.after:
            assert names[change.id] == change.assumes["displayName"]
            names[change.id] = change.after["displayName"]
            folded = [str(name).casefold() for name in names.values()]
            assert len(set(folded)) == len(folded)
    return names


# ------------------------------------------------------------------------------------------ removals


def test_unnamed_groups_are_untouched() -> None:
    """R17: a group that the source does not name keeps its members and stays."""
    found = find((FINANCE, ["u1"]), ({"id": "g2", "displayName": "Admins"}, ["u2"]))
    result = plan(want({"displayName": "Finance", "members": ["e1"]}), found)
    assert (result.changes, result.withheld, result.warnings) == ((), (), ())


def test_unnamed_groups_are_deleted_on_request() -> None:
    found = find((FINANCE, []), ({"id": "g2", "displayName": "Old"}, ["u2"]))
    wanted = want({"displayName": "Finance"})
    (change,) = plan(wanted, found, Policy(missing_groups="delete")).changes
    assert (change.action, change.id, change.stage) == ("delete", "g2", "deletions")
    assert change.reason == "not in the source"


@pytest.mark.parametrize(
    "completeness",
    [Completeness(groups=False, reasons=("page 3 failed",)), Completeness(users=False)],
)
def test_removals_are_withheld_if_the_target_is_incomplete(completeness: Completeness) -> None:
    """R1, R3: nothing is removed if a side is not proven to be complete; additions go on."""
    found = find(
        (FINANCE, ["u1"]), ({"id": "g2", "displayName": "Old"}, []), completeness=completeness
    )
    wanted = want({"displayName": "Finance", "members": ["e2"]})
    result = plan(wanted, found, Policy(missing_groups="delete"))
    assert show(result) == [("add_members", "g1", {}, {"members": ["u2"]})]
    reason = "page 3 failed" if completeness.reasons else "the target is not proven to be complete"
    assert result.withheld == (
        f"1 group not deleted: {reason}",
        f"1 member not removed from Finance (1): {reason}",
    )


def test_removals_are_withheld_if_the_source_is_incomplete() -> None:
    wanted = replace(
        want({"displayName": "Finance", "members": []}), completeness=Completeness(users=False)
    )
    result = plan(wanted, find((FINANCE, ["u1"])))
    assert result.changes == ()
    assert "the source is not proven to be complete" in result.withheld[0]


def test_unproven_group_blocks_only_its_own_removals() -> None:
    """R12: members that a provider hides are unknown, not missing."""
    found = find(
        (FINANCE, ["u1"]),
        ({"id": "g2", "displayName": "Ops"}, ["u1"]),
        completeness=Completeness(unproven_groups=frozenset({"g2"})),
    )
    wanted = want(
        {"displayName": "Finance", "members": []}, {"displayName": "Ops", "members": ["e2"]}
    )
    result = plan(wanted, found)
    assert show(result) == [
        ("remove_members", "g1", {"members": ["u1"]}, {}),
        ("add_members", "g2", {}, {"members": ["u2"]}),
    ]
    assert "Ops (1): the members of these groups are not proven" in result.withheld[0]


def test_unknown_members_are_added_and_reported() -> None:
    result = plan(want({"displayName": "Finance", "members": ["e1"]}), find((FINANCE, None)))
    assert show(result) == [("add_members", "g1", {}, {"members": ["u1"]})]
    assert "the members of 1 group are unknown" in result.warnings[0]


def test_members_that_the_source_cannot_know_stay() -> None:
    """R20, R33: users out of scope or of another provider, nested groups and unknown members stay."""
    found = find((FINANCE, ["u1", "u2", "g9", "ghost"]), nested=["g9"])
    result = plan(want({"displayName": "Finance", "members": []}), found, manageable=ALL - {"u2"})
    assert show(result) == [("remove_members", "g1", {"members": ["u1"]}, {})]


def test_protected_users_are_never_removed_from_a_group() -> None:
    found = find((FINANCE, ["u1", "u2"]))
    result = plan(want({"displayName": "Finance", "members": []}), found, protected=["u2"])
    assert show(result) == [("remove_members", "g1", {"members": ["u1"]}, {})]
    assert result.protected_ids == {"u2"}


def test_leaving_users_keep_their_memberships_by_default() -> None:
    found = find((FINANCE, ["u1", "u2"]))
    wanted = want({"displayName": "Finance", "members": ["e2"]})
    assert plan(wanted, found, leaving=["u1", "u2"]).changes == ()
    result = plan(wanted, found, Policy(inactive_members="remove"), leaving=["u1", "u2"])
    assert show(result) == [("remove_members", "g1", {"members": ["u1", "u2"]}, {})]


def test_leaving_users_are_not_added_if_they_are_removed() -> None:
    wanted = want({"displayName": "Finance", "members": ["e1"]})
    policy = Policy(inactive_members="remove")
    assert plan(wanted, find((FINANCE, [])), policy, leaving=["u1"]).changes == ()


# -------------------------------------------------------------------------------------- nested groups


def test_nested_groups_are_members() -> None:
    """R20: a nested group of the source is a member, also if the plan creates it."""
    found = find((FINANCE, []))
    wanted = want(
        {"displayName": "All", "members": [{"value": "finance", "type": "Group"}, "e1"]},
        {"displayName": "Finance"},
        {"displayName": "Top", "members": [{"value": "All", "type": "Group"}]},
    )
    result = plan(wanted, found)
    added = {c.id: c.after["members"] for c in result.changes if c.action == "add_members"}
    assert added == {"new:group:All": ["g1", "u1"], "new:group:Top": ["new:group:All"]}


def test_nested_group_is_removed_if_the_source_states_nesting() -> None:
    found = find((FINANCE, ["g2"]), ({"id": "g2", "displayName": "Ops"}, []), nested=["g2"])
    group = {"displayName": "Finance", "members": []}
    ops = {"displayName": "Ops", "members": []}
    assert plan(want(group, ops), found).changes == ()
    stated = {"displayName": "Ops", "members": [{"value": "Finance", "type": "Group"}]}
    assert ("remove_members", "g1", {"members": ["g2"]}, {}) in show(
        plan(want(group, stated), found)
    )


def test_unknown_wanted_members_are_reported() -> None:
    wanted = want({"displayName": "Finance", "members": [{"value": "nobody", "type": "User"}, "x"]})
    result = plan(wanted, find((FINANCE, [])))
    assert result.changes == ()
    assert result.warnings == (
        "2 members not added, because the source has no such user, or the policy leaves them alone: Finance (2)",
    )


def test_long_lists_of_groups_are_shortened() -> None:
    names = [f"G{n}" for n in range(7)]
    found = find(*(({"id": n, "displayName": n}, None) for n in names))
    (warning,) = plan(want(*({"displayName": n, "members": ["e1"]} for n in names)), found).warnings
    assert warning.endswith("G0, G1, G2, G3, G4 and 2 others")


# ------------------------------------------------------------------------------------------ selection


def test_no_opinion_on_groups_changes_nothing() -> None:
    found = find((FINANCE, ["u1"]))
    policy = Policy(missing_groups="delete")
    assert plan(Directory.of(USERS), found, policy) == GroupChanges()
    result = plan(Directory.of(USERS), found, Policy(inactive_members="remove"))
    assert "no effect" in result.warnings[0]


def test_groups_that_were_not_read_are_reported() -> None:
    found = replace(find(), group_records=None)
    result = plan(want({"displayName": "Finance"}), found)
    assert (result.changes, len(result.warnings)) == ((), 1)
    assert plan(Directory.of(USERS, []), found) == GroupChanges()


def test_empty_source_of_groups_stops() -> None:
    """R1: an empty list of groups is an error, not the wish to remove all."""
    with pytest.raises(DirectoryError, match="empty list, but the target has 1"):
        plan(Directory.of(USERS, []), find((FINANCE, ["u1"])))
    with pytest.raises(DirectoryError):
        plan(Directory.of(USERS, []), find(completeness=Completeness(groups=False)))
    assert plan(Directory.of(USERS, []), find()).changes == ()


def test_excluded_groups_are_listed_and_left_alone() -> None:
    """R17, R19: scope before exclusion; a new name moves no group out of the exclusion."""
    found = find(
        (FINANCE, ["u1"]),
        ({"id": "g2", "displayName": "AWS-Admins"}, []),
        ({"id": "g3", "displayName": "Other", "externalId": "x3"}, []),
    )
    wanted = want(
        {"displayName": "Finance", "members": ["e1"]},
        {"displayName": "aws-new"},
        {"displayName": "AWS-Other", "externalId": "x3"},
    )
    policy = Policy(exclude={"groups": ["aws-*"]}, missing_groups="delete")
    result = plan(wanted, found, policy)
    assert result.changes == ()
    assert sorted(item.key for item in result.excluded) == ["AWS-Admins", "aws-new", "x3"]
    assert {item.reason for item in result.excluded} == {"excluded"}
    assert result.numbers == {"excluded": 3, "unchanged": 1, "kept_groups": 0}


def test_scope_limits_the_groups() -> None:
    found = find((FINANCE, []), ({"id": "g2", "displayName": "Ops"}, []))
    policy = Policy(scope={"groups": 'filter:displayName sw "Fin"'}, missing_groups="delete")
    result = plan(want({"displayName": "Finance", "members": ["e1"]}), found, policy)
    assert show(result) == [("add_members", "g1", {}, {"members": ["u1"]})]
    assert [(item.key, item.reason) for item in result.excluded] == [("Ops", "out of scope")]


def test_protected_groups_lose_no_member_and_are_not_deleted() -> None:
    found = find((FINANCE, ["u1"]), ({"id": "g2", "displayName": "Break glass"}, ["u2"]))
    policy = Policy(protected={"groups": ["break*", "FIN*"]}, missing_groups="delete")
    result = plan(want({"displayName": "Finance", "members": ["e2"]}), found, policy)
    assert show(result) == [("add_members", "g1", {}, {"members": ["u2"]})]
    assert [item.key for item in result.excluded] == ["Break glass"]
    assert result.protected_ids == {"g1"}


def test_group_with_a_protected_member_is_not_deleted() -> None:
    """R17: the deletion of a group removes its members, too."""
    found = find((FINANCE, ["u1", "u2"]), ({"id": "g2", "displayName": "Ops"}, ["u3"]))
    policy = Policy(missing_groups="delete")
    result = plan(want({"displayName": "New"}), found, policy, protected=["u2"])
    assert [(change.action, change.id) for change in result.changes] == [
        ("create", "new:group:New"),
        ("delete", "g2"),
    ]
    assert [(item.id, item.reason) for item in result.excluded] == [("g1", "protected")]
    assert result.protected_ids == {"u2"}


@pytest.mark.parametrize("accepts", [False, True])
def test_group_with_hidden_members_keeps_the_protected(accepts: bool) -> None:
    completeness = Completeness(unproven_groups=frozenset({"g1"}))
    found = find((FINANCE, None), completeness=completeness)
    policy = Policy(missing_groups="delete")
    members = {"g1": ["u2"]} if accepts else {}
    wanted = want({"displayName": "New"})
    result = plan(wanted, found, policy, protected=["u2"], accepted=members)
    assert [change.action for change in result.changes] == ["create"]
    assert bool(result.withheld) is not accepts
    assert all("protected users may be among them" in reason for reason in result.withheld)
    assert [item.id for item in result.excluded] == ["g1"] * accepts
    assert [change.action for change in plan(wanted, found, policy).changes] == ["create", "delete"]


def test_scope_that_matches_no_group_is_refused() -> None:
    source = want({"displayName": "Finance", "members": ["e1"]})
    with pytest.raises(
        InputError, match=r"scope\['groups'\] must match groups of the source, got 'fni\*'"
    ):
        plan(source, find((FINANCE, [])), Policy(scope={"groups": ["fni*"]}))


def test_patterns_that_match_no_group_are_warnings() -> None:
    source = want({"displayName": "Finance"})
    found = find((FINANCE, []), ({"id": "g2", "displayName": "Ops"}, []))
    policy = Policy(exclude={"groups": "opps"}, protected={"groups": ["fin*"]})
    assert plan(source, found, policy).warnings == ("exclude['groups'] matches no group: opps",)
    policy = Policy(exclude={"groups": "ops"}, protected={"groups": 'filter: displayName eq "x"'})
    assert plan(source, found, policy).warnings == (
        "protected['groups'] matches no group: filter: displayName eq \"x\"",
    )


def test_values_that_the_provider_does_not_keep_are_no_change() -> None:
    found = find(({"id": "g1", "displayName": "Finance"}, []))
    wanted = want({"displayName": "Finance", "externalId": "x1"})
    assert plan(wanted, found, unkept=["externalId"]).changes == ()


# ----------------------------------------------------------------------------------------------- law


NAMES = ["Finance", "Ops", "Legal", "Sales"]


@st.composite
def group_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return [
        {
            "displayName": name,
            **({"externalId": f"x{draw(st.integers(1, 4))}{name}"} if draw(st.booleans()) else {}),
            "members": sorted(draw(st.sets(st.sampled_from(sorted(ALL))))),
        }
        for name in names
    ]


def apply(found: Directory, changes: Iterable[Change]) -> Directory:
    """Return the directory after all changes."""
    groups = {g.id or "": dict(g.values) for g in found.group_records or ()}
    members = {g.id or "": {m.value for m in g.members or ()} for g in found.group_records or ()}
    for change in changes:
        match change.action:
            case "create":
                groups[change.id] = {"id": change.id, **change.after}
                members[change.id] = set()
            case "delete":
                del groups[change.id]
            case "add_members":
                members[change.id] |= set(change.after["members"])
            case "remove_members":
                assert set(change.before["members"]) <= members[change.id]
                members[change.id] -= set(change.before["members"])
            case _:
                groups[change.id] |= change.after
    return find(*((values, sorted(members[id_])) for id_, values in groups.items()))


@given(
    before=group_lists(),
    after=group_lists().filter(bool),
    missing=st.sampled_from(("keep", "delete")),
    seed=st.integers(0, 999),
)
def test_plan_after_its_changes_is_empty(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    missing: Literal["keep", "delete"],
    seed: int,
) -> None:
    """R29: a plan compares with what is found, and comes to rest; the order of the input has no influence."""
    found = find(*(({**group, "id": f"g{n}"}, group["members"]) for n, group in enumerate(before)))
    policy = Policy(missing_groups=missing, adopt="all", swaps=True)
    result = plan(want(*after), found, policy)
    shuffled = list(after)
    random.Random(seed).shuffle(shuffled)
    changes = plan(want(*shuffled), found, policy).changes
    assert [replace(c, source=None) for c in changes] == [
        replace(c, source=None) for c in result.changes
    ]
    done = apply(found, result.changes)
    assert plan(want(*after), done, policy).changes == ()
    survivors = {g.id for g in found.group_records or ()} & {g.id for g in done.group_records or ()}
    if missing == "keep":
        assert survivors == {g.id for g in found.group_records or ()}
    sizes = {g.display_name: {m.value for m in g.members or ()} for g in done.group_records or ()}
    for group in after:
        assert sizes[group["displayName"]] == set(group["members"])
