# Generated from aio/admin/service_identities.py by tools/unasync.py; edit that file instead.
"""Service identities of a tenant: users that are machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from britive_scim.admin import Condition, Relationship, User
from britive_scim.admin.filter import USER_FILTER, render_filter
from britive_scim.admin.params import body_without_none, build_change_body
from britive_scim.admin.validation import check_one_of
from britive_scim.sync.admin.custom_attributes import CustomAttributes
from britive_scim.sync.admin.identity_attributes import IdentityAttributes
from britive_scim.sync.admin.pagination import build_admin_pager
from britive_scim.sync.admin.service_identity_token import IdentityTokens
from britive_scim.sync.api_resource import APIResourceAttribute, APIResource
from britive_scim.sync.change_recovery import Reading
from britive_scim.sync.pager import Pager
from britive_scim.sync.session import Session
from britive_scim.errors import NotFound
from britive_scim.wire.decoding.admin import decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["ServiceIdentities"]

_TYPES = ("ServiceIdentity", "AIIdentity")


class ServiceIdentities(APIResource):
    """Service identities: `/api/users` with the type `ServiceIdentity` or `AIIdentity`.

    Attributes:
        token: token of a service identity.
        custom_attributes: values of custom identity attributes.
    """

    token: APIResourceAttribute[IdentityTokens] = APIResourceAttribute(
        lambda: IdentityTokens
    )
    custom_attributes: APIResourceAttribute[CustomAttributes] = APIResourceAttribute(
        lambda: CustomAttributes,
        lambda identities: CustomAttributes(identities._session, identities._attributes),
    )

    def __init__(self, session: Session, attributes: IdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes

    def list(
        self,
        *,
        filter: str | Condition | None = None,  # the API's name
        search: str | None = None,
        identity_type: str = "ServiceIdentity",
        include_tags: bool = False,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User]:
        """Return a pager of service identities; iteration sends the requests.

        Args:
            filter: an `admin.where(…)` condition or a filter text; fields name, status, role, operators eq, co.
            search: text anywhere in an identity.
            identity_type: `ServiceIdentity` or `AIIdentity`.
            include_tags: fill `user_tags`.
            sort: such as `name,asc`.
            page_size: identities a page; `None` for the client's.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Source: apidocs/get-a-list-of-all-identities (documented).
        """
        return build_admin_pager(
            self._session,
            "/api/users",
            model=User,
            filter=render_filter(filter, USER_FILTER),
            search=search,
            sort=sort,
            query={
                "type": check_one_of(identity_type, _TYPES, label="identity_type"),
                "includeTags": include_tags,
            },
            page_size=page_size,
            timeout=timeout,
            retry=retry,
            has_tags=include_tags,
        )

    def get(
        self,
        identity: str | User,
        *,
        identity_type: str = "ServiceIdentity",
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> User:
        """Return the service identity with this id.

        Raises:
            NotFound: no such identity.

        Source: apidocs/get-details-of-a-specified-user (documented; the type from the vendor's package).
        """
        query = {"type": check_one_of(identity_type, _TYPES, label="identity_type")}
        return self._send(
            GET("/api/users/{}", identity, query=query, returns=decode_required(User)),
            timeout,
            retry,
        )

    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        identity_type: str = "ServiceIdentity",
        business_use: str | None = None,
        job_function: str | None = None,
        category: str | None = None,
        relationships: Mapping[str, Sequence[Relationship]] | None = None,
        status: str = "active",
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> User:
        """Create a service identity.

        Args:
            name: unique.
            description: free text.
            identity_type: `ServiceIdentity` or `AIIdentity`.
            business_use: AI identities only.
            job_function: AI identities only.
            category: AI identities only.
            relationships: related users and tags, `{name: [admin.Relationship(…)]}`.
            status: `active` or `inactive`.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an empty name, an unknown type or status.
            Conflict: the name is taken.

        Source: docs/manageserviceidentities (documented).
        """
        body = body_without_none(
            name=name,
            description=description,
            type=check_one_of(identity_type, _TYPES, label="identity_type"),
            business_use=business_use,
            job_function=job_function,
            category=category,
            relationships=relationships,
            status=check_one_of(status, ("active", "inactive"), label="status"),
        )
        return self._send(POST("/api/users", body=body, returns=User), timeout, retry)

    def update(
        self,
        identity: str | User,
        *,
        name: str | None = None,
        description: str | None = None,
        business_use: str | None = None,
        job_function: str | None = None,
        category: str | None = None,
        relationships: Mapping[str, Sequence[Relationship]] | None = None,
        identity_type: str = "ServiceIdentity",
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change a service identity; the API needs its name in every change, which is read if not given.

        Raises:
            InputError: nothing to change.
            NotFound: no such identity.

        Source: the vendor's package (`name`, `type` and an empty `roleName` are always sent).
        """
        change = build_change_body(
            name=name,
            description=description,
            business_use=business_use,
            job_function=job_function,
            category=category,
            relationships=relationships,
        )
        if name is None:
            current = self.get(
                identity, identity_type=identity_type, timeout=timeout, retry=retry
            )
            change = body_without_none(name=current.name) | change
        body = {
            "type": check_one_of(identity_type, _TYPES, label="identity_type"),
            "roleName": "",
            **change,
        }
        self._send(
            PATCH("/api/users/{}", identity, body=body, returns=ignore_body), timeout, retry
        )

    def delete(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Delete a service identity and its token.

        Raises:
            NotFound: no such identity.

        Source: apidocs/delete-a-specified-user (documented).
        """
        self._send(DELETE("/api/users/{}", identity, returns=ignore_body), timeout, retry)

    def enable(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Enable a service identity.

        Source: OpenAPI `enabledStatuses` (documented).
        """
        self._send_idempotent(
            POST("/api/users/{}/enabled-statuses", identity, returns=ignore_body),
            partial(self._read_status, identity, True),
            CallOptions(timeout=timeout, retry=retry),
        )

    def disable(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Disable a service identity.

        Source: OpenAPI `disabledStatuses` (documented).
        """
        self._send_idempotent(
            POST("/api/users/{}/disabled-statuses", identity, returns=ignore_body),
            partial(self._read_status, identity, False),
            CallOptions(timeout=timeout, retry=retry),
        )

    def _read_status(
        self, identity: str | User, is_active: bool, call: CallOptions
    ) -> Reading[None]:
        """Read whether an identity of any type has a status; the API finds it only by its type."""
        try:
            found = self.get(identity, **call)
        except NotFound:
            found = self.get(identity, identity_type="AIIdentity", **call)
        return Reading(found.is_active is is_active, None)
