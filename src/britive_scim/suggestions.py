"""Suggestions for an unknown name: "did you mean" and the list of known names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["format_known_names", "format_suggestion"]


def format_suggestion(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return `; did you mean ...?` with up to three similar names, or an empty string.

    Args:
        name: the unknown name.
        names: the known names.
        cutoff: minimum similarity from 0 to 1, case ignored.
    """
    folded = {known.casefold(): known for known in names}
    matches = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=cutoff)
    options = " or ".join(repr(folded[match]) for match in matches)
    return f"; did you mean {options}?" if matches else ""


def format_known_names(names: Iterable[str]) -> str:
    """Return `; known names: ...` with the first twenty names, or an empty string."""
    first = sorted(set(names))[:20]
    return f"; known names: {', '.join(first)}" if first else ""
