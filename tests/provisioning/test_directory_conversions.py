"""Values of other types than text: from data frames and programs to attributes, and back from an export."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from britive_scim import errors, scim
from britive_scim.provisioning import Completeness, Directory, MemberRecord, UserRecord

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Badge(scim.Extension):
    """Attributes of every type."""

    __schema__ = CUSTOM

    level: int | None = None
    share: float | None = None
    trained: bool | None = None
    since: dt.datetime | None = None
    rooms: list[str] | None = None


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("level", "3", 3),
        ("level", 3.0, 3),
        ("share", "0.5", 0.5),
        ("share", 2, 2),
        ("trained", "TRUE", True),
        ("trained", False, False),
        ("since", dt.date(2026, 5, 1), "2026-05-01T00:00:00+00:00"),
        ("since", dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC), "2026-05-01T08:00:00+00:00"),
        ("rooms", "1;2", ["1", "2"]),
        ("rooms", ("1", 2.0), ["1", "2"]),
        ("start", dt.date(2026, 5, 1), "2026-05-01"),
        ("start", dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC), "2026-05-01T08:00:00+00:00"),
        ("box", MappingProxyType({"a": 1}), {"a": 1}),
        ("box", ("a", "b"), ["a", "b"]),
        ("box", dt.timedelta(days=1), "1 day, 0:00:00"),
    ],
)
def test_cell_becomes_value_of_its_attribute(name: str, cell: Any, expected: Any) -> None:
    options: dict[str, Any] = {"time_zone": "UTC"}
    users: list[Any] = [
        scim.User[Badge](user_name="first"),
        {"user_name": "b", f"custom.{name}": cell},
    ]
    directory = Directory.of(users, **options)
    assert directory.problems == (), directory.problems
    values = directory.user_records[1].values[CUSTOM]
    assert next(iter(values.values())) == expected


@pytest.mark.parametrize(
    ("name", "cell", "rule"),
    [
        ("level", "2.5", "must be a whole number"),
        ("level", True, "must be a number, got bool"),
        ("level", "many", "must be a number"),
        ("share", float("inf"), "must be a finite number"),
        ("trained", "perhaps", "must be true or false"),
        ("since", "soon", "must be a date and time such as"),
        ("since", "2026-05-01", "must have a time zone"),
        ("rooms", 5, "must be text, with ';' between several values, or a list"),
    ],
)
def test_cell_of_another_type_is_a_problem(name: str, cell: Any, rule: str) -> None:
    users: list[Any] = [
        scim.User[Badge](user_name="first"),
        {"user_name": "b", f"custom.{name}": cell},
    ]
    (problem,) = Directory.of(users).problems
    assert problem.rule.startswith(rule)
    assert (problem.line, problem.column) == (2, f"custom.{name}")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(3.0, "3"), (3.5, "3.5"), (dt.date(2026, 1, 2), "2026-01-02"), (7, "7")],
)
def test_text_attribute_takes_numbers_and_dates(cell: Any, expected: str) -> None:
    directory = Directory.of([{"user_name": "a", "title": cell}])
    assert directory.user_records[0].values["title"] == expected


def test_text_attribute_refuses_lists() -> None:
    (problem,) = Directory.of([{"user_name": "a", "title": ["x"]}]).problems
    assert problem.rule == "must be text, got list"


@pytest.mark.parametrize("cell", ["[1", "[1, 2]x"])
def test_text_that_looks_like_json_is_text(cell: str) -> None:
    directory = Directory.of([{"user_name": "a", "groups": cell}])
    assert directory.group_records
    assert directory.group_records[0].display_name == cell


class Columns:
    """An object that has columns, and is no data frame."""

    columns = ("a", "b")


class Frame:
    """A data frame of another library, with the method of pandas."""

    columns = ("user_name",)

    def to_dict(self, orient: str) -> list[dict[str, str]]:
        assert orient == "records"
        return [{"user_name": "ana"}]


def test_objects_with_columns_are_frames_by_their_methods() -> None:
    assert [user.user_name for user in Directory.of(Frame()).users] == ["ana"]
    with pytest.raises(errors.InputError, match="or a data frame, got Columns"):
        Directory.of(Columns())


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ({"department": "IT", "shoe": 1}, "must have known attributes, got 'shoe'"),
        ("IT", "must be an object with the attributes of the extension"),
    ],
)
def test_whole_extension_is_checked(cell: Any, rule: str) -> None:
    (problem,) = Directory.of([{"user_name": "a", ENTERPRISE: cell}]).problems
    assert problem.rule.startswith(rule)


def test_whole_extension_is_text_or_an_object() -> None:
    cells = ['{"department": "IT", "manager": {"value": "b"}}', {"employee_number": "7"}, None]
    users = [{"user_name": f"u{n}", ENTERPRISE: cell} for n, cell in enumerate(cells)]
    users.append({"user_name": "b", CUSTOM: {"Cost Code": 4}})
    directory = Directory.of(users, empty="clear")
    values = [record.values.get(ENTERPRISE, "unstated") for record in directory.user_records]
    assert values == [
        {"department": "IT", "manager": {"value": "b"}},
        {"employeeNumber": "7"},
        None,
        "unstated",
    ]
    assert directory.user_records[3].values[CUSTOM] == {"Cost Code": 4}


def test_value_of_an_object_is_text_too(tmp_path: Path) -> None:
    users = [{"user_name": "a", "name": '{"givenName": "A"}'}, {"user_name": "b", "name": "B"}]
    directory = Directory.of(users)
    assert directory.user_records[0].values["name"] == {"givenName": "A"}
    assert [p.line for p in directory.problems] == [2]


ODD: list[dict[str, Any]] = [
    {"title": 5},
    {"active": "neither"},
    {"active": "yes"},
    {"displayName": "a\ud800b"},
    {"displayName": "a\nb"},
    {"emails": [{"type": "work", "value": 7}]},
    {"emails": [{"type": "home", "value": "a@x.org"}]},
    {"emails": []},
    {ENTERPRISE: {"department": 7}},
]


@pytest.mark.parametrize("values", ODD, ids=str)
def test_export_keeps_values_that_no_column_holds(tmp_path: Path, values: dict[str, Any]) -> None:
    """What a tenant really has is read back as it was, or reported; it is never dropped silently."""
    found = Directory.found(
        [{"id": "1", "userName": "a", **values}, {"id": "2", "userName": "b", "title": "x"}],
        None,
        completeness=Completeness(groups=None),
        scim_url=None,
        provider=None,
        read_at=None,
    )
    found.export(tmp_path / "people.csv")
    read = Directory.read(tmp_path / "people.csv")
    if not read.problems.errors:
        wanted = found.as_wanted()
        expected = [record.values for record in wanted.user_records]
        present = [record.values for record in read.user_records]
        if "title" in values:
            expected[0] = {**expected[0], "title": "5"}
        if values == ODD[2]:
            expected[0] = {**expected[0], "active": True}
        if values == ODD[-1]:
            expected[0] = {**expected[0], ENTERPRISE: {"department": "7"}}
        assert present == expected
    else:
        assert read.problems.errors[0].line == 2


def test_groups_of_values_leave_out_what_the_server_sets() -> None:
    group = {
        "displayName": "A",
        "externalId": "",
        "id": "g",
        "urn:x:Group": {"a": 1},
        "members": ["a"],
    }
    directory = Directory.of([{"user_name": "a"}], [group])
    assert directory.group_records
    assert directory.group_records[0].values == {"displayName": "A", "urn:x:Group": {"a": 1}}
    assert directory.group_records[0].members == (MemberRecord("a", "User"),)


def test_groups_file_needs_a_column_of_groups(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("user_name\na\n")
    (tmp_path / "groups.csv").write_text("member,,description\na,,x\n")
    directory = Directory.read(tmp_path / "people.csv", groups=tmp_path / "groups.csv")
    assert "groups.csv, line 1: groups file must have a column 'group'" in map(
        str, directory.problems.errors
    )
    frame_row = Directory.of([{"user_name": "a"}], [{"member": "a"}])
    assert any("must have a column 'group'" in p.rule for p in frame_row.problems.errors)


@pytest.mark.parametrize("facts", [None, {"status": "active"}])
def test_tables_have_no_secrets_of_extensions(facts: dict[str, Any] | None, tmp_path: Path) -> None:
    values = {"userName": "a", CUSTOM: {"password": "s3cret", "apiToken": "s3cret", "costCode": {"key": 1, "token": "s3cret"}},
        "urn:acme:2.0:User": {"secret": "s3cret", "site": "X"}}  # fmt: skip
    directory = Directory.found([UserRecord(values, admin=facts)], [], completeness=Completeness(), scim_url=None,
        provider=None, read_at=None)  # fmt: skip
    table = directory.to_table()
    names = [name for name in table.columns if name.startswith(("custom.", "attributes."))]
    assert [name.partition(".")[2] for name in names] == ["costCode"]
    directory.to_csv(tmp_path / "people.csv")
    text = (tmp_path / "people.csv").read_text(encoding="utf-8-sig")
    assert "s3cret" not in text
    assert "key" in text
    with pytest.raises(errors.InputError, match="which is secret"):
        directory.to_table(["userName", "password"])
