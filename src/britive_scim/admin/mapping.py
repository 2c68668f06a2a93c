"""Attribute mappings: which SCIM attribute fills which identity attribute."""

from __future__ import annotations

from typing import Literal

from britive_scim.admin.model import Flag, Model

__all__ = ["AttributeMapping", "MappingChange"]


class AttributeMapping(Model):
    """One mapping of an identity provider (`UserAttributeScimMapping`).

    Attributes:
        attribute_id: id of the identity attribute.
        attribute_name: its name, such as `First Name`.
        scim_attribute_name: the SCIM attribute it is filled from, such as `name.givenName`.
        identity_provider_id: the identity provider this mapping belongs to.
        built_in: whether the identity attribute is one of Britive's own seven.

    Source: apidocs/get-details-for-a-specified-identity-provider (documented).
    """

    attribute_id: str | None = None
    attribute_name: str | None = None
    scim_attribute_name: str | None = None
    identity_provider_id: str | None = None
    built_in: Flag | None = None


class MappingChange(Model):
    """One item of a change of mappings (`UserAttributeScimMappingHelper`).

    Adding replaces the mapping of the same identity attribute; removing needs all three names.

    Source: apidocs/adds-scim-mappings-for-an-identity-provider (documented).
    """

    op: Literal["add", "remove"]
    attribute_id: str
    attribute_name: str
    scim_attribute_name: str
