"""Explicitly emptied attributes of a model.

`to_wire` omits attributes without a value, so it does not distinguish an attribute that was emptied from one that was
never set. A PUT request must express the difference: a server may keep an omitted attribute (RFC 7644 §3.5.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from britive_scim.scim.codec.coerce import coerce_models
from britive_scim.scim.definitions.fields import (
    AttributeField,
    ExtensionField,
    get_model_definition,
)
from britive_scim.scim.names import fold
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import find_key
from britive_scim.scim.values.notes import EMPTIED, REPLACED, get_note, is_unknown

__all__ = ["find_emptied"]


def find_emptied(model: BaseModel) -> dict[str, Any]:
    """Return the readWrite attributes without a value that were set, deleted, or unassigned by a PATCH request.

    The constructor, decoding and assignment set attributes. Empty members of a group count only if they were not read
    from a response: some servers hide members. `None` means unknown.

    Args:
        model: the resource; not changed.

    Returns:
        In wire form, `None` for a single-valued attribute, `[]` for a list. For a complex value or an extension
        that is not `None`, an object of its emptied attributes.

    Raises:
        InvalidResource: an assigned value cannot be converted to its declared class.
    """
    emptied = _find_emptied(model)
    unassigned: frozenset[str] = get_note(model, EMPTIED, frozenset())
    for model_field in get_model_definition(type(model)).fields:
        if model_field.name not in unassigned and is_unknown(model, model_field.field):
            emptied.pop(model_field.name, None)
    return emptied


def _find_emptied(model: BaseModel) -> dict[str, Any]:
    definition = get_model_definition(type(model))
    if any(
        model_field.nested_model is not None
        and isinstance(model.__dict__[model_field.field], Mapping)
        for model_field in definition.by_name.values()
    ):
        model = coerce_models(model)  # plain data was assigned
    extra = model.__pydantic_extra__ or {}
    unread = {fold(name) for name, value in extra.items() if value is not None}
    unassigned: frozenset[str] = get_note(model, EMPTIED, frozenset())
    replaced: dict[str, frozenset[str]] = get_note(model, REPLACED, {})
    emptied: dict[str, Any] = {}
    for model_field in definition.by_name.values():
        if fold(model_field.name) in unread or not _is_writable(model_field):
            continue  # unread values are written back
        value = model.__dict__[model_field.field]
        inner = None
        if isinstance(value, BaseModel):
            inner = _find_emptied(value)
            if is_assigned(value):
                lost = _find_lost(value, replaced.get(model_field.field, frozenset()))
                inner = {**lost, **inner}
        if inner:
            emptied[model_field.name] = inner
        elif not is_assigned(value) and (
            model_field.name in unassigned or model_field.field in model.model_fields_set
        ):
            emptied[model_field.name] = [] if _is_multi_valued(model_field) else None
    names = (*extra, *unassigned)
    for name in names:
        urn = next((other for other in names if name.startswith(f"{other}:")), None)
        if urn is None:
            if extra.get(name) is None and fold(name) not in definition.by_name:
                emptied[name] = None
        elif isinstance(extra.get(urn), Mapping):  # an attribute of an extension without a class
            attribute_name = name[len(urn) + 1 :]
            if find_key(extra[urn], attribute_name) is None:
                emptied.setdefault(urn, {})[attribute_name] = None
    return emptied


def _find_lost(value: BaseModel, names: frozenset[str]) -> dict[str, Any]:
    """Return the readWrite attributes with these names that a value does not have; it replaced one that had them."""
    definition = get_model_definition(type(value))
    extra = value.__pydantic_extra__ or {}
    lost: dict[str, Any] = {}
    for name in sorted(names):
        model_field = definition.by_name.get(fold(name))
        if model_field is None:
            if extra.get(name) is None:
                lost[name] = None
        elif _is_writable(model_field) and not is_assigned(value.__dict__[model_field.field]):
            lost[model_field.name] = [] if _is_multi_valued(model_field) else None
    return lost


def _is_writable(model_field: AttributeField | ExtensionField) -> bool:
    return isinstance(model_field, ExtensionField) or (
        model_field.attribute.mutability == "readWrite"
    )


def _is_multi_valued(model_field: AttributeField | ExtensionField) -> bool:
    return isinstance(model_field, AttributeField) and model_field.attribute.multi_valued
