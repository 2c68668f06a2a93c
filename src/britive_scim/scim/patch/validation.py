"""Validate values of PATCH operations against the schema, and normalize the spelling of names.

Types follow RFC 7643 §2.3 strictly. Names of sub-attributes match in any case; an unknown name raises.
`None` means unassign, as the whole value or within a complex value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from pydantic_core import from_json

from britive_scim.errors import PatchError
from britive_scim.scim.datatypes import is_base64, to_aware_datetime
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.suggestions import suggest_sub_attribute
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.scim.patch.dialect import Dialect
from britive_scim.scim.patch.entra_values import (
    expand_encoded_values,
    find_entra_sub_attribute,
    unwrap_single_value,
)
from britive_scim.scim.values.node import find_key, is_mapping

__all__ = [
    "ValueCheck",
    "check_single_primary",
    "decode_json_string",
    "get_attribute_check",
    "get_value_check",
    "remove_nulls",
]

ValueCheck = Callable[[Any, Dialect], Any]
"""Function that returns a checked value, or raises `PatchError` (`invalidValue`)."""

_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_MAX_NAME_LENGTH = 80


def raise_invalid_value(
    label: str, expected: str, value: Any, *, string_description: str = "a string"
) -> NoReturn:
    """Raise a `PatchError` (`invalidValue`) without the value, which may be secret.

    Args:
        label: name of the attribute in messages.
        expected: description of the accepted values.
        value: the rejected value.
        string_description: description of the value if it is a string.
    """
    got = string_description if isinstance(value, str) else describe_json_type(value)
    raise PatchError(f"{label} must be {expected}, got {got}", scim_type="invalidValue")


# ----------------------------------------------------------------------------- simple types


def _build_string_check(label: str, *, is_required: bool) -> ValueCheck:
    def check(value: Any, _: Dialect) -> Any:
        if not isinstance(value, str):
            raise_invalid_value(label, "a string", value)
        if not value.isascii():
            _check_unicode(label, value)
        if is_required and not value.strip():
            raise_invalid_value(
                label, "a non-empty string", value, string_description="an empty string"
            )
        return value

    return check


def _check_unicode(label: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PatchError(
            f"{label} must be a Unicode string, got a lone surrogate", scim_type="invalidValue"
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
        if isinstance(value, float) and not math.isfinite(value):
            raise_invalid_value(label, "a number", value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        raise_invalid_value(label, "a number", value)

    return check


def _build_datetime_check(label: str) -> ValueCheck:
    expected = "a dateTime such as 2024-03-01T09:30:00Z"

    def check(value: Any, _: Dialect) -> Any:
        if (
            not isinstance(value, str)
            or len(value) > _MAX_NAME_LENGTH
            or not _DATE_TIME.fullmatch(value)
        ):
            raise_invalid_value(label, expected, value, string_description="another string")
        if to_aware_datetime(value) is None:  # the thirtieth of February
            raise_invalid_value(label, expected, value, string_description="another string")
        return value

    return check


def _build_binary_check(label: str) -> ValueCheck:
    def check(value: Any, _: Dialect) -> Any:
        if isinstance(value, str) and is_base64(value):
            return value
        if not isinstance(value, str) or not is_base64(f"{value.rstrip('=')}A"):
            description = "another string"
            if isinstance(value, str) and "-----BEGIN" in value:
                description = "a PEM block; write the base64 text between its first and last line"
            raise_invalid_value(label, "a base64 string", value, string_description=description)
        raise_invalid_value(
            label, "a complete base64 string", value, string_description="a truncated one"
        )

    return check


def _accept_any_value(value: Any, _: Dialect) -> Any:
    return value


def _build_value_check(attribute: Attribute, label: str) -> ValueCheck:
    """Return the check of one value."""
    type_ = attribute.type
    if type_ == "complex":
        return _build_complex_check(attribute, label)
    if type_ == "boolean":
        return _build_boolean_check(label)
    if type_ == "integer":
        return _build_integer_check(label)
    if type_ == "decimal":
        return _build_decimal_check(label)
    if type_ == "dateTime":
        return _build_datetime_check(label)
    if type_ == "binary":
        return _build_binary_check(label)
    if type_ in {"string", "reference"}:
        return _build_string_check(label, is_required=attribute.required)
    return _accept_any_value  # an undeclared attribute


# ----------------------------------------------------------------------------- complex and multi-valued


def _build_complex_check(attribute: Attribute, label: str) -> ValueCheck:
    subs = {
        sub.name: (sub.name, get_attribute_check(sub, f"{label}.{sub.name}"))
        for sub in attribute.sub_attributes
    }
    has_value_sub = "value" in subs

    def check(value: Any, dialect: Dialect) -> Any:
        if not is_mapping(value):
            return parse_string(value, dialect)
        if dialect.can_ignore_sub_attributes:
            value = remove_undeclared(value)
        result: dict[str, Any] = {}
        for name, member in value.items():
            schema_name, check_sub = subs.get(name) or find_other_spelling(name)
            if schema_name in result:
                raise PatchError(
                    f"{label}.{schema_name} must be set only once", scim_type="invalidValue"
                )
            result[schema_name] = None if member is None else check_sub(member, dialect)
        return result

    def remove_undeclared(value: Mapping[Any, Any]) -> dict[Any, Any]:
        declared: dict[Any, Any] = {}
        undeclared: list[Any] = []
        for name, member in value.items():
            if not isinstance(name, str) or attribute.find_sub_attribute(name) is not None:
                declared.setdefault(name, member)
                continue
            sub = find_entra_sub_attribute(attribute, name, value)
            if sub is not None:
                declared[find_key(value, sub.name) or sub.name] = member
            elif member is not None:
                undeclared.append(name)
        if undeclared and not declared:
            find_other_spelling(undeclared[0])  # nothing would be left of the value
        return declared

    def find_other_spelling(name: Any) -> tuple[str, ValueCheck]:
        sub = attribute.find_sub_attribute(name) if isinstance(name, str) else None
        if sub is None:
            problem = f"{label} has no sub-attribute with a name of more than {_MAX_NAME_LENGTH} characters"
            if len(repr(name)) <= _MAX_NAME_LENGTH:
                hint = suggest_sub_attribute(attribute, name) if isinstance(name, str) else ""
                problem = f"{label} has no sub-attribute {name!r}{hint}"
            raise PatchError(problem, scim_type="invalidValue")
        return subs[sub.name]

    def parse_string(value: Any, dialect: Dialect) -> Any:
        if dialect.can_parse_complex_strings and isinstance(value, str) and value:
            if has_value_sub:
                return check({"value": value}, dialect)
            if value[0] == "{":
                return check(decode_json_string(label, value), dialect)
        raise_invalid_value(label, "an object of its sub-attributes", value)

    return check


def decode_json_string(label: str, string: str) -> Any:
    """Return the data of JSON text in a string; Entra sometimes encodes twice."""
    try:
        return from_json(string, allow_inf_nan=False)
    except (ValueError, TypeError):  # TypeError: half a surrogate pair
        raise_invalid_value(label, "JSON or JSON text", string, string_description="another string")


def get_attribute_check(attribute: Attribute, label: str | None = None) -> ValueCheck:
    """Return the check of the value of a whole attribute.

    The check returns a list for a multi-valued attribute, which also accepts one bare value, and a
    single value otherwise; `None` means unassign.

    Args:
        attribute: the attribute.
        label: its name in messages.
    """
    if not attribute.multi_valued:
        return get_value_check(attribute, label)
    return _get_cached_check(_build_list_check, attribute, label or attribute.name)


def get_value_check(attribute: Attribute, label: str | None = None) -> ValueCheck:
    """Return the check of one value, also for a multi-valued attribute with a filter in its path.

    The check returns `None` for null, an empty list and, in some dialects, an empty string: unassign.
    """
    return _get_cached_check(_build_single_check, attribute, label or attribute.name)


_MAX_CACHED_CHECKS: Final = 4096
_check_cache: dict[tuple[Any, int, str], tuple[Attribute, ValueCheck]] = {}
# Keyed by identity: hashing an `Attribute` takes longer than checking a value.


def _get_cached_check(
    build_check: Callable[[Attribute, str], ValueCheck], attribute: Attribute, label: str
) -> ValueCheck:
    """Return a check, built once per attribute: requests may have thousands of paths."""
    key = (build_check, id(attribute), label)
    entry = _check_cache.get(key)
    if entry is None:
        if len(_check_cache) >= _MAX_CACHED_CHECKS:
            _check_cache.clear()
        entry = _check_cache[key] = (attribute, build_check(attribute, label))
    return entry[1]


def _build_single_check(attribute: Attribute, label: str) -> ValueCheck:
    is_complex = attribute.type == "complex"
    usual_class = dict if is_complex else str
    check_one = _build_value_check(attribute, label)

    def check(value: Any, dialect: Dialect) -> Any:
        if is_complex and dialect.can_parse_complex_strings:
            value = decode_single(value)
        if value.__class__ is usual_class and value:
            return check_one(value, dialect)
        if value is None:
            return None
        if is_list(value):
            if not value:
                return None
            if dialect.can_unwrap_single_item_list and len(value) == 1:
                return check(unwrap_single_value(attribute, value[0]), dialect)
        if value == "" and is_complex and dialect.can_unassign_by_empty_string:
            return None
        return check_one(value, dialect)

    def decode_single(value: Any) -> Any:
        values = expand_encoded_values(attribute, value)
        return values[0] if len(values) == 1 else values

    return check


def _build_list_check(attribute: Attribute, label: str) -> ValueCheck:
    is_complex = attribute.type == "complex"
    check_one = _build_value_check(attribute, label)

    def check(value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if (
            is_complex
            and dialect.can_parse_complex_strings
            and isinstance(value, str)
            and value[:1] == "["
            and attribute.find_sub_attribute("value") is None
        ):
            value = decode_json_string(label, value)
        result: list[Any] = []
        items = value if is_list(value) else [value]
        if is_complex and dialect.can_parse_complex_strings:
            items = [each for item in items for each in expand_encoded_values(attribute, item)]
        for item in items:
            if item is None:
                raise_invalid_value(label, "a list without null", item)
            result.append(check_one(item, dialect))
        return result

    return check


def remove_nulls(value: Any) -> Any:
    """Return a checked value without nulls and empty lists; an empty object becomes `None`."""
    if is_object(value):
        assigned = {
            name: member for name, member in value.items() if member is not None and member != []
        }
        return assigned or None
    return value


def check_single_primary(values: list[Any], label: str) -> None:
    """Raise if more than one value of an operation is primary (RFC 7643 §2.4)."""
    primary_count = 0
    for value in values:
        if is_object(value) and value.get("primary") is True:
            primary_count += 1
    if primary_count > 1:
        raise PatchError(
            f"{label} must have at most one primary value, got {primary_count}",
            scim_type="invalidValue",
        )
