"""Tables as frames of pandas, polars and Arrow, and as CSV and Excel files."""

from __future__ import annotations

import csv
import os
import stat
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from britive_scim.errors import ConfigurationError, InputError
from britive_scim.tables import IncompleteTableWarning, Row, Table, Tabular
from support.each_value import each_value

COLUMNS = {"name": str, "active": bool, "size": int, "share": float, "seen": datetime, "more": dict}
TIME = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
FULL: Row = ("Ana", True, 3, 0.5, TIME, {"a": ["ä"]})
GAPS: Row = (None,) * len(COLUMNS)
TEXT = '{"a": ["ä"]}'

ROWS: dict[str, list[Row]] = {
    "none": [],
    "one": [FULL],
    "gaps": [GAPS],
    "many": [FULL, GAPS] * 9000,
}
PANDAS_DTYPES = ["string", "boolean", "Int64", "Float64", "datetime64[us, UTC]", "string"]
POLARS_DTYPES = [pl.String, pl.Boolean, pl.Int64, pl.Float64, pl.Datetime("us", "UTC"), pl.String]


class State:
    """State of a source."""

    def __init__(self, complete: bool | None, why_incomplete: str | None = None) -> None:
        self.complete = complete
        self.why_incomplete = why_incomplete


@each_value("name", ROWS)
def test_pandas_dtypes_are_those_of_the_columns(name: str) -> None:
    frame = Table(COLUMNS, [ROWS[name]]).to_pandas()
    assert [str(dtype) for dtype in frame.dtypes] == PANDAS_DTYPES
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == len(ROWS[name])
    assert frame.attrs == {"complete": None}


def test_pandas_values_are_those_of_the_rows() -> None:
    frame = Table(COLUMNS, [ROWS["many"], [FULL]]).to_pandas()
    for index in (0, 17_998, 18_000):
        assert frame.iloc[index].to_list() == [*FULL[:4], pd.Timestamp(TIME), TEXT]
    assert frame.iloc[17_999].isna().all()
    assert frame["active"].sum() == 9001


@each_value("name", ROWS)
def test_polars_types_are_those_of_the_columns(name: str) -> None:
    table = Table(COLUMNS, [ROWS[name]])
    frame = table.to_polars()
    assert frame.dtypes == POLARS_DTYPES
    assert frame.height == len(ROWS[name])
    assert pl.DataFrame(table).equals(frame)
    if name != "none":
        expected = (*FULL[:5], TEXT) if name in ("one", "many") else GAPS
        assert frame.row(0) == expected


@each_value("name", ROWS)
def test_arrow_tables_are_those_of_polars(name: str) -> None:
    table = Table(COLUMNS, [ROWS[name]])
    arrow = table.to_arrow()
    assert pl.from_arrow(arrow).equals(table.to_polars())  # type: ignore[union-attr]  # a table is a frame
    assert pa.table(table).equals(arrow)
    assert arrow.schema.field("seen").type == pa.timestamp("us", tz="UTC")


@each_value("complete, text", [(True, b"true"), (False, b"false"), (None, b"unknown")])
def test_frames_state_if_they_are_complete(complete: bool | None, text: bytes) -> None:
    table = Table({"n": int}, [[(1,)]], state=State(complete))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IncompleteTableWarning)
        assert table.to_arrow().schema.metadata == {b"complete": text}
        assert table.to_pandas().attrs == {"complete": complete}


@each_value("method", ["to_pandas", "to_polars", "to_arrow"])
def test_frames_of_incomplete_tables_warn_at_the_caller(method: str) -> None:
    table = Table({"n": int}, [[(1,)]], state=State(False, "a page was missing"))
    with pytest.warns(
        IncompleteTableWarning, match="^rows may be missing: a page was miss"
    ) as caught:
        getattr(table, method)()
    assert caught[0].filename == __file__


