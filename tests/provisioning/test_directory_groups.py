"""Groups of a wanted directory: files, rows, resources, nested groups."""

from pathlib import Path
from typing import Any

import pytest

from britive_scim import errors, scim
from britive_scim.provisioning import Directory, MemberRecord
from support.each_value import each_value

USERS = [{"userName": "ana", "externalId": "A1"}, {"userName": "bo"}]
ANA, BO = MemberRecord("A1", "User"), MemberRecord("bo", "User")


def members_of(directory: Directory) -> dict[str | None, Any]:
    return {group.display_name: group.members for group in directory.group_records or ()}


def rules_of(directory: Directory) -> list[str]:
    return [problem.rule for problem in directory.problems]


class Frame:
    columns = ("group", "member")

    def to_dicts(self) -> list[dict[str, Any]]:
        return [{"group": "G", "member": "ana"}]


@each_value(
    "groups, expected",
    [
        ({"G": ["ana", "A1", "BO"]}, (ANA, BO)),
        ([{"displayName": "G", "members": [{"value": "A1", "type": "User"}]}], (ANA,)),
        ([{"display_name": " G ", "description": "x"}], None),
        ([{"displayName": "G", "members": []}], ()),
        ([{"group": "G", "member": "ana"}, {"group": "G", "member": "bo"}], (ANA, BO)),
        ([{"group": "G", "member": ""}], ()),
        ([scim.Group(display_name="G")], None),
        ([scim.Group.of("G", members=["bo"])], (BO,)),
        ([{"displayName": "G", "members": [scim.User(user_name="ana", external_id="A1")]}], (ANA,)),
        (Frame(), (ANA,)),
        ([{"displayName": "G", "members": [{"value": "id-at-the-tenant"}]}], (MemberRecord("id-at-the-tenant"),)),
    ],
)  # fmt: skip
def test_groups_of_values(groups: Any, expected: Any) -> None:
    directory = Directory.of(USERS, groups)
    assert directory.problems == ()
    assert members_of(directory) == {"G": expected}
    assert directory.completeness.groups is True


def test_no_groups_is_no_opinion_and_empty_list_a_problem() -> None:
    assert Directory.of(USERS).group_records is None
    assert rules_of(Directory.of(USERS, [])) == [
        "source must have groups, got an empty list; omit it to leave groups unchanged"
    ]


@each_value(
    "groups, rule",
    [
        ({"G": ["nobody"]}, "member must be the externalId or userName of a user of the source"),
        ({"G": [5]}, "member must be an externalId or a userName"),
        ({"G": "ana"}, "members must be a list, got str"),
        ({"G": [scim.User()]}, "member must be an externalId or a userName"),
        ({"G": [], "g ": []}, "name of a group must differ in more than case and blanks from that of line 1"),
        ({" ": []}, "displayName of a group must not be empty"),
        ([{"displayName": "G"}, {"displayName": "G"}], "name of a group must be unique"),
        ([{"displayName": "G", "externalId": "1"}, {"displayName": "H", "externalId": "1"}], "externalId of a group must be unique"),
        ([{"displayName": "G", "membres": []}], "did you mean 'members'"),
        ([{"group": "G"}], "groups file must have a column 'member'"),
        ([{"group": "", "member": "ana"}], "name of a group must not be empty"),
        ([{"group": "G", "membr": "ana"}], "did you mean 'member'"),
        ([{"group": "G", "member": "ana", "user": "bo"}], "member must be stated by one column"),
        ([{"group": "G", "member": "ana", "external_id": "1"}, {"group": "G", "member": "bo", "external_id": "2"}], "the same in all its rows"),
        ({"G": ["H"], "H": ["ana"]}, "member must be a user, got a group; nested='flatten'"),
        ({"1": [], "2": []}, "groups must be named, got numbers only"),
    ],
)  # fmt: skip
def test_problem_of_groups_names_rule(groups: Any, rule: str) -> None:
    """R20, R23: nested groups and twins are refused by name."""
    directory = Directory.of(USERS, groups)
    assert any(rule in found for found in rules_of(directory)), rules_of(directory)


def test_ambiguous_member_is_a_problem() -> None:
    users = [{"userName": "x", "externalId": "1"}, {"userName": "1"}]
    assert rules_of(Directory.of(users, {"G": ["1"]})) == [
        "member must be one user, got the externalId of one and the userName of another"
    ]


