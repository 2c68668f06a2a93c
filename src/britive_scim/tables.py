"""Tables of plain values: named and typed columns, rows in lazy batches, text and escaped HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any

__all__ = ["Row", "Table", "shorten"]

Row = Sequence[object]
"""One value a column; `None` for a missing value."""

_MAX_ROWS = 50
_MAX_HTML_CELL_WIDTH = 200


class Table:
    """Rows of plain values under named, typed columns.

    Rows are read when the table is iterated or rendered. Where `batches` is a one-shot iterator, its rows
    are read once.

    Args:
        columns: type of the values by column name.
        batches: rows in batches, such as the pages of a list.

    Examples:
        >>> table = Table({"name": str, "size": int}, [[("Ops", 2)], [("Finance", None)]])
        >>> print(table)
        name     size
        Ops      2
        Finance
        >>> list(table)
        [('Ops', 2), ('Finance', None)]
    """

    __slots__ = ("_batches", "columns")

    columns: Mapping[str, type[Any]]

    def __init__(self, columns: Mapping[str, type[Any]], batches: Iterable[Iterable[Row]]) -> None:
        self.columns = MappingProxyType(dict(columns))
        self._batches = batches

    @classmethod
    def from_rows(cls, names: Iterable[str], rows: Iterable[Row]) -> Table:
        """Return a table of one batch, whose columns have these names and contain strings for display."""
        return cls(dict.fromkeys(names, str), (rows,))

    def batches(self) -> Iterator[Iterable[Row]]:
        """Return an iterator over the batches of rows."""
        return iter(self._batches)

    def __iter__(self) -> Iterator[Row]:
        for batch in self._batches:
            yield from batch

    def __repr__(self) -> str:
        return f"<Table of {', '.join(self.columns)}>"

    def __str__(self) -> str:
        return self.to_text()

    def to_text(
        self, *, width: int = 60, indent: str = "", max_rows: int | None = _MAX_ROWS
    ) -> str:
        """Return aligned text: the column names, then a line a row; two spaces separate the columns.

        Args:
            width: maximum characters of a cell.
            indent: prefix of every line.
            max_rows: maximum number of rows; `None` for all.
        """
        rows, is_cut = self._take(max_rows)
        cells = [[shorten(value, width) for value in row] for row in ([*self.columns], *rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
        if is_cut:
            lines.append(_format_cut_note(max_rows))
        return "\n".join(indent + line for line in lines)

    def to_html(
        self,
        *,
        caption: str = "",
        width: int = _MAX_HTML_CELL_WIDTH,
        max_rows: int | None = _MAX_ROWS,
    ) -> str:
        """Return an HTML table; names, values and caption are escaped.

        Args:
            caption: text above the table.
            width: maximum characters of a cell.
            max_rows: maximum number of rows; `None` for all.
        """
        import html  # has a large table, needed in notebooks only

        rows, is_cut = self._take(max_rows)
        parts = ["<table>"]
        if caption:
            parts.append(f"<caption>{html.escape(caption)}</caption>")
        heads = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        parts.append(f"<thead><tr>{heads}</tr></thead><tbody>")
        for row in rows:
            cells = "".join(f"<td>{html.escape(shorten(value, width))}</td>" for value in row)
            parts.append(f"<tr>{cells}</tr>")
        parts.append("</tbody>")
        if is_cut:
            note = _format_cut_note(max_rows)
            parts.append(f'<tfoot><tr><td colspan="{len(self.columns)}">{note}</td></tr></tfoot>')
        parts.append("</table>")
        return "".join(parts)

    def _repr_html_(self) -> str:
        return self.to_html()

    def _take(self, max_rows: int | None) -> tuple[list[Row], bool]:
        """Return the rows to show, and whether more follow; no batch beyond these is read."""
        if max_rows is None:
            return list(self), False
        rows = list(islice(self, max_rows + 1))
        return rows[:max_rows], len(rows) > max_rows


def _format_cut_note(max_rows: int | None) -> str:
    return f"… (first {max_rows} rows)"


def shorten(value: object, width: int = 60) -> str:
    """Return `value` on one line of at most `width` characters, control characters escaped."""
    text = "" if value is None else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
