"""Detection of resources in a response that contradict the filter of the request.

A filter is evaluated in three-valued logic. An attribute that is not returned, not declared or not read is unknown, and
so are members and groups, which lists may cut or omit. A resource contradicts a filter only if the result is false
under every interpretation of the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, cast

from britive_scim.errors import InvalidFilter
from britive_scim.scim.datatypes import (
    normalize_case_exact,
    normalize_user_name,
    parse_boolean,
    to_aware_datetime,
)
from britive_scim.scim.definitions.attribute import STRING_TYPES, Attribute
from britive_scim.scim.filters.ast import And, Compare, Filter, Not, Or, Present, ValuePath
from britive_scim.scim.filters.bound import COMPARISONS, PathStep
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.scope import BoundPath, SchemaScope, Scope, build_step
from britive_scim.scim.filters.tokens import CompareOperator
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import is_assigned, make_getter

__all__ = ["ContradictionFinder", "list_paths"]

TruthValue = bool | None
"""True, false, or unknown."""

Evaluator = Callable[[Any], TruthValue]
"""Function that evaluates a condition on a resource, or on a value of an attribute."""

_MEMBERSHIP_ATTRIBUTES: Final = frozenset({"members", "groups"})
"""Attributes that lists may cut or omit."""

_TOLERANCE: Final = timedelta(seconds=1)
"""Maximum difference of two datetimes that rounding by a server explains."""


class ContradictionFinder:
    """Filter prepared to check the resources of a response.

    Args:
        filter_: the filter of the request.
        schema: schema of the resources.
    """

    __slots__ = ("_conditions", "_matches")

    def __init__(self, filter_: Filter, schema: ResourceSchema) -> None:
        conditions = filter_.items if isinstance(filter_, And) else (filter_,)
        scope = SchemaScope(schema)
        self._conditions = [(_build_evaluator(item, scope), item) for item in conditions]
        # The compiled filter is ten times as fast, and most resources match.
        try:
            self._matches = filter_.compile(schema, strict=False)
        except InvalidFilter:  # a search across types is not checked
            self._matches = _matches_nothing

    def find(self, resource: Resource) -> tuple[str, ...]:
        """Return the attributes by which a resource contradicts the filter; empty if it does not."""
        if self._matches(resource):
            return ()
        for evaluate, condition in self._conditions:
            if evaluate(resource) is False:
                paths = list_paths(condition)
                if not _has_unread(resource, paths):
                    return tuple(dict.fromkeys(map(str, paths)))
        return ()


def _matches_nothing(_: object) -> bool:
    return False


def list_paths(filter_: Filter) -> list[Path]:
    """Return the attributes of a filter, those in brackets as the attribute before them."""
    if isinstance(filter_, And | Or):
        return [path for item in filter_.items for path in list_paths(item)]
    if isinstance(filter_, Not):
        return list_paths(filter_.item)
    return [cast("Compare | Present | ValuePath", filter_).path]


def _has_unread(resource: Resource, paths: list[Path]) -> bool:
    """Return whether values of one of the attributes could not be read, such as elements of a list."""
    unread = [fold(value.path) for value in resource.unread]
    return any(fold(path.name) in text for path in paths for text in unread)


# --------------------------------------------------------------------------------- conditions


def _build_evaluator(node: Filter, scope: Scope) -> Evaluator:
    """Return the function that evaluates a filter, whose names are those of `scope`."""
    if isinstance(node, And | Or):
        return _build_logical_evaluator(node, scope)
    if isinstance(node, Not):
        return _negate(_build_evaluator(node.item, scope))
    leaf = cast("Compare | Present | ValuePath", node)
    bound = scope.find(leaf.path)
    if bound is None or bound.is_never_returned or _is_membership(bound, scope):
        return _evaluate_as_unknown
    if isinstance(leaf, ValuePath):
        evaluate = _build_evaluator(leaf.filter, bound.scope)
        get_values = _make_values_getter(bound.steps)
        return lambda value: _join(_evaluate_element(evaluate, item) for item in get_values(value))
    if isinstance(leaf, Present):
        return _build_present_evaluator(bound.steps)
    return _build_compare_evaluator(leaf, bound)


def _build_logical_evaluator(node: And | Or, scope: Scope) -> Evaluator:
    evaluators = [_build_evaluator(item, scope) for item in node.items]
    if isinstance(node, Or):
        return lambda value: _join(evaluate(value) for evaluate in evaluators)
    opposites = [_negate(evaluate) for evaluate in evaluators]
    return _negate(lambda value: _join(opposite(value) for opposite in opposites))


def _join(truth_values: Iterator[TruthValue]) -> TruthValue:
    """Return the disjunction of truth values."""
    result: TruthValue = False
    for truth_value in truth_values:
        if truth_value:
            return True
        if truth_value is None:
            result = None
    return result


def _evaluate_as_unknown(_: Any) -> TruthValue:
    return None


def _evaluate_element(evaluate: Evaluator, element: Any) -> TruthValue:
    return None if element is None else evaluate(element)


def _is_membership(bound: BoundPath, scope: Scope) -> bool:
    return (
        isinstance(scope, SchemaScope)
        and bool(bound.steps)
        and fold(bound.steps[0].name) in _MEMBERSHIP_ATTRIBUTES
    )


def _build_present_evaluator(steps: tuple[PathStep, ...]) -> Evaluator:
    """Return an evaluator of `pr`: a value that is not returned may exist."""
    get_values = _make_values_getter(steps)

    def is_present(node: Any) -> TruthValue:
        is_shown = any(is_assigned(value, allow_empty_string=False) for value in get_values(node))
        return is_shown or None

    return is_present


def _make_values_getter(steps: tuple[PathStep, ...]) -> Callable[[Any], list[Any]]:
    """Return a function that gets the values at the end of a path, with `None` for one that is not returned."""
    getters = [make_getter(step) for step in steps]

    def get_values(node: Any) -> list[Any]:
        current = [node]
        for get in getters:
            following: list[Any] = []
            for holder in current:
                value = None if holder is None else get(holder)
                if isinstance(value, _COLLECTION_TYPES):
                    following += value or [None]
                else:
                    following.append(value)
            current = following
        return current

    return get_values


_COLLECTION_TYPES: Final = (list, tuple, set, frozenset)


# -------------------------------------------------------------------------------- comparisons


def _build_compare_evaluator(node: Compare, bound: BoundPath) -> Evaluator:
    """Return an evaluator of a comparison; one value suffices, but servers differ about `ne`."""
    if node.value is None:
        is_present = _build_present_evaluator(bound.steps)
        return is_present if node.op == "ne" else _negate(is_present)
    attribute, steps = bound.attribute, bound.steps
    if attribute is not None and attribute.type == "complex":
        attribute = attribute.find_sub_attribute("value")
        steps = steps if attribute is None else (*steps, build_step(attribute))
    if attribute is None or attribute.is_secret:
        return _evaluate_as_unknown
    read = _get_reader(attribute)
    literal = read(node.value)
    if literal is None or node.op not in _OPERATORS_BY_TYPE[type(literal)]:
        return _evaluate_as_unknown
    get_values = _make_values_getter(steps)
    compare = _COMPARISONS[type(literal)]
    op = node.op

    def evaluate_values(node: Any) -> TruthValue:
        truth_values = {
            None if (form := read(value)) is None else compare(op, form, literal)
            for value in get_values(node)
        }
        if op == "ne":  # one other value, or no equal one
            return truth_values.pop() if len(truth_values) == 1 else None
        return _join(iter(truth_values))

    return evaluate_values


def _negate(evaluate: Evaluator) -> Evaluator:
    return lambda value: None if (truth_value := evaluate(value)) is None else not truth_value


def _get_reader(attribute: Attribute) -> Callable[[Any], Any]:
    """Return the function that reads values of an attribute, and returns `None` for other types."""
    if attribute.type in STRING_TYPES:
        return _read_binary if attribute.type == "binary" else _read_string
    return _READERS[attribute.type]


class _Text(str):
    """String as received; compared both unchanged and folded, because servers differ about the case."""

    __slots__ = ()


def _read_string(value: Any) -> _Text | None:
    if isinstance(value, Enum):
        value = value.value
    return _Text(normalize_case_exact(value)) if isinstance(value, str) else None


def _read_binary(value: Any) -> _Text | None:
    """Return base64 without padding and line breaks."""
    return _Text("".join(value.split()).rstrip("=")) if isinstance(value, str) else None


def _read_boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return parse_boolean(value)
    return value if isinstance(value, bool) else None


def _read_number(value: Any) -> Decimal | None:
    """Return a number as a decimal; floats by their shortest form."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "boolean": _read_boolean,
    "integer": _read_number,
    "decimal": _read_number,
    "dateTime": to_aware_datetime,
}