NESTED = {"All": ["H", "bo"], "H": ["I", "ana"], "I": ["bo"]}


def test_nested_groups_are_flattened_or_kept() -> None:
    """R20: flatten with a check of cycles."""
    flat = Directory.of(USERS, NESTED, nested="flatten")
    assert members_of(flat) == {"All": (ANA, BO), "H": (BO, ANA), "I": (BO,)}
    kept = Directory.of(USERS, NESTED, nested="keep")
    assert members_of(kept)["All"] == (MemberRecord("H", "Group"), BO)
    assert flat.problems == kept.problems == ()


def test_cycle_is_followed_once_and_reported() -> None:
    groups = {"G": ["H", "ana"], "H": ["G", "bo"], "I": ["H"], "S": ["S", "bo"]}
    flat = Directory.of(USERS, groups, nested="flatten")
    assert {n: set(m) for n, m in members_of(flat).items()} == {
        "G": {ANA, BO}, "H": {ANA, BO}, "I": {ANA, BO}, "S": {BO},
    }  # fmt: skip
    assert [(p.line, p.severity) for p in flat.problems] == [
        (1, "warning"),
        (2, "warning"),
        (4, "warning"),
    ]
    kept = Directory.of(USERS, groups, nested="keep")
    assert [p.severity for p in kept.problems] == ["error"] * 3


def test_type_group_decides_between_user_and_group() -> None:
    rows = [{"group": "bo", "member": "ana"}, {"group": "G", "member": "bo", "type": "group"}]
    directory = Directory.of(USERS, rows, nested="keep")
    assert members_of(directory)["G"] == (MemberRecord("bo", "Group"),)


@each_value("groups", ["g.csv", 5, [5], scim.Group()])
def test_other_values_of_groups_are_refused(groups: Any) -> None:
    with pytest.raises(errors.InputError, match=r"groups.* must be"):
        Directory.of(USERS, groups)


def test_groups_file_is_read(tmp_path: Path) -> None:
    people, groups = tmp_path / "people.csv", tmp_path / "groups.csv"
    people.write_text("user_name\nana\nbo\n")
    groups.write_text("Group;Member;Type\nG;ana;User\nG;bo\nH;nobody;\n'=X;bo;user\n")
    directory = Directory.read(people, groups=groups)
    assert members_of(directory) == {
        "G": (MemberRecord("ana", "User"),),
        "H": (MemberRecord("nobody"),),
        "=X": (BO,),
    }
    assert [str(problem) for problem in directory.problems] == [
        "groups.csv, line 3: row must have as many cells as there are headers, 3, got 2",
        "groups.csv, line 4, column member: member must be the externalId or userName of a user of the source, or a group",
    ]
    assert "groups from groups.csv (CSV, encoding utf-8)" in str(directory.source)


def test_groups_file_may_be_json_lines(tmp_path: Path) -> None:
    people, groups = tmp_path / "people.csv", tmp_path / "groups.jsonl"
    people.write_text("user_name\nana\n")
    groups.write_text(
        '{"displayName": "G", "members": ["ana"]}\n{"group": "H", "member": "ana"}\n5\n'
    )
    directory = Directory.read(people, groups=groups)
    assert members_of(directory).keys() == {"G", "H"}
    assert rules_of(directory) == ["line must be a JSON object, got int"]


def test_groups_from_two_places_are_refused(tmp_path: Path) -> None:
    people, groups = tmp_path / "people.csv", tmp_path / "groups.csv"
    people.write_text("user_name,groups\nana,G\n")
    groups.write_text("group,member\nG,ana\n")
    assert "groups must come from one place" in str(Directory.read(people, groups=groups).problems)
    both = Directory.of([{"user_name": "ana", "groups": "G"}], {"G": ["ana"]})
    assert "groups must come from one place" in str(both.problems)


def test_group_keeps_extension_and_user_without_key_is_no_member() -> None:
    directory = Directory.of(
        [{"groups": "G", "title": "x"}, {"userName": "a", "groups": '["A;B"]'}]
    )
    assert members_of(directory) == {"A;B": (MemberRecord("a", "User"),)}
    group = Directory.of(USERS, [{"displayName": "G", "urn:x:Group": {"a": 1}, "id": "g1"}])
    assert group.group_records
    assert group.group_records[0].values == {"displayName": "G", "urn:x:Group": {"a": 1}}
