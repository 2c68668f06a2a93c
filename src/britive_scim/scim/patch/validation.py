"""A value that a request gives, checked against the schema and spelled as the schema spells it.

Types are taken by the letter of RFC 7643 §2.3. Names of sub-attributes match in any case; an unknown
one is refused. `None` says that something is to be unassigned, at the top or within a complex value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

from pydantic_core import from_json

from britive_scim.errors import PatchError
from britive_scim.scim.datatypes import instant
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.suggestions import sub_advice
from britive_scim.scim.patch.dialect import Dialect
from britive_scim.scim.plain import is_list, is_object, kind_of
from britive_scim.scim.values.node import is_mapping

__all__ = ["Check", "checked", "decoded", "each_checked", "primaries", "without_nulls"]

Check = Callable[[Any, Dialect], Any]
"""Takes what was given and returns it checked; raises `PatchError` (`invalidValue`)."""

_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_SHORT = 80


def refuse(label: str, wanted: str, value: Any, *, text: str = "text") -> NoReturn:
    """Raise: the value is not what the attribute takes. The value itself is not shown, it may be secret.

    Args:
        label: how messages call the attribute.
        wanted: what it takes.
        value: what was given.
        text: what to call the value if it is text.
    """
    got = text if isinstance(value, str) else kind_of(value)
    raise PatchError(f"{label} takes {wanted}, got {got}", scim_type="invalidValue")


# ----------------------------------------------------------------------------- simple types


def _text(label: str, *, required: bool) -> Check:
    def check(value: Any, _: Dialect) -> Any:
        if not isinstance(value, str):
            refuse(label, "text", value)
        if not value.isascii():
            _unicode(label, value)
        if required and not value.strip():
            refuse(label, "text that is not empty", value, text="empty text")
        return value

    return check


def _unicode(label: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PatchError(
            f"{label} takes text, got half a surrogate pair in it", scim_type="invalidValue"
        ) from None


def _boolean(label: str) -> Check:
    def check(value: Any, dialect: Dialect) -> Any:
        if isinstance(value, bool):
            return value
        if dialect.text_booleans and isinstance(value, str) and len(value) <= len("false"):
            folded = value.casefold()
            if folded in {"true", "false"}:
                return folded == "true"
        refuse(label, "true or false", value)

    return check


def _integer(label: str) -> Check:
    def check(value: Any, _: Dialect) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        refuse(label, "a whole number", value)

    return check


def _decimal(label: str) -> Check:
    def check(value: Any, _: Dialect) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return value
        refuse(label, "a number", value)

    return check


def _date_time(label: str) -> Check:
    wanted = "a dateTime such as 2024-03-01T09:30:00Z"

    def check(value: Any, _: Dialect) -> Any:
        if not isinstance(value, str) or len(value) > _SHORT or not _DATE_TIME.fullmatch(value):
            refuse(label, wanted, value, text="other text")
        if instant(value) is None:  # the thirtieth of February
            refuse(label, wanted, value, text="other text")
        return value

    return check


def _binary(label: str) -> Check:
    def check(value: Any, _: Dialect) -> Any:
        if not isinstance(value, str) or not _BASE64.fullmatch(value):
            refuse(label, "text in base64", value, text="other text")
        if len(value.rstrip("=")) % 4 == 1:
            refuse(label, "text in base64, whole and not cut", value, text="other text")
        return value

    return check


def _anything(value: Any, _: Dialect) -> Any:
    return value


def _one(attribute: Attribute, label: str) -> Check:
    """Return the check of one value."""
    kind = attribute.type
    if kind == "complex":
        return _complex(attribute, label)
    if kind == "boolean":
        return _boolean(label)
    if kind == "integer":
        return _integer(label)
    if kind == "decimal":
        return _decimal(label)
    if kind == "dateTime":
        return _date_time(label)
    if kind == "binary":
        return _binary(label)
    if kind in {"string", "reference"}:
        return _text(label, required=attribute.required)
    return _anything  # an attribute nobody declared


# ----------------------------------------------------------------------------- complex and multi-valued


def _complex(attribute: Attribute, label: str) -> Check:
    subs = {
        sub.name: (sub.name, checked(sub, f"{label}.{sub.name}"))
        for sub in attribute.sub_attributes
    }
    plain = "value" in subs

    def check(value: Any, dialect: Dialect) -> Any:
        if not is_mapping(value):
            return from_plain(value, dialect)
        result: dict[str, Any] = {}
        for name, given in value.items():
            entry = subs.get(name) or other_spelling(name)
            spelled, check_sub = entry
            if spelled in result:
                raise PatchError(f"{label}.{spelled} is given twice", scim_type="invalidValue")
            result[spelled] = None if given is None else check_sub(given, dialect)
        return result

    def other_spelling(name: Any) -> tuple[str, Check]:
        sub = attribute.sub(name) if isinstance(name, str) else None
        if sub is None:
            what = f"{label} has no sub-attribute of so long a name"
            if len(repr(name)) <= _SHORT:
                hint = sub_advice(attribute, name) if isinstance(name, str) else ""
                what = f"{label} has no sub-attribute {name!r}{hint}"
            raise PatchError(what, scim_type="invalidValue")
        return subs[sub.name]

    def from_plain(value: Any, dialect: Dialect) -> Any:
        if dialect.plain_complex and isinstance(value, str) and value:
            if value[0] == "{":
                return check(decoded(label, value), dialect)
            if plain:
                return check({"value": value}, dialect)
        refuse(label, "an object with its sub-attributes", value)

    return check


def decoded(label: str, text: str) -> Any:
    """Return what JSON text within a text says; Entra is seen to encode twice."""
    try:
        return from_json(text, allow_inf_nan=False)
    except (ValueError, TypeError):  # TypeError: half a surrogate pair
        refuse(label, "JSON, or JSON text", text, text="other text")


def checked(attribute: Attribute, label: str | None = None) -> Check:
    """Return the check of all that an attribute may be given.

    It returns a list of checked values for a multi-valued attribute, which may be given one bare
    value, and a single checked value otherwise; `None` where the attribute is to be unassigned.

    Args:
        attribute: what the schema says about it.
        label: how messages call it.
    """
    if not attribute.multi_valued:
        return each_checked(attribute, label)
    return _kept(_many, attribute, label or attribute.name)


def each_checked(attribute: Attribute, label: str | None = None) -> Check:
    """Return the check of one value, also of a multi-valued attribute: a filter addresses such.

    It returns `None` for what unassigns: null, an empty list, in some dialects an empty text.
    """
    return _kept(_single, attribute, label or attribute.name)


_MOST: Final = 4096
_checks: dict[tuple[Any, int, str], tuple[Attribute, Check]] = {}
# By identity, as hashing a description of an attribute takes longer than checking a value.


def _kept(make: Callable[[Attribute, str], Check], attribute: Attribute, label: str) -> Check:
    """Return a check, made once for each attribute: requests may have thousands of paths."""
    place = (make, id(attribute), label)
    kept = _checks.get(place)
    if kept is None:
        if len(_checks) >= _MOST:
            _checks.clear()
        kept = _checks[place] = (attribute, make(attribute, label))
    return kept[1]


def _single(attribute: Attribute, label: str) -> Check:
    complex_ = attribute.type == "complex"
    usual = dict if complex_ else str
    one = _one(attribute, label)

    def check(value: Any, dialect: Dialect) -> Any:
        if value.__class__ is usual and value:
            return one(value, dialect)
        if value is None:
            return None
        if is_list(value):
            if not value:
                return None
            if dialect.wrapped_single and len(value) == 1:
                return check(value[0], dialect)
        if value == "" and complex_ and dialect.blank_unassigns:
            return None
        return one(value, dialect)

    return check


def _many(attribute: Attribute, label: str) -> Check:
    complex_ = attribute.type == "complex"
    one = _one(attribute, label)

    def check(value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if complex_ and dialect.plain_complex and isinstance(value, str) and value[:1] == "[":
            value = decoded(label, value)
        result: list[Any] = []
        for item in value if is_list(value) else [value]:
            if item is None:
                refuse(label, "values that are not null", item)
            result.append(one(item, dialect))
        return result

    return check


def without_nulls(value: Any) -> Any:
    """Return a checked value without what is unassigned in it; an empty object becomes `None`."""
    if is_object(value):
        kept = {
            name: member for name, member in value.items() if member is not None and member != []
        }
        return kept or None
    return value


def primaries(values: list[Any], label: str) -> None:
    """Raise where more than one of the values of one operation is marked primary (RFC 7643 §2.4)."""
    marked = 0
    for value in values:
        if is_object(value) and value.get("primary") is True:
            marked += 1
    if marked > 1:
        raise PatchError(
            f"{marked} values of {label} are marked primary, and one may be",
            scim_type="invalidValue",
        )
