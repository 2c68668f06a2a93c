"""The attributes of a model class, read once from its fields.

This is what makes one class both a Python type and a SCIM schema: reading, writing, filters, PATCH
and schema documents all look at a class through the `Shape` made here.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import NoDefault

from britive_scim.scim.definitions.attribute import Attribute, AttributeType, Mark
from britive_scim.scim.names import fold

__all__ = ["ExtensionSlot", "Shape", "Slot", "shape_of"]

_TYPES: dict[Any, AttributeType] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "decimal",
    Decimal: "decimal",
    datetime: "dateTime",
    bytes: "binary",
}

_TAKES: dict[AttributeType, type[Any]] = {
    "string": str,
    "reference": str,
    "binary": str,
    "boolean": bool,
    "integer": int,
}

_CACHE = "__scim_shape__"


@dataclass(frozen=True, slots=True)
class Slot:
    """One declared attribute of a class.

    Attributes:
        attribute: what the schema says about it; `attribute.field` is the Python name.
        plain: whether the annotation is one this package reads by itself (`str`, `bool`, a list of a
            model, ...); what a user annotates otherwise is left to pydantic.
        takes: the class of the JSON values that need no second look; `None` where all do.
    """

    attribute: Attribute
    plain: bool
    takes: type[Any] | None

    @property
    def name(self) -> str:
        """The attribute's name on the wire."""
        return self.attribute.name

    @property
    def field(self) -> str:
        """Its Python name."""
        return self.attribute.field

    @property
    def inner(self) -> type[BaseModel] | None:
        """The class of its values, where they are complex and read by this package."""
        return self.attribute.model if self.plain else None


@dataclass(frozen=True, slots=True)
class ExtensionSlot:
    """One declared extension of a resource class.

    Attributes:
        urn: the key of its data on the wire.
        field: its Python name on the resource.
        model: its class.
        required: whether a resource must carry it.
    """

    urn: str
    field: str
    model: type[BaseModel]
    required: bool

    @property
    def name(self) -> str:
        """The key of its data on the wire: the URN."""
        return self.urn

    @property
    def inner(self) -> type[BaseModel]:
        """The class of its data."""
        return self.model


@dataclass(frozen=True, slots=True)
class Shape:
    """All that is declared on a class.

    Attributes:
        slots: its attributes, in order.
        extensions: its extensions, in order.
        by_name: `fold(name)` of every attribute and URN of every extension.
        takes: name on the wire -> class of the JSON values that need no second look.
        secrets: Python names of attributes whose value is never shown.
    """

    slots: tuple[Slot, ...]
    extensions: tuple[ExtensionSlot, ...]
    by_name: Mapping[str, Slot | ExtensionSlot]
    takes: Mapping[str, type[Any]]
    secrets: frozenset[str]


def shape_of(cls: type[BaseModel]) -> Shape:
    """Return what is declared on a model class; made once, kept on the class."""
    shape = cls.__dict__.get(_CACHE)
    if shape is None:
        shape = _make(cls, ())
        setattr(cls, _CACHE, shape)
    return cast("Shape", shape)


def _make(cls: type[BaseModel], within: tuple[type[BaseModel], ...]) -> Shape:
    slots: list[Slot] = []
    extensions: list[ExtensionSlot] = []
    by_name: dict[str, Slot | ExtensionSlot] = {}
    for field, info in cls.model_fields.items():
        wire = _wire_name(cls, field, info)
        kind = _kind_of(info.annotation)
        says: dict[str, Any] = {}
        for mark in info.metadata:
            if isinstance(mark, Mark):
                says.update(mark.says)
        if ":" in wire:
            if kind.model is None:
                raise TypeError(
                    f"{cls.__name__}.{field}: an extension is annotated with its class, such as `Badge | None`"
                )
            slot = ExtensionSlot(wire, field, kind.model, says.get("required", False))
            extensions.append(slot)
            by_name[fold(wire)] = slot
            continue
        attribute = _attribute(wire, field, info, kind, says, (*within, cls))
        simple = kind.plain and not kind.multi_valued
        made = Slot(attribute, kind.plain, _TAKES.get(attribute.type) if simple else None)
        slots.append(made)
        by_name[fold(wire)] = made
    secrets = frozenset(s.attribute.field for s in slots if s.attribute.secret)
    takes = {slot.name: slot.takes for slot in slots if slot.takes is not None}
    return Shape(tuple(slots), tuple(extensions), by_name, takes, secrets)


