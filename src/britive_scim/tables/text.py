"""Tables as aligned text and as escaped HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["format_html", "format_text", "shorten"]


def format_text(
    names: Iterable[str], rows: Iterable[Sequence[object]], *, width: int, indent: str, note: str
) -> str:
    """Return aligned text: the column names, then a line a row; two spaces separate the columns.

    Args:
        names: names of the columns.
        rows: rows to show.
        width: maximum characters of a cell.
        indent: prefix of every line.
        note: last line; empty for none.
    """
    cells = [[shorten(value, width) for value in row] for row in ([*names], *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(indent + line for line in [*lines, *([note] if note else [])])


def format_html(
    names: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str,
    width: int,
    note: str,
) -> str:
    """Return an HTML table; names, values and caption are escaped.

    Args:
        names: names of the columns.
        rows: rows to show.
        caption: text above the table.
        width: maximum characters of a cell.
        note: text below the table; empty for none.
    """
    import html  # has a large table, needed in notebooks only

    parts = ["<table>"]
    if caption:
        parts.append(f"<caption>{html.escape(caption)}</caption>")
    heads = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    parts.append(f"<thead><tr>{heads}</tr></thead><tbody>")
    for row in rows:
        cells = "".join(f"<td>{html.escape(shorten(value, width))}</td>" for value in row)
        parts.append(f"<tr>{cells}</tr>")
    parts.append("</tbody>")
    if note:
        parts.append(f'<tfoot><tr><td colspan="{len(names)}">{note}</td></tr></tfoot>')
    parts.append("</table>")
    return "".join(parts)


def shorten(value: object, width: int = 60) -> str:
    """Return `value` on one line of at most `width` characters, control characters escaped."""
    text = "" if value is None else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
