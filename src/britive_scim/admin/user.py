"""Users of the admin API: people, service identities, AI identities."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import AliasChoices, Field

from britive_scim.admin.base import (
    LenientBool,
    LenientDatetime,
    LenientInt,
    Model,
    is_active_status,
)
from britive_scim.admin.identity_attribute import AttributeValue
from britive_scim.admin.identity_provider import IdentityProvider
from britive_scim.admin.relationship import Relationship
from britive_scim.admin.tag import Tag

__all__ = ["AdminRole", "User"]


class AdminRole(Model):
    """Administrator role, such as `TenantAdmin`.

    Source: apidocs/get-details-of-a-specified-user (documented).
    """

    name: str | None = None
    display_name: str | None = None
    admin_role_id: LenientInt | None = None
    authority: str | None = None


class User(Model):
    """An identity of the tenant (`UserBeanResponse`, and the shorter `UserView` and `UserDto`).

    Attributes:
        id: opaque string; `userId` in a user, `id` in the members of a tag. Whether it equals the SCIM id of
            the same person is not documented: join on the username, case-folded.
        username: unique in the tenant.
        email: e-mail address.
        first_name: given name.
        last_name: family name.
        name: full name.
        status: `active` or `inactive`; see `is_active`.
        type: `User`, `ServiceIdentity` or `AIIdentity`.
        description: service identities only.
        phone: phone number.
        mobile: mobile phone number.
        external: whether an identity provider owns the user; then the admin API cannot change it.
        external_id: the SCIM externalId.
        identity_provider: at least its id, name and type.
        created: time of creation.
        modified: time of the last change.
        last_login: time of the last login.
        admin_roles: administrator roles.
        user_tags: tags of the user; in lists only with `include_tags=True`.
        mapped_accounts: accounts in applications.
        can_change_or_reset_password: whether the user has a password at Britive.
        attributes: values of custom identity attributes, if the response contains them.
        business_use: AI identities only.
        job_function: AI identities only.
        category: AI identities only.
        relationships: related users and tags.

    Source: apidocs/get-details-of-a-specified-user (documented; `mapped_accounts` from the vendor's package).
    """

    _line_fields: ClassVar[tuple[str, ...]] = ("username", "name", "status")
    _repr_fields: ClassVar[tuple[str, ...]] = (
        "id",
        "username",
        "name",
        "type",
        "status",
        "external",
    )

    id: str | None = Field(
        default=None, validation_alias=AliasChoices("userId", "id"), serialization_alias="userId"
    )
    username: str | None = Field(
        default=None,
        validation_alias=AliasChoices("username", "userName"),
        serialization_alias="username",
    )
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    description: str | None = None
    phone: str | None = None
    mobile: str | None = None
    external: LenientBool | None = None
    external_id: str | None = None
    identity_provider: IdentityProvider | None = None
    created: LenientDatetime | None = None
    modified: LenientDatetime | None = None
    last_login: LenientDatetime | None = None
    admin_roles: list[AdminRole] | None = None
    user_tags: list[Tag] | None = None
    mapped_accounts: list[Any] | None = None
    can_change_or_reset_password: LenientBool | None = None
    attributes: list[AttributeValue] | None = None
    business_use: str | None = None
    job_function: str | None = None
    category: str | None = None
    relationships: dict[str, list[Relationship]] | None = None

    @property
    def is_active(self) -> bool | None:
        """True if the status is active, False if inactive, `None` for any other status."""
        return is_active_status(self.status)
