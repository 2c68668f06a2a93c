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

from britive_scim.scim.codec.encode import UnreadItems, date_time_text
from britive_scim.scim.codec.json import MAX_DEPTH, FarNumber, HalfText, is_too_deep, is_unicode
from britive_scim.scim.codec.strict_types import DATE_TIME
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.definitions.fields import ExtensionSlot, Slot, shape_of
from britive_scim.scim.moment import read_moment
from britive_scim.scim.names import fold
from britive_scim.scim.plain import is_list, is_object, kind_of

__all__ = ["Aside", "normalise", "restore", "why_unfit"]

Step = str | int

_INTEGER = re.compile(r"[+-]?\d{1,300}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?", re.ASCII)

TEXTS = frozenset({"string", "reference", "binary"})
"""The data types that are text in JSON, where the empty text is a value."""

_DATE_TIME = re.compile(DATE_TIME, re.ASCII)

_EXPECTED = {
    "string": "text",
    "reference": "a URI as text",
    "binary": "base64 text",
    "boolean": "true or false",
    "integer": "a whole number",
    "decimal": "a number",
    "dateTime": "a date with a time, such as 2026-03-01T08:30:00Z",
    "complex": "an object",
}


class _UnfitError(Exception):
    """A value that cannot be made to fit."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A value set aside as it came.

    Attributes:
        owner: where the object that had it is: SCIM names and list positions from the top.
        name: its name there, as it came.
        raw: the value; `UnreadItems` for single elements of a list.
    """

    owner: tuple[Step, ...]
    name: str
    raw: Any


def normalise(cls: type[BaseModel], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Aside]]:
    """Return `raw` in the spelling and the data types that `cls` declares, and what did not fit.

    Args:
        cls: a model class.
        raw: a JSON object as parsed; not changed.
    """
    asides: list[Aside] = []
    return _object(cls, raw, (), asides), asides


def restore(holder: dict[str, Any], aside: Aside) -> None:
    """Put what was set aside back into the plain data of its owner.

    Args:
        holder: the owner; changed.
        aside: what was taken out of it.
    """
    kept = holder.get(aside.name)
    if isinstance(aside.raw, UnreadItems) and is_list(kept):
        aside.raw.return_to(kept)
    else:
        holder[aside.name] = aside.raw


def why_unfit(slot: Slot | ExtensionSlot, raw: Any) -> str | None:
    """Return why one value that was set aside does not fit, in words; `None` where its kind is right.

    Args:
        slot: what the class declares under its name.
        raw: the value, or the element of the list.
    """
    expected = "complex" if isinstance(slot, ExtensionSlot) else slot.attribute.type
    if isinstance(raw, str) and not is_unicode(raw):
        return "half a surrogate pair in it, which is no Unicode text"
    if isinstance(raw, FarNumber) or (expected == "decimal" and type(raw) in {int, float}):
        return "a number out of range"
    if is_too_deep(raw, 3):  # a resource of a page; nothing else that is so deep is kept
        return f"nested deeper than {MAX_DEPTH}"
    if is_list(raw) and len(raw) > 1:
        return f"a list, where {_EXPECTED[expected]} is expected"
    if isinstance(slot, Slot) and not slot.plain:
        return None
    if is_object(raw) if expected == "complex" else isinstance(raw, str) and expected == "string":
        return None
    return f"{kind_of(raw)}, where {_EXPECTED[expected]} is expected"


def _object(
    cls: type[BaseModel], raw: Mapping[str, Any], owner: tuple[Step, ...], asides: list[Aside]
) -> dict[str, Any]:
    shape = shape_of(cls)
    by_name, takes = shape.by_name, shape.takes
    clean: dict[str, Any] = {}
    given: dict[str, list[tuple[str, Any]]] = {}
    for name, value in raw.items():
        if name in takes and value.__class__ is takes[name]:
            clean[name] = value  # right in name and type
            continue
        folded = fold(name)
        if folded not in by_name:
            if name.__class__ is HalfText:  # no name that a class can take
                asides.append(Aside(owner, name, value))
            else:
                clean[name] = value
        elif value is not None:
            given.setdefault(folded, []).append((name, value))
    for folded, spellings in given.items():
        slot = by_name[folded]
        taken = slot.name in clean
        for name, value in _own_spelling_first(slot.name, spellings):
            if taken:  # under another spelling; two empty ones do not contradict each other
                if value != []:
                    asides.append(Aside(owner, name, value))
                continue
            within: list[Aside] = []
            try:
                fitted = _member(slot, value, owner, within)
            except _UnfitError:
                clean.pop(slot.name, None)  # an empty one under another spelling
                asides.append(Aside(owner, slot.name, value))
                taken = True
                continue
            asides += within
            taken = bool(within) or not _unassigned(fitted)
            if taken and fitted is not None:
                clean[slot.name] = fitted
            elif fitted is not None:
                clean.setdefault(slot.name, fitted)
    return clean


