"""Batches of resources of one class, read column by column: models, or mappings in wire form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from pydantic import BaseModel

from britive_scim.scim.datatypes import parse_datetime
from britive_scim.scim.definitions.attribute import AttributeType
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.values.node import find_key

__all__ = [
    "Keys",
    "MappingRows",
    "ModelRows",
    "Rows",
    "UnreadableRows",
    "build_rows",
    "decode_rows",
]

Keys = tuple[str, ...]
"""Names in wire form from a resource down to a value; the first may be the URN of an extension."""

_MAX_KNOWN_KEYS = 1000
_DICT_OR_NONE = {dict, type(None)}


class UnreadableRows(Exception):
    """Resources that deviate from the form that these rows can read; they are decoded, or encoded, first."""


class Rows(Protocol):
    """Batch of resources."""

    resources: Sequence[Any]

    def get_values(self, keys: Keys, type_: AttributeType | None = None) -> list[Any]:
        """Return the value of each resource at some keys; `None` for a missing one.

        Args:
            keys: the keys.
            type_: type of the values, if it shall be ensured.
        """
        ...

    def get_elements(self, attribute: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:
        """Return the sub-attributes, by name, of complex values of an attribute that have these names in both forms."""
        ...

    def has_only(self, value: Any, keys: frozenset[str]) -> bool:
        """Return whether a complex value has no other sub-attributes than these."""
        ...


class ModelRows:
    """Batch of models of one class.

    Args:
        resources: the models.
        model: their class.
    """

    def __init__(self, resources: Sequence[Resource], model: type[BaseModel]) -> None:
        self.resources = resources
        self._holders: dict[Keys, tuple[Sequence[Any], type[BaseModel] | None]] = {
            (): (resources, model)
        }

    def get_values(self, keys: Keys, type_: AttributeType | None = None) -> list[Any]:  # noqa: ARG002 - models have the types of their classes
        """Return the value of each resource at some keys; `None` for a missing one."""
        holders, model = self._get_holders(keys[:-1])
        return _get_model_values(holders, model, keys[-1])[0]

    def _get_holders(self, keys: Keys) -> tuple[Sequence[Any], type[BaseModel] | None]:
        """Return the complex values that have the last attribute of a path, and their class."""
        found = self._holders.get(keys)
        if found is None:
            parents, model = self._get_holders(keys[:-1])
            found = self._holders[keys] = _get_model_values(parents, model, keys[-1])
        return found

    def get_elements(self, attribute: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:  # noqa: ARG002 - models have their class
        """Return the sub-attributes, by name, of complex values of an attribute."""
        try:
            return [value.__dict__ for value in values]
        except AttributeError:
            raise UnreadableRows from None  # plain data assigned instead of a model

    def has_only(self, value: Any, keys: frozenset[str]) -> bool:
        """Return whether a complex value has no other sub-attributes than these."""
        return (
            isinstance(value, BaseModel)
            and not value.__pydantic_extra__
            and value.__pydantic_fields_set__ <= keys
        )


def _get_model_values(
    holders: Sequence[Any], model: type[Any] | None, key: str
) -> tuple[list[Any], type[BaseModel] | None]:
    """Return an attribute of models, and the class of its values."""
    declared = get_model_definition(cast("type[BaseModel]", model)).by_name.get(fold(key))
    try:
        if declared is None:
            return [
                None if holder is None else _get_undeclared(holder.__pydantic_extra__, key)
                for holder in holders
            ], None
        field = declared.field
        return [
            None if holder is None else holder.__dict__[field] for holder in holders
        ], declared.nested_model
    except (AttributeError, KeyError):
        raise UnreadableRows from None  # plain data assigned instead of a model


def _get_undeclared(values: Mapping[str, Any] | None, key: str) -> Any:
    """Return the value of an attribute that the class does not declare, in any case of its name."""
    if not values:
        return None
    if key in values:
        return values[key]
    other = find_key(values, key)
    return None if other is None else values[other]


class MappingRows:
    """Batch of mappings in exact wire form: declared spelling and types.

    Args:
        resources: the mappings.
        model: class that declares them.
    """

    def __init__(self, resources: Sequence[dict[str, Any]], model: type[BaseModel]) -> None:
        self.resources = resources
        _check_spelling(resources, model)
        self._model = model
        self._elements: dict[str, type[BaseModel]] = {}
        self._holders: dict[Keys, tuple[Sequence[Any], type[BaseModel] | None]] = {
            (): (resources, model)
        }

    def get_values(self, keys: Keys, type_: AttributeType | None = None) -> list[Any]:
        """Return the value of each resource at some keys; `None` for a missing one."""
        holders, model = self._get_holders(keys[:-1])
        key = keys[-1]
        if model is None or fold(key) in get_model_definition(model).by_name:
            values = [None if holder is None else holder.get(key) for holder in holders]
        else:
            values = [_get_undeclared(holder, key) for holder in holders]
        return values if type_ is None else _ensure_type(values, type_)

    def _get_holders(self, keys: Keys) -> tuple[Sequence[Any], type[BaseModel] | None]:
        found = self._holders.get(keys)
        if found is not None:
            return found
        parents, model = self._get_holders(keys[:-1])
        key = keys[-1]
        holders = [None if parent is None else parent.get(key) for parent in parents]
        declared = get_model_definition(cast("type[BaseModel]", model)).by_name[fold(key)]
        nested = cast("type[BaseModel]", declared.nested_model)  # paths go through complex values
        if not set(map(type, holders)) <= _DICT_OR_NONE:
            raise UnreadableRows
        _check_spelling([holder for holder in holders if holder], nested)
        found = self._holders[keys] = holders, nested
        return found

    def get_elements(self, attribute: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:
        """Return the sub-attributes, by name, of complex values of an attribute."""
        model = self._elements.get(attribute)
        if model is None:
            declared = get_model_definition(self._model).by_name.get(fold(attribute))
            model = self._elements[attribute] = (declared and declared.nested_model) or BaseModel
        for value in values:
            if value.__class__ is not dict:
                raise UnreadableRows
        _check_spelling(values, model)
        return cast("list[Mapping[str, Any]]", values)

    def has_only(self, value: Any, keys: frozenset[str]) -> bool:
        """Return whether a complex value has no other sub-attributes than these."""
        return value.__class__ is dict and value.keys() <= keys


def _check_spelling(holders: Sequence[Any], model: type[BaseModel]) -> None:
    """Check that objects have the declared spelling of declared names.

    Raises:
        UnreadableRows: a name differs in case, or is not a string.
    """
    known = _KNOWN_KEYS.get(model)
    if known is None:
        definition = get_model_definition(model)
        known = _KNOWN_KEYS[model] = {item.name for item in definition.by_name.values()}
    for holder in holders:
        if not holder.keys() <= known:
            _learn_keys(holder, model, known)


_KNOWN_KEYS: dict[type[BaseModel], set[Any]] = {}
"""Keys that are declared names, or differ from all of them in any case, by class."""


def _learn_keys(holder: Mapping[Any, Any], model: type[BaseModel], known: set[Any]) -> None:
    by_name = get_model_definition(model).by_name
    for key in holder:
        if key in known:
            continue
        if not isinstance(key, str) or fold(key) in by_name:
            raise UnreadableRows
        if len(known) < _MAX_KNOWN_KEYS:
            known.add(key)


_JSON_TYPES: Mapping[str, set[type[Any]]] = {
    "string": {str, type(None)},
    "reference": {str, type(None)},
    "binary": {str, type(None)},
    "boolean": {bool, type(None)},
    "integer": {int, type(None)},
    "decimal": {int, float, type(None)},
    "dateTime": {str, type(None)},
}


def _ensure_type(values: list[Any], type_: AttributeType) -> list[Any]:
    """Return values of a type; times are parsed.

    Raises:
        UnreadableRows: a value has another type, or is an empty string, which reading leaves out of some types.
    """
    if not set(map(type, values)) <= _JSON_TYPES[type_]:
        raise UnreadableRows
    return [_parse_time(value) for value in values] if type_ == "dateTime" else values


def _parse_time(value: str | None) -> datetime | None:
    if value is None:
        return None
    if value[-1:] == "Z" and value[10:11] == "T":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass  # a form that servers send, too
    time = parse_datetime(value)
    if time is None:
        raise UnreadableRows
    return time


def build_rows(resources: Sequence[Any], model: type[Resource]) -> list[Rows]:
    """Return batches of resources, in order, each of one class and form.

    Args:
        resources: models, or mappings in wire form.
        model: class of the mappings.
    """
    batches: list[Rows] = []
    start = 0
    types = list(map(type, resources))
    while start < len(resources):
        first = types[start]
        end = start + 1
        while end < len(resources) and types[end] is first:
            end += 1
        batches.append(_build_rows_of_one_type(resources[start:end], first, model))
        start = end
    return batches


def _build_rows_of_one_type(
    resources: Sequence[Any], type_: type[Any], model: type[Resource]
) -> Rows:
    if issubclass(type_, Resource):
        return ModelRows(resources, type_)
    if type_ is dict:
        try:
            return MappingRows(resources, model)
        except UnreadableRows:
            pass
    return decode_rows(resources, model)


def decode_rows(resources: Sequence[Any], model: type[Resource]) -> ModelRows:
    """Return a batch of models that were decoded from any form."""
    models: list[Resource] = []
    for resource in resources:
        if isinstance(resource, Resource):
            models.append(type(resource).from_wire(resource.to_wire()))
        else:
            models.append(model.from_wire(resource))
    cls = type(models[0]) if models else model
    return ModelRows(models, cls)
