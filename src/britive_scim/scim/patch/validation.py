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
from britive_scim.scim.datatypes import to_aware_datetime
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.suggestions import suggest_sub_attribute
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.scim.patch.dialect import Dialect
from britive_scim.scim.values.node import is_mapping

__all__ = [
    "ValueCheck",
    "check_single_primary",
    "decode_json_string",
    "get_attribute_check",
    "get_value_check",
    "remove_nulls",
]

ValueCheck = Callable[[Any, Dialect], Any]
"""Takes what was given and returns it checked; raises `PatchError` (`invalidValue`)."""

_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_MAX_NAME_LENGTH = 80


def raise_invalid_value(
    label: str, expected: str, value: Any, *, string_description: str = "text"
) -> NoReturn:
    """Raise: the value is not what the attribute takes. The value itself is not shown, it may be secret.

    Args:
        label: how messages call the attribute.
        expected: what it takes.
        value: what was given.
        string_description: what to call the value if it is text.
    """
    got = string_description if isinstance(value, str) else describe_json_type(value)
    raise PatchError(f"{label} takes {expected}, got {got}", scim_type="invalidValue")


# ----------------------------------------------------------------------------- simple types


def _build_string_check(label: str, *, is_required: bool) -> ValueCheck:
    def check(value: Any, _: Dialect) -> Any:
        if not isinstance(value, str):
            raise_invalid_value(label, "text", value)
        if not value.isascii():
            _check_unicode(label, value)
        if is_required and not value.strip():
            raise_invalid_value(
                label, "text that is not empty", value, string_description="empty text"
            )
        return value

    return check


