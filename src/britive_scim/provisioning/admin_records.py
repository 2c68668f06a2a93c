"""Users and tags of the admin API as SCIM resources in wire form, so that both APIs result in one directory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from britive_scim import admin
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.scim import names

__all__ = ["SHOWN_ATTRIBUTES", "build_group_values", "build_user_record", "build_user_values"]

_CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"

SHOWN_ATTRIBUTES = frozenset(
    {"schemas", "id", "externalId", "userName", "displayName", "active"}
    | {"name", "name.givenName", "name.familyName"}
    | {"emails", "emails.value", "emails.type", "emails.primary"}
    | {"phoneNumbers", "phoneNumbers.value", "phoneNumbers.type"}
    | {"meta", "meta.resourceType", "meta.created", "meta.lastModified"}
)
"""SCIM attributes that `build_user_values` can return, besides custom ones."""


def build_user_record(user: admin.User) -> UserRecord:
    """Return a user of the admin API with what only that API shows; a field that the response lacks is left out."""
    shown = user.model_fields_set
    provider, login = user.identity_provider, user.last_login
    facts: dict[str, Any] = {
        "status": user.status,
        "type": user.type,
        "external": user.external,
        "identity_provider": provider and (provider.name or provider.id),
        "last_login": login and login.isoformat(),
        "admin_roles": sorted(role.name for role in user.admin_roles or () if role.name),
        "attributes": True,
    }
    kept = {name: value for name, value in facts.items() if name in shown}
    return UserRecord(build_user_values(user), admin=kept)


def build_user_values(user: admin.User) -> dict[str, Any]:
    """Return a user of the admin API as a SCIM user; attributes without a value are left out."""
    name = _without_none(givenName=user.first_name, familyName=user.last_name)
    phones = [
        {"value": number, "type": type_}
        for number, type_ in ((user.phone, "work"), (user.mobile, "mobile"))
        if number
    ]
    emails = [{"value": user.email, "type": "work", "primary": True}] if user.email else None
    custom = _build_custom_values(user)
    values = _without_none(
        schemas=[names.USER, *([_CUSTOM] if custom else [])],
        id=user.id,
        externalId=user.external_id,
        userName=user.username,
        name=name or None,
        displayName=user.name,
        active=user.is_active,
        emails=emails,
        phoneNumbers=phones or None,
        meta=_build_meta("User", user.created, user.modified),
    )
    return {**values, _CUSTOM: custom} if custom else values


def build_group_values(tag: admin.Tag, *, external_id: str | None = None) -> dict[str, Any]:
    """Return a tag of the admin API as a SCIM group without members.

    Args:
        tag: the tag.
        external_id: its `externalId` at the identity provider of the directory.
    """
    return _without_none(
        schemas=[names.GROUP],
        id=tag.id,
        externalId=external_id,
        displayName=tag.name,
        meta=_build_meta("Group", tag.created, tag.modified),
    )


def _build_custom_values(user: admin.User) -> dict[str, Any]:
    """Return the custom attributes of a user by name; several values of one are a list."""
    values: dict[str, list[str]] = {}
    for item in user.attributes or ():
        if item.attribute_name and item.attribute_value is not None:
            values.setdefault(item.attribute_name, []).append(item.attribute_value)
    return {name: items[0] if len(items) == 1 else items for name, items in values.items()}


def _build_meta(type_: str, created: datetime | None, modified: datetime | None) -> dict[str, Any]:
    return _without_none(
        resourceType=type_,
        created=created and created.isoformat(),
        lastModified=modified and modified.isoformat(),
    )


def _without_none(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
