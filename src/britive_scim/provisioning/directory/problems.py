"""Problems in the source of a directory, with line and column, and in groups of many lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from britive_scim.errors import DirectoryError
from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.record_list import RecordList
from britive_scim.tables import Table, shorten

__all__ = [
    "Problem",
    "ProblemGroup",
    "Problems",
    "Severity",
    "build_group_table",
    "group_problems",
    "sort_problems",
]

Severity = Literal["error", "warning"]

_MAX_VALUE_WIDTH = 40
_SHOWN_LINES = 5
"""Lines of a group of problems that are named."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem of a directory.

    Attributes:
        rule: the rule that is violated, and a remedy, without personal data.
        line: line or position in the source, from 1; `None` if the problem concerns all of it.
        column: header or attribute; `None` if the problem concerns a whole entry.
        value: the value, at most 40 characters; it may be personal data and is no part of an error message.
        severity: `error` prevents a plan; `warning` does not.
        source: name of the file if the directory has several.
    """

    rule: str
    line: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Severity = "error"
    source: str | None = None

    def __post_init__(self) -> None:
        if self.value is not None:
            object.__setattr__(self, "value", shorten(self.value, _MAX_VALUE_WIDTH))

    def __str__(self) -> str:
        """Return place and rule, without the value."""
        parts = [
            self.source,
            None if self.line is None else f"line {self.line}",
            None if self.column is None else f"column {shorten(self.column, 60)}",
        ]
        place = ", ".join(part for part in parts if part)
        return f"{place}: {self.rule}" if place else self.rule


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Problems with the same rule, column, severity and file.

    Attributes:
        first: the first of them.
        lines: lines of all of them, where known.
        count: number of problems.
    """

    first: Problem
    lines: tuple[int, ...]
    count: int

    @property
    def line_text(self) -> str:
        """The first lines, and the number of the others: `2, 3, 4, 5, 6 … and 431 more lines`."""
        shown = ", ".join(map(str, self.lines[:_SHOWN_LINES]))
        rest = len(self.lines) - _SHOWN_LINES
        return shown if rest <= 0 else f"{shown} … and {rest:,} more line{'' if rest == 1 else 's'}"

    def __str__(self) -> str:
        """Return place and rule, without values."""
        if len(self.lines) < 2:
            return str(self.first)
        source = f"{self.first.source}, " if self.first.source else ""
        rest = str(replace(self.first, line=None, source=None))
        return f"{source}lines {self.line_text}{', ' if self.first.column else ': '}{rest}"


class Problems(RecordList[Problem], NotebookText):
    """Problems of a directory, in the order of the source; printed as a table."""

    @property
    def errors(self) -> Problems:
        """The problems that prevent a plan."""
        return Problems(problem for problem in self if problem.severity == "error")

    @property
    def warnings(self) -> Problems:
        """The problems that do not prevent a plan."""
        return Problems(problem for problem in self if problem.severity == "warning")

    def to_table(self) -> Table:
        """Return a table with one row per problem; its values may be personal data."""
        rows = [(p.severity, p.source, p.line, p.column, p.value, p.rule) for p in self]
        types = {
            "severity": str,
            "source": str,
            "line": int,
            "column": str,
            "value": str,
            "rule": str,
        }
        return Table(types, (rows,))

    def raise_for_errors(self) -> None:
        """Raise one `DirectoryError` with every error; do nothing without any.

        Raises:
            DirectoryError: there are errors.
        """
        errors = self.errors
        if errors:
            raise DirectoryError(
                f"directory must have no problems, got {format_count(len(errors), 'problem')}",
                problems=list(map(str, errors)),
                groups=list(map(str, group_problems(errors))),
            )

    def __repr__(self) -> str:
        return repr(self._items)

    def __str__(self) -> str:
        return self.to_table().to_text(width=160, max_rows=None) if self else "no problems"

    def _repr_html_(self) -> str:
        return self.to_table().to_html(caption="Problems")


def sort_problems(problems: Iterable[Problem]) -> Problems:
    """Return the problems without repetitions, in the order of the source."""
    unique = dict.fromkeys(problems)
    return Problems(sorted(unique, key=lambda p: (p.source or "", p.line or 0)))


def group_problems(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """Return the problems in groups, in the order of the first of each.

    Args:
        problems: problems in the order of the source.

    Examples:
        >>> for group in group_problems(Problem("must be text", line, "Title") for line in range(2, 10)):
        ...     print(group)
        lines 2, 3, 4, 5, 6 … and 3 more lines, column Title: must be text
    """
    groups: dict[Problem, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(replace(problem, line=None, value=None), []).append(problem)
    return [
        ProblemGroup(
            group[0],
            tuple(problem.line for problem in group if problem.line is not None),
            len(group),
        )
        for group in groups.values()
    ]


def build_group_table(problems: Iterable[Problem]) -> Table:
    """Return a table with one row per group of problems; its values may be personal data."""
    rows = [
        (p.severity, p.source, group.line_text or None, p.column, p.value, p.rule)
        for group in group_problems(problems)
        for p in (group.first,)
    ]
    return Table.from_rows(("severity", "source", "lines", "column", "first value", "rule"), rows)
