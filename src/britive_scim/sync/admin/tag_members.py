# Generated from aio/admin/tag_members.py by tools/unasync.py; edit that file instead.
"""Members of a tag."""

from __future__ import annotations

from collections.abc import Iterable

from britive_scim.admin import Condition, Tag, User
from britive_scim.admin.filter import MEMBER_FILTER, render_filter
from britive_scim.sync.admin.pagination import build_admin_pager
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
from britive_scim.errors import BritiveScimError
from britive_scim.wire.decoding.admin import decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_ids, validate_path_id
from britive_scim.wire.operation import DELETE, GET, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["TagMembers"]

_PATH = "/api/user-tags/{}/users"


class TagMembers(APIResource):
    """`/api/user-tags/{id}/users`. Members of an external tag are changed at its identity provider alone."""

    def list(
        self,
        tag: str | Tag,
        *,
        filter: str | Condition | None = None,  # the API's own word
        search: str | None = None,
        dynamic: bool = False,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a lazy list of the members of a tag.

        Args:
            tag: whose members.
            filter: fields name and status, operators eq and co; or the word `available` or `assigned`.
            search: text anywhere in a user.
            dynamic: include those who are members by a rule.
            sort: such as `name,asc`.
            page_size: users a page; the settings' if not given.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Source: apidocs/get-details-of-all-users-of-a-specified-user-tag (documented).
        """
        query = {
            "filter": render_filter(filter, MEMBER_FILTER),
            "searchText": search,
            "fetchDynamicallyAssignedUsers": dynamic,
            "sort": sort,
        }
        return build_admin_pager(
            self._session,
            _PATH,
            tag,
            model=User,
            query=query,
            call=CallOptions(timeout=timeout, retry=retry),
            page_size=page_size,
        )

    def available(
        self,
        tag: str | Tag,
        *,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a lazy list of the users who are no members and could be.

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
        """Return a member.

        Raises:
            NotFound: the user is no member, or there is no such tag.

        Source: OpenAPI `userTagMembers_4` (documented; the word `assigned` from the vendor's Terraform provider).
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
        """Make a user a member.

        Raises:
            NotFound: no such tag or user.
            ExternallyManaged: an identity provider owns the tag.

        Source: apidocs/add-user-to-a-specified-tag (documented).
        """
        self._send(POST(_PATH + "/{}", tag, user, returns=ignore_body), timeout, retry)

    def remove(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """End a user's membership.

        Raises:
            NotFound: no such tag or user.
            ExternallyManaged: an identity provider owns the tag.

        Source: apidocs/remove-a-user-from-a-specified-tag (documented).
        """
        self._send(DELETE(_PATH + "/{}", tag, user, returns=ignore_body), timeout, retry)

    def set(
        self,
        tag: str | Tag,
        users: Iterable[str | User],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Make exactly these users the members; one call for each who comes or goes, and the list.

        Members by a rule do not count: they stay.

        Raises:
            InputError: a single text in place of several users.
            NotFound: no such tag or user. Whatever is raised half-way has a note of what was done.
            ExternallyManaged: an identity provider owns the tag.

        Source: apidocs/add-user-to-a-specified-tag and its neighbours (documented).
        """
        validate_path_id(tag, "user-tags")
        wanted = validate_ids(users, label="users")
        present = [
            user.id
            for user in self.list(tag, filter="assigned", timeout=timeout, retry=retry)
            if user.id
        ]
        coming = [user for user in wanted if user not in present]
        going = [user for user in present if user not in wanted]
        changed = 0
        try:
            for user in coming:
                self.add(tag, user, timeout=timeout, retry=retry)
                changed += 1
            for user in going:
                self.remove(tag, user, timeout=timeout, retry=retry)
                changed += 1
        except BritiveScimError as error:
            error.add_note(
                f"{changed} of {len(coming) + len(going)} changes of members were made before. Repeat the call "
                "when the reason is gone: it sends what is left."
            )
            raise
