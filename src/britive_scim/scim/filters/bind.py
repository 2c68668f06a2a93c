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
    binary_form,
    exact_form,
    folded_form,
    instant,
    spelled_boolean,
    user_name_form,
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
    place_in,
)
from britive_scim.scim.filters.bound import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    Has,
    Kind,
    Negation,
    Some,
    Step,
)
from britive_scim.scim.filters.literals import FilterValue
from britive_scim.scim.filters.scope import InAttribute, InSchema, Nowhere, Place, Scope, step_of
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["understand", "understand_inner"]

_EQUALITY = frozenset({"eq", "ne"})


def understand(root: Filter, schema: ResourceSchema, *, strict: bool = False) -> Condition:
    """Return what a filter asks of a resource.

    Args:
        root: the filter.
        schema: what the resource is.
        strict: whether an attribute that is not declared is a fault; without, it has no value.

    Raises:
        InvalidFilter: the filter cannot apply to the schema; the message and the caret name the part.
    """
    return _Understanding(root, None, strict=strict).of(root, InSchema(schema))


def understand_inner(root: Filter, attribute: Attribute, text: str | None = None) -> Condition:
    """Return what a filter in brackets asks of one value of an attribute.

    Args:
        root: what stands in the brackets.
        attribute: what stands before them.
        text: the whole path, to be shown by an error.

    Raises:
        InvalidFilter: the filter cannot apply to the attribute.
    """
    return _Understanding(root, text, strict=False).of(root, InAttribute(attribute))


class _Understanding:
    """The walk over one filter.

    Attributes:
        root: the whole filter.
        text: what the user wrote, where that is known.
        strict: whether an undeclared attribute is a fault.
    """

    def __init__(self, root: Filter, text: str | None, *, strict: bool) -> None:
        self.root = root
        self.text = text
        self.strict = strict

    def of(self, node: Filter, scope: Scope) -> Condition:
        if isinstance(node, Compare):
            return self._compare(node, scope)
        if isinstance(node, Present):
            return self._present(node, scope)
        if isinstance(node, And):
            return All(tuple(self.of(item, scope) for item in node.items))
        if isinstance(node, Or):
            return AnyOf(tuple(self.of(item, scope) for item in node.items))
        if isinstance(node, Not):
            return Negation(self.of(node.item, scope))
        return self._value_path(cast("ValuePath", node), scope)

    # ------------------------------------------------------------------ the nodes

    def _find(self, node: Compare | Present | ValuePath, scope: Scope) -> Place | None:
        place = scope.find(node.path)
        if place is None and self.strict:
            self._refuse(
                node, f"{node.path} is not declared by the schema{scope.advice(node.path)}"
            )
        return place

    def _present(self, node: Present, scope: Scope) -> Condition:
        place = self._find(node, scope)
        if place is None:
            return Constant(False)
        if place.secret:
            self._refuse(node, f"{node.path} is never returned: only eq and ne apply to it")
        attribute = place.attribute
        text = attribute is not None and attribute.type in {"string", "reference", "binary"}
        return Has(place.steps, blank=False, text=text)

    def _value_path(self, node: ValuePath, scope: Scope) -> Condition:
        place = self._find(node, scope)
        if place is None:
            self.of(node.filter, Nowhere())
            return Constant(False)
        attribute = place.attribute
        if attribute is not None and attribute.type != "complex" and not attribute.multi_valued:
            self._refuse(
                node,
                f"{node.path} is a single {attribute.type}: it has no parts to be named in brackets",
            )
        return Some(place.steps, self.of(node.filter, place.scope))

    def _compare(self, node: Compare, scope: Scope) -> Condition:
        place = self._find(node, scope)
        if place is not None and place.secret and node.op not in _EQUALITY:
            self._refuse(node, f"{node.path} is never returned: only eq and ne apply to it")
        if node.value is None:
            if node.op not in _EQUALITY:
                self._refuse(node, f"{node.op} does not apply to null: only eq and ne do")
            has = Constant(False) if place is None else Has(place.steps, blank=True)
            return has if node.op == "ne" else Negation(has)
        if place is None:
            return Constant(node.op == "ne")
        if place.whole:
            self._refuse(node, f"{node.path} is a whole schema: it has no value to compare")
        attribute, steps, parent = place.attribute, place.steps, place.parent
        if attribute is None:
            return self._compare_open(node, steps)
        if attribute.type == "complex":
            parent, attribute = attribute, attribute.sub("value")
            if attribute is None or attribute.type == "complex":
                self._refuse(
                    node,
                    f"{node.path} is complex and has no value of its own: name the sub-attribute",
                )
            steps = (*steps, step_of(attribute))
        kind = _kind_of(attribute, secret=place.secret, core=parent is None and len(steps) == 1)
        if kind is None:
            return self._compare_open(node, steps)
        operators = _OPERATORS[kind]
        if node.op not in operators:
            listed = ", ".join(operators)
            self._refuse(
                node,
                f"{node.path} is {attribute.type}, and {node.op} does not apply to that"
                f" (only {listed} and pr do)",
            )
        value = _FORMS[kind](node.value)
        if value is None:
            self._refuse(
                node,
                f"{node.path} is {attribute.type}, so it compares with {_WANTED[kind]},"
                f" not with {json.dumps(node.value)}",
            )
        of_element = parent is not None and parent.multi_valued
        primary = kind == "boolean" and of_element and fold(attribute.name) == "primary"
        return Comparison(steps, kind, node.op, value, false_unless_set=primary)

    def _compare_open(self, node: Compare, steps: tuple[Step, ...]) -> Condition:
        """Compare what nobody declared: by the type of the literal, text without case."""
        value = cast("str | bool | int | float", node.value)
        kind: Kind = "folded" if type(value) is str else "boolean"
        if type(value) is int or type(value) is float:
            kind = "number"
        if node.op not in _OPERATORS[kind]:
            self._refuse(
                node, f"{node.op} does not apply to {json.dumps(value)}, whatever {node.path} is"
            )
        return Comparison(steps, kind, node.op, folded_form(value) if type(value) is str else value)

    def _refuse(self, node: Filter, message: str) -> NoReturn:
        text, position = place_in(self.root, node)
        if self.text is not None:
            # As the user wrote it, if it is written so that the part can be found again.
            position = self.text.find(text[position:])
            text, position = self.text, max(position, 0)
        raise InvalidFilter(message, text=text, position=position)


