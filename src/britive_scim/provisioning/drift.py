"""Drift: the target of a change differs from the state in the plan, or has the change already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from britive_scim import scim
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.difference import ResourceDifference, compute_difference

__all__ = [
    "MAX_PLAN_AGE",
    "compute_rest",
    "find_moved_attributes",
    "get_assumed_version",
    "get_change_members",
    "get_member_ids",
    "is_destructive",
    "is_done",
    "is_old",
]

MAX_PLAN_AGE = timedelta(minutes=15)
"""Age of a plan above which each target is read again before its change."""

_IGNORED = ("meta", "members", "id", "schemas")
"""Attributes of `assumes` that are compared in another way, or by the id of the request."""


def is_old(read_at: datetime | None, now: datetime) -> bool:
    """Return whether a directory was read too long ago, or at an unknown time."""
    return read_at is None or now - read_at > MAX_PLAN_AGE


def is_destructive(change: Change) -> bool:
    """Return whether a change deactivates, deletes or empties its target, which is then always read before."""
    if change.action == "remove_members":
        return change.group_size is not None and change.group_size <= len(
            get_change_members(change)
        )
    return change.action in ("deactivate", "delete")


def find_moved_attributes(
    change: Change, current: Mapping[str, Any], schema: scim.ResourceSchema
) -> tuple[str, ...]:
    """Return the names of the attributes that the change relies on and that have other values now."""
    assumed = {name: value for name, value in change.assumes.items() if name not in _IGNORED}
    return tuple(
        name
        for name, value in assumed.items()
        if compute_difference(current, {name: value}, schema=schema) is not None
    )


def get_assumed_version(change: Change) -> str | None:
    """Return the version (`meta.version`) that the target must have, for `If-Match`; `None` if it is unknown."""
    meta = change.assumes.get("meta")
    version = cast("Mapping[str, Any]", meta).get("version") if isinstance(meta, Mapping) else None
    return version if isinstance(version, str) else None


def is_done(change: Change, current: Mapping[str, Any], schema: scim.ResourceSchema) -> bool:
    """Return whether the target has what the change would set: an earlier run, or someone else, has done it."""
    if change.action == "delete":
        return False
    if change.action in ("add_members", "remove_members"):
        if current.get("members") is None:
            return False
        present, changed = get_member_ids(current["members"]), get_change_members(change)
        return changed <= present if change.action == "add_members" else not changed & present
    return compute_rest(change, current, schema) is None


def compute_rest(
    change: Change, current: Mapping[str, Any], schema: scim.ResourceSchema
) -> ResourceDifference | None:
    """Return the difference between the target now and the values of the change, or `None`."""
    after: Mapping[str, Any] = change.after
    if change.action in ("deactivate", "reactivate"):
        after = {**after, "active": change.action == "reactivate"}
    return compute_difference(current, after, schema=schema)


def get_change_members(change: Change) -> set[str]:
    """Return the ids that a change adds to a group or removes from it."""
    values = change.after if change.action == "add_members" else change.before
    return get_member_ids(values.get("members"))


def get_member_ids(members: object) -> set[str]:
    """Return the ids of members in wire form, or given as ids."""
    if not isinstance(members, (list, tuple)):
        return set()
    return {
        member if isinstance(member, str) else str(cast("Mapping[str, Any]", member).get("value"))
        for member in cast("list[Any]", members)
    }
