"""Rows of data frames, recognized by their methods: pandas, polars and others; and iterables of entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard, cast

__all__ = ["is_series", "read_frame"]


def read_frame(value: object) -> list[Mapping[str, Any]] | None:
    """Return the rows of a data frame as mappings, or `None` if the value is no data frame.

    Args:
        value: any object. A frame has `columns`, and `to_dicts()` (polars) or `to_dict("records")` (pandas).
    """
    if isinstance(value, Mapping) or not hasattr(value, "columns"):
        return None
    for name, arguments in (("to_dicts", ()), ("to_dict", ("records",))):
        method = getattr(value, name, None)
        if callable(method):
            return list(cast("Iterable[Mapping[str, Any]]", method(*arguments)))
    return None


def is_series(value: object) -> TypeGuard[Iterable[Any]]:
    """Return whether a value is an iterable of entries: no string, and no mapping."""
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
