"""The SCIM language: resources, paths, filters and PATCH (RFC 7643, RFC 7644), without a network."""

from britive_scim.scim.attribute import Attribute
from britive_scim.scim.discovery import ResourceType, Schema, ServiceProviderConfig
from britive_scim.scim.group import Group, Member
from britive_scim.scim.resource import Complex, Extension, Message, Meta, Resource, extension
from britive_scim.scim.schema import ExtensionSchema, ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.user import CustomUser, Email, EnterpriseUser, Name, User

__all__ = [
    "Attribute",
    "Complex",
    "CustomUser",
    "Email",
    "EnterpriseUser",
    "Extension",
    "ExtensionSchema",
    "Group",
    "Member",
    "Message",
    "Meta",
    "Name",
    "Resource",
    "ResourceSchema",
    "ResourceType",
    "Schema",
    "SchemaLike",
    "ServiceProviderConfig",
    "User",
    "extension",
    "schema_for",
]
