"""Discovery resources: service provider configuration, resource types and schemas (RFC 7643 §5-§7)."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from britive_scim.scim import names
from britive_scim.scim.codec.decode import Unread
from britive_scim.scim.codec.json import format_path
from britive_scim.scim.definitions.attribute import (
    ALWAYS_RETURNED,
    CASE_EXACT,
    READ_ONLY,
    REQUIRED,
    UNIQUE_ON_SERVER,
    canonical,
    reference,
)
from britive_scim.scim.models.base import Complex, Resource
from britive_scim.scim.names import fold

__all__ = [
    "AuthenticationScheme",
    "BulkSupport",
    "FilterSupport",
    "Pagination",
    "ResourceType",
    "Schema",
    "SchemaAttribute",
    "SchemaExtension",
    "SchemaSubAttribute",
    "ServiceProviderConfig",
    "Support",
    "find_ambiguous_names",
]


class Support(Complex):
    """Support of an operation."""

    supported: Annotated[bool | None, REQUIRED, READ_ONLY] = None
    """A Boolean value specifying whether or not the operation is supported."""


class BulkSupport(Support):
    """Support of bulk requests, and their maximum size (RFC 7644 §3.7)."""

    max_operations: Annotated[int | None, REQUIRED, READ_ONLY] = None
    """An integer value specifying the maximum number of operations."""

    max_payload_size: Annotated[int | None, REQUIRED, READ_ONLY] = None
    """An integer value specifying the maximum payload size in bytes."""


class FilterSupport(Support):
    """Support of filters, and the maximum number of results."""

    max_results: Annotated[int | None, REQUIRED, READ_ONLY] = None
    """An integer value specifying the maximum number of resources returned in a response."""


class AuthenticationScheme(Complex):
    """Authentication scheme of the service."""

    type: Annotated[
        str | None,
        REQUIRED,
        READ_ONLY,
        canonical("oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"),
    ] = None
    """The authentication scheme."""

    name: Annotated[str | None, REQUIRED, READ_ONLY] = None
    """The common authentication scheme name, e.g., HTTP Basic."""

    description: Annotated[str | None, REQUIRED, READ_ONLY] = None
    """A description of the authentication scheme."""

    spec_uri: Annotated[str | None, READ_ONLY, reference("external")] = None
    """An HTTP-addressable URL pointing to the authentication scheme's specification."""

    documentation_uri: Annotated[str | None, READ_ONLY, reference("external")] = None
    """An HTTP-addressable URL pointing to the authentication scheme's usage documentation."""

    primary: Annotated[bool | None, READ_ONLY] = None
    """A Boolean value indicating the preferred authentication scheme."""


class Pagination(Complex):
    """Pagination methods of the service (RFC 9865 §4)."""

    cursor: Annotated[bool | None, REQUIRED, READ_ONLY] = None
    """A Boolean value specifying support of cursor-based pagination."""

    index: Annotated[bool | None, REQUIRED, READ_ONLY] = None
    """A Boolean value specifying support of index-based pagination."""

    default_pagination_method: Annotated[str | None, READ_ONLY, canonical("cursor", "index")] = None
    """A string value specifying the type of pagination that the service provider defaults to."""

    default_page_size: Annotated[int | None, READ_ONLY] = None
    """A positive integer value specifying the default number of results returned in a page."""

    max_page_size: Annotated[int | None, READ_ONLY] = None
    """A positive integer specifying the maximum number of results returned in a page."""

    cursor_timeout: Annotated[int | None, READ_ONLY] = None
    """A positive integer specifying the minimum number of seconds that a cursor is valid between page
    requests."""


