# Generated from aio/admin/my_tags.py by tools/unasync.py; edit that file instead.
"""Tags owned by the caller, who need not be an administrator."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from britive_scim.admin import Tag, User
from britive_scim.admin.filter import check_filter_text
from britive_scim.admin.params import query_params
from britive_scim.sync.admin.identity_attributes import NON_ADMIN_PATH, IdentityAttributes
from britive_scim.sync.admin.pagination import build_admin_pager
from britive_scim.sync.admin.tag_rules import OwnedTagRules
from britive_scim.sync.api_resource import APIResourceAttribute, APIResource
from britive_scim.sync.change_recovery import Reading
from britive_scim.sync.pager import Pager
from britive_scim.wire.decoding.admin import decode_list, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_path_id
from britive_scim.wire.operation import DELETE, GET, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["MyTags"]

_BASE_PATH = "/api/access/user-tags"


class MyTags(APIResource):
    """Tags owned by the caller: `/api/access/user-tags`. Other callers get `Forbidden`.

    Attributes:
        rules: membership rules of owned tags.
    """

    rules: APIResourceAttribute[OwnedTagRules] = APIResourceAttribute(
        lambda: OwnedTagRules,
        lambda tags: OwnedTagRules(
            tags._session, IdentityAttributes(tags._session, list_path=NON_ADMIN_PATH)
        ),
    )

    def list(
        self,
        *,
        filter: str | None = None,  # the API's name
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[Tag]:
        """Return a pager of the tags owned by the caller.

        Source: OpenAPI `getMyManagedTags` (documented).
        """
        return build_admin_pager(
            self._session,
            _BASE_PATH + "/my-managed-tags",
            model=Tag,
            filter=check_filter_text(filter, "owned tags"),
            search=search,
            sort=sort,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def get(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Tag:
        """Return a tag owned by the caller.

        Raises:
            Forbidden: the caller does not own it.
            NotFound: no such tag.

        Source: OpenAPI `getOwnedTagDetails` (documented).
        """
        return self._send(
            GET(_BASE_PATH + "/{}", tag, returns=decode_required(Tag)), timeout, retry
        )

    def member_views(
        self,
        tag: str | Tag,
        *,
        dynamic: bool = False,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[User]:
        """Return the members of any tag in a short form.

        Args:
            tag: the tag or its id.
            dynamic: include members by a rule.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Source: apidocs/get-members-of-a-user-tag (documented).
        """
        query = query_params({"fetchDynamicallyAssignedUsers": dynamic})
        return self._send(
            GET(_BASE_PATH + "/{}/members", tag, query=query, returns=decode_list(User)),
            timeout,
            retry,
        )

    def members(
        self,
        tag: str | Tag,
        *,
        filter: str | None = None,  # the API's name
        search: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a pager of the members of an owned tag.

        Source: OpenAPI `getOwnedTagMembers` (documented).
        """
        return build_admin_pager(
            self._session,
            _BASE_PATH + "/{}/users",
            tag,
            model=User,
            filter=check_filter_text(filter, "members of an owned tag"),
            search=search,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def list_available(
        self,
        tag: str | Tag,
        *,
        filter: str | None = None,  # the API's name
        search: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a pager of the users who can be added to an owned tag.

        Source: OpenAPI `getOwnedTagAvailableMembers` (documented).
        """
        return build_admin_pager(
            self._session,
            _BASE_PATH + "/{}/available-users",
            tag,
            model=User,
            filter=check_filter_text(filter, "available users"),
            search=search,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def requested_memberships(
        self,
        tag: str | Tag,
        *,
        filter: str | None = None,  # the API's name
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a pager of the users who requested their membership of an owned tag.

        Source: OpenAPI `getOwnedTagRequestedMemberships` (documented).
        """
        return build_admin_pager(
            self._session,
            _BASE_PATH + "/{}/requested-memberships",
            tag,
            model=User,
            filter=check_filter_text(filter, "requested memberships"),
            search=search,
            sort=sort,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def add_member(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Add a user to an owned tag.

        Source: OpenAPI `addOwnedTagMember` (documented).
        """
        self._send_idempotent(
            POST(_BASE_PATH + "/{}/users/{}", tag, user, returns=ignore_body),
            partial(self._read_membership, tag, user, True),
            CallOptions(timeout=timeout, retry=retry),
        )

    def remove_member(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove a user from an owned tag.

        Source: OpenAPI `removeOwnedTagMember` (documented).
        """
        self._send_idempotent(
            DELETE(_BASE_PATH + "/{}/users/{}", tag, user, returns=ignore_body),
            partial(self._read_membership, tag, user, False),
            CallOptions(timeout=timeout, retry=retry),
        )

    def _read_membership(
        self, tag: str | Tag, user: str | User, is_member: bool, call: CallOptions
    ) -> Reading[None]:
        """Read whether the membership of a user in an owned tag is as requested; an incomplete list proves no removal."""
        id_ = validate_path_id(user, "users")
        pager = self.members(tag, **call)
        found = [member for member in pager if member.id == id_]
        is_absent = not found and pager.complete is True
        return Reading(bool(found) if is_member else is_absent, None)

    def remove_requested_membership(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove a requested membership from an owned tag.

        Source: OpenAPI `removeOwnedTagRequestedMembership` (documented).
        """
        path = _BASE_PATH + "/{}/requested-memberships/{}"
        self._send(DELETE(path, tag, user, returns=ignore_body), timeout, retry)
