"""A filter understood: its names found in a schema, its operators and literals checked.

This is the first of two phases (RFC 7644 §3.4.2.2): the whole tree is checked, whichever branch would
decide, and what cannot apply is refused. The second, `match`, evaluates a condition and never fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NoReturn, cast

from britive_scim.errors import InvalidFilter
from britive_scim.scim.datatypes import (
    normalize_binary,
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
    parse_boolean,
    to_aware_datetime,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import (
    OPERATORS,
    And,
    Compare,
    CompareOperator,
    Filter,
    Not,
    Or,
    Present,
    ValuePath,
    locate_node,
)
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
    PathStep,
)
from britive_scim.scim.filters.literals import FilterValue
from britive_scim.scim.filters.scope import (
    AttributeScope,
    BoundPath,
    EmptyScope,
    SchemaScope,
    Scope,
    build_step,
)
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["bind_filter", "bind_value_filter"]

_EQUALITY_OPERATORS = frozenset({"eq", "ne"})


def bind_filter(root: Filter, schema: ResourceSchema, *, strict: bool = False) -> BoundFilter:
    """Return what a filter asks of a resource.

    Args:
        root: the filter.
        schema: what the resource is.
        strict: whether an attribute that is not declared is a fault; without, it has no value.

    Raises:
        InvalidFilter: the filter cannot apply to the schema; the message and the caret name the part.
    """
    return _Binder(root, None, strict=strict).bind(root, SchemaScope(schema))


def bind_value_filter(
    root: Filter, attribute: Attribute, path_text: str | None = None
) -> BoundFilter:
    """Return what a filter in brackets asks of one value of an attribute.

    Args:
        root: what stands in the brackets.
        attribute: what stands before them.
        path_text: the whole path, to be shown by an error.

    Raises:
        InvalidFilter: the filter cannot apply to the attribute.
    """
    return _Binder(root, path_text, strict=False).bind(root, AttributeScope(attribute))


class _Binder:
    """The walk over one filter.

    Attributes:
        root: the whole filter.
        path_text: what the user wrote, where that is known.
        strict: whether an undeclared attribute is a fault.
    """

    def __init__(self, root: Filter, path_text: str | None, *, strict: bool) -> None:
        self.root = root
        self.path_text = path_text
        self.strict = strict

    def bind(self, node: Filter, scope: Scope) -> BoundFilter:
        if isinstance(node, Compare):
            return self._bind_compare(node, scope)
        if isinstance(node, Present):
            return self._bind_present(node, scope)
        if isinstance(node, And):
            return BoundAnd(tuple(self.bind(item, scope) for item in node.items))
        if isinstance(node, Or):
            return BoundOr(tuple(self.bind(item, scope) for item in node.items))
        if isinstance(node, Not):
            return BoundNot(self.bind(node.item, scope))
        return self._bind_value_path(cast("ValuePath", node), scope)

    # ------------------------------------------------------------------ the nodes

    def _bind_path(self, node: Compare | Present | ValuePath, scope: Scope) -> BoundPath | None:
        place = scope.find(node.path)
        if place is None and self.strict:
            self._raise_invalid_filter(
                node, f"{node.path} is not declared by the schema{scope.suggest(node.path)}"
            )
        return place

    def _bind_present(self, node: Present, scope: Scope) -> BoundFilter:
        place = self._bind_path(node, scope)
        if place is None:
            return BoundConstant(False)
        if place.is_never_returned:
            self._raise_invalid_filter(
                node, f"{node.path} is never returned: only eq and ne apply to it"
            )
        attribute = place.attribute
        text = attribute is not None and attribute.type in {"string", "reference", "binary"}
        return BoundPresent(place.steps, can_be_empty=False, is_string=text)

    def _bind_value_path(self, node: ValuePath, scope: Scope) -> BoundFilter:
        place = self._bind_path(node, scope)
        if place is None:
            self.bind(node.filter, EmptyScope())
            return BoundConstant(False)
        attribute = place.attribute
        if attribute is not None and attribute.type != "complex" and not attribute.multi_valued:
            self._raise_invalid_filter(
                node,
                f"{node.path} is a single {attribute.type}: it has no parts to be named in brackets",
            )
        return BoundValuePath(place.steps, self.bind(node.filter, place.scope))

    def _bind_compare(self, node: Compare, scope: Scope) -> BoundFilter:
        place = self._bind_path(node, scope)
        if place is not None and place.is_never_returned and node.op not in _EQUALITY_OPERATORS:
            self._raise_invalid_filter(
                node, f"{node.path} is never returned: only eq and ne apply to it"
            )
        if node.value is None:
            if node.op not in _EQUALITY_OPERATORS:
                self._raise_invalid_filter(
                    node, f"{node.op} does not apply to null: only eq and ne do"
                )
            has = (
                BoundConstant(False)
                if place is None
                else BoundPresent(place.steps, can_be_empty=True)
            )
            return has if node.op == "ne" else BoundNot(has)
        if place is None:
            return BoundConstant(node.op == "ne")
        if place.is_whole_schema:
            self._raise_invalid_filter(
                node, f"{node.path} is a whole schema: it has no value to compare"
            )
        attribute, steps, parent = place.attribute, place.steps, place.parent
        if attribute is None:
            return self._bind_undeclared_compare(node, steps)
        if attribute.type == "complex":
            parent, attribute = attribute, attribute.find_sub_attribute("value")
            if attribute is None or attribute.type == "complex":
                self._raise_invalid_filter(
                    node,
                    f"{node.path} is complex and has no value of its own: name the sub-attribute",
                )
            steps = (*steps, build_step(attribute))
        kind = _get_comparison_type(
            attribute,
            is_never_returned=place.is_never_returned,
            is_core=parent is None and len(steps) == 1,
        )
        if kind is None:
            return self._bind_undeclared_compare(node, steps)
        operators = _OPERATORS_BY_TYPE[kind]
        if node.op not in operators:
            listed = ", ".join(operators)
            self._raise_invalid_filter(
                node,
                f"{node.path} is {attribute.type}, and {node.op} does not apply to that"
                f" (only {listed} and pr do)",
            )
        value = _LITERAL_CONVERTERS[kind](node.value)
        if value is None:
            self._raise_invalid_filter(
                node,
                f"{node.path} is {attribute.type}, so it compares with {_EXPECTED_LITERALS[kind]},"
                f" not with {json.dumps(node.value)}",
            )
        of_element = parent is not None and parent.multi_valued
        primary = kind == "boolean" and of_element and fold(attribute.name) == "primary"
        return BoundCompare(steps, kind, node.op, value, has_false_default=primary)

    def _bind_undeclared_compare(self, node: Compare, steps: tuple[PathStep, ...]) -> BoundFilter:
        """Compare what nobody declared: by the type of the literal, text without case."""
        value = cast("str | bool | int | float", node.value)
        kind: ComparisonType = "folded" if type(value) is str else "boolean"
        if type(value) is int or type(value) is float:
            kind = "number"
        if node.op not in _OPERATORS_BY_TYPE[kind]:
            self._raise_invalid_filter(
                node, f"{node.op} does not apply to {json.dumps(value)}, whatever {node.path} is"
            )
        return BoundCompare(
            steps, kind, node.op, normalize_caseless(value) if type(value) is str else value
        )

    def _raise_invalid_filter(self, node: Filter, message: str) -> NoReturn:
        text, position = locate_node(self.root, node)
        if self.path_text is not None:
            # As the user wrote it, if it is written so that the part can be found again.
            position = self.path_text.find(text[position:])
            text, position = self.path_text, max(position, 0)
        raise InvalidFilter(message, text=text, position=position)


def _get_comparison_type(
    attribute: Attribute, *, is_never_returned: bool, is_core: bool
) -> ComparisonType | None:
    """Return how values of an attribute are compared; `None` for a type nobody declared.

    Args:
        attribute: what the schema says about it.
        is_never_returned: whether it is never returned: such text is compared exactly.
        is_core: whether it stands at the top of a resource, where `userName` has a form of its own.
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

_OPERATORS_BY_TYPE: Mapping[ComparisonType, tuple[CompareOperator, ...]] = {
    "exact": OPERATORS,
    "folded": OPERATORS,
    "user name": OPERATORS,
    "binary": _ORDERING_OPERATORS[:2],
    "boolean": _ORDERING_OPERATORS[:2],
    "number": _ORDERING_OPERATORS,
    "instant": _ORDERING_OPERATORS,
}

_LITERAL_CONVERTERS: Mapping[
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

_EXPECTED_LITERALS: Mapping[ComparisonType, str] = {
    "exact": "text",
    "folded": "text",
    "user name": "text",
    "binary": "text",
    "boolean": "true or false",
    "number": "a number",
    "instant": 'text that is a date and a time, such as "2011-05-13T04:42:34Z"',
}
