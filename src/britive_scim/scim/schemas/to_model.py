"""Schema documents and typed models, each made from the other (RFC 7643 §7).

A tenant's own schemas become classes that work wherever `scim.User` does: in clients, filters, PATCH
and differences; and any class becomes the document that describes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypeVar, cast, overload
from weakref import WeakValueDictionary

from pydantic import Field

from britive_scim.errors import InvalidResource
from britive_scim.scim.definitions.attribute import Annotation, Attribute
from britive_scim.scim.definitions.fields import AttributeField, get_model_definition
from britive_scim.scim.definitions.python_names import make_class_name, make_python_name
from britive_scim.scim.models.base import Complex, Extension, Model, Resource, extension
from britive_scim.scim.models.discovery import (
    ResourceType,
    Schema,
)
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.messages import ListResponse
from britive_scim.scim.models.user import User
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.from_model import COMMON_FIELDS, DOCUMENT_ATTRIBUTE, schema_of
from britive_scim.scim.schemas.resource_schema import (
    SchemaDocument,
    build_attributes,
    to_schema,
    with_python_names,
)

__all__ = ["model_from_schema", "models_from_discovery"]

M = TypeVar("M", bound=Model)


# ----------------------------------------------------------------------------- model -> document


# ----------------------------------------------------------------------------- document -> model


_ExtensionSources = tuple[tuple[str, bool], ...]
"""The extensions a class is made with: the text of the document, and whether it is required."""

_ModelKey = tuple[str, type[Model], _ExtensionSources, str]
"""What a class is made of: the text of its document, the base, the extensions, the
endpoint."""

_MODEL_CACHE: WeakValueDictionary[_ModelKey, type[Model]] = WeakValueDictionary()
"""Classes made and still in use: the same documents give the same class."""


@overload
def model_from_schema(
    document: SchemaDocument, *, base: type[M], extensions: Iterable[SchemaDocument] = ()
) -> type[M]: ...
@overload
def model_from_schema(
    document: SchemaDocument, *, extensions: Iterable[SchemaDocument] = ()
) -> type[Model]: ...
def model_from_schema(
    document: SchemaDocument,
    *,
    base: type[Model] | None = None,
    extensions: Iterable[SchemaDocument] = (),
) -> type[Model]:
    """Return a class for a schema document: typed fields with Python names, and all characteristics.

    The same documents give the same class. Its instances pickle.

    Args:
        document: the schema, as `scim.Schema` or plain data.
        base: what to derive from: `scim.Resource` (or `scim.User`, whose fields are then kept and
            take the document's characteristics), or `scim.Extension`. Where not given, a schema
            whose URN has `:extension:` in it becomes an extension, any other a resource.
        extensions: documents of the extensions of a resource; each becomes a field, named by the
            schema's `name`.

    Raises:
        InvalidResource: a document has no id, or no usable attributes.
        ValueError: extensions are given for an extension.

    Examples:
        >>> Device = model_from_schema({
        ...     "id": "urn:example:params:scim:schemas:core:2.0:Device",
        ...     "name": "Device",
        ...     "attributes": [{"name": "serialNumber", "type": "string", "multiValued": False}],
        ... })
        >>> Device.from_wire({"serialNumber": "R-17"})
        Device(serial_number='R-17')
    """
    schema = to_schema(document)
    if base is None:
        base = Extension if ":extension:" in fold(cast("str", schema.id)) else Resource
    further = [to_schema(given) for given in extensions]
    if further and not issubclass(base, Resource):
        raise ValueError(f"an extension has no extensions of its own; {schema.id} is one")
    return _get_model(
        _to_canonical_json(schema),
        base,
        tuple((_to_canonical_json(given), False) for given in further),
    )


def _to_canonical_json(schema: Schema) -> str:
    return json.dumps(schema.to_wire(), sort_keys=True, ensure_ascii=False)


def _get_model(
    source: str, base: type[Model], extensions: _ExtensionSources = (), endpoint: str = ""
) -> type[Model]:
    key = (source, base, extensions, endpoint)
    made = _MODEL_CACHE.get(key)
    if made is None:
        made = _build_model(key)
        _MODEL_CACHE[key] = made
    return made


def _build_model(key: _ModelKey) -> type[Model]:
    text, base, extensions, endpoint = key
    schema = to_schema(json.loads(text))
    urn = cast("str", schema.id)
    if schema.attributes is None:
        raise InvalidResource(f"the schema {urn} says nothing of its attributes")
    attributes = build_attributes(schema)
    maker = _ModelBuilder(key)
    fields = maker.build_fields(attributes, base, ())
    for further, required in extensions:
        maker.add_extension(to_schema(json.loads(further)), base, fields, required=required)
    name = make_class_name(schema.name or urn.rpartition(":")[2])
    more = _make_class_attributes(schema, text)
    if endpoint:
        more["__endpoint__"] = endpoint
    return maker.build_class(name, base, fields, (), more)


def _make_class_attributes(schema: Schema, source: str) -> dict[str, Any]:
    return {
        "__doc__": schema.description or f"Made of the schema {schema.id}.",
        "__schema__": schema.id,
        "__schema_name__": schema.name or "",
        "__schema_description__": schema.description or "",
        DOCUMENT_ATTRIBUTE: source,
    }


def _get_nested_model(key: _ModelKey, path: tuple[str, ...]) -> type[Any]:
    """Return the class of the complex value at a path of Python names; what unpickling calls."""
    cls: Any = _get_model(*key)
    for field in path:
        slot = next(
            slot for slot in get_model_definition(cls).by_name.values() if slot.field == field
        )
        cls = slot.attribute.model if isinstance(slot, AttributeField) else slot.model
    return cast("type[Any]", cls)


_PYTHON_TYPES: Mapping[str, Any] = {
    "string": str,
    "reference": str,
    "binary": str,
    "boolean": bool,
    "integer": int,
    "decimal": float,
    "dateTime": datetime,
}


_CHARACTERISTICS = (
    "type",
    "required",
    "case_exact",
    "mutability",
    "returned",
    "uniqueness",
    "canonical_values",
    "reference_types",
    "description",
)


def _has_all_sub_attributes(known: Attribute, attribute: Attribute) -> bool:
    """Return whether a class made for `known` has all sub-attributes that a document describes."""
    pairs = [(known.find_sub_attribute(sub.name), sub) for sub in attribute.sub_attributes]
    return attribute.type == "complex" and all(
        have is not None and (have.type, have.multi_valued) == (sub.type, sub.multi_valued)
        for have, sub in pairs
    )


class _ModelBuilder:
    """Makes the classes of one document."""

    def __init__(self, key: _ModelKey) -> None:
        self._key = key

    def build_fields(
        self, attributes: Sequence[Attribute], base: type[Model], path: tuple[str, ...]
    ) -> dict[str, tuple[Any, Any]]:
        """Return annotation and default of the field of each attribute, by Python name."""
        made: dict[str, tuple[Any, Any]] = {}
        for attribute in attributes:
            known = get_model_definition(base).by_name.get(fold(attribute.name))
            slot = known if isinstance(known, AttributeField) else None
            if (
                slot is not None
                and slot.attribute.field in COMMON_FIELDS
                and issubclass(base, Resource)
            ):
                continue  # what every resource has takes precedence over a schema that lists it
            name = slot.attribute.field if slot else make_python_name(attribute.name, base, made)
            made[name] = self._build_field(attribute, slot, (*path, name))
        return made

    def _build_field(
        self, attribute: Attribute, known: AttributeField | None, path: tuple[str, ...]
    ) -> tuple[Any, Any]:
        kept = known.attribute if known is not None else None
        says = {name: getattr(attribute, name) for name in _CHARACTERISTICS}
        value: Any
        if kept is not None and kept.model is not None and _has_all_sub_attributes(kept, attribute):
            value = kept.model  # so that `scim.Name(...)` stays a name
            says["sub_attributes"] = with_python_names(attribute, kept).sub_attributes
        elif attribute.type == "complex":
            inner = (kept and kept.model) or Complex
            subs = self.build_fields(attribute.sub_attributes, inner, path)
            value = self.build_class(make_class_name(attribute.name), inner, subs, path, {})
        else:
            value = _PYTHON_TYPES[attribute.type]
        annotation: Any = (
            list.__class_getitem__(value) if attribute.multi_valued else value
        ) | None
        mark = Annotation(tuple(says.items()))
        default = Field(
            default=None,
            validation_alias=attribute.name,
            serialization_alias=attribute.name,
            description=attribute.description or None,
        )
        return Annotated[annotation, mark], default

    def add_extension(
        self,
        schema: Schema,
        base: type[Model],
        fields: dict[str, tuple[Any, Any]],
        *,
        required: bool,
    ) -> None:
        urn = cast("str", schema.id)
        known = get_model_definition(base).by_name.get(fold(urn))
        if known is None:
            name = make_python_name(schema.name or urn.rpartition(":")[2], base, fields)
            inner: type[Model] = Extension
            wire = urn
        else:
            slot = cast("Any", known)
            name, inner, wire = slot.field, slot.model, slot.urn
        subs = self.build_fields(build_attributes(schema), inner, (name,))
        cls = self.build_class(
            make_class_name(schema.name or name),
            inner,
            subs,
            (name,),
            _make_class_attributes(schema, _to_canonical_json(schema)),
        )
        fields[name] = (cls | None, extension(wire, required=required))

    def build_class(
        self,
        name: str,
        base: type[Model],
        fields: Mapping[str, tuple[Any, Any]],
        path: tuple[str, ...],
        class_attributes: Mapping[str, Any],
    ) -> type[Any]:
        """Return a class with these fields."""
        remake = (_get_nested_model, (self._key, path))
        namespace: dict[str, Any] = {
            "__module__": __name__,
            "__qualname__": name,
            "__annotations__": {field: annotation for field, (annotation, _) in fields.items()},
            **{field: default for field, (_, default) in fields.items()},
            **class_attributes,
            "__remake__": remake,
        }
        metaclass: Any = type(base)
        return cast("type[Any]", metaclass(name, (base,), namespace))


# ----------------------------------------------------------------------------- a tenant's models

DiscoveryDocuments: TypeAlias = (
    "ListResponse[Any] | Mapping[str, Any] | Iterable[Any] | str | bytes"
)
"""An answer of a discovery endpoint, in any form: read, in wire form, as text, or its elements."""


def models_from_discovery(
    schemas: DiscoveryDocuments, resource_types: DiscoveryDocuments
) -> dict[str, type[Resource]]:
    """Return a class for each resource type of a tenant, from its discovery documents.

    Users and groups derive from `scim.User` and `scim.Group`, so that everything made for these takes
    them; the tenant's extensions are fields, and the tenant's characteristics hold. An extension
    without a document stays what it is on these classes, or undeclared.

    ```python
    models = scim.models_from_discovery(okta.schemas(), okta.resource_types())
    people = okta.collection(models["User"])
    ```

    Args:
        schemas: the answer of `/Schemas`: a `ListResponse`, its wire form, or the documents.
        resource_types: the answer of `/ResourceTypes`, likewise.

    Returns:
        The classes by the name of the resource type; the `__endpoint__` of each is what the tenant
        says.

    Raises:
        InvalidResource: a resource type has no name, or its schema is not among the schemas.
    """
    documents = {
        fold(cast("str", s.id)): s for s in map(to_schema, _read_documents(schemas, Schema))
    }
    models: dict[str, type[Resource]] = {}
    for kind in _read_documents(resource_types, ResourceType):
        urn = kind.schema_ or ""
        document = documents.get(fold(urn))
        base = _KNOWN_CLASSES.get(fold(urn), Resource)
        if not kind.name or (document is None and base is Resource):
            raise InvalidResource(
                f"the resource type {kind.name or '(without a name)'} has the schema {urn or '(none)'}, "
                "which is not among the schemas"
            )
        further: _ExtensionSources = tuple(
            (_to_canonical_json(found), bool(given.required))
            for given in kind.schema_extensions or ()
            if (found := documents.get(fold(given.schema_ or ""))) is not None
        )
        text = _to_canonical_json(document if document is not None else schema_of(base))
        models[kind.name] = cast(
            "type[Resource]",
            _get_model(text, base, further, f"/{(kind.endpoint or '').strip('/')}"),
        )
    return models


_KNOWN_CLASSES: Mapping[str, type[Resource]] = {fold(cls.__schema__): cls for cls in (User, Group)}

R = TypeVar("R", bound=Resource)


def _read_documents(documents: Any, cls: type[R]) -> list[R]:
    """Return the documents of a discovery answer as models."""
    if isinstance(documents, ListResponse):
        documents = cast("Any", documents).resources
    elif isinstance(documents, Mapping | str | bytes):
        documents = ListResponse[cls].from_wire(documents).resources  # type: ignore[valid-type]  # a class given at run time
    return [item if isinstance(item, cls) else cls.from_wire(item) for item in documents]
