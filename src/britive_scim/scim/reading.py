"""From the wire to models: a fast path for what is right, and a forgiving one for what is not.

JSON text goes to pydantic's core in one call. A generated walk then looks for keys that no field took:
almost always there is none. Only an object with a key that would be a declared name but for its case,
or one that pydantic refuses, takes the slow path (`normalise`), which costs nothing to the others.

A value that does not fit even then stays where it came from, as an undeclared attribute of its own
name: so it is written back unchanged by nothing but the ordinary rules, survives copy and pickle, and
travels with the object it belongs to.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator, from_json, to_json

from britive_scim.errors import InvalidResource
from britive_scim.scim import names
from britive_scim.scim.fields import ExtensionSlot, Slot, shape_of
from britive_scim.scim.names import fold
from britive_scim.scim.normalise import Aside, normalise, restore, why_unfit
from britive_scim.scim.plain import is_list, is_object, kind_of
from britive_scim.scim.writing import UnreadItems

__all__ = ["MAX_DEPTH", "Unread", "json_text", "parse", "read", "read_object", "unread_of"]

MAX_DEPTH = 64
"""Most arrays and objects within each other, the outermost counted."""

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


# ----------------------------------------------------------------------------- text and JSON


def json_text(data: Any) -> bytes:
    """Return what was given to read as JSON text in UTF-8, without a byte order mark.

    Raises:
        InvalidResource: it cannot be turned into JSON text, or holds a lone surrogate.
    """
    if isinstance(data, bytes | bytearray):
        return bytes(data).removeprefix(b"\xef\xbb\xbf")
    if isinstance(data, str):
        try:
            return data.removeprefix("\ufeff").encode()
        except UnicodeEncodeError:
            raise _surrogate_in(_parsed(data), "text that is not Unicode") from None
    if hasattr(data, "to_wire"):
        data = data.to_wire()
    elif hasattr(data, "model_dump"):
        data = _dumped(data)
    if not isinstance(data, Mapping | Sequence):
        raise InvalidResource(
            f"cannot read a {type(data).__name__}: expected JSON text, a mapping, or an object with model_dump()"
        )
    try:
        return to_json(data, fallback=_fallback)
    except ValueError as error:
        raise _surrogate_in(data, str(error)) from None


def _dumped(data: Any) -> Any:
    try:
        return data.model_dump(mode="json", by_alias=True, exclude_none=True)
    except TypeError:
        return data.model_dump()


def _fallback(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise ValueError(f"{type(value).__name__} is no JSON value")


def parse(text: bytes) -> Any:
    """Return parsed JSON, refusing what RFC 8259 has not: NaN, Infinity, and what cannot be text.

    Raises:
        InvalidResource: not JSON, a number out of range, a lone surrogate, or deeper than `MAX_DEPTH`.
    """
    try:
        parsed = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        parsed = _parsed(text.decode(errors="replace"))  # often says more, and knows the path
        raise _surrogate_in(parsed, str(error)) from None
    check(parsed, ())
    return parsed


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidResource(
            f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    except RecursionError:
        raise InvalidResource(f"JSON nested deeper than {MAX_DEPTH}") from None
    except ValueError as error:
        raise InvalidResource(f"not JSON: {error}") from None


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def path_text(steps: Sequence[str | int]) -> str:
    """Return the place of a value as text: `emails[0].value`, `urn:…:User:manager.value`."""
    text = ""
    before: str | int = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not text:
            text = step
        else:
            text += (":" if ":" in str(before) else ".") + step
        before = step
    return text


_SAFE = frozenset({str, int, bool, type(None)})


def check(value: Any, steps: tuple[str | int, ...]) -> None:
    """Refuse nesting and numbers that JSON text can hold and JSON data should not.

    Args:
        value: as parsed.
        steps: where it stands in what came.

    Raises:
        InvalidResource: deeper than `MAX_DEPTH`, or a number that is not finite.
    """
    if is_object(value) or is_list(value):
        if len(steps) >= MAX_DEPTH:
            raise _refused(steps, f"nested deeper than {MAX_DEPTH}")
        for step, inner in _children(value):
            if inner.__class__ not in _SAFE:
                check(inner, (*steps, step))
    elif isinstance(value, float) and not math.isfinite(value):
        raise _refused(steps, "a number out of range")


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return iter(cast("Mapping[str, Any]", value).items())
    return enumerate(cast("Sequence[Any]", value))


def _refused(steps: tuple[str | int, ...], why: str) -> InvalidResource:
    where = path_text(steps[:4]) + ("…" if len(steps) > 4 else "")
    return InvalidResource("not usable as JSON", problems=[f"{where}: {why}"])


def _surrogate_in(value: Any, otherwise: str) -> InvalidResource:
    """Return the error that names the place of the first text that is not Unicode.

    Args:
        value: parsed JSON, or a mapping.
        otherwise: what is wrong where all text is Unicode.
    """
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while pending:
        steps, current = pending.pop()
        if isinstance(current, str):
            try:
                current.encode()
            except UnicodeEncodeError:
                return _refused(steps, "a lone surrogate, which is not Unicode text")
        elif isinstance(current, Mapping | list | tuple):
            pending += reversed([((*steps, step), inner) for step, inner in _children(current)])
    return InvalidResource(f"not JSON: {otherwise}")


# ----------------------------------------------------------------------------- one object


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


# ----------------------------------------------------------------------------- what no field took

Walk = Callable[[Any], bool]

_WALK = "__scim_leftovers__"
_MEMO = 1_000
"""Most names of undeclared attributes remembered per class."""


def leftovers(cls: type[BaseModel]) -> Walk:
    """Return the function that tells whether an instance holds something the fast path missed.

    That is an undeclared attribute whose name is a declared one but for its case, or a value of
    undeclared shape that is nested too deeply or no finite number. Generated per class, on first use.
    """
    walk = cls.__dict__.get(_WALK)
    if walk is None:
        walk = staticmethod(_make_walk(cls, {}))
        setattr(cls, _WALK, walk)
    return cast("Walk", walk.__func__)


def _make_walk(cls: type[BaseModel], making: dict[type[BaseModel], Walk]) -> Walk:
    made: list[Walk] = []

    def later(model: Any) -> bool:
        return made[0](model)

    making[cls] = later  # for classes that hold themselves, or each other
    scope: dict[str, Any] = {"see": see(cls), "safe": _SAFE, "doubtful": _doubtful}
    lines = [
        "def walk(m):",
        " d = m.__dict__",
        " x = m.__pydantic_extra__",
        " if x and see(x): return True",
    ]
    shape = shape_of(cls)
    for slot in shape.slots:
        attribute = slot.attribute
        if not slot.plain:
            lines += [
                f" v = d[{attribute.field!r}]",
                " if v.__class__ not in safe and doubtful(v, 2): return True",
            ]
        elif slot.inner is not None:
            lines += _look_into(attribute.field, slot.inner, scope, making)
            if attribute.multi_valued:
                lines[-1:] = ["  for v in v:", f" {lines[-1]}"]
    for extension in shape.extensions:
        lines += _look_into(extension.field, extension.model, scope, making)
    lines.append(" return False")
    exec("\n".join(lines), scope)  # noqa: S102 - every name in the text is quoted by repr
    made.append(scope["walk"])
    return made[0]


def _look_into(
    field_: str,
    model: type[BaseModel],
    scope: dict[str, Any],
    making: dict[type[BaseModel], Walk],
) -> list[str]:
    """Return the lines that look into one complex value or extension."""
    shape = shape_of(model)
    look = f"f{len(scope)}"
    if shape.extensions or not all(s.plain and s.attribute.model is None for s in shape.slots):
        scope[look] = making.get(model) or _make_walk(model, making)
        seen = f"{look}(v)"
    else:
        scope[look] = see(model)
        seen = f"v.__pydantic_extra__ and {look}(v.__pydantic_extra__)"
    return [f" v = d[{field_!r}]", " if v is not None:", f"  if {seen}: return True"]


def see(cls: Any) -> Callable[[dict[str, Any]], bool]:
    """Return the judge of undeclared attributes of one class; see `leftovers`."""
    declared = shape_of(cls).by_name
    harmless: set[str] = set()

    def judge(extra: dict[str, Any]) -> bool:
        if not extra.keys() <= harmless:
            for name in extra:
                if fold(name) in declared:
                    return True
                if len(harmless) < _MEMO:
                    harmless.add(name)
        return any(value.__class__ not in _SAFE and _doubtful(value, 2) for value in extra.values())

    return judge


def _doubtful(value: Any, depth: int) -> bool:
    if is_object(value) or is_list(value):
        inner = value.values() if is_object(value) else value
        return depth > MAX_DEPTH or any(
            item.__class__ not in _SAFE and _doubtful(item, depth + 1) for item in inner
        )
    return isinstance(value, float) and not math.isfinite(value)


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
    elif getattr(model, slot.field) in (None, []):
        yield Unread(path_text((*steps, name)), raw, _reason(model, slot, name, raw))
    elif name != slot.name:
        yield Unread(path_text((*steps, name)), raw, "given twice, in two spellings")


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
