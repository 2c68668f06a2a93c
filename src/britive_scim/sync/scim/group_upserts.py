# Generated from aio/scim/group_upserts.py by tools/unasync.py; edit that file instead.
"""Members of groups in an upsert: compared by a reading, and set by the smallest change."""

from __future__ import annotations

from typing import TypeVar

from britive_scim import scim
from britive_scim.sync.scim.group_creation import GroupCreation
from britive_scim.sync.scim.upsert import MemberDifference
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.member_changes import MemberChange, MemberGoal

__all__ = ["GroupUpserts"]

G = TypeVar("G", bound="scim.Group")


class GroupUpserts(GroupCreation[G]):
    """Groups of one identity provider, with the methods that compare and set members in an upsert."""

    __slots__ = ()

    _index_keys = ("external_id", "display_name")

    def _compare_members(
        self,
        found: G,
        wanted: tuple[str, ...] | None,
        shown: tuple[str, ...] | None,
        call: CallOptions,
    ) -> MemberDifference | None:
        """Return the difference of the members, or `None`.

        Members that the provider hides are compared with those that this client set before. A group of a list keeps
        the members that the list did not show.
        """
        if wanted is None:
            return None
        group = self._read(found, call)
        reading = self._interpret_members(group)
        if shown is not None and not reading.is_complete:
            is_equal = set(shown) == set(wanted)
            return None if is_equal else MemberDifference(shown, wanted, is_partial=True)
        if shown is not None:
            kept = tuple(id_ for id_ in reading.ids if id_ not in {*shown, *wanted})
            wanted = (*kept, *wanted)
        if reading.is_complete:
            is_equal = set(reading.ids) == set(wanted)
            return None if is_equal else MemberDifference(tuple(reading.ids), wanted)
        if self._knowledge.has_exact_members(group.id or "", wanted) and (
            not reading.ids or reading.ids.keys() <= set(wanted)
        ):
            return None
        return MemberDifference(None, wanted)

    def _write_members(self, id_: str, members: MemberDifference, call: CallOptions) -> None:
        """Add and remove members by id where all are known; otherwise replace them."""
        is_replaced = members.found is None or self._service_provider.can_patch is False
        if is_replaced and not members.is_partial:
            self._replace_members(id_, members.wanted, call)
        else:
            found, wanted = dict.fromkeys(members.found or ()), dict.fromkeys(members.wanted)
            removed = tuple(member for member in found if member not in wanted)
            added = tuple(member for member in wanted if member not in found)
            change = MemberChange(to_remove=removed, to_add=added)
            goal = MemberGoal(wanted=dict.fromkeys(added), unwanted=dict.fromkeys(removed))
            self._change_members(id_, change, goal, call)
        if self._session.active_dry_run is None and not members.is_partial:
            self._knowledge.record_members(id_, members.wanted)
