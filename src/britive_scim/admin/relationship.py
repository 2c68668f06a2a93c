"""Relationships of an identity or a tag to users and tags, such as owners."""

from __future__ import annotations

from britive_scim.admin.base import Model

__all__ = ["Relationship"]


class Relationship(Model):
    """A user or tag related to an identity or a tag, such as an owner (`IdentityRelationship`).

    Attributes:
        related_entity_id: id of the user or tag.
        related_entity_name: its name.
        related_entity_type: `User` or `Tag`, as the vendor's Terraform provider writes them.
        relation_type: type of the relationship; its values are not documented.

    Source: OpenAPI `IdentityRelationship` (documented).
    """

    related_entity_id: str | None = None
    related_entity_name: str | None = None
    related_entity_type: str | None = None
    relation_type: str | None = None
