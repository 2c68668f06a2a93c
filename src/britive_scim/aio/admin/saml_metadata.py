"""The SAML metadata of an identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from britive_scim.admin import IdentityProvider
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.wire.decoding.scim import decode_json
from britive_scim.wire.operation import PATCH
from britive_scim.wire.requests.multipart import build_xml_multipart
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncSamlMetadata"]


class AsyncSamlMetadata(AsyncAPIResource):
    """`/api/identity-providers/{id}/saml-metadata`; what Britive read from it stands in the provider."""

    async def upload(
        self,
        identity_provider: str | IdentityProvider,
        metadata: bytes | str,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Mapping[str, Any]:
        """Give Britive the SAML metadata of the identity provider; return what Britive read from it.

        Args:
            identity_provider: whose metadata.
            metadata: the XML document.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: it is no XML.

        Source: the vendor's package.
        """
        body = build_xml_multipart(metadata)
        found = await self._send(
            PATCH(
                "/api/identity-providers/{}/saml-metadata",
                identity_provider,
                body=body,
                returns=decode_json,
            ),
            timeout,
            retry,
        )
        return cast("Mapping[str, Any]", found)
