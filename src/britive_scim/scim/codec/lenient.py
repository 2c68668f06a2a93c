"""Lenient decoding: normalize JSON that deviates from the declared names and data types.

Each tolerated deviation is one row of the table in the documentation (`reference/leniency.md`) and one
test. A value that cannot be normalized is rejected individually and kept unchanged.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.codec.encode import UnreadItems, format_datetime
from britive_scim.scim.codec.json import (
    MAX_DEPTH,
    LoneSurrogateString,
    OutOfRangeNumber,
    is_too_deep,
    is_valid_unicode,
)
from britive_scim.scim.codec.strict_types import DATETIME_PATTERN
from britive_scim.scim.datatypes import is_base64, parse_boolean, parse_datetime
from britive_scim.scim.definitions.attribute import STRING_TYPES, Attribute
from britive_scim.scim.definitions.fields import (
    AttributeField,
    ExtensionField,
    get_model_definition,
)
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.scim.names import fold

__all__ = ["RejectedValue", "explain_rejection", "normalize", "read_value", "restore_rejected"]

PathSegment = str | int

_INTEGER_REGEX = re.compile(r"[+-]?\d{1,300}", re.ASCII)
_DECIMAL_REGEX = re.compile(r"[+-]?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


_DATETIME_REGEX = re.compile(DATETIME_PATTERN, re.ASCII)

_TYPE_DESCRIPTIONS = {
    "string": "a string",
    "reference": "a URI string",
    "binary": "a base64 string",
    "boolean": "true or false",
    "integer": "an integer",
    "decimal": "a number",
    "dateTime": "a date with a time such as 2026-03-01T08:30:00Z",
    "complex": "an object",
}


class _InvalidValueError(Exception):
    """The value cannot be normalized."""


@dataclass(frozen=True, slots=True)
class RejectedValue:
    """Value that cannot be normalized.

    Attributes:
        owner_path: the path of its object: SCIM names and list indexes from the root.
        name: its name in that object, in the original spelling.
        raw: the unchanged value; `UnreadItems` for elements of a list.
    """

    owner_path: tuple[PathSegment, ...]
    name: str
    raw: Any


def normalize(
    cls: type[BaseModel], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[RejectedValue]]:
    """Return a JSON object with the declared names and data types, and the rejected values.

    Args:
        cls: a model class.
        raw: the parsed JSON object; not changed.
    """
    rejected: list[RejectedValue] = []
    return _normalize_object(cls, raw, (), rejected), rejected


def restore_rejected(holder: dict[str, Any], rejected: RejectedValue) -> None:
    """Put a rejected value back into the plain data of its object.

    Args:
        holder: the object; changed.
        rejected: the value that was removed from it.
    """
    items = holder.get(rejected.name)
    if isinstance(rejected.raw, UnreadItems) and is_list(items):
        rejected.raw.reinsert_into(items)
    else:
        holder[rejected.name] = rejected.raw


def explain_rejection(model_field: AttributeField | ExtensionField, raw: Any) -> str | None:
    """Return why a value was rejected; `None` if its JSON type is valid.

    Args:
        model_field: the field that declares the value.
        raw: the value, or the element of a list.
    """
    expected = "complex" if isinstance(model_field, ExtensionField) else model_field.attribute.type
    if isinstance(raw, str) and not is_valid_unicode(raw):
        return "must be valid Unicode, got a string with a lone surrogate"
    if isinstance(raw, OutOfRangeNumber) or (expected == "decimal" and type(raw) in {int, float}):
        return "number out of range"
    if is_too_deep(raw, 3):  # a resource in a page; other values of this depth raise an error
        return f"nested deeper than {MAX_DEPTH}"
    if is_list(raw) and len(raw) > 1:
        return f"must be {_TYPE_DESCRIPTIONS[expected]}, got a list"
    if isinstance(model_field, AttributeField) and not model_field.is_native:
        return None
    if is_object(raw) if expected == "complex" else isinstance(raw, str) and expected == "string":
        return None
    got = "another string" if expected == "binary" and isinstance(raw, str) else None
    return f"must be {_TYPE_DESCRIPTIONS[expected]}, got {got or describe_json_type(raw)}"


def _normalize_object(
    cls: type[BaseModel],
    raw: Mapping[str, Any],
    owner_path: tuple[PathSegment, ...],
    rejected: list[RejectedValue],
) -> dict[str, Any]:
    definition = get_model_definition(cls)
    by_name, accepted_types = definition.by_name, definition.accepted_json_types
    normalized: dict[str, Any] = {}
    pending: dict[str, list[tuple[str, Any]]] = {}
    for name, value in raw.items():
        if name in accepted_types and value.__class__ is accepted_types[name]:
            normalized[name] = value
            continue
        folded = fold(name)
        if folded not in by_name:
            if name.__class__ is LoneSurrogateString:  # pydantic does not accept the key
                rejected.append(RejectedValue(owner_path, name, value))
            else:
                normalized[name] = value
        elif value is not None:
            pending.setdefault(folded, []).append((name, value))
    for folded, spellings in pending.items():
        model_field = by_name[folded]
        has_value = model_field.name in normalized
        for name, value in _sort_declared_spelling_first(model_field.name, spellings):
            if has_value:  # under another spelling; an empty list does not contradict it
                if value != []:
                    rejected.append(RejectedValue(owner_path, name, value))
                continue
            rejected_inner: list[RejectedValue] = []
            try:
                converted = _normalize_member(model_field, value, owner_path, rejected_inner)
            except _InvalidValueError:
                normalized.pop(model_field.name, None)  # an empty value under another spelling
                rejected.append(RejectedValue(owner_path, model_field.name, value))
                has_value = True
                continue
            rejected += rejected_inner
            has_value = bool(rejected_inner) or not _is_unassigned(converted)
            if has_value and converted is not None:
                normalized[model_field.name] = converted
            elif converted is not None:
                normalized.setdefault(model_field.name, converted)
    return normalized


def _sort_declared_spelling_first(
    declared_name: str, spellings: list[tuple[str, Any]]
) -> list[tuple[str, Any]]:
    return (
        sorted(spellings, key=lambda spelling: spelling[0] != declared_name)
        if spellings[1:]
        else spellings
    )


def _is_unassigned(converted: Any) -> bool:
    if is_object(converted):
        return all(_is_unassigned(value) for value in converted.values())
    if is_list(converted):
        return all(is_object(item) and _is_unassigned(item) for item in converted)
    return converted is None


def _normalize_member(
    model_field: AttributeField | ExtensionField,
    raw: Any,
    owner_path: tuple[PathSegment, ...],
    rejected: list[RejectedValue],
) -> Any:
    if isinstance(model_field, ExtensionField):
        return _normalize_extension(
            model_field.model, raw, (*owner_path, model_field.urn), rejected
        )
    return _normalize_attribute(model_field, raw, owner_path, rejected)


def _normalize_attribute(
    model_field: AttributeField,
    raw: Any,
    owner_path: tuple[PathSegment, ...],
    rejected: list[RejectedValue],
) -> Any:
    attribute = model_field.attribute
    if not model_field.is_native:
        return raw
    path = (*owner_path, attribute.name)
    if attribute.field == "schemas":
        return _normalize_schemas(raw, owner_path, rejected)
    if not attribute.multi_valued:
        return _normalize_single_value(attribute, raw, path, rejected)
    if raw in ("", {}):
        return []
    if not is_list(raw):
        return [_convert_value(attribute, raw, (*path, 0), rejected)]
    converted: list[Any] = []
    unread: list[tuple[int, Any]] = []
    for position, item in enumerate(raw):
        if item is None or item == [] or (item == "" and attribute.type not in STRING_TYPES):
            continue
        try:
            converted.append(_convert_value(attribute, item, (*path, len(converted)), rejected))
        except _InvalidValueError:
            unread.append((position, item))
    if unread:
        positions, items = zip(*unread, strict=True)
        rejected.append(RejectedValue(owner_path, attribute.name, UnreadItems(items, positions)))
        return converted or None
    return converted


def _normalize_schemas(
    raw: Any, owner_path: tuple[PathSegment, ...], rejected: list[RejectedValue]
) -> list[str] | None:
    """Return the strings in `schemas`, which may be empty, as `to_wire` derives the URNs."""
    items = raw if is_list(raw) else [raw]
    unread = [
        (position, item)
        for position, item in enumerate(items)
        if item.__class__ is not str and item not in (None, [], {})
    ]
    if unread:
        positions, others = zip(*unread, strict=True)
        rejected.append(RejectedValue(owner_path, "schemas", UnreadItems(others, positions)))
    return [urn for urn in items if urn.__class__ is str] or None


def _normalize_single_value(
    attribute: Attribute, raw: Any, path: tuple[PathSegment, ...], rejected: list[RejectedValue]
) -> Any:
    if is_list(raw):
        if len(raw) > 1:
            raise _InvalidValueError
        if not raw or raw[0] is None:
            return None
        raw = raw[0]
    if raw == "" and attribute.type not in STRING_TYPES:
        return None
    return _convert_value(attribute, raw, path, rejected)


def _normalize_extension(
    cls: type[BaseModel], raw: Any, path: tuple[PathSegment, ...], rejected: list[RejectedValue]
) -> dict[str, Any] | None:
    if is_list(raw) and len(raw) == 1:
        raw = raw[0]
    if raw in ("", []):
        return None
    if not is_object(raw):
        raise _InvalidValueError
    return _normalize_object(cls, raw, path, rejected)


def _convert_value(
    attribute: Attribute, raw: Any, path: tuple[PathSegment, ...], rejected: list[RejectedValue]
) -> Any:
    """Convert a single value to its declared type."""
    if attribute.type == "complex":
        model = cast("type[BaseModel]", attribute.model)
        if is_object(raw):
            return _normalize_object(model, raw, path, rejected)
        value_attribute = attribute.find_sub_attribute("value")
        if value_attribute is None or not isinstance(raw, str | int) or isinstance(raw, bool):
            raise _InvalidValueError
        return {value_attribute.name: _convert_scalar(value_attribute, raw)}
    return _convert_scalar(attribute, raw)


def _convert_scalar(attribute: Attribute, raw: Any) -> Any:
    converted: Any = None
    match attribute.type:
        case "boolean":
            converted = _to_boolean(raw)
        case "integer":
            converted = _to_integer(raw)
        case "decimal":
            converted = _to_decimal(raw)
        case "dateTime":
            converted = _to_datetime_string(raw)
        case "binary":
            converted = raw if isinstance(raw, str) and is_base64(raw) else None
        case _:
            converted = _to_string(raw)
    if converted is None:
        raise _InvalidValueError
    return converted


def read_value(attribute: Attribute, raw: Any) -> Any:
    """Return a single value in wire form as its declared type, as models have it; `None` if it cannot be read.

    Examples:
        >>> read_value(Attribute(name="level", type="integer"), "3")
        3
        >>> read_value(Attribute(name="vip", type="boolean"), "perhaps") is None
        True
    """
    try:
        value = _convert_scalar(attribute, raw)
    except _InvalidValueError:
        return None
    return parse_datetime(value) if attribute.type == "dateTime" else value


def _to_string(raw: Any) -> str | None:
    if isinstance(raw, str):
        return None if isinstance(raw, LoneSurrogateString | OutOfRangeNumber) else raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return json.dumps(raw)
    return None


def _to_boolean(raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw
    return parse_boolean(raw) if isinstance(raw, str) else None


def _to_integer(raw: Any) -> int | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if isinstance(raw, str) and _INTEGER_REGEX.fullmatch(raw.strip()):
        return int(raw)
    return None


def _to_decimal(raw: Any) -> float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float) or (
        isinstance(raw, str) and _DECIMAL_REGEX.fullmatch(raw.strip())
    ):
        try:
            number = float(raw)
        except OverflowError:  # an integer beyond the range of floats
            return None
        return number if math.isfinite(number) else None
    return None


def _to_datetime_string(raw: Any) -> str | None:
    if isinstance(raw, str) and _DATETIME_REGEX.fullmatch(raw) and raw[11:13] != "24":
        return raw  # valid syntax; an invalid date is rejected by the validator
    parsed = parse_datetime(raw) if isinstance(raw, str) else raw
    return format_datetime(parsed) if isinstance(parsed, datetime) else None