@pytest.mark.parametrize("method", ["to_csv", "to_excel"])
def test_files_of_incomplete_tables_are_written(method: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.warns(IncompleteTableWarning, match="^rows may be missing$"):
        getattr(Table({"n": int}, [[(1,)]], state=State(False)), method)(path)
    assert path.exists()


def test_times_are_converted_to_utc() -> None:
    local = TIME.astimezone(timezone(timedelta(hours=2)))
    table = Table({"seen": datetime}, [[(local,)]])
    assert table.to_polars()["seen"].to_list() == [TIME]
    assert table.to_pandas()["seen"].to_list() == [TIME]


@each_value(
    "type_, value",
    [
        (bool, "yes"), (int, True), (int, 0.5), (int, float("nan")), (int, "1"), (float, "0.5"), (float, True),
        (datetime, datetime(2026, 1, 1)), (datetime, "2026-01-01"),
    ],
)  # fmt: skip
def test_values_of_another_type_are_refused(type_: type[Any], value: object) -> None:
    with pytest.raises(InputError, match="values of the column 'x' must be"):
        Table({"x": type_}, [[(value,)]]).to_polars()


@each_value(
    "type_, value",
    [
        (int, 2**63), (int, -(2**63) - 1), (int, float("inf")), (float, 10**400),
        (datetime, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))),
        (datetime, datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))),
    ],
)  # fmt: skip
def test_values_out_of_range_are_missing(type_: type[Any], value: object) -> None:
    table = Table({"x": type_}, [[(value,), (None,)]])
    assert table.to_polars()["x"].to_list() == [None, None]
    assert table.to_pandas()["x"].isna().all()
    assert table.to_arrow()["x"].to_pylist() == [None, None]


def test_columns_of_another_type_are_refused() -> None:
    with pytest.raises(InputError, match=r"type of a column must be str, .*, got bytes"):
        Table({"x": bytes}, []).to_polars()


def test_other_values_of_text_columns_are_written_as_text() -> None:
    values = [1, True, TIME, TIME.date(), ["a", TIME], None, 1.5]
    assert Table({"x": str}, [[(value,) for value in values]]).to_polars()["x"].to_list() == [
        "1", "true", "2026-01-02T03:04:05.000006Z", "2026-01-02", '["a", "2026-01-02T03:04:05.000006Z"]', None, "1.5",
    ]  # fmt: skip


