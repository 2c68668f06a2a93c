# Generated from aio/provisioning/named_reading.py by tools/unasync.py; edit that file instead.
"""Reading of the users and groups that a wanted directory names, instead of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.sync.concurrent_iteration import InnerGenerator, ordered_map
from britive_scim.sync.scim.candidates import CandidateFinder
from britive_scim.sync.scim.groups import Groups
from britive_scim.sync.scim.users import Users
from britive_scim.errors import NotFound
from britive_scim.provisioning.directory.directory import Directory
from britive_scim.provisioning.plans.matching import list_key_values
from britive_scim.wire.operation import CallOptions

__all__ = ["NamedReader"]

R = TypeVar("R", bound="scim.Resource")

_USER_KEYS = ("external_id", "user_name")
_GROUP_KEYS = ("external_id", "display_name")


class NamedReader:
    """Look-ups of what a wanted directory names, by each key; a key that cannot be filtered is read by one listing.

    Args:
        users: users of the client.
        groups: groups of the client.
        concurrency: look-ups at a time.
        call: timeout and retry policy of each request.
    """

    def __init__(
        self,
        users: Users[Any],
        groups: Groups[Any],
        *,
        concurrency: int,
        call: CallOptions,
    ) -> None:
        self._users = users
        self._groups = groups
        self._concurrency = concurrency
        self._call = call

    def find_users(self, wanted: Directory) -> list[dict[str, Any]]:
        """Return the users with a key of a wanted one, and the members of wanted groups that are no wanted users."""
        entries: list[Mapping[str, Any]] = [record.values for record in wanted.user_records]
        entries += _list_other_members(wanted, entries, is_group=False)
        found = self._find(self._users, _USER_KEYS, entries)
        return [values for values, _ in found.values()]

    def find_group_ids(self, wanted: Directory) -> list[str] | None:
        """Return the ids of the groups with a key of a wanted one, and of members that are other groups.

        `None` if the wanted directory does not state groups.
        """
        if wanted.group_records is None:
            return None
        entries: list[Mapping[str, Any]] = [record.values for record in wanted.group_records]
        entries += _list_other_members(wanted, entries, is_group=True)
        return list(self._find(self._groups, _GROUP_KEYS, entries))

    def _find(
        self,
        resources: CandidateFinder[Any],
        keys: tuple[str, ...],
        entries: Iterable[Mapping[str, Any]],
    ) -> dict[str, tuple[dict[str, Any], Any]]:
        def look_up(entry: Mapping[str, Any]) -> dict[str, tuple[dict[str, Any], Any]]:
            found = resources._find_by_keys(entry, keys, self._call)
            if not found and "id" in entry:
                try:
                    resource = resources.get(entry["id"], **self._call)
                except NotFound:
                    return found
                return {resource.id: (resource.to_wire(), resource)}
            return found

        result: dict[str, tuple[dict[str, Any], Any]] = {}
        with InnerGenerator(ordered_map(look_up, entries, self._concurrency)) as looked_up:
            for found in looked_up:
                result.update(found)
        return result


def _list_other_members(
    wanted: Directory, entries: Iterable[Mapping[str, Any]], *, is_group: bool
) -> list[dict[str, str]]:
    """Return entries for the members that are not among the wanted users or groups: by any key, or by id."""
    keys, name = (_GROUP_KEYS, "displayName") if is_group else (_USER_KEYS, "userName")
    named = {value for values in entries for value in _list_values(keys, values)}
    members = dict.fromkeys(
        member.value
        for group in wanted.group_records or ()
        for member in group.members or ()
        if (member.type == "Group") is is_group
    )
    others = [{"externalId": value, name: value, "id": value} for value in members]
    return [entry for entry in others if named.isdisjoint(_list_values(keys, entry))]


def _list_values(keys: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    return [value for key in keys for value in list_key_values(key, values)]
