"""Excerpt of an expression, with a caret below the position of a fault."""

from __future__ import annotations

__all__ = ["format_caret"]

_EXCERPT_WIDTH = 60


def format_caret(text: str, position: int) -> str:
    """Return two lines: the text around `position`, and a caret below it."""
    position = min(max(position, 0), len(text))
    start = max(0, position - _EXCERPT_WIDTH)
    stop = min(len(text), position + _EXCERPT_WIDTH)
    # Control characters would move the caret.
    excerpt = "".join(
        c if c.isprintable() else " " if c in " \t\r\n" else "." for c in text[start:stop]
    )
    left, right = "..." if start else "", "..." if stop < len(text) else ""
    before = len(left) + sum(map(_count_columns, excerpt[: position - start]))
    return f"  {left}{excerpt}{right}\n  {' ' * before}^"


def _count_columns(character: str) -> int:
    """Return the number of terminal columns of a character; 0 for combining ones."""
    if character.isascii():
        return 1
    import unicodedata  # for errors only

    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