class ServiceProviderConfig(Resource):
    """Features and limits of the service (RFC 7643 §5, RFC 9865)."""

    __schema__ = names.SERVICE_PROVIDER_CONFIG
    __endpoint__ = "/ServiceProviderConfig"
    __schema_name__ = "Service Provider Configuration"
    __schema_description__ = "Schema for representing the service provider's configuration"

    documentation_uri: Annotated[str | None, READ_ONLY, reference("external")] = None
    """An HTTP-addressable URL pointing to the service provider's human-consumable help documentation."""

    patch: Annotated[Support | None, REQUIRED, READ_ONLY] = None
    """A complex type that specifies PATCH configuration options."""

    bulk: Annotated[BulkSupport | None, REQUIRED, READ_ONLY] = None
    """A complex type that specifies bulk configuration options."""

    filter: Annotated[FilterSupport | None, REQUIRED, READ_ONLY] = None
    """A complex type that specifies FILTER options."""

    change_password: Annotated[Support | None, REQUIRED, READ_ONLY] = None
    """A complex type that specifies configuration options related to changing a password."""

    sort: Annotated[Support | None, REQUIRED, READ_ONLY] = None
    """A complex type that specifies sort result options."""

    etag: Annotated[Support | None, REQUIRED, READ_ONLY] = None
    """A complex type that specifies ETag configuration options."""

    pagination: Annotated[Pagination | None, READ_ONLY] = None
    """A complex type that specifies pagination configuration options (RFC 9865)."""

    authentication_schemes: Annotated[list[AuthenticationScheme] | None, REQUIRED, READ_ONLY] = None
    """A complex type that specifies supported authentication scheme properties."""


class SchemaExtension(Complex):
    """Schema extension of a resource type (RFC 7643 §6)."""

    schema_: Annotated[str | None, REQUIRED, READ_ONLY, reference("uri")] = None
    """The URI of a schema extension."""

    required: Annotated[bool | None, REQUIRED, READ_ONLY] = None
    """A Boolean value that specifies whether or not the schema extension is required for the resource
    type.  If true, a resource of this type MUST include this schema extension and also include any
    attributes declared as required in this schema extension. If false, a resource of this type MAY
    omit this schema extension."""


class ResourceType(Resource):
    """Resource type: its endpoint, schema and extensions (RFC 7643 §6)."""

    __schema__ = names.RESOURCE_TYPE
    __endpoint__ = "/ResourceTypes"
    __schema_name__ = "ResourceType"
    __schema_description__ = "Specifies the schema that describes a SCIM resource type"

    id: Annotated[str | None, READ_ONLY] = None
    """The resource type's server unique id. May be the same as the 'name' attribute."""

    name: Annotated[str | None, REQUIRED, READ_ONLY, CASE_EXACT, UNIQUE_ON_SERVER] = None
    """The resource type name.  When applicable, service providers MUST specify the name, e.g., 'User'."""

    description: Annotated[str | None, READ_ONLY] = None
    """The resource type's human-readable description.  When applicable, service providers MUST specify
    the description."""

    endpoint: Annotated[str | None, REQUIRED, READ_ONLY, reference("uri"), UNIQUE_ON_SERVER] = None
    """The resource type's HTTP-addressable endpoint relative to the Base URL, e.g., '/Users'."""

    schema_: Annotated[str | None, REQUIRED, READ_ONLY, reference("uri")] = None
    """The resource type's primary/base schema URI."""

    schema_extensions: Annotated[list[SchemaExtension] | None, READ_ONLY] = None
    """A list of URIs of the resource type's schema extensions."""


