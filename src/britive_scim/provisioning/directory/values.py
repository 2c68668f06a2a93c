"""Records of models and mappings in wire form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.provisioning.directory.records import GroupRecord, MemberRecord, UserRecord

__all__ = ["build_from_values", "build_members"]

_NEVER_WANTED = frozenset({"id", "meta", "schemas", "groups"})
"""Attributes that a wanted directory never states: the server sets them."""


def build_from_values(
    users: Iterable[Any], groups: Iterable[Any] | None
) -> tuple[tuple[UserRecord, ...], tuple[GroupRecord, ...] | None]:
    """Return the records of users and groups.

    Raises:
        InputError: a value is neither a model nor a mapping.
    """
    user_records = tuple(
        UserRecord(_drop(_to_wire(user, "users", line), _NEVER_WANTED), line)
        for line, user in enumerate(users, 1)
    )
    if groups is None:
        return user_records, None
    return user_records, tuple(_build_group(group, line) for line, group in enumerate(groups, 1))


def _build_group(group: Any, line: int) -> GroupRecord:
    values = _to_wire(group, "groups", line)
    members = build_members(values["members"], line) if "members" in values else None
    return GroupRecord(_drop(values, _NEVER_WANTED | {"members"}), members, line)


def build_members(members: Any, line: int) -> tuple[MemberRecord, ...] | None:
    """Return the members of a group: strings, or values in wire form.

    Raises:
        InputError: a member has no value.
    """
    if members is None:
        return None
    records: list[MemberRecord] = []
    for member in members:
        value = (
            cast("Mapping[str, Any]", member) if isinstance(member, Mapping) else {"value": member}
        )
        key, type_ = value.get("value"), value.get("type")
        if not isinstance(key, str) or not key:
            raise InputError(
                f"members of groups[{line - 1}] must be externalIds or userNames, got {type(key).__name__}"
            )
        known: Literal["User", "Group"] | None = type_ if type_ in ("User", "Group") else None
        records.append(MemberRecord(key, known))
    return tuple(records)


def _to_wire(value: Any, label: str, line: int) -> Mapping[str, Any]:
    if isinstance(value, scim.Resource):
        return value.to_wire()
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    raise InputError(
        f"{label}[{line - 1}] must be a resource or a mapping in wire form, got {type(value).__name__}"
    )


def _drop(values: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
