# Generated from aio/scim/groups.py by tools/unasync.py; edit that file instead.
"""Groups of one identity provider, which Britive calls tags."""

from __future__ import annotations

from typing import TypeVar

from britive_scim import scim
from britive_scim.sync.scim.member_replacement import MemberReplacement
from britive_scim.scim.values.notes import is_unknown
from britive_scim.wire.decoding.scim import Decoder, ignore_body
from britive_scim.wire.ids import (
    IdLike,
    Members,
    validate_id,
    validate_member_ids,
    validate_path_id,
)
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.paging.index import Page
from britive_scim.wire.requests.etags import IfMatch
from britive_scim.wire.requests.member_changes import MemberChange, MemberGoal
from britive_scim.wire.requests.scim import validate_name
from britive_scim.wire.requests.scim_changes import build_attribute_patch
from britive_scim.wire.response import Response
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["Groups"]

G = TypeVar("G", bound="scim.Group")


class Groups(MemberReplacement[G]):
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
        target, ids = validate_path_id(group, self._endpoint), validate_member_ids(members)
        self._change_members(
            target,
            MemberChange(to_add=ids),
            MemberGoal(wanted=dict.fromkeys(ids)),
            CallOptions(timeout=timeout, retry=retry),
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
        target, ids = validate_path_id(group, self._endpoint), validate_member_ids(members)
        self._change_members(
            target,
            MemberChange(to_remove=ids),
            MemberGoal(unwanted=dict.fromkeys(ids)),
            CallOptions(timeout=timeout, retry=retry),
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
        self._replace_members(target, wanted, CallOptions(timeout=timeout, retry=retry))

    def _build_page_decoder(self, *, has_filter: bool) -> Decoder[Page[G]]:
        decode = super()._build_page_decoder(has_filter=has_filter)

        def decode_without_empty_members(response: Response) -> Page[G]:
            page = decode(response)
            for group in page.items:
                if not group.members:  # some servers omit members in lists as [] (AWS ListGroups)
                    group.members = None
            return page

        return decode_without_empty_members
