"""Suggestions for an unknown name: "did you mean" and the list of known names."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["find_close_names", "format_known_names", "format_suggestion"]

_MAX_NAME_LENGTH = 80
"""Longer names are cut before they are compared: the comparison takes quadratic time."""


def find_close_names(
    name: str, names: Iterable[str], *, limit: int = 3, cutoff: float = 0.6
) -> list[str]:
    """Return the known names most similar to `name`, best first, ignoring case.

    Args:
        name: the unknown name.
        names: the known names.
        limit: maximum number of names returned.
        cutoff: minimum similarity, from 0 to 1.
    """
    import difflib  # 1 ms, for error messages only

    folded = {other.casefold(): other for other in names}
    close = difflib.get_close_matches(
        name[:_MAX_NAME_LENGTH].casefold(), folded, n=limit, cutoff=cutoff
    )
    return [folded[match] for match in close]


def format_suggestion(
    name: str, names: Iterable[str], *, limit: int = 3, cutoff: float = 0.6
) -> str:
    """Return `; did you mean ...?` with the similar names, or an empty string.

    Args:
        name: the unknown name.
        names: the known names.
        limit: maximum number of names shown.
        cutoff: minimum similarity from 0 to 1, case ignored.
    """
    close = find_close_names(name, names, limit=limit, cutoff=cutoff)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def format_known_names(names: Iterable[str]) -> str:
    """Return `; known names: ...` with the first twenty names, or an empty string."""
    first = sorted(set(names))[:20]
    return f"; known names: {', '.join(first)}" if first else ""
