"""Wire forms of a user in the admin API (docs/manage-users)."""

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
    """Return a user in wire form.

    Args:
        context: the tenant.
        user: the user or service identity.
        include_tags: whether `userTags` is filled.
    """
    profile = attribute_mapping.build_profile(user)
    names = (profile["firstName"], profile["lastName"])
    name = " ".join(str(name) for name in names if name)
    fields: dict[str, Any] = {
        "userId": user.id,
        **profile,
        "name": name,
        "type": user.identity_type,
    }
    if user.identity_type != "User":
        fields["name"], fields["description"] = profile["username"], user.description
    return {
        **fields,
        "externalId": user.resource.get("externalId"),
        "external": not user.provider.is_default,
        "identityProvider": {
            **serialize_provider_reference(user.provider),
            "mfaEnabled": user.provider.mfa,
        },
        "created": format_admin_time(user.created),
        "modified": format_admin_time(user.modified) if user.version > 1 else None,
        "lastLogin": format_admin_time(user.last_login) if user.last_login else None,
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
    """Return a user in the wire form of the self-service API."""
    summary = serialize_user_summary(user)
    return {name: summary[name] for name in ("id", "userName", "firstName", "lastName", "email")}


def serialize_user_summary(user: UserRecord) -> dict[str, Any]:
    """Return a user in the wire form of tag members: fewer fields, under other names."""
    profile = attribute_mapping.build_profile(user)
    return {
        "id": user.id,
        "userName": profile["username"],
        "firstName": profile["firstName"],
        "lastName": profile["lastName"],
        "email": profile["email"],
        "type": user.identity_type,
        "status": profile["status"],
    }
