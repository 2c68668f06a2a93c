"""Comparison of attribute values by type: operators, and conversion of literals (RFC 7644 §3.4.2.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from britive_scim.scim.datatypes import (
    normalize_binary,
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
    parse_boolean,
    to_aware_datetime,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.bound import ComparisonType
from britive_scim.scim.filters.literals import FilterValue
from britive_scim.scim.filters.tokens import OPERATORS, CompareOperator
from britive_scim.scim.names import fold

__all__ = [
    "EXPECTED_LITERALS",
    "LITERAL_CONVERTERS",
    "OPERATORS_BY_TYPE",
    "get_comparison_type",
]


def get_comparison_type(
    attribute: Attribute, *, is_never_returned: bool, is_core: bool
) -> ComparisonType | None:
    """Return how values of an attribute are compared; `None` for an unknown type.

    Args:
        attribute: the attribute.
        is_never_returned: whether it is never returned; such strings are compared exactly.
        is_core: whether it is a top-level core attribute, where `userName` has its own normalization.
    """
    if attribute.type == "string":
        if attribute.case_exact or is_never_returned:
            return "exact"
        return "user name" if is_core and fold(attribute.name) == "username" else "folded"
    return _COMPARISON_TYPES.get(attribute.type)


def _build_string_converter(normalize: Callable[[str], str]) -> Callable[[FilterValue], str | None]:
    return lambda value: normalize(value) if type(value) is str else None


def _convert_boolean(value: FilterValue) -> bool | None:
    if type(value) is str:
        return parse_boolean(value)
    return value if type(value) is bool else None


def _convert_number(value: FilterValue) -> int | float | None:
    return value if type(value) is int or type(value) is float else None


_COMPARISON_TYPES: Mapping[str, ComparisonType] = {
    "reference": "exact",
    "binary": "binary",
    "boolean": "boolean",
    "integer": "number",
    "decimal": "number",
    "dateTime": "instant",
}

_ORDERING_OPERATORS: tuple[CompareOperator, ...] = ("eq", "ne", "gt", "ge", "lt", "le")

OPERATORS_BY_TYPE: Mapping[ComparisonType, tuple[CompareOperator, ...]] = {
    "exact": OPERATORS,
    "folded": OPERATORS,
    "user name": OPERATORS,
    "binary": _ORDERING_OPERATORS[:2],
    "boolean": _ORDERING_OPERATORS[:2],
    "number": _ORDERING_OPERATORS,
    "instant": _ORDERING_OPERATORS,
}

LITERAL_CONVERTERS: Mapping[
    ComparisonType, Callable[[FilterValue], str | bool | int | float | datetime | None]
] = {
    "exact": _build_string_converter(normalize_case_exact),
    "folded": _build_string_converter(normalize_caseless),
    "user name": _build_string_converter(normalize_user_name),
    "binary": _build_string_converter(normalize_binary),
    "boolean": _convert_boolean,
    "number": _convert_number,
    "instant": to_aware_datetime,
}

EXPECTED_LITERALS: Mapping[ComparisonType, str] = {
    "exact": "a string",
    "folded": "a string",
    "user name": "a string",
    "binary": "a string",
    "boolean": "true or false",
    "number": "a number",
    "instant": 'a date and time such as "2011-05-13T04:42:34Z"',
}
