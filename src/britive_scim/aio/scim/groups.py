"""Groups, which Britive calls tags."""

from __future__ import annotations

from collections import deque
from typing import Any, TypeVar

from typing_extensions import Unpack

from britive_scim.aio.scim.resources import AsyncResources
from britive_scim.errors import (
    ApiError,
    BadRequest,
    Conflict,
    NotFound,
    PayloadTooLarge,
    TransportError,
)
from britive_scim.scim.models.group import Group
from britive_scim.wire.decoding.scim import Reader
from britive_scim.wire.members import CHUNK, Members, checked_members, checked_slot, chunks
from britive_scim.wire.operation import CallOptions, Slot, checked_id
from britive_scim.wire.paging.index import Page
from britive_scim.wire.requests.etags import IfMatch
from britive_scim.wire.requests.scim import checked_name
from britive_scim.wire.requests.scim_changes import (
    add_members,
    assign,
    remove_members,
    replace_members,
)
from britive_scim.wire.response import Answer

__all__ = ["AsyncGroups"]

G = TypeVar("G", bound=Group)


class AsyncGroups(AsyncResources[G]):
    """The groups of one identity provider; `client.groups`.

    Members that an answer leaves out are `None`, which means unknown; `[]` means there are none. Look-ups
    leave them out on purpose, as a group may have thousands, and lists may, so that an empty list of
    members means unknown there: `get` brings them.
    """

    __slots__ = ()

    natural_key = ("displayName", "display_name")
    _look_up_without = ("members",)

    async def find_by_display_name(
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
        return await self._find("displayName", "display_name", display_name, call)

    async def replace(
        self, resource: G, *, if_match: IfMatch = None, **call: Unpack[CallOptions]
    ) -> G:
        """Put `resource` in place of the group with its id, and return what the server made of it.

        A group whose members are unknown (`None`) keeps those it has: they are read first. With
        `members=[]` it loses all.

        Args:
            resource: the new state, with its id.
            if_match: which version it replaces: `True` for the one of `resource` (`meta.version`), a
                tag, or `None` for any.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InputError: the group has no id.
            NotFound: there is no such group.
            PreconditionFailed: it was changed since that version.
        """
        if resource.members is None:
            present = await self.get(resource, attributes=["members"], **call)
            resource = resource.model_copy(update={"members": present.members})
        return await super().replace(resource, if_match=if_match, **call)

    async def rename(self, group: Slot, display_name: str, **call: Unpack[CallOptions]) -> None:
        """Give a group another name.

        Args:
            group: the id, or a group that has it.
            display_name: the new name.
            **call: `timeout=` in seconds and `retry=` for this call alone.

        Raises:
            Conflict: another group has the name.
        """
        name = checked_name(display_name, of="a group")
        body = assign(self._sender.settings.dialect, {"displayName": name}, id=checked_id(group))
        await self._change(group, body, call)

    async def add_members(self, group: Slot, members: Members, **call: Unpack[CallOptions]) -> None:
        """Add members to a group; one who is a member already stays one.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent by the hundred.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        target = checked_slot(group, self._endpoint)
        await self._in_chunks(target, call, join=checked_members(members))

    async def remove_members(
        self, group: Slot, members: Members, **call: Unpack[CallOptions]
    ) -> None:
        """Remove members from a group; one who is no member stays none.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent by the hundred.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        target = checked_slot(group, self._endpoint)
        await self._in_chunks(target, call, leave=checked_members(members))

    async def set_members(self, group: Slot, members: Members, **call: Unpack[CallOptions]) -> None:
        """Make these the members of a group, and no others.

        Up to a hundred are sent in one request that replaces all. More, or those of a provider that takes
        fewer at a time, are compared with those the group has, and the difference is sent by the hundred,
        leavers first. Where the provider does not show who is in the group, the first ones replace all,
        and the others are added.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), the resources, or `scim.Member`s; none empties the group.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        target, wanted = checked_slot(group, self._endpoint), checked_members(members)
        refused: ApiError | TransportError | None = None
        if len(wanted) <= CHUNK:
            refused = await self._refusal(target, self._put_in_place(wanted), call)
            if refused is None:
                return
            if not _too_many(refused):
                refused.remaining = wanted
                raise refused
        present = (await self.get(target, **call)).members
        if present is None:
            first = wanted[: CHUNK if refused is None else len(wanted) // 2]
            done = await self._begun(target, wanted, first, refused, call)
            await self._in_chunks(target, call, join=wanted[len(done) :], done=done)
            return
        known = {member.value or "": None for member in present}
        keep = set(wanted)
        leavers = tuple(one for one in known if one and one not in keep)
        comers = tuple(one for one in wanted if one not in known)
        await self._in_chunks(target, call, leave=leavers, join=comers)

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

    async def _begun(
        self,
        target: str,
        wanted: tuple[str, ...],
        first: tuple[str, ...],
        refused: ApiError | TransportError | None,
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Put the `first` of the members wanted in place of all, or fewer; return who they are.

        Args:
            target: id of the group.
            wanted: all members it is to have.
            first: those to try with; without any, `refused` stands.
            refused: what the provider said to more of them.
            call: keywords of each request.
        """
        while first:
            refused = await self._refusal(target, self._put_in_place(first), call)
            if refused is None:
                return first
            first = first[: len(first) // 2] if _too_many(refused) else ()
        assert refused is not None  # noqa: S101 - there is nobody to try with only after a refusal
        refused.remaining = wanted
        raise refused

    async def _in_chunks(
        self,
        target: str,
        call: CallOptions,
        *,
        leave: tuple[str, ...] = (),
        join: tuple[str, ...] = (),
        done: tuple[str, ...] = (),
    ) -> None:
        """Remove the members who `leave` and add those who `join`, by the hundred.

        A chunk that the server finds too large is halved. Where it says that some are members already,
        or are none, the members are looked at, and only those who differ are sent again.

        Args:
            target: id of the group.
            call: keywords of each request.
            leave: who leaves.
            join: who joins, afterwards.
            done: who was dealt with before; told where this fails.
        """
        pending = deque((True, chunk) for chunk in chunks(leave))
        pending.extend((False, chunk) for chunk in chunks(join))
        while pending:
            leaves, chunk = pending.popleft()
            write = remove_members if leaves else add_members
            failed = await self._refusal(target, write(self._sender.settings.dialect, chunk), call)
            if failed is None:
                continue
            if _too_many(failed) and len(chunk) > 1:
                half = len(chunk) // 2
                pending.extendleft(((leaves, chunk[half:]), (leaves, chunk[:half])))
                continue
            left = await self._still_to_do(target, chunk, failed, leave=leaves, call=call)
            if len(left) < len(chunk):
                if left:
                    pending.appendleft((leaves, left))
                continue
            open_ = set(chunk).union(*(waiting for _, waiting in pending))
            failed.done = (*done, *(one for one in (*leave, *join) if one not in open_))
            failed.remaining = tuple(one for one in (*leave, *join) if one in open_)
            raise failed

    def _put_in_place(self, members: tuple[str, ...]) -> dict[str, Any]:
        """Return the change that puts these members in place of all."""
        return replace_members(self._sender.settings.dialect, members)

    async def _refusal(
        self, target: str, body: dict[str, Any], call: CallOptions
    ) -> ApiError | TransportError | None:
        """Send one change of members and return the error it met, or `None`."""
        try:
            await self._change(target, body, call)
        except (ApiError, TransportError) as error:
            return error
        return None

    async def _still_to_do(
        self,
        target: str,
        chunk: tuple[str, ...],
        failed: ApiError | TransportError,
        *,
        leave: bool,
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Return who of `chunk` is not as wanted yet, where `failed` may mean that some are."""
        if not _perhaps_done(failed):
            return chunk
        try:
            present = await self.get(target, attributes=["members"], **call)
        except (ApiError, TransportError):
            return chunk
        known = {member.value for member in present.members or ()}
        return tuple(one for one in chunk if (one in known) is leave)


def _too_many(failed: ApiError | TransportError) -> bool:
    """Return whether fewer members might be accepted."""
    if isinstance(failed, PayloadTooLarge):
        return True
    return type(failed) is BadRequest and failed.status == 400 and not _no_target(failed)


def _perhaps_done(failed: ApiError | TransportError) -> bool:
    """Return whether the server may mean that a member is there already, or is none."""
    return isinstance(failed, (Conflict, NotFound)) or (
        isinstance(failed, BadRequest) and _no_target(failed)
    )


def _no_target(failed: BadRequest) -> bool:
    return (failed.scim_type or "").lower() == "notarget"
