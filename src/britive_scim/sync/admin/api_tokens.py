# Generated from aio/admin/api_tokens.py by tools/unasync.py; edit that file instead.
"""API tokens."""

from __future__ import annotations

from functools import partial

from britive_scim.admin import ApiToken
from britive_scim.admin.model_list import ModelList
from britive_scim.admin.params import body_without_none
from britive_scim.admin.validation import check_days, check_name
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.change_recovery import Reading
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import decode_list, decode_new_token, decode_required
from britive_scim.wire.decoding.scim import ignore_body, ignore_text
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, PUT, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["ApiTokens"]


class ApiTokens(APIResource):
    """API tokens: `/api/token`. A token has all rights of its creator."""

    def list(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> ModelList[ApiToken]:
        """Return all API tokens of the tenant, without their secrets.

        Source: apidocs/get-all-api-tokens-in-the-system (documented).
        """
        return self._send(GET("/api/token", returns=decode_list(ApiToken)), timeout, retry)

    def get(
        self,
        token: str | ApiToken,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ApiToken:
        """Return the API token with this id; never the secret.

        Raises:
            NotFound: no such token.

        Source: apidocs/get-details-of-an-api-token (documented).
        """
        return self._send(
            GET("/api/token/{}", token, returns=decode_required(ApiToken)), timeout, retry
        )

    def create(
        self,
        *,
        name: str | None = None,
        days: int = 90,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ApiToken:
        """Create an API token with the rights of the caller.

        Only this response contains the secret: `created.token.get_secret_value()`.

        Args:
            name: a label.
            days: validity, 1 to 90 days, from each use.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: `days` is out of range.

        Source: apidocs/create-an-api-token-with-full-administrator-privileges (documented).
        """
        body = body_without_none(name=name, token_expiration_days=check_days(days))
        return self._send(
            POST("/api/token", body=body, returns=decode_new_token(ApiToken)), timeout, retry
        )

    def update(
        self,
        token: str | ApiToken,
        *,
        name: str | None = None,
        days: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change the label or the validity of a token; the secret does not change.

        Args:
            token: the token or its id.
            name: the new label. The API needs the validity with it, which is read first if not given.
            days: validity, 1 to 90 days, from each use.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: nothing to change, or `days` is out of range.
            NotFound: no such token.

        Source: apidocs/update-an-api-token-for-a-specific-token-id (PUT, with a name) and
        apidocs/update-api-token-expiration-days-for-a-specified-token (PATCH, days alone), both documented.
        """
        if days is not None:
            check_days(days)
        if name is not None:
            check_name(name)
            if days is None:
                days = (self.get(token, timeout=timeout, retry=retry)).token_expiration_days
            body = body_without_none(name=name, token_expiration_days=days)
            operation = PUT("/api/token/{}", token, body=body, returns=ignore_body)
        elif days is not None:
            body = {"tokenExpirationDays": days}
            operation = PATCH("/api/token/{}", token, body=body, returns=ignore_body)
        else:
            raise InputError("nothing to change; pass at least one of name, days")
        self._send_idempotent(
            operation,
            partial(self._read_update, token, name, days),
            CallOptions(timeout=timeout, retry=retry),
        )

    def _read_update(
        self, token: str | ApiToken, name: str | None, days: int | None, call: CallOptions
    ) -> Reading[None]:
        """Read whether a token has a label and a validity; `None` is not compared."""
        found = self.get(token, **call)
        return Reading(
            name in (None, found.name) and days in (None, found.token_expiration_days), None
        )

    def revoke(
        self,
        token: str | ApiToken,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Revoke a token.

        Raises:
            NotFound: no such token.

        Source: apidocs/revoke-a-token-for-a-specific-token-id (documented).
        """
        self._send(DELETE("/api/token/{}", token, returns=ignore_text), timeout, retry)
