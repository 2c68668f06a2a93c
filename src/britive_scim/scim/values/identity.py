"""Identity of values: a fast test for values that did not change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

__all__ = ["is_identical"]

_SCALAR_TYPES = frozenset({str, bool, int, float, datetime})


def is_identical(first: Any, second: Any) -> bool:
    """Return whether two values have the same types and contents; no schema is needed.

    The order of keys is ignored, that of list values is not. After `False` the values must be
    compared by their schema: equal values can have different forms.

    Args:
        first: a model, a mapping in wire form, or a value of either.
        second: the other value.
    """
    if first is second:
        return True
    class_ = first.__class__
    if class_ is not second.__class__:
        return False  # in Python True == 1, in JSON they differ
    if class_ in _SCALAR_TYPES:
        return bool(first == second)
    if class_ is dict:
        return _has_identical_items(first, second)
    if class_ is list:
        return len(first) == len(second) and all(map(is_identical, first, second))
    if isinstance(first, BaseModel):
        extra, other_extra = first.__pydantic_extra__, second.__pydantic_extra__
        return _has_identical_items(first.__dict__, second.__dict__) and _has_identical_items(
            extra or {}, other_extra or {}
        )
    return False


def _has_identical_items(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> bool:
    if len(first) != len(second):
        return False
    for key, value in first.items():
        other = second.get(key)
        # Most values of a resource are strings or unset; they need no further call.
        if value is other:
            if value is None and key not in second:
                return False
        elif value.__class__ is str:
            if value != other:
                return False
        elif not is_identical(value, other):
            return False
    return True
