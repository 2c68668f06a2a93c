"""Unchecked constructors of filter nodes, for the parser: the grammar has checked the parts."""

from __future__ import annotations

from britive_scim.scim.filters.ast import (
    And,
    Compare,
    CompositeFilter,
    Filter,
    LogicalExpression,
    Or,
    Present,
    ValuePath,
)
from britive_scim.scim.filters.literals import FilterValue
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.tokens import CompareOperator, require_nesting_limit

__all__ = ["make_compare", "make_logical_expression", "make_present", "make_value_path"]

# The nodes are frozen: the slots are written directly, in half the time of `__init__`.
_new_object = object.__new__
_set_path, _set_op, _set_value = (vars(Compare)[name].__set__ for name in ("path", "op", "value"))
_set_present_path = vars(Present)["path"].__set__
_set_items = vars(LogicalExpression)["items"].__set__
_set_value_path, _set_value_filter = (vars(ValuePath)[name].__set__ for name in ("path", "filter"))
_set_nesting = vars(CompositeFilter)["_nesting"].__set__
_LEAVES = (Compare, Present)


def make_compare(path: Path, op: CompareOperator, value: FilterValue) -> Compare:
    """Build a comparison."""
    node = _new_object(Compare)
    _set_path(node, path)
    _set_op(node, op)
    _set_value(node, value)
    return node


def make_present(path: Path) -> Present:
    """Build a presence test."""
    node = _new_object(Present)
    _set_present_path(node, path)
    return node


def make_logical_expression(node_class: type[And | Or], items: list[Filter]) -> Filter:
    """Build an `And` or `Or` of two or more filters.

    Raises:
        InvalidFilter: more than `MAX_NESTING` brackets are open at once.
    """
    nesting = 0
    for item in items:
        if item.__class__ in _LEAVES:
            continue
        if item.__class__ is node_class:
            return node_class(items)  # flattens it
        nesting = max(nesting, item.nesting + node_class.needs_brackets(item))
    node = _new_object(node_class)
    _set_items(node, tuple(items))
    _set_nesting(node, nesting)
    require_nesting_limit(nesting)
    return node


def make_value_path(path: Path, filter_: Filter) -> ValuePath:
    """Build a value path of an attribute and a filter without brackets.

    Raises:
        InvalidFilter: more than `MAX_NESTING` brackets are open at once.
    """
    node = _new_object(ValuePath)
    _set_value_path(node, path)
    _set_value_filter(node, filter_)
    _set_nesting(node, 1 + filter_.nesting)
    require_nesting_limit(node.nesting)
    return node
