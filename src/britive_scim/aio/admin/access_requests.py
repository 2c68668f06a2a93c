"""Requests of users to become members of a tag."""

from __future__ import annotations

from britive_scim.admin import AccessRequestSettings, Tag, User
from britive_scim.admin.filter import check_filter_text
from britive_scim.admin.params import to_body
from britive_scim.aio.admin.pagination import build_admin_pager
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.wire.decoding.admin import decode_optional
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncAccessRequests"]

_SETTINGS_PATH = "/api/user-tags/access-request-settings"


class AsyncAccessRequests(AsyncAPIResource):
    """Settings for requests, and the memberships that were requested."""

    async def settings(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> AccessRequestSettings | None:
        """Return the settings of the tenant, or `None` where there are none.

        Source: OpenAPI `getTagAccessRequestSettings` (documented).
        """
        return await self._send(
            GET(_SETTINGS_PATH, returns=decode_optional(AccessRequestSettings)), timeout, retry
        )

    async def create_settings(
        self,
        settings: AccessRequestSettings,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AccessRequestSettings:
        """Create the settings of the tenant.

        Raises:
            InputError: no settings, or empty ones.

        Source: OpenAPI `createTagAccessRequestSettings` (documented).
        """
        return await self._send(
            POST(
                _SETTINGS_PATH,
                body=to_body(settings, AccessRequestSettings, label="settings"),
                returns=AccessRequestSettings,
            ),
            timeout,
            retry,
        )

    async def update_settings(
        self,
        settings: AccessRequestSettings,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change the settings of the tenant; what is not assigned is not sent.

        Raises:
            InputError: no settings, or empty ones.

        Source: OpenAPI `updateTagAccessRequestSettings` (documented).
        """
        await self._send(
            PATCH(
                _SETTINGS_PATH,
                body=to_body(settings, AccessRequestSettings, label="settings"),
                returns=ignore_body,
            ),
            timeout,
            retry,
        )

    def memberships(
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
        """Return a lazy list of the users whose membership of a tag came by request.

        Source: OpenAPI `getTagRequestedMemberships` (documented).
        """
        return build_admin_pager(
            self._session,
            "/api/user-tags/{}/requested-memberships",
            tag,
            model=User,
            query={
                "filter": check_filter_text(filter, "requested memberships"),
                "searchText": search,
                "sort": sort,
            },
            call=CallOptions(timeout=timeout, retry=retry),
            page_size=page_size,
        )

    async def remove_membership(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """End a membership that came by request.

        Raises:
            NotFound: no such membership.

        Source: OpenAPI `removeTagRequestedMembership` (documented).
        """
        path = "/api/user-tags/{}/requested-memberships/{}"
        await self._send(DELETE(path, tag, user, returns=ignore_body), timeout, retry)