def _own_spelling_first(own: str, spellings: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return (
        sorted(spellings, key=lambda spelling: spelling[0] != own) if spellings[1:] else spellings
    )


def _unassigned(fitted: Any) -> bool:
    if is_object(fitted):
        return all(_unassigned(value) for value in fitted.values())
    if is_list(fitted):
        return all(is_object(item) and _unassigned(item) for item in fitted)
    return fitted is None


def _member(
    slot: Slot | ExtensionSlot, raw: Any, owner: tuple[Step, ...], asides: list[Aside]
) -> Any:
    if isinstance(slot, ExtensionSlot):
        return _one_object(slot.model, raw, (*owner, slot.urn), asides)
    return _declared(slot, raw, owner, asides)


def _declared(slot: Slot, raw: Any, owner: tuple[Step, ...], asides: list[Aside]) -> Any:
    attribute = slot.attribute
    if not slot.plain:
        return raw
    path = (*owner, attribute.name)
    if attribute.field == "schemas":
        return _schemas(raw, owner, asides)
    if not attribute.multi_valued:
        return _one(attribute, raw, path, asides)
    if raw in ("", {}):
        return []
    if not is_list(raw):
        return [_fit(attribute, raw, (*path, 0), asides)]
    fitted: list[Any] = []
    unread: list[tuple[int, Any]] = []
    for position, item in enumerate(raw):
        if item is None or item == [] or (item == "" and attribute.type not in TEXTS):
            continue
        try:
            fitted.append(_fit(attribute, item, (*path, len(fitted)), asides))
        except _UnfitError:
            unread.append((position, item))
    if unread:
        positions, items = zip(*unread, strict=True)
        asides.append(Aside(owner, attribute.name, UnreadItems(items, positions)))
        return fitted or None
    return fitted


def _schemas(raw: Any, owner: tuple[Step, ...], asides: list[Aside]) -> list[str] | None:
    """Return what is text among `schemas`; as they follow from the rest, no other value is needed."""
    items = raw if is_list(raw) else [raw]
    odd = [
        (position, item)
        for position, item in enumerate(items)
        if item.__class__ is not str and item not in (None, [], {})
    ]
    if odd:
        positions, others = zip(*odd, strict=True)
        asides.append(Aside(owner, "schemas", UnreadItems(others, positions)))
    return [urn for urn in items if urn.__class__ is str] or None


def _one(attribute: Attribute, raw: Any, path: tuple[Step, ...], asides: list[Aside]) -> Any:
    if is_list(raw):
        if len(raw) > 1:
            raise _UnfitError
        if not raw or raw[0] is None:
            return None
        raw = raw[0]
    if raw == "" and attribute.type not in TEXTS:
        return None
    return _fit(attribute, raw, path, asides)


def _one_object(
    cls: type[BaseModel], raw: Any, path: tuple[Step, ...], asides: list[Aside]
) -> dict[str, Any] | None:
    if is_list(raw) and len(raw) == 1:
        raw = raw[0]
    if raw in ("", []):
        return None
    if not is_object(raw):
        raise _UnfitError
    return _object(cls, raw, path, asides)


def _fit(attribute: Attribute, raw: Any, path: tuple[Step, ...], asides: list[Aside]) -> Any:
    """Return one value in its declared type."""
    if attribute.type == "complex":
        model = cast("type[BaseModel]", attribute.model)
        if is_object(raw):
            return _object(model, raw, path, asides)
        value = attribute.sub("value")
        if value is None or not isinstance(raw, str | int) or isinstance(raw, bool):
            raise _UnfitError
        return {value.name: _scalar(value, raw)}
    return _scalar(attribute, raw)


def _scalar(attribute: Attribute, raw: Any) -> Any:
    fitted: Any = None
    match attribute.type:
        case "boolean":
            fitted = _boolean(raw)
        case "integer":
            fitted = _integer(raw)
        case "decimal":
            fitted = _decimal(raw)
        case "dateTime":
            fitted = _moment(raw)
        case _:
            fitted = _text(raw)
    if fitted is None:
        raise _UnfitError
    return fitted


def _text(raw: Any) -> str | None:
    if isinstance(raw, str):
        return None if isinstance(raw, HalfText | FarNumber) else raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return json.dumps(raw)
    return None


def _boolean(raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return {"true": True, "false": False}.get(raw.casefold())
    return None


def _integer(raw: Any) -> int | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if isinstance(raw, str) and _INTEGER.fullmatch(raw.strip()):
        return int(raw)
    return None


def _decimal(raw: Any) -> float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float) or (isinstance(raw, str) and _DECIMAL.fullmatch(raw.strip())):
        try:
            number = float(raw)
        except OverflowError:  # a whole number beyond the range of floats
            return None
        return number if math.isfinite(number) else None
    return None


def _moment(raw: Any) -> str | None:
    if isinstance(raw, str) and _DATE_TIME.fullmatch(raw) and raw[11:13] != "24":
        return raw  # right as it is; if it is no date, the class says so
    moment = read_moment(raw) if isinstance(raw, str) else raw
    return date_time_text(moment) if isinstance(moment, datetime) else None
