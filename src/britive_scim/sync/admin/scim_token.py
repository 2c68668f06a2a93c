# Generated from aio/admin/scim_token.py by tools/unasync.py; edit that file instead.
"""The SCIM token of an identity provider."""

from __future__ import annotations

from typing import Unpack

from britive_scim.admin import IdentityProvider, ScimToken
from britive_scim.admin.checks import check_days
from britive_scim.sync.noun import Noun
from britive_scim.wire.answers import existing, made, maybe
from britive_scim.wire.operation import GET, PATCH, POST, CallOptions
from britive_scim.wire.reading import nothing

__all__ = ["ScimTokens"]

_PATH = "/api/identity-providers/{}/scim-token"


class ScimTokens(Noun):
    """`/api/identity-providers/{id}/scim-token`: at most one token for each identity provider.

    There is no published way to take a token back without making another.
    """

    def create(
        self,
        identity_provider: str | IdentityProvider,
        *,
        days: int = 90,
        **call: Unpack[CallOptions],
    ) -> ScimToken:
        """Make a SCIM token. One that exists is dead at once, and provisioning stops until it is replaced.

        The secret is in this answer alone: `created.token.get_secret_value()`.

        Args:
            identity_provider: whose token.
            days: validity, 1 to 90 days, counted anew from each use.
            **call: `timeout=` and `retry=` of this call.

        Raises:
            InputError: a validity that Britive refuses.
            NotFound: no such identity provider.
            UnexpectedAnswer: the token was made and its secret is not in the answer.

        Source: apidocs/create-a-token-used-for-scim-provisioning-of-users-and-groups (documented).
        """
        body = {"tokenExpirationDays": check_days(days)}
        return self._send(
            POST(_PATH, identity_provider, body=body, returns=made(ScimToken), destructive=True),
            **call,
        )

    def get(
        self, identity_provider: str | IdentityProvider, **call: Unpack[CallOptions]
    ) -> ScimToken:
        """Return what Britive tells of the token; never the secret.

        Raises:
            NotFound: no such identity provider, or it has no token.

        Source: apidocs/get-scim-token-details (documented; the answer where no token exists is not).
        """
        return self._send(GET(_PATH, identity_provider, returns=existing(ScimToken)), **call)

    def find(
        self, identity_provider: str | IdentityProvider, **call: Unpack[CallOptions]
    ) -> ScimToken | None:
        """Return what Britive tells of the token, or `None` where the identity provider has none.

        An unknown identity provider reads as one without a token: both are a 404.
        """
        return self._send(GET(_PATH, identity_provider, returns=maybe(ScimToken)), **call)

    def update(
        self, identity_provider: str | IdentityProvider, *, days: int, **call: Unpack[CallOptions]
    ) -> None:
        """Change the validity of the token; the token itself stays as it is.

        Args:
            identity_provider: whose token.
            days: validity, 1 to 90 days, counted anew from each use.
            **call: `timeout=` and `retry=` of this call.

        Raises:
            InputError: a validity that Britive refuses.
            NotFound: no such identity provider, or it has no token.

        Source: apidocs/update-token-expiration-days-for-the-existing-scim-token-of-an-identity-provider (documented).
        """
        body = {"tokenExpirationDays": check_days(days)}
        self._send(PATCH(_PATH, identity_provider, body=body, returns=nothing), **call)
