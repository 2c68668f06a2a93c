"""Result of one attempt: a response or a transport failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from britive_scim.errors import ConnectionFailed, TimedOut, TransportError
from britive_scim.wire.operation import Operation
from britive_scim.wire.response import Response
from britive_scim.wire.retry.connection_faults import collect_causes, find_connection_fault
from britive_scim.wire.retry.policy import FailureKind
from britive_scim.wire.retry.uncertainty import NOTHING_SENT_ADVICE
from britive_scim.wire.route import Route

__all__ = [
    "LATE_START_REASON",
    "SLOW_BODY_REASON",
    "AttemptResult",
    "build_transport_error",
    "classify_exception",
]


@dataclass(slots=True)
class AttemptResult:
    """Result of one attempt.

    Attributes:
        failure_kind: classification for the retry decision.
        response: the complete response, or `None`.
        failure_reason: description of a transport failure.
        sent: whether the request was sent; `None` if unknown.
        is_timeout: whether a timeout expired.
        body_problem: why the response body was not read.
        attempt: number of the attempt, from 1.
        failure_details: host of a transport failure, and the remedy; for the error message only.
    """

    failure_kind: FailureKind
    response: Response | None = None
    failure_reason: str = ""
    sent: bool | None = None
    is_timeout: bool = False
    body_problem: str | None = None
    attempt: int = 1
    failure_details: str = ""

    @property
    def retry_after(self) -> float | None:
        """Seconds of a valid `Retry-After` header, or `None`."""
        return self.response.retry_after if self.response else None

    @property
    def status(self) -> int | None:
        """HTTP status of the response, or `None`."""
        return self.response.status if self.response else None


SLOW_BODY_REASON = "the response was not complete in time"
LATE_START_REASON = "the total time of the retry policy ended before the request could start"

# By class name along the MRO, so that other clients with httpx's interface are supported.
_FAILURES_BY_CLASS_NAME: dict[str, tuple[FailureKind, bool | None, bool, str]] = {
    "ConnectTimeout": ("not sent", False, True, "connecting took too long"),
    "PoolTimeout": ("not sent", False, True, "no connection became free in time"),
    "ConnectError": ("not sent", False, False, "the server could not be reached"),
    "ProxyError": ("not sent", False, False, "the proxy refused the connection"),
    "UnsupportedProtocol": ("none", False, False, "the protocol of the URL is not supported"),
    "InvalidURL": ("none", False, False, "the URL is invalid"),
    "LocalProtocolError": ("none", False, False, "the request is not valid HTTP"),
    "ReadTimeout": ("broken", None, True, "no response came in time"),
    "WriteTimeout": ("broken", None, True, "sending took too long"),
    "RemoteProtocolError": (
        "broken",
        None,
        False,
        "the server broke the connection, or sent invalid HTTP",
    ),
    "TimeoutException": ("broken", None, True, "no response came in time"),
    "TransportError": ("broken", None, False, "the connection broke"),
    "HTTPError": ("broken", None, False, "the connection broke"),
    "ConnectionRefusedError": ("not sent", False, False, "the server could not be reached"),
    "TimeoutError": ("broken", None, True, "no response came in time"),
    "OSError": ("broken", None, False, "the connection broke"),
}


def classify_exception(
    error: Exception, *, has_response: bool, route: Route | None = None
) -> AttemptResult | None:
    """Return the result for an exception of a transport, or `None` for any other exception.

    Args:
        error: exception of an HTTP library.
        has_response: whether the headers of a response were received.
        route: route to the host, if known.
    """
    for cls in type(error).__mro__:
        if cls.__name__ in _FAILURES_BY_CLASS_NAME:
            failure_kind, sent, is_timeout, reason = _FAILURES_BY_CLASS_NAME[cls.__name__]
            break
    else:
        return None
    details = f"; {route}" if route else ""
    if has_response:  # the headers were received
        return AttemptResult(
            "broken",
            failure_reason=SLOW_BODY_REASON if is_timeout else "the response is incomplete",
            sent=True,
            is_timeout=is_timeout,
            failure_details=details,
        )
    if failure_kind == "broken" and _is_connection_closed(error):
        return AttemptResult(
            "closed",
            failure_reason="the server closed the connection without a response",
            failure_details=details,
        )
    fault = find_connection_fault(error, reason, route)
    if fault.is_final or failure_kind == "not sent":
        return AttemptResult(
            "none" if fault.is_final else failure_kind,
            failure_reason=fault.reason,
            sent=False,
            is_timeout=is_timeout,
            failure_details=fault.details,
        )
    return AttemptResult(
        failure_kind,
        failure_reason=reason,
        sent=sent,
        is_timeout=is_timeout,
        failure_details=details,
    )


def _is_connection_closed(error: Exception) -> bool:
    """Return whether the server had closed or reset the connection."""
    return "without sending a response" in str(error) or any(
        isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in collect_causes(error)
    )


def build_transport_error(operation: Operation[Any], result: AttemptResult) -> TransportError:
    """Return the error for an operation without a response."""
    error_class = TimedOut if result.is_timeout else ConnectionFailed
    advice = {
        False: NOTHING_SENT_ADVICE,
        True: "; the server received the request: check before repeating a change",
        None: "; it is unknown whether the server acted on it: check before repeating a change",
    }[result.sent]
    if operation.safe:
        advice = ""
    return error_class(
        f"{operation.method} {operation.path}: {result.failure_reason}{result.failure_details}{advice}",
        sent=result.sent,
        method=operation.method,
        path=operation.path,
        attempts=result.attempt,
    )
