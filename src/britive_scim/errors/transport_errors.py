"""Errors of requests without a response."""

from __future__ import annotations

from britive_scim.errors.request_errors import RequestError

__all__ = ["ConnectionFailed", "TimedOut", "TransportError"]


class TransportError(RequestError):
    """No response was received.

    Raised:
        After the last attempt, if none of them received a response.

    Cause:
        The network failed, or the server is not reachable. The two classes below say which.

    Remedy:
        If `may_have_happened` is false, call again. If it is true, look at the server first: it may have acted on the
        request. Changes that may be sent twice are checked and repeated by the client.

    Attributes:
        sent: true if the request was sent; `None` if unknown.
        may_have_happened: true if the server may have acted on a change; false for a read. Test this one, not
            `sent`, whose `None` is falsy.
        method: HTTP method of the request, if known.
        path: path of the request below the base URL, without query.
        attempts: number of attempts.
        done: for changes of several ids, those that were added or removed.
        remaining: the ids that were not changed, or possibly not.
        refusals: for changes of members, the error of each refused id.
        resource: group that `groups.create` created before adding members failed, or `None`.
        uncertain_request: method and path of the request of the call that the server processed, or may have
            processed; `None` if `may_have_happened` is false.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(cut="connect", times=None)
        >>> try:
        ...     okta.users.get("1")
        ... except errors.TransportError as error:
        ...     print(error.attempts, error.may_have_happened)
        5 False
    """

    _fields = ("sent", "may_have_happened", "method", "path", "attempts")

    sent: bool | None

    def __init__(
        self,
        message: str,
        *,
        sent: bool | None = None,
        method: str | None = None,
        path: str | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.method = method
        self.path = path
        self.attempts = attempts

    @property
    def may_have_happened(self) -> bool:
        """True for a change that may have been sent, and after an earlier request that had, or may have had, an effect."""
        return (self.sent is not False and self._is_change) or super().may_have_happened


class ConnectionFailed(TransportError, ConnectionError):
    """The connection failed, or broke before the response was complete.

    Raised:
        After the last attempt, if the connection failed.

    Cause:
        The host name is wrong or unknown, a firewall or proxy blocks the connection, the certificate is not trusted,
        or the server closed the connection too early.

    Remedy:
        Check the host that the message names, then proxy and certificates, whose source `check()` shows. Errors of
        certificates name the remedy, and are not retried.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(cut="connect", times=None)
        >>> try:
        ...     okta.users.get("1")
        ... except errors.ConnectionFailed as error:
        ...     print(error.sent)
        False
    """


class TimedOut(TransportError, TimeoutError):
    """The timeout for connecting, sending or reading expired.

    Raised:
        After the last attempt, if it took longer than `timeout`.

    Cause:
        The server is slow, or a firewall drops packets. The server may still act on the request.

    Remedy:
        Check whether a change was made if `may_have_happened` is true. Raise `timeout`, in seconds, for slow calls.

    Examples:
        >>> from britive_scim import RetryPolicy, errors, scim
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta", retry=RetryPolicy.none(), timeout=10)
        >>> ana = scim.User.of(
        ...     email="ana@acme.com", given_name="Ana", family_name="Diaz"
        ... )
        >>> _ = tenant.faults.add(delay=60, times=None)
        >>> try:
        ...     okta.users.create(ana)
        ... except errors.TimedOut as error:
        ...     print(error.uncertain_request)
        POST /Users
    """
