"""Numbers and lists of objects in words: `1 user`, `2 users`, `people.csv:3 and 4 more`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

__all__ = ["format_count", "join_problems", "list_places"]

_MAX_NAMED = 10
_MAX_PROBLEMS = 20


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


def list_places(names: Collection[str]) -> str:
    """Return the first places in the order of the source, and the number of the others.

    Examples:
        >>> list_places(["people.csv:12", "people.csv:3"])
        'people.csv:3, people.csv:12'
    """
    shown = sorted(names, key=lambda name: (len(name), name))[:_MAX_NAMED]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def join_problems(message: str, problems: Iterable[str]) -> str:
    """Return a message with the first problems, sorted, one a line, and the number of the others.

    Examples:
        >>> print(join_problems("users must be unique, got 2 twice:", ["user ben", "user ana"]))
        users must be unique, got 2 twice:
          user ana
          user ben
    """
    shown = sorted(problems)
    more = len(shown) - _MAX_PROBLEMS
    lines = [message, *shown[:_MAX_PROBLEMS], *([f"and {more:,} more"] if more > 0 else ())]
    return "\n  ".join(lines)
