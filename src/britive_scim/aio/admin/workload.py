"""Workload federation: machines authenticate with tokens of an external provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from britive_scim.admin import (
    IdentityProvider,
    ScimUser,
    User,
    WorkloadAssignment,
    WorkloadProvider,
)
from britive_scim.admin.attribute_values import to_string_lists
from britive_scim.admin.validation import check_identity_provider_name, check_one_of
from britive_scim.admin.workload import build_mapped_values, build_provider_body, check_seconds
from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
from britive_scim.aio.admin.pagination import build_admin_pager
from britive_scim.aio.api_resource import APIResourceAttribute, AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.session import AsyncSession
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import decode_optional, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import check_resource_type, validate_path_id
from britive_scim.wire.operation import DELETE, GET, POST, PUT
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncScimUsers", "AsyncWorkload", "AsyncWorkloadProviders"]

_PROVIDERS_PATH = "/api/workload/identity-providers"
_ASSIGNMENT_PATH = "/api/workload/users/{}/identity-provider"
_SCIM_USER_PATH = "/api/workload/scim-user/identity-provider"
_TYPES = ("OIDC", "AWS", "SCIM", "SPIFFE")


class AsyncWorkload(AsyncAPIResource):
    """Workload federation: `/api/workload`.

    Attributes:
        identity_providers: workload identity providers of type AWS, OIDC and SPIFFE.
        scim_users: service identities that may call SCIM without a SCIM token.
    """

    identity_providers: APIResourceAttribute[AsyncWorkloadProviders] = APIResourceAttribute(
        lambda: AsyncWorkloadProviders
    )
    scim_users: APIResourceAttribute[AsyncScimUsers] = APIResourceAttribute(lambda: AsyncScimUsers)

    def __init__(self, session: AsyncSession, attributes: AsyncIdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes

    async def get_assignment(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadAssignment:
        """Return the provider of a service identity, and the values that its tokens must contain.

        Raises:
            ApiError: no assignment; the status is not documented.

        Source: OpenAPI `getUserIdentityProvider` (documented).
        """
        return await self._send(
            GET(_ASSIGNMENT_PATH, identity, returns=decode_required(WorkloadAssignment)),
            timeout,
            retry,
        )

    async def assign(
        self,
        identity: str | User,
        provider: int | str | WorkloadProvider,
        *,
        token_duration: int,
        values: Mapping[str, str | Iterable[str]],
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadAssignment:
        """Let a service identity authenticate with tokens of a provider.

        Args:
            identity: the service identity or its id.
            provider: the workload identity provider or its id.
            token_duration: validity of a token in seconds.
            values: `{identity attribute: value or values}` that a token must contain.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: an unknown identity attribute, or an invalid id or duration.

        Source: OpenAPI `assignIdentityProvider` (documented).
        """
        check_seconds(token_duration, label="token_duration")
        validate_path_id(identity, "users")
        provider_id, wanted = resolve_provider_id(provider), to_string_lists(values)
        attributes = await self._attributes._get_by_names(wanted, timeout=timeout, retry=retry)
        body = {
            "idpId": provider_id,
            "tokenDuration": token_duration,
            "mappingAttributes": [
                mapped.to_wire() for mapped in build_mapped_values(wanted, attributes)
            ],
        }
        return await self._send(
            POST(_ASSIGNMENT_PATH, identity, body=body, returns=WorkloadAssignment), timeout, retry
        )

    async def unassign(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove the provider of a service identity.

        Source: OpenAPI `removeAssignedIdentityProvider` (documented).
        """
        await self._send(DELETE(_ASSIGNMENT_PATH, identity, returns=ignore_body), timeout, retry)


