"""Placeholder ids: the ids that users and groups of a source have in a plan until they are created."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

__all__ = ["build_group_placeholders", "build_user_placeholders"]

T = TypeVar("T")

_USER, _GROUP = "new:", "new:group:"


def build_user_placeholders(
    users: Iterable[T], get_names: Callable[[T], tuple[str | None, str | None]]
) -> dict[int, str]:
    """Return the placeholder id of each user, by the identity of its record: `new:` and the key.

    Args:
        users: users that a plan creates.
        get_names: returns `externalId` and `userName` of a user.

    Examples:
        >>> users = [("E1", "ann"), (None, "E1"), ("group:Sales", "bo")]
        >>> sorted(build_user_placeholders(users, lambda user: user).values())
        ['new:E1', 'new:user:E1', 'new:user:group:Sales']
    """
    return _build(users, get_names, _USER, "user:", marked=("group:", "user:"))


def build_group_placeholders(
    groups: Iterable[T], get_names: Callable[[T], tuple[str | None, str | None]]
) -> dict[int, str]:
    """Return the placeholder id of each group, by the identity of its record: `new:group:` and the key.

    Args:
        groups: groups that a plan creates.
        get_names: returns `externalId` and `displayName` of a group.

    Examples:
        >>> groups = [("sales", "Sales team"), (None, "sales")]
        >>> list(build_group_placeholders(groups, lambda group: group).values())
        ['new:group:sales', 'new:group:name:sales']
    """
    return _build(groups, get_names, _GROUP, "name:")


def _build(
    records: Iterable[T],
    get_names: Callable[[T], tuple[str | None, str | None]],
    prefix: str,
    mark: str,
    marked: tuple[str, ...] = (),
) -> dict[int, str]:
    """Return ids that are all different, in any order of the records: a name may equal the `externalId` of another."""
    taken: set[str] = set()
    ids: dict[int, str] = {}
    entries = [(id(record), *get_names(record)) for record in records]
    entries.sort(key=lambda entry: (not entry[1], entry[1] or entry[2] or ""))
    for identity, external, name in entries:
        key = external or name or ""
        if key.startswith(marked):  # else it could look like the id of a group
            key = mark + key
        while key in taken:
            key = mark + key
        taken.add(key)
        ids[identity] = prefix + key
    return ids
