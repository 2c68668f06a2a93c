"""The forgiving half of reading: JSON that is nearly right, made right by what the class declares.

Each thing forgiven here is one row of the table in the documentation (`reference/leniency.md`) and
one test. What cannot be forgiven is set aside as it came, value by value.
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
from britive_scim.scim.datatypes import parse_datetime
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.definitions.fields import (
    AttributeField,
    ExtensionField,
    get_model_definition,
)
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.scim.names import fold

__all__ = ["RejectedValue", "explain_rejection", "normalize", "restore_rejected"]

PathSegment = str | int

_INTEGER_REGEX = re.compile(r"[+-]?\d{1,300}", re.ASCII)
_DECIMAL_REGEX = re.compile(r"[+-]?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?", re.ASCII)

STRING_TYPES = frozenset({"string", "reference", "binary"})
"""The data types that are text in JSON, where the empty text is a value."""

_DATETIME_REGEX = re.compile(DATETIME_PATTERN, re.ASCII)

_TYPE_DESCRIPTIONS = {
    "string": "text",
    "reference": "a URI as text",
    "binary": "base64 text",
    "boolean": "true or false",
    "integer": "a whole number",
    "decimal": "a number",
    "dateTime": "a date with a time, such as 2026-03-01T08:30:00Z",
    "complex": "an object",
}


class _InvalidValueError(Exception):
    """A value that cannot be made to fit."""


@dataclass(frozen=True, slots=True)
class RejectedValue:
    """A value set aside as it came.

    Attributes:
        owner_path: where the object that had it is: SCIM names and list positions from the top.
        name: its name there, as it came.
        raw: the value; `UnreadItems` for single elements of a list.
    """

    owner_path: tuple[PathSegment, ...]
    name: str
    raw: Any


def normalize(
    cls: type[BaseModel], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[RejectedValue]]:
    """Return `raw` in the spelling and the data types that `cls` declares, and what did not fit.

    Args:
        cls: a model class.
        raw: a JSON object as parsed; not changed.
    """
    asides: list[RejectedValue] = []
    return _normalize_object(cls, raw, (), asides), asides


def restore_rejected(holder: dict[str, Any], rejected: RejectedValue) -> None:
    """Put what was set aside back into the plain data of its owner.

    Args:
        holder: the owner; changed.
        rejected: what was taken out of it.
    """
    kept = holder.get(rejected.name)
    if isinstance(rejected.raw, UnreadItems) and is_list(kept):
        rejected.raw.reinsert_into(kept)
    else:
        holder[rejected.name] = rejected.raw


def explain_rejection(model_field: AttributeField | ExtensionField, raw: Any) -> str | None:
    """Return why one value that was set aside does not fit, in words; `None` where its kind is right.

    Args:
        model_field: what the class declares under its name.
        raw: the value, or the element of the list.
    """
    expected = "complex" if isinstance(model_field, ExtensionField) else model_field.attribute.type
    if isinstance(raw, str) and not is_valid_unicode(raw):
        return "half a surrogate pair in it, which is no Unicode text"
    if isinstance(raw, OutOfRangeNumber) or (expected == "decimal" and type(raw) in {int, float}):
        return "a number out of range"
    if is_too_deep(raw, 3):  # a resource of a page; nothing else that is so deep is kept
        return f"nested deeper than {MAX_DEPTH}"
    if is_list(raw) and len(raw) > 1:
        return f"a list, where {_TYPE_DESCRIPTIONS[expected]} is expected"
    if isinstance(model_field, AttributeField) and not model_field.is_native:
        return None
    if is_object(raw) if expected == "complex" else isinstance(raw, str) and expected == "string":
        return None
    return f"{describe_json_type(raw)}, where {_TYPE_DESCRIPTIONS[expected]} is expected"


def _normalize_object(
    cls: type[BaseModel],
    raw: Mapping[str, Any],
    owner_path: tuple[PathSegment, ...],
    rejected: list[RejectedValue],
) -> dict[str, Any]:
    shape = get_model_definition(cls)
    by_name, takes = shape.by_name, shape.accepted_json_types
    clean: dict[str, Any] = {}
    given: dict[str, list[tuple[str, Any]]] = {}
    for name, value in raw.items():
        if name in takes and value.__class__ is takes[name]:
            clean[name] = value  # right in name and type
            continue
        folded = fold(name)
        if folded not in by_name:
            if name.__class__ is LoneSurrogateString:  # no name that a class can take
                rejected.append(RejectedValue(owner_path, name, value))
            else:
                clean[name] = value
        elif value is not None:
            given.setdefault(folded, []).append((name, value))
    for folded, spellings in given.items():
        slot = by_name[folded]
        taken = slot.name in clean
        for name, value in _sort_declared_spelling_first(slot.name, spellings):
            if taken:  # under another spelling; two empty ones do not contradict each other
                if value != []:
                    rejected.append(RejectedValue(owner_path, name, value))
                continue
            within: list[RejectedValue] = []
            try:
                fitted = _normalize_member(slot, value, owner_path, within)
            except _InvalidValueError:
                clean.pop(slot.name, None)  # an empty one under another spelling
                rejected.append(RejectedValue(owner_path, slot.name, value))
                taken = True
                continue
            rejected += within
            taken = bool(within) or not _is_unassigned(fitted)
            if taken and fitted is not None:
                clean[slot.name] = fitted
            elif fitted is not None:
                clean.setdefault(slot.name, fitted)
    return clean


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
    fitted: list[Any] = []
    unread: list[tuple[int, Any]] = []
    for position, item in enumerate(raw):
        if item is None or item == [] or (item == "" and attribute.type not in STRING_TYPES):
            continue
        try:
            fitted.append(_convert_value(attribute, item, (*path, len(fitted)), rejected))
        except _InvalidValueError:
            unread.append((position, item))
    if unread:
        positions, items = zip(*unread, strict=True)
        rejected.append(RejectedValue(owner_path, attribute.name, UnreadItems(items, positions)))
        return fitted or None
    return fitted


def _normalize_schemas(
    raw: Any, owner_path: tuple[PathSegment, ...], rejected: list[RejectedValue]
) -> list[str] | None:
    """Return what is text among `schemas`; as they follow from the rest, no other value is needed."""
    items = raw if is_list(raw) else [raw]
    odd = [
        (position, item)
        for position, item in enumerate(items)
        if item.__class__ is not str and item not in (None, [], {})
    ]
    if odd:
        positions, others = zip(*odd, strict=True)
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
    """Return one value in its declared type."""
    if attribute.type == "complex":
        model = cast("type[BaseModel]", attribute.model)
        if is_object(raw):
            return _normalize_object(model, raw, path, rejected)
        value = attribute.find_sub_attribute("value")
        if value is None or not isinstance(raw, str | int) or isinstance(raw, bool):
            raise _InvalidValueError
        return {value.name: _convert_scalar(value, raw)}
    return _convert_scalar(attribute, raw)


def _convert_scalar(attribute: Attribute, raw: Any) -> Any:
    fitted: Any = None
    match attribute.type:
        case "boolean":
            fitted = _to_boolean(raw)
        case "integer":
            fitted = _to_integer(raw)
        case "decimal":
            fitted = _to_decimal(raw)
        case "dateTime":
            fitted = _to_datetime_string(raw)
        case _:
            fitted = _to_string(raw)
    if fitted is None:
        raise _InvalidValueError
    return fitted


def _to_string(raw: Any) -> str | None:
    if isinstance(raw, str):
        return None if isinstance(raw, LoneSurrogateString | OutOfRangeNumber) else raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return json.dumps(raw)
    return None


def _to_boolean(raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return {"true": True, "false": False}.get(raw.casefold())
    return None


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
        except OverflowError:  # a whole number beyond the range of floats
            return None
        return number if math.isfinite(number) else None
    return None


def _to_datetime_string(raw: Any) -> str | None:
    if isinstance(raw, str) and _DATETIME_REGEX.fullmatch(raw) and raw[11:13] != "24":
        return raw  # right as it is; if it is no date, the class says so
    moment = parse_datetime(raw) if isinstance(raw, str) else raw
    return format_datetime(moment) if isinstance(moment, datetime) else None
