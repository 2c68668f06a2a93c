"""A user as the admin API shows it (docs/manage-users)."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin import tag_view
from britive_scim.testing.admin.identity_providers import brief
from britive_scim.testing.http.clock import admin_time
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import User

__all__ = ["brief_view", "summary", "view"]


def view(world: World, user: User, *, tags: bool = True) -> dict[str, Any]:
    """Return a user as the API shows it.

    Args:
        world: the tenant.
        user: which one.
        tags: whether `userTags` is filled.
    """
    fields = attribute_mapping.profile(user)
    names = (fields["firstName"], fields["lastName"])
    name = " ".join(str(name) for name in names if name)
    shown: dict[str, Any] = {"userId": user.id, **fields, "name": name, "type": user.kind}
    if user.kind != "User":
        shown["name"], shown["description"] = fields["username"], user.description
    return {
        **shown,
        "externalId": user.resource.get("externalId"),
        "external": not user.provider.is_default,
        "identityProvider": {**brief(user.provider), "mfaEnabled": user.provider.mfa},
        "created": admin_time(user.created),
        "modified": admin_time(user.modified) if user.version > 1 else None,
        "lastLogin": None,
        "adminRoles": [{"name": name} for name in user.roles],
        "userTags": [tag_view.view(tag) for tag in world.state.tags_of(user.id)] if tags else [],
        "mappedAccounts": [],
        "canChangeOrResetPassword": user.provider.is_default,
    }


def summary(user: User) -> dict[str, Any]:
    """Return a user as the owner of a tag is shown it."""
    shown = brief_view(user)
    return {name: shown[name] for name in ("id", "userName", "firstName", "lastName", "email")}


def brief_view(user: User) -> dict[str, Any]:
    """Return a user as members of a tag are shown: fewer fields, under other names."""
    fields = attribute_mapping.profile(user)
    return {
        "id": user.id,
        "userName": fields["username"],
        "firstName": fields["firstName"],
        "lastName": fields["lastName"],
        "email": fields["email"],
        "type": user.kind,
        "status": fields["status"],
    }
