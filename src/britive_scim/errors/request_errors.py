"""Errors of requests without a response, and the base of all errors of requests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from britive_scim.errors.base import BritiveScimError

if TYPE_CHECKING:
    from britive_scim.errors.response_errors import ApiError

__all__ = ["ConnectionFailed", "RequestError", "TimedOut", "TransportError"]


class RequestError(BritiveScimError):
    """Error of a request, which ends a call of one or several requests."""

    method: str | None
    path: str | None
    attempts: int
    done: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    refusals: Mapping[str, ApiError] = MappingProxyType({})
    resource: Any = None
    _earlier_request: str | None = None

    @property
    def may_have_happened(self) -> bool:
        """True if the server acted, or may have acted, on an earlier request of the call."""
        return (
            self._earlier_request is not None
            or bool(self.done)
            or any(step.is_change for step in self.steps)
        )

    @property
    def uncertain_request(self) -> str | None:
        """Method and path of the request that took effect, or may have; `None` unless `may_have_happened`."""
        if self._earlier_request is not None:
            return self._earlier_request
        if self.method is None or self.path is None or not self.may_have_happened:
            return None
        return f"{self.method} {self.path}"

    @uncertain_request.setter
    def uncertain_request(self, request: str | None) -> None:
        self._earlier_request = request

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON data: `type`, `message`, and the fields of the class.

        `uncertain_request`, `done`, `remaining`, `refusals` (an error each) and `resource` (its id, or its wire form
        without one) are contained if they are set.
        """
        fields = super().to_dict()
        if self.uncertain_request is not None:
            fields["uncertain_request"] = self.uncertain_request
        if self.done:
            fields["done"] = list(self.done)
        if self.remaining:
            fields["remaining"] = list(self.remaining)
        if self.refusals:
            fields["refusals"] = {id_: error.to_dict() for id_, error in self.refusals.items()}
        if self.resource is not None:
            fields["resource"] = self.resource.id or self.resource.to_wire()
        return fields


class TransportError(RequestError):
    """No response was received.

    Raised:
        After the last attempt, if none of them brought a response.

    Cause:
        The network failed, or the server is not reachable. The two classes below say which.

    Remedy:
        If `may_have_happened` is false, call again. If it is true, look at the server first: it may have acted on the
        request. Changes that may be sent twice are checked and repeated by the client.

    Attributes:
        sent: whether the request was sent; `None` if unknown.
        may_have_happened: whether the server may have acted on the request. Test this one, not `sent`,
            whose `None` is falsy.
        method: HTTP method of the request, if known.
        path: path of the request below the base URL, without query.
        attempts: number of attempts.
        done: for changes of several ids, those that were added or removed.
        remaining: the ids that were not, or not certainly.
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
        """True unless the request, and every earlier one of the call, certainly had no effect."""
        return self.sent is not False or super().may_have_happened


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
