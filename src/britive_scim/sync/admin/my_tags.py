# Generated from aio/admin/my_tags.py by tools/unasync.py; edit that file instead.
"""Tags the caller owns, administrator or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from britive_scim.admin import Tag, User
from britive_scim.admin.filter import check_filter_text
from britive_scim.admin.params import query_params
from britive_scim.sync.admin.identity_attributes import NON_ADMIN_PATH, IdentityAttributes
from britive_scim.sync.admin.pagination import build_admin_pager
from britive_scim.sync.admin.tag_rules import OwnedTagRules
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
from britive_scim.sync.session import Session
from britive_scim.wire.decoding.admin import decode_list, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["MyTags"]

_BASE_PATH = "/api/access/user-tags"


class MyTags(APIResource):
    """What the owner of a tag may do with it: `/api/access/user-tags`. Others get `Forbidden`.

    Attributes:
        rules: membership rules, as an owner.
    """

    def __init__(self, sender: Session) -> None:
        super().__init__(sender)
        attributes = IdentityAttributes(
            sender, list_path=NON_ADMIN_PATH
        )  # an owner is no administrator
        self.rules = OwnedTagRules(sender, attributes, base_path=_BASE_PATH)

    def list(
        self,
        *,
        filter: str | None = None,  # the API's own word
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[Tag]:
        """Return a lazy list of the tags the caller owns.

        Source: OpenAPI `getMyManagedTags` (documented).
        """
        query = {
            "filter": check_filter_text(filter, "owned tags"),
            "searchText": search,
            "sort": sort,
        }
        return build_admin_pager(
            self._session,
            _BASE_PATH + "/my-managed-tags",
            model=Tag,
            query=query,
            call=CallOptions(timeout=timeout, retry=retry),
            page_size=page_size,
        )

    def get(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Tag:
        """Return a tag the caller owns.

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
            tag: whose members.
            dynamic: include those who are members by a rule.
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
        filter: str | None = None,  # the API's own word
        search: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a lazy list of the members of an owned tag.

        Source: OpenAPI `getOwnedTagMembers` (documented).
        """
        query = {
            "filter": check_filter_text(filter, "members of an owned tag"),
            "searchText": search,
        }
        return self._list_users(
            "users", tag, query, page_size, CallOptions(timeout=timeout, retry=retry)
        )

    def available(
        self,
        tag: str | Tag,
        *,
        filter: str | None = None,  # the API's own word
        search: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a lazy list of the users who are no members of an owned tag and could be.

        Source: OpenAPI `getOwnedTagAvailableMembers` (documented).
        """
        query = {"filter": check_filter_text(filter, "available users"), "searchText": search}
        return self._list_users(
            "available-users", tag, query, page_size, CallOptions(timeout=timeout, retry=retry)
        )

    def requested_memberships(
        self,
        tag: str | Tag,
        *,
        filter: str | None = None,  # the API's own word
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a lazy list of the users whose membership of an owned tag came by request.

        Source: OpenAPI `getOwnedTagRequestedMemberships` (documented).
        """
        query = {
            "filter": check_filter_text(filter, "requested memberships"),
            "searchText": search,
            "sort": sort,
        }
        return self._list_users(
            "requested-memberships",
            tag,
            query,
            page_size,
            CallOptions(timeout=timeout, retry=retry),
        )

    def add_member(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Make a user a member of an owned tag.

        Source: OpenAPI `addOwnedTagMember` (documented).
        """
        self._send(
            POST(_BASE_PATH + "/{}/users/{}", tag, user, returns=ignore_body), timeout, retry
        )

    def remove_member(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """End a user's membership of an owned tag.

        Source: OpenAPI `removeOwnedTagMember` (documented).
        """
        self._send(
            DELETE(_BASE_PATH + "/{}/users/{}", tag, user, returns=ignore_body), timeout, retry
        )

    def remove_requested_membership(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """End a membership of an owned tag that came by request.

        Source: OpenAPI `removeOwnedTagRequestedMembership` (documented).
        """
        path = _BASE_PATH + "/{}/requested-memberships/{}"
        self._send(DELETE(path, tag, user, returns=ignore_body), timeout, retry)

    def _list_users(
        self,
        path_suffix: str,
        tag: str | Tag,
        query: dict[str, Any],
        page_size: int | None,
        call: CallOptions,
    ) -> Pager[User]:
        path = _BASE_PATH + "/{}/" + path_suffix
        return build_admin_pager(
            self._session, path, tag, model=User, query=query, call=call, page_size=page_size
        )
