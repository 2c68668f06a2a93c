# Generated from aio/admin/saml_metadata.py by tools/unasync.py; edit that file instead.
"""SAML metadata of an identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from britive_scim.admin import IdentityProvider
from britive_scim.sync.api_resource import APIResource
from britive_scim.wire.decoding.scim import decode_json
from britive_scim.wire.operation import PATCH
from britive_scim.wire.requests.multipart import build_xml_multipart
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["SamlMetadata"]


class SamlMetadata(APIResource):
    """SAML metadata: `/api/identity-providers/{id}/saml-metadata`."""

    def upload(
        self,
        identity_provider: str | IdentityProvider,
        metadata: bytes | str,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Mapping[str, Any]:
        """Upload the SAML metadata of an identity provider; return the values that Britive read from it.

        Args:
            identity_provider: the identity provider or its id.
            metadata: the XML document.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: not an XML document.

        Source: the vendor's package.
        """
        body = build_xml_multipart(metadata)
        values = self._send(
            PATCH(
                "/api/identity-providers/{}/saml-metadata",
                identity_provider,
                body=body,
                returns=decode_json,
            ),
            timeout,
            retry,
        )
        return cast("Mapping[str, Any]", values)
