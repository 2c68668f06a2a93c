"""Columns and cells of a source: headers, paths, types, status words, dates."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from britive_scim import errors, scim
from britive_scim.provisioning import Directory
from support.each_value import each_value

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
TODAY = dt.datetime.now(dt.UTC).date()


def read_one(row: dict[str, Any], **options: Any) -> Directory:
    return Directory.of([{"userName": "ana", **row}], **options)


def values_of(row: dict[str, Any], **options: Any) -> dict[str, Any]:
    directory = read_one(row, **options)
    assert directory.problems == ()
    return {k: v for k, v in directory.user_records[0].values.items() if k != "userName"}


def rules_of(directory: Directory) -> list[str]:
    return [problem.rule for problem in directory.problems]


@each_value(
    "row, expected",
    [
        ({"External ID": "E1"}, {"externalId": "E1"}),
        ({"FIRST_NAME": "Ana", "Surname": "Lee"}, {"name": {"givenName": "Ana", "familyName": "Lee"}}),
        ({"e-mail": "a@x.org"}, {"emails": [{"type": "work", "value": "a@x.org"}]}),
        ({"department": "IT"}, {ENTERPRISE: {"department": "IT"}}),
        ({"enterprise.costCenter": "4"}, {ENTERPRISE: {"costCenter": "4"}}),
        ({"custom.Cost Code": "4"}, {CUSTOM: {"Cost Code": "4"}}),
        ({f"{CUSTOM}:badge": 4}, {CUSTOM: {"badge": 4}}),
        ({"nick_name": "an"}, {"nickName": "an"}),
        ({"emails": ["a@x.org"]}, {"emails": [{"value": "a@x.org"}]}),
        ({"emails.value": "a@x.org; b@x.org"}, {"emails": [{"value": "a@x.org"}, {"value": "b@x.org"}]}),
        ({"roles": '[{"value": "r", "primary": true}]'}, {"roles": [{"value": "r", "primary": True}]}),
        ({"name": {"given_name": "Ana"}}, {"name": {"givenName": "Ana"}}),
        ({"enterprise": {"manager": "ana"}}, {ENTERPRISE: {"manager": {"value": "ana"}}}),
        (
            {"enterprise.manager": {"value": "ana", "displayName": "x"}},
            {ENTERPRISE: {"manager": {"value": "ana"}}},
        ),
        ({"urn:acme:2.0:Badge": {"level": "red"}}, {"urn:acme:2.0:Badge": {"level": "red"}}),
        ({"urn:acme:2.0:Badge:level": "red"}, {"urn:acme:2.0:Badge": {"level": "red"}}),
        ({"other": '{"title": "T", "name": {"familyName": "L"}}'}, {"title": "T", "name": {"familyName": "L"}}),
        ({"id": "u1", "meta": {}, "schemas": [], "created": "x"}, {}),
        ({"groups": [{"value": "g1"}]}, {}),
        ({"employee_number": 7.0}, {ENTERPRISE: {"employeeNumber": "7"}}),
        ({"title": "'=1+1"}, {"title": "'=1+1"}),
        ({"title": "'Ann"}, {"title": "'Ann"}),
        ({"title": "  Guide\u00a0 "}, {"title": "Guide"}),
        ({"title": None, "active": float("nan")}, {}),
        ({"custom.day": dt.date(2026, 1, 2)}, {CUSTOM: {"day": "2026-01-02"}}),
        ({"custom.at": dt.datetime(2026, 1, 2, tzinfo=dt.UTC)}, {CUSTOM: {"at": "2026-01-02T00:00:00+00:00"}}),
        ({"custom.tags": ("a", "b")}, {CUSTOM: {"tags": ["a", "b"]}}),
    ],
)  # fmt: skip
def test_column_states_attribute(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert values_of(row) == expected


@each_value("paths", [5, ["title", 5], [], {"a": "title"}, ""])
def test_columns_that_are_no_paths_are_refused(paths: Any) -> None:
    with pytest.raises(errors.InputError, match=r"columns\['Mail'\] must be a SCIM path, several"):
        Directory.of([{"Mail": "ana@x.org"}], columns={"Mail": paths})


def test_columns_map_one_header_to_several_paths() -> None:
    directory = Directory.of(
        [{"Mail": "ana@x.org", "DOB": "1.2.1990"}],
        columns={"mail": ["userName", 'emails[type eq "work"].value'], "DOB": None},
    )
    assert directory.problems == ()
    assert directory.user_records[0].values == {
        "userName": "ana@x.org",
        "emails": [{"type": "work", "value": "ana@x.org"}],
    }
    assert directory.source.columns["DOB"] == ()


def test_selected_values_share_one_item() -> None:
    values = values_of(
        {'emails[type eq "work"].value': "a@x.org", 'emails[type eq "work"].primary': "true"}
    )
    assert values == {"emails": [{"type": "work", "value": "a@x.org", "primary": True}]}


@each_value(
    "row, options, rule",
    [
        ({"Shoe size": "4"}, {}, "header must be a known column or a SCIM path"),
        ({"titel": "4"}, {}, "did you mean 'title'?"),
        ({"x": "4"}, {"columns": {"x": "titel"}}, "titel must name an attribute of a user; did you mean 'title'"),
        ({"x": "4"}, {"columns": {"x": "name.gvenName"}}, "must name a part of name; did you mean 'name.givenName'"),
        ({"x": "4"}, {"columns": {"x": "title.part"}}, "got a part of a simple one"),
        ({"x": "4"}, {"columns": {"x": "groups.value"}}, "only the server sets it"),
        ({"x": "4"}, {"columns": {"x": "enterprise.manager.displayName"}}, "only the server sets it"),
        ({"x": "4"}, {"columns": {"x": "emails.type"}}, "must select a value"),
        ({"x": "4"}, {"columns": {"x": 'emails[value co "x"].type'}}, "must select by equality"),
        ({"x": "4"}, {"columns": {"x": 'emails[type eq "work"].type'}}, "another part than its brackets"),
        ({"x": "4"}, {"columns": {"y": "title"}}, "columns must name headers of the source, got 'y'"),
        ({"password": "secret"}, {}, "a password must not be synchronized"),
        ({"pw": "s"}, {"columns": {"pw": "password"}}, "a password must not be synchronized"),
        ({"name": "Ana Lee"}, {}, "must be an object, as name has parts"),
        ({"name": {"gvenName": "A"}}, {}, "must have known parts, got 'gvenName'; did you mean 'givenName'"),
        ({"enterprise": {"departmnt": "A"}}, {}, "must have known attributes"),
        ({"enterprise": "A"}, {}, "must be an object with the attributes"),
        ({"other": "A"}, {}, "must be a JSON object"),
        ({"other": '{"titel": 1}'}, {}, "titel must name an attribute"),
        ({"title": True}, {}, "must be text, got bool"),
        ({"emails.value": 5}, {}, "must be text, with ';'"),
        ({"groups": [1]}, {}, "must be names of groups"),
        ({"active": "perhaps"}, {}, "must be a status word, got 'perhaps'"),
        ({'emails[type eq "work"].primary': "perhaps"}, {}, "must be true or false"),
        ({"active_until": "31.12.2026"}, {"time_zone": "UTC"}, "must be a date such as 2026-11-30"),
        ({"active_until": "2026-12-31"}, {}, "must have a time zone"),
        ({"custom.at": dt.datetime(2026, 1, 2)}, {}, "must have a time zone"),
        ({"email": "Lee"}, {}, "e-mail address must be name@domain"),
        ({"email": "a@x.org", "mail": "b@x.org"}, {}, "must be stated by one column, got also 'email'"),
        ({"name": {"givenName": "A"}, "given_name": "B"}, {}, "must be stated by one column, got also 'name'"),
        ({"groups": "A", "Groups": "B"}, {}, "groups must be stated by one column"),
    ],
)  # fmt: skip
def test_problem_names_rule(row: dict[str, Any], options: dict[str, Any], rule: str) -> None:
    """R36: unknown columns and cells that do not fit are reported, never guessed."""
    directory = read_one(row, **options)
    assert any(rule in found for found in rules_of(directory)), rules_of(directory)
    with pytest.raises(errors.DirectoryError) as caught:
        directory.raise_for_problems()
    assert len(caught.value.problems) == len(directory.problems.errors)


@each_value(
    "options, message",
    [
        ({"nested": "flat"}, "nested must be 'refuse' or 'flatten' or 'keep'"),
        ({"empty": "clean"}, "empty must be 'keep' or 'clear', got 'clean'"),
        ({"columns": ["a"]}, "columns must be a mapping"),
        ({"columns": {1: "a"}}, "names of columns as keys"),
        ({"columns": {"a": []}}, "must be a SCIM path"),
        ({"columns": {"a": [1]}}, "must be a SCIM path"),
        ({"active": "A"}, "active must be a list of words"),
        ({"inactive": [1]}, "inactive must be a list of words"),
        ({"active": ["A"], "inactive": ["a"]}, "must not share words"),
        ({"time_zone": "Europe/Belin"}, "time_zone must be a known zone.*did you mean 'Europe/Berlin'"),
        ({"time_zone": 5}, "time_zone must be a name"),
    ],
)  # fmt: skip
def test_invalid_option_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.InputError, match=message):
        read_one({}, **options)


@each_value(
    "word, options, expected",
    [
        ("Yes", {}, True),
        ("TERMINATED", {}, False),
        (False, {}, False),
        (1, {}, True),
        ("A", {"active": ["a"]}, True),
        ("X", {"inactive": ["X"]}, False),
        ("0", {"active": ["0"], "inactive": ["1"]}, True),
        ("1", {"inactive": ["1"]}, False),
        ("off", {"active": ["off"]}, True),
    ],
)
def test_status_words(word: Any, options: dict[str, Any], expected: bool) -> None:
    """R21: status words are explicit."""
    assert values_of({"active": word}, **options) == {"active": expected}


@each_value(
    "row, expected",
    [
        ({"active_until": str(TODAY + dt.timedelta(2))}, True),
        ({"active_until": str(TODAY - dt.timedelta(2))}, False),
        ({"active_until": str(TODAY - dt.timedelta(2)), "active": "yes"}, False),
        ({"active_until": str(TODAY + dt.timedelta(2)), "active": "no"}, False),
        ({"active_until": TODAY + dt.timedelta(2)}, True),
        ({"active_until": dt.datetime.now(dt.UTC)}, True),
        ({"active_until": f"{TODAY - dt.timedelta(2)}T08:00:00Z"}, False),
        ({"active_until": f"{TODAY + dt.timedelta(2)}T08:00:00"}, True),
    ],
)
def test_active_until_is_last_active_day(row: dict[str, Any], expected: bool) -> None:
    assert values_of(row, time_zone="UTC") == {"active": expected}


def test_day_ends_in_its_time_zone() -> None:
    east, west = dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-12))
    day = dt.datetime.now(west).date()
    assert values_of({"active_until": day}, time_zone=west) == {"active": True}
    assert values_of({"active_until": day}, time_zone=east) == {"active": False}


def test_empty_cell_keeps_or_clears() -> None:
    row = {
        "title": "",
        "given_name": " ",
        "email": "",
        "custom.a": None,
        "manager": "",
        "other": "",
    }
    assert values_of(row) == {}
    assert values_of(row, empty="clear") == {
        "title": None,
        "name": {"givenName": None},
        "emails": [{"type": "work", "value": None}],
        CUSTOM: {"a": None},
        ENTERPRISE: {"manager": {"value": None}},
    }
    whole = {"name": None, "emails": None, "enterprise": None, "urn:acme:2.0:Badge:level": None}
    assert values_of(whole, empty="clear") == {
        "name": None,
        "emails": None,
        ENTERPRISE: None,
        "urn:acme:2.0:Badge": {"level": None},
    }


def test_typed_attributes_of_an_extension() -> None:
    class Badge(scim.Extension):
        __schema__ = "urn:acme:2.0:Badge"
        level: int | None = None
        share: float | None = None
        since: dt.datetime | None = None
        valid: bool | None = None

    class Person(scim.User):
        badge: Badge | None = scim.extension("urn:acme:2.0:Badge")

    row = {
        "badge.level": "7",
        "badge.share": "0.5",
        "badge.since": "2026-01-02",
        "badge.valid": "true",
    }
    directory = Directory.of([Person(user_name="bo"), {"userName": "ana", **row}], time_zone="UTC")
    assert directory.problems == ()
    assert directory.user_records[1].values["urn:acme:2.0:Badge"] == {
        "level": 7,
        "share": 0.5,
        "since": "2026-01-02T00:00:00+00:00",
        "valid": True,
    }
    bad = {"badge.level": "7.5", "badge.share": "inf", "badge.since": "soon", "badge.valid": "x"}
    worse = {"badge.level": True, "badge.share": "much", "badge.since": "2026-01-02T08:00:00+99:00"}
    found = Directory.of(
        [Person(user_name="bo"), {"userName": "ana", **bad}, {"userName": "cy", **worse}]
    )
    assert len(found.problems) == 7


class PolarsFrame:
    columns = ("user_name", "active")

    def to_dicts(self) -> list[dict[str, Any]]:
        return [{"user_name": "ana", "active": None}]


class NAType:
    pass


class PandasFrame:
    columns = ("user_name", "title", "employee_number")

    def to_dict(self, orient: str) -> list[dict[str, Any]]:
        assert orient == "records"
        return [{"user_name": "ana", "title": NAType(), "employee_number": np.int64(7)}]


def test_data_frames_are_rows() -> None:
    assert Directory.of(PolarsFrame()).user_records[0].values == {"userName": "ana"}
    assert Directory.of(PandasFrame()).user_records[0].values == {
        "userName": "ana",
        ENTERPRISE: {"employeeNumber": "7"},
    }


def test_models_leave_out_what_the_server_sets() -> None:
    user = scim.User(id="u1", user_name="ana", emails=[scim.Email(value="a@x.org")])
    directory = Directory.of([user])
    assert directory.user_records[0].values == {"userName": "ana", "emails": [{"value": "a@x.org"}]}


@each_value("users", ["people.csv", {"a": 1}, 5, [5], scim.User()])
def test_other_values_are_refused(users: Any) -> None:
    with pytest.raises(errors.InputError, match=r"users.* must be"):
        Directory.of(users)


def test_unknown_column_is_reported_once() -> None:
    directory = Directory.of([{"userName": "a", "x": 1}, {"userName": "b", "x": 1, "title": "T"}])
    assert len(directory.problems) == 1
    assert directory.problems[0].line == 1


def test_header_without_text_is_a_problem_with_values_below(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("user_name,,user_name\na,b,c\nd,e,f\n")
    directory = Directory.read(path)
    assert rules_of(directory) == [
        "header must be unique, got it twice",
        "column with values must have a header",
    ]
