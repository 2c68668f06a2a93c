"""Nodes: uniform access to the attributes of a complex value, whether model or mapping.

A resource, an extension, a name or an e-mail address is a pydantic model or a mapping in wire form,
and may contain either. Paths, PATCH and diff access both by these functions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Final, TypeGuard, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from typing_extensions import TypeIs

from britive_scim.scim.datatypes import to_aware_datetime
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.definitions.fields import (
    AttributeField,
    ExtensionField,
    ModelDefinition,
    get_model_definition,
)
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.names import fold
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.notes import note_emptied

__all__ = [
    "UNDECLARED",
    "UNDECLARED_EXACT",
    "Node",
    "convert_value",
    "copy_node",
    "find_key",
    "get_value",
    "has_value",
    "is_collection",
    "is_mapping",
    "is_node",
    "list_explicit_names",
    "list_names",
    "set_value",
    "set_values",
    "to_list",
    "unassign",
]

UNDECLARED_EXACT: Final = "="
"""Python name of an undeclared attribute whose name has the exact spelling of the data."""

UNDECLARED: Final = ":"
"""Python name of an undeclared attribute."""

Node = BaseModel | Mapping[str, Any]
"""Complex value: a model, or a mapping in wire form."""


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Return whether a value is a mapping."""
    return value.__class__ is dict or isinstance(value, Mapping)


def is_collection(value: object) -> TypeGuard[Collection[Any]]:
    """Return whether a value is a collection: the value of a multi-valued attribute."""
    return value.__class__ is list or isinstance(value, list | tuple | set | frozenset)


def is_node(value: object) -> TypeIs[Node]:
    """Return whether a value is complex: a model or a mapping."""
    return value.__class__ is dict or isinstance(value, BaseModel | Mapping)


def get_value(node: Node, attribute: Attribute) -> Any:
    """Return the value of an attribute, or `None`.

    Keys of a mapping are case-insensitive. The raw value of an unread single-valued attribute is
    returned; unread elements of lists are not.
    """
    name = attribute.name
    if node.__class__ is dict or not isinstance(node, BaseModel):
        mapping: Any = node  # here and below: a cast() would cost a call
        return mapping[name] if name in mapping else _get_in_other_case(mapping, attribute)
    extra = node.__pydantic_extra__
    field = find_field_name(node, attribute)
    if field is not None:
        value = node.__dict__[field]
        if value is not None or not extra or attribute.multi_valued:
            return value
    if not extra:
        return None
    return extra[name] if name in extra else _get_in_other_case(extra, attribute)


def find_field_name(model: BaseModel, attribute: Attribute) -> str | None:
    """Return the Python name of an attribute on a model, or `None` if the model does not declare it."""
    if attribute.field in model.__dict__:
        return attribute.field
    # With the schema of a document, the Python names of the model may differ.
    model_field = get_model_definition(type(model)).by_name.get(fold(attribute.name))
    return None if model_field is None else model_field.field


def has_value(node: Node, attribute: Attribute) -> bool:
    """Return whether an attribute has a value, including unread values."""
    if is_assigned(get_value(node, attribute)):
        return True
    extra = node.__pydantic_extra__ if isinstance(node, BaseModel) else None
    return extra is not None and is_assigned(extra.get(attribute.name))


def _get_in_other_case(mapping: Mapping[str, Any], attribute: Attribute) -> Any:
    if attribute.field == UNDECLARED_EXACT:
        return None
    key = find_key(mapping, attribute.name)
    return None if key is None else mapping[key]


def find_key(mapping: Mapping[Any, Any], name: str) -> str | None:
    """Return the key of a mapping that equals a name case-insensitively, or `None`."""
    size, folded = len(name), fold(name)
    for key in mapping:
        # Comparing lengths first avoids most case folding.
        if isinstance(key, str) and len(key) == size and fold(key) == folded:
            return key
    return None


def list_names(node: Node) -> list[str]:
    """Return the wire names of the attributes that have a value; keys other than strings are ignored."""
    if isinstance(node, BaseModel):
        definition = get_model_definition(type(node))
        declared = [
            field.name
            for field in _list_fields(definition)
            if node.__dict__.get(field.field) is not None
        ]
        return [*declared, *(node.__pydantic_extra__ or ())]
    mapping: Any = node
    return [name for name in mapping if isinstance(name, str)]


def _list_fields(definition: ModelDefinition) -> list[AttributeField | ExtensionField]:
    return [*definition.fields, *definition.extensions]


def list_explicit_names(node: Node) -> set[str]:
    """Return the folded names that are set explicitly, even to `None`: keys, or fields set."""
    if isinstance(node, BaseModel):
        definition = get_model_definition(type(node))
        declared = {
            fold(field.name)
            for field in _list_fields(definition)
            if field.field in node.model_fields_set
        }
        return declared | {fold(name) for name in node.__pydantic_extra__ or ()}
    return {fold(name) for name in list_names(node)}


def to_list(value: object) -> list[Any]:
    """Return the values of a multi-valued attribute as a list; a list is returned itself, not a copy."""
    values: Any = value
    if values.__class__ is list:
        return values
    if value is None:
        return []
    if is_collection(values):
        return list(values)
    return [value]


# ----------------------------------------------------------------------------- writing


def copy_node(node: Node) -> Node:
    """Return a shallow, mutable copy; a mapping becomes a `dict`."""
    if node.__class__ is dict or not isinstance(node, BaseModel):
        mapping: Any = node
        return dict(mapping)
    return node.model_copy()


