"""From a resource to the values a condition is about, whatever the resource turns out to hold.

Models and mappings in wire form are read alike, and may hold each other. Names of mappings are found
in any case, a single value where a list is expected is read as a list of one and the other way round.
Nothing here raises, and nothing recurses into the data.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.definitions.fields import AttributeField, get_model_definition
from britive_scim.scim.filters.bound import PathStep
from britive_scim.scim.names import fold

__all__ = ["get_other_keys", "is_assigned", "is_complex", "make_getter", "make_values_getter"]

_COLLECTION_TYPES = (list, tuple, set, frozenset)
_CYCLE_CHECK_THRESHOLD = 10_000
"""Values looked at, before it is noted which."""

_MAX_CACHED_KEYS = 1_000
"""How many keys are remembered, a name, as being other names: more than any schema has."""


def is_complex(value: object) -> bool:
    """Return whether a value has parts: a model or a mapping."""
    return value.__class__ is dict or isinstance(value, BaseModel | Mapping)


def is_assigned(value: object, *, allow_empty_string: bool = True) -> bool:
    """Return whether there is a value: not null, and not made of nulls alone (RFC 7643 §2.5).

    Args:
        value: any value, as a model or a mapping holds it.
        allow_empty_string: whether an empty text counts as a value; for the operator `pr` it does not.
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
        if count > _CYCLE_CHECK_THRESHOLD:  # by now it may be something that holds itself
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


@functools.lru_cache(maxsize=4096)
def get_other_keys(name: str) -> set[Any]:  # noqa: ARG001  # the cache keeps one set a name
    """Return the keys that are known to be other names than this one; whoever meets more adds them.

    With `mapping.keys() <= other_names(name)` it takes no loop to see that a name is not there in any
    spelling.
    """
    return set()


def make_getter(step: PathStep) -> Callable[[Any], Any]:
    """Return a function from a complex value to what it holds under a name; `None` where nothing."""
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

    def get_value(node: Any) -> Any:
        if node.__class__ is dict:
            return get_from_mapping(node)
        if isinstance(node, BaseModel):
            value = _get_field_value(node, field, folded)
            # What nobody declared, and what could not be read, is kept beside the fields as it came.
            extra = node.__pydantic_extra__
            return get_from_mapping(extra) if value is None and extra else value
        return get_from_mapping(cast("Any", node)) if isinstance(node, Mapping) else None

    return get_value


def _get_field_value(model: BaseModel, field: str, folded: str) -> Any:
    fields = model.__dict__
    if field in fields:
        return fields[field]
    # The schema is that of a document: the model has Python names of its own.
    slot = get_model_definition(type(model)).by_name.get(folded)
    if slot is None:
        return None
    return fields.get(slot.attribute.field if isinstance(slot, AttributeField) else slot.field)


def make_values_getter(steps: tuple[PathStep, ...]) -> Callable[[Any], list[Any]]:
    """Return a function from a complex value to all assigned values at the end of a way."""
    fetchers = [make_getter(step) for step in steps]
    if not fetchers:
        return lambda node: [node] if is_assigned(node) else []

    def get_values(node: Any) -> list[Any]:
        found = [node]
        for fetch in fetchers:
            below: list[Any] = []
            for holder in found:
                value = fetch(holder)
                if isinstance(value, _COLLECTION_TYPES):
                    below += filter(is_assigned, cast("list[Any]", value))
                elif is_assigned(value):
                    below.append(value)
            found = below
        return found

    return get_values
