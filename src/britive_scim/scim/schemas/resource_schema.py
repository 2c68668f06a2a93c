"""Resource schema: the core, common and extension attributes of a resource type, as an immutable value.

Filters, PATCH, diff and projection use a `ResourceSchema`. It is built from a model class, from schema
documents, or from both.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, cast

from pydantic import BaseModel

from britive_scim.scim import names
from britive_scim.scim.definitions.attribute import (
    Attribute,
)
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.json_values import is_list
from britive_scim.scim.models.base import Extension, Resource
from britive_scim.scim.models.discovery import (
    ResourceType,
    Schema,
    ServiceProviderConfig,
)
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.repr import get_origin_class
from britive_scim.scim.models.user import CustomUser, User
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.document import SchemaDocument, build_attributes, to_schema
from britive_scim.tables import Table

__all__ = [
    "ExtensionSchema",
    "ResourceSchema",
    "SchemaLike",
    "find_stated_type",
    "find_type_urns",
    "infer_type",
    "is_type_urn",
    "schema_for",
    "with_python_names",
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionSchema:
    """Schema extension of a resource type.

    Attributes:
        urn: id of the schema, which is the key of the extension on the wire.
        attributes: the declared attributes.
        required: whether a resource must have the extension.
        is_open: whether undeclared attributes are valid, as in Britive's custom extension.
        field: the Python name on the model; the URN if there is no model.
        model: the class of the extension, if there is one.
    """

    urn: str
    attributes: tuple[Attribute, ...] = ()
    required: bool = False
    is_open: bool = False
    field: str = ""
    model: type[Any] | None = None
    _by_name: Mapping[str, Attribute] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.field:
            object.__setattr__(self, "field", self.urn)
        object.__setattr__(self, "_by_name", {fold(a.name): a for a in self.attributes})

    def find_attribute(self, name: str) -> Attribute | None:
        """Return the declared attribute with a name (case-insensitive), or `None`."""
        return self._by_name.get(fold(name))


class ResourceSchema:
    """Schema of a resource type: core schema, common attributes and extensions.

    Immutable; compared by identity. `ResourceSchema.of(User)` is cached.

    Attributes:
        urn: id of the core schema.
        name: name of the resource type, such as `User`.
        attributes: the common attributes (`schemas`, `id`, `externalId`, `meta`), then the core ones.
        extensions: the extensions.
        model: the model class, or `None` if the schema comes from a document.
    """

    __slots__ = (
        "_by_name",
        "_by_urn",
        "_folded",
        "attributes",
        "extensions",
        "model",
        "name",
        "urn",
    )

    urn: str
    name: str
    attributes: tuple[Attribute, ...]
    extensions: tuple[ExtensionSchema, ...]
    model: type[Resource] | None
    _folded: str
    _by_name: Mapping[str, Attribute]
    _by_urn: Mapping[str, ExtensionSchema]

    def __init__(
        self,
        urn: str,
        name: str,
        attributes: Iterable[Attribute],
        extensions: Iterable[ExtensionSchema] = (),
        model: type[Resource] | None = None,
    ) -> None:
        by_urn: dict[str, ExtensionSchema] = {}
        for extension in extensions:
            by_urn[fold(extension.urn)] = extension  # replaces an earlier one with this URN
        attributes = tuple(attributes)
        values = {
            "urn": urn,
            "name": name,
            "attributes": attributes,
            "extensions": tuple(by_urn.values()),
            "model": model,
            "_folded": fold(urn),
            "_by_name": {fold(attribute.name): attribute for attribute in attributes},
            "_by_urn": by_urn,
        }
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"ResourceSchema is immutable; {name!r} cannot be set")

    def __repr__(self) -> str:
        extensions = "".join(f" + {extension.urn}" for extension in self.extensions)
        return f"<ResourceSchema {self.name}: {self.urn}{extensions}>"

    def table(self) -> Table:
        """Return a table with one row an attribute: name, type, multi_valued, required, mutability, returned."""
        columns = {"attribute": str, "type": str, "multi_valued": bool, "required": bool}
        columns |= {"mutability": str, "returned": str}
        return Table(columns, [list(self._iter_rows())])

    def _iter_rows(self) -> Iterator[tuple[Any, ...]]:
        groups = [("", self.attributes), *((f"{e.urn}:", e.attributes) for e in self.extensions)]
        for prefix, attributes in groups:
            for attribute in attributes:
                yield _build_row(prefix + attribute.name, attribute)
                for part in attribute.sub_attributes:
                    yield _build_row(f"{prefix}{attribute.name}.{part.name}", part)

    def _repr_html_(self) -> str:
        return self.table().to_html(caption=f"Schema {self.name}", max_rows=None)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self.model is not None and _to_resource_schema(self.model) is self:
            return _to_resource_schema, (self.model,)
        arguments = (self.urn, self.name, self.attributes, self.extensions, self.model)
        return ResourceSchema, arguments

    @classmethod
    def of(
        cls, schema: SchemaLike | SchemaDocument, *, extensions: Iterable[ExtensionSchemaLike] = ()
    ) -> ResourceSchema:
        """Return the schema of a class or a document, optionally with further extensions.

        Args:
            schema: a model class, a `ResourceSchema`, or the document of a core schema.
            extensions: further extensions: documents (`Schema` or plain data) or classes with a
                `__schema__`; one with the URN of a declared extension replaces it.

        Raises:
            TypeError: `schema` has another type.
            InvalidResource: a document is invalid.
        """
        base = _to_resource_schema(schema)
        added = [_to_extension_schema(extension) for extension in extensions]
        if not added:
            return base
        declared = {fold(extension.urn): extension for extension in base.extensions}
        merged = [
            _keep_model_names(extension, declared.get(fold(extension.urn))) for extension in added
        ]
        return cls(base.urn, base.name, base.attributes, [*base.extensions, *merged], base.model)

    def find_attribute(self, urn: str | None, name: str) -> Attribute | None:
        """Return the attribute with a name, or `None`.

        Args:
            urn: the URN of the extension; `None` or the core URN for core and common attributes.
            name: a name without dots; case-insensitive.
        """
        if urn is None or (folded := fold(urn)) == self._folded:
            return self._by_name.get(fold(name))
        extension = self._by_urn.get(folded)
        return None if extension is None else extension.find_attribute(name)

    def find_extension(self, urn: str) -> ExtensionSchema | None:
        """Return the extension with a URN (case-insensitive), or `None`."""
        return self._by_urn.get(fold(urn))


SchemaLike = type[Resource] | ResourceSchema
"""Type of `schema` parameters."""

ExtensionSchemaLike = SchemaDocument | type[Extension]

_CACHE_ATTRIBUTE = "__scim_resource_schema__"


def _to_resource_schema(schema: Any) -> ResourceSchema:
    if isinstance(schema, ResourceSchema):
        return schema
    if inspect.isclass(schema) and issubclass(schema, Resource):
        cached = schema.__dict__.get(_CACHE_ATTRIBUTE)
        if cached is None:
            cached = _build_from_class(schema)
            setattr(schema, _CACHE_ATTRIBUTE, cached)
        return cast("ResourceSchema", cached)
    if isinstance(schema, Schema | Mapping):
        document = to_schema(cast("SchemaDocument", schema))
        common = _to_resource_schema(Resource).attributes
        # RFC 7643 §3.1 takes precedence over a document that lists common attributes.
        common_names = {fold(attribute.name) for attribute in common}
        core = build_attributes(document)
        return ResourceSchema(
            cast("str", document.id),
            document.name or cast("str", document.id).rpartition(":")[2],
            [*common, *(attr for attr in core if fold(attr.name) not in common_names)],
        )
    raise TypeError(
        "schema must be a model class such as scim.User, a ResourceSchema or a schema document,"
        f" got {schema!r}"
    )


def _build_from_class(cls: type[Resource]) -> ResourceSchema:
    definition = get_model_definition(cls)
    extensions = [
        ExtensionSchema(
            urn=declared.urn,
            attributes=_list_attributes(declared.model),
            required=declared.required,
            is_open=_is_open(declared.urn, declared.model),
            field=declared.field,
            model=declared.model,
        )
        for declared in definition.extensions
    ]
    name = cls.__schema__.rpartition(":")[2] or get_origin_class(cls).__name__
    return ResourceSchema(cls.__schema__, name, _list_attributes(cls), extensions, cls)


def _list_attributes(cls: type[BaseModel]) -> tuple[Attribute, ...]:
    return tuple(field.attribute for field in get_model_definition(cls).fields)


def _is_open(urn: str, model: type[Any] | None = None) -> bool:
    return fold(urn) == fold(names.CUSTOM_USER) or (
        model is not None and issubclass(model, CustomUser)
    )


def _to_extension_schema(source: ExtensionSchemaLike) -> ExtensionSchema:
    if isinstance(source, type):
        if not source.__schema__:
            raise TypeError(f"{source.__name__}.__schema__ must be the URN of the schema, got ''")
        return ExtensionSchema(
            urn=source.__schema__,
            attributes=tuple(
                dataclasses.replace(attribute, field=attribute.name)
                for attribute in _list_attributes(source)
            ),
            is_open=_is_open(source.__schema__, source),
        )
    document = to_schema(source)
    urn = cast("str", document.id)
    return ExtensionSchema(urn=urn, attributes=build_attributes(document), is_open=_is_open(urn))


def _keep_model_names(
    extension: ExtensionSchema, declared: ExtensionSchema | None
) -> ExtensionSchema:
    """Return an extension with the Python names of the class that declares it."""
    if declared is None or declared.model is None:
        return extension
    attributes = tuple(
        with_python_names(attribute, declared.find_attribute(attribute.name))
        for attribute in extension.attributes
    )
    return dataclasses.replace(
        extension,
        attributes=attributes,
        field=declared.field,
        model=declared.model,
        required=declared.required,
    )


def with_python_names(attribute: Attribute, declared: Attribute | None) -> Attribute:
    """Return an attribute of a document with the Python names of the class that declares it."""
    if declared is None:
        return attribute
    subs = tuple(
        with_python_names(sub, declared.find_sub_attribute(sub.name))
        for sub in attribute.sub_attributes
    )
    return dataclasses.replace(
        attribute, field=declared.field, model=declared.model, sub_attributes=subs
    )


# ----------------------------------------------------------------------------- instances

_KNOWN_CLASSES: tuple[type[Resource], ...] = (
    User,
    Group,
    ServiceProviderConfig,
    ResourceType,
    Schema,
)
_CLASSES_BY_URN: Mapping[str, type[Resource]] = {
    fold(cls.__schema__): cls for cls in _KNOWN_CLASSES
}


def schema_for(resource: Resource | Mapping[str, Any]) -> ResourceSchema:
    """Return the schema of a resource, from its class, `schemas`, `meta.resourceType` or names.

    Args:
        resource: a model, or a mapping in wire form. A mapping without a known type is a group if it has `members`
            and no `userName`, otherwise a user.
    """
    # Plain dicts first: a negative isinstance() check of an abstract class is slow.
    if resource.__class__ is not dict and isinstance(resource, Resource):
        return ResourceSchema.of(type(resource))
    mapping = cast("Mapping[str, Any]", resource)
    cls = find_stated_type(mapping) or infer_type(mapping) or User
    return cls.__dict__.get(_CACHE_ATTRIBUTE) or ResourceSchema.of(cls)


def find_stated_type(mapping: Mapping[str, Any]) -> type[Resource] | None:
    """Return the known class that a mapping states in `schemas` or `meta.resourceType`, or `None`."""
    listed = mapping.get("schemas")
    for urn in listed if is_list(listed) else ():
        cls = _CLASSES_BY_URN.get(fold(urn)) if isinstance(urn, str) else None
        if cls is not None:
            return cls
    meta = mapping.get("meta")
    if isinstance(meta, Mapping):
        type_name = cast("Mapping[str, Any]", meta).get("resourceType")
        for cls in _KNOWN_CLASSES:
            if cls.__name__ == type_name:
                return cls
    return None


def infer_type(mapping: Mapping[Any, Any]) -> type[Resource] | None:
    """Return `User` for a mapping with `userName`, `Group` for one with `members`, or `None`."""
    if "userName" in mapping:  # the usual spelling, without a loop
        return User
    folded = {fold(name) for name in mapping if isinstance(name, str)}
    if "username" in folded:
        return User
    return Group if "members" in folded else None


def is_type_urn(urn: object) -> bool:
    """Return whether a value is the URN of a known resource type."""
    return isinstance(urn, str) and fold(urn) in _CLASSES_BY_URN


def find_type_urns(resource: Resource | Mapping[str, Any]) -> frozenset[str]:
    """Return the folded URNs of the resource types that a resource states in its class or `schemas`."""
    if isinstance(resource, Resource):
        urn = type(resource).__schema__
        return frozenset({fold(urn)} if urn else ())
    listed = resource.get("schemas")
    urns = [urn for urn in listed if isinstance(urn, str)] if is_list(listed) else []
    return frozenset(map(fold, urns)) & _CLASSES_BY_URN.keys()


def _build_row(name: str, attribute: Attribute) -> tuple[Any, ...]:
    return (
        name,
        attribute.type,
        attribute.multi_valued,
        attribute.required,
        attribute.mutability,
        attribute.returned,
    )
