"""Conversion of schema documents to model classes (RFC 7643 §7).

The classes for a tenant's schemas work wherever `scim.User` does: in clients, filters, PATCH and diff.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypeVar, cast, overload
from weakref import WeakValueDictionary

from pydantic import Field

from britive_scim.errors import InputError, InvalidResource
from britive_scim.scim.definitions.attribute import Annotation, Attribute
from britive_scim.scim.definitions.fields import AttributeField, get_model_definition
from britive_scim.scim.definitions.python_names import make_class_name, make_python_name
from britive_scim.scim.models.base import Complex, Extension, Model, Resource
from britive_scim.scim.models.discovery import ResourceType, Schema
from britive_scim.scim.models.extensions import extension
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.messages import ListResponse
from britive_scim.scim.models.user import User
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.document import SchemaDocument, build_attributes, to_schema
from britive_scim.scim.schemas.from_model import COMMON_FIELDS, DOCUMENT_ATTRIBUTE, schema_of
from britive_scim.scim.schemas.resource_schema import with_python_names

__all__ = ["model_from_schema", "models_from_discovery"]

M = TypeVar("M", bound=Model)

_ExtensionSources = tuple[tuple[str, bool], ...]
"""JSON text of the document of each extension, and whether the extension is required."""

_ModelKey = tuple[str, type[Model], _ExtensionSources, str]
"""Source of a class: the JSON text of its document, the base, the extensions, the endpoint."""

_MODEL_CACHE: WeakValueDictionary[_ModelKey, type[Model]] = WeakValueDictionary()
"""Classes in use; the same source gives the same class."""


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
    """Return a model class for a schema document, with typed fields and all characteristics.

    The same documents give the same class. Its instances can be pickled.

    Args:
        document: the schema, as `scim.Schema` or plain data.
        base: the base class: `scim.Resource`, `scim.Extension` or a derived class such as `scim.User`,
            whose fields are kept with the characteristics of the document. By default a schema with
            `:extension:` in its URN becomes an extension, any other a resource.
        extensions: documents of the extensions of a resource; each becomes a field named after the
            `name` of the schema.

    Raises:
        InvalidResource: a document has no id, or no attributes.
        InputError: `extensions` is not empty for an extension.

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
    extension_schemas = [to_schema(extension_document) for extension_document in extensions]
    if extension_schemas and not issubclass(base, Resource):
        raise InputError(f"extensions must be empty, since {schema.id} is itself an extension")
    return _get_model(
        _to_canonical_json(schema),
        base,
        tuple((_to_canonical_json(extension), False) for extension in extension_schemas),
    )


def _to_canonical_json(schema: Schema) -> str:
    return json.dumps(schema.to_wire(), sort_keys=True, ensure_ascii=False)


def _get_model(
    source: str, base: type[Model], extensions: _ExtensionSources = (), endpoint: str = ""
) -> type[Model]:
    key = (source, base, extensions, endpoint)
    model = _MODEL_CACHE.get(key)
    if model is None:
        model = _build_model(key)
        _MODEL_CACHE[key] = model
    return model


def _build_model(key: _ModelKey) -> type[Model]:
    source, base, extensions, endpoint = key
    schema = to_schema(json.loads(source))
    urn = cast("str", schema.id)
    if schema.attributes is None:
        raise InvalidResource(f"schema {urn} must have attributes")
    builder = _ModelBuilder(key)
    fields = builder.build_fields(build_attributes(schema), base, ())
    for extension_source, required in extensions:
        extension_schema = to_schema(json.loads(extension_source))
        builder.add_extension(extension_schema, base, fields, required=required)
    name = make_class_name(schema.name or urn.rpartition(":")[2])
    class_attributes = _make_class_attributes(schema, source)
    if endpoint:
        class_attributes["__endpoint__"] = endpoint
    return builder.build_class(name, base, fields, (), class_attributes)


def _make_class_attributes(schema: Schema, source: str) -> dict[str, Any]:
    return {
        "__doc__": schema.description or f"Model of the schema {schema.id}.",
        "__schema__": schema.id,
        "__schema_name__": schema.name or "",
        "__schema_description__": schema.description or "",
        DOCUMENT_ATTRIBUTE: source,
    }


def _get_nested_model(key: _ModelKey, path: tuple[str, ...]) -> type[Any]:
    """Return the class of the complex value at a path of Python names; called by unpickling."""
    cls: Any = _get_model(*key)
    for name in path:
        model_field = next(
            field for field in get_model_definition(cls).by_name.values() if field.field == name
        )
        if isinstance(model_field, AttributeField):
            cls = model_field.attribute.model
        else:
            cls = model_field.model
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


def _has_all_sub_attributes(declared: Attribute, described: Attribute) -> bool:
    """Return whether the class of a declared attribute has all sub-attributes of the described one."""
    pairs = [(declared.find_sub_attribute(sub.name), sub) for sub in described.sub_attributes]
    return described.type == "complex" and all(
        known is not None and (known.type, known.multi_valued) == (sub.type, sub.multi_valued)
        for known, sub in pairs
    )