def _kind_of(attribute: Attribute, *, secret: bool, core: bool) -> Kind | None:
    """Return how values of an attribute are compared; `None` for a type nobody declared.

    Args:
        attribute: what the schema says about it.
        secret: whether it is never returned: such text is compared exactly.
        core: whether it stands at the top of a resource, where `userName` has a form of its own.
    """
    if attribute.type == "string":
        if attribute.case_exact or secret:
            return "exact"
        return "user name" if core and fold(attribute.name) == "username" else "folded"
    return _KINDS.get(attribute.type)


def _text(form: Callable[[str], str]) -> Callable[[FilterValue], str | None]:
    return lambda value: form(value) if type(value) is str else None


def _boolean(value: FilterValue) -> bool | None:
    if type(value) is str:
        return spelled_boolean(value)
    return value if type(value) is bool else None


def _number(value: FilterValue) -> int | float | None:
    return value if type(value) is int or type(value) is float else None


_KINDS: Mapping[str, Kind] = {
    "reference": "exact",
    "binary": "binary",
    "boolean": "boolean",
    "integer": "number",
    "decimal": "number",
    "dateTime": "instant",
}

_ORDER: tuple[CompareOperator, ...] = ("eq", "ne", "gt", "ge", "lt", "le")

_OPERATORS: Mapping[Kind, tuple[CompareOperator, ...]] = {
    "exact": OPERATORS,
    "folded": OPERATORS,
    "user name": OPERATORS,
    "binary": _ORDER[:2],
    "boolean": _ORDER[:2],
    "number": _ORDER,
    "instant": _ORDER,
}

_FORMS: Mapping[Kind, Callable[[FilterValue], str | bool | int | float | datetime | None]] = {
    "exact": _text(exact_form),
    "folded": _text(folded_form),
    "user name": _text(user_name_form),
    "binary": _text(binary_form),
    "boolean": _boolean,
    "number": _number,
    "instant": instant,
}

_WANTED: Mapping[Kind, str] = {
    "exact": "text",
    "folded": "text",
    "user name": "text",
    "binary": "text",
    "boolean": "true or false",
    "number": "a number",
    "instant": 'text that is a date and a time, such as "2011-05-13T04:42:34Z"',
}
