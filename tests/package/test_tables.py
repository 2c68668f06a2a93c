"""Tables: columns, lazy batches, text and escaped HTML."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd
import polars as pl
import pytest

from britive_scim import scim
from britive_scim.provisioning import Directory
from britive_scim.tables import Row, Table, shorten


def test_table_aligns_columns_and_truncates_cells() -> None:
    table = Table.from_rows(["name", "n"], [["Ana", 1], ["x" * 9, None]])
    text = table.to_text(width=6, indent="  ")
    assert text.splitlines() == ["  name    n", "  Ana     1", "  xxxxx…"]


def test_table_without_rows_is_header() -> None:
    table = Table({"a": int, "bc": datetime}, [])
    assert str(table) == "a  bc"
    assert repr(table) == "<Table of a, bc>"
    assert dict(table.columns) == {"a": int, "bc": datetime}
    assert table._repr_html_().endswith("<tbody></tbody></table>")


def test_notebooks_show_twenty_rows_of_a_table() -> None:
    table = Table({"a": int}, [[(number,) for number in range(21)]])
    html = table._repr_html_()
    assert "<td>19</td>" in html
    assert "<td>20</td>" not in html
    assert "first 20 rows" in html
    assert "<td>20</td>" in table.to_html()


def test_table_columns_default_to_strings() -> None:
    assert dict(Table.from_rows(["a"], []).columns) == {"a": str}


def test_table_rows_can_be_read_repeatedly() -> None:
    batches: list[list[Row]] = [[(1,), (2,)], [], [(3,)]]
    table = Table({"n": int}, batches)
    assert list(table) == list(table) == [(1,), (2,), (3,)]
    assert list(table.batches()) == batches


@pytest.mark.parametrize("method", ["to_text", "to_html"])
def test_table_rendering_reads_only_shown_batches(method: str) -> None:
    read: list[int] = []

    def pages() -> Iterator[list[Row]]:
        for number in range(1000):
            read.append(number)
            yield [(number, "a")] * 10

    table = Table({"n": int, "text": str}, pages())
    assert read == []
    text = getattr(table, method)(max_rows=20)
    assert read == [0, 1, 2]
    assert text.count("a") >= 20
    assert "… (first 20 rows)" in text


def test_table_rendering_limits_rows_by_default() -> None:
    table = Table.from_rows(["n"], [(n,) for n in range(200)])
    assert len(str(table).splitlines()) == 52
    assert len(table.to_text(max_rows=None).splitlines()) == 201
    assert table.to_html().count("<tr>") == 52
    assert table.to_html(max_rows=None).count("<tr>") == 201
    assert "first" not in table.to_text(max_rows=200)


def test_pandas_constructor_of_a_table_names_the_call() -> None:
    table: Any = Table({"n": int}, [[(1,)]])
    with pytest.raises(TypeError, match=r"^Table must be converted by its own methods; use to_pan"):
        pd.DataFrame(table)
    assert pl.DataFrame(table).rows() == [(1,)]


def test_pandas_constructor_of_other_tables_names_the_call() -> None:
    ana = {"userName": "ana@acme.com"}
    empty, full = Directory.of([]), Directory.of([ana])
    comparison: Any = empty.compare(full)
    with pytest.raises(TypeError, match=r"^Comparison is not iterable; use to_pandas\(\), "):
        pd.DataFrame(comparison)
    with pytest.raises(TypeError, match=r"^ComparisonPart must be converted by its own methods"):
        pd.DataFrame(comparison.users_added)
    assert pl.DataFrame(comparison.users_added)["user_name"].to_list() == ["ana@acme.com"]


def test_table_row_of_wrong_length_raises() -> None:
    with pytest.raises(ValueError, match="zip"):
        Table.from_rows(["a", "b"], [("x",)]).to_text()


def test_table_escapes_control_characters() -> None:
    assert shorten("a\x1b[31m\n") == "a\\x1b[31m\\n"
    assert shorten(None) == ""


def test_table_html_is_escaped() -> None:
    table = Table.from_rows(["<h>"], [["<img onerror=x>"]])
    page = table.to_html(caption="a & b")
    assert "<img" not in page
    assert "<h>" not in page
    assert "<caption>a &amp; b</caption>" in page
    assert "<caption>" not in table.to_html()


def test_resource_table_lists_unread_values() -> None:
    user = scim.User.from_wire({"userName": "ana", "active": "perhaps", "meta": {"created": "<b>"}})
    table = user._repr_html_()
    assert "<td>active</td><td>unread: must be true or false, got a string</td>" in table
    assert "<td>meta.created</td><td>unread: must be a date" in table
    assert "<b>" not in table
    assert "unread" not in scim.User(user_name="ana")._repr_html_()