class SchemaSubAttribute(Complex):
    """Sub-attribute in a schema document (RFC 7643 §7)."""

    name: Annotated[str | None, REQUIRED, READ_ONLY] = None
    """The attribute's name."""

    type: Annotated[
        str | None,
        REQUIRED,
        READ_ONLY,
        CASE_EXACT,
        canonical(
            "string",
            "complex",
            "boolean",
            "decimal",
            "integer",
            "dateTime",
            "reference",
            "binary",
        ),
    ] = None
    """The attribute's data type. Valid values include 'string', 'complex', 'boolean', 'decimal',
    'integer', 'dateTime', 'reference'."""

    multi_valued: Annotated[bool | None, REQUIRED, READ_ONLY] = None
    """A Boolean value indicating an attribute's plurality."""

    description: Annotated[str | None, READ_ONLY, CASE_EXACT] = None
    """A human-readable description of the attribute."""

    required: Annotated[bool | None, READ_ONLY] = None
    """A boolean value indicating whether or not the attribute is required."""

    canonical_values: Annotated[list[str] | None, READ_ONLY, CASE_EXACT] = None
    """A collection of canonical values.  When applicable, service providers MUST specify the canonical
    types, e.g., 'work', 'home'."""

    case_exact: Annotated[bool | None, READ_ONLY] = None
    """A Boolean value indicating whether or not a string attribute is case sensitive."""

    mutability: Annotated[
        str | None,
        READ_ONLY,
        CASE_EXACT,
        canonical("readOnly", "readWrite", "immutable", "writeOnly"),
    ] = None
    """Indicates whether or not an attribute is modifiable."""

    returned: Annotated[
        str | None, READ_ONLY, CASE_EXACT, canonical("always", "never", "default", "request")
    ] = None
    """Indicates when an attribute is returned in a response (e.g., to a query)."""

    uniqueness: Annotated[
        str | None, READ_ONLY, CASE_EXACT, canonical("none", "server", "global")
    ] = None
    """Indicates how unique a value must be."""

    reference_types: Annotated[list[str] | None, READ_ONLY, CASE_EXACT] = None
    """Used only with an attribute of type 'reference'.  Specifies a SCIM resourceType that a reference
    attribute MAY refer to, e.g., 'User'."""


class SchemaAttribute(SchemaSubAttribute):
    """Attribute in a schema document (RFC 7643 §7)."""

    sub_attributes: Annotated[list[SchemaSubAttribute] | None, READ_ONLY] = None
    """Used to define the sub-attributes of a complex attribute."""

    def __iter_unread__(self, steps: tuple[str | int, ...]) -> Iterator[Unread]:
        """Yield the sub-attributes whose name differs from an earlier one only in case."""
        return _iter_ambiguous(self.sub_attributes, (*steps, "subAttributes"))


class Schema(Resource):
    """Schema document: the attributes of a resource type or an extension (RFC 7643 §7)."""

    __schema__ = names.SCHEMA
    __endpoint__ = "/Schemas"
    __schema_name__ = "Schema"
    __schema_description__ = "Specifies the schema that describes a SCIM schema"

    id: Annotated[str | None, REQUIRED, READ_ONLY, ALWAYS_RETURNED] = None
    """The unique URI of the schema. When applicable, service providers MUST specify the URI."""

    name: Annotated[str | None, READ_ONLY] = None
    """The schema's human-readable name.  When applicable, service providers MUST specify the name,
    e.g., 'User'."""

    description: Annotated[str | None, READ_ONLY] = None
    """The schema's human-readable name.  When applicable, service providers MUST specify the name,
    e.g., 'User'."""

    attributes: Annotated[list[SchemaAttribute] | None, REQUIRED, READ_ONLY] = None
    """A complex attribute that includes the attributes of a schema."""

    def __iter_unread__(self, steps: tuple[str | int, ...]) -> Iterator[Unread]:
        """Yield the attributes whose name differs from an earlier one only in case."""
        return _iter_ambiguous(self.attributes, (*steps, "attributes"))


def find_ambiguous_names(
    attributes: Iterable[SchemaSubAttribute] | None,
) -> list[tuple[int, str, str]]:
    """Return the attributes whose name differs from an earlier one only in case.

    Args:
        attributes: the attributes of a schema, or the sub-attributes of one.

    Returns:
        The index of each, the earlier name, and its own name.
    """
    first_names: dict[str, str] = {}
    ambiguous: list[tuple[int, str, str]] = []
    for index, attribute in enumerate(attributes or ()):
        name = attribute.name or ""
        first = first_names.setdefault(fold(name), name)
        if first != name:
            ambiguous.append((index, first, name))
    return ambiguous


def _iter_ambiguous(attributes: list[Any] | None, steps: tuple[str | int, ...]) -> Iterator[Unread]:
    for index, first, _ in find_ambiguous_names(attributes):
        attribute: SchemaSubAttribute = (attributes or [])[index]
        reason = f"name differs from {first} only in case"
        yield Unread(format_path((*steps, index)), attribute.to_wire(), reason)
