"""Tags: Britive's groups. What SCIM writes as a Group is a tag."""

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
    """The identity provider a tag belongs to.

    Attributes:
        identity_provider: at least its id, name and type.
        external_id: the SCIM group's externalId (inferred).
    """

    identity_provider: IdentityProvider | None = None
    external_id: str | None = None


class MembershipRule(Model):
    """A condition that makes users members of a tag (`UserTagAttributeCriteriaDto`).

    Values of one attribute are alternatives, attributes must hold together; attributes of type String and
    Number, and internal tags only.

    Attributes:
        id: of the rule, in answers.
        attribute_id: the identity attribute that is compared.
        operator: `is` or `contains`.
        value: what it is compared with.

    Source: apidocs/get-attribute-criteria-for-a-given-tag (documented).
    """

    id: LenientInt | None = None
    attribute_id: str | None = None
    operator: str | None = None
    value: str | None = None


class TagAttribute(Model):
    """A value of a tag attribute; a name that is repeated has several values (vendor's Terraform provider)."""

    attribute_id: str | None = None
    attribute_name: str | None = None
    attribute_value: str | None = None


class Tag(Model):
    """A tag of the tenant (`UserTagDto`).

    Attributes:
        id: opaque text; `userTagId` on the wire.
        name: unique.
        description: free text.
        status: `Active` or `Inactive`; see `is_active`.
        external: whether an identity provider owns the tag; then the admin API may not change it.
        user_count: number of members.
        created: when it was made.
        modified: when it was last changed.
        membership_rule: whether rules make members of it.
        identity_providers: the identity providers it belongs to; `userTagIdentityProviders` on the wire.
        rules: its membership rules; `attributeCriteriaBeans` on the wire.
        requestable: whether users may ask for membership (vendor's Terraform provider).
        attributes: values of tag attributes (vendor's Terraform provider).
        relationships: `owners` and others (vendor's Terraform provider).
        identity_provider: the one it belongs to, where it is shown inside a user.
        identity_provider_id: its id, in the same place.
        users: its members, in the same place.

    Source: apidocs/get-details-of-a-specified-tag (documented).
    """

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
        """Whether the status says active; `None` where it says something else or nothing."""
        return is_active_status(self.status)
