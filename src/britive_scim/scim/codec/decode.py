"""From the wire to models: a fast path for what is right, and a forgiving one for what is not.

JSON text goes to pydantic's core in one call. A generated walk then looks for keys that no field took:
almost always there is none. Only an object with a key that would be a declared name but for its case,
or one that pydantic refuses, takes the slow path (`normalise`), which costs nothing to the others.

A value that does not fit even then stays where it came from, as an undeclared attribute of its own
name: so it is written back unchanged by nothing but the ordinary rules, survives copy and pickle, and
travels with the object it belongs to.
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
    """A value that could not be read, kept as it came.

    Attributes:
        path: where it is: SCIM's path, with positions in lists, such as `emails[0].primary`.
        raw: the value as it came; not shown by repr.
        reason: why it could not be read.
    """

    path: str
    raw: Any = field(repr=False)
    reason: str


def decode(cls: type[BaseModel], data: Any) -> BaseModel:
    """Read one object; see `Model.from_wire`."""
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
    """Return the validator of a class, built if this is the first time it is asked for."""
    if not cls.__pydantic_complete__:
        with _BUILD_LOCK:  # once, however many threads read their first resource
            cls.model_rebuild()
    return cast("SchemaValidator", cls.__pydantic_validator__)


def decode_mapping(cls: type[BaseModel], raw: dict[str, Any]) -> BaseModel:
    """Read one parsed JSON object, forgiving only where it must."""
    try:
        model = get_validator(cls).validate_python(raw, by_alias=True, by_name=False)
    except ValidationError:
        return decode_leniently(cls, raw)
    return (
        decode_leniently(cls, raw) if get_residue_detector(cls)(model) else cast("BaseModel", model)
    )


def _refuse_message(cls: type[BaseModel], model: Any) -> None:
    """Refuse an error, or a list, where a resource is expected: nothing of it would be read."""
    if getattr(cls, "__keeps_schemas__", False):
        for urn in model.schemas:
            if fold(urn) in _MESSAGE_URNS:
                kind = urn.rpartition(":")[2]
                raise InvalidResource(f"a SCIM {kind} message where a {cls.__name__} is expected")


def decode_leniently(cls: type[BaseModel], raw: Any) -> BaseModel:
    """Read one parsed JSON object on the forgiving path.

    Args:
        cls: what to read it as.
        raw: as parsed; not changed.

    Raises:
        InvalidResource: it is no object, or lacks what the class (one of the user's own) demands.
    """
    if not is_object(raw):
        raise InvalidResource(
            f"{describe_json_type(raw)} where an object is expected, a {cls.__name__}"
        )
    clean, asides = normalize(cls, raw)
    while True:
        try:
            model = get_validator(cls).validate_python(clean, by_alias=True, by_name=False)
        except ValidationError as error:
            _extract_rejected(cls, clean, asides, error)
        else:
            break
    for aside in asides:
        _attach_rejected(model, aside)
    return cast("BaseModel", model)


def _extract_rejected(
    cls: type[BaseModel],
    data: dict[str, Any],
    rejected: list[RejectedValue],
    error: ValidationError,
) -> None:
    """Take out of `data` what an annotation of the user's own refuses."""
    refused: dict[tuple[str | int, ...], None] = {}
    problems: list[str] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        steps = _find_innermost_member(cls, data, problem["loc"])
        if steps:
            refused[steps] = None
        else:
            problems.append(f"{format_path(problem['loc']) or cls.__name__}: {problem['msg']}")
    if problems:
        raise InvalidResource(f"cannot be read as {cls.__name__}", problems=problems)
    for steps in refused:
        if any(steps[:n] in refused for n in range(1, len(steps))):
            continue  # goes with what holds it
        *owner, name = steps
        value = _get_at_steps(data, owner).pop(name)
        # What was set aside within it goes back there first.
        for inner in [aside for aside in rejected if aside.owner_path[: len(steps)] == steps]:
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
    """Return the steps to the innermost declared member that `loc` leads to or through."""
    steps: list[str | int] = []
    end = 0
    value, inner = data, cls
    for step in loc:
        if is_object(value) and isinstance(step, str) and step in value:
            value = value[step]
            steps.append(step)
            end = len(steps)
            slot = get_model_definition(inner).by_name.get(fold(step))
            if slot is None or slot.nested_model is None:
                break
            inner = slot.nested_model
        elif is_list(value) and isinstance(step, int):
            value = value[step]
            steps.append(step)
        else:
            break
    return tuple(steps[:end])


def _attach_rejected(model: BaseModel, rejected: RejectedValue) -> None:
    """Keep what was set aside as an undeclared attribute of the object it came from."""
    holder: Any = model
    for step in rejected.owner_path:
        if isinstance(step, int):
            holder = holder[step]
        else:
            cls: type[BaseModel] = holder.__class__
            holder = getattr(holder, get_model_definition(cls).by_name[fold(step)].field)
    holder.__pydantic_extra__[rejected.name] = rejected.raw


# ----------------------------------------------------------------------------- what was not read


def find_unread(model: BaseModel) -> tuple[Unread, ...]:
    """Return the values of a model that could not be read; see `Model.unread`."""
    return tuple(_iter_unread(model, ()))


def _iter_unread(model: BaseModel, steps: tuple[str | int, ...]) -> Iterator[Unread]:
    shape = get_model_definition(type(model))
    for name, raw in (model.__pydantic_extra__ or {}).items():
        slot = shape.by_name.get(fold(name))
        if slot is not None:
            yield from _iter_unread_of_field(model, slot, name, raw, steps)
    for slot in shape.by_name.values():
        value, wire = getattr(model, slot.field), slot.name
        if isinstance(value, BaseModel):
            yield from _iter_unread(value, (*steps, wire))
        elif is_list(value):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _iter_unread(item, (*steps, wire, index))


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
    empty = getattr(model, model_field.field) in (None, [])
    if name != model_field.name and (
        not empty or model_field.name in (model.__pydantic_extra__ or ())
    ):
        yield Unread(format_path((*steps, name)), raw, "given twice, in two spellings")
    elif empty:
        yield Unread(format_path((*steps, name)), raw, _find_reason(model, model_field, name, raw))


def _find_reason(
    model: BaseModel, model_field: AttributeField | ExtensionField, name: str, raw: Any
) -> str:
    told = explain_rejection(model_field, raw)
    if told is not None:
        return told
    # Right in kind, and refused by a class of the user's own, which says why.
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


_DEFAULT_REASON = "not what the class declares"
