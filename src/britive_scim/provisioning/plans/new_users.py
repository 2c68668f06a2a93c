"""Creations of users: the resource as it is sent, with a stand-in id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.user_matching import get_user_key
from britive_scim.scim.json_values import is_list
from britive_scim.scim.values.node import is_mapping

__all__ = ["build_creation"]

_NOT_CREATED: Final = frozenset({"id", "meta", "groups", "schemas"})
"""Attributes that the server sets."""


def build_creation(
    record: UserRecord, id_: str, values: Mapping[str, Any], place: str | None
) -> Change:
    """Return the change that creates a user.

    Args:
        record: the user of the source.
        id_: the stand-in id.
        values: attributes of the user in wire form, without the manager.
        place: position in the source.
    """
    return Change(
        action="create",
        type="User",
        key=get_user_key(record.values),
        id=id_,
        stage="users",
        source=place,
        after=_build_new_values(values),
        name=record.values.get("userName"),
    )


def _build_new_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource to create: nothing cleared, and nothing that the server sets.

    It is active unless the source states otherwise: Britive requires `active` of every new user.
    """
    result: dict[str, Any] = {"active": True}
    for name, value in values.items():
        if value is None or name in _NOT_CREATED:
            continue
        kept = _drop_cleared(value)
        if kept not in ({}, []):
            result[name] = kept
    return result


def _drop_cleared(value: Any) -> Any:
    if is_mapping(value):
        return {name: _drop_cleared(part) for name, part in value.items() if part is not None}
    if is_list(value):
        parts = [_drop_cleared(item) for item in value]
        return [part for part in parts if not is_mapping(part) or part.keys() - {"type", "primary"}]
    return value
