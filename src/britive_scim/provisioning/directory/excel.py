"""Excel files: the first sheet as the text of a CSV file."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import datetime
from typing import Any

from britive_scim.errors import DirectoryError
from britive_scim.tables.builder import import_library

__all__ = ["is_excel", "read_excel"]

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""Escape of a character in a cell."""

_BOOK = "xl/workbook.xml"


def is_excel(data: bytes) -> bool:
    """Return whether a file is an Excel file in the format of 2007 and later."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _BOOK in archive.namelist()
    except (zipfile.BadZipFile, ValueError):
        return False


def read_excel(data: bytes, name: str) -> str:
    """Return the first sheet of an Excel file as CSV with commas.

    Args:
        data: content of the file.
        name: name of the file, for errors.

    Raises:
        ConfigurationError: openpyxl is not installed.
        DirectoryError: the file is damaged, or has a formula whose value it does not contain.
    """
    openpyxl = import_library("openpyxl", "excel")
    try:
        formulas = _read_first_sheet(openpyxl, data, data_only=False)
        has_formulas = any(_is_formula(cell) for row in formulas for cell in row)
        rows = _read_first_sheet(openpyxl, data, data_only=True) if has_formulas else formulas
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, SyntaxError) as error:
        raise DirectoryError(
            f"{name} must be a valid Excel file, got an error: {type(error).__name__}; save it as CSV"
        ) from None
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    for number, (row, with_formulas) in enumerate(zip(rows, formulas, strict=True), 1):
        for cell, original in zip(row, with_formulas, strict=True):
            if cell.value is None and _is_formula(original):
                raise DirectoryError(
                    f"{name} must have values, got a formula without its value in row {number};"
                    " save the file in Excel first"
                )
        writer.writerow([_format_cell(cell.value) for cell in row])
    return output.getvalue()


def _read_first_sheet(openpyxl: Any, data: bytes, *, data_only: bool) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=data_only)
    try:
        return list(book.worksheets[0].iter_rows()) if book.worksheets else []
    finally:
        book.close()


def _is_formula(cell: Any) -> bool:
    return bool(cell.data_type == "f")


def _format_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat()
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), str(value))
