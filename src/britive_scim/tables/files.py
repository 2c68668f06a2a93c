"""Rows of values as CSV and Excel files that only their owner may read."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from britive_scim._private_file import (
    open_private_file,
    resolve_output_path,
    write_private_bytes,
)
from britive_scim.errors import InputError
from britive_scim.tables.builder import Batch, TableBuilder, import_library
from britive_scim.tables.column_values import ColumnType, format_text_value, replace_surrogates

__all__ = [
    "FORMULA_CHARACTERS",
    "CsvWriter",
    "ExcelWriter",
    "protect_formula",
    "unprotect_formula",
]

FORMULA_CHARACTERS = "=+-@\t\r"
"""Characters that begin a formula in a spreadsheet; files have `'` before them."""

_MAX_EXCEL_ROWS = 1_048_576
_MAX_EXCEL_CELL = 32_767
_MAX_EXCEL_INT = 2**53
# Excel has a 29 February 1900, and no earlier year.
_MIN_EXCEL_TIME = datetime(1900, 3, 1, tzinfo=UTC)
_MAX_EXCEL_TIME = datetime.max.replace(tzinfo=UTC)
_TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
_CONTROL = r"[\x00-\x08\x0b-\x1f\ufffe\uffff]"
_EXCEL_CONTROL = re.compile(rf"_(?=x[0-9A-Fa-f]{{4}}(?:_|{_CONTROL}))|{_CONTROL}")
"""Characters that XML does not have, and the `_` that begins what looks like their escape."""


def protect_formula(text: str) -> str:
    """Return text with `'` before a character that begins a formula, and before text that looks protected.

    Examples:
        >>> protect_formula("=1+1"), protect_formula("1+1"), protect_formula("'=1+1")
        ("'=1+1", '1+1', "''=1+1")
    """
    return f"'{text}" if _begins_formula(text.lstrip("'")) else text


def unprotect_formula(text: str) -> str:
    """Return text without the `'` that `protect_formula` wrote.

    Examples:
        >>> unprotect_formula("'=1+1"), unprotect_formula("''=1+1"), unprotect_formula("'t Hooft")
        ('=1+1', "'=1+1", "'t Hooft")
    """
    return text[1:] if text[:1] == "'" and _begins_formula(text.lstrip("'")) else text


def _begins_formula(text: str) -> bool:
    return text[:1] != "" and text[0] in FORMULA_CHARACTERS


class CsvWriter(TableBuilder):
    """Writer of a CSV file in UTF-8 with mode 0600; missing values are empty cells.

    Args:
        columns: type by name.
        path: the file; an existing one is replaced at the end.
        raw: leave values that begin like a formula unchanged.

    Raises:
        InputError: `path` is no file in an existing directory.
    """

    def __init__(
        self, columns: Mapping[str, ColumnType], path: str | os.PathLike[str], *, raw: bool
    ) -> None:
        super().__init__(columns)
        self._format = format_text_value if raw else _format_protected
        self._stack = ExitStack()
        file = self._stack.enter_context(open_private_file(resolve_output_path(path), newline=""))
        self._writer = csv.writer(file)
        self._write(list(self.columns))

    def add(self, batch: Batch) -> None:
        """Write rows."""
        for row in zip(*batch, strict=True):
            self._write(row)

    def _write(self, row: Sequence[Any]) -> None:
        cells = ["" if value is None else self._format(value) for value in row]
        try:
            "".join(cells).encode()
        except UnicodeEncodeError:
            cells = replace_surrogates(cells)
        self._writer.writerow(cells)

    def finish(self, complete: bool | None) -> None:  # noqa: ARG002 - a file has no place for it
        """End the file."""
        self._stack.close()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(error_type, error, traceback)


def _format_protected(value: Any) -> str:
    text = format_text_value(value)
    return protect_formula(text) if isinstance(value, str) else text


class ExcelWriter(TableBuilder):
    """Writer of an Excel file of one sheet with mode 0600; times are in UTC, without a zone.

    Args:
        columns: type by name.
        path: the file; an existing one is replaced at the end.
        raw: leave values that begin like a formula unchanged; they are text, too.

    Raises:
        ConfigurationError: openpyxl is not installed.
        InputError: `path` is no file in an existing directory, or Excel cannot hold the rows.
    """

    def __init__(
        self, columns: Mapping[str, ColumnType], path: str | os.PathLike[str], *, raw: bool
    ) -> None:
        super().__init__(columns)
        openpyxl = import_library("openpyxl", "excel")
        self._build_cell = import_library("openpyxl.cell", "excel").WriteOnlyCell
        self._target = resolve_output_path(path)
        self._raw = raw
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet("table")
        self._sheet.freeze_panes = "A2"
        self._rows = 0
        self._output = io.BytesIO()
        self._write(list(self.columns))

    def add(self, batch: Batch) -> None:
        """Write rows."""
        for row in zip(*batch, strict=True):
            self._write(row)

    def _write(self, row: Sequence[Any]) -> None:
        self._rows += 1
        if self._rows > _MAX_EXCEL_ROWS:
            raise InputError(
                f"rows must be fewer than {_MAX_EXCEL_ROWS:,} for Excel; write them with to_csv()"
            )
        build, sheet = self._build_cell, self._sheet
        sheet.append([_build_excel_cell(build, sheet, value, raw=self._raw) for value in row])

    def finish(self, complete: bool | None) -> None:  # noqa: ARG002 - a file has no place for it
        """Write the file."""
        self._rows = 0
        self._book.save(self._output)
        write_private_bytes(self._target, self._output.getvalue())

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None and self._rows:
            self._book.save(self._output)  # removes the temporary file of the sheet


def _build_excel_cell(build: Callable[..., Any], sheet: Any, value: Any, *, raw: bool) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) <= _MAX_EXCEL_INT:
        return value
    if isinstance(value, datetime) and _MIN_EXCEL_TIME <= value <= _MAX_EXCEL_TIME:
        time = value.astimezone(UTC).replace(tzinfo=None)
        cell = build(sheet, time.replace(microsecond=time.microsecond // 1000 * 1000))
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
    """Return the escape of Excel for a character."""
    return f"_x{ord(match[0]):04X}_"
