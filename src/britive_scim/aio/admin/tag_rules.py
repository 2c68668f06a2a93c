"""Membership rules of a tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from britive_scim.admin import MembershipRule, Tag, User
from britive_scim.admin.filter import check_filter_text
from britive_scim.admin.membership_rules import (
    RuleLike,
    check_rules,
    collect_attribute_names,
    resolve_attribute_ids,
)
from britive_scim.admin.params import query_params
from britive_scim.admin.validation import check_page_size
from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
from britive_scim.aio.admin.pagination import build_admin_pager
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.session import AsyncSession
from britive_scim.wire.decoding.admin import decode_list, decode_page
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_path_id
from britive_scim.wire.operation import GET, PATCH, POST, CallOptions
from britive_scim.wire.paging.index import Page
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncOwnedTagRules", "AsyncTagRules"]


class AsyncOwnedTagRules(AsyncAPIResource):
    """Rules of a tag owned by the caller: `/api/access/user-tags/{id}/attribute-criteria`.

    A rule is an `admin.MembershipRule`, or `(attribute name, "is" or "contains", value)`. Rules on one
    attribute are combined by "or", different attributes by "and". Internal tags only.
    """

    _base_path: ClassVar[str] = "/api/access/user-tags"

    def __init__(self, session: AsyncSession, attributes: AsyncIdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes
        self._path = self._base_path + "/{}/attribute-criteria"

    async def list(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[MembershipRule]:
        """Return the rules of a tag.

        Source: apidocs/get-attribute-criteria-for-a-given-tag (documented).
        """
        return await self._send(
            GET(self._path, tag, returns=decode_list(MembershipRule)), timeout, retry
        )

    async def add(
        self,
        tag: str | Tag,
        rules: Iterable[RuleLike],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[MembershipRule]:
        """Add rules to a tag; return the rules in the response.

        Raises:
            InputError: an unknown attribute or operator.

        Source: apidocs/add-attribute-criteria-for-a-specific-tag (documented).
        """
        validate_path_id(tag, "user-tags")
        body = await self._build_body(rules, CallOptions(timeout=timeout, retry=retry))
        return await self._send(
            POST(self._path, tag, body=body, returns=decode_list(MembershipRule)), timeout, retry
        )

    async def replace(
        self,
        tag: str | Tag,
        rules: Iterable[RuleLike],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Replace all rules of a tag; an empty list removes them.

        Raises:
            InputError: an unknown attribute or operator.

        Source: apidocs/update-attribute-criteria-for-a-specific-tag (documented; that all are replaced from the
        vendor's package).
        """
        validate_path_id(tag, "user-tags")
        body = await self._build_body(rules, CallOptions(timeout=timeout, retry=retry))
        await self._send(PATCH(self._path, tag, body=body, returns=ignore_body), timeout, retry)

    def list_matched_users(
        self,
        tag: str | Tag,
        *,
        filter: str | None = None,  # the API's name
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[User]:
        """Return a pager of the users who are members by a rule of the tag.

        Source: apidocs/get-the-details-of-all-users-matching-a-particular-criteria-assigned-to-a-tag (documented).
        """
        return build_admin_pager(
            self._session,
            self._base_path + "/{}/matched-users",
            tag,
            model=User,
            filter=check_filter_text(filter, "matched users"),
            search=search,
            sort=sort,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    async def _build_body(self, rules: Iterable[RuleLike], call: CallOptions) -> Any:
        rules = check_rules(rules)
        attributes = await self._attributes._get_by_names(collect_attribute_names(rules), **call)
        return [rule.to_wire() for rule in resolve_attribute_ids(rules, attributes)]


class AsyncTagRules(AsyncOwnedTagRules):
    """Rules of any internal tag, for administrators: `/api/user-tags/{id}/attribute-criteria`."""

    _base_path = "/api/user-tags"

    async def preview(
        self,
        rules: Iterable[RuleLike],
        *,
        filter: str | None = None,  # the API's name
        search: str | None = None,
        sort: str | None = None,
        page: int = 0,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Page[User]:
        """Return one page of the users who match rules, before a tag has them.

        Args:
            rules: the rules to match.
            filter: a filter text; its fields are not documented.
            search: text anywhere in a user.
            sort: such as `name,asc`.
            page: number of the page, from 0.
            page_size: users a page; `None` for the client's.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an unknown attribute or operator.

        Source: apidocs/get-details-of-all-users-matching-a-particular-criteria-assigned-to-a-tag (documented).
        """
        own_size = self._session.settings.page_size
        query = query_params(
            {
                "filter": check_filter_text(filter, "matched users"),
                "searchText": search,
                "sort": sort,
                "page": page,
                "size": own_size if page_size is None else check_page_size(page_size),
            }
        )
        body = await self._build_body(rules, CallOptions(timeout=timeout, retry=retry))
        return await self._send(
            POST(
                "/api/user-tags/tag-attributes/matched-users",
                body=body,
                query=query,
                returns=decode_page(User),
                safe=True,
            ),
            timeout,
            retry,
        )
