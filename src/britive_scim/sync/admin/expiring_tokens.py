# Generated from aio/admin/expiring_tokens.py by tools/unasync.py; edit that file instead.
"""Tokens that end soon, of all three kinds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Unpack

from britive_scim.admin import ExpiringToken, Token
from britive_scim.admin.token_expiry import TokenType, check_within, filter_expiring
from britive_scim.sync.admin.api_tokens import ApiTokens
from britive_scim.sync.admin.identity_providers import IdentityProviders
from britive_scim.sync.admin.service_identities import ServiceIdentities
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.response import get_server_time

__all__ = ["list_expiring_tokens"]


def list_expiring_tokens(
    identity_providers: IdentityProviders,
    api_tokens: ApiTokens,
    service_identities: ServiceIdentities,
    within: timedelta,
    **call: Unpack[CallOptions],
) -> Sequence[ExpiringToken]:
    """Return the tokens that end within a time from now, the next first."""
    check_within(within)
    tokens: list[tuple[TokenType, str, Token]] = []
    for provider in identity_providers.list(**call):
        if provider.type != "DEFAULT" and provider.id is not None:
            token = identity_providers.scim_token.find(provider, **call)
            if token is not None:
                tokens.append(("SCIM", provider.name or provider.id, token))
    tokens.extend(("API", one.name or one.id or "", one) for one in api_tokens.list(**call))
    for identity in service_identities.list(**call):
        if identity.id is not None:
            own = service_identities.token.find(identity, **call)
            if own is not None:
                tokens.append(("service identity", identity.name or identity.id, own))
    return filter_expiring(tokens, within, get_server_time(api_tokens._session.last_response))
