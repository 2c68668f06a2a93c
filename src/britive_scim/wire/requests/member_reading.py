"""Members of a group as shown by a response, which may hide them, or show only the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from britive_scim import scim

__all__ = ["MemberReading"]

_SUSPICIOUS_COUNT = 50
"""A number of shown members that is a multiple of this may be the limit of a server that shows only the first."""


@dataclass(frozen=True, slots=True)
class MemberReading:
    """Members of a group as shown by the response to a single GET.

    Attributes:
        ids: ids of the members, in order.
        is_proof: whether these are members of the group; many servers send no members, or an empty list.
        is_known: whether these are all members, as sent by this client before.
        most_shown: largest number of members that the server has shown of any group.
        has_unidentified: whether the response shows members without an id, such as a `$ref` alone. It then proves
            nothing about ids that it does not show.
    """

    ids: Mapping[str, None] = field(default_factory=dict[str, None])
    is_proof: bool = False
    is_known: bool = False
    most_shown: int = 0
    has_unidentified: bool = False

    @classmethod
    def of(
        cls,
        group: scim.Group,
        *,
        is_empty_proof: bool,
        is_absence_proof: bool,
        known: frozenset[str] | None = None,
        most_shown: int = 0,
    ) -> MemberReading:
        """Return the reading of a group.

        Args:
            group: the group as read.
            is_empty_proof: whether an empty list means a group without members.
            is_absence_proof: whether a missing list means a group without members.
            known: ids of all members, as sent by this client before; `None` if it has sent none.
            most_shown: largest number of members that the server has shown of any group.
        """
        ids = {member.value: None for member in group.members or () if member.value}
        has_unidentified = not all(member.value for member in group.members or ())
        is_proof = is_absence_proof if group.members is None else is_empty_proof
        return cls(
            ids,
            is_proof=(bool(ids) or is_proof) and not has_unidentified,
            is_known=bool(ids) and ids.keys() == known,
            most_shown=most_shown,
            has_unidentified=has_unidentified,
        )

    @property
    def may_be_cut(self) -> bool:
        """True if the number of members may be the limit of a server that shows only the first."""
        count = len(self.ids)
        is_suspicious = count > 0 and count % _SUSPICIOUS_COUNT == 0
        return is_suspicious and not self.is_known and count >= self.most_shown

    @property
    def is_complete(self) -> bool:
        """True if these are all members, as far as responses can prove it."""
        return self.is_proof and not self.may_be_cut
