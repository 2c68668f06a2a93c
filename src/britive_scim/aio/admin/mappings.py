"""Attribute mappings of an identity provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import overload

from britive_scim.admin import (
    AttributeMapping,
    IdentityAttribute,
    IdentityProvider,
    MappingChange,
)
from britive_scim.admin.attribute_mapping import (
    are_mapping_changes_in_effect,
    build_mapping_additions,
    build_mapping_removals,
)
from britive_scim.admin.validation import check_attribute_mappings, check_names
from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.change_recovery import Reading
from britive_scim.aio.session import AsyncSession
from britive_scim.wire.decoding.admin import decode_required, decode_strings
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_path_id
from britive_scim.wire.operation import GET, PATCH, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncMappings"]

_PATH = "/api/identity-providers/{}/scim-attribute-mappings"


class AsyncMappings(AsyncAPIResource):
    """Mappings of SCIM attributes to identity attributes: one list for each identity provider."""

    def __init__(self, session: AsyncSession, attributes: AsyncIdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes

    async def list(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[AttributeMapping]:
        """Return the mappings of an identity provider.

        Raises:
            NotFound: no such identity provider.

        Source: apidocs/get-details-for-a-specified-identity-provider (documented).
        """
        provider = await self._send(
            GET(
                "/api/identity-providers/{}",
                identity_provider,
                returns=decode_required(IdentityProvider),
            ),
            timeout,
            retry,
        )
        return provider.mappings

    async def list_unmapped(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[IdentityAttribute]:
        """Return the identity attributes without a mapping.

        Raises:
            NotFound: no such identity provider.

        Source: inferred: all identity attributes without those that are mapped.
        """
        mappings = await self.list(identity_provider, timeout=timeout, retry=retry)
        mapped_ids = {mapping.attribute_id for mapping in mappings}
        attributes = await self._attributes.list(timeout=timeout, retry=retry)
        return [attribute for attribute in attributes if attribute.id not in mapped_ids]

    async def scim_attributes(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[str]:
        """Return the SCIM attributes that the tenant knows, without custom attributes.

        Source: the vendor's package (`/api/identity-providers/scim-attributes`).
        """
        return await self._send(
            GET("/api/identity-providers/scim-attributes", returns=decode_strings), timeout, retry
        )

    @overload
    async def add(
        self,
        identity_provider: str | IdentityProvider,
        mappings: Mapping[str, str],
        /,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None: ...
    @overload
    async def add(
        self,
        identity_provider: str | IdentityProvider,
        attribute: str,
        scim_attribute: str,
        /,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None: ...
    async def add(
        self,
        identity_provider: str | IdentityProvider,
        mappings: Mapping[str, str] | str,
        scim_attribute: str | None = None,
        /,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Map SCIM attributes to identity attributes; replaces existing mappings of these attributes.

        ```python
        await britive.identity_providers.mappings.add(idp, "Department", "title")
        await britive.identity_providers.mappings.add(idp, {"Department": "title", "costCode": "costCode"})
        ```

        Args:
            identity_provider: the identity provider or its id.
            mappings: `{identity attribute: SCIM attribute}`, or the name of one identity attribute.
            scim_attribute: the SCIM attribute of a single name: one of `scim_attributes()`, or a custom one.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an unknown identity attribute, or nothing to add.
            NotFound: no such identity provider.

        Source: apidocs/adds-scim-mappings-for-an-identity-provider (documented; whether several are added
        atomically is not).
        """
        validate_path_id(identity_provider, "identity-providers")
        if isinstance(mappings, str):
            mappings = {mappings: scim_attribute or ""}
        pairs = check_attribute_mappings(mappings)
        attributes = await self._attributes._get_by_names(pairs, timeout=timeout, retry=retry)
        await self._send_changes(
            identity_provider,
            build_mapping_additions(attributes, pairs),
            timeout=timeout,
            retry=retry,
        )

    async def remove(
        self,
        identity_provider: str | IdentityProvider,
        *names: str,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove the mappings of identity attributes.

        Args:
            identity_provider: the identity provider or its id.
            names: names of identity attributes, one or more.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an attribute without a mapping, or no name.
            NotFound: no such identity provider.

        Source: apidocs/adds-scim-mappings-for-an-identity-provider (documented; that all three names are needed
        comes from the vendor's package).
        """
        if names:
            check_names(names, label="names")
        mappings = await self.list(identity_provider, timeout=timeout, retry=retry)
        await self._send_changes(
            identity_provider, build_mapping_removals(mappings, names), timeout=timeout, retry=retry
        )

    async def _send_changes(
        self,
        identity_provider: str | IdentityProvider,
        changes: Sequence[MappingChange],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        body = [change.to_wire() for change in changes]
        await self._send_idempotent(
            PATCH(_PATH, identity_provider, body=body, returns=ignore_body),
            partial(self._read_changes, identity_provider, changes),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def _read_changes(
        self,
        identity_provider: str | IdentityProvider,
        changes: Sequence[MappingChange],
        call: CallOptions,
    ) -> Reading[None]:
        """Read whether changes of mappings are in effect."""
        mappings = await self.list(identity_provider, **call)
        return Reading(are_mapping_changes_in_effect(changes, mappings), None)
