"""Lookup of the values of an attribute path in a model or a mapping in wire form.

Models and mappings may contain each other. Keys of mappings are case-insensitive. A single value is
read as a list with one element, and a list as each of its elements. Nothing here raises or recurses.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.codec.encode import update_schemas
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.filters.bound import PathStep
from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import fold

__all__ = [
    "find_schemas",
    "get_other_keys",
    "is_assigned",
    "make_getter",
    "make_values_getter",
    "wrap_strings",
    "wrap_values",
]

_COLLECTION_TYPES = (list, tuple, set, frozenset)
_CYCLE_CHECK_THRESHOLD = 10_000
"""Number of values visited before the check for cycles starts."""

_MAX_CACHED_KEYS = 1_000
"""Most other keys cached per name: more than any schema has."""


def is_assigned(value: object, *, allow_empty_string: bool = True) -> bool:
    """Return whether a value is assigned: not null, and not composed of nulls only (RFC 7643 §2.5).

    Args:
        value: a value of a model or a mapping.
        allow_empty_string: whether the empty string is a value; for the operator `pr` it is not.
    """
    pending = [value]
    count = 0
    seen: dict[int, object] = {}
    while pending:
        value = pending.pop()
        if value is None:
            continue
        if isinstance(value, str):
            if value or allow_empty_string:
                return True
            continue
        count += 1
        if count > _CYCLE_CHECK_THRESHOLD:  # the value may contain itself
            if id(value) in seen:
                continue
            seen[id(value)] = value
        if isinstance(value, _COLLECTION_TYPES):
            pending += cast("list[object]", value)
        elif isinstance(value, dict | Mapping):
            pending += cast("Mapping[str, object]", value).values()
        elif isinstance(value, BaseModel):
            pending += value.__dict__.values()
            pending += (value.__pydantic_extra__ or {}).values()
        else:
            return True
    return False


def find_schemas(node: Any) -> Any:
    """Return the `schemas` of a resource model with those of extensions that have values; `None` for other data.

    The attribute itself may lack them until `to_wire` adds them.
    """
    cls: Any = node.__class__
    if not isinstance(node, BaseModel) or not getattr(cls, "__keeps_schemas__", False):
        return None
    listed: Any = node.__dict__.get("schemas") or []
    if not (is_list(listed) and all(isinstance(urn, str) for urn in listed)):
        return listed
    extensions = get_model_definition(cls).extensions
    present = [each.urn for each in extensions if is_assigned(node.__dict__.get(each.field))]
    present += [
        name
        for name, value in (node.__pydantic_extra__ or {}).items()
        if ":" in name
        and isinstance(value, Mapping | BaseModel)
        and is_assigned(cast("Any", value))
    ]
    return update_schemas(listed, cls.__schema__, present, frozenset())


@functools.lru_cache(maxsize=4096)
def get_other_keys(name: str) -> set[Any]:  # noqa: ARG001  # the cache has one set per name
    """Return the cached set of keys known to differ from a name in any case; callers add to it.

    If `mapping.keys() <= get_other_keys(name)`, the mapping lacks the name in any spelling.
    """
    return set()


def make_getter(step: PathStep) -> Callable[[Any], Any]:
    """Return a function that gets the value of a path step from a complex value, or `None`."""
    name, field, folded = step.name, step.field_name, fold(step.name)
    others = get_other_keys(name)

    def get_from_mapping(mapping: Mapping[Any, Any]) -> Any:
        value = mapping.get(name)
        if value is not None or name in mapping or mapping.keys() <= others:
            return value
        for key in mapping:
            if isinstance(key, str) and fold(key) == folded:
                return mapping[key]
            if len(others) < _MAX_CACHED_KEYS:
                others.add(key)
        return None

    def get_schemas(node: Any) -> Any:
        schemas = find_schemas(node)
        return get_value(node) if schemas is None else schemas

    def get_string_as_value(node: Any) -> Any:
        return wrap_strings(get_value(node))

    def get_value(node: Any) -> Any:
        if node.__class__ is dict:
            return get_from_mapping(node)
        if isinstance(node, BaseModel):
            value = _get_field_value(node, field, folded)
            # Undeclared attributes and unread values are in the extra attributes.
            extra = node.__pydantic_extra__
            return get_from_mapping(extra) if value is None and extra else value
        return get_from_mapping(cast("Any", node)) if isinstance(node, Mapping) else None

    if folded == "schemas":
        return get_schemas
    return get_string_as_value if step.is_valued else get_value


def wrap_strings(value: Any) -> Any:
    """Return the values of a complex attribute; a string is converted to an object with this `value`.

    Some servers send `["a@example.com"]` for a list of objects; reading a model converts it likewise.

    Args:
        value: one value, or a collection.
    """
    if isinstance(value, _COLLECTION_TYPES):
        items = cast("list[Any]", value)
        if not any(item.__class__ is str for item in items):
            return items
        return [wrap_strings(item) for item in items]
    if value.__class__ is str:
        return {"value": value} if value else None
    return value


def wrap_values(attribute: Attribute, value: Any) -> Any:
    """Return the values of an attribute, with strings converted to objects if it is complex and has `value`.

    Args:
        attribute: the attribute.
        value: one value, or a collection.
    """
    return wrap_strings(value) if attribute.find_sub_attribute("value") is not None else value


def _get_field_value(model: BaseModel, field: str, folded: str) -> Any:
    fields = model.__dict__
    if field in fields:
        return fields[field]
    # With the schema of a document, the Python names of the model may differ.
    model_field = get_model_definition(type(model)).by_name.get(folded)
    return None if model_field is None else fields.get(model_field.field)


def make_values_getter(steps: tuple[PathStep, ...]) -> Callable[[Any], list[Any]]:
    """Return a function that gets all assigned values at the end of a path from a complex value."""
    getters = [make_getter(step) for step in steps]
    if not getters:
        return lambda node: [node] if is_assigned(node) else []

    def get_values(node: Any) -> list[Any]:
        current = [node]
        for get in getters:
            following: list[Any] = []
            for holder in current:
                value = get(holder)
                if isinstance(value, _COLLECTION_TYPES):
                    following += filter(is_assigned, cast("list[Any]", value))
                elif is_assigned(value):
                    following.append(value)
            current = following
        return current

    return get_values
