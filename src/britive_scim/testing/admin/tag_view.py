"""Wire form of a tag in the admin API (docs/managetags)."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin.identity_providers import serialize_provider_reference
from britive_scim.testing.http.clock import format_admin_time
from britive_scim.testing.state.state import TagRecord

__all__ = ["serialize_tag"]


def serialize_tag(tag: TagRecord) -> dict[str, Any]:
    """Return a tag in wire form; nested groups do not count as users."""
    return {
        "userTagId": tag.id,
        "name": tag.name,
        "description": tag.description,
        "status": "Active" if tag.active else "Inactive",
        "external": not tag.provider.is_default,
        "userCount": tag.user_count,
        "created": format_admin_time(tag.created),
        "modified": format_admin_time(tag.modified) if tag.version > 1 else None,
        "membershipRule": bool(tag.rules),
        "userTagIdentityProviders": [
            {
                "identityProvider": serialize_provider_reference(tag.provider),
                "externalId": tag.resource.get("externalId"),
            }
        ],
        "attributeCriteriaBeans": [
            {name: rule[name] for name in ("attributeId", "operator", "value")}
            for rule in tag.rules
        ],
        "requestable": tag.requestable,
        "attributes": [dict(attribute) for attribute in tag.attributes],
        "relationships": {
            "owners": [
                {
                    "relatedEntityId": owner.id,
                    "relatedEntityName": owner.name,
                    "relatedEntityType": "Tag" if isinstance(owner, TagRecord) else "User",
                }
                for owner in tag.owners.values()
            ]
        },
    }
