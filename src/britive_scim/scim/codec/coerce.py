"""Plain data that was assigned to a model, made into the models its class declares.

The constructor does that by itself. An assignment takes what it is given, and so does a list that is
appended to; what they were given is looked at when it is written, and only where writing stumbles.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from britive_scim.errors import InvalidResource
from britive_scim.scim.codec.decode import get_validator
from britive_scim.scim.codec.json import format_path
from britive_scim.scim.definitions.fields import (
    AttributeField,
    ExtensionField,
    get_model_definition,
)
from britive_scim.scim.json_values import is_list

__all__ = ["coerce_models"]

PathSegment = str | int


def coerce_models(model: BaseModel) -> BaseModel:
    """Return a copy of a model that holds models wherever its class declares them.

    Args:
        model: not changed, nor is what it holds.

    Raises:
        InvalidResource: something cannot be what the class declares; the attribute is named.
    """
    return _coerce_model(model, (), type(model).__name__)


def _coerce_model(model: BaseModel, steps: tuple[PathSegment, ...], root_name: str) -> BaseModel:
    copy = model.model_copy()
    fields = vars(copy)
    for slot in get_model_definition(type(model)).by_name.values():
        value = fields[slot.field]
        here = (*steps, slot.name)
        if not _is_encodable(slot, value):
            value = _validate_field(copy, slot.field, value, here, root_name)
        if isinstance(value, BaseModel):
            fields[slot.field] = _coerce_model(value, here, root_name)
        elif is_list(value):
            fields[slot.field] = [
                _coerce_model(item, (*here, position), root_name)
                if isinstance(item, BaseModel)
                else item
                for position, item in enumerate(value)
            ]
    return copy


def _is_encodable(model_field: AttributeField | ExtensionField, value: Any) -> bool:
    """Return whether a value is written as it is; what a user's own annotation says, pydantic writes."""
    if value is None or (isinstance(model_field, AttributeField) and not model_field.is_native):
        return True
    inner = model_field.nested_model
    wanted = datetime if inner is None and _is_datetime(model_field) else BaseModel
    if inner is None and wanted is BaseModel:
        return not _is_multi_valued(model_field) or is_list(value)
    if _is_multi_valued(model_field):
        return is_list(value) and all(isinstance(item, wanted) for item in value)
    return isinstance(value, wanted)


def _is_datetime(model_field: AttributeField | ExtensionField) -> bool:
    return isinstance(model_field, AttributeField) and model_field.attribute.type == "dateTime"


def _is_multi_valued(model_field: AttributeField | ExtensionField) -> bool:
    return isinstance(model_field, AttributeField) and model_field.attribute.multi_valued


def _validate_field(
    copy: BaseModel, field: str, value: Any, steps: Sequence[PathSegment], root_name: str
) -> Any:
    """Return a value as the constructor would take it, in Python's or in SCIM's spelling."""
    if isinstance(value, tuple | set | frozenset):
        value = list(cast("Sequence[Any]", value))
    try:
        get_validator(type(copy)).validate_assignment(copy, field, value)
    except ValidationError as error:
        problems = [
            f"{format_path((*steps, *problem['loc'][1:]))}: {problem['msg']}"
            for problem in error.errors(
                include_url=False, include_context=False, include_input=False
            )
        ]
        raise InvalidResource(f"{root_name} cannot be written", problems=problems) from None
    return copy.__dict__[field]
