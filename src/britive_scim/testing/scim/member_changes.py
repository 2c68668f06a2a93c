"""Member changes of a group PATCH, at a cost independent of the group's size.

Most PATCH requests to a group only add or remove members. Applying them to the whole resource would
iterate over all members; here only the named ones are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from britive_scim import scim
from britive_scim.scim.names import GROUP, fold

__all__ = [
    "MemberPatch",
    "extract_member_changes",
    "has_member_operations",
    "replaces_members",
]

_DEFAULT_MEMBER = {"type": "User"}
_SUB_ATTRIBUTES = frozenset({"value", "display", "type", "$ref"})


@dataclass(slots=True)
class MemberPatch:
    """Changes of one request to the members of a group.

    Attributes:
        added: members to append, by id; an existing member is replaced at its position.
        removed: ids to remove before that.
    """

    added: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    removed: dict[str, None] = field(default_factory=dict[str, None])


def has_member_operations(request: scim.PatchRequest) -> bool:
    """Return whether any operation of a request may concern members."""
    return any(_is_member_operation(operation) for operation in request.operations)


def replaces_members(request: scim.PatchRequest) -> bool:
    """Return whether any operation of a request may replace members."""
    return any(
        operation.op == "replace" and _is_member_operation(operation)
        for operation in request.operations
    )


def _is_member_operation(operation: scim.PatchOperation) -> bool:
    if operation.path is not None:
        return fold(scim.parse_path(operation.path).name) in ("members", "group")
    value = operation.value
    if not isinstance(value, dict):
        return True  # invalid; apply() rejects it
    names = (fold(name.rpartition(":")[2]) for name in cast("dict[str, Any]", value))
    # "group": the schema's URN as a key, whose value may contain members
    return any(name.startswith("members") or name == "group" for name in names)


def extract_member_changes(
    request: scim.PatchRequest, members: Mapping[str, dict[str, Any]]
) -> MemberPatch | None:
    """Return the member changes of a request, or `None` if it contains any other change.

    Args:
        request: the PATCH.
        members: current members, by id.
    """
    changes = MemberPatch()
    for operation in request.operations:
        if operation.path is None:
            return None
        path = scim.parse_path(operation.path)
        if fold(path.name) != "members" or path.sub is not None:
            return None
        if path.urn is not None and fold(path.urn) != fold(GROUP):
            return None
        if operation.op == "remove" and path.filter is not None:
            id_ = _extract_member_id(path.filter)
            if id_ is None:
                return None
            _remove_member(changes, members, id_)
            continue
        value = _parse_members(operation.value)
        if value is None or path.filter is not None or operation.op == "replace":
            return None
        for member in value:
            if operation.op == "remove":
                if set(member) != {"value"}:
                    return None
                _remove_member(changes, members, member["value"])
            elif (
                member.get("type", "User") != members.get(member["value"], _DEFAULT_MEMBER)["type"]
            ):
                return None  # the type contradicts the stored one
            else:
                _add_member(changes, members, member)
    return changes


def _extract_member_id(filter_: object) -> str | None:
    """Return the id of a `value eq "id"` filter, or `None` for any other filter."""
    if (
        isinstance(filter_, scim.Compare)
        and filter_.op == "eq"
        and fold(str(filter_.path)) == "value"
        and isinstance(filter_.value, str)
    ):
        return filter_.value
    return None


def _parse_members(value: Any) -> list[dict[str, str]] | None:
    """Return the members of a list of simple member objects, without nulls; otherwise `None`."""
    if not isinstance(value, list) or not value:
        return None
    members: list[dict[str, str]] = []
    for item in cast("list[object]", value):
        if not isinstance(item, dict):
            return None
        member = {k: v for k, v in cast("dict[str, Any]", item).items() if v is not None}
        if not member.get("value") or not member.keys() <= _SUB_ATTRIBUTES:
            return None
        if not all(isinstance(sub_value, str) for sub_value in member.values()):
            return None
        members.append(member)
    return members


def _remove_member(changes: MemberPatch, members: Mapping[str, dict[str, Any]], id_: str) -> None:
    changes.added.pop(id_, None)
    if id_ in members:
        changes.removed[id_] = None


def _add_member(
    changes: MemberPatch, members: Mapping[str, dict[str, Any]], member: dict[str, str]
) -> None:
    id_ = member["value"]
    current = changes.added.get(id_)
    if current is None and id_ not in changes.removed:
        current = members.get(id_)
    display = member.get("display")
    if current is None:
        changes.added[id_] = {"value": id_, **({"display": display} if display else {})}
    elif display and current.get("display") != display:
        changes.added[id_] = {**current, "display": display}
