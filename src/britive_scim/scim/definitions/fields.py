"""The attributes of a model class, read once from its fields.

This is what makes one class both a Python type and a SCIM schema: reading, writing, filters, PATCH
and schema documents all look at a class through the `ModelDefinition` made here.
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

from britive_scim.scim.definitions.attribute import Annotation, Attribute, AttributeType
from britive_scim.scim.names import fold

__all__ = ["AttributeField", "ExtensionField", "ModelDefinition", "get_model_definition"]

_ATTRIBUTE_TYPES: dict[Any, AttributeType] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "decimal",
    Decimal: "decimal",
    datetime: "dateTime",
    bytes: "binary",
}

_ACCEPTED_JSON_TYPES: dict[AttributeType, type[Any]] = {
    "string": str,
    "reference": str,
    "binary": str,
    "boolean": bool,
    "integer": int,
}

_CACHE_ATTRIBUTE = "__scim_shape__"


@dataclass(frozen=True, slots=True)
class AttributeField:
    """One declared attribute of a class.

    Attributes:
        attribute: what the schema says about it; `attribute.field` is the Python name.
        is_native: whether the annotation is one this package reads by itself (`str`, `bool`, a list of a
            model, ...); what a user annotates otherwise is left to pydantic.
        accepted_json_type: the class of the JSON values that need no second look; `None` where all do.
    """

    attribute: Attribute
    is_native: bool
    accepted_json_type: type[Any] | None

    @property
    def name(self) -> str:
        """The attribute's name on the wire."""
        return self.attribute.name

    @property
    def field(self) -> str:
        """Its Python name."""
        return self.attribute.field

    @property
    def nested_model(self) -> type[BaseModel] | None:
        """The class of its values, where they are complex and read by this package."""
        return self.attribute.model if self.is_native else None


@dataclass(frozen=True, slots=True)
class ExtensionField:
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
    def nested_model(self) -> type[BaseModel]:
        """The class of its data."""
        return self.model


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """All that is declared on a class.

    Attributes:
        fields: its attributes, in order.
        extensions: its extensions, in order.
        by_name: `fold(name)` of every attribute and URN of every extension.
        accepted_json_types: name on the wire -> class of the JSON values that need no second look.
        secret_fields: Python names of attributes whose value is never shown.
    """

    fields: tuple[AttributeField, ...]
    extensions: tuple[ExtensionField, ...]
    by_name: Mapping[str, AttributeField | ExtensionField]
    accepted_json_types: Mapping[str, type[Any]]
    secret_fields: frozenset[str]


def get_model_definition(cls: type[BaseModel]) -> ModelDefinition:
    """Return what is declared on a model class; made once, kept on the class."""
    shape = cls.__dict__.get(_CACHE_ATTRIBUTE)
    if shape is None:
        shape = _build_model_definition(cls, ())
        setattr(cls, _CACHE_ATTRIBUTE, shape)
    return cast("ModelDefinition", shape)


def _build_model_definition(
    cls: type[BaseModel], enclosing: tuple[type[BaseModel], ...]
) -> ModelDefinition:
    slots: list[AttributeField] = []
    extensions: list[ExtensionField] = []
    by_name: dict[str, AttributeField | ExtensionField] = {}
    for field, info in cls.model_fields.items():
        wire = _find_wire_name(cls, field, info)
        kind = _analyze_annotation(info.annotation)
        says: dict[str, Any] = {}
        for mark in info.metadata:
            if isinstance(mark, Annotation):
                says.update(mark.characteristics)
        if ":" in wire:
            if kind.model is None:
                raise TypeError(
                    f"{cls.__name__}.{field}: an extension is annotated with its class, such as `Badge | None`"
                )
            slot = ExtensionField(wire, field, kind.model, says.get("required", False))
            extensions.append(slot)
            by_name[fold(wire)] = slot
            continue
        attribute = _build_attribute(wire, field, info, kind, says, (*enclosing, cls))
        simple = kind.is_native and not kind.multi_valued
        made = AttributeField(
            attribute, kind.is_native, _ACCEPTED_JSON_TYPES.get(attribute.type) if simple else None
        )
        slots.append(made)
        by_name[fold(wire)] = made
    secrets = frozenset(s.attribute.field for s in slots if s.attribute.is_secret)
    takes = {
        slot.name: slot.accepted_json_type for slot in slots if slot.accepted_json_type is not None
    }
    return ModelDefinition(tuple(slots), tuple(extensions), by_name, takes, secrets)


