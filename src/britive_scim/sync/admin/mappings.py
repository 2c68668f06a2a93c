# Generated from aio/admin/mappings.py by tools/unasync.py; edit that file instead.
"""Attribute mappings of an identity provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

from britive_scim.admin import (
    AttributeMapping,
    IdentityAttribute,
    IdentityProvider,
    MappingChange,
)
from britive_scim.admin.attribute_mapping import build_mapping_additions, build_mapping_removals
from britive_scim.admin.validation import check_attribute_mappings, check_names
from britive_scim.sync.admin.identity_attributes import IdentityAttributes
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.session import Session
from britive_scim.wire.decoding.admin import decode_required, decode_strings
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_path_id
from britive_scim.wire.operation import GET, PATCH
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["Mappings"]

_PATH = "/api/identity-providers/{}/scim-attribute-mappings"


class Mappings(APIResource):
    """Which SCIM attribute fills which identity attribute, for each identity provider."""

    def __init__(self, sender: Session, attributes: IdentityAttributes) -> None:
        super().__init__(sender)
        self._attributes = attributes

    def mapped(
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
        found = self._send(
            GET(
                "/api/identity-providers/{}",
                identity_provider,
                returns=decode_required(IdentityProvider),
            ),
            timeout,
            retry,
        )
        return found.mappings

    def unmapped(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[IdentityAttribute]:
        """Return the identity attributes that nothing is mapped to.

        Raises:
            NotFound: no such identity provider.

        Source: inferred: all identity attributes without those that are mapped.
        """
        mapped = {
            one.attribute_id
            for one in self.mapped(identity_provider, timeout=timeout, retry=retry)
        }
        return [
            one
            for one in self._attributes.list(timeout=timeout, retry=retry)
            if one.id not in mapped
        ]

    def scim_attributes(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[str]:
        """Return the SCIM attributes the tenant knows; custom ones are not among them.

        Source: the vendor's package (`/api/identity-providers/scim-attributes`).
        """
        return self._send(
            GET("/api/identity-providers/scim-attributes", returns=decode_strings), timeout, retry
        )

    @overload
    def add(
        self,
        identity_provider: str | IdentityProvider,
        mappings: Mapping[str, str],
        /,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None: ...
    @overload
    def add(
        self,
        identity_provider: str | IdentityProvider,
        attribute: str,
        scim_attribute: str,
        /,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None: ...
    def add(
        self,
        identity_provider: str | IdentityProvider,
        mappings: Mapping[str, str] | str,
        scim_attribute: str | None = None,
        /,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Map SCIM attributes to identity attributes, in place of what is mapped to these now.

        ```python
        britive.identity_providers.mappings.add(idp, "Department", "title")
        britive.identity_providers.mappings.add(idp, {"Department": "title", "costCode": "costCode"})
        ```

        Args:
            identity_provider: whose mappings.
            mappings: `{identity attribute: SCIM attribute}`, or the name of one identity attribute. Their ids
                are looked up.
            scim_attribute: with a single name, the SCIM attribute: one of `scim_attributes()`, or the name
                of a custom one.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an unknown identity attribute, or nothing to add.
            NotFound: no such identity provider.

        Source: apidocs/adds-scim-mappings-for-an-identity-provider (documented; whether several are added
        all or none is not).
        """
        validate_path_id(identity_provider, "identity-providers")
        given = {mappings: scim_attribute} if isinstance(mappings, str) else mappings
        pairs = check_attribute_mappings(given)
        attributes = self._attributes._get_by_names(pairs, timeout=timeout, retry=retry)
        self._send_changes(
            identity_provider,
            build_mapping_additions(attributes, pairs),
            timeout=timeout,
            retry=retry,
        )

    def remove(
        self,
        identity_provider: str | IdentityProvider,
        *names: str,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove the mappings of identity attributes.

        Args:
            identity_provider: whose mappings.
            names: of identity attributes, one or more.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: nothing is mapped to one of them, or no name was given.
            NotFound: no such identity provider.

        Source: apidocs/adds-scim-mappings-for-an-identity-provider (documented; that all three names are needed
        comes from the vendor's package).
        """
        if names:
            check_names(names, label="names")
        mapped = self.mapped(identity_provider, timeout=timeout, retry=retry)
        self._send_changes(
            identity_provider, build_mapping_removals(mapped, names), timeout=timeout, retry=retry
        )

    def _send_changes(
        self,
        identity_provider: str | IdentityProvider,
        changes: Sequence[MappingChange],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        body = [change.to_wire() for change in changes]
        self._send(
            PATCH(_PATH, identity_provider, body=body, returns=ignore_body), timeout, retry
        )
