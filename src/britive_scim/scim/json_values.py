"""JSON values: conversion of Python values to JSON, and types of parsed JSON.

pydantic does most of the conversion. Two of its results are corrected here: a `Decimal` becomes a
string, although a SCIM decimal is a number (RFC 7643 §2.3.3), and a secret becomes asterisks, which
the server would store as the password.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeGuard, cast

from pydantic import SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

__all__ = [
    "contains_bytes",
    "correct_serialized",
    "decimal_to_number",
    "describe_json_type",
    "is_blank",
    "is_list",
    "is_misserialized",
    "is_object",
    "to_json_value",
]

_MASKED: Final = "**********"
"""Serialized form of a non-empty secret in pydantic."""


def decimal_to_number(value: Decimal) -> int | float | None:
    """Convert a decimal to a JSON number: an integer if its exponent is 0, else a float.

    Returns:
        `None` for NaN, infinity, and numbers beyond the range of floats, such as 1e999.

    Examples:
        >>> decimal_to_number(Decimal("1.50")), decimal_to_number(Decimal(7))
        (1.5, 7)
    """
    if not value.is_finite():
        return None
    if value.as_tuple().exponent == 0:
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None


def is_misserialized(value: object) -> bool:
    """Return whether pydantic serializes a value wrongly: it is, or contains at any depth, a decimal or a secret."""
    return _contains(value, (Decimal, SecretStr, SecretBytes))


def contains_bytes(value: object) -> bool:
    """Return whether a value is bytes or contains them at any depth; pydantic would decode them as UTF-8."""
    return _contains(value, (bytes, bytearray, memoryview))


def _contains(value: object, types: tuple[type, ...]) -> bool:
    remaining, seen = [value], set[int]()
    while remaining:
        item: Any = remaining.pop()
        key = id(item)
        if isinstance(item, types):
            return True
        if isinstance(item, Mapping | list | tuple | set | frozenset) and key not in seen:
            seen.add(key)  # a value may contain itself
            remaining += cast("Any", item.values() if isinstance(item, Mapping) else item)
    return False


def correct_serialized(value: Any, serialized: Any) -> Any:
    """Return pydantic's JSON form of a value with decimals and secrets corrected.

    The result of a custom serializer is left unchanged.

    Args:
        value: a single value or a collection.
        serialized: its JSON form according to pydantic.
    """
    if not is_misserialized(value):
        return serialized
    if isinstance(value, Mapping) and is_object(serialized):
        members = cast("Mapping[str, Any]", value)
        return {
            name: correct_serialized(members.get(name), serialized[name]) for name in serialized
        }
    if isinstance(value, list | tuple | set | frozenset) and is_list(serialized):
        pairs = zip(cast("list[Any]", value), serialized, strict=True)
        return [correct_serialized(*pair) for pair in pairs]
    if serialized not in (str(cast("Any", value)), _MASKED):
        return serialized
    try:
        return to_json_value(value)
    except ValueError:  # NaN
        return serialized


def to_json_value(value: Any) -> Any:
    """Convert a Python value to JSON: models to wire form, datetimes to strings, bytes to base64.

    Secrets are converted to their plain value.

    Args:
        value: any value with a JSON form.

    Raises:
        ValueError: the value has no JSON form.

    Examples:
        >>> to_json_value({"score": Decimal("1.5"), "tags": ("a", "b")})
        {'score': 1.5, 'tags': ['a', 'b']}
    """
    try:
        return _to_json_value(value)
    except RecursionError:
        raise ValueError("nested too deeply, or contains itself") from None


def _to_json_name(name: Any) -> str:
    """Return the key of a mapping as the name of a JSON member, such as `"1"` for 1."""
    return name if isinstance(name, str) else cast("str", next(iter(to_jsonable_python({name: 0}))))


def _to_json_value(value: Any) -> Any:
    if isinstance(value, Enum):  # before str and int: members of StrEnum and IntEnum are both
        return _to_json_value(value.value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, SecretBytes):
        return to_jsonable_python(value.get_secret_value())
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(cast("bytes", value)).decode("ascii")  # a binary (RFC 7643 §2.3.6)
    if isinstance(value, Decimal):
        number = decimal_to_number(value)
        if number is None:
            raise ValueError(f"numbers must be finite, got {value}")
        return number
    if hasattr(value, "__wire__"):
        return value.to_wire()
    if isinstance(value, Mapping):
        members = cast("dict[Any, Any]", value)
        return {_to_json_name(name): _to_json_value(member) for name, member in members.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_to_json_value(item) for item in cast("list[Any]", value)]
    return to_jsonable_python(value, by_alias=True, exclude_none=True)


def is_blank(value: object) -> bool:
    """Return whether a value is not a string, or a string of whitespace only."""
    return not isinstance(value, str) or not value.strip()


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a parsed JSON value is an array."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a parsed JSON value is an object."""
    return isinstance(value, dict)


def describe_json_type(value: object) -> str:
    """Return the type of a parsed JSON value as words for a message.

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
            return "a string"
        case float() if not math.isfinite(value):
            return "NaN or an infinity"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"a Python {type(value).__name__}"
