"""Definition of a model class: its attributes and extensions, built once from its fields.

A model class is both a Python type and a SCIM schema. Decoding, encoding, filters, PATCH and schema
documents all work on its `ModelDefinition`.
"""

from __future__ import annotations

import dataclasses
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
from britive_scim.scim.definitions.binary_fields import find_binary_type
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
    "boolean": bool,
    "integer": int,
}

_CACHE_ATTRIBUTE = "__scim_definition__"


@dataclass(frozen=True, slots=True)
class AttributeField:
    """Declared attribute of a model class.

    Attributes:
        attribute: the attribute of the schema; `attribute.field` is the Python name.
        is_native: whether this package decodes the field itself (`str`, `bool`, a list of a model, ...);
            a field of any other type is left to pydantic.
        accepted_json_type: the class of JSON values that are valid without conversion; `None` if none is.
        is_plain_bytes: whether the field has the type `bytes`, without own validation.
    """

    attribute: Attribute
    is_native: bool
    accepted_json_type: type[Any] | None
    is_plain_bytes: bool = False

    @property
    def has_binary_values(self) -> bool:
        """True if the values are base64 strings or plain bytes, which this package converts."""
        return self.attribute.type == "binary" and (self.is_native or self.is_plain_bytes)

    @property
    def name(self) -> str:
        """Name of the attribute on the wire."""
        return self.attribute.name

    @property
    def field(self) -> str:
        """Python name of the attribute."""
        return self.attribute.field

    @property
    def nested_model(self) -> type[BaseModel] | None:
        """Class of a complex value, if this package decodes the field itself."""
        return self.attribute.model if self.is_native else None


@dataclass(frozen=True, slots=True)
class ExtensionField:
    """Declared extension of a resource class.

    Attributes:
        urn: the key of the extension on the wire.
        field: the Python name on the resource.
        model: the class of the extension.
        required: whether a resource must have the extension.
    """

    urn: str
    field: str
    model: type[BaseModel]
    required: bool

    @property
    def name(self) -> str:
        """Key of the extension on the wire: the URN."""
        return self.urn

    @property
    def nested_model(self) -> type[BaseModel]:
        """Class of the extension."""
        return self.model


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """Attributes and extensions of a model class.

    Attributes:
        fields: the attributes, in order.
        extensions: the extensions, in order.
        by_name: attributes and extensions by `fold(name)` or `fold(urn)`.
        accepted_json_types: name on the wire -> class of JSON values that are valid without conversion.
        secret_fields: Python names of attributes whose value is never shown.
    """

    fields: tuple[AttributeField, ...]
    extensions: tuple[ExtensionField, ...]
    by_name: Mapping[str, AttributeField | ExtensionField]
    accepted_json_types: Mapping[str, type[Any]]
    secret_fields: frozenset[str]


def get_model_definition(cls: type[BaseModel]) -> ModelDefinition:
    """Return the definition of a model class, cached on the class."""
    definition = cls.__dict__.get(_CACHE_ATTRIBUTE)
    if definition is None:
        definition = _build_model_definition(cls, ())
        setattr(cls, _CACHE_ATTRIBUTE, definition)
    return cast("ModelDefinition", definition)


def _build_model_definition(
    cls: type[BaseModel], enclosing: tuple[type[BaseModel], ...]
) -> ModelDefinition:
    fields: list[AttributeField] = []
    extensions: list[ExtensionField] = []
    by_name: dict[str, AttributeField | ExtensionField] = {}
    for field, info in cls.model_fields.items():
        wire_name = _find_wire_name(cls, field, info)
        annotation_info = _analyze_annotation(info.annotation)
        characteristics: dict[str, Any] = {}
        for annotation in info.metadata:
            if isinstance(annotation, Annotation):
                characteristics.update(annotation.characteristics)
        if ":" in wire_name:
            if annotation_info.model is None:
                raise TypeError(
                    f"{cls.__name__}.{field} must be annotated with an extension class or None,"
                    f" got {info.annotation}; write for example `Badge | None`"
                )
            extension = ExtensionField(
                wire_name, field, annotation_info.model, characteristics.get("required", False)
            )
            extensions.append(extension)
            by_name[fold(wire_name)] = extension
            continue
        attribute = _build_attribute(
            wire_name, field, info, annotation_info, characteristics, (*enclosing, cls)
        )
        is_simple = annotation_info.is_native and not annotation_info.multi_valued
        attribute_field = AttributeField(
            attribute,
            annotation_info.is_native,
            _ACCEPTED_JSON_TYPES.get(attribute.type) if is_simple else None,
            find_binary_type(info) == "bytes",
        )
        fields.append(attribute_field)
        by_name[fold(wire_name)] = attribute_field
    return ModelDefinition(
        fields=tuple(fields),
        extensions=tuple(extensions),
        by_name=by_name,
        accepted_json_types={
            field.name: field.accepted_json_type
            for field in fields
            if field.accepted_json_type is not None
        },
        secret_fields=frozenset(field.field for field in fields if field.attribute.is_secret),
    )


def _find_wire_name(cls: type[BaseModel], field: str, info: FieldInfo) -> str:
    # Some versions of pydantic set generated aliases on a field only when the class is built.
    explicit_alias = (
        info.serialization_alias or info.alias
        if info.alias_priority == _EXPLICIT_ALIAS_PRIORITY
        else None
    )
    generator = cls.model_config.get("alias_generator")
    return explicit_alias or (generator(field) if callable(generator) else field)


_EXPLICIT_ALIAS_PRIORITY = 2
"""pydantic's `alias_priority` of an alias that is declared on the field."""


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
    model = annotation_info.model
    if model is not None and model not in enclosing:  # a recursive class ends the recursion
        definition = model.__dict__.get(_CACHE_ATTRIBUTE) or _build_model_definition(
            model, enclosing
        )
        characteristics.setdefault(
            "sub_attributes", tuple(sub.attribute for sub in definition.fields)
        )
    return Attribute(
        name=wire_name,
        field=field,
        multi_valued=annotation_info.multi_valued,
        model=model,
        **characteristics,
    )


_ModelClass = type[BaseModel]
# An alias, because `type` is also a field of the class below.


@dataclass(frozen=True, slots=True)
class _AnnotationInfo:
    """Type, plurality and canonical values according to a type annotation."""

    type: AttributeType
    multi_valued: bool = False
    model: _ModelClass | None = None
    canonical_values: tuple[str, ...] = ()
    is_native: bool = True


def _analyze_annotation(annotation: Any, *, within_list: bool = False) -> _AnnotationInfo:
    """Analyze a type annotation such as `list[Email] | None`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _analyze_annotation(get_args(annotation)[0], within_list=within_list)
    if isinstance(annotation, TypeVar):
        default = getattr(annotation, "__default__", NoDefault)
        return _analyze_annotation(annotation.__bound__ if default is NoDefault else default)
    if origin is Union or origin is types.UnionType:
        choices = [arg for arg in get_args(annotation) if arg is not type(None)]
        info = _analyze_annotation(choices[0], within_list=within_list)
        # Elements of a native list are never None.
        return (
            info
            if len(choices) == 1 and not within_list
            else dataclasses.replace(info, is_native=False)
        )
    if origin is list and not within_list:
        (item,) = get_args(annotation)
        return dataclasses.replace(_analyze_annotation(item, within_list=True), multi_valued=True)
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
