"""Groups of a list, whose members may be incomplete or replaced by an empty list."""

from __future__ import annotations

from typing import TypeVar

from britive_scim import scim
from britive_scim.scim.values.notes import LISTED_MEMBERS, set_note
from britive_scim.wire.decoding.scim import Decoder
from britive_scim.wire.paging.index import Page
from britive_scim.wire.response import Response

__all__ = ["mark_listed_groups"]

R = TypeVar("R", bound="scim.Resource")


def mark_listed_groups(decode: Decoder[Page[R]]) -> Decoder[Page[R]]:
    """Return a decoder like `decode` that marks the groups of a page as listed.

    An empty list of members becomes `None`, as some servers omit the members in lists that way (AWS ListGroups).
    """

    def decode_listed_groups(response: Response) -> Page[R]:
        page = decode(response)
        for resource in page.items:
            if not isinstance(resource, scim.Group):
                continue
            ids = tuple(member.value for member in resource.members or () if member.value)
            set_note(resource, LISTED_MEMBERS, ids)
            if not resource.members:
                resource.members = None
        return page

    return decode_listed_groups
