# Generated from aio/scim/groups.py by tools/unasync.py; edit that file instead.
"""Groups, which Britive calls tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from typing_extensions import Unpack

from britive_scim.sync.scim.resources import Resources
from britive_scim.errors import ApiError, InputError, TransportError
from britive_scim.scim.group import Group, Member
from britive_scim.wire.answer import Answer
from britive_scim.wire.members import CHUNK, Slots, checked_ids, chunks
from britive_scim.wire.operation import CallOptions, Slot, checked_id
from britive_scim.wire.paging import Page
from britive_scim.wire.reading import Reader
from britive_scim.wire.writing import (
    Dialect,
    add_members,
    assign,
    remove_members,
    replace_members,
)

__all__ = ["Groups"]

G = TypeVar("G", bound=Group)


class Groups(Resources[G]):
    """The groups of one identity provider; `client.groups`.

    Members that an answer leaves out are `None`, which means unknown; `[]` means there are none. Look-ups
    leave them out on purpose, as a group may have thousands, and lists may, so that an empty list of
    members means unknown there: `get` brings them.
    """

    __slots__ = ()

    natural_key = ("displayName", "display_name")
    _look_up_without = ("members",)

    def find_by_display_name(
        self, display_name: str, **call: Unpack[CallOptions]
    ) -> G | None:
        """Return the group of this name, in any case, without its members; `None` where there is none.

        Args:
            display_name: name of the group.
            **call: `timeout=` in seconds and `retry=` for this call alone.

        Raises:
            Ambiguous: more than one has it.
            UnexpectedAnswer: the server does not say whether there is one.
        """
        return self._find("displayName", "display_name", display_name, call)

    def replace(self, resource: G, **call: Unpack[CallOptions]) -> G:
        """Put `resource` in place of the group with its id, and return what the server made of it.

        A group whose members are unknown (`None`) keeps those it has: they are read first. With
        `members=[]` it loses all.

        Raises:
            InputError: the group has no id.
            NotFound: there is no such group.
        """
        if resource.members is None:
            present = self.get(resource, attributes=["members"], **call)
            resource = resource.model_copy(update={"members": present.members})
        return super().replace(resource, **call)

    def rename(self, group: Slot, display_name: str, **call: Unpack[CallOptions]) -> None:
        """Give a group another name.

        Args:
            group: the id, or a group that has it.
            display_name: the new name.
            **call: `timeout=` in seconds and `retry=` for this call alone.

        Raises:
            Conflict: another group has the name.
        """
        if not display_name.strip():
            raise InputError("a group needs a name, and this one is empty")
        body = assign(
            self._sender.settings.dialect, {"displayName": display_name}, id=checked_id(group)
        )
        self._change(group, body, call)

    def add_members(self, group: Slot, members: Slots, **call: Unpack[CallOptions]) -> None:
        """Add members to a group; one who is a member already stays one.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), or the resources; sent by the hundred.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        self._in_chunks(group, checked_ids(members), add_members, call)

    def remove_members(
        self, group: Slot, members: Slots, **call: Unpack[CallOptions]
    ) -> None:
        """Remove members from a group; one who is no member stays none.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), or the resources; sent by the hundred.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        self._in_chunks(group, checked_ids(members), remove_members, call)

    def set_members(self, group: Slot, members: Slots, **call: Unpack[CallOptions]) -> None:
        """Make these the members of a group, and no others.

        Up to a hundred are sent in one request that replaces all. More are compared with those the
        group has, and the difference is sent by the hundred, leavers first.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), or the resources; none empties the group.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        wanted = checked_ids(members)
        if len(wanted) <= CHUNK:
            dialect = self._sender.settings.dialect
            self._change(group, replace_members(dialect, wanted), call)
            return
        present = self.get(group, **call)
        known = tuple(_value(member) for member in present.members or ())
        self._in_chunks(
            group, tuple(i for i in known if i and i not in set(wanted)), remove_members, call
        )
        self._in_chunks(
            group, tuple(i for i in wanted if i not in set(known)), add_members, call
        )

    def _reader(self, *, miss: bool) -> Reader[Page[G]]:
        read = super()._reader(miss=miss)

        def without_empty_members(answer: Answer) -> Page[G]:
            page = read(answer)
            for group in page.items:
                if (
                    not group.members
                ):  # servers leave members out of lists, and say [] (AWS ListGroups)
                    group.members = None
            return page

        return without_empty_members

    def _in_chunks(
        self,
        group: Slot,
        ids: tuple[str, ...],
        write: Callable[[Dialect, Sequence[str]], dict[str, Any]],
        call: CallOptions,
    ) -> None:
        target = checked_id(group)
        done = 0
        for chunk in chunks(ids):
            failed: ApiError | TransportError | None = None
            try:
                self._change(target, write(self._sender.settings.dialect, chunk), call)
            except (ApiError, TransportError) as error:
                failed = error
            if failed is not None:
                failed.done, failed.remaining = ids[:done], ids[done:]
                raise failed
            done += len(chunk)


def _value(member: Member) -> str:
    return member.value or ""
