# Generated from aio/admin/tag_members.py by tools/unasync.py; edit that file instead.
"""Members of a tag."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from britive_scim.admin import Condition, Tag, User
from britive_scim.admin.filter import MEMBER_FILTER, render_filter
from britive_scim.sync.admin.pagination import build_admin_pager
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.change_recovery import Reading
from britive_scim.sync.pager import Pager
from britive_scim.errors import ApiError, NotFound, TransportError, UnexpectedResponse
from britive_scim.wire.decoding.admin import decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_ids, validate_path_id
from britive_scim.wire.operation import DELETE, GET, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.retry.uncertainty import mark_acknowledged

__all__ = ["TagMembers"]

_PATH = "/api/user-tags/{}/users"


class TagMembers(APIResource):
    """Members: `/api/user-tags/{id}/users`. Those of an external tag are changed at its identity provider."""

    def list(
        self,
        tag: str | Tag,
        *,
        filter: str | Condition | None = None,  # the API's name
        search: str | None = None,
        dynamic: bool = False,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a pager of the members of a tag.

        Args:
            tag: the tag or its id.
            filter: an `admin.where(…)` condition, or a filter text; fields name, status, operators eq, co. The
                string `available` or `assigned` selects users without or with the tag.
            search: text anywhere in a user.
            dynamic: include members by a rule.
            sort: such as `name,asc`.
            page_size: users a page; `None` for the client's.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Source: apidocs/get-details-of-all-users-of-a-specified-user-tag (documented).
        """
        return build_admin_pager(
            self._session,
            _PATH,
            tag,
            model=User,
            filter=render_filter(filter, MEMBER_FILTER),
            search=search,
            sort=sort,
            query={"fetchDynamicallyAssignedUsers": dynamic},
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def list_available(
        self,
        tag: str | Tag,
        *,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a pager of the users who can be added to a tag.

        Source: the vendor's package (`filter=available`).
        """
        return self.list(tag, filter="available", page_size=page_size, timeout=timeout, retry=retry)

    def get(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> User:
        """Return a member of a tag.

        Raises:
            NotFound: the user is not a member, or no such tag.

        Source: OpenAPI `userTagMembers_4` (documented; `assigned` from the vendor's Terraform provider).
        """
        query = {"filter": "assigned"}
        return self._send(
            GET(_PATH + "/{}", tag, user, query=query, returns=decode_required(User)),
            timeout,
            retry,
        )

    def add(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Add a user to a tag.

        Raises:
            NotFound: no such tag or user.
            ExternallyManaged: an identity provider owns the tag.

        Source: apidocs/add-user-to-a-specified-tag (documented).
        """
        self._send_idempotent(
            POST(_PATH + "/{}", tag, user, returns=ignore_body),
            partial(self._read_membership, tag, user, True),
            CallOptions(timeout=timeout, retry=retry),
        )

    def remove(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove a user from a tag.

        Raises:
            NotFound: no such tag or user.
            ExternallyManaged: an identity provider owns the tag.

        Source: apidocs/remove-a-user-from-a-specified-tag (documented).
        """
        self._send_idempotent(
            DELETE(_PATH + "/{}", tag, user, returns=ignore_body),
            partial(self._read_membership, tag, user, False),
            CallOptions(timeout=timeout, retry=retry),
        )

    def _read_membership(
        self, tag: str | Tag, user: str | User, is_member: bool, call: CallOptions
    ) -> Reading[None]:
        """Read whether the membership of a user in a tag is as requested."""
        try:
            self.get(tag, user, **call)
        except NotFound:
            return Reading(not is_member, None)
        return Reading(is_member, None)

    def set(
        self,
        tag: str | Tag,
        users: Iterable[str | User],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Set the members of a tag to exactly these users.

        Sends one request for the list and one for each added or removed user. Members by a rule do not
        change. An error after the first change has a note of the number of changes.

        Raises:
            InputError: a single string instead of several users.
            NotFound: no such tag or user.
            ExternallyManaged: an identity provider owns the tag.
            UnexpectedResponse: the list of members is incomplete; `.done` has the users added and removed.

        Source: apidocs/add-user-to-a-specified-tag and its neighbours (documented).
        """
        tag_id = validate_path_id(tag, "user-tags")
        wanted = validate_ids(users, label="users")
        pager = self.list(tag, filter="assigned", timeout=timeout, retry=retry)
        present = [user.id for user in pager if user.id]
        added = [user for user in wanted if user not in present]
        removed = [user for user in present if user not in wanted]
        done: list[str] = []
        try:
            for user in added:
                self.add(tag, user, timeout=timeout, retry=retry)
                done.append(user)
            for user in removed:
                self.remove(tag, user, timeout=timeout, retry=retry)
                done.append(user)
        except (ApiError, TransportError) as error:
            _mark_done(error, tag_id, done, added)
            error.remaining = (*added, *removed)[len(done) :]
            error.add_note(
                f"{len(done)} of {len(added) + len(removed)} changes of members were done; repeat the call to send "
                "the others"
            )
            raise
        if not pager.complete:
            problem = (
                f"the list of members is incomplete ({pager.why_incomplete}), so others may remain members; "
                "repeat the call, or remove them by members.remove"
            )
            path = _PATH.format(tag_id)
            incomplete = UnexpectedResponse(
                f"GET {path}: {problem}", status=200, detail=problem, method="GET", path=path
            )
            _mark_done(incomplete, tag_id, done, added)
            raise incomplete


def _mark_done(
    error: ApiError | TransportError, tag_id: str, done: list[str], added: list[str]
) -> None:
    """Set the members added and removed before an error, and name the last of these requests."""
    error.done = tuple(done)
    if done:
        method = "POST" if len(done) <= len(added) else "DELETE"
        mark_acknowledged(error, f"{method} {_PATH.format(tag_id)}/{done[-1]}")
