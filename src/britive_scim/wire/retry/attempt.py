"""What one try of one request met, as a value: an answer, or the reason why there is none."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

from britive_scim.errors import ConnectionFailed, TimedOut, TransportError
from britive_scim.wire.operation import Operation
from britive_scim.wire.response import Response
from britive_scim.wire.retry.policy import FailureKind

__all__ = ["SLOW_BODY_REASON", "AttemptResult", "build_transport_error", "classify_exception"]


@dataclass(slots=True)
class AttemptResult:
    """What one try met.

    Attributes:
        failure_kind: what it means for trying again.
        response: the answer, where one came whole.
        failure_reason: in words why there is none.
        sent: whether the request left this machine; `None` for unknown.
        is_timeout: whether time ran out.
        body_problem: why the answer's body was not taken in.
        attempt: number of the try.
    """

    failure_kind: FailureKind
    response: Response | None = None
    failure_reason: str = ""
    sent: bool | None = None
    is_timeout: bool = False
    body_problem: str | None = None
    attempt: int = 1

    @property
    def retry_after(self) -> float | None:
        """Seconds of a readable `Retry-After`, or `None`."""
        return self.response.retry_after if self.response else None

    @property
    def status(self) -> int | None:
        """HTTP status of the answer, or `None`."""
        return self.response.status if self.response else None


SLOW_BODY_REASON = "the answer did not come to its end in time"
"""In words: the body dripped."""

# By name, along the classes of the exception, so that clients with httpx's interface are understood.
_FAILURES_BY_CLASS_NAME: dict[str, tuple[FailureKind, bool | None, bool, str]] = {
    "ConnectTimeout": ("not sent", False, True, "connecting took too long"),
    "PoolTimeout": ("not sent", False, True, "no connection became free in time"),
    "ConnectError": ("not sent", False, False, "the server could not be reached"),
    "ProxyError": ("not sent", False, False, "the proxy refused the connection"),
    "UnsupportedProtocol": ("none", False, False, "the address has no protocol that is supported"),
    "InvalidURL": ("none", False, False, "the address is no URL"),
    "LocalProtocolError": ("none", False, False, "the request cannot be written as HTTP"),
    "ReadTimeout": ("broken", None, True, "no answer came in time"),
    "WriteTimeout": ("broken", None, True, "sending took too long"),
    "RemoteProtocolError": (
        "broken",
        None,
        False,
        "the server broke off, or answered something that is no HTTP",
    ),
    "TimeoutException": ("broken", None, True, "no answer came in time"),
    "TransportError": ("broken", None, False, "the connection broke"),
    "HTTPError": ("broken", None, False, "the connection broke"),
    "ConnectionRefusedError": ("not sent", False, False, "the server could not be reached"),
    "TimeoutError": ("broken", None, True, "no answer came in time"),
    "OSError": ("broken", None, False, "the connection broke"),
}


def classify_exception(error: Exception, *, has_response: bool) -> AttemptResult | None:
    """Return what an exception of a transport means, or `None` where it is none of a transport."""
    for cls in type(error).__mro__:
        if cls.__name__ in _FAILURES_BY_CLASS_NAME:
            trouble, sent, timed_out, told = _FAILURES_BY_CLASS_NAME[cls.__name__]
            break
    else:
        return None
    if has_response:  # the headers were there already
        return AttemptResult(
            "broken",
            failure_reason=SLOW_BODY_REASON if timed_out else "the answer was cut short",
            sent=True,
            is_timeout=timed_out,
        )
    if trouble == "broken" and _is_connection_closed(error):
        return AttemptResult(
            "closed", failure_reason="the server closed the connection without an answer"
        )
    if trouble == "not sent" and not timed_out:
        reason = _find_tls_problem(error)
        if reason:
            return AttemptResult("none", failure_reason=reason, sent=False)
        number = _find_os_error_message(error)
        told = f"{told} ({number})" if number else told
    return AttemptResult(trouble, failure_reason=told, sent=sent, is_timeout=timed_out)


def _is_connection_closed(error: Exception) -> bool:
    """Return whether the server had closed the connection: politely, or by resetting what was sent on it."""
    return "without sending a response" in str(error) or any(
        isinstance(cause, ConnectionResetError | BrokenPipeError)
        for cause in _collect_causes(error)
    )


def _collect_causes(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in chain:
        chain.append(found)
        found = found.__cause__ or found.__context__
    return chain


def _find_tls_problem(error: Exception) -> str | None:
    """Return what is wrong with the server's certificate or TLS, where trying again cannot help."""
    for cause in _collect_causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why: str = getattr(cause, "verify_message", "") or "verification failed"
            return f"the server's certificate is not trusted ({why})"
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            return "the server does not speak TLS at this address (http in place of https?)"
    return None


def _find_os_error_message(error: Exception) -> str | None:
    """Return what the operating system says about a connection that could not be made."""
    for cause in _collect_causes(error):
        if isinstance(cause, OSError) and isinstance(cause.strerror, str):
            return cause.strerror
    return None


def build_transport_error(operation: Operation[Any], result: AttemptResult) -> TransportError:
    """Return the error for an operation that got no answer."""
    kind = TimedOut if result.is_timeout else ConnectionFailed
    advice = {
        False: "Nothing was sent.",
        True: "The server acted on it; look before repeating a change.",
        None: "Whether the server acted on it is unknown; look before repeating a change.",
    }[result.sent]
    if operation.safe:
        advice = ""
    return kind(
        f"{operation.method} {operation.path}: {result.failure_reason}. {advice}".strip(),
        sent=result.sent,
        method=operation.method,
        path=operation.path,
        attempts=result.attempt,
    )
