"""Problems in the source of a directory, with line and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from britive_scim.errors import DirectoryError
from britive_scim.notebook_text import NotebookText
from britive_scim.tables import Table, Tabular, shorten

__all__ = ["Problem", "Problems", "Severity"]

Severity = Literal["error", "warning"]

_MAX_VALUE_WIDTH = 40


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


class Problems(tuple[Problem, ...], Tabular, NotebookText):
    """Problems of a directory, in the order of the source; printed as a table."""

    __slots__ = ()

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
            count = "1 problem" if len(errors) == 1 else f"{len(errors):,} problems"
            raise DirectoryError(
                f"directory must be without problems, got {count}", problems=list(map(str, errors))
            )

    def __str__(self) -> str:
        return self.to_table().to_text(width=160, max_rows=None) if self else "no problems"

    def _repr_html_(self) -> str:
        return self.to_table().to_html(caption="Problems")


def sort_problems(problems: Iterable[Problem]) -> Problems:
    """Return the problems without repetitions, in the order of the source."""
    unique = dict.fromkeys(problems)
    return Problems(sorted(unique, key=lambda p: (p.source or "", p.line or 0)))
