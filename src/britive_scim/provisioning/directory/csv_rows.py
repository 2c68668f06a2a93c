"""Rows of a CSV file: delimiter, headers, and the cells of each row with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from britive_scim.errors import DirectoryError
from britive_scim.provisioning.directory.problems import Problem
from britive_scim.tables.files import unprotect_formula

__all__ = ["CsvRows", "read_cell"]

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 50
"""Number of records that the detection of the delimiter reads."""


@dataclass
class CsvRows:
    """Rows of a CSV file.

    Attributes:
        text: text of the file.
        delimiter: delimiter of the cells.
        headers: headers, trimmed.
        line: line of the headers.
        problems: problems found while rows are read: too many or too few cells, quotes that do not end.
    """

    text: str
    delimiter: str
    headers: list[str] = field(default_factory=list[str])
    line: int = 1
    problems: list[Problem] = field(default_factory=list[Problem])

    @classmethod
    def parse(cls, text: str, delimiter: str | None, name: str) -> CsvRows:
        """Return the rows of a CSV file; the delimiter is detected unless it is given.

        Raises:
            DirectoryError: the text has no headers.
        """
        declared, text = _read_separator_line(text)
        rows = cls(text, delimiter or declared or _detect_delimiter(text))
        first = next(rows._iter_records(), None)
        if first is None:
            raise DirectoryError(f"{name} must have a line of headers, got an empty file")
        rows.line, headers = first
        rows.headers = [read_cell(header) for header in headers]
        return rows

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield line and cells of each row that has as many cells as headers; blank rows are left out.

        Cells have no surrounding blanks, and no `'` that an export wrote before a formula.
        """
        records = self._iter_records()
        next(records, None)
        size = len(self.headers)
        is_reported = False
        for line, cells in records:
            if len(cells) < size:
                rule = f"row must have as many cells as there are headers, {size}, got {len(cells)}"
                self.problems.append(Problem(rule, line))
                continue
            if len(cells) > size and any(cell.strip() for cell in cells[size:]):
                rule = f"row must have as many cells as there are headers, {size}, got {len(cells)}; quote cells that contain the delimiter"
                self.problems.append(Problem(rule, line))
                continue
            if not is_reported and "" in self.headers:
                for header, cell in zip(self.headers, cells, strict=False):
                    if not header and cell.strip():
                        is_reported = True
                        self.problems.append(Problem("column with values must have a header", line))
                        break
            yield line, [read_cell(cell) for cell in cells]

    def _iter_records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line at which each record begins, and its cells; records without any text are left out."""
        reader = csv.reader(
            io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True
        )
        line = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._report(str(error), line)
                return
            if any(cells) and any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1

    def _report(self, reason: str, line: int) -> None:
        problem = Problem(
            f"row must be valid CSV, got {reason}; write a quote in a quoted cell twice; the rest was not read",
            line,
        )
        if problem not in self.problems:
            self.problems.append(problem)


def read_cell(cell: str) -> str:
    """Return the text of a cell, without surrounding blanks and without the `'` of an export before a formula.

    Examples:
        >>> read_cell(" Ann "), read_cell("'=Ann"), read_cell("'Ann")
        ('Ann', '=Ann', "'Ann")
    """
    return unprotect_formula(cell.strip())


def _read_separator_line(text: str) -> tuple[str | None, str]:
    """Return the delimiter that a first line `sep=;` declares, as Excel writes it, and the text with an empty line instead."""
    first, end, rest = text.partition("\n")
    declared = first.rstrip("\r")
    if len(declared) == 5 and declared.casefold().startswith("sep="):
        return declared[4], end + rest
    return None, text


def _detect_delimiter(text: str) -> str:
    """Return the delimiter with which most records are as wide as the first one, and then the widest."""
    best, best_score = _DELIMITERS[0], (0.0, 1)
    for delimiter in _DELIMITERS:
        records = list(islice(CsvRows(text, delimiter)._iter_records(), _SAMPLE))
        if not records:
            continue
        width = len(records[0][1])
        share = sum(len(cells) == width for _, cells in records) / len(records)
        if width > 1 and (share, width) > best_score:
            best, best_score = delimiter, (share, width)
    return best
