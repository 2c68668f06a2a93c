"""Rows of values as CSV and Excel files that only their owner may read."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from britive_scim._private_file import (
    open_private_file,
    resolve_output_path,
    write_private_bytes,
)
from britive_scim.errors import InputError
from britive_scim.tables.column_values import format_text_value, replace_surrogates
from britive_scim.tables.frames import import_library

__all__ = ["FORMULA_CHARACTERS", "protect_formula", "write_csv", "write_excel"]

FORMULA_CHARACTERS = "=+-@\t\r"
"""Characters that begin a formula in a spreadsheet; files have `'` before them."""

_MAX_EXCEL_ROWS = 1_048_576
_MAX_EXCEL_CELL = 32_767
_MAX_EXCEL_INT = 2**53
_TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
_EXCEL_CONTROL = re.compile(r"_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""Characters that XML does not have, and text that looks like their escape."""


def protect_formula(text: str) -> str:
    """Return text with `'` before a character that begins a formula.

    Examples:
        >>> protect_formula("=1+1"), protect_formula("1+1")
        ("'=1+1", '1+1')
    """
    return f"'{text}" if text[:1] and text[0] in FORMULA_CHARACTERS else text


def write_csv(
    path: str | os.PathLike[str],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    raw: bool,
) -> None:
    """Write a CSV file in UTF-8 with mode 0600; missing values are empty cells.

    Args:
        path: the file; an existing one is replaced when all is read.
        names: headers.
        rows: values.
        raw: leave values that begin like a formula unchanged.

    Raises:
        InputError: `path` is no file in an existing directory.
    """
    format_cell = _make_text_formatter(raw=raw)
    with open_private_file(resolve_output_path(path), newline="") as file:
        writer = csv.writer(file)
        for row in _iter_all(names, rows):
            cells = ["" if value is None else format_cell(value) for value in row]
            try:
                "".join(cells).encode()
            except UnicodeEncodeError:
                cells = replace_surrogates(cells)
            writer.writerow(cells)


def _iter_all(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield names
    yield from rows


def _make_text_formatter(*, raw: bool) -> Callable[[Any], str]:
    if raw:
        return format_text_value

    def format_cell(value: Any) -> str:
        text = format_text_value(value)
        return protect_formula(text) if isinstance(value, str) else text

    return format_cell


def write_excel(
    path: str | os.PathLike[str],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    raw: bool,
) -> None:
    """Write an Excel file of one sheet with mode 0600; times are in UTC, without a zone.

    Args:
        path: the file; an existing one is replaced when all is read.
        names: headers.
        rows: values.
        raw: leave values that begin like a formula unchanged; they are text, too.

    Raises:
        ConfigurationError: openpyxl is not installed.
        InputError: `path` is no file in an existing directory, or Excel cannot hold the rows.
    """
    openpyxl = import_library("openpyxl", "excel")
    target = resolve_output_path(path)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("table")
    sheet.freeze_panes = "A2"
    build_cell = import_library("openpyxl.cell", "excel").WriteOnlyCell
    output = io.BytesIO()
    try:
        for number, row in enumerate(_iter_all(names, rows), 1):
            if number > _MAX_EXCEL_ROWS:
                raise InputError(
                    f"rows must be fewer than {_MAX_EXCEL_ROWS:,} for Excel; write them with to_csv()"
                )
            sheet.append([_build_excel_cell(build_cell, sheet, value, raw=raw) for value in row])
    finally:
        book.save(output)  # after an error too: it removes the temporary file of the sheet
    write_private_bytes(target, output.getvalue())


def _build_excel_cell(build: Callable[..., Any], sheet: Any, value: Any, *, raw: bool) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) <= _MAX_EXCEL_INT:
        return value
    if isinstance(value, datetime):
        cell = build(sheet, value.astimezone(UTC).replace(tzinfo=None))
        cell.number_format = _TIME_FORMAT
        return cell
    text = format_text_value(value)
    text = _EXCEL_CONTROL.sub(_escape_excel, text if raw else protect_formula(text))
    text = replace_surrogates([text])[0]
    if len(text) > _MAX_EXCEL_CELL:
        raise InputError(
            f"values must have at most {_MAX_EXCEL_CELL:,} characters for Excel, got {len(text):,};"
            " write them with to_csv()"
        )
    cell = build(sheet, text)
    cell.data_type = "s"  # text that begins with = would be a formula
    return cell


def _escape_excel(match: re.Match[str]) -> str:
    """Return the escape of Excel for a character, or for the `_` of text that looks like an escape."""
    text = match[0]
    return f"_x{ord(text):04X}_" if len(text) == 1 else f"_x005F{text}"
