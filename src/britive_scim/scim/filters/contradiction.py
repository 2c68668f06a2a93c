"""Judgement whether a resource in a response surely contradicts the filter of the request.

A filter has three values here. A response need not show all that the server compared: an attribute that is not
returned, not declared or not read is unknown, and so is the membership of large groups, which lists cut or
leave out. Only what is false in every reading of the specification contradicts a filter.
"""

from __future__ import annotations

import operator
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
from britive_scim.scim.filters.bound import PathStep
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.scope import BoundPath, SchemaScope, Scope, build_step
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import is_assigned, make_getter

__all__ = ["ContradictionFinder", "list_paths"]

Verdict = bool | None
"""True, false, or unknown."""

Judge = Callable[[Any], Verdict]
"""Function that judges a condition on a resource, or on a value of an attribute."""

_MEMBERSHIP_ATTRIBUTES: Final = frozenset({"members", "groups"})
"""Attributes that lists cut or leave out."""

_TOLERANCE: Final = timedelta(seconds=1)
"""Difference of two datetimes that a server may have rounded away."""


class ContradictionFinder:
    """Filter prepared to judge the resources of a response.

    Args:
        filter_: the filter of the request.
        schema: schema of the resources.
    """

    __slots__ = ("_conditions", "_matches")

    def __init__(self, filter_: Filter, schema: ResourceSchema) -> None:
        conditions = filter_.items if isinstance(filter_, And) else (filter_,)
        scope = SchemaScope(schema)
        self._conditions = [(_build_judge(item, scope), item) for item in conditions]
        # A match is no contradiction, and the compiled filter shows it in a tenth of the time.
        try:
            self._matches = filter_.compile(schema, strict=False)
        except InvalidFilter:  # a search across types is not checked
            self._matches = _matches_nothing

    def find(self, resource: Resource) -> tuple[str, ...]:
        """Return the attributes by which a resource surely contradicts the filter; empty if it does not."""
        if self._matches(resource):
            return ()
        for judge, condition in self._conditions:
            if judge(resource) is False:
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


def _build_judge(node: Filter, scope: Scope) -> Judge:
    """Return the function that judges a filter, whose names are those of `scope`."""
    if isinstance(node, And | Or):
        return _build_logical_judge(node, scope)
    if isinstance(node, Not):
        return _negate(_build_judge(node.item, scope))
    leaf = cast("Compare | Present | ValuePath", node)
    bound = scope.find(leaf.path)
    if bound is None or bound.is_never_returned or _is_membership(bound, scope):
        return _judge_as_unknown
    if isinstance(leaf, ValuePath):
        judge = _build_judge(leaf.filter, bound.scope)
        get_values = _make_values_getter(bound.steps)
        return lambda value: _join(_judge_element(judge, item) for item in get_values(value))
    if isinstance(leaf, Present):
        return _build_present_judge(bound.steps)
    return _build_compare_judge(leaf, bound)


def _build_logical_judge(node: And | Or, scope: Scope) -> Judge:
    judges = [_build_judge(item, scope) for item in node.items]
    if isinstance(node, Or):
        return lambda value: _join(judge(value) for judge in judges)
    opposites = [_negate(judge) for judge in judges]
    return _negate(lambda value: _join(opposite(value) for opposite in opposites))


def _join(verdicts: Iterator[Verdict]) -> Verdict:
    """Return the disjunction of verdicts."""
    result: Verdict = False
    for verdict in verdicts:
        if verdict:
            return True
        if verdict is None:
            result = None
    return result


def _judge_as_unknown(_: Any) -> Verdict:
    return None


def _judge_element(judge: Judge, element: Any) -> Verdict:
    return None if element is None else judge(element)


def _is_membership(bound: BoundPath, scope: Scope) -> bool:
    return (
        isinstance(scope, SchemaScope)
        and bool(bound.steps)
        and fold(bound.steps[0].name) in _MEMBERSHIP_ATTRIBUTES
    )


def _build_present_judge(steps: tuple[PathStep, ...]) -> Judge:
    """Return a judge of `pr`: a value that is not returned may exist."""
    get_values = _make_values_getter(steps)

    def is_present(node: Any) -> Verdict:
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


def _build_compare_judge(node: Compare, bound: BoundPath) -> Judge:
    """Return a judge of a comparison: of its values, one is enough, but servers differ about `ne`."""
    if node.value is None:
        is_present = _build_present_judge(bound.steps)
        return is_present if node.op == "ne" else _negate(is_present)
    attribute, steps = bound.attribute, bound.steps
    if attribute is not None and attribute.type == "complex":
        attribute = attribute.find_sub_attribute("value")
        steps = steps if attribute is None else (*steps, build_step(attribute))
    if attribute is None or attribute.is_secret:
        return _judge_as_unknown
    read = _get_reader(attribute)
    literal = read(node.value)
    if literal is None or node.op not in _OPERATORS_BY_TYPE[type(literal)]:
        return _judge_as_unknown
    get_values = _make_values_getter(steps)
    compare = _COMPARISONS[type(literal)]
    op = node.op

    def judge_values(node: Any) -> Verdict:
        verdicts = {
            None if (form := read(value)) is None else compare(op, form, literal)
            for value in get_values(node)
        }
        if op == "ne":  # one other value, or no equal one
            return verdicts.pop() if len(verdicts) == 1 else None
        return _join(iter(verdicts))

    return judge_values


def _negate(judge: Judge) -> Judge:
    return lambda value: None if (verdict := judge(value)) is None else not verdict


def _get_reader(attribute: Attribute) -> Callable[[Any], Any]:
    """Return the function that reads values of an attribute, and gives `None` for other types."""
    if attribute.type in STRING_TYPES:
        return _read_binary if attribute.type == "binary" else _read_string
    return _READERS[attribute.type]


class _Text(str):
    """String as received; compared as it is and folded, because servers differ about the case."""

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


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
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


def _compare_exactly(op: str, value: Any, literal: Any) -> Verdict:
    return _OPERATORS[op](value, literal)


def _compare_instants(op: str, value: datetime, literal: datetime) -> Verdict:
    return None if abs(value - literal) <= _TOLERANCE else _OPERATORS[op](value, literal)


def _compare_texts(op: str, value: str, literal: str) -> Verdict:
    """Compare strings as they are and folded; both must agree."""
    folded, folded_literal = normalize_user_name(value), normalize_user_name(literal)
    if op in _ORDERING_OPERATORS and not _has_certain_order(folded, folded_literal):
        return None
    verdict = _OPERATORS[op](folded, folded_literal)
    return verdict if _OPERATORS[op](str(value), str(literal)) is verdict else None


_ORDERING_OPERATORS: Final = frozenset({"gt", "ge", "lt", "le"})


def _has_certain_order(first: str, second: str) -> bool:
    """Return whether every collation orders two strings alike: they differ first in letters or digits of ASCII."""
    start = next(
        (index for index, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
    return all(
        not character or (character.isascii() and character.isalnum())
        for character in (first[start : start + 1], second[start : start + 1])
    )


_OPERATORS_BY_TYPE: Mapping[type[Any], Collection[str]] = {
    _Text: _OPERATORS.keys(),
    bool: ("eq", "ne"),
    Decimal: ("eq", "ne", *_ORDERING_OPERATORS),
    datetime: ("eq", "ne", *_ORDERING_OPERATORS),
}
"""Operators of a type; an unchecked filter may have others."""

_COMPARISONS: Mapping[type[Any], Callable[[str, Any, Any], Verdict]] = {
    _Text: _compare_texts,
    bool: _compare_exactly,
    Decimal: _compare_exactly,
    datetime: _compare_instants,
}