def _find_wire_name(cls: type[BaseModel], field: str, info: FieldInfo) -> str:
    # Aliases that come of the generator are not on the field of every version of pydantic, as long
    # as the class is not built; those given for the field are.
    given = (
        info.serialization_alias or info.alias
        if info.alias_priority == _EXPLICIT_ALIAS_PRIORITY
        else None
    )
    generator = cls.model_config.get("alias_generator")
    return given or (generator(field) if callable(generator) else field)


_EXPLICIT_ALIAS_PRIORITY = 2
"""What pydantic calls the priority of an alias that no generator replaces."""


def _build_attribute(
    wire_name: str,
    field: str,
    info: FieldInfo,
    annotation_info: _AnnotationInfo,
    characteristics: dict[str, Any],
    enclosing: tuple[type[BaseModel], ...],
) -> Attribute:
    characteristics.setdefault("type", annotation_info.type)
    if annotation_info.canonical_values:
        characteristics.setdefault("canonical_values", annotation_info.canonical_values)
    if info.description:
        characteristics.setdefault("description", info.description)
    if (
        annotation_info.model is not None and annotation_info.model not in enclosing
    ):  # a class within itself ends there
        shape = annotation_info.model.__dict__.get(_CACHE_ATTRIBUTE) or _build_model_definition(
            annotation_info.model, enclosing
        )
        characteristics.setdefault("sub_attributes", tuple(slot.attribute for slot in shape.fields))
    return Attribute(
        name=wire_name,
        field=field,
        multi_valued=annotation_info.multi_valued,
        model=annotation_info.model,
        **characteristics,
    )


_ModelClass = type[BaseModel]
# `type` alone is a field of the class below.


@dataclass(frozen=True, slots=True)
class _AnnotationInfo:
    """What an annotation says."""

    type: AttributeType
    multi_valued: bool = False
    model: _ModelClass | None = None
    canonical_values: tuple[str, ...] = ()
    is_native: bool = True


def _analyze_annotation(annotation: Any, *, within_list: bool = False) -> _AnnotationInfo:
    """Return what an annotation such as `list[Email] | None` says."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _analyze_annotation(get_args(annotation)[0], within_list=within_list)
    if isinstance(annotation, TypeVar):
        default = getattr(annotation, "__default__", NoDefault)
        return _analyze_annotation(annotation.__bound__ if default is NoDefault else default)
    if origin is Union or origin is types.UnionType:
        choices = [arg for arg in get_args(annotation) if arg is not type(None)]
        kind = _analyze_annotation(choices[0], within_list=within_list)
        # No element of a list is nothing, unless the user says so.
        return kind if len(choices) == 1 and not within_list else _mark_as_non_native(kind)
    if origin is list and not within_list:
        (item,) = get_args(annotation)
        kind = _analyze_annotation(item, within_list=True)
        return _AnnotationInfo(kind.type, True, kind.model, kind.canonical_values, kind.is_native)
    if origin in {tuple, set, frozenset} and not within_list:
        return _AnnotationInfo(
            _analyze_annotation(get_args(annotation)[0]).type, True, is_native=False
        )
    if origin is Literal:
        return _AnnotationInfo(
            "string", canonical_values=tuple(map(str, get_args(annotation))), is_native=False
        )
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return _AnnotationInfo(
                "complex", model=annotation, is_native=hasattr(annotation, "__wire__")
            )
        if annotation in _ATTRIBUTE_TYPES:
            return _AnnotationInfo(
                _ATTRIBUTE_TYPES[annotation], is_native=annotation not in {bytes, Decimal}
            )
        if issubclass(annotation, Enum):
            return _AnnotationInfo(
                "string", canonical_values=tuple(str(m.value) for m in annotation), is_native=False
            )
    if annotation is Any or annotation is dict or origin is dict:
        return _AnnotationInfo("complex", is_native=False)
    return _AnnotationInfo("string", is_native=False)


def _mark_as_non_native(annotation_info: _AnnotationInfo) -> _AnnotationInfo:
    return _AnnotationInfo(
        annotation_info.type,
        annotation_info.multi_valued,
        annotation_info.model,
        annotation_info.canonical_values,
        is_native=False,
    )
