"""What a kind of resource looks like, in one immutable value: core, common and extension attributes.

Filters, PATCH, differences and selection all work against a `ResourceSchema`. It comes from a model
class, from schema documents, or from both.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Self, cast, get_args

from britive_scim.errors import InputError, InvalidResource
from britive_scim.scim import names
from britive_scim.scim.definitions.attribute import (
    Attribute,
    AttributeType,
    Mutability,
    Returned,
    Uniqueness,
)
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.models.base import Extension, Resource
from britive_scim.scim.models.discovery import (
    ResourceType,
    Schema,
    SchemaAttribute,
    SchemaSubAttribute,
    ServiceProviderConfig,
)
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.user import CustomUser, User
from britive_scim.scim.names import fold

__all__ = [
    "ExtensionSchema",
    "ResourceSchema",
    "SchemaDocument",
    "SchemaLike",
    "build_attributes",
    "find_type_urns",
    "require_resource",
    "schema_for",
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionSchema:
    """One extension of a kind of resource.

    Attributes:
        urn: id of its schema: the key of its data.
        attributes: what it declares.
        required: whether a resource must carry it.
        is_open: whether it takes attributes nobody declared, as Britive's custom extension does.
        field: its Python name on the model; the URN itself where there is only a document.
        model: its class, where there is one.
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
        """Return the attribute of this name, in any case, or `None`; an open extension invents none."""
        return self._by_name.get(fold(name))


