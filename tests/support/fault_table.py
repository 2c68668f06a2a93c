"""Table of faults and expected results, for the tests and for `docs/reference/retries.md`."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import httpx

from britive_scim import errors
from support.fake_scim_server import USER, BrokenBody, Step, make_error, make_response

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
IDEMPOTENT = ("GET", "PUT", "DELETE")

Wait = Literal["own", "busy", "Retry-After", "minimum", "RateLimit-Reset", "immediate", ""]
"""Source of the wait before a retry: a window of the policy, its window for a busy server, `Retry-After` (2
seconds in this table), the policy's first window if that is longer, the end of a rate limit's window (2 seconds),
nothing before the first retry; empty if there is no retry."""

WINDOWS: dict[Wait, list[tuple[float, float]]] = {
    "own": [(0, 0.5), (0, 1), (0, 2), (0, 4)],
    "busy": [(0.05, 1), (0.05, 2), (0.05, 4), (0.05, 8)],
    "Retry-After": [(2, 2.2)] * 4,
    "minimum": [(0.5, 0.55)] * 4,
    "RateLimit-Reset": [(2, 2)] * 4,
    "immediate": [(0, 0), (0, 1), (0, 2), (0, 4)],
    "": [],
}
"""Minimum and maximum seconds before the second to the fifth attempt of the default policy."""

Api = Literal["scim", "admin"]


@dataclass(frozen=True)
class Fault:
    """One persistent fault and its expected result.

    Attributes:
        make: creates the response or exception of an attempt.
        retried: methods that are retried.
        wait: what decides the wait before a retry.
        error: class of the final error; `None` for success.
        happened: expected `may_have_happened` of the error of a write.
        done: methods of each API that succeed nevertheless: their response body is ignored, or it is an object of the
            admin API, whose fields may all be missing.
    """

    make: Callable[[], Step]
    retried: tuple[str, ...]
    wait: Wait
    error: type[errors.BritiveScimError] | None
    happened: bool = False
    done: tuple[tuple[Api, tuple[str, ...]], ...] = ()

    def succeeds(self, api: Api, method: str) -> bool:
        """Return whether a call with this method succeeds."""
        return self.error is None or method in dict(self.done).get(api, ())


def certificate_error() -> httpx.ConnectError:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.__cause__ = ssl.SSLCertVerificationError(1, "certificate verify failed")
    return error


def tls_error() -> httpx.ConnectError:
    error = httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER]")
    cause = ssl.SSLError(1, "wrong version number")
    cause.reason = "WRONG_VERSION_NUMBER"
    error.__cause__ = cause
    return error


def broken_response(status: int = 200) -> httpx.Response:
    return httpx.Response(status, stream=BrokenBody(b'{"id": "1', httpx.ReadError("reset")))


def slow_response() -> httpx.Response:
    return httpx.Response(200, stream=BrokenBody(b'{"id": "1', httpx.ReadTimeout("slow")))


def busy_response(status: int, wait: str, **headers: str) -> httpx.Response:
    return make_error(status, headers={"Retry-After": wait, **headers})


def busy_until_response(date: str, status: int = 429) -> httpx.Response:
    """Return a response, dated at the start of 2026, that requests a wait until `date`."""
    return busy_response(status, date, Date="Thu, 01 Jan 2026 00:00:00 GMT")


def maintenance_response() -> httpx.Response:
    return make_response(503, {"errorCode": "MAINT0001", "message": "m"}, {"Retry-After": "1"})


def closed_connection() -> httpx.RemoteProtocolError:
    return httpx.RemoteProtocolError("Server disconnected without sending a response.")


def html_labelled_response() -> httpx.Response:
    """Return a valid response to any of the calls, with a wrong media type."""
    body = {"schemas": [USER], "id": "1", "userName": "u1@example.com", "name": "Doors"}
    return make_response(200, body, {"Content-Type": "text/html"})


def _unsent(make: Callable[[], Step], error: type[errors.TransportError], retried: bool) -> Fault:
    return Fault(make, METHODS if retried else (), "own" if retried else "", error)


def _lost(
    make: Callable[[], Step], error: type[errors.TransportError], wait: Wait = "own"
) -> Fault:
    return Fault(make, IDEMPOTENT, wait, error, True)


def _busy(make: Callable[[], Step], wait: Wait) -> Fault:
    return Fault(make, METHODS, wait, errors.RateLimited)


def _final(make: Callable[[], Step], error: type[errors.ApiError]) -> Fault:
    return Fault(make, (), "", error)


def _unread(
    body: object, *, done: tuple[tuple[Api, tuple[str, ...]], ...] = (), label: str = ""
) -> Fault:
    headers = {"Content-Type": label} if label else None
    return Fault(
        lambda: make_response(200, body, headers), (), "", errors.UnexpectedResponse, True, done
    )


_FAILED, _LATE, _SERVER = errors.ConnectionFailed, errors.TimedOut, errors.ServerError

UNSENT: dict[str, Fault] = {
    "refused": _unsent(lambda: httpx.ConnectError("refused"), _FAILED, True),
    "connecting timed out": _unsent(lambda: httpx.ConnectTimeout("slow"), _LATE, True),
    "no free connection": _unsent(lambda: httpx.PoolTimeout("full"), _LATE, True),
    "proxy refused": _unsent(lambda: httpx.ProxyError("407"), _FAILED, True),
    "bad certificate": _unsent(certificate_error, _FAILED, False),
    "server without TLS": _unsent(tls_error, _FAILED, False),
    "invalid request": _unsent(lambda: httpx.LocalProtocolError("x"), _FAILED, False),
}

LOST_RESPONSES: dict[str, Fault] = {
    "reset before the response": _lost(lambda: httpx.ReadError("reset"), _FAILED),
    "reset while sending": _lost(lambda: httpx.WriteError("reset"), _FAILED),
    "sending timed out": _lost(lambda: httpx.WriteTimeout("slow"), _LATE),
    "reading timed out": _lost(lambda: httpx.ReadTimeout("slow"), _LATE),
    "closed without a response": _lost(closed_connection, _FAILED, "immediate"),
    "invalid HTTP from the server": _lost(lambda: httpx.RemoteProtocolError("x"), _FAILED),
    "broken pipe of a custom transport": _lost(lambda: BrokenPipeError(32, "broken"), _FAILED),
    "reset while reading the body": _lost(broken_response, _FAILED),
    "slow body": _lost(slow_response, _LATE),
}

BUSY: dict[str, Fault] = {
    "429": _busy(lambda: make_error(429), "busy"),
    "429, `2`": _busy(lambda: busy_response(429, "2"), "Retry-After"),
    "429, `2.000`": _busy(lambda: busy_response(429, "2.000"), "Retry-After"),
    "429, a date 2 seconds on": _busy(
        lambda: busy_until_response("Thu, 01 Jan 2026 00:00:02 GMT"), "Retry-After"
    ),
    "429, the same date by RFC 850": _busy(
        lambda: busy_until_response("Thursday, 01-Jan-26 00:00:02 GMT"), "Retry-After"
    ),
    "429, the same date by asctime": _busy(
        lambda: busy_until_response("Thu Jan  1 00:00:02 2026"), "Retry-After"
    ),
    "429, `0`": _busy(lambda: busy_response(429, "0"), "minimum"),
    "429, `0.493`": _busy(lambda: busy_response(429, "0.493"), "minimum"),
    "429, a past date": _busy(
        lambda: busy_until_response("Fri, 31 Dec 1999 23:59:59 GMT"), "minimum"
    ),
    "429, `RateLimit-Reset: 2` alone": _busy(
        lambda: make_error(429, headers={"RateLimit-Reset": "2"}), "RateLimit-Reset"
    ),
    "429, `RateLimit: …;t=2` alone": _busy(
        lambda: make_error(429, headers={"RateLimit": '"default";r=0;t=2'}), "RateLimit-Reset"
    ),
    "429, `X-RateLimit-Reset` 2 seconds on": _busy(
        lambda: make_error(
            429,
            headers={"X-RateLimit-Reset": "1767225602", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"},
        ),
        "RateLimit-Reset",
    ),
    "429, `Retry-After-Ms: 2000` alone": _busy(
        lambda: make_error(429, headers={"Retry-After-Ms": "2000"}), "Retry-After"
    ),
    "429, `600`": _final(lambda: busy_response(429, "600"), errors.RateLimited),
    "429, `X-RateLimit-Reset: 600` alone": _final(
        lambda: make_error(429, headers={"X-RateLimit-Reset": "600"}), errors.RateLimited
    ),
    "429, a distant date": _final(
        lambda: busy_until_response("Fri, 31 Dec 9999 23:59:59 GMT"), errors.RateLimited
    ),
    "429, `-1`": _busy(lambda: busy_response(429, "-1"), "busy"),
    "429, `nan`": _busy(lambda: busy_response(429, "nan"), "busy"),
    "429, `1e400`": _busy(lambda: busy_response(429, "1e400"), "busy"),
    "429, `2, 2` (twice)": _busy(lambda: busy_response(429, "2, 2"), "busy"),
    "429, `soon`": _busy(lambda: busy_response(429, "soon"), "busy"),
    "429, empty": _busy(lambda: busy_response(429, ""), "busy"),
    "503, `2`": Fault(lambda: busy_response(503, "2"), METHODS, "Retry-After", _SERVER, True),
    "503, a date 2 seconds on": Fault(
        lambda: busy_until_response("Thu, 01 Jan 2026 00:00:02 GMT", 503),
        METHODS,
        "Retry-After",
        _SERVER,
        True,
    ),
}
"""Responses that request a wait, by status and `Retry-After`."""

REFUSALS: dict[str, Fault] = {
    "500": Fault(lambda: make_error(500), ("GET",), "own", _SERVER, True),
    "501": Fault(lambda: make_error(501), (), "", _SERVER),
    "505": Fault(lambda: make_error(505), (), "", _SERVER),
    "507": Fault(lambda: make_error(507), ("GET",), "own", _SERVER, True),
    "511": Fault(lambda: make_error(511), (), "", _SERVER),
    "520": Fault(lambda: make_response(520, b"<html>"), ("GET",), "own", _SERVER, True),
    "524": Fault(lambda: make_response(524, b""), ("GET",), "own", _SERVER, True),
    "530": Fault(lambda: make_response(530, b"error code: 1016"), ("GET",), "own", _SERVER, True),
    "502": Fault(lambda: make_error(502), IDEMPOTENT, "own", _SERVER, True),
    "503": Fault(lambda: make_error(503), IDEMPOTENT, "busy", _SERVER, True),
    "503 HTML": Fault(
        lambda: make_response(503, b"<html>no</html>"), IDEMPOTENT, "busy", _SERVER, True
    ),
    "503 maintenance": Fault(maintenance_response, (), "", errors.Maintenance),
    "504": Fault(lambda: make_error(504), IDEMPOTENT, "own", _SERVER, True),
    "504 cut": Fault(lambda: broken_response(504), IDEMPOTENT, "own", _SERVER, True),
    "400": _final(lambda: make_error(400), errors.BadRequest),
    "401": _final(lambda: make_error(401), errors.Unauthorized),
    "403": _final(lambda: make_error(403), errors.Forbidden),
    "404": _final(lambda: make_error(404), errors.NotFound),
    "404 cut": _final(lambda: broken_response(404), errors.NotFound),
    "408": _final(lambda: make_error(408), errors.BadRequest),
    "409": _final(lambda: make_error(409), errors.Conflict),
    "412": _final(lambda: make_error(412), errors.PreconditionFailed),
    "413": _final(lambda: make_error(413), errors.PayloadTooLarge),
}

UNREADABLE: dict[str, Fault] = {
    "200, truncated JSON": _unread(b'{"schemas": [], "id": "1", "userName": "u1@ex'),
    "200, truncated JSON, labelled as JSON": _unread(
        b'{"id": "1", "name": {', label="application/scim+json"
    ),
    "200, an HTML page": _unread(b"<html>Sign in</html>", label="text/html"),
    "200, plain text": _unread(b"OK", label="text/plain"),
    "200, a list": _unread([{"id": "1"}], done=(("admin", ("PATCH", "DELETE")),)),
    "200, a JSON string": _unread("done", done=(("admin", ("PATCH", "DELETE")),)),
    "200, a number": _unread(7, done=(("admin", ("PATCH", "DELETE")),)),
    "200, another object": _unread({"ok": True}, done=(("scim", ("DELETE",)), ("admin", METHODS))),
    "200, an error": _unread({"status": 500, "message": "it failed"}),
    "200, JSON labelled as HTML": Fault(html_labelled_response, (), "", None),
}
"""Responses with status 200 and an unexpected body."""

FAULTS: dict[str, Fault] = {**UNSENT, **LOST_RESPONSES, **BUSY, **REFUSALS, **UNREADABLE}


FIRST_FAULTS: dict[str, bool] = {
    "refused": False,
    "429": False,
    "reset before the response": True,
    "slow body": True,
    "502": True,
    "503, `2`": True,
}
"""First fault of a call that meets two: whether the server may have acted on that attempt."""

LATER_FAULTS: tuple[str, ...] = (
    "refused",
    "bad certificate",
    "reset while reading the body",
    "429, `600`",
    "400",
    "401",
    "403",
    "404",
    "409",
    "412",
    "501",
    "503 maintenance",
    "520",
    "200, an HTML page",
)
"""Faults of every later request of a call that meets two."""


def ends_in_success(first: str, later: str, method: str) -> bool:
    """Return whether a retried call that meets two faults succeeds: a deletion whose resource is gone."""
    return method == "DELETE" and later == "404" and FIRST_FAULTS[first]
