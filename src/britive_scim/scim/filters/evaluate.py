"""Filters applied: to a schema (`check_filter`), to a resource (`is_match`), to many (`compile_filter`).

A condition is turned into functions twice. The careful ones, made here, read any data at all and
never fail. The fast ones, made by `generate`, know two shapes, plain dicts spelled as the schema has
it and models of the schema's class, and hand over to the careful ones whatever looks otherwise.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from britive_scim.scim.datatypes import (
    normalize_binary,
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
    parse_boolean,
    to_aware_datetime,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import CompareOperator, Filter
from britive_scim.scim.filters.bind import bind_filter, bind_value_filter
from britive_scim.scim.filters.bound import (
    BoundAnd,
    BoundCompare,
    BoundConstant,
    BoundFilter,
    BoundNot,
    BoundOr,
    BoundPresent,
    BoundValuePath,
    ComparisonType,
)
from britive_scim.scim.filters.compile import generate_predicate
from britive_scim.scim.json_values import decimal_to_number
from britive_scim.scim.models.base import Resource
from britive_scim.scim.models.user import User
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.values.lookup import is_assigned, make_getter, make_values_getter
from britive_scim.scim.values.node import is_node

__all__ = ["Predicate", "check_filter", "compile_filter", "compile_value_filter", "is_match"]

Predicate = Callable[[Any], bool]
"""Tells whether something satisfies a filter; never raises."""

_MAX_CACHED_PREDICATES = 256
"""How many compiled filters are kept."""

_predicate_cache: dict[tuple[int, int], tuple[Filter, ResourceSchema, Predicate]] = {}
# By identity: a filter may be large, and hashing it would take longer than evaluating it.


def check_filter(filter_: Filter, schema: SchemaLike, *, strict: bool = False) -> None:
    """Raise `InvalidFilter` where a filter cannot apply to a schema; see `Filter.check`."""
    bind_filter(filter_, ResourceSchema.of(schema), strict=strict)


def is_match(
    filter_: Filter, resource: Resource | Mapping[str, Any], schema: SchemaLike | None = None
) -> bool:
    """Return whether a resource satisfies a filter; see `Filter.matches`."""
    if not is_node(resource):
        raise TypeError(f"a resource is a model or a mapping, not {type(resource).__name__}")
    return compile_filter(filter_, schema_for(resource) if schema is None else schema)(resource)


def compile_filter(filter_: Filter, schema: SchemaLike | None = None) -> Predicate:
    """Return a predicate over resources, models or mappings; see `Filter.compile`."""
    target = ResourceSchema.of(User if schema is None else schema)
    key = (id(filter_), id(target))
    kept = _predicate_cache.get(key)
    if kept is not None:
        return kept[2]  # what is kept keeps filter and schema, so the ids are theirs
    condition = bind_filter(filter_, target)
    fast = _build_fast_predicate(condition, target.model)
    if fast is None:
        return build_general_predicate(condition)  # large, or rare: not worth keeping
    if len(_predicate_cache) >= _MAX_CACHED_PREDICATES:
        _predicate_cache.clear()
    _predicate_cache[key] = (filter_, target, fast)
    return fast


def compile_value_filter(
    filter_: Filter, attribute: Attribute, *, path_text: str | None = None
) -> Predicate:
    """Return a predicate over single values of an attribute, for a filter that stands in brackets.

    Args:
        filter_: what stands in the brackets.
        attribute: what stands before them.
        path_text: the whole path, to be shown by an error.

    Raises:
        InvalidFilter: the filter cannot apply to the attribute.
    """
    condition = bind_value_filter(filter_, attribute, path_text)
    return _build_fast_predicate(condition, attribute.model) or build_general_predicate(condition)


def _build_fast_predicate(condition: BoundFilter, model: type[Any] | None) -> Predicate | None:
    """Return a fast predicate, for which values of the class `model` have the shape it expects."""
    slow = build_general_predicate(condition)
    known: set[type[Any]] = set()

    def evaluate_fallback(value: Any) -> bool:
        if model is not None and isinstance(value, model):
            known.add(value.__class__)  # the next one of this class takes the fast way
        return slow(value)

    return generate_predicate(condition, build_general_predicate, evaluate_fallback, known)


# ----------------------------------------------------------------------------- the careful way


def build_general_predicate(condition: BoundFilter) -> Predicate:
    """Return a predicate that evaluates a condition on whatever it is given."""
    if isinstance(condition, BoundCompare):
        return _build_compare_predicate(condition)
    if isinstance(condition, BoundPresent):
        return _build_present_predicate(condition)
    if isinstance(condition, BoundValuePath):
        return _build_value_path_predicate(condition)
    if isinstance(condition, BoundConstant):
        result = condition.value
        return lambda _: result
    if isinstance(condition, BoundNot):
        item = build_general_predicate(condition.item)
        return lambda node: not item(node)
    whole = isinstance(condition, BoundAnd)
    items = [build_general_predicate(item) for item in cast("BoundAnd | BoundOr", condition).items]

    def evaluate_items(node: Any) -> bool:
        for item in items:  # all() and any() would cost a generator each time
            if item(node) is not whole:
                return not whole
        return whole

    return evaluate_items


def _build_compare_predicate(condition: BoundCompare) -> Predicate:
    values = (
        _build_default_false_lookup(condition)
        if condition.has_false_default
        else make_values_getter(condition.steps)
    )
    compare = _build_value_predicate(condition.comparison_type, condition.op, condition.value)
    none_matches = condition.op == "ne"

    def is_satisfied(node: Any) -> bool:
        found = values(node)
        return any(map(compare, found)) if found else none_matches

    return is_satisfied


def _build_default_false_lookup(condition: BoundCompare) -> Callable[[Any], list[Any]]:
    """Return what finds the values of `primary`: false where an element does not say."""
    holders, fetch = make_values_getter(condition.steps[:-1]), make_getter(condition.steps[-1])

    def get_values(node: Any) -> list[Any]:
        found = [fetch(holder) for holder in holders(node) if is_node(holder)]
        return [value if is_assigned(value) else False for value in found]

    return get_values


def _build_present_predicate(present: BoundPresent) -> Predicate:
    values = make_values_getter(present.steps)
    if present.can_be_empty:
        return lambda node: bool(values(node))
    return lambda node: any(is_assigned(value, allow_empty_string=False) for value in values(node))


def _build_value_path_predicate(value_path: BoundValuePath) -> Predicate:
    values, inner = (
        make_values_getter(value_path.steps),
        build_general_predicate(value_path.condition),
    )
    return lambda node: any(map(inner, values(node)))


# ----------------------------------------------------------------------------- one value


def _build_value_predicate(
    comparison_type: ComparisonType, op: CompareOperator, literal: Any
) -> Predicate:
    """Return a predicate over single assigned values; one of another type is not equal, nor ordered."""
    read = _VALUE_READERS[comparison_type]
    compare = _OPERATOR_FUNCTIONS[op]
    if op == "ne":
        return lambda value: (found := read(value)) is None or compare(found, literal)
    return lambda value: (found := read(value)) is not None and compare(found, literal)


_OPERATOR_FUNCTIONS: Mapping[CompareOperator, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def _build_string_reader(normalize: Callable[[str], str]) -> Callable[[Any], str | None]:
    def read_string(value: Any) -> str | None:
        text = value if isinstance(value, str) else _to_json_scalar(value)
        return normalize(text) if isinstance(text, str) else None

    return read_string


def _to_json_scalar(value: Any) -> Any:
    """Return as JSON what a model of the user's own holds: an enumeration, a URL, a UUID, a secret."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        return value.value
    if is_node(value) or isinstance(value, bool | int | float):
        return None
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