class ResourceSchema:
    """A kind of resource: its core schema with the common attributes, and its extensions.

    Immutable; compared by identity. `ResourceSchema.of(User)` is made once.

    Attributes:
        urn: id of the core schema.
        name: name of the kind, such as `User`.
        attributes: the common attributes (`schemas`, `id`, `externalId`, `meta`), then the core ones.
        extensions: its extensions.
        model: the class it was made from, or `None` where there was only a document.
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
            by_urn[fold(extension.urn)] = extension  # a later one of the same URN replaces it
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
        raise AttributeError(f"a ResourceSchema does not change; {name!r} cannot be set")

    def __repr__(self) -> str:
        extensions = "".join(f" + {extension.urn}" for extension in self.extensions)
        return f"<ResourceSchema {self.name}: {self.urn}{extensions}>"

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
        """Return the schema of a class, of a document, or of either with further extensions.

        Args:
            schema: a model class, a `ResourceSchema`, or the document of a core schema.
            extensions: further ones, as documents (`Schema` or plain) or classes with a `__schema__`;
                one whose URN is known already takes the place of that one.

        Raises:
            TypeError: `schema` is none of these.
            InvalidResource: a document is none.
        """
        base = _to_resource_schema(schema)
        further = [_to_extension_schema(extension) for extension in extensions]
        if not further:
            return base
        fields = {fold(extension.urn): extension for extension in base.extensions}
        merged = [
            _keep_model_names(extension, fields.get(fold(extension.urn))) for extension in further
        ]
        return cls(base.urn, base.name, base.attributes, [*base.extensions, *merged], base.model)

    def find_attribute(self, urn: str | None, name: str) -> Attribute | None:
        """Return an attribute by its name, in any case, or `None`.

        Args:
            urn: the extension's URN; `None` or the core URN for core and common attributes.
            name: a name without dots.
        """
        if urn is None or (folded := fold(urn)) == self._folded:
            return self._by_name.get(fold(name))
        extension = self._by_urn.get(folded)
        return None if extension is None else extension.find_attribute(name)

    def find_extension(self, urn: str) -> ExtensionSchema | None:
        """Return the extension of this URN, in any case, or `None`."""
        return self._by_urn.get(fold(urn))


SchemaLike = type[Resource] | ResourceSchema
"""What is accepted wherever a schema is asked for."""

SchemaDocument = Schema | Mapping[str, Any]
"""A schema document: our model, or plain data as it came."""

ExtensionSchemaLike = SchemaDocument | type[Extension]

_CACHE_ATTRIBUTE = "__scim_resource_schema__"


def _to_resource_schema(schema: Any) -> ResourceSchema:
    if isinstance(schema, ResourceSchema):
        return schema
    if inspect.isclass(schema) and issubclass(schema, Resource):
        made = schema.__dict__.get(_CACHE_ATTRIBUTE)
        if made is None:
            made = _build_from_class(schema)
            setattr(schema, _CACHE_ATTRIBUTE, made)
        return cast("ResourceSchema", made)
    if isinstance(schema, Schema | Mapping):
        document = to_schema(cast("SchemaDocument", schema))
        common = _to_resource_schema(Resource).attributes
        # Whatever an older document says of the common ones, RFC 7643 §3.1 takes precedence.
        known = {fold(attribute.name) for attribute in common}
        core = build_attributes(document)
        return ResourceSchema(
            cast("str", document.id),
            document.name or cast("str", document.id).rpartition(":")[2],
            [*common, *(attribute for attribute in core if fold(attribute.name) not in known)],
        )
    raise TypeError(
        f"expected a model class such as scim.User, a ResourceSchema or a schema document, got {schema!r}"
    )


def _build_from_class(cls: type[Resource]) -> ResourceSchema:
    shape = get_model_definition(cls)
    extensions = [
        ExtensionSchema(
            urn=slot.urn,
            attributes=tuple(inner.attribute for inner in get_model_definition(slot.model).fields),
            required=slot.required,
            is_open=_is_open(slot.urn, slot.model),
            field=slot.field,
            model=slot.model,
        )
        for slot in shape.extensions
    ]
    origin = cls.__pydantic_generic_metadata__["origin"] or cls
    name = cls.__schema__.rpartition(":")[2] or origin.__name__
    attributes = [slot.attribute for slot in shape.fields]
    return ResourceSchema(cls.__schema__, name, attributes, extensions, cls)


def _is_open(urn: str, model: type[Any] | None = None) -> bool:
    return fold(urn) == fold(names.CUSTOM_USER) or (
        model is not None and issubclass(model, CustomUser)
    )


def _to_extension_schema(source: ExtensionSchemaLike) -> ExtensionSchema:
    if isinstance(source, type):
        if not source.__schema__:
            raise TypeError(f"{source.__name__} names no schema: set its __schema__ to the URN")
        return ExtensionSchema(
            urn=source.__schema__,
            attributes=tuple(
                dataclasses.replace(slot.attribute, field=slot.attribute.name)
                for slot in get_model_definition(source).fields
            ),
            is_open=_is_open(source.__schema__, source),
        )
    document = to_schema(source)
    urn = cast("str", document.id)
    return ExtensionSchema(urn=urn, attributes=build_attributes(document), is_open=_is_open(urn))


def _keep_model_names(further: ExtensionSchema, known: ExtensionSchema | None) -> ExtensionSchema:
    """Return a further extension with the Python names of the class that has it already."""
    if known is None or known.model is None:
        return further
    fields = {fold(attribute.name): attribute for attribute in known.attributes}
    attributes = tuple(
        with_python_names(attribute, fields.get(fold(attribute.name)))
        for attribute in further.attributes
    )
    return dataclasses.replace(
        further,
        attributes=attributes,
        field=known.field,
        model=known.model,
        required=known.required,
    )


def with_python_names(attribute: Attribute, known: Attribute | None) -> Attribute:
    """Return an attribute of a document with the Python names it has on a class that knows it."""
    if known is None:
        return attribute
    subs = tuple(
        with_python_names(sub, known.find_sub_attribute(sub.name))
        for sub in attribute.sub_attributes
    )
    return dataclasses.replace(attribute, field=known.field, model=known.model, sub_attributes=subs)


# ----------------------------------------------------------------------------- documents


def to_schema(document: SchemaDocument) -> Schema:
    """Return a schema document as our model.

    Raises:
        InvalidResource: it is no object, or has no `id`.
    """
    schema = document if isinstance(document, Schema) else Schema.from_wire(document)
    if not schema.id:
        raise InvalidResource("a schema document without an id", problems=["id: missing"])
    return schema


def build_attributes(document: Schema) -> tuple[Attribute, ...]:
    """Return the attributes a schema document describes, defaults filled in (RFC 7643 §2.2)."""
    return tuple(
        _build_attribute(described) for described in document.attributes or () if described.name
    )


def _build_attribute(described: SchemaSubAttribute) -> Attribute:
    type_ = _parse_keyword(described.type, AttributeType, "string")
    subs = _list_sub_attributes(described)
    return Attribute(
        name=cast("str", described.name),
        type=type_,
        multi_valued=bool(described.multi_valued),
        required=bool(described.required),
        # References and binaries are case exact by their type, whatever a document says.
        case_exact=bool(described.case_exact) or type_ in {"reference", "binary"},
        mutability=_parse_keyword(described.mutability, Mutability, "readWrite"),
        returned=_parse_keyword(described.returned, Returned, "default"),
        uniqueness=_parse_keyword(described.uniqueness, Uniqueness, "none"),
        canonical_values=tuple(described.canonical_values or ()),
        reference_types=tuple(described.reference_types or ()),
        description=described.description or "",
        sub_attributes=tuple(_build_attribute(sub) for sub in subs if sub.name),
    )


def _list_sub_attributes(described: SchemaSubAttribute) -> list[SchemaSubAttribute]:
    if isinstance(described, SchemaAttribute):
        return list(described.sub_attributes or ())
    # The schema of schemas nests once more than any other; there they are not declared.
    nested = (described.__pydantic_extra__ or {}).get("subAttributes")
    items = nested if is_list(nested) else []
    return [SchemaAttribute.from_wire(item) for item in items if is_object(item)]


def _parse_keyword(value: str | None, allowed: Any, default: Any) -> Any:
    """Return a keyword in its own spelling; one nobody knows counts as not given."""
    folded = fold(value or "")
    return next((word for word in get_args(allowed) if fold(word) == folded), default)


# ----------------------------------------------------------------------------- of a resource

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
    """Return the schema of a resource: a model's class, or what a mapping says it is.

    Args:
        resource: a model, or a mapping in wire form, whose `schemas` (and failing these
            `meta.resourceType`) name a type known here; any other counts as a user.

    Raises:
        InputError: it is neither.
    """
    # Plain dicts first: the instance check of an abstract class takes its time to say no.
    if resource.__class__ is not dict:
        if isinstance(resource, Resource):
            return ResourceSchema.of(type(resource))
        require_resource(resource)
    listed = cast("Mapping[str, Any]", resource).get("schemas")
    for urn in listed if is_list(listed) else ():
        known = _CLASSES_BY_URN.get(fold(urn)) if isinstance(urn, str) else None
        if known is not None:
            return known.__dict__.get(_CACHE_ATTRIBUTE) or ResourceSchema.of(known)
    meta = cast("Mapping[str, Any]", resource).get("meta")
    if isinstance(meta, Mapping):
        kind = cast("Mapping[str, Any]", meta).get("resourceType")
        for known in _KNOWN_CLASSES:
            if known.__name__ == kind:
                return ResourceSchema.of(known)
    return ResourceSchema.of(User)


def require_resource(value: object) -> None:
    """Raise where a value is no resource.

    Raises:
        InputError: it is neither a model of a resource nor a mapping.
    """
    if not isinstance(value, Resource | Mapping):
        kind = type(value)
        named = kind.__qualname__
        if kind.__module__ != "builtins":
            named = f"{kind.__module__}.{named}"
        raise InputError(
            "a resource is a scim.Resource such as scim.User, or a mapping in wire form,"
            f" not {named}"
        )


def find_type_urns(resource: Resource | Mapping[str, Any]) -> frozenset[str]:
    """Return the folded URNs of the kinds of resources that one says it is; none if it does not say."""
    if isinstance(resource, Resource):
        said: list[Any] = [type(resource).__schema__]
    else:
        listed = resource.get("schemas")
        said = listed if is_list(listed) else []
    folded = frozenset(fold(urn) for urn in said if isinstance(urn, str) and urn)
    return folded if isinstance(resource, Resource) else folded & _CLASSES_BY_URN.keys()
