"""One complex value as it stands, model or mapping: read by attribute, copied, written.

A resource, an extension, a name, one e-mail address: each is a pydantic model or a mapping in wire
form, and one may hold the other. Everything that walks resources (paths, PATCH, diff) does it by
these functions and so need not know which it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Final, TypeGuard, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from britive_scim.scim.datatypes import to_aware_datetime
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.definitions.fields import AttributeField, get_model_definition
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.names import fold
from britive_scim.scim.values.lookup import is_assigned

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
"""Python name of an attribute that no model declares, and whose name is spelled as the data has it."""

UNDECLARED: Final = ":"
"""Python name of an attribute that no model declares."""

Node = BaseModel | Mapping[str, Any]
"""A complex value: a model, or a mapping in wire form."""


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Return whether a value is a mapping."""
    return value.__class__ is dict or isinstance(value, Mapping)


def is_collection(value: object) -> TypeGuard[Collection[Any]]:
    """Return whether a value is a collection of values, such as a multi-valued attribute holds."""
    return value.__class__ is list or isinstance(value, list | tuple | set | frozenset)


def is_node(value: object) -> TypeGuard[Node]:
    """Return whether a value is complex."""
    return value.__class__ is dict or isinstance(value, BaseModel | Mapping)


def get_value(node: Node, attribute: Attribute) -> Any:
    """Return what a complex value holds for an attribute, as it stands; `None` where nothing.

    In a mapping the name is found in any case. Where a model could not read a single value, the raw
    value it kept is returned; raw elements of lists stay aside.
    """
    name = attribute.name
    if node.__class__ is dict or not isinstance(node, BaseModel):
        mapping: Any = node  # as everywhere here: a cast costs a call
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
    """Return the Python name under which a model has an attribute; `None` where it declares none."""
    if attribute.field in model.__dict__:
        return attribute.field
    # The schema may be that of a document, while the model has names of its own.
    slot = get_model_definition(type(model)).by_name.get(fold(attribute.name))
    if slot is None:
        return None
    return slot.attribute.field if isinstance(slot, AttributeField) else slot.field


def has_value(node: Node, attribute: Attribute) -> bool:
    """Return whether a complex value holds anything for an attribute, unreadable values included."""
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
    """Return the key under which a mapping has a name, in another case, or `None`."""
    size, folded = len(name), fold(name)
    for key in mapping:
        # The length tells most apart, before anything is folded.
        if isinstance(key, str) and len(key) == size and fold(key) == folded:
            return key
    return None


def list_names(node: Node) -> list[str]:
    """Return the names of what a complex value holds, in wire spelling; what is no text is no name."""
    if isinstance(node, BaseModel):
        shape = get_model_definition(type(node))
        held = [
            s.attribute.name
            for s in shape.fields
            if node.__dict__.get(s.attribute.field) is not None
        ]
        held += [e.urn for e in shape.extensions if node.__dict__.get(e.field) is not None]
        return [*held, *(node.__pydantic_extra__ or ())]
    held_by_name: Any = node
    return [name for name in held_by_name if isinstance(name, str)]


def list_explicit_names(node: Node) -> set[str]:
    """Return the folded names that were said, be it with `None`: keys, or fields that were set."""
    if isinstance(node, BaseModel):
        shape = get_model_definition(type(node))
        said = {
            fold(s.attribute.name)
            for s in shape.fields
            if s.attribute.field in node.model_fields_set
        }
        said |= {fold(e.urn) for e in shape.extensions if e.field in node.model_fields_set}
        return said | {fold(name) for name in node.__pydantic_extra__ or ()}
    return {fold(name) for name in list_names(node)}


def to_list(value: object) -> list[Any]:
    """Return the values of a multi-valued attribute, whatever it was given as; not a copy of a list."""
    held: Any = value
    if held.__class__ is list:
        return held
    if value is None:
        return []
    if is_collection(held):
        return list(held)
    return [value]


# ----------------------------------------------------------------------------- writing


def copy_node(node: Node) -> Node:
    """Return a shallow copy that may be written to; a mapping becomes a `dict`."""
    if node.__class__ is dict or not isinstance(node, BaseModel):
        mapping: Any = node
        return dict(mapping)
    return node.model_copy()


