"""Suggestions for a name that does not exist: "did you mean" and the list of known names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["format_known_names", "format_suggestion"]


def format_suggestion(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return `; did you mean ...?` with up to three similar names, or an empty string.

    Args:
        name: the unknown name.
        names: the known names.
        cutoff: required similarity from 0 to 1, ignoring case.
    """
    folded = {other.casefold(): other for other in names}
    similar = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=cutoff)
    if not similar:
        return ""
    return f"; did you mean {' or '.join(repr(folded[other]) for other in similar)}?"


def format_known_names(names: Iterable[str]) -> str:
    """Return `; known: ...` with the first twenty names, or an empty string."""
    first_names = sorted(set(names))[:20]
    return f"; known: {', '.join(first_names)}" if first_names else ""
