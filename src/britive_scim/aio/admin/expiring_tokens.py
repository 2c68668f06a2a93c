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
from britive_scim.aio.admin.api_tokens import AsyncApiTokens
from britive_scim.aio.admin.identity_providers import AsyncIdentityProviders
from britive_scim.aio.admin.service_identities import AsyncServiceIdentities
from britive_scim.wire.response import get_server_time
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["list_expiring_tokens"]


async def list_expiring_tokens(
    identity_providers: AsyncIdentityProviders,
    api_tokens: AsyncApiTokens,
    service_identities: AsyncServiceIdentities,
    within: timedelta,
    *,
    timeout: float | None = None,
    retry: RetryPolicy | None = None,
) -> ExpiringTokens:
    """Return the tokens that expire within a time from now, the earliest first."""
    check_within(within)
    tokens: list[tuple[TokenType, str, Token]] = []
    for provider in await identity_providers.list(timeout=timeout, retry=retry):
        if provider.type != "DEFAULT" and provider.id is not None:
            token = await identity_providers.scim_token.find(provider, timeout=timeout, retry=retry)
            if token is not None:
                tokens.append(("SCIM", provider.name or provider.id, token))
    tokens.extend(
        ("API", token.name or token.id or "", token)
        for token in await api_tokens.list(timeout=timeout, retry=retry)
    )
    async for identity in service_identities.list(timeout=timeout, retry=retry):
        if identity.id is not None:
            identity_token = await service_identities.token.find(
                identity, timeout=timeout, retry=retry
            )
            if identity_token is not None:
                tokens.append(("service identity", identity.name or identity.id, identity_token))
    return filter_expiring(tokens, within, get_server_time(api_tokens._session.last_response))
