"""The SCIM language: resources, paths, filters and PATCH (RFC 7643, RFC 7644), without a network.

```python
from britive_scim import scim

user = scim.User.of(email="ada@example.com", given_name="Ada", family_name="Byron")
scim.parse_filter('name.familyName sw "By"').matches(user)
```
"""

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.scim.codec.decode import Unread
    from britive_scim.scim.definitions.attribute import (
        ALWAYS_RETURNED,
        BINARY,
        CASE_EXACT,
        IMMUTABLE,
        NEVER_RETURNED,
        READ_ONLY,
        REQUIRED,
        RETURNED_ON_REQUEST,
        UNIQUE_GLOBALLY,
        UNIQUE_ON_SERVER,
        WRITE_ONLY,
        Annotation,
        Attribute,
        canonical,
        reference,
    )
    from britive_scim.scim.diffs.diff import diff, equal
    from britive_scim.scim.filters.ast import And, Compare, Filter, Not, Or, Present, ValuePath
    from britive_scim.scim.filters.builder import AttributeName, Comparable, attr
    from britive_scim.scim.filters.parser import parse_filter, parse_path
    from britive_scim.scim.filters.path import Path
    from britive_scim.scim.filters.predicates import Predicate
    from britive_scim.scim.models.base import (
        Complex,
        Extension,
        Message,
        Meta,
        Model,
        Resource,
    )
    from britive_scim.scim.models.discovery import (
        AuthenticationScheme,
        BulkSupport,
        FilterSupport,
        Pagination,
        ResourceType,
        Schema,
        SchemaAttribute,
        SchemaExtension,
        SchemaSubAttribute,
        ServiceProviderConfig,
        Support,
    )
    from britive_scim.scim.models.extensions import extension
    from britive_scim.scim.models.group import Group, Member
    from britive_scim.scim.models.messages import (
        BulkOperation,
        BulkRequest,
        BulkResponse,
        BulkResult,
        BulkStatus,
        Error,
        ListResponse,
        SearchRequest,
    )
    from britive_scim.scim.models.user import CustomUser, EnterpriseUser, User
    from britive_scim.scim.models.user_parts import (
        Address,
        Email,
        Entitlement,
        InstantMessaging,
        Manager,
        Name,
        PhoneNumber,
        Photo,
        Role,
        UserGroup,
        X509Certificate,
    )
    from britive_scim.scim.patch.dialect import DialectName
    from britive_scim.scim.patch.operation import UNSET, PatchOp, PatchOperation, Unset
    from britive_scim.scim.patch.read_path import read
    from britive_scim.scim.patch.request import PatchRequest
    from britive_scim.scim.projection.select import select
    from britive_scim.scim.schemas.from_model import schema_of
    from britive_scim.scim.schemas.resource_schema import (
        ExtensionSchema,
        ResourceSchema,
        SchemaLike,
        schema_for,
    )
    from britive_scim.scim.schemas.to_model import model_from_schema, models_from_discovery
    from britive_scim.scim.tables.resource_table import table

