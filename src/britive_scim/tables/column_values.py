"""Values of one column, converted to the type of the column."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from britive_scim.errors import InputError

__all__ = [
    "ColumnType",
    "convert_column",
    "format_text_value",
    "replace_surrogates",
    "resolve_type",
]

ColumnType = type[Any]
"""`str`, `bool`, `int`, `float`, `datetime`; `dict` and `list` are JSON text."""

_NONE = type(None)
_TYPES: dict[ColumnType, ColumnType] = {dict: str, list: str, tuple: str, object: str}
_MAX_INT = 2**63


def resolve_type(type_: ColumnType) -> ColumnType:
    """Return the type that the libraries use for a column: JSON is text.

    Raises:
        InputError: no library has such columns.
    """
    resolved = _TYPES.get(type_, type_)
    if resolved not in _CONVERTERS:
        raise InputError(
            f"type of a column must be str, bool, int, float, datetime, dict or list, got {type_.__name__}"
        )
    return resolved


def convert_column(name: str, type_: ColumnType, values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column as its type, or `None`; unchanged if they all are.

    A number or time outside the range of the type is `None`, so that one value does not cost the table.

    Args:
        name: name of the column, for the error.
        type_: type of the column.
        values: the values.

    Raises:
        InputError: a value has another type.

    Examples:
        >>> convert_column("tags", list, [["a", "b"], None])
        ['["a", "b"]', None]
        >>> convert_column("size", int, [1, None, 3.0])
        [1, None, 3]
    """
    type_ = resolve_type(type_)
    found = set(map(type, values))
    found.discard(_NONE)
    if not found or (found == {type_} and type_ in (str, bool, float)):
        return values
    convert = _CONVERTERS[type_]
    try:
        return [None if value is None else convert(value) for value in values]
    except (TypeError, ValueError):
        others = ", ".join(sorted(t.__name__ for t in found))
        raise InputError(
            f"values of the column {name!r} must be {type_.__name__}, got {others}"
        ) from None


def format_text_value(value: object) -> str:
    """Return a value as text: booleans and times as in JSON, objects and lists as JSON.

    Examples:
        >>> format_text_value(True), format_text_value({"a": [1]}), format_text_value("x")
        ('true', '{"a": [1]}', 'x')
    """
    if isinstance(value, str):
        return str(value)  # members of enumerations too
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=format_text_value)
    return str(value)


def _to_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _to_int(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    try:
        number = int(value)
    except OverflowError:  # infinity
        return None
    if number != value:
        raise ValueError
    return number if -_MAX_INT <= number < _MAX_INT else None


def _to_float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    try:
        return float(value)
    except OverflowError:  # an integer beyond the range of floats
        return None


def _to_datetime(value: object) -> datetime | None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError
    if value.tzinfo is UTC:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError:  # before the year 1 or after the year 9999 in UTC
        return None


_CONVERTERS: dict[ColumnType, Callable[[Any], Any]] = {
    str: format_text_value,
    bool: _to_bool,
    int: _to_int,
    float: _to_float,
    datetime: _to_datetime,
}


def replace_surrogates(values: Sequence[Any]) -> list[Any]:
    r"""Return strings in which each lone surrogate, which UTF-8 does not have, is written as `\udXXX`."""
    return [
        value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for value in values
    ]
