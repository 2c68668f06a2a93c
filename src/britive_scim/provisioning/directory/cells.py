"""Values of cells: from the text of a file, or from a typed value, to the type of the attribute."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from britive_scim.provisioning.directory.options import ReadingOptions
from britive_scim.scim.datatypes import parse_boolean, parse_datetime
from britive_scim.scim.definitions.attribute import Attribute

__all__ = [
    "CellError",
    "Converter",
    "build_converter",
    "is_empty",
    "normalize_cell",
    "parse_day",
    "split_cell",
]

Converter = Callable[[Any], Any]
"""Function from a cell, which is not empty, to the value of an attribute; raises `CellError`."""

_SEPARATOR = ";"


class CellError(Exception):
    """Cell that cannot be converted; the message is the rule, without the value."""


def normalize_cell(cell: Any) -> Any:
    """Return a cell without surrounding blanks, as a value of Python.

    Examples:
        >>> normalize_cell(" Ann ")
        'Ann'
    """
    if isinstance(cell, str):
        return cell.strip()
    to_python = getattr(cell, "tolist", None)
    return to_python() if callable(to_python) else cell  # a scalar or an array of numpy


def is_empty(cell: Any) -> bool:
    """Return whether a cell has no value: `None`, an empty string, NaN, NaT, or pandas' NA."""
    if cell is None or cell == "":
        return True
    if isinstance(cell, float):
        return math.isnan(cell)
    if isinstance(cell, str | int | list | dict):
        return False
    return type(cell).__name__ in ("NAType", "NaTType")


def split_cell(cell: Any) -> list[Any]:
    """Return the values of a cell: text separated by `;`, a JSON list, or a list.

    Raises:
        CellError: the cell has another type.
    """
    if isinstance(cell, str):
        if cell[:1] == "[":
            parsed = _parse_json(cell, list)
            if parsed is not None:
                return cast("list[Any]", parsed)
        return [part for part in (part.strip() for part in cell.split(_SEPARATOR)) if part]
    if isinstance(cell, list | tuple | set | frozenset):
        return list(cast("list[Any]", cell))
    raise CellError(f"must be text, with {_SEPARATOR!r} between several values, or a list")


def parse_day(cell: Any, zone: tzinfo | None) -> tuple[date, tzinfo]:
    """Return the day of a cell, and its time zone.

    Raises:
        CellError: it is no date, or has no time zone and there is no default.
    """
    value = _parse_date_text(cell) if isinstance(cell, str) else cell
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return value.date(), value.tzinfo
        value = value.date()
    if not isinstance(value, date):
        raise CellError("must be a date such as 2026-11-30")
    if zone is None:
        raise CellError(
            "must have a time zone; name the zone of the dates, such as time_zone='Europe/Berlin'"
        )
    return value, zone


def _parse_date_text(text: str) -> date | datetime | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def build_converter(attribute: Attribute | None, options: ReadingOptions) -> Converter:
    """Return the function that converts cells of a simple attribute.

    Args:
        attribute: the attribute; `None` if the schema does not declare it, so that values keep their type.
        options: options of reading.
    """
    if attribute is None:
        return lambda cell: _convert_undeclared(cell, options.time_zone)
    if attribute.name == "active":
        return _StatusConverter(options.status_words)
    by_type: dict[str, Converter] = {
        "boolean": _convert_boolean,
        "integer": _convert_integer,
        "decimal": _convert_decimal,
        "dateTime": lambda cell: _convert_datetime(cell, options.time_zone),
    }
    return by_type.get(attribute.type, _convert_string)


class _StatusConverter:
    """Converter of `active`: the words of the options, and booleans."""

    def __init__(self, words: Mapping[str, bool]) -> None:
        self._words = words

    def __call__(self, cell: Any) -> bool:
        if isinstance(cell, bool):
            return cell
        word = _convert_string(cell)
        known = self._words.get(word.casefold())
        if known is None:
            raise CellError(
                f"must be a status word, got {word!r:.40}; add it to active= or to inactive=, such as"
                f" active=[{word!r:.40}] or inactive=[{word!r:.40}]"
            )
        return known


def _convert_string(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a column of whole numbers with gaps is one of floats in pandas
    return _format_scalar(cell)


def _format_scalar(cell: Any) -> str:
    """Return the text of a number, date, time, duration or UUID.

    Raises:
        CellError: the value is another object, whose text would have no meaning.
    """
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            raise CellError("must be text, got a number that is not finite")
        return str(cell)
    if isinstance(cell, UUID | timedelta):
        return str(cell)
    raise CellError(f"must be text, got {type(cell).__name__}")


def _convert_boolean(cell: Any) -> bool:
    value = cell if isinstance(cell, bool) else parse_boolean(str(cell))
    if value is None:
        raise CellError("must be true or false")
    return value


def _convert_integer(cell: Any) -> int:
    number = _convert_decimal(cell)
    if isinstance(number, float) and not number.is_integer():
        raise CellError("must be a whole number")
    return int(number)


def _convert_decimal(cell: Any) -> int | float:
    if isinstance(cell, bool):
        raise CellError("must be a number, got bool")
    try:
        number = float(cell)
        whole = int(cell) if isinstance(cell, str | int) and "." not in str(cell) else number
    except (TypeError, ValueError, OverflowError):
        raise CellError("must be a number") from None
    if not math.isfinite(number):
        raise CellError("must be a finite number")
    return whole


def _convert_datetime(cell: Any, zone: tzinfo | None) -> str:
    value = cell
    if isinstance(cell, str):
        value = (
            parse_datetime(cell)
            if "T" in cell.upper() and _has_zone(cell)
            else _parse_date_text(cell)
        )
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not isinstance(value, datetime):
        raise CellError("must be a date and time such as 2026-11-30T08:00:00Z")
    if value.tzinfo is None:
        _, zone = parse_day(value, zone)
        value = value.replace(tzinfo=zone)
    return value.isoformat()


def _has_zone(text: str) -> bool:
    tail = text.upper().rpartition("T")[2]
    return any(sign in tail for sign in "Z+-")


def _convert_undeclared(cell: Any, zone: tzinfo | None) -> Any:
    if isinstance(cell, datetime):
        return _convert_datetime(cell, zone)
    if isinstance(cell, float) and not math.isfinite(cell):
        raise CellError("must be a finite number")
    if isinstance(cell, str | bool | int | float | list | dict):
        return cast("Any", cell)
    if isinstance(cell, Mapping):
        return dict(cast("Mapping[str, Any]", cell))
    if isinstance(cell, tuple | set | frozenset):
        return list(cast("list[Any]", cell))
    return _format_scalar(cell)


def _parse_json(text: str, type_: type[Any] | tuple[type[Any], ...]) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, type_) else None


def parse_complex_text(cell: str) -> Any:
    """Return the JSON object or list of a cell, or `None` if it is other text."""
    return _parse_json(cell, (dict, list)) if cell[:1] in "[{" else None
