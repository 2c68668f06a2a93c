"""Groups, which Britive calls tags."""

from __future__ import annotations

from collections import deque
from typing import Any, TypeVar

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
from britive_scim.wire.decoding.scim import Decoder
from britive_scim.wire.ids import (
    MAX_MEMBERS_PER_REQUEST,
    IdLike,
    Members,
    split_into_chunks,
    validate_id,
    validate_member_ids,
    validate_path_id,
)
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.paging.index import Page
from britive_scim.wire.requests.etags import IfMatch
from britive_scim.wire.requests.scim import validate_name
from britive_scim.wire.requests.scim_changes import (
    build_add_members_patch,
    build_attribute_patch,
    build_remove_members_patch,
    build_replace_members_patch,
)
from britive_scim.wire.response import Response
from britive_scim.wire.retry.policy import RetryPolicy

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
    _lookup_excluded_attributes = ("members",)

    async def find_by_display_name(
        self, display_name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> G | None:
        """Return the group of this name, in any case, without its members; `None` where there is none.

        Args:
            display_name: name of the group.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: more than one has it.
            UnexpectedResponse: the server does not say whether there is one.
        """
        return await self._find(
            "displayName", "display_name", display_name, CallOptions(timeout=timeout, retry=retry)
        )

    async def replace(
        self,
        resource: G,
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> G:
        """Put `resource` in place of the group with its id, and return what the server made of it.

        A group whose members are unknown (`None`) keeps those it has: they are read first. With
        `members=[]` it loses all.

        Args:
            resource: the new state, with its id.
            if_match: which version it replaces: `True` for the one of `resource` (`meta.version`), a
                tag, or `None` for any.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: the group has no id.
            NotFound: there is no such group.
            PreconditionFailed: it was changed since that version.
        """
        if resource.members is None:
            present = await self.get(resource, attributes=["members"], timeout=timeout, retry=retry)
            resource = resource.model_copy(update={"members": present.members})
        return await super().replace(resource, if_match=if_match, timeout=timeout, retry=retry)

    async def rename(
        self,
        group: IdLike,
        display_name: str,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Give a group another name.

        Args:
            group: the id, or a group that has it.
            display_name: the new name.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Conflict: another group has the name.
        """
        name = validate_name(display_name, owner="a group")
        body = build_attribute_patch(
            self._session.settings.dialect, {"displayName": name}, resource_id=validate_id(group)
        )
        await self._send_patch_without_result(
            group, body, CallOptions(timeout=timeout, retry=retry)
        )

    async def add_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Add members to a group; one who is a member already stays one.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent by the hundred.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        target = validate_path_id(group, self._endpoint)
        await self._change_members(
            target, CallOptions(timeout=timeout, retry=retry), to_add=validate_member_ids(members)
        )

    async def remove_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove members from a group; one who is no member stays none.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent by the hundred.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        target = validate_path_id(group, self._endpoint)
        await self._change_members(
            target,
            CallOptions(timeout=timeout, retry=retry),
            to_remove=validate_member_ids(members),
        )

    async def set_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Make these the members of a group, and no others.

        Up to a hundred are sent in one request that replaces all. More, or those of a provider that takes
        fewer at a time, are compared with those the group has, and the difference is sent by the hundred,
        leavers first. Where the provider does not show who is in the group, the first ones replace all,
        and the others are added.

        Args:
            group: the id, or a group that has it.
            members: ids of users (or groups), the resources, or `scim.Member`s; none empties the group.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: a single text where several are asked, or something that is no id.
            ApiError: a request was refused; `.done` and `.remaining` tell how far it came.
            TransportError: no answer came; the same.
        """
        target, wanted = validate_path_id(group, self._endpoint), validate_member_ids(members)
        refused: ApiError | TransportError | None = None
        if len(wanted) <= MAX_MEMBERS_PER_REQUEST:
            refused = await self._attempt_change(
                target,
                self._build_member_replacement(wanted),
                CallOptions(timeout=timeout, retry=retry),
            )
            if refused is None:
                return
            if not _is_chunk_too_large(refused):
                refused.remaining = wanted
                raise refused
        present = (await self.get(target, timeout=timeout, retry=retry)).members
        if present is None:
            first = wanted[: MAX_MEMBERS_PER_REQUEST if refused is None else len(wanted) // 2]
            done = await self._replace_first_members(
                target, wanted, first, refused, CallOptions(timeout=timeout, retry=retry)
            )
            await self._change_members(
                target,
                CallOptions(timeout=timeout, retry=retry),
                to_add=wanted[len(done) :],
                done=done,
            )
            return
        known = {member.value or "": None for member in present}
        keep = set(wanted)
        leavers = tuple(one for one in known if one and one not in keep)
        comers = tuple(one for one in wanted if one not in known)
        await self._change_members(
            target, CallOptions(timeout=timeout, retry=retry), to_remove=leavers, to_add=comers
        )

    def _build_page_reader(self, *, has_filter: bool) -> Decoder[Page[G]]:
        read = super()._build_page_reader(has_filter=has_filter)

        def read_without_empty_members(response: Response) -> Page[G]:
            page = read(response)
            for group in page.items:
                if (
                    not group.members
                ):  # servers leave members out of lists, and say [] (AWS ListGroups)
                    group.members = None
            return page

        return read_without_empty_members

    async def _replace_first_members(
        self,
        target: str,
        wanted: tuple[str, ...],
        first: tuple[str, ...],
        error: ApiError | TransportError | None,
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Put the `first` of the members wanted in place of all, or fewer; return who they are.

        Args:
            target: id of the group.
            wanted: all members it is to have.
            first: those to try with; without any, `error` stands.
            error: what the provider said to more of them.
            call: keywords of each request.
        """
        while first:
            error = await self._attempt_change(target, self._build_member_replacement(first), call)
            if error is None:
                return first
            first = first[: len(first) // 2] if _is_chunk_too_large(error) else ()
        assert error is not None  # noqa: S101 - there is nobody to try with only after a refusal
        error.remaining = wanted
        raise error

    async def _change_members(
        self,
        target: str,
        call: CallOptions,
        *,
        to_remove: tuple[str, ...] = (),
        to_add: tuple[str, ...] = (),
        done: tuple[str, ...] = (),
    ) -> None:
        """Remove the members who `to_remove` and add those who `to_add`, by the hundred.

        A chunk that the server finds too large is halved. Where it says that some are members already,
        or are none, the members are looked at, and only those who differ are sent again.

        Args:
            target: id of the group.
            call: keywords of each request.
            to_remove: who leaves.
            to_add: who joins, afterwards.
            done: who was dealt with before; told where this fails.
        """
        pending = deque((True, chunk) for chunk in split_into_chunks(to_remove))
        pending.extend((False, chunk) for chunk in split_into_chunks(to_add))
        while pending:
            leaves, chunk = pending.popleft()
            write = build_remove_members_patch if leaves else build_add_members_patch
            failed = await self._attempt_change(
                target, write(self._session.settings.dialect, chunk), call
            )
            if failed is None:
                continue
            if _is_chunk_too_large(failed) and len(chunk) > 1:
                half = len(chunk) // 2
                pending.extendleft(((leaves, chunk[half:]), (leaves, chunk[:half])))
                continue
            left = await self._find_remaining(target, chunk, failed, is_removal=leaves, call=call)
            if len(left) < len(chunk):
                if left:
                    pending.appendleft((leaves, left))
                continue
            open_ = set(chunk).union(*(waiting for _, waiting in pending))
            failed.done = (*done, *(one for one in (*to_remove, *to_add) if one not in open_))
            failed.remaining = tuple(one for one in (*to_remove, *to_add) if one in open_)
            raise failed

    def _build_member_replacement(self, members: tuple[str, ...]) -> dict[str, Any]:
        """Return the change that puts these members in place of all."""
        return build_replace_members_patch(self._session.settings.dialect, members)

    async def _attempt_change(
        self, target: str, body: dict[str, Any], call: CallOptions
    ) -> ApiError | TransportError | None:
        """Send one change of members and return the error it met, or `None`."""
        try:
            await self._send_patch_without_result(target, body, call)
        except (ApiError, TransportError) as error:
            return error
        return None

    async def _find_remaining(
        self,
        target: str,
        chunk: tuple[str, ...],
        error: ApiError | TransportError,
        *,
        is_removal: bool,
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Return who of `chunk` is not as wanted yet, where `error` may mean that some are."""
        if not _is_possibly_applied(error):
            return chunk
        try:
            present = await self.get(target, attributes=["members"], **call)
        except (ApiError, TransportError):
            return chunk
        known = {member.value for member in present.members or ()}
        return tuple(one for one in chunk if (one in known) is is_removal)


def _is_chunk_too_large(error: ApiError | TransportError) -> bool:
    """Return whether fewer members might be accepted."""
    if isinstance(error, PayloadTooLarge):
        return True
    return type(error) is BadRequest and error.status == 400 and not _is_no_target(error)


def _is_possibly_applied(error: ApiError | TransportError) -> bool:
    """Return whether the server may mean that a member is there already, or is none."""
    return isinstance(error, (Conflict, NotFound)) or (
        isinstance(error, BadRequest) and _is_no_target(error)
    )


def _is_no_target(error: BadRequest) -> bool:
    return (error.scim_type or "").lower() == "notarget"
