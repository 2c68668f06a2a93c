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
from britive_scim.scim.codec.decode import validator_of
from britive_scim.scim.codec.json import path_text
from britive_scim.scim.definitions.fields import ExtensionSlot, Slot, shape_of
from britive_scim.scim.plain import is_list

__all__ = ["with_models"]

Step = str | int


def with_models(model: BaseModel) -> BaseModel:
    """Return a copy of a model that holds models wherever its class declares them.

    Args:
        model: not changed, nor is what it holds.

    Raises:
        InvalidResource: something cannot be what the class declares; the attribute is named.
    """
    return _modelled(model, (), type(model).__name__)


def _modelled(model: BaseModel, steps: tuple[Step, ...], whole: str) -> BaseModel:
    copy = model.model_copy()
    fields = vars(copy)
    for slot in shape_of(type(model)).by_name.values():
        value = fields[slot.field]
        here = (*steps, slot.name)
        if not _fits(slot, value):
            value = _validated(copy, slot.field, value, here, whole)
        if isinstance(value, BaseModel):
            fields[slot.field] = _modelled(value, here, whole)
        elif is_list(value):
            fields[slot.field] = [
                _modelled(item, (*here, position), whole) if isinstance(item, BaseModel) else item
                for position, item in enumerate(value)
            ]
    return copy


def _fits(slot: Slot | ExtensionSlot, value: Any) -> bool:
    """Return whether a value is written as it is; what a user's own annotation says, pydantic writes."""
    if value is None or (isinstance(slot, Slot) and not slot.plain):
        return True
    inner = slot.inner
    wanted = datetime if inner is None and _is_moment(slot) else BaseModel
    if inner is None and wanted is BaseModel:
        return not _is_many(slot) or is_list(value)
    if _is_many(slot):
        return is_list(value) and all(isinstance(item, wanted) for item in value)
    return isinstance(value, wanted)


def _is_moment(slot: Slot | ExtensionSlot) -> bool:
    return isinstance(slot, Slot) and slot.attribute.type == "dateTime"


def _is_many(slot: Slot | ExtensionSlot) -> bool:
    return isinstance(slot, Slot) and slot.attribute.multi_valued


def _validated(copy: BaseModel, field: str, value: Any, steps: Sequence[Step], whole: str) -> Any:
    """Return a value as the constructor would take it, in Python's or in SCIM's spelling."""
    if isinstance(value, tuple | set | frozenset):
        value = list(cast("Sequence[Any]", value))
    try:
        validator_of(type(copy)).validate_assignment(copy, field, value)
    except ValidationError as error:
        problems = [
            f"{path_text((*steps, *problem['loc'][1:]))}: {problem['msg']}"
            for problem in error.errors(
                include_url=False, include_context=False, include_input=False
            )
        ]
        raise InvalidResource(f"{whole} cannot be written", problems=problems) from None
    return copy.__dict__[field]
