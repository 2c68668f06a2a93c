"""Parsed JSON: telling its kinds apart, for people and for type checkers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

__all__ = ["describe_json_type", "is_blank", "is_list", "is_object"]


def is_blank(value: object) -> bool:
    """Return whether a value is no text, or a text that says nothing."""
    return not isinstance(value, str) or not value.strip()


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a parsed JSON value is an array."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a parsed JSON value is an object."""
    return isinstance(value, dict)


def describe_json_type(value: object) -> str:
    """Return what a parsed JSON value is, in words for a message.

    Examples:
        >>> describe_json_type([1]), describe_json_type(True)
        ('a list', 'a boolean')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "text"
        case float() if not math.isfinite(value):
            return "NaN or an infinity"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"a {type(value).__name__} of Python"
