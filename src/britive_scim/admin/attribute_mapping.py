"""Attribute mappings from SCIM attributes to identity attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from britive_scim.admin.base import LenientBool, Model
from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.admin.validation import check_name
from britive_scim.errors import InputError
from britive_scim.suggestions import format_known_names, format_suggestion

__all__ = [
    "AttributeMapping",
    "MappingChange",
    "are_mapping_changes_in_effect",
    "build_mapping_additions",
    "build_mapping_removals",
]


class AttributeMapping(Model):
    """One mapping of an identity provider (`UserAttributeScimMapping`).

    Attributes:
        attribute_id: id of the identity attribute.
        attribute_name: its name, such as `First Name`.
        scim_attribute_name: the mapped SCIM attribute, such as `name.givenName`.
        identity_provider_id: id of the identity provider.
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
    """Build the change that maps each of `attributes` to its SCIM attribute in `mappings`.

    Raises:
        InputError: there is nothing to add.
    """
    changes = [
        MappingChange(
            op="add",
            attribute_id=attribute.id or "",
            attribute_name=attribute.name or "",
            scim_attribute_name=mappings[attribute.name or ""],
        )
        for attribute in attributes
    ]
    if not changes:
        raise InputError("mappings must not be empty; pass {identity attribute: SCIM attribute}")
    return changes


def build_mapping_removals(
    mappings: Iterable[AttributeMapping], names: Iterable[str]
) -> list[MappingChange]:
    """Build the change that removes the mappings of the identity attributes with these names.

    Raises:
        InputError: no name, or an identity attribute without a mapping.
    """
    by_name = {mapping.attribute_name: mapping for mapping in mappings if mapping.attribute_name}
    changes: list[MappingChange] = []
    for name in names:
        mapping = by_name.get(check_name(name, label="identity attribute"))
        if mapping is None:
            hint = format_suggestion(name, by_name) or format_known_names(by_name)
            raise InputError(f"identity attribute {name!r} is not mapped{hint}")
        changes.append(
            MappingChange(
                op="remove",
                attribute_id=mapping.attribute_id or "",
                attribute_name=name,
                scim_attribute_name=mapping.scim_attribute_name or "",
            )
        )
    if not changes:
        raise InputError("names must not be empty; pass the mapped identity attributes")
    return changes


def are_mapping_changes_in_effect(
    changes: Iterable[MappingChange], mappings: Iterable[AttributeMapping]
) -> bool:
    """Return whether the mappings of an identity provider show every change.

    Args:
        changes: changes that were sent.
        mappings: mappings as read afterwards.
    """
    mapped = {mapping.attribute_id: mapping.scim_attribute_name for mapping in mappings}
    return all(
        mapped.get(change.attribute_id)
        == (change.scim_attribute_name if change.op == "add" else None)
        for change in changes
    )