def _compare_exactly(op: CompareOperator, value: Any, literal: Any) -> TruthValue:
    return COMPARISONS[op](value, literal)


def _compare_instants(op: CompareOperator, value: datetime, literal: datetime) -> TruthValue:
    return None if abs(value - literal) <= _TOLERANCE else COMPARISONS[op](value, literal)


def _compare_texts(op: CompareOperator, value: str, literal: str) -> TruthValue:
    """Compare strings unchanged and folded; both results must agree."""
    folded, folded_literal = normalize_user_name(value), normalize_user_name(literal)
    if op in _ORDERING_OPERATORS and not _has_certain_order(folded, folded_literal):
        return None
    truth_value = COMPARISONS[op](folded, folded_literal)
    return truth_value if COMPARISONS[op](str(value), str(literal)) is truth_value else None


_ORDERING_OPERATORS: Final = frozenset({"gt", "ge", "lt", "le"})


def _has_certain_order(first: str, second: str) -> bool:
    """Return whether every collation orders two strings alike: the first difference is between ASCII letters or digits."""
    start = next(
        (index for index, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
    return all(
        not character or (character.isascii() and character.isalnum())
        for character in (first[start : start + 1], second[start : start + 1])
    )


_OPERATORS_BY_TYPE: Mapping[type[Any], Collection[str]] = {
    _Text: COMPARISONS.keys(),
    bool: ("eq", "ne"),
    Decimal: ("eq", "ne", *_ORDERING_OPERATORS),
    datetime: ("eq", "ne", *_ORDERING_OPERATORS),
}
"""Operators of a type; an unchecked filter may have others."""

_COMPARISONS: Mapping[type[Any], Callable[[CompareOperator, Any, Any], TruthValue]] = {
    _Text: _compare_texts,
    bool: _compare_exactly,
    Decimal: _compare_exactly,
    datetime: _compare_instants,
}
