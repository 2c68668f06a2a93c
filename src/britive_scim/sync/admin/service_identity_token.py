# Generated from aio/admin/service_identity_token.py by tools/unasync.py; edit that file instead.
"""Token of a service identity."""

from __future__ import annotations

from functools import partial

from britive_scim.admin import IdentityToken, User
from britive_scim.admin.validation import check_days
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.change_recovery import Reading
from britive_scim.wire.decoding.admin import decode_new_token, decode_optional, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import GET, PATCH, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["IdentityTokens"]

_PATH = "/api/users/{}/tokens"


class IdentityTokens(APIResource):
    """Tokens: `/api/users/{id}/tokens`; a service identity has at most one."""

    def create(
        self,
        identity: str | User,
        *,
        days: int = 90,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> IdentityToken:
        """Create a token. It revokes the old one.

        Only this response contains the secret: `created.token.get_secret_value()`.

        Args:
            identity: the service identity or its id.
            days: validity, 1 to 90 days, from each use.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: `days` is out of range.
            NotFound: no such identity.

        Source: apidocs/create-a-token-for-a-specified-identity (documented).
        """
        body = {"tokenExpirationDays": check_days(days)}
        return self._send(
            POST(
                _PATH,
                identity,
                body=body,
                returns=decode_new_token(IdentityToken),
                destructive=True,
            ),
            timeout,
            retry,
        )

    def get(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> IdentityToken:
        """Return the details of the token; never the secret.

        Raises:
            NotFound: no such identity, or it has no token.

        Source: apidocs/get-token-details-associated-with-identity (documented).
        """
        return self._send(
            GET(_PATH, identity, returns=decode_required(IdentityToken)), timeout, retry
        )

    def find(
        self,
        identity: str | User,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> IdentityToken | None:
        """Return the details of the token, or `None` if the identity has none.

        Source: apidocs/get-token-details-associated-with-identity (documented; the response without a token
        is not).
        """
        return self._send(
            GET(_PATH, identity, returns=decode_optional(IdentityToken)), timeout, retry
        )

    def update(
        self,
        identity: str | User,
        *,
        days: int,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change the validity of the token; the secret does not change.

        Args:
            identity: the service identity or its id.
            days: validity, 1 to 90 days, from each use.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: `days` is out of range.
            NotFound: no such identity, or it has no token.

        Source: apidocs/update-the-token-expiration-days-for-an-existing-identity-token (documented; the vendor's
        package sends a POST here, which creates a new token).
        """
        body = {"tokenExpirationDays": check_days(days)}
        self._send_idempotent(
            PATCH(_PATH, identity, body=body, returns=ignore_body),
            partial(self._read_validity, identity, days),
            CallOptions(timeout=timeout, retry=retry),
        )

    def _read_validity(
        self, identity: str | User, days: int, call: CallOptions
    ) -> Reading[None]:
        """Read whether a token is valid for a number of days."""
        token = self.get(identity, **call)
        return Reading(token.token_expiration_days == days, None)
