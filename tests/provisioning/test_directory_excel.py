"""Directories read from Excel files, and from the table of users that this package writes."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyarrow as pa
import pytest

from britive_scim.errors import ConfigurationError, DirectoryError, InputError
from britive_scim.provisioning import Directory


def write(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_excel_file_is_read_as_csv_is(tmp_path: Path) -> None:
    path = write(
        tmp_path / "people.xlsx",
        ("user_name", "active", "employee_number", "active_until", "title", "groups"),
        ("ana", True, 7, datetime(2099, 1, 1), "'=x", "Ops;Dev"),
        ("bob", "no", 8.0, datetime(2099, 1, 1, 12, 30), "a_x000D_b", None),
    )
    directory = Directory.read(path, time_zone="UTC")
    assert not directory.problems
    assert [user.values["title"] for user in directory.user_records] == ["=x", "a\rb"]
    assert [user.active for user in directory.users] == [True, False]
    assert [user.at("enterprise.employeeNumber") for user in directory.users] == ["7", "8"]
    assert [group.display_name for group in directory.group_records or ()] == ["Ops", "Dev"]
    assert (directory.source.format, directory.source.encoding) == ("Excel", None)


def test_groups_are_read_from_an_excel_file(tmp_path: Path) -> None:
    users = write(tmp_path / "people.xlsx", ("user_name",), ("ana",))
    groups = write(tmp_path / "groups.xlsx", ("group", "member"), ("Ops", "ana"))
    directory = Directory.read(users, groups=groups)
    assert [group.display_name for group in directory.group_records or ()] == ["Ops"]
    assert directory.source.groups == "groups.xlsx (Excel)"


def test_excel_formula_without_value_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "people.xlsx", ("user_name", "title"), ("ana", "=1+1"))
    with pytest.raises(DirectoryError, match="got a formula without its value in row 2"):
        Directory.read(path)


def test_damaged_excel_file_is_refused(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x>")
    with pytest.raises(
        DirectoryError, match=r"people.xlsx must be a valid Excel file, .*; save it as CSV"
    ):
        Directory.read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "")
    with pytest.raises(DirectoryError, match="got an archive"):
        Directory.read(path)


def test_excel_needs_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "people.xlsx", ("user_name",))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ConfigurationError, match=r"britive-scim\[excel\]"):
        Directory.read(path)


TABLE = {
    "id": ["u1", "u2"],
    "key": ["ana", "bob"],
    "user_name": ["ana", "bob"],
    "manager": ["u2", "u9"],
}


def test_numbers_of_groups_in_the_table_of_users_are_counts(tmp_path: Path) -> None:
    counts: dict[str, list[Any]] = {**TABLE, "groups": [2, None]}
    for source in (pl.DataFrame(counts), pa.table(counts), pl.DataFrame(counts).to_dicts()):
        directory = Directory.of(source)
        assert directory.group_records is None
    (tmp_path / "x.csv").write_text("id,key,user_name,groups\nu1,ana,ana,2\nu2,bob,bob,\n")
    assert Directory.read(tmp_path / "x.csv").group_records is None
    named = Directory.of(pl.DataFrame({**TABLE, "groups": ["Ops", None]}))
    assert [group.display_name for group in named.group_records or ()] == ["Ops"]
    mapped = Directory.of(
        pl.DataFrame({**TABLE, "groups": ["2", None]}), columns={"groups": "groups"}
    )
    assert [group.display_name for group in mapped.group_records or ()] == ["2"]
    other = Directory.of([{"user_name": "ana", "groups": "2"}])
    assert [group.display_name for group in other.group_records or ()] == ["2"]


class Frame:
    """Frame of a library that is known by one method alone."""

    columns = ("user_name",)

    def __init__(self, **methods: Any) -> None:
        vars(self).update(methods)


class Stream:
    """Frame that is an Arrow stream, as relations of DuckDB are."""

    columns = ("user_name",)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return pl.DataFrame({"user_name": ["ana"]}).__arrow_c_stream__(requested_schema)


def test_frames_of_other_libraries_are_read() -> None:
    native = pl.DataFrame({"user_name": ["ana"]})
    for frame in (Frame(to_native=lambda: native), Stream()):
        assert [user.user_name for user in Directory.of(frame).users] == ["ana"]
    with pytest.raises(
        InputError, match="users must be a list of users or mappings, or a data frame"
    ):
        Directory.of(Frame())


def test_managers_in_the_table_of_users_are_ids() -> None:
    directory = Directory.of(pl.DataFrame(TABLE))
    managers = [user.at("enterprise.manager") for user in directory.users]
    assert [manager.value for manager in managers] == ["bob", "u9"]
    assert [(p.column, p.value, p.severity) for p in directory.problems] == [
        ("manager", "u9", "warning")
    ]
