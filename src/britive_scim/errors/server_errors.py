"""Errors of responses with a status of 5xx."""

from __future__ import annotations

from britive_scim.errors.request_errors import ApiError

__all__ = ["REFUSING_SERVER_STATUSES", "Maintenance", "ServerError"]

REFUSING_SERVER_STATUSES = frozenset({501, 505, 511})
"""5xx statuses that mean that the request was not processed (RFC 9110 §15.6, RFC 6585 §6)."""


class ServerError(ApiError):
    """5xx: the server failed.

    Raised:
        After the last attempt. Reads are retried; a change is retried only if it may be sent twice.

    Cause:
        The server, or a gateway in front of it, failed. It may have made the change before.

    Remedy:
        If `may_have_happened` is true, check whether the change was made. Then call again, later. Report a lasting
        failure with `request_id` to the vendor.

    Examples:
        >>> from britive_scim import errors, scim
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(status=500, method="POST")
        >>> try:
        ...     okta.groups.create(scim.Group.of("Guides"))
        ... except errors.ServerError as error:
        ...     print(error.may_have_happened, error.uncertain_request)
        True POST /Groups
    """

    @property
    def may_have_happened(self) -> bool:
        """True for a change that failed at the server, or at a gateway in front of it.

        501, 505 and 511 are refusals.
        """
        is_refusal = self.status in REFUSING_SERVER_STATUSES
        return (self._is_change and not is_refusal) or super().may_have_happened


class Maintenance(ServerError):
    """503 with MAINT0001: the tenant is under maintenance; an immediate retry is useless.

    Raised:
        By every method while Britive maintains the tenant. It is not retried.

    Cause:
        Britive responds with 503 and the code MAINT0001, and processes no request.

    Remedy:
        Run the program again later. Nothing has changed.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(status=503, body={"errorCode": "MAINT0001"})
        >>> try:
        ...     okta.users.get("1")
        ... except errors.Maintenance as error:
        ...     print(error.error_code, error.attempts)
        MAINT0001 1
    """

    @property
    def may_have_happened(self) -> bool:
        """False unless an earlier request was uncertain: the server refuses requests during maintenance."""
        return super(ServerError, self).may_have_happened