def set_value(node: Node, attribute: Attribute, value: Any) -> None:
    """Write a value, one that `convert_value` returned, into a copy."""
    held: Any = node
    if held.__class__ is dict:
        if attribute.name in held:  # as it mostly is: a call less
            held[attribute.name] = value
        else:
            _set_in_mapping(held, attribute, value)
        return
    field = find_field_name(held, attribute)
    if field is not None:
        discard_unread(held, attribute)
        held.__dict__[field] = value
        held.__pydantic_fields_set__.add(field)
    else:
        _set_in_mapping(_get_extra(held), attribute, value)


def set_values(node: Node, attribute: Attribute, values: list[Any]) -> None:
    """Write the values of a multi-valued attribute, each of which `convert_value` returned, into a copy."""
    held: Any = node
    field = None if held.__class__ is dict else find_field_name(held, attribute)
    if field is not None:
        kind = _find_collection_type(type(cast("BaseModel", node)), field)
        held.__dict__[field] = values if kind is list else kind(values)
        held.__pydantic_fields_set__.add(field)
    else:
        set_value(held, attribute, values)


def unassign(node: Node, attribute: Attribute) -> None:
    """Unassign an attribute in a copy."""
    held: Any = node
    if held.__class__ is dict:
        _remove_from_mapping(held, attribute)
        return
    field = find_field_name(held, attribute)
    if field is not None:
        discard_unread(held, attribute)
        held.__dict__[field] = None
        held.__pydantic_fields_set__.discard(field)
    else:
        _remove_from_mapping(_get_extra(held), attribute)


def discard_unread(node: Node, attribute: Attribute) -> None:
    """Forget what a model could not read as an attribute: another value takes its place, or none."""
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
    name = attribute.name
    key = (
        name if name in mapping or attribute.field == UNDECLARED_EXACT else find_key(mapping, name)
    )
    if key is not None:
        mapping.pop(key, None)


# ----------------------------------------------------------------------------- from the wire


def convert_value(node: Node, attribute: Attribute, value: Any) -> Any:
    """Return one checked value in wire form as `node` would hold it: its model where it has one.

    Args:
        node: the complex value it is meant for.
        attribute: which attribute of it; of a multi-valued one, `value` is one of the values.
        value: in wire form, spelled as the schema has it, without nulls.

    Raises:
        pydantic.ValidationError: the model is narrower than the schema that checked the value.
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
    """Return the value with its dateTimes read; xsd:dateTime may lack the zone, a moment may not."""
    if attribute.type == "dateTime" and isinstance(value, str):
        return to_aware_datetime(value)
    if attribute.type == "complex" and is_object(value):
        members = value
        for sub in attribute.sub_attributes:
            if sub.type in {"dateTime", "complex"} and sub.name in members:
                given = members[sub.name]
                read = (
                    [_parse_datetimes(sub, item) for item in given]
                    if is_list(given)
                    else _parse_datetimes(sub, given)
                )
                members = {**members, sub.name: read}
        return members
    return value


@functools.lru_cache(maxsize=4096)
def _get_field_validator(cls: type[BaseModel], field: str) -> Callable[[Any], Any]:
    """Return what makes one value for a field out of one in wire form."""
    shape = get_model_definition(cls)
    for extension in shape.extensions:
        if extension.field == field:
            return extension.model.model_validate
    slot = next(slot for slot in shape.fields if slot.attribute.field == field)
    if slot.is_native:
        model = slot.attribute.model
        return _return_unchanged if model is None else model.model_validate
    info = cls.model_fields[field]
    annotation: Any = Annotated[(info.annotation, field, *info.metadata)]  # it wants two at least
    whole: TypeAdapter[Any] = TypeAdapter(annotation)
    if not slot.attribute.multi_valued:
        return whole.validate_python
    return lambda value: next(iter(whole.validate_python([value])))


def _return_unchanged(value: Any) -> Any:
    return value


@functools.lru_cache(maxsize=4096)
def _find_collection_type(cls: type[BaseModel], field: str) -> type[Any]:
    """Return `list`, or what a class takes the values of a field in instead."""
    pending: list[Any] = [cls.model_fields[field].annotation]
    while pending:
        annotation = pending.pop()
        origin = get_origin(annotation)
        if origin in {tuple, set, frozenset}:
            return cast("type[Any]", origin)
        if origin is not list:
            pending += get_args(annotation)
    return list
