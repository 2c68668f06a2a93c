"""Tags the caller owns, administrator or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from britive_scim.admin import Tag, User
from britive_scim.admin.filter import check_filter_text
from britive_scim.admin.params import query_params
from britive_scim.aio.admin.identity_attributes import NON_ADMIN_PATH, AsyncIdentityAttributes
from britive_scim.aio.admin.pagination import build_admin_pager
from britive_scim.aio.admin.tag_rules import AsyncOwnedTagRules
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.session import AsyncSession
from britive_scim.wire.decoding.admin import decode_list, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncMyTags"]

_BASE_PATH = "/api/access/user-tags"


class AsyncMyTags(AsyncAPIResource):
    """What the owner of a tag may do with it: `/api/access/user-tags`. Others get `Forbidden`.

    Attributes:
        rules: membership rules, as an owner.
    """

    def __init__(self, sender: AsyncSession) -> None:
        super().__init__(sender)
        attributes = AsyncIdentityAttributes(
            sender, list_path=NON_ADMIN_PATH
        )  # an owner is no administrator
        self.rules = AsyncOwnedTagRules(sender, attributes, base_path=_BASE_PATH)

    def list(
        self,
        *,
        filter: str | None = None,  # the API's own word
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[Tag]:
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

    async def get(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Tag:
        """Return a tag the caller owns.

        Raises:
            Forbidden: the caller does not own it.
            NotFound: no such tag.

        Source: OpenAPI `getOwnedTagDetails` (documented).
        """
        return await self._send(
            GET(_BASE_PATH + "/{}", tag, returns=decode_required(Tag)), timeout, retry
        )

    async def member_views(
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
        return await self._send(
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
    ) -> AsyncPager[User]:
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
    ) -> AsyncPager[User]:
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
    ) -> AsyncPager[User]:
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

    async def add_member(
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
        await self._send(
            POST(_BASE_PATH + "/{}/users/{}", tag, user, returns=ignore_body), timeout, retry
        )

    async def remove_member(
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
        await self._send(
            DELETE(_BASE_PATH + "/{}/users/{}", tag, user, returns=ignore_body), timeout, retry
        )

    async def remove_requested_membership(
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
        await self._send(DELETE(path, tag, user, returns=ignore_body), timeout, retry)

    def _list_users(
        self,
        path_suffix: str,
        tag: str | Tag,
        query: dict[str, Any],
        page_size: int | None,
        call: CallOptions,
    ) -> AsyncPager[User]:
        path = _BASE_PATH + "/{}/" + path_suffix
        return build_admin_pager(
            self._session, path, tag, model=User, query=query, call=call, page_size=page_size
        )
