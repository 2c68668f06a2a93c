# Generated from aio/admin/identity_providers.py by tools/unasync.py; edit that file instead.
"""Identity providers of a tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from britive_scim import scim
from britive_scim.admin import Difference, IdentityProvider
from britive_scim.admin.drift import compare_identity_providers
from britive_scim.admin.lookup import find_unique_by_name
from britive_scim.admin.model_list import ModelList
from britive_scim.admin.params import body_without_none, build_change_body
from britive_scim.admin.validation import (
    check_bool,
    check_identity_provider_name,
    check_one_of,
    check_provider_type,
)
from britive_scim.sync.admin.identity_attributes import IdentityAttributes
from britive_scim.sync.admin.mappings import Mappings
from britive_scim.sync.admin.password_policy import PasswordPolicies
from britive_scim.sync.admin.saml_metadata import SamlMetadata
from britive_scim.sync.admin.scim_token import ScimTokens
from britive_scim.sync.api_resource import APIResourceAttribute, APIResource
from britive_scim.sync.change_recovery import Reading
from britive_scim.sync.session import Session
from britive_scim.errors import BritiveScimError, NotFound
from britive_scim.provisioning.preview import Preview, preview, to_wire_form
from britive_scim.provisioning.rules import ProvisioningRules
from britive_scim.suggestions import format_known_names, format_suggestion
from britive_scim.wire.decoding.admin import decode_list, decode_optional, decode_required
from britive_scim.wire.decoding.scim import decode_json, decode_text, ignore_body
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["IdentityProviders"]


class IdentityProviders(APIResource):
    """Identity providers: `/api/identity-providers`.

    Attributes:
        scim_token: the SCIM token of an identity provider.
        mappings: mappings of SCIM attributes to identity attributes.
        password_policy: password policy of the tenant's own identity provider.
        saml_metadata: the SAML metadata of an identity provider.
    """

    password_policy: APIResourceAttribute[PasswordPolicies] = APIResourceAttribute(
        lambda: PasswordPolicies
    )
    saml_metadata: APIResourceAttribute[SamlMetadata] = APIResourceAttribute(
        lambda: SamlMetadata
    )
    scim_token: APIResourceAttribute[ScimTokens] = APIResourceAttribute(
        lambda: ScimTokens
    )
    mappings: APIResourceAttribute[Mappings] = APIResourceAttribute(
        lambda: Mappings,
        lambda providers: Mappings(providers._session, providers._attributes),
    )

    def __init__(self, session: Session, attributes: IdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes

    def list(
        self,
        *,
        metadata: bool = True,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ModelList[IdentityProvider]:
        """Return all identity providers of the tenant; only `get` returns their mappings.

        Args:
            metadata: include the SAML metadata, the API's default.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Source: apidocs/get-a-list-of-all-identity-providers (documented).
        """
        query = None if check_bool(metadata, label="metadata") else {"metadata": False}
        return self._send(
            GET("/api/identity-providers", query=query, returns=decode_list(IdentityProvider)),
            timeout,
            retry,
        )

    def get(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> IdentityProvider:
        """Return the identity provider with this id, its mappings included.

        Raises:
            NotFound: no such identity provider.

        Source: apidocs/get-details-for-a-specified-identity-provider (documented).
        """
        return self._send(
            GET(
                "/api/identity-providers/{}",
                identity_provider,
                returns=decode_required(IdentityProvider),
            ),
            timeout,
            retry,
        )

    def find_by_name(
        self, name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> IdentityProvider | None:
        """Return the identity provider with exactly this name, or `None`.

        Raises:
            Ambiguous: several have this name.

        Source: apidocs/get-a-list-of-all-identity-providers with `name` (documented as a list; the vendor's
        own clients get a single object, so both are decoded).
        """
        query = {"name": check_identity_provider_name(name)}
        providers = self._send(
            GET("/api/identity-providers", query=query, returns=decode_list(IdentityProvider)),
            timeout,
            retry,
        )
        return find_unique_by_name(name, providers, label="identity providers")

    def get_by_name(
        self, name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> IdentityProvider:
        """Return the identity provider with exactly this name.

        Raises:
            NotFound: no such identity provider; the message has similar names, which a second request reads.
            Ambiguous: several have this name.

        Source: apidocs/get-a-list-of-all-identity-providers with `name` (documented).
        """
        provider = self.find_by_name(name, timeout=timeout, retry=retry)
        if provider is None:
            hint = self._suggest_names(name, CallOptions(timeout=timeout, retry=retry))
            raise NotFound(
                f"no identity provider is named {name!r}; names are compared exactly{hint}",
                status=404,
                method="GET",
                path="/api/identity-providers",
            )
        return provider

    def _suggest_names(self, name: str, call: CallOptions) -> str:
        try:
            providers = self.list(metadata=False, **call)
        except BritiveScimError:
            return ""  # the error to report is that of the name
        names = [found.name for found in providers if found.name and found.name != name]
        return format_suggestion(name, names) or format_known_names(names)

    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        type: str = "SAML",  # the API's name
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> IdentityProvider:
        """Create an identity provider.

        Args:
            name: unique in the tenant; no two hyphens in a row.
            description: free text.
            type: `SAML`, the one that supports SCIM provisioning, or `DEFAULT`.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an invalid name, or an unknown type.

        Source: apidocs/create-a-identity-provider (documented).
        """
        check_identity_provider_name(name)
        check_one_of(type, ("SAML", "DEFAULT"), label="type")
        body = body_without_none(name=name, description=description, type=type)
        return self._send(
            POST("/api/identity-providers", body=body, returns=IdentityProvider), timeout, retry
        )

    def update(
        self,
        identity_provider: str | IdentityProvider,
        *,
        name: str | None = None,
        description: str | None = None,
        scim_provider: str | None = None,
        sso_provider: str | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change an identity provider; fields that are not given do not change.

        Whether the API keeps missing fields is not documented, so all four are sent, and those that are
        not given are read first.

        Args:
            identity_provider: the identity provider or its id.
            name: the new name.
            description: the new description.
            scim_provider: `Generic`, or `Azure` for Entra ID.
            sso_provider: `Generic`, or `Azure` for Entra ID.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an invalid value, or nothing to change.
            NotFound: no such identity provider.

        Source: apidocs/update-specified-identity-provider-s-details (documented).
        """
        if name is not None:
            check_identity_provider_name(name)
        for value, label in ((scim_provider, "scim_provider"), (sso_provider, "sso_provider")):
            if value is not None:
                check_provider_type(value, label=label)
        change = build_change_body(
            name=name,
            description=description,
            scim_provider=scim_provider,
            sso_provider=sso_provider,
        )
        if len(change) < 4:
            current = self.get(identity_provider, timeout=timeout, retry=retry)
            change = _build_update_body(current) | change
        self._send(
            PATCH(
                "/api/identity-providers/{}", identity_provider, body=change, returns=ignore_body
            ),
            timeout,
            retry,
        )

    def delete(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Delete an identity provider; its remaining users lose all access.

        Raises:
            NotFound: no such identity provider.

        Source: apidocs/delete-a-specified-identity-provider (documented; the warning from the vendor's package).
        """
        self._send(
            DELETE("/api/identity-providers/{}", identity_provider, returns=ignore_body),
            timeout,
            retry,
        )

    def types(self, *, timeout: float | None = None, retry: RetryPolicy | None = None) -> Any:
        """Return the types of identity providers, as decoded JSON (shape not documented).

        Source: apidocs/get-identity-provider-types (documented).
        """
        return self._send(
            GET("/api/identity-providers/types", returns=decode_json), timeout, retry
        )

    def set_mfa(
        self,
        identity_provider: str | IdentityProvider,
        *,
        enabled: bool,
        root_user: bool | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Enable or disable MFA for users of the tenant's own identity provider.

        Args:
            identity_provider: the one of type `DEFAULT`; the API rejects others.
            enabled: whether all users need a second factor.
            root_user: whether the root user needs one; unchanged if not given.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: not a bool.

        Source: apidocs/enable-or-disable-multi-factor-authentication-mfa-for-users (documented; the vendor's
        package uses another name for the second field).
        """
        check_bool(enabled, label="enabled")
        if root_user is not None:
            check_bool(root_user, label="root_user")
        body = body_without_none(mfa_enabled=enabled, mfa_root_user_enabled=root_user)
        self._send_idempotent(
            PATCH(
                "/api/identity-providers/{}/mfa", identity_provider, body=body, returns=ignore_body
            ),
            partial(self._read_mfa, identity_provider, enabled, root_user),
            CallOptions(timeout=timeout, retry=retry),
        )

    def _read_mfa(
        self,
        identity_provider: str | IdentityProvider,
        enabled: bool,
        root_user: bool | None,
        call: CallOptions,
    ) -> Reading[None]:
        """Read whether MFA is enabled as requested; `None` is not compared."""
        found = self.get(identity_provider, **call)
        is_same_for_root = root_user in (None, found.mfa_root_user_enabled)
        return Reading(found.mfa_enabled is enabled and is_same_for_root, None)

    def signing_certificate(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> str:
        """Return the certificate that signs SAML requests, as PEM; the tenant has one.

        Source: the vendor's package.
        """
        return self._send(
            GET("/api/identity-providers/signing-certificate", returns=decode_text), timeout, retry
        )

    def drift(
        self,
        expected: IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[Difference]:
        """Return the differences of an identity provider from its expected state.

        ```python
        saved = admin.IdentityProvider.from_wire(Path("okta.json").read_text())
        for difference in britive.identity_providers.drift(saved):
            print(difference)
        ```

        Args:
            expected: has an id or a name; fields that are `None` are not compared.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `expected` has neither id nor name.

        Source: composed of `get` and `find_by_name` (both documented).
        """
        if expected.id is not None:
            actual = self._send(
                GET(
                    "/api/identity-providers/{}",
                    expected,
                    returns=decode_optional(IdentityProvider),
                ),
                timeout,
                retry,
            )
        else:
            actual = self.find_by_name(expected.name or "", timeout=timeout, retry=retry)
            actual = actual and self.get(actual, timeout=timeout, retry=retry)
        return compare_identity_providers(expected, actual)

    def preview(
        self,
        identity_provider: str | IdentityProvider,
        user: scim.User[Any] | Mapping[str, Any],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Preview:
        """Preview the identity attributes of a user pushed by this identity provider, by its current mappings.

        Args:
            identity_provider: the identity provider or its id.
            user: a SCIM user, as a model or as decoded JSON; it is not sent.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: `user` is not a SCIM user.
            NotFound: no such identity provider.

        Source: composed of `get` (documented); the result is inferred from the mappings.
        """
        record = to_wire_form(user)
        provider = self.get(identity_provider, timeout=timeout, retry=retry)
        return preview(provider.mappings, record)

    def rules(
        self, name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> ProvisioningRules:
        """Return the rules for users of the identity provider with this name: mandatory attributes and mappings.

        `provisioning.plan` and `Directory.check` compare a source with them before the first write.

        Args:
            name: name of the identity provider, compared exactly.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            NotFound: no such identity provider.
            Ambiguous: several have this name.

        Source: composed of `get_by_name` and `get` (both documented); the mandatory attributes are those of the Okta
        guide.
        """
        found = self.get_by_name(name, timeout=timeout, retry=retry)
        return ProvisioningRules.of(self.get(found, timeout=timeout, retry=retry))


def _build_update_body(provider: IdentityProvider) -> dict[str, object]:
    return body_without_none(
        name=provider.name,
        description=provider.description,
        scim_provider=provider.scim_provider,
        sso_provider=provider.sso_provider,
    )
