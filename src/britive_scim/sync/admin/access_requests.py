# Generated from aio/admin/access_requests.py by tools/unasync.py; edit that file instead.
"""Access requests: settings, and memberships of tags that users requested."""

from __future__ import annotations

from britive_scim.admin import AccessRequestSettings, Tag, User
from britive_scim.admin.filter import check_filter_text
from britive_scim.admin.params import to_body
from britive_scim.sync.admin.pagination import build_admin_pager
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
from britive_scim.wire.decoding.admin import decode_optional
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET, PATCH, POST
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AccessRequests"]

_SETTINGS_PATH = "/api/user-tags/access-request-settings"


class AccessRequests(APIResource):
    """Settings of access requests, and requested memberships of tags."""

    def settings(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> AccessRequestSettings | None:
        """Return the settings of the tenant, or `None` without settings.

        Source: OpenAPI `getTagAccessRequestSettings` (documented).
        """
        return self._send(
            GET(_SETTINGS_PATH, returns=decode_optional(AccessRequestSettings)), timeout, retry
        )

    def create_settings(
        self,
        settings: AccessRequestSettings,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AccessRequestSettings:
        """Create the settings of the tenant.

        Raises:
            InputError: empty settings.

        Source: OpenAPI `createTagAccessRequestSettings` (documented).
        """
        body = to_body(settings, label="settings")
        return self._send(
            POST(_SETTINGS_PATH, body=body, returns=AccessRequestSettings), timeout, retry
        )

    def update_settings(
        self,
        settings: AccessRequestSettings,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change the settings of the tenant; unassigned fields are not sent.

        Raises:
            InputError: empty settings.

        Source: OpenAPI `updateTagAccessRequestSettings` (documented).
        """
        body = to_body(settings, label="settings")
        self._send(PATCH(_SETTINGS_PATH, body=body, returns=ignore_body), timeout, retry)

    def memberships(
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
        """Return a pager of the users who requested their membership of a tag.

        Source: OpenAPI `getTagRequestedMemberships` (documented).
        """
        return build_admin_pager(
            self._session,
            "/api/user-tags/{}/requested-memberships",
            tag,
            model=User,
            filter=check_filter_text(filter, "requested memberships"),
            search=search,
            sort=sort,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def remove_membership(
        self,
        tag: str | Tag,
        user: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove a requested membership.

        Raises:
            NotFound: no such membership.

        Source: OpenAPI `removeTagRequestedMembership` (documented).
        """
        path = "/api/user-tags/{}/requested-memberships/{}"
        self._send(DELETE(path, tag, user, returns=ignore_body), timeout, retry)
