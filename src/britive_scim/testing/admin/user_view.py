"""A user as the admin API shows it (docs/manage-users)."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin import tag_view
from britive_scim.testing.admin.identity_providers import serialize_provider_reference
from britive_scim.testing.http.clock import format_admin_time
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import UserRecord

__all__ = ["serialize_user", "serialize_user_for_tag_owner", "serialize_user_summary"]


def serialize_user(
    context: TenantContext, user: UserRecord, *, include_tags: bool = True
) -> dict[str, Any]:
    """Return a user as the API shows it.

    Args:
        context: the tenant.
        user: which one.
        include_tags: whether `userTags` is filled.
    """
    fields = attribute_mapping.build_profile(user)
    names = (fields["firstName"], fields["lastName"])
    name = " ".join(str(name) for name in names if name)
    shown: dict[str, Any] = {"userId": user.id, **fields, "name": name, "type": user.identity_type}
    if user.identity_type != "User":
        shown["name"], shown["description"] = fields["username"], user.description
    return {
        **shown,
        "externalId": user.resource.get("externalId"),
        "external": not user.provider.is_default,
        "identityProvider": {
            **serialize_provider_reference(user.provider),
            "mfaEnabled": user.provider.mfa,
        },
        "created": format_admin_time(user.created),
        "modified": format_admin_time(user.modified) if user.version > 1 else None,
        "lastLogin": None,
        "adminRoles": [{"name": name} for name in user.roles],
        "userTags": [
            tag_view.serialize_tag(tag) for tag in context.state.find_tags_of_member(user.id)
        ]
        if include_tags
        else [],
        "mappedAccounts": [],
        "canChangeOrResetPassword": user.provider.is_default,
    }


def serialize_user_for_tag_owner(user: UserRecord) -> dict[str, Any]:
    """Return a user as the owner of a tag is shown it."""
    shown = serialize_user_summary(user)
    return {name: shown[name] for name in ("id", "userName", "firstName", "lastName", "email")}


def serialize_user_summary(user: UserRecord) -> dict[str, Any]:
    """Return a user as members of a tag are shown: fewer fields, under other names."""
    fields = attribute_mapping.build_profile(user)
    return {
        "id": user.id,
        "userName": fields["username"],
        "firstName": fields["firstName"],
        "lastName": fields["lastName"],
        "email": fields["email"],
        "type": user.identity_type,
        "status": fields["status"],
    }
