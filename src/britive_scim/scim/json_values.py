"""What Python values are in JSON: whatever people put into resources, requests and classes of their own.

pydantic does most of it, but for two things: it writes a `Decimal` as text, where SCIM's decimal is a
number (RFC 7643 §2.3.3), and a secret as asterisks, which would become the password.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeGuard, cast

from pydantic import SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

__all__ = [
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
"""What pydantic writes for any secret but an empty one."""


def decimal_to_number(value: Decimal) -> int | float | None:
    """Return a decimal as a JSON number, whole where it has no digits behind the point.

    Returns:
        `None` for what no JSON number is, or none that a reader can hold: NaN, infinity, 1e999.

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
    """Return whether pydantic would write something else than the value: a decimal, a secret, or several."""
    if isinstance(value, Decimal | SecretStr | SecretBytes):
        return True
    return isinstance(value, list | tuple | set | frozenset) and any(
        isinstance(item, Decimal | SecretStr | SecretBytes) for item in cast("list[Any]", value)
    )


def correct_serialized(value: Any, serialized: Any) -> Any:
    """Return what pydantic wrote for a value, with what it misread put right.

    A serializer of the user's own, which writes something else, stands.

    Args:
        value: one value, or several.
        serialized: what pydantic made of it for JSON.
    """
    if isinstance(value, list | tuple | set | frozenset):
        if not is_misserialized(cast("object", value)):
            return serialized
        pairs = zip(cast("list[Any]", value), serialized, strict=True)
        return [correct_serialized(item, text) for item, text in pairs]
    if not is_misserialized(value) or serialized not in (str(value), _MASKED):
        return serialized
    try:
        return to_json_value(value)
    except ValueError:  # NaN
        return serialized


def to_json_value(value: Any) -> Any:
    """Return what a Python value is in JSON: models in wire form, moments as text, sets as lists.

    Secrets are disclosed: what goes over the wire is the secret.

    Args:
        value: JSON data, or what stands for it in Python.

    Raises:
        ValueError: there is no JSON for it.

    Examples:
        >>> to_json_value({"score": Decimal("1.5"), "tags": ("a", "b")})
        {'score': 1.5, 'tags': ['a', 'b']}
    """
    try:
        return _to_json_value(value)
    except RecursionError:
        raise ValueError("nested too deeply, or within itself") from None


def _to_json_value(value: Any) -> Any:
    if isinstance(value, Enum):  # before text and numbers: members of a StrEnum are both
        return _to_json_value(value.value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, SecretStr | SecretBytes):
        return _to_json_value(value.get_secret_value())
    if isinstance(value, Decimal):
        number = decimal_to_number(value)
        if number is None:
            raise ValueError(f"{value} is no JSON number")
        return number
    if hasattr(value, "__wire__"):
        return value.to_wire()
    if isinstance(value, Mapping):
        members = cast("dict[Any, Any]", value)
        return {name: _to_json_value(member) for name, member in members.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_to_json_value(item) for item in cast("list[Any]", value)]
    return to_jsonable_python(value, by_alias=True, exclude_none=True)


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
