# Generated from aio/admin/scim_token.py by tools/unasync.py; edit that file instead.
"""The SCIM token of an identity provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import SecretStr

from britive_scim.admin import IdentityProvider, ScimToken
from britive_scim.admin.token_expiry import check_within, is_expiring
from britive_scim.admin.validation import check_callable, check_days
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.base_client import get_client_options
from britive_scim.sync.concurrency import finish_callback
from britive_scim.sync.scim.client import ScimClient
from britive_scim.errors import TokenNotDelivered, TransportError
from britive_scim.provisioning.compare import check_scim_url
from britive_scim.wire.decoding.admin import decode_new_token, decode_optional, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import GET, PATCH, POST, CallOptions
from britive_scim.wire.response import get_server_time
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.tooling.connection_report import ConnectionReport

__all__ = ["DeliverCallback", "ScimTokens"]

DeliverCallback = Callable[[SecretStr], object | Awaitable[object]]
"""Takes a new secret and keeps it where secrets belong; may be awaitable."""

_PATH = "/api/identity-providers/{}/scim-token"
_DRY_RUN_NOTE = "a dry run: no token was made, so none was handed over or tried"


class ScimTokens(APIResource):
    """`/api/identity-providers/{id}/scim-token`: at most one token for each identity provider.

    There is no published way to take a token back without making another.
    """

    def create(
        self,
        identity_provider: str | IdentityProvider,
        *,
        days: int = 90,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimToken:
        """Make a SCIM token. One that exists is dead at once, and provisioning stops until it is replaced.

        The secret is in this answer alone: `created.token.get_secret_value()`.

        Args:
            identity_provider: whose token.
            days: validity, 1 to 90 days, counted anew from each use.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: a validity that Britive refuses.
            NotFound: no such identity provider.
            UnexpectedResponse: the token was made and its secret is not in the answer.

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
            return self._send(operation, timeout, retry)
        except TransportError as error:
            if error.may_have_happened:
                error.add_note(
                    "The token may have been made, and a former one be dead: make one again, the answer with "
                    "the secret does not come twice."
                )
            raise

    def get(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimToken:
        """Return what Britive tells of the token; never the secret.

        Raises:
            NotFound: no such identity provider, or it has no token.

        Source: apidocs/get-scim-token-details (documented; the answer where no token exists is not).
        """
        return self._send(
            GET(_PATH, identity_provider, returns=decode_required(ScimToken)), timeout, retry
        )

    def find(
        self,
        identity_provider: str | IdentityProvider,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ScimToken | None:
        """Return what Britive tells of the token, or `None` where the identity provider has none.

        An unknown identity provider reads as one without a token: both are a 404.

        Source: apidocs/get-scim-token-details (documented; the answer where no token exists is not).
        """
        return self._send(
            GET(_PATH, identity_provider, returns=decode_optional(ScimToken)), timeout, retry
        )

    def update(
        self,
        identity_provider: str | IdentityProvider,
        *,
        days: int,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change the validity of the token; the token itself stays as it is.

        Args:
            identity_provider: whose token.
            days: validity, 1 to 90 days, counted anew from each use.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: a validity that Britive refuses.
            NotFound: no such identity provider, or it has no token.

        Source: apidocs/update-token-expiration-days-for-the-existing-scim-token-of-an-identity-provider (documented).
        """
        body = {"tokenExpirationDays": check_days(days)}
        self._send(
            PATCH(_PATH, identity_provider, body=body, returns=ignore_body), timeout, retry
        )

    def rotate(
        self,
        identity_provider: str | IdentityProvider,
        *,
        deliver: DeliverCallback,
        days: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ConnectionReport:
        """Make another token, hand it over at once, and try it.

        The old token is dead before `deliver` is called: be quick there, and do not fail. Provisioning
        stops until the identity provider has the new one.

        ```python
        report = britive.identity_providers.scim_token.rotate(okta, deliver=vault.put)
        ```

        Args:
            identity_provider: whose token.
            deliver: called with the new secret, to be kept where secrets belong; may be awaitable.
            days: validity, 1 to 90 days; that of the old token, or 90, if not given.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            What trying the new token found; `report.ok` says whether it works. In a dry run, that it was not tried.

        Raises:
            TokenNotDelivered: `deliver` failed; the error has the secret, `error.token`.
            InputError: a validity that Britive refuses, no function, or a SCIM URL no token may be sent to.
            NotFound: no such identity provider.

        Source: composed of `create` and what it needs to know before (all documented).
        """
        _check_rotation_arguments(deliver, days)
        former = None
        if days is None:
            former = self.find(identity_provider, timeout=timeout, retry=retry)
        return self._rotate(
            identity_provider, former, deliver, days, CallOptions(timeout=timeout, retry=retry)
        )

    def rotate_if_expiring(
        self,
        identity_provider: str | IdentityProvider,
        *,
        within: timedelta,
        deliver: DeliverCallback,
        days: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ConnectionReport | None:
        """Make another token if the present one ends within a time, or there is none; else do nothing.

        Args:
            identity_provider: whose token.
            within: how soon; each use of a token begins its validity anew.
            deliver: as for `rotate`.
            days: as for `rotate`.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            As for `rotate`, or `None` where the token stays.

        Raises:
            TokenNotDelivered: `deliver` failed; the error has the secret, `error.token`.
            InputError: a validity that Britive refuses, no function, or a SCIM URL no token may be sent to.
            NotFound: no such identity provider.

        Source: composed of `create` and what it needs to know before (all documented).
        """
        check_within(within)
        _check_rotation_arguments(deliver, days)
        former = self.find(identity_provider, timeout=timeout, retry=retry)
        if former is not None and not is_expiring(
            former, within, get_server_time(self._session.last_response)
        ):
            return None
        return self._rotate(
            identity_provider, former, deliver, days, CallOptions(timeout=timeout, retry=retry)
        )

    def _rotate(
        self,
        identity_provider: str | IdentityProvider,
        former: ScimToken | None,
        deliver: DeliverCallback,
        days: int | None,
        call: CallOptions,
    ) -> ConnectionReport:
        if days is None:
            days = (former.token_expiration_days if former else None) or 90
        provider = self._send(
            GET(
                "/api/identity-providers/{}",
                identity_provider,
                returns=decode_required(IdentityProvider),
            ),
            **call,
        )
        scim_url = check_scim_url(provider, self._session.base_url)
        token = (self.create(provider, days=days, **call)).token
        if token is None:  # a dry run alone: `create` has seen to it
            return ConnectionReport(
                url=scim_url, reachable=False, authorised=None, notes=(_DRY_RUN_NOTE,)
            )
        try:
            finish_callback(deliver(token))
        except Exception as error:
            raise TokenNotDelivered(
                f"A new SCIM token of {provider.name!r} was made and the old one is dead, but handing it over "
                f"failed ({type(error).__name__}). Take it from this error: error.token.get_secret_value().",
                token=token,
            ) from error
        options = get_client_options(self._session)
        with ScimClient(scim_url, token, **options) as client:
            return client.check(**call)


def _check_rotation_arguments(deliver: object, days: int | None) -> None:
    """Refuse what cannot work before the old token dies."""
    check_callable(deliver, label="deliver", argument="the new secret")
    if days is not None:
        check_days(days)
