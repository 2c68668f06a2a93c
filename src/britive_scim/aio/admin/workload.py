"""Workload federation: machines that prove who they are by a provider outside Britive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Unpack

from britive_scim.admin import (
    IdentityProvider,
    ScimUser,
    User,
    WorkloadAssignment,
    WorkloadProvider,
)
from britive_scim.admin.asking import check_model, check_text
from britive_scim.admin.attribute_values import as_texts
from britive_scim.admin.checks import check_identity_provider_name, one_of
from britive_scim.admin.workload import check_provider, check_seconds, values_by_id
from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
from britive_scim.aio.admin.pagination import admin_pager
from britive_scim.aio.api_resource import AsyncNoun
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.session import AsyncSender
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import existing, maybe
from britive_scim.wire.decoding.scim import nothing
from britive_scim.wire.members import checked_slot
from britive_scim.wire.operation import DELETE, GET, POST, PUT, CallOptions
from britive_scim.wire.resource_types import check_kind

__all__ = ["AsyncScimUsers", "AsyncWorkload", "AsyncWorkloadProviders"]

_PROVIDERS = "/api/workload/identity-providers"
_ASSIGNED = "/api/workload/users/{}/identity-provider"
_SCIM_USER = "/api/workload/scim-user/identity-provider"
_TYPES = ("OIDC", "AWS", "SCIM", "SPIFFE")


class AsyncWorkload(AsyncNoun):
    """`/api/workload`.

    Attributes:
        identity_providers: providers of AWS, OIDC and SPIFFE.
        scim_users: service identities that may call SCIM in place of a SCIM token.
    """

    def __init__(self, sender: AsyncSender, attributes: AsyncIdentityAttributes) -> None:
        super().__init__(sender)
        self.identity_providers = AsyncWorkloadProviders(sender)
        self.scim_users = AsyncScimUsers(sender)
        self._attributes = attributes

    async def assigned(
        self, identity: str | User, **call: Unpack[CallOptions]
    ) -> WorkloadAssignment:
        """Return the provider of a service identity, and what a token must say to be it.

        Raises:
            ApiError: there is none; with which status is not documented.

        Source: OpenAPI `getUserIdentityProvider` (documented).
        """
        return await self._send(
            GET(_ASSIGNED, identity, returns=existing(WorkloadAssignment)), **call
        )

    async def assign(
        self,
        identity: str | User,
        provider: int | str | WorkloadProvider,
        *,
        token_duration: int,
        values: Mapping[str, str | Iterable[str]],
        **call: Unpack[CallOptions],
    ) -> WorkloadAssignment:
        """Let a service identity prove itself by tokens of a provider.

        Args:
            identity: the service identity.
            provider: the workload identity provider, or its number.
            token_duration: seconds a token of the identity is good for.
            values: `{identity attribute: value or values}` that a token must say. Names are looked up.
            **call: `timeout=` and `retry=` of each request.

        Raises:
            InputError: an unknown identity attribute, or a number that is none.

        Source: OpenAPI `assignIdentityProvider` (documented).
        """
        check_seconds(token_duration, what="token_duration")
        checked_slot(identity, "users")
        idp_id, texts = number(provider), as_texts(values)
        attributes = await self._attributes._named(texts, **call)
        body = {
            "idpId": idp_id,
            "tokenDuration": token_duration,
            "mappingAttributes": [one.to_wire() for one in values_by_id(texts, attributes)],
        }
        return await self._send(
            POST(_ASSIGNED, identity, body=body, returns=WorkloadAssignment), **call
        )

    async def unassign(self, identity: str | User, **call: Unpack[CallOptions]) -> None:
        """Let a service identity no longer prove itself by a provider.

        Source: OpenAPI `removeAssignedIdentityProvider` (documented).
        """
        await self._send(DELETE(_ASSIGNED, identity, returns=nothing), **call)


class AsyncWorkloadProviders(AsyncNoun):
    """`/api/workload/identity-providers`; their ids are numbers."""

    def list(
        self,
        *,
        idp_type: str | None = None,
        name: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        **call: Unpack[CallOptions],
    ) -> AsyncPager[WorkloadProvider]:
        """Return a lazy list of workload identity providers.

        Args:
            idp_type: `OIDC`, `AWS`, `SCIM` or `SPIFFE`.
            name: beginning of the name.
            sort: such as `name,asc`.
            page_size: providers a page; the settings' if not given.
            **call: `timeout=` and `retry=` of each request.

        Source: OpenAPI `getIdentityProviders` (documented).
        """
        if idp_type is not None:
            one_of(idp_type, _TYPES, what="idp_type")
        if name is not None:
            check_text(name, what="name")
        query = {"type": idp_type, "name": name, "sort": sort}
        return admin_pager(
            self._sender,
            _PROVIDERS,
            model=WorkloadProvider,
            query=query,
            call=call,
            page_size=page_size,
        )

    async def get(
        self, provider: int | str | WorkloadProvider, **call: Unpack[CallOptions]
    ) -> WorkloadProvider:
        """Return the workload identity provider with this number.

        Raises:
            NotFound: no such provider.

        Source: OpenAPI `getIdentityProvider` (documented).
        """
        path = _PROVIDERS + "/{}"
        return await self._send(
            GET(path, str(number(provider)), returns=existing(WorkloadProvider)), **call
        )

    async def create(
        self, provider: WorkloadProvider, **call: Unpack[CallOptions]
    ) -> WorkloadProvider:
        """Create a workload identity provider.

        ```python
        await britive.workload.identity_providers.create(
            admin.WorkloadProvider(name="ci", idp_type="OIDC", issuer_url="https://ci.example")
        )
        ```

        Raises:
            InputError: a field that its type needs is missing.

        Source: OpenAPI `createIdentityProvider` (documented).
        """
        body = check_provider(provider)
        return await self._send(POST(_PROVIDERS, body=body, returns=WorkloadProvider), **call)

    async def replace(
        self, provider: WorkloadProvider, **call: Unpack[CallOptions]
    ) -> WorkloadProvider:
        """Put `provider` in place of the one with its number: take the present one and change it.

        Raises:
            InputError: it has no number, or a field that its type needs is missing.
            NotFound: no such provider.

        Source: OpenAPI `updateIdentityProvider` (documented).
        """
        body = check_provider(provider) | {"id": number(provider)}
        return await self._send(PUT(_PROVIDERS, body=body, returns=WorkloadProvider), **call)

    async def delete(
        self, provider: int | str | WorkloadProvider, **call: Unpack[CallOptions]
    ) -> None:
        """Delete a workload identity provider.

        Source: OpenAPI `deleteIdentityProvider` (documented).
        """
        path = _PROVIDERS + "/{}"
        await self._send(DELETE(path, str(number(provider)), returns=nothing), **call)


class AsyncScimUsers(AsyncNoun):
    """Service identities that authenticate to the SCIM endpoint by workload federation, without a SCIM token.

    Kept by the name of the identity provider, not by its id.
    """

    async def designate(
        self,
        identity_provider: str | IdentityProvider,
        identity: str | User,
        **call: Unpack[CallOptions],
    ) -> ScimUser:
        """Let a service identity push users and groups for an identity provider.

        Args:
            identity_provider: its name, or the identity provider.
            identity: the service identity.
            **call: `timeout=` and `retry=` of this call.

        Source: apidocs/designate-user-to-authenticate-as-for-scim-provisioning (documented).
        """
        body = {"idpName": _name(identity_provider), "userId": checked_slot(identity, "users")}
        return await self._send(POST(_SCIM_USER, body=body, returns=ScimUser), **call)

    async def find(
        self, identity_provider: str | IdentityProvider, **call: Unpack[CallOptions]
    ) -> ScimUser | None:
        """Return the service identity designated for an identity provider, or `None`.

        Source: OpenAPI `getScimUserIdentityProvider` (documented; the answer where there is none is not).
        """
        path = _SCIM_USER + "/{}"
        return await self._send(
            GET(path, _name(identity_provider), returns=maybe(ScimUser)), **call
        )

    async def remove(
        self, identity_provider: str | IdentityProvider, **call: Unpack[CallOptions]
    ) -> None:
        """Let no service identity push for an identity provider any longer.

        Source: OpenAPI `deleteScimUserIdentityProvider` (documented).
        """
        path = _SCIM_USER + "/{}"
        await self._send(DELETE(path, _name(identity_provider), returns=nothing), **call)


def number(provider: int | str | WorkloadProvider) -> int:
    """Return the number of a workload identity provider.

    Raises:
        InputError: it has none.
    """
    value = provider if isinstance(provider, int) else checked_slot(provider, "workload-providers")
    if isinstance(value, bool) or not str(value).isdecimal():
        raise InputError(f"A workload identity provider has a number, not {value!r}.")
    return int(value)


def _name(identity_provider: str | IdentityProvider) -> str:
    if isinstance(identity_provider, str):
        return check_identity_provider_name(identity_provider)
    check_kind("identity-providers", identity_provider)
    return check_identity_provider_name(
        check_model(identity_provider, IdentityProvider, what="identity_provider").name
    )
