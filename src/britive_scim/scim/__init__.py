"""The SCIM language: resources, paths, filters and PATCH (RFC 7643, RFC 7644), without a network."""

from britive_scim.scim.attribute import Attribute
from britive_scim.scim.build import AttributeName, Comparable, attr
from britive_scim.scim.discovery import ResourceType, Schema, ServiceProviderConfig
from britive_scim.scim.filter import And, Compare, Filter, Not, Or, Present, ValuePath
from britive_scim.scim.grammar import parse_filter, parse_path
from britive_scim.scim.group import Group, Member
from britive_scim.scim.patch import PatchOperation, PatchRequest
from britive_scim.scim.path import Path
from britive_scim.scim.resource import Complex, Extension, Message, Meta, Resource, extension
from britive_scim.scim.schema import ExtensionSchema, ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.user import CustomUser, Email, EnterpriseUser, Name, User

__all__ = [
    "And",
    "Attribute",
    "AttributeName",
    "Comparable",
    "Compare",
    "Complex",
    "CustomUser",
    "Email",
    "EnterpriseUser",
    "Extension",
    "ExtensionSchema",
    "Filter",
    "Group",
    "Member",
    "Message",
    "Meta",
    "Name",
    "Not",
    "Or",
    "PatchOperation",
    "PatchRequest",
    "Path",
    "Present",
    "Resource",
    "ResourceSchema",
    "ResourceType",
    "Schema",
    "SchemaLike",
    "ServiceProviderConfig",
    "User",
    "ValuePath",
    "attr",
    "extension",
    "parse_filter",
    "parse_path",
    "schema_for",
]
