"""Attribute mappings: which SCIM attribute fills which identity attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from britive_scim.admin.base import LenientBool, Model
from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.admin.validation import check_name
from britive_scim.errors import InputError
from britive_scim.suggestions import format_known_names, format_suggestion

__all__ = ["AttributeMapping", "MappingChange", "build_mapping_additions", "build_mapping_removals"]


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
    built_in: LenientBool | None = None


class MappingChange(Model):
    """One item of a change of mappings (`UserAttributeScimMappingHelper`).

    Adding replaces the mapping of the same identity attribute; removing needs all three names.

    Source: apidocs/adds-scim-mappings-for-an-identity-provider (documented).
    """

    op: Literal["add", "remove"]
    attribute_id: str
    attribute_name: str
    scim_attribute_name: str


def build_mapping_additions(
    attributes: Iterable[IdentityAttribute], mappings: Mapping[str, str]
) -> list[MappingChange]:
    """Return the change that maps each of `attributes` as `mappings` says, by name.

    Raises:
        InputError: there is nothing to add.
    """
    changes = [
        MappingChange(
            op="add",
            attribute_id=one.id or "",
            attribute_name=one.name or "",
            scim_attribute_name=mappings[one.name or ""],
        )
        for one in attributes
    ]
    if not changes:
        raise InputError("No mappings were given: {identity attribute: SCIM attribute}.")
    return changes


def build_mapping_removals(
    mappings: Iterable[AttributeMapping], names: Iterable[str]
) -> list[MappingChange]:
    """Return the change that removes what is mapped to the identity attributes of these names.

    Raises:
        InputError: no names were given, or nothing is mapped to one of them.
    """
    by_name = {one.attribute_name: one for one in mappings if one.attribute_name}
    changes: list[MappingChange] = []
    for name in names:
        found = by_name.get(check_name(name, label="identity attribute"))
        if found is None:
            near = format_suggestion(name, by_name) or format_known_names(by_name)
            raise InputError(f"Nothing is mapped to {name!r}{near}")
        changes.append(
            MappingChange(
                op="remove",
                attribute_id=found.attribute_id or "",
                attribute_name=name,
                scim_attribute_name=found.scim_attribute_name or "",
            )
        )
    if not changes:
        raise InputError("No identity attributes were named whose mappings shall go.")
    return changes
