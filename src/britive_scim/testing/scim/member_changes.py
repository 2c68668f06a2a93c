"""Changes of members told apart from other changes, so that they cost the same in a group of any size.

Most PATCH requests to a group add or remove members and do nothing else. Applying such a request to the
whole resource would walk all members; here it is applied to what it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from britive_scim import scim
from britive_scim.scim.names import GROUP, fold

__all__ = ["MemberChanges", "extract_member_changes", "has_no_member_operations"]

_DEFAULT_MEMBER = {"type": "User"}
_SUB_ATTRIBUTES = frozenset({"value", "display", "type", "$ref"})


@dataclass(slots=True)
class MemberChanges:
    """What a request changes among the members of a group.

    Attributes:
        added: members to put at the end, by id; one that is there already is replaced where it stands.
        removed: ids to take away before.
    """

    added: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    removed: dict[str, None] = field(default_factory=dict[str, None])


def has_no_member_operations(request: scim.PatchRequest) -> bool:
    """Return whether a request says nothing about members."""
    return not any(_is_member_operation(operation) for operation in request.operations)


def _is_member_operation(operation: scim.PatchOperation) -> bool:
    if operation.path is not None:
        return fold(scim.parse_path(operation.path).name) in ("members", "group")
    value = operation.value
    if not isinstance(value, dict):
        return True  # refused by whoever applies it
    names = (fold(name.rpartition(":")[2]) for name in cast("dict[str, Any]", value))
    # the schema's own URN may hold members, too
    return any(name.startswith("members") or name == "group" for name in names)


def extract_member_changes(
    request: scim.PatchRequest, members: Mapping[str, dict[str, Any]]
) -> MemberChanges | None:
    """Return what a request changes among members, or `None` where it says more than that.

    Args:
        request: the PATCH.
        members: those there are, by id.
    """
    changes = MemberChanges()
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
        given = _parse_members(operation.value)
        if given is None or path.filter is not None or operation.op == "replace":
            return None
        for member in given:
            if operation.op == "remove":
                if set(member) != {"value"}:
                    return None
                _remove_member(changes, members, member["value"])
            elif (
                member.get("type", "User") != members.get(member["value"], _DEFAULT_MEMBER)["type"]
            ):
                return None  # another kind under the same id: not for here to judge
            else:
                _add_member(changes, members, member)
    return changes


def _extract_member_id(filter_: object) -> str | None:
    """Return the id that `value eq "id"` selects, or `None` for another filter."""
    if (
        isinstance(filter_, scim.Compare)
        and filter_.op == "eq"
        and fold(str(filter_.path)) == "value"
        and isinstance(filter_.value, str)
    ):
        return filter_.value
    return None


def _parse_members(value: Any) -> list[dict[str, str]] | None:
    """Return members given as a list of plain objects, without nulls, or `None` for anything else."""
    if not isinstance(value, list) or not value:
        return None
    plain: list[dict[str, str]] = []
    for item in cast("list[object]", value):
        if not isinstance(item, dict):
            return None
        member = {k: v for k, v in cast("dict[str, Any]", item).items() if v is not None}
        if not member.get("value") or not member.keys() <= _SUB_ATTRIBUTES:
            return None
        if not all(isinstance(inner, str) for inner in member.values()):
            return None
        plain.append(member)
    return plain


def _remove_member(changes: MemberChanges, members: Mapping[str, dict[str, Any]], id_: str) -> None:
    changes.added.pop(id_, None)
    if id_ in members:
        changes.removed[id_] = None


def _add_member(
    changes: MemberChanges, members: Mapping[str, dict[str, Any]], member: dict[str, str]
) -> None:
    id_ = member["value"]
    there = changes.added.get(id_)
    if there is None and id_ not in changes.removed:
        there = members.get(id_)
    display = member.get("display")
    if there is None:
        changes.added[id_] = {"value": id_, **({"display": display} if display else {})}
    elif display and there.get("display") != display:
        changes.added[id_] = {**there, "display": display}
