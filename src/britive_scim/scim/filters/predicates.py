"""Predicates over resources and over values of an attribute, built from bound filters.

Each condition has two predicates. The general one, built here, accepts any data and never raises. The
fast one, built by `generate_predicate`, handles dicts in the spelling of the schema and models of its
class; for all other data it calls the general one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from britive_scim.scim.codec.binary import encode_bytes
from britive_scim.scim.datatypes import (
    normalize_binary,
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
    parse_boolean,
    to_aware_datetime,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import Filter
from britive_scim.scim.filters.bind import UndeclaredRule, bind_value_filter
from britive_scim.scim.filters.bound import (
    COMPARISONS,
    BoundAnd,
    BoundCompare,
    BoundConstant,
    BoundFilter,
    BoundNot,
    BoundOperator,
    BoundOr,
    BoundPart,
    BoundPresent,
    BoundValuePath,
    ComparisonType,
)
from britive_scim.scim.filters.compile import generate_predicate
from britive_scim.scim.filters.scope import build_step
from britive_scim.scim.json_values import decimal_to_number
from britive_scim.scim.values.lookup import (
    is_assigned,
    make_getter,
    make_values_getter,
    wrap_strings,
)
from britive_scim.scim.values.node import is_node

__all__ = [
    "Predicate",
    "build_fast_predicate",
    "build_general_predicate",
    "compile_value_filter",
]

Predicate = Callable[[Any], bool]
"""Function that returns whether a value satisfies a filter; never raises."""


def compile_value_filter(
    filter_: Filter,
    attribute: Attribute,
    *,
    path_text: str | None = None,
    undeclared: UndeclaredRule = "no value",
) -> Predicate:
    """Return a predicate over single values of an attribute, for a filter in brackets.

    Args:
        filter_: the filter in brackets.
        attribute: the attribute before them.
        path_text: text of the whole path, for errors.
        undeclared: treatment of undeclared sub-attributes.

    Raises:
        InvalidFilter: the filter cannot apply to the attribute.
    """
    condition = bind_value_filter(filter_, attribute, path_text, undeclared=undeclared)
    is_valued = build_step(attribute).is_valued
    fast = build_fast_predicate(condition, attribute.model, is_valued=is_valued)
    return fast or _build_predicate(condition, is_valued=is_valued)


def _build_predicate(condition: BoundFilter, *, is_valued: bool) -> Predicate:
    general = build_general_predicate(condition)
    return (lambda value: general(wrap_strings(value))) if is_valued else general


def build_fast_predicate(
    condition: BoundFilter,
    model: type[Any] | None,
    *,
    find_other: Callable[[Any], Predicate | None] | None = None,
    is_valued: bool = False,
) -> Predicate | None:
    """Return a predicate with a fast path for dicts and for instances of `model`, or `None`.

    Args:
        condition: the condition.
        model: the class whose fields match the steps of the condition, with its subclasses.
        find_other: returns the predicate of another schema for a value that has one.
        is_valued: whether a string stands for a complex value with it as `value`.
    """
    general = _build_predicate(condition, is_valued=is_valued)
    known_classes: set[type[Any]] = set()

    def evaluate_fallback(value: Any) -> bool:
        if find_other is not None and value.__class__ not in known_classes:
            other = find_other(value)
            if other is not None:
                return other(value)
        if model is not None and isinstance(value, model):
            known_classes.add(value.__class__)  # enables the fast path for this class
        return general(value)

    return generate_predicate(condition, build_general_predicate, evaluate_fallback, known_classes)


# ----------------------------------------------------------------------------- general predicates


def build_general_predicate(condition: BoundFilter) -> Predicate:
    """Return a predicate that evaluates a condition on any data."""
    if isinstance(condition, BoundCompare):
        return _build_compare_predicate(condition)
    if isinstance(condition, BoundPresent):
        return _build_present_predicate(condition)
    if isinstance(condition, BoundValuePath):
        return _build_value_path_predicate(condition)
    if isinstance(condition, BoundConstant):
        result = condition.value
        return lambda _: result
    if isinstance(condition, BoundPart):
        return build_general_predicate(condition.condition)
    if isinstance(condition, BoundNot):
        item = build_general_predicate(condition.item)
        return lambda node: not item(node)
    is_and = isinstance(condition, BoundAnd)
    items = [build_general_predicate(item) for item in cast("BoundAnd | BoundOr", condition).items]

    def evaluate_items(node: Any) -> bool:
        for item in items:  # faster than all() and any() over a generator
            if item(node) is not is_and:
                return not is_and
        return is_and

    return evaluate_items


def _build_compare_predicate(condition: BoundCompare) -> Predicate:
    get_values = (
        _build_default_false_getter(condition)
        if condition.has_false_default
        else make_values_getter(condition.steps)
    )
    if condition.op == "not in":
        return _build_not_in_predicate(get_values, condition.comparison_type, condition.value)
    compare = _build_value_predicate(condition.comparison_type, condition.op, condition.value)
    result_if_missing = condition.op == "ne"

    def is_satisfied(node: Any) -> bool:
        values = get_values(node)
        return any(map(compare, values)) if values else result_if_missing

    return is_satisfied


def _build_not_in_predicate(
    get_values: Callable[[Any], list[Any]], comparison_type: ComparisonType, literals: Any
) -> Predicate:
    """Return the predicate of an `and` of `ne`: for each literal, some value differs from it.

    That fails for a literal only if all the values equal it, so they are equal to each other.
    """
    normalize = _VALUE_READERS[comparison_type]

    def is_satisfied(node: Any) -> bool:
        values = get_values(node)
        if not values:
            return True
        first = normalize(values[0])
        return (
            first is None
            or first not in literals
            or any(normalize(value) != first for value in values[1:])
        )

    return is_satisfied


def _build_default_false_getter(condition: BoundCompare) -> Callable[[Any], list[Any]]:
    """Return a getter of the `primary` values of list elements; a missing one is false."""
    get_elements = make_values_getter(condition.steps[:-1])
    get_value = make_getter(condition.steps[-1])

    def get_values(node: Any) -> list[Any]:
        values = [get_value(element) for element in get_elements(node) if is_node(element)]
        return [value if is_assigned(value) else False for value in values]

    return get_values


def _build_present_predicate(present: BoundPresent) -> Predicate:
    get_values = make_values_getter(present.steps)
    if present.can_be_empty:
        return lambda node: bool(get_values(node))
    return lambda node: any(
        is_assigned(value, allow_empty_string=False) for value in get_values(node)
    )


def _build_value_path_predicate(value_path: BoundValuePath) -> Predicate:
    get_values = make_values_getter(value_path.steps)
    predicate = build_general_predicate(value_path.condition)
    return lambda node: any(map(predicate, get_values(node)))


# ----------------------------------------------------------------------------- single values


def _build_value_predicate(
    comparison_type: ComparisonType, op: BoundOperator, literal: Any
) -> Predicate:
    """Return a predicate over single assigned values; a value of another type matches only `ne`."""
    normalize = _VALUE_READERS[comparison_type]
    compare = _OPERATOR_FUNCTIONS[op]
    if op == "ne":
        return lambda value: (form := normalize(value)) is None or compare(form, literal)
    return lambda value: (form := normalize(value)) is not None and compare(form, literal)


def _is_in(form: Any, literals: frozenset[Any]) -> bool:
    return form in literals


_OPERATOR_FUNCTIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "in": _is_in,
    **COMPARISONS,
}


def _build_string_reader(normalize: Callable[[str], str]) -> Callable[[Any], str | None]:
    def read_string(value: Any) -> str | None:
        text = value if isinstance(value, str) else _to_json_scalar(value)
        return normalize(text) if isinstance(text, str) else None

    return read_string


def _to_json_scalar(value: Any) -> Any:
    """Return the JSON form of a value of a custom model: an enumeration, URL, UUID or secret."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        return value.value
    if is_node(value) or isinstance(value, bool | int | float):
        return None
    if isinstance(value, bytes | bytearray | memoryview):
        return encode_bytes(value)
    try:
        return to_jsonable_python(value)
    except ValueError:
        return None


def _read_boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return parse_boolean(value) if isinstance(value, str) else None


def _read_number(value: Any) -> int | float | None:
    if isinstance(value, Decimal):
        return decimal_to_number(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


_VALUE_READERS: Mapping[ComparisonType, Callable[[Any], Any]] = {
    "exact": _build_string_reader(normalize_case_exact),
    "folded": _build_string_reader(normalize_caseless),
    "user name": _build_string_reader(normalize_user_name),
    "binary": _build_string_reader(normalize_binary),
    "boolean": _read_boolean,
    "number": _read_number,
    "instant": to_aware_datetime,
}