__all__ = [
    "ALWAYS_RETURNED",
    "BINARY",
    "CASE_EXACT",
    "IMMUTABLE",
    "NEVER_RETURNED",
    "READ_ONLY",
    "REQUIRED",
    "RETURNED_ON_REQUEST",
    "UNIQUE_GLOBALLY",
    "UNIQUE_ON_SERVER",
    "UNSET",
    "WRITE_ONLY",
    "Address",
    "And",
    "Annotation",
    "Attribute",
    "AttributeName",
    "AuthenticationScheme",
    "BulkOperation",
    "BulkRequest",
    "BulkResponse",
    "BulkResult",
    "BulkStatus",
    "BulkSupport",
    "Comparable",
    "Compare",
    "Complex",
    "CustomUser",
    "DialectName",
    "Email",
    "EnterpriseUser",
    "Entitlement",
    "Error",
    "Extension",
    "ExtensionSchema",
    "Filter",
    "FilterSupport",
    "Group",
    "InstantMessaging",
    "ListResponse",
    "Manager",
    "Member",
    "Message",
    "Meta",
    "Model",
    "Name",
    "Not",
    "Or",
    "Pagination",
    "PatchOp",
    "PatchOperation",
    "PatchRequest",
    "Path",
    "PhoneNumber",
    "Photo",
    "Predicate",
    "Present",
    "Resource",
    "ResourceSchema",
    "ResourceType",
    "Role",
    "Schema",
    "SchemaAttribute",
    "SchemaExtension",
    "SchemaLike",
    "SchemaSubAttribute",
    "SearchRequest",
    "ServiceProviderConfig",
    "Support",
    "Unread",
    "Unset",
    "User",
    "UserGroup",
    "ValuePath",
    "X509Certificate",
    "attr",
    "canonical",
    "diff",
    "equal",
    "extension",
    "model_from_schema",
    "models_from_discovery",
    "parse_filter",
    "parse_path",
    "read",
    "reference",
    "schema_for",
    "schema_of",
    "select",
    "table",
]

_EXPORTS = {
    "britive_scim.scim.codec.decode": ("Unread",),
    "britive_scim.scim.definitions.attribute": (
        "ALWAYS_RETURNED",
        "BINARY",
        "CASE_EXACT",
        "IMMUTABLE",
        "NEVER_RETURNED",
        "READ_ONLY",
        "REQUIRED",
        "RETURNED_ON_REQUEST",
        "UNIQUE_GLOBALLY",
        "UNIQUE_ON_SERVER",
        "WRITE_ONLY",
        "Annotation",
        "Attribute",
        "canonical",
        "reference",
    ),
    "britive_scim.scim.diffs.diff": ("diff", "equal"),
    "britive_scim.scim.filters.ast": (
        "And",
        "Compare",
        "Filter",
        "Not",
        "Or",
        "Present",
        "ValuePath",
    ),
    "britive_scim.scim.filters.builder": ("AttributeName", "Comparable", "attr"),
    "britive_scim.scim.filters.predicates": ("Predicate",),
    "britive_scim.scim.filters.parser": ("parse_filter", "parse_path"),
    "britive_scim.scim.filters.path": ("Path",),
    "britive_scim.scim.models.base": (
        "Complex",
        "Extension",
        "Message",
        "Meta",
        "Model",
        "Resource",
    ),
    "britive_scim.scim.models.discovery": (
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
    ),
    "britive_scim.scim.models.extensions": ("extension",),
    "britive_scim.scim.models.group": ("Group", "Member"),
    "britive_scim.scim.models.messages": (
        "BulkOperation",
        "BulkRequest",
        "BulkResponse",
        "BulkResult",
        "BulkStatus",
        "Error",
        "ListResponse",
        "SearchRequest",
    ),
    "britive_scim.scim.models.user": ("CustomUser", "EnterpriseUser", "User"),
    "britive_scim.scim.models.user_parts": (
        "Address",
        "Email",
        "Entitlement",
        "InstantMessaging",
        "Manager",
        "Name",
        "PhoneNumber",
        "Photo",
        "Role",
        "UserGroup",
        "X509Certificate",
    ),
    "britive_scim.scim.patch.dialect": ("DialectName",),
    "britive_scim.scim.patch.operation": ("UNSET", "PatchOp", "PatchOperation", "Unset"),
    "britive_scim.scim.patch.read_path": ("read",),
    "britive_scim.scim.patch.request": ("PatchRequest",),
    "britive_scim.scim.projection.select": ("select",),
    "britive_scim.scim.tables.resource_table": ("table",),
    "britive_scim.scim.schemas.from_model": ("schema_of",),
    "britive_scim.scim.schemas.resource_schema": (
        "ExtensionSchema",
        "ResourceSchema",
        "SchemaLike",
        "schema_for",
    ),
    "britive_scim.scim.schemas.to_model": ("model_from_schema", "models_from_discovery"),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
