"""Tags, Britive's groups: a SCIM Group is a tag."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from britive_scim.admin.base import (
    LenientBool,
    LenientDatetime,
    LenientInt,
    Model,
    is_active_status,
)
from britive_scim.admin.identity_provider import IdentityProvider
from britive_scim.admin.relationship import Relationship

__all__ = ["MembershipRule", "Tag", "TagAttribute", "TagIdentityProvider"]


class TagIdentityProvider(Model):
    """Identity provider of a tag.

    Attributes:
        identity_provider: at least its id, name and type.
        external_id: the SCIM group's externalId (inferred).
    """

    identity_provider: IdentityProvider | None = None
    external_id: str | None = None


class MembershipRule(Model):
    """A condition that makes users members of a tag (`UserTagAttributeCriteriaDto`).

    Rules on one attribute are combined by "or", different attributes by "and". Only internal tags have
    rules, and only attributes of type String and Number are compared.

    Attributes:
        id: id of the rule, in responses.
        attribute_id: id of the compared identity attribute.
        operator: `is` or `contains`.
        value: the value to compare with.

    Source: apidocs/get-attribute-criteria-for-a-given-tag (documented).
    """

    id: LenientInt | None = None
    attribute_id: str | None = None
    operator: str | None = None
    value: str | None = None


class TagAttribute(Model):
    """One value of a tag attribute; an attribute with several values is repeated (vendor's Terraform provider)."""

    attribute_id: str | None = None
    attribute_name: str | None = None
    attribute_value: str | None = None


class Tag(Model):
    """A tag of the tenant (`UserTagDto`).

    Attributes:
        id: opaque string; `userTagId` on the wire.
        name: unique.
        description: free text.
        status: `Active` or `Inactive`; see `is_active`.
        external: whether an identity provider owns the tag; then the admin API cannot change it.
        user_count: number of members.
        created: time of creation.
        modified: time of the last change.
        membership_rule: whether it has membership rules.
        identity_providers: the identity providers it belongs to; `userTagIdentityProviders` on the wire.
        rules: its membership rules; `attributeCriteriaBeans` on the wire.
        requestable: whether users may request membership (vendor's Terraform provider).
        attributes: values of tag attributes (vendor's Terraform provider).
        relationships: `owners` and others (vendor's Terraform provider).
        identity_provider: its identity provider, if the tag is part of a user.
        identity_provider_id: id of its identity provider, if the tag is part of a user.
        users: its members, if the tag is part of a user.

    Source: apidocs/get-details-of-a-specified-tag (documented).
    """

    _line_fields: ClassVar[tuple[str, ...]] = ("name", "status")
    _repr_fields: ClassVar[tuple[str, ...]] = ("id", "name", "status", "external", "user_count")

    id: str | None = Field(
        default=None, validation_alias="userTagId", serialization_alias="userTagId"
    )
    name: str | None = None
    description: str | None = None
    status: str | None = None
    external: LenientBool | None = None
    user_count: LenientInt | None = None
    created: LenientDatetime | None = None
    modified: LenientDatetime | None = None
    membership_rule: LenientBool | None = None
    identity_providers: list[TagIdentityProvider] | None = Field(
        default=None,
        validation_alias="userTagIdentityProviders",
        serialization_alias="userTagIdentityProviders",
    )
    rules: list[MembershipRule] | None = Field(
        default=None,
        validation_alias="attributeCriteriaBeans",
        serialization_alias="attributeCriteriaBeans",
    )
    requestable: LenientBool | None = None
    attributes: list[TagAttribute] | None = None
    relationships: dict[str, list[Relationship]] | None = None
    identity_provider: IdentityProvider | None = None
    identity_provider_id: str | None = None
    users: list[dict[str, Any]] | None = None

    @property
    def is_active(self) -> bool | None:
        """True if the status is active, False if inactive, `None` for any other status."""
        return is_active_status(self.status)