def test_lone_surrogates_are_written_as_escapes(tmp_path: Path) -> None:
    table = Table({"x": str}, [[("a\ud800",), (None,)]])
    expected = ["a\\ud800", None]
    assert table.to_polars()["x"].to_list() == expected
    assert table.to_arrow()["x"].to_pylist() == expected
    assert table.to_pandas()["x"][0] == expected[0]
    table.to_csv(tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text("utf-8") == 'x\na\\ud800\n""\n'


def test_select_keeps_and_renames_columns() -> None:
    table = Table(COLUMNS, [[FULL], [GAPS]], state=State(True))
    assert table.to_polars(["size", "name"]).rows() == [(3, "Ana"), (None, None)]
    chosen = table.select({"who": "name"})
    assert (list(chosen), dict(chosen.columns), chosen.complete) == (
        [("Ana",), (None,)],
        {"who": str},
        True,
    )
    assert list(chosen) == list(chosen.to_table())


@each_value(
    "columns, message",
    [
        (["nam"], "got 'nam'; did you mean 'name'"),
        ("name", r"columns must be names of columns, .*, got 'name'; write \['name'\]"),
        ([], "columns must name a column"),
        ({"who": 1}, "columns must be columns of the table, got 1"),
    ],
)
def test_select_refuses_unknown_columns(columns: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Table(COLUMNS, []).to_pandas(columns)


FORMULAS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=x", "x=1", "", None, "-"]


@pytest.mark.parametrize("raw", [False, True])
def test_csv_protects_from_formulas(raw: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    Table({"x": str, "n": int}, [[(value, -1) for value in FORMULAS]]).to_csv(path, raw=raw)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    protected = [
        v if raw or not v or v.lstrip("'")[0] not in "=+-@\t\r" else f"'{v}" for v in FORMULAS
    ]
    assert rows == [["x", "n"], *([v or "", "-1"] for v in protected)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_csv_writes_values_as_json_does(tmp_path: Path) -> None:
    Table(COLUMNS, [[FULL, GAPS]]).to_csv(tmp_path / "x.csv", columns=["active", "seen", "more"])
    assert (tmp_path / "x.csv").read_text("utf-8").splitlines() == [
        "active,seen,more",
        'true,2026-01-02T03:04:05.000006Z,"{""a"": [""ä""]}"',
        ",,",
    ]


def read_excel(path: Path) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path)
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {*"nsbd"}
    return list(book.active.values)


@pytest.mark.parametrize("raw", [False, True])
def test_excel_has_text_and_no_formulas(raw: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    values = ["=1+1", "@x", None, "x"]
    Table({"x": str}, [[(value,) for value in values]]).to_excel(path, raw=raw)
    prefix = "" if raw else "'"
    assert read_excel(path) == [("x",), (f"{prefix}=1+1",), (f"{prefix}@x",), (None,), ("x",)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_excel_keeps_types_and_odd_characters(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    odd = ("a\x00_x0041_", False, 2**60, 0.5, TIME, ["ä"])
    Table(COLUMNS, [[FULL, GAPS, odd]]).to_excel(path)
    header, first, third, second = read_excel(path)
    seen = TIME.replace(tzinfo=None, microsecond=0)
    assert header == tuple(COLUMNS)
    assert [*first[:4], first[4].replace(microsecond=0), first[5]] == [*FULL[:4], seen, TEXT]
    assert second[0] == "a_x0000__x005F_x0041_"
    assert (second[1], second[2]) == (False, str(2**60))
    assert set(third) == {None}


def test_excel_has_times_out_of_range_as_text(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    late = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
    Table({"x": datetime}, [[(late,), (late.replace(tzinfo=UTC),)]]).to_excel(path)
    assert read_excel(path)[1:] == [
        ("9999-12-31T23:00:00-05:00",),
        (datetime(9999, 12, 31, 23),),
    ]


def test_excel_refuses_longer_text_than_it_has(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"at most 32,767 characters .* to_csv\(\)"):
        Table({"x": str}, [[("x" * 32_768,)]]).to_excel(tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_excel_refuses_more_rows_than_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("britive_scim.tables.files._MAX_EXCEL_ROWS", 3)
    Table({"x": int}, [[(1,)] * 2]).to_excel(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match="rows must be fewer than 3 for Excel"):
        Table({"x": int}, [[(1,)] * 3]).to_excel(tmp_path / "y.xlsx")


def test_files_stay_unchanged_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("before")

    def fail() -> Any:
        yield [(1,)]
        raise RuntimeError("connection lost")

    with pytest.raises(RuntimeError, match="connection lost"):
        Table({"x": int}, fail()).to_csv(path)
    assert os.listdir(tmp_path) == ["x.csv"]  # noqa: PTH208 - the names alone
    assert path.read_text() == "before"


@pytest.mark.parametrize(
    ("method", "module", "extra"),
    [
        ("to_pandas", "pandas", "pandas"),
        ("to_polars", "polars", "polars"),
        ("to_arrow", "pyarrow", "arrow"),
        ("to_excel", "openpyxl", "excel"),
    ],
)
def test_missing_library_is_named_with_its_extra(
    method: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    arguments = [tmp_path / "x"] if method == "to_excel" else []
    with pytest.raises(ConfigurationError, match=rf'pip install "britive-scim\[{extra}\]"'):
        getattr(Table(COLUMNS, []), method)(*arguments)


def test_stream_without_pyarrow_is_built_by_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(COLUMNS, [[FULL]])
    expected = table.to_polars()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert pl.DataFrame(table).equals(expected)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ConfigurationError, match=r"britive-scim\[arrow\]"):
        table.__arrow_c_stream__()


def test_schema_of_a_stream_reads_nothing() -> None:
    def fail() -> Any:
        raise RuntimeError("was read")
        yield []

    reader = pa.RecordBatchReader.from_stream(Table(COLUMNS, fail()))
    assert reader.schema.names == list(COLUMNS)
    with pytest.raises(pa.ArrowInvalid, match="was read"):
        reader.read_all()


def test_stream_reads_batches_when_they_are_taken() -> None:
    read: list[int] = []

    def batches() -> Any:
        for number in range(10):
            read.append(number)
            yield [(number,)] * 1024

    reader = pa.RecordBatchReader.from_stream(Table({"x": int}, batches()))
    assert reader.read_next_batch().num_rows == 1024
    assert len(read) < 4


def test_tabular_without_table_is_abstract() -> None:
    with pytest.raises(NotImplementedError):
        Tabular().to_table()


def test_tables_import_no_library() -> None:
    code = (
        "import sys; from britive_scim.tables import Table; str(Table({'a': int}, [[(1,)]]));"
        "print({'pandas', 'polars', 'pyarrow', 'numpy', 'openpyxl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "set()\n"