def set_value(node: Node, attribute: Attribute, value: Any) -> None:
    """Set an attribute of a copied node.

    Args:
        node: the copy; changed.
        attribute: the attribute.
        value: a value returned by `convert_value`.
    """
    copy: Any = node
    if copy.__class__ is dict:
        if attribute.name in copy:  # the usual case, without a call
            copy[attribute.name] = value
        else:
            _set_in_mapping(copy, attribute, value)
        return
    field = find_field_name(copy, attribute)
    if field is not None:
        discard_unread(copy, attribute)
        copy.__dict__[field] = value
        copy.__pydantic_fields_set__.add(field)
    else:
        _set_in_mapping(_get_extra(copy), attribute, value)


def set_values(node: Node, attribute: Attribute, values: list[Any]) -> None:
    """Set a multi-valued attribute of a copied node.

    Args:
        node: the copy; changed.
        attribute: the attribute.
        values: values returned by `convert_value`.
    """
    copy: Any = node
    field = None if copy.__class__ is dict else find_field_name(copy, attribute)
    if field is not None:
        collection_type = _find_collection_type(type(cast("BaseModel", node)), field)
        copy.__dict__[field] = values if collection_type is list else collection_type(values)
        copy.__pydantic_fields_set__.add(field)
    else:
        set_value(copy, attribute, values)


def unassign(node: Node, attribute: Attribute) -> None:
    """Unassign an attribute of a copied node; on a model, a note records it."""
    copy: Any = node
    if copy.__class__ is dict:
        _remove_from_mapping(copy, attribute)
        return
    note_emptied(copy, attribute.name)
    field = find_field_name(copy, attribute)
    if field is not None:
        discard_unread(copy, attribute)
        copy.__dict__[field] = None
        copy.__pydantic_fields_set__.discard(field)
    else:
        _remove_from_mapping(_get_extra(copy), attribute)


def discard_unread(node: Node, attribute: Attribute) -> None:
    """Remove the unread values of an attribute from a model."""
    if isinstance(node, BaseModel) and node.__pydantic_extra__:
        _remove_from_mapping(node.__pydantic_extra__, attribute)


def _get_extra(node: BaseModel) -> dict[str, Any]:
    extra = node.__pydantic_extra__
    if extra is None:
        extra = {}
        object.__setattr__(node, "__pydantic_extra__", extra)
    return extra


def _set_in_mapping(mapping: dict[str, Any], attribute: Attribute, value: Any) -> None:
    name = attribute.name
    if name not in mapping:
        _remove_from_mapping(mapping, attribute)
    mapping[name] = value


def _remove_from_mapping(mapping: dict[str, Any], attribute: Attribute) -> None:
    if attribute.field == UNDECLARED_EXACT:
        mapping.pop(attribute.name, None)
        return
    while (key := find_key(mapping, attribute.name)) is not None:  # there may be several spellings
        del mapping[key]


# ----------------------------------------------------------------------------- conversion


def convert_value(node: Node, attribute: Attribute, value: Any) -> Any:
    """Convert a single value in wire form to the type that a node requires: a model if it declares one.

    Args:
        node: the node that the value is for.
        attribute: the attribute; for a multi-valued one, `value` is one of its values.
        value: a checked value in the spelling of the schema, without nulls.

    Raises:
        pydantic.ValidationError: the model is stricter than the schema that checked the value.
    """
    if node.__class__ is dict or not isinstance(node, BaseModel):
        return value
    field = find_field_name(node, attribute)
    return (
        value
        if field is None
        else _get_field_validator(type(node), field)(_parse_datetimes(attribute, value))
    )


def _parse_datetimes(attribute: Attribute, value: Any) -> Any:
    """Return the value with dateTimes as aware datetimes; xsd:dateTime may lack the time zone."""
    if attribute.type == "dateTime" and isinstance(value, str):
        return to_aware_datetime(value)
    if attribute.type == "complex" and is_object(value):
        members = value
        for sub in attribute.sub_attributes:
            if sub.type in {"dateTime", "complex"} and sub.name in members:
                member = members[sub.name]
                parsed = (
                    [_parse_datetimes(sub, item) for item in member]
                    if is_list(member)
                    else _parse_datetimes(sub, member)
                )
                members = {**members, sub.name: parsed}
        return members
    return value


@functools.lru_cache(maxsize=4096)
def _get_field_validator(cls: type[BaseModel], field: str) -> Callable[[Any], Any]:
    """Return the function that converts a single value in wire form for a field."""
    definition = get_model_definition(cls)
    for extension in definition.extensions:
        if extension.field == field:
            return extension.model.model_validate
    model_field = next(candidate for candidate in definition.fields if candidate.field == field)
    if model_field.is_native:
        model = model_field.attribute.model
        return _return_unchanged if model is None else model.model_validate
    info = cls.model_fields[field]
    annotation: Any = Annotated[(info.annotation, field, *info.metadata)]  # needs an annotation
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    if not model_field.attribute.multi_valued:
        return adapter.validate_python
    return lambda value: next(iter(adapter.validate_python([value])))


def _return_unchanged(value: Any) -> Any:
    return value


@functools.lru_cache(maxsize=4096)
def _find_collection_type(cls: type[BaseModel], field: str) -> type[Any]:
    """Return the collection type of a multi-valued field: `list`, `tuple`, `set` or `frozenset`."""
    pending: list[Any] = [cls.model_fields[field].annotation]
    while pending:
        annotation = pending.pop()
        origin = get_origin(annotation)
        if origin in {tuple, set, frozenset}:
            return cast("type[Any]", origin)
        if origin is not list:
            pending += get_args(annotation)
    return list