def _check_unicode(label: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PatchError(
            f"{label} takes text, got half a surrogate pair in it", scim_type="invalidValue"
        ) from None


def _build_boolean_check(label: str) -> ValueCheck:
    def check(value: Any, dialect: Dialect) -> Any:
        if isinstance(value, bool):
            return value
        if (
            dialect.can_parse_string_booleans
            and isinstance(value, str)
            and len(value) <= len("false")
        ):
            folded = value.casefold()
            if folded in {"true", "false"}:
                return folded == "true"
        raise_invalid_value(label, "true or false", value)

    return check


def _build_integer_check(label: str) -> ValueCheck:
    def check(value: Any, _: Dialect) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise_invalid_value(label, "a whole number", value)

    return check


def _build_decimal_check(label: str) -> ValueCheck:
    def check(value: Any, _: Dialect) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return value
        raise_invalid_value(label, "a number", value)

    return check


def _build_datetime_check(label: str) -> ValueCheck:
    wanted = "a dateTime such as 2024-03-01T09:30:00Z"

    def check(value: Any, _: Dialect) -> Any:
        if (
            not isinstance(value, str)
            or len(value) > _MAX_NAME_LENGTH
            or not _DATE_TIME.fullmatch(value)
        ):
            raise_invalid_value(label, wanted, value, string_description="other text")
        if to_aware_datetime(value) is None:  # the thirtieth of February
            raise_invalid_value(label, wanted, value, string_description="other text")
        return value

    return check


def _build_binary_check(label: str) -> ValueCheck:
    def check(value: Any, _: Dialect) -> Any:
        if not isinstance(value, str) or not _BASE64.fullmatch(value):
            raise_invalid_value(label, "text in base64", value, string_description="other text")
        if len(value.rstrip("=")) % 4 == 1:
            raise_invalid_value(
                label, "text in base64, whole and not cut", value, string_description="other text"
            )
        return value

    return check


def _accept_any_value(value: Any, _: Dialect) -> Any:
    return value


def _build_value_check(attribute: Attribute, label: str) -> ValueCheck:
    """Return the check of one value."""
    kind = attribute.type
    if kind == "complex":
        return _build_complex_check(attribute, label)
    if kind == "boolean":
        return _build_boolean_check(label)
    if kind == "integer":
        return _build_integer_check(label)
    if kind == "decimal":
        return _build_decimal_check(label)
    if kind == "dateTime":
        return _build_datetime_check(label)
    if kind == "binary":
        return _build_binary_check(label)
    if kind in {"string", "reference"}:
        return _build_string_check(label, is_required=attribute.required)
    return _accept_any_value  # an attribute nobody declared


# ----------------------------------------------------------------------------- complex and multi-valued


def _build_complex_check(attribute: Attribute, label: str) -> ValueCheck:
    subs = {
        sub.name: (sub.name, get_attribute_check(sub, f"{label}.{sub.name}"))
        for sub in attribute.sub_attributes
    }
    plain = "value" in subs

    def check(value: Any, dialect: Dialect) -> Any:
        if not is_mapping(value):
            return parse_string(value, dialect)
        result: dict[str, Any] = {}
        for name, given in value.items():
            entry = subs.get(name) or find_other_spelling(name)
            spelled, check_sub = entry
            if spelled in result:
                raise PatchError(f"{label}.{spelled} is given twice", scim_type="invalidValue")
            result[spelled] = None if given is None else check_sub(given, dialect)
        return result

    def find_other_spelling(name: Any) -> tuple[str, ValueCheck]:
        sub = attribute.find_sub_attribute(name) if isinstance(name, str) else None
        if sub is None:
            what = f"{label} has no sub-attribute of so long a name"
            if len(repr(name)) <= _MAX_NAME_LENGTH:
                hint = suggest_sub_attribute(attribute, name) if isinstance(name, str) else ""
                what = f"{label} has no sub-attribute {name!r}{hint}"
            raise PatchError(what, scim_type="invalidValue")
        return subs[sub.name]

    def parse_string(value: Any, dialect: Dialect) -> Any:
        if dialect.can_parse_complex_strings and isinstance(value, str) and value:
            if value[0] == "{":
                return check(decode_json_string(label, value), dialect)
            if plain:
                return check({"value": value}, dialect)
        raise_invalid_value(label, "an object with its sub-attributes", value)

    return check


def decode_json_string(label: str, string: str) -> Any:
    """Return what JSON text within a text says; Entra is seen to encode twice."""
    try:
        return from_json(string, allow_inf_nan=False)
    except (ValueError, TypeError):  # TypeError: half a surrogate pair
        raise_invalid_value(label, "JSON, or JSON text", string, string_description="other text")


def get_attribute_check(attribute: Attribute, label: str | None = None) -> ValueCheck:
    """Return the check of all that an attribute may be given.

    It returns a list of checked values for a multi-valued attribute, which may be given one bare
    value, and a single checked value otherwise; `None` where the attribute is to be unassigned.

    Args:
        attribute: what the schema says about it.
        label: how messages call it.
    """
    if not attribute.multi_valued:
        return get_value_check(attribute, label)
    return _get_cached_check(_build_list_check, attribute, label or attribute.name)


def get_value_check(attribute: Attribute, label: str | None = None) -> ValueCheck:
    """Return the check of one value, also of a multi-valued attribute: a filter addresses such.

    It returns `None` for what unassigns: null, an empty list, in some dialects an empty text.
    """
    return _get_cached_check(_build_single_check, attribute, label or attribute.name)


_MAX_CACHED_CHECKS: Final = 4096
_check_cache: dict[tuple[Any, int, str], tuple[Attribute, ValueCheck]] = {}
# By identity, as hashing a description of an attribute takes longer than checking a value.


def _get_cached_check(
    build_check: Callable[[Attribute, str], ValueCheck], attribute: Attribute, label: str
) -> ValueCheck:
    """Return a check, made once for each attribute: requests may have thousands of paths."""
    place = (build_check, id(attribute), label)
    kept = _check_cache.get(place)
    if kept is None:
        if len(_check_cache) >= _MAX_CACHED_CHECKS:
            _check_cache.clear()
        kept = _check_cache[place] = (attribute, build_check(attribute, label))
    return kept[1]


def _build_single_check(attribute: Attribute, label: str) -> ValueCheck:
    complex_ = attribute.type == "complex"
    usual = dict if complex_ else str
    one = _build_value_check(attribute, label)

    def check(value: Any, dialect: Dialect) -> Any:
        if value.__class__ is usual and value:
            return one(value, dialect)
        if value is None:
            return None
        if is_list(value):
            if not value:
                return None
            if dialect.can_unwrap_single_item_list and len(value) == 1:
                return check(value[0], dialect)
        if value == "" and complex_ and dialect.can_unassign_by_empty_string:
            return None
        return one(value, dialect)

    return check


def _build_list_check(attribute: Attribute, label: str) -> ValueCheck:
    complex_ = attribute.type == "complex"
    one = _build_value_check(attribute, label)

    def check(value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if (
            complex_
            and dialect.can_parse_complex_strings
            and isinstance(value, str)
            and value[:1] == "["
        ):
            value = decode_json_string(label, value)
        result: list[Any] = []
        for item in value if is_list(value) else [value]:
            if item is None:
                raise_invalid_value(label, "values that are not null", item)
            result.append(one(item, dialect))
        return result

    return check


def remove_nulls(value: Any) -> Any:
    """Return a checked value without what is unassigned in it; an empty object becomes `None`."""
    if is_object(value):
        kept = {
            name: member for name, member in value.items() if member is not None and member != []
        }
        return kept or None
    return value


def check_single_primary(values: list[Any], label: str) -> None:
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
