"""Tables of users, in any library or file, read back as a directory whose plan has no changes."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from britive_scim import errors, scim
from britive_scim.provisioning import Completeness, Directory, plan
from britive_scim.scim.definitions.attribute import Attribute, AttributeType
from britive_scim.tables import IncompleteTableWarning, Table

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ODD = ["=1", "'=1", "''=1", "'t Hooft ", " Ann ", "\ta", "x\0y", "a;b", "[1]", "{}", "_x0041_", "_x005F_x0041_", "_x0041\x01", "\u2028", "e\u0301", " ", "null", "0001", "1.0"]  # fmt: skip
TEXT = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8"), max_size=5)
USER = st.fixed_dictionaries(
    {},
    optional={
        "name": st.fixed_dictionaries({}, optional={"givenName": TEXT, "familyName": TEXT}),
        "displayName": TEXT,
        "title": TEXT,
        "nickName": TEXT,
        "active": st.booleans(),
        "emails": st.just([{"value": "a@x.org", "type": "work", "primary": True}]),
        ENTERPRISE: st.fixed_dictionaries({}, optional={"department": TEXT, "costCenter": TEXT}),
        CUSTOM: st.fixed_dictionaries({}, optional={"costCode": TEXT, "level": st.integers(0, 9)}),
    },
)


def read_csv(found: Directory, folder: Path) -> Directory:
    found.to_csv(folder / "users.csv")
    return Directory.read(folder / "users.csv")


def read_excel(found: Directory, folder: Path) -> Directory:
    found.to_excel(folder / "users.xlsx")
    return Directory.read(folder / "users.xlsx")


FORMS: Mapping[str, Callable[[Directory, Path], Directory]] = {
    "models": lambda found, _: Directory.of(found.users),
    "list": lambda found, _: Directory.of([*found.users]),
    "pandas": lambda found, _: Directory.of(found.to_pandas()),
    "polars": lambda found, _: Directory.of(found.to_polars()),
    "Arrow": lambda found, _: Directory.of(found.to_arrow()),
    "CSV": read_csv,
    "Excel": read_excel,
}


def build_found(users: list[dict[str, Any]], custom: Iterable[Attribute] = ()) -> Directory:
    return Directory.found(
        [{"id": f"u{n}", "userName": f"u{n}@x.org", **user} for n, user in enumerate(users)],
        [],
        completeness=Completeness(),
        scim_url="https://x.org",
        provider="Okta",
        read_at=dt.datetime(2026, 11, 30, tzinfo=dt.UTC),
        custom_attributes=custom,
    )


@pytest.mark.parametrize("form", FORMS)
def test_plan_of_a_table_is_empty(form: str) -> None:
    @given(st.lists(USER, min_size=1, max_size=3))
    @example([{"title": text, "displayName": text, CUSTOM: {"costCode": text}} for text in ODD])
    def check(users: list[dict[str, Any]]) -> None:
        found = build_found(users)
        with tempfile.TemporaryDirectory() as folder:
            wanted = FORMS[form](found, Path(folder))
        assert wanted.problems.errors == ()
        assert plan(wanted, found).changes == ()

    check()


@pytest.mark.parametrize("form", FORMS)
def test_plan_of_a_table_with_typed_custom_columns_is_empty(form: str, tmp_path: Path) -> None:
    types: dict[str, AttributeType] = {
        "level": "integer", "share": "decimal", "remote": "boolean", "since": "dateTime",
    }  # fmt: skip
    times = ["2026-01-01T00:00:00Z", "2026-01-01T08:30:00.000Z", "2026-01-01T08:30:05+02:00"]
    values = [{"level": 3, "share": 1.5, "remote": True, "since": time} for time in times]
    users = [{CUSTOM: value} for value in [*values, {}]]
    found = build_found(users, [Attribute(name=name, type=types[name]) for name in types])
    wanted = FORMS[form](found, tmp_path)
    assert wanted.problems == ()
    assert plan(wanted, found).changes == ()


def test_other_time_of_a_custom_attribute_is_a_change() -> None:
    found = build_found([{CUSTOM: {"since": "2026-01-01T00:00:00Z"}}])
    for time in ("2026-01-02", "2026-01-01T00:00:01", "2026-01-01T00:00:00+01:00", "2026-13-01"):
        (change,) = plan(
            Directory.of([{"user_name": "u0@x.org", "custom.since": time}]), found
        ).changes
        assert change.after == {CUSTOM: {"since": time}}


def test_typed_text_keeps_its_apostrophe() -> None:
    user = scim.User(user_name="a", title="'=x")
    frame = pd.DataFrame([{"user_name": "a", "title": "'=x"}])
    for source in ([user], [user.to_wire()], frame):
        assert Directory.of(source).user_records[0].values["title"] == "'=x"


@pytest.mark.parametrize("value", [b"x", float("inf"), object(), Ellipsis, 1j])
@pytest.mark.parametrize("column", ["title", "custom.level"])
def test_object_without_text_is_a_problem(column: str, value: object) -> None:
    directory = Directory.of([{"user_name": "a", column: value}])
    assert [problem.column for problem in directory.problems.errors] == [column]


def test_columns_of_one_name_are_refused() -> None:
    names = ["user_name", "title", "title"]
    frames = [
        pd.DataFrame([["a", "x", "y"]], columns=names),
        pa.Table.from_arrays([pa.array([text]) for text in ("a", "x", "y")], names=names),
    ]
    for frame in frames:
        with pytest.raises(errors.InputError, match="different names, got 'title' twice"):
            Directory.of(frame)


def test_null_character_in_a_value_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    Table({"user_name": str, "title": str}, [[("a", "x\0y")]]).to_csv(path)
    assert Directory.read(path).user_records[0].values["title"] == "x\0y"


def test_excel_holds_any_time(tmp_path: Path) -> None:
    times = [dt.datetime(9999, 12, 31, 23, 59, 59, 999999, dt.UTC), dt.datetime(1, 1, 1, tzinfo=dt.UTC)]  # fmt: skip
    path = tmp_path / "times.xlsx"
    Table({"at": dt.datetime}, [[(time,) for time in times]]).to_excel(path)
    cells = pd.read_excel(path)["at"].tolist()
    assert [str(cell)[:19] for cell in cells] == ["9999-12-31 23:59:59", "0001-01-01T00:00:00"]


def test_lists_of_numpy_are_lists() -> None:
    np = pytest.importorskip("numpy")
    users = pd.DataFrame({"user_name": ["a"], "groups": [np.array(["g1", "g2"])]})
    directory = Directory.of(users)
    assert directory.problems == ()
    assert [group.display_name for group in directory.group_records or ()] == ["g1", "g2"]


def test_whole_numbers_of_a_column_with_gaps_are_whole() -> None:
    rows = pd.DataFrame({"group": [7, None], "member": [101, None]}).iloc[:1]
    floats = Directory.of([{"userName": "101"}], rows)
    integers = Directory.of([{"userName": "101"}], [{"group": 7, "member": 101}])
    for directory in (floats, integers):
        assert [group.display_name for group in directory.group_records or ()] == ["7"]
    assert floats.problems == integers.problems


def test_slice_of_a_list_is_an_incomplete_list() -> None:
    found = build_found([{}, {}, {}])
    part = found.users[:2]
    assert [user.id for user in part] == ["u0", "u1"]
    with pytest.warns(IncompleteTableWarning):
        assert part.to_pandas()["id"].to_list() == ["u0", "u1"]
    assert part.why_incomplete == "this is a part of a list"
    assert not Directory.of(part).complete
    assert found.users[:].complete
    groups = cast("Any", Directory.of([{"userName": "a"}], {"G": ["a"], "H": []}).groups)
    assert [group.display_name for group in groups[1:]] == ["H"]
    assert not groups[1:].complete
    found = Directory.of([{"userName": "a"}, {"userName": "A"}, {"userName": "b"}], {"G": []})
    findings = found.findings()
    assert len(findings) > 1
    assert list(findings[:1]) == [findings[0]]
    assert len(list(findings[:1].to_table())) == 1


def test_directory_is_not_iterable() -> None:
    with pytest.raises(TypeError, match="use its users, groups or memberships"):
        pd.DataFrame(build_found([{}]))


def test_saved_directory_with_odd_names_is_shown(tmp_path: Path) -> None:
    found = Directory.found(
        [{"id": "u", "userName": ["a"]}],
        [({"id": "g", "displayName": ["x"], "externalId": 1}, ())],
        completeness=Completeness(),
        scim_url=None,
        provider=None,
        read_at=None,
    )
    found.save(tmp_path / "tenant.jsonl")
    loaded = Directory.load(tmp_path / "tenant.jsonl")
    assert loaded.user_records[0].values["userName"] == ["a"]
    assert loaded.user_records[0].user_name is None
    assert list(loaded.memberships) == []
    assert "1 group" in str(loaded.groups)
    assert loaded.findings().of("empty-group")