def _wire_name(cls: type[BaseModel], field: str, info: FieldInfo) -> str:
    # Aliases that come of the generator are not on the field of every version of pydantic, as long
    # as the class is not built; those given for the field are.
    given = info.serialization_alias or info.alias if info.alias_priority == _GIVEN else None
    generator = cls.model_config.get("alias_generator")
    return given or (generator(field) if callable(generator) else field)


_GIVEN = 2
"""What pydantic calls the priority of an alias that no generator replaces."""


def _attribute(
    wire: str,
    field: str,
    info: FieldInfo,
    kind: _Kind,
    says: dict[str, Any],
    within: tuple[type[BaseModel], ...],
) -> Attribute:
    says.setdefault("type", kind.type)
    if kind.canonical:
        says.setdefault("canonical_values", kind.canonical)
    if info.description:
        says.setdefault("description", info.description)
    if kind.model is not None and kind.model not in within:  # a class within itself ends there
        shape = kind.model.__dict__.get(_CACHE) or _make(kind.model, within)
        says.setdefault("sub_attributes", tuple(slot.attribute for slot in shape.slots))
    return Attribute(
        name=wire,
        field=field,
        multi_valued=kind.multi_valued,
        model=kind.model,
        **says,
    )


_ModelClass = type[BaseModel]
# `type` alone is a field of the class below.


@dataclass(frozen=True, slots=True)
class _Kind:
    """What an annotation says."""

    type: AttributeType
    multi_valued: bool = False
    model: _ModelClass | None = None
    canonical: tuple[str, ...] = ()
    plain: bool = True


def _kind_of(annotation: Any, *, within_list: bool = False) -> _Kind:
    """Return what an annotation such as `list[Email] | None` says."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind_of(get_args(annotation)[0], within_list=within_list)
    if isinstance(annotation, TypeVar):
        default = getattr(annotation, "__default__", NoDefault)
        return _kind_of(annotation.__bound__ if default is NoDefault else default)
    if origin is Union or origin is types.UnionType:
        choices = [arg for arg in get_args(annotation) if arg is not type(None)]
        kind = _kind_of(choices[0], within_list=within_list)
        # No element of a list is nothing, unless the user says so.
        return kind if len(choices) == 1 and not within_list else _as_given(kind)
    if origin is list and not within_list:
        (item,) = get_args(annotation)
        kind = _kind_of(item, within_list=True)
        return _Kind(kind.type, True, kind.model, kind.canonical, kind.plain)
    if origin in {tuple, set, frozenset} and not within_list:
        return _Kind(_kind_of(get_args(annotation)[0]).type, True, plain=False)
    if origin is Literal:
        return _Kind("string", canonical=tuple(map(str, get_args(annotation))), plain=False)
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return _Kind("complex", model=annotation, plain=hasattr(annotation, "__wire__"))
        if annotation in _TYPES:
            return _Kind(_TYPES[annotation], plain=annotation not in {bytes, Decimal})
        if issubclass(annotation, Enum):
            return _Kind("string", canonical=tuple(str(m.value) for m in annotation), plain=False)
    if annotation is Any or annotation is dict or origin is dict:
        return _Kind("complex", plain=False)
    return _Kind("string", plain=False)


def _as_given(kind: _Kind) -> _Kind:
    return _Kind(kind.type, kind.multi_valued, kind.model, kind.canonical, plain=False)
