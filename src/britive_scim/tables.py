"""Rows of plain values as text and as HTML.

Every room may use this module; it uses none of theirs. Nothing here does I/O, and everything that
goes into HTML is escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

__all__ = ["render_html_table", "render_text_table", "shorten"]


def shorten(value: object, width: int = 60) -> str:
    """Return `value` as one line of at most `width` characters, control characters made visible."""
    text = "" if value is None else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def render_text_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, width: int = 60, indent: str = ""
) -> str:
    """Return rows as aligned text, the header first, columns parted by two blanks.

    Args:
        header: names of the columns.
        rows: as many values a row as there are columns; `None` is shown as nothing.
        width: most characters of one cell.
        indent: put before every line.
    """
    cells = [[shorten(name, width) for name in header]]
    cells += [[shorten(value, width) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        indent
        + "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def render_html_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = ""
) -> str:
    """Return rows as an HTML table, every text escaped.

    Args:
        header: names of the columns.
        rows: as many values a row as there are columns; `None` is shown as nothing.
        caption: text above the table.
    """
    parts = ["<table>"]
    if caption:
        parts.append(f"<caption>{html.escape(caption)}</caption>")
    parts.append("<thead><tr>")
    parts += [f"<th>{html.escape(name)}</th>" for name in header]
    parts.append("</tr></thead><tbody>")
    for row in rows:
        cells = "".join(f"<td>{html.escape(shorten(value, 200))}</td>" for value in row)
        parts.append(f"<tr>{cells}</tr>")
    parts.append("</tbody></table>")
    return "".join(parts)
