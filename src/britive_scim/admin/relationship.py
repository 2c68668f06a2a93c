"""Relationships: which users and tags belong to an identity or a tag, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from britive_scim.admin.base import Model
from britive_scim.admin.validation import check_name
from britive_scim.errors import InputError

__all__ = ["Relationship", "check_relationships"]


class Relationship(Model):
    """A user or tag that belongs to an identity or a tag, such as an owner (`IdentityRelationship`).

    Attributes:
        related_entity_id: id of the user or tag.
        related_entity_name: its name.
        related_entity_type: `User` or `Tag`, as the vendor's Terraform provider writes them.
        relation_type: what it is; its values are not documented.

    Source: OpenAPI `IdentityRelationship` (documented).
    """

    related_entity_id: str | None = None
    related_entity_name: str | None = None
    related_entity_type: str | None = None
    relation_type: str | None = None


def check_relationships(value: object, *, label: str) -> dict[str, list[Relationship]]:
    """Return relationships by name.

    Raises:
        InputError: no mapping of names to lists of relationships.
    """
    rule = f"{label} must be a mapping {{name: [admin.Relationship(…)]}}"
    if not isinstance(value, Mapping):
        raise InputError(f"{rule}, not {type(value).__name__}.")
    checked: dict[str, list[Relationship]] = {}
    for name, several in cast("Mapping[object, object]", value).items():
        if not isinstance(several, list | tuple):
            raise InputError(f"{rule}; {name!r} has no list, but {type(several).__name__}.")
        for one in cast("list[object]", several):
            if not isinstance(one, Relationship):
                raise InputError(f"{rule}; {name!r} holds {type(one).__name__}.")
        checked[check_name(name, label=f"a name in {label}")] = list(
            cast("list[Relationship]", several)
        )
    return checked
