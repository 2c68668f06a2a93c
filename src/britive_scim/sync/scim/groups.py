# Generated from aio/scim/groups.py by tools/unasync.py; edit that file instead.
"""Groups of one identity provider, which Britive calls tags."""

from __future__ import annotations

from collections import deque
from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.sync.scim.resources import Resources
from britive_scim.errors import (
    ApiError,
    BadRequest,
    Conflict,
    NotFound,
    PayloadTooLarge,
    TransportError,
)
from britive_scim.scim.values.notes import is_unknown
from britive_scim.wire.decoding.scim import Decoder, ignore_body
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

__all__ = ["Groups"]

G = TypeVar("G", bound="scim.Group")


class Groups(Resources[G]):
    """Groups of one identity provider; `client.groups`.

    Members missing from a response are `None`, which means unknown; `[]` means no members. Look-ups exclude
    members, as a group may have thousands. Lists may omit them, so an empty list of members is read as
    `None` there; `get` returns the members.
    """

    __slots__ = ()

    natural_key = ("displayName", "display_name")
    _lookup_excluded_attributes = ("members",)

    def find_by_display_name(
        self, display_name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> G | None:
        """Return the group with this `displayName`, compared case-insensitively, without its members, or `None`.

        Args:
            display_name: name of the group.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: several groups have this name.
            UnexpectedResponse: the response does not show whether there is such a group.
        """
        key = self._build_key("displayName", display_name)
        return self._find(key, CallOptions(timeout=timeout, retry=retry))

    def replace(
        self,
        resource: G,
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> G:
        """Replace the group that has the id of `resource`, and return it as stored by the server.

        If `members` is `None` (unknown), the group keeps its members: they are read first. `members=[]` removes
        all, unless it is the list of a response: some servers show `[]` for every group.

        Args:
            resource: the new state, with its id.
            if_match: version to replace: `True` for that of `resource` (`meta.version`), an ETag, or `None`
                for any.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: the group has no id.
            NotFound: there is no such group.
            PreconditionFailed: the group was changed since that version.
        """
        if is_unknown(resource, "members"):
            current = self.get(resource, attributes=["members"], timeout=timeout, retry=retry)
            if current.members:
                resource = resource.model_copy(update={"members": current.members})
        return super().replace(resource, if_match=if_match, timeout=timeout, retry=retry)

    def rename(
        self,
        group: IdLike,
        display_name: str,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> G:
        """Change the name of a group and return the group.

        If the response does not contain the group, it is read once.

        Args:
            group: id of the group, or the group itself.
            display_name: the new name.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            Conflict: another group has the name.
        """
        call = CallOptions(timeout=timeout, retry=retry)
        name = validate_name(display_name, owner="a group")
        body = build_attribute_patch(
            self._session.settings.dialect, {"displayName": name}, resource_id=validate_id(group)
        )
        decoder = self._decode_patched_resource(ignore_body)
        renamed = self._send_patch(group, body, {}, call, returns=decoder)
        return renamed if renamed is not None else self._read_back(group, "PATCH", call)

    def add_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Add members to a group; adding a present member is a success.

        Args:
            group: id of the group, or the group itself.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent in chunks of 100.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `members` is a single string, or contains something other than an id.
            ApiError: a request was refused; `.done` and `.remaining` contain the ids processed and not processed.
            TransportError: no response was received; `.done` and `.remaining` are set as well.
        """
        target = validate_path_id(group, self._endpoint)
        self._change_members(
            target, CallOptions(timeout=timeout, retry=retry), to_add=validate_member_ids(members)
        )

    def remove_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove members from a group; removing an absent member is a success.

        Args:
            group: id of the group, or the group itself.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent in chunks of 100.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `members` is a single string, or contains something other than an id.
            ApiError: a request was refused; `.done` and `.remaining` contain the ids processed and not processed.
            TransportError: no response was received; `.done` and `.remaining` are set as well.
        """
        target = validate_path_id(group, self._endpoint)
        self._change_members(
            target,
            CallOptions(timeout=timeout, retry=retry),
            to_remove=validate_member_ids(members),
        )

    def set_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Replace all members of a group.

        Up to 100 members are sent in one request. More, or as many as the provider refuses at a time, are compared
        with the current members, and the difference is sent in chunks of 100, removals first. If the provider
        does not show the members, the first chunk replaces all, and the others are added.

        Args:
            group: id of the group, or the group itself.
            members: ids of users (or groups), the resources, or `scim.Member`s; an empty list removes all.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `members` is a single string, or contains something other than an id.
            ApiError: a request was refused; `.done` and `.remaining` contain the ids processed and not processed.
            TransportError: no response was received; `.done` and `.remaining` are set as well.
        """
        target, wanted = validate_path_id(group, self._endpoint), validate_member_ids(members)
        call = CallOptions(timeout=timeout, retry=retry)
        failure: ApiError | TransportError | None = None
        if len(wanted) <= MAX_MEMBERS_PER_REQUEST:
            failure = self._attempt_change(
                target, self._build_member_replacement(wanted), call
            )
            if failure is None:
                return
            if not _is_chunk_too_large(failure):
                failure.remaining = wanted
                raise failure
        current = (self.get(target, **call)).members
        if current is None:
            first = wanted[: MAX_MEMBERS_PER_REQUEST if failure is None else len(wanted) // 2]
            done = self._replace_first_members(target, wanted, first, failure, call)
            self._change_members(target, call, to_add=wanted[len(done) :], done=done)
            return
        current_ids = {member.value or "": None for member in current}  # ordered
        wanted_ids = set(wanted)
        to_remove = tuple(id_ for id_ in current_ids if id_ and id_ not in wanted_ids)
        to_add = tuple(id_ for id_ in wanted if id_ not in current_ids)
        self._change_members(target, call, to_remove=to_remove, to_add=to_add)

    def _build_page_decoder(self, *, has_filter: bool) -> Decoder[Page[G]]:
        decode = super()._build_page_decoder(has_filter=has_filter)

        def decode_without_empty_members(response: Response) -> Page[G]:
            page = decode(response)
            for group in page.items:
                if not group.members:  # some servers omit members in lists as [] (AWS ListGroups)
                    group.members = None
            return page

        return decode_without_empty_members

    # -------------------------------------------------------------------------------------- members

    def _replace_first_members(
        self,
        target: str,
        wanted: tuple[str, ...],
        first: tuple[str, ...],
        error: ApiError | TransportError | None,
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Replace all members by the `first` of those wanted, or by fewer; return the ids sent.

        Args:
            target: id of the group.
            wanted: ids of all wanted members.
            first: ids to try first; if empty, `error` is raised.
            error: refusal of a larger number.
            call: timeout and retry policy of each request.
        """
        while first:
            error = self._attempt_change(target, self._build_member_replacement(first), call)
            if error is None:
                return first
            first = first[: len(first) // 2] if _is_chunk_too_large(error) else ()
        assert error is not None  # noqa: S101 - `first` is empty only after a refusal
        error.remaining = wanted
        raise error

    def _change_members(
        self,
        target: str,
        call: CallOptions,
        *,
        to_remove: tuple[str, ...] = (),
        to_add: tuple[str, ...] = (),
        done: tuple[str, ...] = (),
    ) -> None:
        """Remove and add members in chunks.

        A chunk that the server reports as too large is halved. If the server reports that some are members already,
        or are not members, the members are read, and only those that differ are sent again.

        Args:
            target: id of the group.
            call: timeout and retry policy of each request.
            to_remove: ids to remove.
            to_add: ids to add afterwards.
            done: ids processed before, for the error.
        """
        pending = deque((True, chunk) for chunk in split_into_chunks(to_remove))
        pending.extend((False, chunk) for chunk in split_into_chunks(to_add))
        while pending:
            is_removal, chunk = pending.popleft()
            build_patch = build_remove_members_patch if is_removal else build_add_members_patch
            failure = self._attempt_change(
                target, build_patch(self._session.settings.dialect, chunk), call
            )
            if failure is None:
                continue
            if _is_chunk_too_large(failure) and len(chunk) > 1:
                half = len(chunk) // 2
                pending.extendleft(((is_removal, chunk[half:]), (is_removal, chunk[:half])))
                continue
            remaining = self._find_remaining(
                target, chunk, failure, is_removal=is_removal, call=call
            )
            if len(remaining) < len(chunk):
                if remaining:
                    pending.appendleft((is_removal, remaining))
                continue
            unsent = set(chunk).union(*(ids for _, ids in pending))
            requested = (*to_remove, *to_add)
            failure.done = (*done, *(id_ for id_ in requested if id_ not in unsent))
            failure.remaining = tuple(id_ for id_ in requested if id_ in unsent)
            raise failure

    def _build_member_replacement(self, members: tuple[str, ...]) -> dict[str, Any]:
        return build_replace_members_patch(self._session.settings.dialect, members)

    def _attempt_change(
        self, target: str, body: dict[str, Any], call: CallOptions
    ) -> ApiError | TransportError | None:
        """Send one change of members and return its error, or `None`."""
        try:
            self._send_patch_without_result(target, body, call)
        except (ApiError, TransportError) as error:
            return error
        return None

    def _find_remaining(
        self,
        target: str,
        chunk: tuple[str, ...],
        error: ApiError | TransportError,
        *,
        is_removal: bool,
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Return the ids of `chunk` still to be changed, if `error` may mean that some are changed already."""
        if not _is_possibly_applied(error):
            return chunk
        try:
            current = self.get(target, attributes=["members"], **call)
        except (ApiError, TransportError):
            return chunk
        current_ids = {member.value for member in current.members or ()}
        return tuple(id_ for id_ in chunk if (id_ in current_ids) is is_removal)


def _is_chunk_too_large(error: ApiError | TransportError) -> bool:
    """Return whether the server might accept fewer members."""
    if isinstance(error, PayloadTooLarge):
        return True
    return type(error) is BadRequest and error.status == 400 and not _is_no_target(error)


def _is_possibly_applied(error: ApiError | TransportError) -> bool:
    """Return whether the error may mean that an id is a member already, or is not a member."""
    return isinstance(error, (Conflict, NotFound)) or (
        isinstance(error, BadRequest) and _is_no_target(error)
    )


def _is_no_target(error: BadRequest) -> bool:
    return (error.scim_type or "").lower() == "notarget"
