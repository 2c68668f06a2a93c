"""Wire form of paths and filters: short names replaced by wire names and URNs, as requests carry them."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from britive_scim.scim.filters.ast import And, Compare, Filter, Not, Or, Present, ValuePath
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.scope import EmptyScope, SchemaScope, Scope
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["to_wire_filter", "to_wire_path"]


def to_wire_filter(filter_: Filter, schema: ResourceSchema) -> Filter:
    """Return a filter with the wire names of its attributes; unknown names stay."""
    return _expand_filter(filter_, SchemaScope(schema))


def to_wire_path(path: Path, schema: ResourceSchema) -> Path:
    """Return a path with the wire names of its attributes, also in its brackets; unknown names stay."""
    scope = SchemaScope(schema)
    plain = path if path.filter is None else replace(path, filter=None)
    expanded, inner = _expand_path(plain, scope)
    if path.filter is None:
        return expanded
    if path.sub is not None:  # brackets apply to the attribute before them
        before, inner = _expand_path(replace(plain, sub=None), scope)
        if before.urn != expanded.urn:
            return path  # an extension has no brackets before its attributes
    return replace(expanded, filter=_expand_filter(cast("Filter", path.filter), inner))


def _expand_path(path: Path, scope: Scope) -> tuple[Path, Scope]:
    """Return the wire form of a path without filter, and the scope of brackets after it."""
    bound = scope.find(path)
    if bound is not None and bound.is_whole_schema:
        if bound.steps:  # an extension
            urn, _, name = bound.steps[0].name.rpartition(":")
            path = replace(path, urn=urn, name=name)
        return path, bound.scope
    expanded = scope.expand(path)
    if bound is None:
        bound = None if expanded is None else scope.find(expanded)
    elif expanded is None or fold(str(expanded)) != fold(str(path)):
        expanded = None  # the path has wire names, only the case may differ
    if expanded is not None and bound is not None and expanded != path:
        path = expanded
    return path, EmptyScope() if bound is None else bound.scope


def _expand_filter(filter_: Filter, scope: Scope) -> Filter:
    if isinstance(filter_, And | Or):
        items = [_expand_filter(item, scope) for item in filter_.items]
        is_same = all(new is old for new, old in zip(items, filter_.items, strict=True))
        return filter_ if is_same else type(filter_)(items)
    if isinstance(filter_, Not):
        item = _expand_filter(filter_.item, scope)
        return filter_ if item is filter_.item else Not(item)
    leaf = cast("Compare | Present | ValuePath", filter_)
    path, inner = _expand_path(leaf.path, scope)
    if isinstance(leaf, ValuePath):
        condition = _expand_filter(leaf.filter, inner)
        if path is leaf.path and condition is leaf.filter:
            return leaf
        return ValuePath(path, condition)
    return leaf if path is leaf.path else replace(leaf, path=path)