class AsyncWorkloadProviders(AsyncAPIResource):
    """Workload identity providers: `/api/workload/identity-providers`; their ids are numbers."""

    def list(
        self,
        *,
        idp_type: str | None = None,
        name: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[WorkloadProvider]:
        """Return a pager of workload identity providers.

        Args:
            idp_type: `OIDC`, `AWS`, `SCIM` or `SPIFFE`.
            name: beginning of the name.
            sort: such as `name,asc`.
            page_size: providers a page; `None` for the client's.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Source: OpenAPI `getIdentityProviders` (documented).
        """
        if idp_type is not None:
            check_one_of(idp_type, _TYPES, label="idp_type")
        return build_admin_pager(
            self._session,
            _PROVIDERS_PATH,
            model=WorkloadProvider,
            sort=sort,
            query={"type": idp_type, "name": name},
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    async def get(
        self,
        provider: int | str | WorkloadProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadProvider:
        """Return the workload identity provider with this id.

        Raises:
            NotFound: no such provider.

        Source: OpenAPI `getIdentityProvider` (documented).
        """
        path = _PROVIDERS_PATH + "/{}"
        return await self._send(
            GET(
                path, str(resolve_provider_id(provider)), returns=decode_required(WorkloadProvider)
            ),
            timeout,
            retry,
        )

    async def create(
        self,
        provider: WorkloadProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadProvider:
        """Create a workload identity provider.

        ```python
        await britive.workload.identity_providers.create(
            admin.WorkloadProvider(name="ci", idp_type="OIDC", issuer_url="https://ci.example")
        )
        ```

        Raises:
            InputError: an unknown type, or a missing field.

        Source: OpenAPI `createIdentityProvider` (documented).
        """
        body = build_provider_body(provider)
        return await self._send(
            POST(_PROVIDERS_PATH, body=body, returns=WorkloadProvider), timeout, retry
        )

    async def replace(
        self,
        provider: WorkloadProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadProvider:
        """Replace the workload identity provider with the id of `provider`: pass a changed copy of the current one.

        Raises:
            InputError: `provider` has no id, an unknown type, or a missing field.
            NotFound: no such provider.

        Source: OpenAPI `updateIdentityProvider` (documented).
        """
        body = build_provider_body(provider) | {"id": resolve_provider_id(provider)}
        return await self._send(
            PUT(_PROVIDERS_PATH, body=body, returns=WorkloadProvider), timeout, retry
        )

    async def delete(
        self,
        provider: int | str | WorkloadProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Delete a workload identity provider.

        Source: OpenAPI `deleteIdentityProvider` (documented).
        """
        path = _PROVIDERS_PATH + "/{}"
        await self._send(
            DELETE(path, str(resolve_provider_id(provider)), returns=ignore_body), timeout, retry
        )


class AsyncScimUsers(AsyncAPIResource):
    """Service identities that authenticate to the SCIM endpoint by workload federation, without a SCIM token.

    They are stored by the name of the identity provider, not by its id.
    """

    async def designate(
        self,
        identity_provider: str | IdentityProvider,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimUser:
        """Let a service identity provision users and groups for an identity provider.

        Args:
            identity_provider: the identity provider or its name.
            identity: the service identity or its id.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Source: apidocs/designate-user-to-authenticate-as-for-scim-provisioning (documented).
        """
        body = {
            "idpName": resolve_provider_name(identity_provider),
            "userId": validate_path_id(identity, "users"),
        }
        return await self._send(POST(_SCIM_USER_PATH, body=body, returns=ScimUser), timeout, retry)

    async def find(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimUser | None:
        """Return the service identity designated for an identity provider, or `None`.

        Source: OpenAPI `getScimUserIdentityProvider` (documented; the response without a value is not).
        """
        path = _SCIM_USER_PATH + "/{}"
        return await self._send(
            GET(path, resolve_provider_name(identity_provider), returns=decode_optional(ScimUser)),
            timeout,
            retry,
        )

    async def remove(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove the service identity designated for an identity provider.

        Source: OpenAPI `deleteScimUserIdentityProvider` (documented).
        """
        path = _SCIM_USER_PATH + "/{}"
        await self._send(
            DELETE(path, resolve_provider_name(identity_provider), returns=ignore_body),
            timeout,
            retry,
        )


def resolve_provider_id(provider: int | str | WorkloadProvider) -> int:
    """Return the id of a workload identity provider as a number.

    Raises:
        InputError: not a number, or no id.
    """
    value = (
        provider if isinstance(provider, int) else validate_path_id(provider, "workload-providers")
    )
    if isinstance(value, bool) or not str(value).isdecimal():
        raise InputError(f"id of a workload identity provider must be a number, got {value!r}")
    return int(value)


def resolve_provider_name(identity_provider: str | IdentityProvider) -> str:
    """Return the name of an identity provider.

    Raises:
        InputError: not a name, or an identity provider without one.
    """
    if isinstance(identity_provider, str):
        return check_identity_provider_name(identity_provider)
    check_resource_type("identity-providers", identity_provider)
    return check_identity_provider_name(identity_provider.name)
