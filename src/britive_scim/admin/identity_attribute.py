"""Identity attributes, built-in or custom, and their values."""

from __future__ import annotations

from britive_scim.admin.base import LenientBool, LenientInt, Model

__all__ = ["MANDATORY_ATTRIBUTES", "AttributeValue", "IdentityAttribute"]

MANDATORY_ATTRIBUTES = ("Status", "Email", "First Name", "Last Name", "Username")
"""Built-in identity attributes that every new user needs (Okta SCIM provisioning guide)."""


class IdentityAttribute(Model):
    """Definition of an identity attribute (`UserAttributeSchemaBean`).

    Attributes:
        id: opaque string.
        name: for a custom attribute the name it has at the identity provider.
        description: free text.
        data_type: `String`, `Number`, `Boolean` or `Date`.
        multi_valued: whether an identity may have several values of it.
        built_in: whether it is one of Britive's own seven, which cannot be edited or deleted.
        identity_types: `User`, `ServiceIdentity`, `AIIdentity` (the values are inferred).

    Source: apidocs/get-details-of-a-specified-identity-attribute (documented).
    """

    id: str | None = None
    name: str | None = None
    description: str | None = None
    data_type: str | None = None
    multi_valued: LenientBool | None = None
    built_in: LenientBool | None = None
    identity_types: list[str] | None = None


class AttributeValue(Model):
    """One value of a custom identity attribute of an identity; a multi-valued attribute has several.

    Attributes:
        id: id of the value.
        attribute_id: id of the identity attribute.
        attribute_name: its name; may be missing.
        attribute_value: the value, always a string.

    Source: OpenAPI `CustomUserAttribute` (documented; its endpoint is known from the vendor's package).
    """

    id: LenientInt | None = None
    attribute_id: str | None = None
    attribute_name: str | None = None
    attribute_value: str | None = None
