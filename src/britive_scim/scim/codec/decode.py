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
from britive_scim.scim.codec.json import json_text, parse, path_text
from britive_scim.scim.codec.lenient import Aside, normalise, restore, why_unfit
from britive_scim.scim.codec.residue import leftovers
from britive_scim.scim.definitions.fields import ExtensionSlot, Slot, shape_of
from britive_scim.scim.names import fold
from britive_scim.scim.plain import is_list, is_object, kind_of

__all__ = ["Unread", "read", "read_mapping", "read_object", "unread_of", "validator_of"]

_MESSAGES = frozenset({fold(names.ERROR), fold(names.LIST_RESPONSE)})


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


def read(cls: type[BaseModel], data: Any) -> BaseModel:
    """Read one object; see `Model.from_wire`."""
    text = json_text(data)
    try:
        model = validator_of(cls).validate_json(text, by_alias=True, by_name=False)
    except ValidationError:
        model = None
    if model is None or leftovers(cls)(model):
        model = read_object(cls, parse(text))
    _refuse_message(cls, model)
    return cast("BaseModel", model)


_BUILDING = threading.RLock()


def validator_of(cls: type[BaseModel]) -> SchemaValidator:
    """Return the validator of a class, built if this is the first time it is asked for."""
    if not cls.__pydantic_complete__:
        with _BUILDING:  # once, however many threads read their first resource
            cls.model_rebuild()
    return cast("SchemaValidator", cls.__pydantic_validator__)


def read_mapping(cls: type[BaseModel], raw: dict[str, Any]) -> BaseModel:
    """Read one parsed JSON object, forgiving only where it must."""
    try:
        model = validator_of(cls).validate_python(raw, by_alias=True, by_name=False)
    except ValidationError:
        return read_object(cls, raw)
    return read_object(cls, raw) if leftovers(cls)(model) else cast("BaseModel", model)


def _refuse_message(cls: type[BaseModel], model: Any) -> None:
    """Refuse an error, or a list, where a resource is expected: nothing of it would be read."""
    if getattr(cls, "__keeps_schemas__", False):
        for urn in model.schemas:
            if fold(urn) in _MESSAGES:
                kind = urn.rpartition(":")[2]
                raise InvalidResource(f"a SCIM {kind} message where a {cls.__name__} is expected")


def read_object(cls: type[BaseModel], raw: Any) -> BaseModel:
    """Read one parsed JSON object on the forgiving path.

    Args:
        cls: what to read it as.
        raw: as parsed; not changed.

    Raises:
        InvalidResource: it is no object, or lacks what the class (one of the user's own) demands.
    """
    if not is_object(raw):
        raise InvalidResource(f"{kind_of(raw)} where an object is expected, a {cls.__name__}")
    clean, asides = normalise(cls, raw)
    while True:
        try:
            model = validator_of(cls).validate_python(clean, by_alias=True, by_name=False)
        except ValidationError as error:
            _set_aside(cls, clean, asides, error)
        else:
            break
    for aside in asides:
        _put_back(model, aside)
    return cast("BaseModel", model)


def _set_aside(
    cls: type[BaseModel], clean: dict[str, Any], asides: list[Aside], error: ValidationError
) -> None:
    """Take out of `clean` what an annotation of the user's own refuses."""
    refused: dict[tuple[str | int, ...], None] = {}
    problems: list[str] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        steps = _innermost_member(cls, clean, problem["loc"])
        if steps:
            refused[steps] = None
        else:
            problems.append(f"{path_text(problem['loc']) or cls.__name__}: {problem['msg']}")
    if problems:
        raise InvalidResource(f"cannot be read as {cls.__name__}", problems=problems)
    for steps in refused:
        if any(steps[:n] in refused for n in range(1, len(steps))):
            continue  # goes with what holds it
        *owner, name = steps
        value = _at(clean, owner).pop(name)
        # What was set aside within it goes back there first.
        for inner in [aside for aside in asides if aside.owner[: len(steps)] == steps]:
            asides.remove(inner)
            restore(_at(value, inner.owner[len(steps) :]), inner)
        asides.append(Aside(tuple(owner), cast("str", name), value))


def _at(value: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _innermost_member(
    cls: type[BaseModel], clean: Any, loc: tuple[str | int, ...]
) -> tuple[str | int, ...]:
    """Return the steps to the innermost declared member that `loc` leads to or through."""
    steps: list[str | int] = []
    end = 0
    value, inner = clean, cls
    for step in loc:
        if is_object(value) and isinstance(step, str) and step in value:
            value = value[step]
            steps.append(step)
            end = len(steps)
            slot = shape_of(inner).by_name.get(fold(step))
            if slot is None or slot.inner is None:
                break
            inner = slot.inner
        elif is_list(value) and isinstance(step, int):
            value = value[step]
            steps.append(step)
        else:
            break
    return tuple(steps[:end])


def _put_back(model: BaseModel, aside: Aside) -> None:
    """Keep what was set aside as an undeclared attribute of the object it came from."""
    holder: Any = model
    for step in aside.owner:
        if isinstance(step, int):
            holder = holder[step]
        else:
            cls: type[BaseModel] = holder.__class__
            holder = getattr(holder, shape_of(cls).by_name[fold(step)].field)
    holder.__pydantic_extra__[aside.name] = aside.raw


# ----------------------------------------------------------------------------- what was not read


def unread_of(model: BaseModel) -> tuple[Unread, ...]:
    """Return the values of a model that could not be read; see `Model.unread`."""
    return tuple(_unread(model, ()))


def _unread(model: BaseModel, steps: tuple[str | int, ...]) -> Iterator[Unread]:
    shape = shape_of(type(model))
    for name, raw in (model.__pydantic_extra__ or {}).items():
        slot = shape.by_name.get(fold(name))
        if slot is not None:
            yield from _unread_here(model, slot, name, raw, steps)
    for slot in shape.by_name.values():
        value, wire = getattr(model, slot.field), slot.name
        if isinstance(value, BaseModel):
            yield from _unread(value, (*steps, wire))
        elif is_list(value):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _unread(item, (*steps, wire, index))


def _unread_here(
    model: BaseModel, slot: Slot | ExtensionSlot, name: str, raw: Any, steps: tuple[str | int, ...]
) -> Iterator[Unread]:
    if isinstance(raw, UnreadItems):
        for position, item in zip(raw.positions, raw, strict=True):
            yield Unread(
                path_text((*steps, name, position)), item, _reason(model, slot, name, item)
            )
        return
    empty = getattr(model, slot.field) in (None, [])
    if name != slot.name and (not empty or slot.name in (model.__pydantic_extra__ or ())):
        yield Unread(path_text((*steps, name)), raw, "given twice, in two spellings")
    elif empty:
        yield Unread(path_text((*steps, name)), raw, _reason(model, slot, name, raw))


def _reason(model: BaseModel, slot: Slot | ExtensionSlot, name: str, raw: Any) -> str:
    told = why_unfit(slot, raw)
    if told is not None:
        return told
    # Right in kind, and refused by a class of the user's own, which says why.
    if slot.inner is not None:
        try:
            read_object(slot.inner, raw)
        except InvalidResource as error:
            return error.problems[0]
    try:
        validator_of(type(model)).validate_python({name: raw}, by_alias=True, by_name=False)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return next((p["msg"] for p in problems if p["loc"][0] == name), _NO_REASON)
    return _NO_REASON


_NO_REASON = "not what the class declares"
