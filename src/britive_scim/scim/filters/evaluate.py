"""Check filters against a schema, and evaluate them on one resource (`is_match`) or many (`compile_filter`).

A name that nothing declares is an error in strict mode, and otherwise an attribute without value (D-06).
Strict is the default where a schema is given or the resource is a model, whose class is its schema. The
names and extensions that a resource itself has count as declared for it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import Filter
from britive_scim.scim.filters.bind import Undeclared, bind_filter, raise_undeclared
from britive_scim.scim.filters.division import measure_size
from britive_scim.scim.filters.held_names import find_names
from britive_scim.scim.filters.predicates import (
    Predicate,
    build_fast_predicate,
    build_general_predicate,
)
from britive_scim.scim.models.base import Resource
from britive_scim.scim.models.user import User
from britive_scim.scim.schemas.of_instance import with_instance_extensions
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.values.node import is_node

__all__ = ["check_filter", "compile_filter", "compile_wire_filter", "is_match"]

_MAX_CACHED_PREDICATES: Final = 256
"""Maximum number of cached compiled filters."""

_MAX_CACHED_SIZE: Final = 20_000
"""Maximum number of their conditions, which bounds the memory."""


@dataclass(frozen=True, slots=True)
class _CompiledFilter:
    """Filter compiled for one schema.

    Attributes:
        filter: the filter; the reference keeps its `id` in use.
        schema: the schema, likewise.
        predicate: the predicate, in which an undeclared attribute has no value.
        undeclared: the conditions on undeclared attributes.
        short_names: the folded names resolved as short names; a resource may have attributes with them.
        size: number of its conditions.
    """

    filter: Filter
    schema: ResourceSchema
    predicate: Predicate
    undeclared: tuple[Undeclared, ...]
    short_names: frozenset[str]
    size: int


_NO_NAMES: Final = frozenset[str]()

_compiled_filters: dict[tuple[int, int, bool], _CompiledFilter] = {}
# Keyed by identity: hashing a large filter would take longer than evaluating it.


def check_filter(filter_: Filter, schema: SchemaLike, *, strict: bool = False) -> None:
    """Raise `InvalidFilter` if a filter cannot apply to a schema; see `Filter.check`."""
    binding = bind_filter(filter_, ResourceSchema.of(schema))
    if strict and binding.undeclared:
        raise_undeclared(filter_, binding.undeclared[0])


def is_match(
    filter_: Filter,
    resource: Resource | Mapping[str, Any],
    schema: SchemaLike | None = None,
    *,
    strict: bool | None = None,
) -> bool:
    """Return whether a resource satisfies a filter; see `Filter.matches`."""
    if not is_node(resource):
        raise TypeError(f"resource must be a model or a mapping, got {type(resource).__name__}")
    known = schema_for(resource) if schema is None else ResourceSchema.of(schema)
    compiled = _compile(filter_, known)
    held_names = find_names(resource, compiled.short_names) if compiled.short_names else _NO_NAMES
    if not compiled.undeclared and not held_names:
        return compiled.predicate(resource)
    if strict is None:
        strict = schema is not None or isinstance(resource, Resource)
    if not isinstance(schema, ResourceSchema):  # an explicit schema declares every attribute
        known = with_instance_extensions(known, resource)
        if known is not compiled.schema:
            compiled = _compile(filter_, known)
    if compiled.undeclared and strict:
        binding = bind_filter(filter_, known, holders=[resource], held_names=held_names)
        if binding.undeclared:
            raise_undeclared(filter_, binding.undeclared[0])
        return build_general_predicate(binding.condition)(resource)
    if held_names:
        binding = bind_filter(filter_, known, held_names=held_names)
        return build_general_predicate(binding.condition)(resource)
    return compiled.predicate(resource)


def compile_filter(
    filter_: Filter, schema: SchemaLike | None = None, *, strict: bool | None = None
) -> Predicate:
    """Return a predicate over resources, models or mappings; see `Filter.compile`."""
    if schema is None:
        return _compile_for_any_schema(filter_, strict=strict)
    compiled = _compile(filter_, ResourceSchema.of(schema))
    if not compiled.undeclared and not compiled.short_names:
        return compiled.predicate
    if compiled.undeclared and strict is not False:
        raise_undeclared(filter_, compiled.undeclared[0])
    if isinstance(schema, ResourceSchema) and not compiled.short_names:
        return compiled.predicate
    predicate = compiled.predicate

    def match_one(value: Any) -> bool:
        resource: Any = value
        is_resource = is_node(value)
        return (
            is_match(filter_, resource, schema, strict=False) if is_resource else predicate(value)
        )

    return match_one


def compile_wire_filter(filter_: Filter, schema: ResourceSchema) -> Predicate:
    """Return a predicate that understands only wire names, as a service does; undeclared ones have no value.

    Raises:
        InvalidFilter: the filter cannot apply to the schema.
    """
    return _compile(filter_, schema, short_names=False).predicate


def _compile(
    filter_: Filter, schema: ResourceSchema, *, short_names: bool = True
) -> _CompiledFilter:
    key = (id(filter_), id(schema), short_names)
    compiled = _compiled_filters.get(key)
    if compiled is not None:
        return compiled
    binding = bind_filter(filter_, schema, short_names=short_names)
    fast = build_fast_predicate(binding.condition, schema.model)
    predicate = fast or build_general_predicate(binding.condition)
    size = measure_size(binding.condition)
    compiled = _CompiledFilter(
        filter_, schema, predicate, binding.undeclared, binding.short_names, size
    )
    if fast is not None:  # others are too large, and too rare to cache
        _cache(key, compiled)
    return compiled


def _cache(key: tuple[int, int, bool], compiled: _CompiledFilter) -> None:
    size = compiled.size + sum(each.size for each in _compiled_filters.values())
    if len(_compiled_filters) >= _MAX_CACHED_PREDICATES or size > _MAX_CACHED_SIZE:
        _compiled_filters.clear()
    _compiled_filters[key] = compiled


_ANY_SCHEMA_KEY: Final = 0
"""Cache key in place of the `id` of a schema, for the schema of each resource."""


def _compile_for_any_schema(filter_: Filter, *, strict: bool | None) -> Predicate:
    """Return a predicate that takes the schema of each resource from it; a mapping is a user by default."""
    key = (id(filter_), _ANY_SCHEMA_KEY, True)
    cached = _compiled_filters.get(key)
    if cached is not None and strict is None:
        return cached.predicate
    users = ResourceSchema.of(User)
    binding = bind_filter(filter_, users)
    by_class: dict[type[Any], Predicate] = {}

    def match_one(resource: Any) -> bool:
        return is_match(filter_, resource, strict=strict)

    def find_for_model(value: Any) -> Predicate | None:
        """Return the predicate of the class of a model, `None` for users and other data."""
        if not isinstance(value, Resource):
            return None
        cls = value.__class__
        if not binding.undeclared and _declares_all_of(cls, User):
            return None
        if cls not in by_class:
            compiled = _compile(filter_, ResourceSchema.of(cls))
            is_same_for_all = not compiled.undeclared and not compiled.short_names
            by_class[cls] = compiled.predicate if is_same_for_all else match_one
        return by_class[cls]

    general = build_general_predicate(binding.condition)

    def decide(value: Any) -> bool:
        if not is_node(value):
            return general(value)
        return (find_for_model(value) or match_one)(value)

    if binding.undeclared or binding.short_names or strict is True:
        return decide
    fast = build_fast_predicate(binding.condition, User, find_other=find_for_model)
    if fast is None:
        return lambda value: (find_for_model(value) or general)(value)
    if strict is None:
        size = measure_size(binding.condition)
        _cache(key, _CompiledFilter(filter_, users, fast, (), _NO_NAMES, size))
    return fast


@functools.lru_cache(maxsize=256)
def _declares_all_of(cls: type[Resource], base: type[Resource]) -> bool:
    """Return whether a class declares all attributes of `base`, with the same characteristics."""
    if not issubclass(cls, base):
        return False
    schema, expected = ResourceSchema.of(cls), ResourceSchema.of(base)
    pairs: list[tuple[Any, Any]] = [(schema.attributes, expected.attributes)]
    for extension in expected.extensions:
        declared = schema.find_extension(extension.urn)
        if declared is None:
            return False
        pairs.append((declared.attributes, extension.attributes))
    return all(_has_all(attributes, wanted) for attributes, wanted in pairs)


def _has_all(attributes: tuple[Attribute, ...], wanted: tuple[Attribute, ...]) -> bool:
    return attributes[: len(wanted)] == wanted or all(each in attributes for each in wanted)
