"""Suggestions for a name that does not exist: "did you mean" and the list of known names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["format_known_names", "format_suggestion"]


def format_suggestion(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return ` Did you mean ...?` with up to three names that come near, or nothing.

    Args:
        name: what was given.
        names: what is known.
        cutoff: how alike two names must be, from 0 to 1, case apart.
    """
    folded = {other.casefold(): other for other in names}
    near = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=cutoff)
    return f" Did you mean {' or '.join(repr(folded[one]) for one in near)}?" if near else ""


def format_known_names(names: Iterable[str]) -> str:
    """Return ` Known: ...` with the first twenty names, or nothing."""
    shown = sorted(set(names))[:20]
    return f" Known: {', '.join(shown)}." if shown else ""