class _ModelBuilder:
    """Builder of the classes for one document."""

    def __init__(self, key: _ModelKey) -> None:
        self._key = key

    def build_fields(
        self, attributes: Sequence[Attribute], base: type[Model], path: tuple[str, ...]
    ) -> dict[str, tuple[Any, Any]]:
        """Return the annotation and default of each field, by Python name."""
        fields: dict[str, tuple[Any, Any]] = {}
        for attribute in attributes:
            model_field = get_model_definition(base).by_name.get(fold(attribute.name))
            declared = model_field.attribute if isinstance(model_field, AttributeField) else None
            if (
                declared is not None
                and declared.field in COMMON_FIELDS
                and issubclass(base, Resource)
            ):
                continue  # common attributes take precedence over a schema that lists them
            name = declared.field if declared else make_python_name(attribute.name, base, fields)
            fields[name] = self._build_field(attribute, declared, (*path, name))
        return fields

    def _build_field(
        self, attribute: Attribute, declared: Attribute | None, path: tuple[str, ...]
    ) -> tuple[Any, Any]:
        characteristics = {name: getattr(attribute, name) for name in _CHARACTERISTICS}
        base = declared.model if declared is not None else None
        value: Any
        if (
            declared is not None
            and base is not None
            and _has_all_sub_attributes(declared, attribute)
        ):
            value = base  # keep `scim.Name` as the class of `name`
            characteristics["sub_attributes"] = with_python_names(
                attribute, declared
            ).sub_attributes
        elif attribute.type == "complex":
            base = base or Complex
            fields = self.build_fields(attribute.sub_attributes, base, path)
            value = self.build_class(make_class_name(attribute.name), base, fields, path, {})
        else:
            value = _PYTHON_TYPES[attribute.type]
        field_type: Any = (
            list.__class_getitem__(value) if attribute.multi_valued else value
        ) | None
        default = Field(
            default=None,
            validation_alias=attribute.name,
            serialization_alias=attribute.name,
            description=attribute.description or None,
        )
        return Annotated[field_type, Annotation(tuple(characteristics.items()))], default

    def add_extension(
        self,
        schema: Schema,
        base: type[Model],
        fields: dict[str, tuple[Any, Any]],
        *,
        required: bool,
    ) -> None:
        """Add the field of an extension to `fields`."""
        urn = cast("str", schema.id)
        declared = cast("Any", get_model_definition(base).by_name.get(fold(urn)))
        if declared is None:
            name = make_python_name(schema.name or urn.rpartition(":")[2], base, fields)
            extension_base: type[Model] = Extension
        else:
            name, extension_base, urn = declared.field, declared.model, declared.urn
        cls = self.build_class(
            make_class_name(schema.name or name),
            extension_base,
            self.build_fields(build_attributes(schema), extension_base, (name,)),
            (name,),
            _make_class_attributes(schema, _to_canonical_json(schema)),
        )
        fields[name] = (cls | None, extension(urn, required=required))

    def build_class(
        self,
        name: str,
        base: type[Model],
        fields: Mapping[str, tuple[Any, Any]],
        path: tuple[str, ...],
        class_attributes: Mapping[str, Any],
    ) -> type[Any]:
        """Return a class with the fields and class attributes."""
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


# ----------------------------------------------------------------------------- discovery

DiscoveryDocuments: TypeAlias = (
    "ListResponse[Any] | Mapping[str, Any] | Iterable[Any] | str | bytes"
)
"""Response of a discovery endpoint: a `ListResponse`, its wire form, JSON text, or its elements."""


def models_from_discovery(
    schemas: DiscoveryDocuments, resource_types: DiscoveryDocuments
) -> dict[str, type[Resource]]:
    """Return a model class for each resource type of a tenant, from its discovery documents.

    The classes for users and groups derive from `scim.User` and `scim.Group`, and work wherever these
    do. The tenant's extensions are fields, with the tenant's characteristics. An extension without a
    document remains as declared on the base class, or undeclared.

    ```python
    models = scim.models_from_discovery(okta.schemas(), okta.resource_types())
    people = okta.collection(models["User"])
    ```

    Args:
        schemas: the response of `/Schemas`: a `ListResponse`, its wire form, or the documents.
        resource_types: the response of `/ResourceTypes`, likewise.

    Returns:
        The classes by name of the resource type, each with the `__endpoint__` of the tenant.

    Raises:
        InvalidResource: a resource type has no name, or `schemas` lacks its schema.
    """
    documents = {
        fold(cast("str", s.id)): s for s in map(to_schema, _read_documents(schemas, Schema))
    }
    models: dict[str, type[Resource]] = {}
    for resource_type in _read_documents(resource_types, ResourceType):
        urn = resource_type.schema_ or ""
        document = documents.get(fold(urn))
        base = _BASE_CLASSES.get(fold(urn), Resource)
        if not resource_type.name:
            raise InvalidResource(
                f"resource type must have a name; its schema is {urn or 'missing'}"
            )
        if document is None and base is Resource:
            raise InvalidResource(
                f"schema of resource type {resource_type.name} must be one of the schemas,"
                f" got {urn or 'none'}"
            )
        extensions: _ExtensionSources = tuple(
            (_to_canonical_json(extension_document), bool(declared.required))
            for declared in resource_type.schema_extensions or ()
            if (extension_document := documents.get(fold(declared.schema_ or ""))) is not None
        )
        source = _to_canonical_json(document if document is not None else schema_of(base))
        endpoint = f"/{(resource_type.endpoint or '').strip('/')}"
        models[resource_type.name] = cast(
            "type[Resource]", _get_model(source, base, extensions, endpoint)
        )
    return models


_BASE_CLASSES: Mapping[str, type[Resource]] = {fold(cls.__schema__): cls for cls in (User, Group)}

R = TypeVar("R", bound=Resource)


def _read_documents(documents: Any, cls: type[R]) -> list[R]:
    """Return the documents of a discovery response as models."""
    if isinstance(documents, ListResponse):
        documents = cast("Any", documents).resources
    elif isinstance(documents, Mapping | str | bytes):
        documents = ListResponse[cls].from_wire(documents).resources  # type: ignore[valid-type]  # a run-time class
    return [item if isinstance(item, cls) else cls.from_wire(item) for item in documents]
