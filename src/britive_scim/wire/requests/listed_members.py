"""Members of a group of a list, which may have omitted others: the change that keeps those."""

from __future__ import annotations

import json
from dataclasses import dataclass

from britive_scim import scim
from britive_scim.scim.values.notes import LISTED_MEMBERS, get_note, is_unknown
from britive_scim.wire.requests.member_changes import get_member_ids
from britive_scim.wire.requests.member_reading import MemberReading

__all__ = ["ListedMemberChange", "build_listed_change", "get_listed_members"]


@dataclass(frozen=True, slots=True)
class ListedMemberChange:
    """Change of the members that a list showed of a group.

    Attributes:
        added: ids to add.
        removed: ids to remove.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]

    def build_operations(self) -> list[scim.PatchOperation]:
        """Return the PATCH operations of the change, by id."""
        operations = [
            scim.PatchOperation(
                "remove", f"members[value eq {json.dumps(id_, ensure_ascii=False)}]"
            )
            for id_ in self.removed
        ]
        if self.added:
            value = [{"value": id_} for id_ in self.added]
            operations.append(scim.PatchOperation("add", "members", value))
        return operations


def get_listed_members(resource: scim.Resource) -> tuple[str, ...] | None:
    """Return the ids of the members that a list showed of a group, if the group states members that may not be all.

    `None` for a group that no list returned, for unknown members, and for `[]` where the list showed none: it states
    that the group has none.
    """
    shown: tuple[str, ...] | None = get_note(resource, LISTED_MEMBERS)
    if shown is None or is_unknown(resource, "members"):
        return None
    return shown if shown or getattr(resource, "members", None) else None


def build_listed_change(
    group: scim.Group, shown: tuple[str, ...], reading: MemberReading
) -> ListedMemberChange:
    """Return the change of the members that a list showed into those of `group`.

    Args:
        group: the group of the list, with its wanted members.
        shown: ids of the members that the list showed.
        reading: members that the group shows now; what is known to be in effect is left out.
    """
    own = get_member_ids(group.to_wire())
    added = tuple(id_ for id_ in own if id_ not in shown and id_ not in reading.ids)
    removed = tuple(
        id_ for id_ in shown if id_ not in own and (id_ in reading.ids or not reading.is_complete)
    )
    return ListedMemberChange(added, removed)
