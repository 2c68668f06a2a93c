"""Changes of single users: the creation of a new one with a placeholder id, and the change of one found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.plans.change import Action, Change, Stage
from britive_scim.provisioning.plans.difference import ResourceDifference
from britive_scim.provisioning.plans.user_matching import UserPair, get_user_key
from britive_scim.scim.json_values import is_list
from britive_scim.scim.values.node import is_mapping

__all__ = ["build_change", "build_creation"]

_NOT_CREATED: Final = frozenset({"id", "meta", "groups", "schemas"})
"""Attributes that the server sets."""


def build_creation(
    record: UserRecord, id_: str, values: Mapping[str, Any], place: str | None
) -> Change:
    """Return the change that creates a user.

    Args:
        record: the user of the source.
        id_: the placeholder id.
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


def build_change(
    pair: UserPair,
    action: Action,
    stage: Stage,
    difference: ResourceDifference,
    *,
    place: str | None,
    reason: str | None = None,
) -> Change:
    """Return the change of a user of the target; it assumes the values before, and the version if known.

    Args:
        pair: the user on both sides.
        action: kind of the change.
        stage: stage of the run that makes it.
        difference: values before and after, and the request.
        place: position in the source.
        reason: why the change is made, where the values do not say it.
    """
    found = pair.found.values
    assumes = dict(difference.before)
    version = found["meta"].get("version") if isinstance(found.get("meta"), Mapping) else None
    if version:
        assumes["meta"] = {"version": version}
    return Change(
        action=action,
        type="User",
        key=get_user_key(pair.wanted.values) or get_user_key(found),
        id=found["id"],
        stage=stage,
        source=place,
        before=difference.before,
        after=difference.after,
        operations=tuple(operation.to_wire() for operation in difference.request.operations),
        assumes=assumes,
        reason=reason,
        name=pair.wanted.values.get("userName") or found.get("userName"),
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
