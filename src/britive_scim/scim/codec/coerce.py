"""Conversion of plain data that was assigned to a model to the declared model classes.

The constructor validates its arguments. An assignment stores any value, and so does appending to a
list. Such values are converted when the model is encoded, and only if encoding fails without it.
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
    """Return a copy of a model with its values converted to the declared model classes.

    Args:
        model: the model; neither it nor its values are changed.

    Raises:
        InvalidResource: a value cannot be converted; the message names the attribute.
    """
    return _coerce_model(model, (), type(model).__name__)


def _coerce_model(model: BaseModel, steps: tuple[PathSegment, ...], root_name: str) -> BaseModel:
    copy = model.model_copy()
    values = vars(copy)
    for model_field in get_model_definition(type(model)).by_name.values():
        value = values[model_field.field]
        path = (*steps, model_field.name)
        if not _is_encodable(model_field, value):
            value = _validate_field(copy, model_field.field, value, path, root_name)
        if isinstance(value, BaseModel):
            values[model_field.field] = _coerce_model(value, path, root_name)
        elif is_list(value):
            values[model_field.field] = [
                _coerce_model(item, (*path, index), root_name)
                if isinstance(item, BaseModel)
                else item
                for index, item in enumerate(value)
            ]
    return copy


def _is_encodable(model_field: AttributeField | ExtensionField, value: Any) -> bool:
    """Return whether a value can be encoded unchanged; fields of foreign types are left to pydantic."""
    if isinstance(model_field, ExtensionField):
        return value is None or isinstance(value, BaseModel)
    if value is None or not model_field.is_native:
        return True
    attribute = model_field.attribute
    if model_field.nested_model is not None:
        expected: type[Any] = BaseModel
    elif attribute.type == "dateTime":
        expected = datetime
    else:
        return not attribute.multi_valued or is_list(value)
    if attribute.multi_valued:
        return is_list(value) and all(isinstance(item, expected) for item in value)
    return isinstance(value, expected)


def _validate_field(
    copy: BaseModel, field: str, value: Any, path: Sequence[PathSegment], root_name: str
) -> Any:
    """Validate a value like the constructor, with Python or SCIM names."""
    if isinstance(value, tuple | set | frozenset):
        value = list(cast("Sequence[Any]", value))
    try:
        get_validator(type(copy)).validate_assignment(copy, field, value)
    except ValidationError as error:
        problems = [
            f"{format_path((*path, *problem['loc'][1:]))}: {problem['msg']}"
            for problem in error.errors(
                include_url=False, include_context=False, include_input=False
            )
        ]
        raise InvalidResource(
            f"attributes of {root_name} must have values of their types", problems=problems
        ) from None
    return copy.__dict__[field]
