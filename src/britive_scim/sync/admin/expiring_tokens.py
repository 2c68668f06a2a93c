# Generated from aio/admin/expiring_tokens.py by tools/unasync.py; edit that file instead.
"""List expiring tokens of all three types."""

from __future__ import annotations

from datetime import timedelta

from britive_scim.admin import Token
from britive_scim.admin.token_expiry import (
    ExpiringTokens,
    TokenType,
    check_within,
    filter_expiring,
)
from britive_scim.sync.admin.api_tokens import ApiTokens
from britive_scim.sync.admin.identity_providers import IdentityProviders
from britive_scim.sync.admin.service_identities import ServiceIdentities
from britive_scim.wire.response import get_server_time
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["list_expiring_tokens"]


def list_expiring_tokens(
    identity_providers: IdentityProviders,
    api_tokens: ApiTokens,
    service_identities: ServiceIdentities,
    within: timedelta,
    *,
    timeout: float | None = None,
    retry: RetryPolicy | None = None,
) -> ExpiringTokens:
    """Return the tokens that expire within a time from now, the earliest first."""
    check_within(within)
    tokens: list[tuple[TokenType, str, Token]] = []
    for provider in identity_providers.list(timeout=timeout, retry=retry):
        if provider.type != "DEFAULT" and provider.id is not None:
            token = identity_providers.scim_token.find(provider, timeout=timeout, retry=retry)
            if token is not None:
                tokens.append(("SCIM", provider.name or provider.id, token))
    tokens.extend(
        ("API", token.name or token.id or "", token)
        for token in api_tokens.list(timeout=timeout, retry=retry)
    )
    for identity in service_identities.list(timeout=timeout, retry=retry):
        if identity.id is not None:
            identity_token = service_identities.token.find(
                identity, timeout=timeout, retry=retry
            )
            if identity_token is not None:
                tokens.append(("service identity", identity.name or identity.id, identity_token))
    return filter_expiring(tokens, within, get_server_time(api_tokens._session.last_response))
