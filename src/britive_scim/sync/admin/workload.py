# Generated from aio/admin/workload.py by tools/unasync.py; edit that file instead.
"""Workload federation: machines that prove who they are by a provider outside Britive."""

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
from britive_scim.admin.validation import (
    check_identity_provider_name,
    check_model,
    check_one_of,
    check_string,
)
from britive_scim.admin.workload import build_mapped_values, build_provider_body, check_seconds
from britive_scim.sync.admin.identity_attributes import IdentityAttributes
from britive_scim.sync.admin.pagination import build_admin_pager
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
from britive_scim.sync.session import Session
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import decode_optional, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import check_resource_type, validate_path_id
from britive_scim.wire.operation import DELETE, GET, POST, PUT, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["ScimUsers", "Workload", "WorkloadProviders"]

_PROVIDERS_PATH = "/api/workload/identity-providers"
_ASSIGNMENT_PATH = "/api/workload/users/{}/identity-provider"
_SCIM_USER_PATH = "/api/workload/scim-user/identity-provider"
_TYPES = ("OIDC", "AWS", "SCIM", "SPIFFE")


class Workload(APIResource):
    """`/api/workload`.

    Attributes:
        identity_providers: providers of AWS, OIDC and SPIFFE.
        scim_users: service identities that may call SCIM in place of a SCIM token.
    """

    def __init__(self, sender: Session, attributes: IdentityAttributes) -> None:
        super().__init__(sender)
        self.identity_providers = WorkloadProviders(sender)
        self.scim_users = ScimUsers(sender)
        self._attributes = attributes

    def assigned(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadAssignment:
        """Return the provider of a service identity, and what a token must say to be it.

        Raises:
            ApiError: there is none; with which status is not documented.

        Source: OpenAPI `getUserIdentityProvider` (documented).
        """
        return self._send(
            GET(_ASSIGNMENT_PATH, identity, returns=decode_required(WorkloadAssignment)),
            timeout,
            retry,
        )

    def assign(
        self,
        identity: str | User,
        provider: int | str | WorkloadProvider,
        *,
        token_duration: int,
        values: Mapping[str, str | Iterable[str]],
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadAssignment:
        """Let a service identity prove itself by tokens of a provider.

        Args:
            identity: the service identity.
            provider: the workload identity provider, or its number.
            token_duration: seconds a token of the identity is good for.
            values: `{identity attribute: value or values}` that a token must say. Names are looked up.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: an unknown identity attribute, or a number that is none.

        Source: OpenAPI `assignIdentityProvider` (documented).
        """
        check_seconds(token_duration, label="token_duration")
        validate_path_id(identity, "users")
        idp_id, texts = resolve_provider_id(provider), to_string_lists(values)
        attributes = self._attributes._get_by_names(texts, timeout=timeout, retry=retry)
        body = {
            "idpId": idp_id,
            "tokenDuration": token_duration,
            "mappingAttributes": [one.to_wire() for one in build_mapped_values(texts, attributes)],
        }
        return self._send(
            POST(_ASSIGNMENT_PATH, identity, body=body, returns=WorkloadAssignment), timeout, retry
        )

    def unassign(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Let a service identity no longer prove itself by a provider.

        Source: OpenAPI `removeAssignedIdentityProvider` (documented).
        """
        self._send(DELETE(_ASSIGNMENT_PATH, identity, returns=ignore_body), timeout, retry)


class WorkloadProviders(APIResource):
    """`/api/workload/identity-providers`; their ids are numbers."""

    def list(
        self,
        *,
        idp_type: str | None = None,
        name: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[WorkloadProvider]:
        """Return a lazy list of workload identity providers.

        Args:
            idp_type: `OIDC`, `AWS`, `SCIM` or `SPIFFE`.
            name: beginning of the name.
            sort: such as `name,asc`.
            page_size: providers a page; the settings' if not given.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Source: OpenAPI `getIdentityProviders` (documented).
        """
        if idp_type is not None:
            check_one_of(idp_type, _TYPES, label="idp_type")
        if name is not None:
            check_string(name, label="name")
        query = {"type": idp_type, "name": name, "sort": sort}
        return build_admin_pager(
            self._session,
            _PROVIDERS_PATH,
            model=WorkloadProvider,
            query=query,
            call=CallOptions(timeout=timeout, retry=retry),
            page_size=page_size,
        )

    def get(
        self,
        provider: int | str | WorkloadProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadProvider:
        """Return the workload identity provider with this number.

        Raises:
            NotFound: no such provider.

        Source: OpenAPI `getIdentityProvider` (documented).
        """
        path = _PROVIDERS_PATH + "/{}"
        return self._send(
            GET(
                path, str(resolve_provider_id(provider)), returns=decode_required(WorkloadProvider)
            ),
            timeout,
            retry,
        )

    def create(
        self,
        provider: WorkloadProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadProvider:
        """Create a workload identity provider.

        ```python
        britive.workload.identity_providers.create(
            admin.WorkloadProvider(name="ci", idp_type="OIDC", issuer_url="https://ci.example")
        )
        ```

        Raises:
            InputError: a field that its type needs is missing.

        Source: OpenAPI `createIdentityProvider` (documented).
        """
        body = build_provider_body(provider)
        return self._send(
            POST(_PROVIDERS_PATH, body=body, returns=WorkloadProvider), timeout, retry
        )

    def replace(
        self,
        provider: WorkloadProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> WorkloadProvider:
        """Put `provider` in place of the one with its number: take the present one and change it.

        Raises:
            InputError: it has no number, or a field that its type needs is missing.
            NotFound: no such provider.

        Source: OpenAPI `updateIdentityProvider` (documented).
        """
        body = build_provider_body(provider) | {"id": resolve_provider_id(provider)}
        return self._send(
            PUT(_PROVIDERS_PATH, body=body, returns=WorkloadProvider), timeout, retry
        )

    def delete(
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
        self._send(
            DELETE(path, str(resolve_provider_id(provider)), returns=ignore_body), timeout, retry
        )


class ScimUsers(APIResource):
    """Service identities that authenticate to the SCIM endpoint by workload federation, without a SCIM token.

    Kept by the name of the identity provider, not by its id.
    """

    def designate(
        self,
        identity_provider: str | IdentityProvider,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimUser:
        """Let a service identity push users and groups for an identity provider.

        Args:
            identity_provider: its name, or the identity provider.
            identity: the service identity.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Source: apidocs/designate-user-to-authenticate-as-for-scim-provisioning (documented).
        """
        body = {
            "idpName": _resolve_provider_name(identity_provider),
            "userId": validate_path_id(identity, "users"),
        }
        return self._send(POST(_SCIM_USER_PATH, body=body, returns=ScimUser), timeout, retry)

    def find(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimUser | None:
        """Return the service identity designated for an identity provider, or `None`.

        Source: OpenAPI `getScimUserIdentityProvider` (documented; the answer where there is none is not).
        """
        path = _SCIM_USER_PATH + "/{}"
        return self._send(
            GET(path, _resolve_provider_name(identity_provider), returns=decode_optional(ScimUser)),
            timeout,
            retry,
        )

    def remove(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Let no service identity push for an identity provider any longer.

        Source: OpenAPI `deleteScimUserIdentityProvider` (documented).
        """
        path = _SCIM_USER_PATH + "/{}"
        self._send(
            DELETE(path, _resolve_provider_name(identity_provider), returns=ignore_body),
            timeout,
            retry,
        )


def resolve_provider_id(provider: int | str | WorkloadProvider) -> int:
    """Return the number of a workload identity provider.

    Raises:
        InputError: it has none.
    """
    value = (
        provider if isinstance(provider, int) else validate_path_id(provider, "workload-providers")
    )
    if isinstance(value, bool) or not str(value).isdecimal():
        raise InputError(f"A workload identity provider has a number, not {value!r}.")
    return int(value)


def _resolve_provider_name(identity_provider: str | IdentityProvider) -> str:
    if isinstance(identity_provider, str):
        return check_identity_provider_name(identity_provider)
    check_resource_type("identity-providers", identity_provider)
    return check_identity_provider_name(
        check_model(identity_provider, IdentityProvider, label="identity_provider").name
    )
