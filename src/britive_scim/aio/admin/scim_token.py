"""SCIM token of an identity provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from pydantic import SecretStr

from britive_scim.admin import IdentityProvider, ScimToken
from britive_scim.admin.token_expiry import check_within, is_expiring
from britive_scim.admin.validation import check_callable, check_days
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.base_client import get_client_options
from britive_scim.aio.change_recovery import Reading
from britive_scim.aio.concurrency import finish_callback
from britive_scim.aio.scim.client import AsyncScimClient
from britive_scim.errors import TokenNotDelivered, TransportError
from britive_scim.provisioning.compare import check_scim_url
from britive_scim.wire.decoding.admin import decode_new_token, decode_optional, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import GET, PATCH, POST, CallOptions
from britive_scim.wire.response import get_server_time
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.tooling.connection_report import ConnectionReport

__all__ = ["AsyncDeliverCallback", "AsyncScimTokens"]

AsyncDeliverCallback = Callable[[SecretStr], object | Awaitable[object]]
"""Stores a new secret; may return an awaitable."""

_PATH = "/api/identity-providers/{}/scim-token"
_DRY_RUN_NOTE = "dry run: no token was created, delivered or checked"


class AsyncScimTokens(AsyncAPIResource):
    """SCIM tokens: `/api/identity-providers/{id}/scim-token`; an identity provider has at most one.

    No published endpoint revokes a token without creating a new one.
    """

    async def create(
        self,
        identity_provider: str | IdentityProvider,
        *,
        days: int = 90,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimToken:
        """Create a SCIM token. It revokes the old one: provisioning stops until the provider has the new one.

        Only this response contains the secret: `created.token.get_secret_value()`.

        Args:
            identity_provider: the identity provider or its id.
            days: validity, 1 to 90 days, from each use.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: `days` is out of range.
            NotFound: no such identity provider.
            UnexpectedResponse: the token was created, but the response does not contain its secret.

        Source: apidocs/create-a-token-used-for-scim-provisioning-of-users-and-groups (documented).
        """
        body = {"tokenExpirationDays": check_days(days)}
        operation = POST(
            _PATH,
            identity_provider,
            body=body,
            returns=decode_new_token(ScimToken),
            destructive=True,
        )
        try:
            return await self._send(operation, timeout, retry)
        except TransportError as error:
            if error.may_have_happened:
                error.add_note(
                    "the token may have been created and the old one revoked; create another one, because no other "
                    "response contains the secret"
                )
            raise

    async def get(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimToken:
        """Return the details of the token; never the secret.

        Raises:
            NotFound: no such identity provider, or it has no token.

        Source: apidocs/get-scim-token-details (documented; the response without a token is not).
        """
        return await self._send(
            GET(_PATH, identity_provider, returns=decode_required(ScimToken)), timeout, retry
        )

    async def find(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimToken | None:
        """Return the details of the token, or `None` if the identity provider has none.

        An unknown identity provider also returns `None`: the API responds 404 to both.

        Source: apidocs/get-scim-token-details (documented; the response without a token is not).
        """
        return await self._send(
            GET(_PATH, identity_provider, returns=decode_optional(ScimToken)), timeout, retry
        )

    async def update(
        self,
        identity_provider: str | IdentityProvider,
        *,
        days: int,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change the validity of the token; the secret does not change.

        Args:
            identity_provider: the identity provider or its id.
            days: validity, 1 to 90 days, from each use.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: `days` is out of range.
            NotFound: no such identity provider, or it has no token.

        Source: apidocs/update-token-expiration-days-for-the-existing-scim-token-of-an-identity-provider (documented).
        """
        body = {"tokenExpirationDays": check_days(days)}
        await self._send_idempotent(
            PATCH(_PATH, identity_provider, body=body, returns=ignore_body),
            partial(self._read_validity, identity_provider, days),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def _read_validity(
        self, identity_provider: str | IdentityProvider, days: int, call: CallOptions
    ) -> Reading[None]:
        """Read whether a token is valid for a number of days."""
        token = await self.get(identity_provider, **call)
        return Reading(token.token_expiration_days == days, None)

    async def rotate(
        self,
        identity_provider: str | IdentityProvider,
        *,
        deliver: AsyncDeliverCallback,
        days: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ConnectionReport:
        """Create a new token, deliver it, and check it.

        The old token is revoked before `deliver` is called, which should be fast and reliable.
        Provisioning stops until the identity provider has the new token.

        ```python
        report = await britive.identity_providers.scim_token.rotate(okta, deliver=vault.put)
        ```

        Args:
            identity_provider: the identity provider or its id.
            deliver: called with the new secret to store it; may return an awaitable.
            days: validity, 1 to 90 days; if not given, that of the old token, or 90.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            Report of a check with the new token; `report.ok` is true if it works. A dry run checks nothing.

        Raises:
            TokenNotDelivered: `deliver` failed; the error has the secret, `error.token`.
            InputError: `days` is out of range, `deliver` is not callable, or the SCIM URL is foreign.
            NotFound: no such identity provider.

        Source: composed of `create`, `find` and `identity_providers.get` (all documented).
        """
        _check_rotation_arguments(deliver, days)
        old_token = None
        if days is None:
            old_token = await self.find(identity_provider, timeout=timeout, retry=retry)
        return await self._rotate(
            identity_provider, old_token, deliver, days, CallOptions(timeout=timeout, retry=retry)
        )

    async def rotate_if_expiring(
        self,
        identity_provider: str | IdentityProvider,
        *,
        within: timedelta,
        deliver: AsyncDeliverCallback,
        days: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ConnectionReport | None:
        """Create a new token if the current one expires within a time or does not exist.

        Args:
            identity_provider: the identity provider or its id.
            within: time from now; each use of a token restarts its validity.
            deliver: as for `rotate`.
            days: as for `rotate`.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            As for `rotate`, or `None` if the token was not rotated.

        Raises:
            TokenNotDelivered: `deliver` failed; the error has the secret, `error.token`.
            InputError: `days` is out of range, `deliver` is not callable, or the SCIM URL is foreign.
            NotFound: no such identity provider.

        Source: composed of `create`, `find` and `identity_providers.get` (all documented).
        """
        check_within(within)
        _check_rotation_arguments(deliver, days)
        old_token = await self.find(identity_provider, timeout=timeout, retry=retry)
        if old_token is not None and not is_expiring(
            old_token, within, get_server_time(self._session.last_response)
        ):
            return None
        return await self._rotate(
            identity_provider, old_token, deliver, days, CallOptions(timeout=timeout, retry=retry)
        )

    async def _rotate(
        self,
        identity_provider: str | IdentityProvider,
        old_token: ScimToken | None,
        deliver: AsyncDeliverCallback,
        days: int | None,
        call: CallOptions,
    ) -> ConnectionReport:
        if days is None:
            days = (old_token.token_expiration_days if old_token else None) or 90
        provider = await self._send(
            GET(
                "/api/identity-providers/{}",
                identity_provider,
                returns=decode_required(IdentityProvider),
            ),
            **call,
        )
        scim_url = check_scim_url(provider, self._session.base_url)
        token = (await self.create(provider, days=days, **call)).token
        if token is None:  # in a dry run only; otherwise `create` raises
            return ConnectionReport(
                url=scim_url, reachable=False, authorised=None, notes=(_DRY_RUN_NOTE,)
            )
        try:
            await finish_callback(deliver(token))
        except Exception as error:
            raise TokenNotDelivered(
                f"new SCIM token of {provider.name!r} was not delivered: {type(error).__name__}; the old token is "
                "revoked, take the new one from this error: error.token.get_secret_value()",
                token=token,
            ) from error
        options = get_client_options(self._session)
        async with AsyncScimClient(scim_url, token, **options) as client:
            return await client.check(**call)


def _check_rotation_arguments(deliver: object, days: int | None) -> None:
    """Check the arguments before the old token is revoked."""
    check_callable(deliver, label="deliver", argument="the new secret")
    if days is not None:
        check_days(days)
