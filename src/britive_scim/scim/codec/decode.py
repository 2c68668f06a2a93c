"""Decoding of JSON to models: a fast decoder, and a lenient one for input that deviates.

pydantic's core validates JSON text in one call. A generated detector (`codec.residue`) then checks the
undeclared attributes. Only an object that fails either step takes the lenient decoder (`codec.lenient`).

A value that even the lenient decoder rejects is kept as an undeclared attribute of its object, under
its name. Encoding therefore writes it back unchanged, and it survives copy and pickle.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator

from britive_scim.errors import InvalidResource
from britive_scim.scim import names
from britive_scim.scim.codec.encode import UnreadItems
from britive_scim.scim.codec.json import format_path, parse_json, to_json_bytes
from britive_scim.scim.codec.lenient import (
    RejectedValue,
    explain_rejection,
    normalize,
    restore_rejected,
)
from britive_scim.scim.codec.residue import get_residue_detector
from britive_scim.scim.definitions.fields import (
    AttributeField,
    ExtensionField,
    get_model_definition,
)
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.scim.names import fold

__all__ = ["Unread", "decode", "decode_leniently", "decode_mapping", "find_unread", "get_validator"]

_MESSAGE_URNS = frozenset({fold(names.ERROR), fold(names.LIST_RESPONSE)})


@dataclass(frozen=True, slots=True)
class Unread:
    """Value that could not be read, kept unchanged.

    Attributes:
        path: SCIM path with list indexes from 0, such as `emails[0].primary`.
        raw: the unchanged value; not shown by repr.
        reason: why it could not be read.
    """

    path: str
    raw: Any = field(repr=False)
    reason: str


def decode(cls: type[BaseModel], data: Any) -> BaseModel:
    """Decode one object; see `Model.from_wire`."""
    text = to_json_bytes(data)
    try:
        model = get_validator(cls).validate_json(text, by_alias=True, by_name=False)
    except ValidationError:
        model = None
    if model is None or get_residue_detector(cls)(model):
        model = decode_leniently(cls, parse_json(text))
    _refuse_message(cls, model)
    return cast("BaseModel", model)


_BUILD_LOCK = threading.RLock()


def get_validator(cls: type[BaseModel]) -> SchemaValidator:
    """Return the validator of a class, built on first use."""
    if not cls.__pydantic_complete__:
        with _BUILD_LOCK:  # concurrent first uses build a class once
            cls.model_rebuild()
    return cast("SchemaValidator", cls.__pydantic_validator__)


def decode_mapping(cls: type[BaseModel], raw: dict[str, Any]) -> BaseModel:
    """Decode one parsed JSON object, leniently only if the fast decoder fails."""
    try:
        model = get_validator(cls).validate_python(raw, by_alias=True, by_name=False)
    except ValidationError:
        return decode_leniently(cls, raw)
    return (
        decode_leniently(cls, raw) if get_residue_detector(cls)(model) else cast("BaseModel", model)
    )


def _refuse_message(cls: type[BaseModel], model: Any) -> None:
    """Raise for an Error or ListResponse instead of a resource, which would decode to an empty one."""
    if getattr(cls, "__keeps_schemas__", False):
        for urn in model.schemas:
            if fold(urn) in _MESSAGE_URNS:
                name = urn.rpartition(":")[2]
                raise InvalidResource(f"data must be a {cls.__name__}, got a SCIM {name} message")


def decode_leniently(cls: type[BaseModel], raw: Any) -> BaseModel:
    """Decode one parsed JSON object with the lenient decoder.

    Args:
        cls: the model class.
        raw: the parsed value; not changed.

    Raises:
        InvalidResource: the value is not an object, or lacks a value that a custom class requires.
    """
    if not is_object(raw):
        raise InvalidResource(
            f"data must be an object ({cls.__name__}), got {describe_json_type(raw)}"
        )
    normalized, rejected_values = normalize(cls, raw)
    while True:
        try:
            model = get_validator(cls).validate_python(normalized, by_alias=True, by_name=False)
        except ValidationError as error:
            _extract_rejected(cls, normalized, rejected_values, error)
        else:
            break
    for rejected in rejected_values:
        _attach_rejected(model, rejected)
    return cast("BaseModel", model)


def _extract_rejected(
    cls: type[BaseModel],
    data: dict[str, Any],
    rejected: list[RejectedValue],
    error: ValidationError,
) -> None:
    """Move the values that a custom annotation rejects from `data` to `rejected`."""
    rejected_paths: dict[tuple[str | int, ...], None] = {}
    problems: list[str] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        steps = _find_innermost_member(cls, data, problem["loc"])
        if steps:
            rejected_paths[steps] = None
        else:
            problems.append(f"{format_path(problem['loc']) or cls.__name__}: {problem['msg']}")
    if problems:
        raise InvalidResource(f"data must match the model {cls.__name__}", problems=problems)
    for steps in rejected_paths:
        if any(steps[:n] in rejected_paths for n in range(1, len(steps))):
            continue  # moves with the enclosing value
        *owner, name = steps
        value = _get_at_steps(data, owner).pop(name)
        # Values rejected earlier within this one are put back first.
        for inner in [item for item in rejected if item.owner_path[: len(steps)] == steps]:
            rejected.remove(inner)
            restore_rejected(_get_at_steps(value, inner.owner_path[len(steps) :]), inner)
        rejected.append(RejectedValue(tuple(owner), cast("str", name), value))


def _get_at_steps(value: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _find_innermost_member(
    cls: type[BaseModel], data: Any, loc: tuple[str | int, ...]
) -> tuple[str | int, ...]:
    """Return the path of the innermost declared member on the error location `loc`."""
    steps: list[str | int] = []
    end = 0
    value, inner_class = data, cls
    for step in loc:
        if is_object(value) and isinstance(step, str) and step in value:
            value = value[step]
            steps.append(step)
            end = len(steps)
            model_field = get_model_definition(inner_class).by_name.get(fold(step))
            if model_field is None or model_field.nested_model is None:
                break
            inner_class = model_field.nested_model
        elif is_list(value) and isinstance(step, int):
            value = value[step]
            steps.append(step)
        else:
            break
    return tuple(steps[:end])


def _attach_rejected(model: BaseModel, rejected: RejectedValue) -> None:
    """Add a rejected value to its object as an undeclared attribute."""
    holder: Any = model
    for step in rejected.owner_path:
        if isinstance(step, int):
            holder = holder[step]
        else:
            cls: type[BaseModel] = holder.__class__
            holder = getattr(holder, get_model_definition(cls).by_name[fold(step)].field)
    holder.__pydantic_extra__[rejected.name] = rejected.raw


# ----------------------------------------------------------------------------- unread values


def find_unread(model: BaseModel) -> tuple[Unread, ...]:
    """Return the unread values of a model; see `Model.unread`."""
    return tuple(_iter_unread(model, ()))


def _iter_unread(model: BaseModel, steps: tuple[str | int, ...]) -> Iterator[Unread]:
    definition = get_model_definition(type(model))
    for name, raw in (model.__pydantic_extra__ or {}).items():
        model_field = definition.by_name.get(fold(name))
        if model_field is not None:
            yield from _iter_unread_of_field(model, model_field, name, raw, steps)
    iter_own: Any = getattr(type(model), "__iter_unread__", None)
    if iter_own is not None:
        yield from iter_own(model, steps)
    for model_field in definition.by_name.values():
        value = getattr(model, model_field.field)
        if isinstance(value, BaseModel):
            yield from _iter_unread(value, (*steps, model_field.name))
        elif is_list(value):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _iter_unread(item, (*steps, model_field.name, index))


def _iter_unread_of_field(
    model: BaseModel,
    model_field: AttributeField | ExtensionField,
    name: str,
    raw: Any,
    steps: tuple[str | int, ...],
) -> Iterator[Unread]:
    if isinstance(raw, UnreadItems):
        for position, item in zip(raw.positions, raw, strict=True):
            yield Unread(
                format_path((*steps, name, position)),
                item,
                _find_reason(model, model_field, name, item),
            )
        return
    is_empty = getattr(model, model_field.field) in (None, [])
    if name != model_field.name and (
        not is_empty or model_field.name in (model.__pydantic_extra__ or ())
    ):
        yield Unread(format_path((*steps, name)), raw, "duplicate, in another spelling")
    elif is_empty:
        yield Unread(format_path((*steps, name)), raw, _find_reason(model, model_field, name, raw))


def _find_reason(
    model: BaseModel, model_field: AttributeField | ExtensionField, name: str, raw: Any
) -> str:
    reason = explain_rejection(model_field, raw)
    if reason is not None:
        return reason
    # The JSON type is valid; a custom class rejects the value and gives the reason.
    if model_field.nested_model is not None:
        try:
            decode_leniently(model_field.nested_model, raw)
        except InvalidResource as error:
            return error.problems[0]
    try:
        get_validator(type(model)).validate_python({name: raw}, by_alias=True, by_name=False)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return next((p["msg"] for p in problems if p["loc"][0] == name), _DEFAULT_REASON)
    return _DEFAULT_REASON


_DEFAULT_REASON = "rejected by the class"
