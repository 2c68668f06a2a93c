"""Numbers of objects in words: `1 user`, `2 users`."""

from __future__ import annotations

__all__ = ["format_count"]


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or plural.

    Args:
        number: the number.
        noun: a noun whose plural ends in `s`.

    Examples:
        >>> format_count(1, "user"), format_count(1200, "user")
        ('1 user', '1,200 users')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
