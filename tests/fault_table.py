"""What can go wrong with a request, and what must come of it: the data of the tests and of a page of the docs."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import httpx

from britive_scim import errors
from scim_double import Cut, Step, answer, refused

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
IDEMPOTENT = ("GET", "PUT", "DELETE")

Wait = Literal["own", "busy", "asked", "at once", ""]
"""How long a repetition waits: a window of the policy, that for a busy server, what `Retry-After` says
(2 seconds in this table), nothing before the first and then windows; empty where nothing is repeated."""

WINDOWS: dict[Wait, list[tuple[float, float]]] = {
    "own": [(0, 0.5), (0, 1), (0, 2), (0, 4)],
    "busy": [(0.05, 1), (0.05, 2), (0.05, 4), (0.05, 8)],
    "asked": [(2, 2.2)] * 4,
    "at once": [(0, 0), (0, 1), (0, 2), (0, 4)],
    "": [],
}
"""Least and most seconds before the second to the fifth try of the usual policy."""


@dataclass(frozen=True)
class Fault:
    """One trouble that stays, and what comes of it.

    Attributes:
        make: makes what a request meets.
        again: the methods that are tried again.
        wait: how long before.
        error: class of the error in the end.
        happened: whether it says that a change may have happened; `None` where it does not say.
    """

    make: Callable[[], Step]
    again: tuple[str, ...]
    wait: Wait
    error: type[errors.BritiveScimError]
    happened: bool | None = None


def certificate_error() -> httpx.ConnectError:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.__cause__ = ssl.SSLCertVerificationError(1, "certificate verify failed")
    return error


def tls_to_http() -> httpx.ConnectError:
    error = httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER]")
    cause = ssl.SSLError(1, "wrong version number")
    cause.reason = "WRONG_VERSION_NUMBER"
    error.__cause__ = cause
    return error


def cut_answer(status: int = 200) -> httpx.Response:
    return httpx.Response(status, stream=Cut(b'{"id": "1', httpx.ReadError("reset")))


def slow_body() -> httpx.Response:
    return httpx.Response(200, stream=Cut(b'{"id": "1', httpx.ReadTimeout("slow")))


def throttled(status: int, wait: str, **headers: str) -> httpx.Response:
    return refused(status, headers={"Retry-After": wait, **headers})


def in_two_seconds() -> httpx.Response:
    return throttled(429, "Thu, 01 Jan 2026 00:00:02 GMT", Date="Thu, 01 Jan 2026 00:00:00 GMT")


def maintenance() -> httpx.Response:
    return answer(503, {"errorCode": "MAINT0001", "message": "m"}, {"Retry-After": "1"})


def closed() -> httpx.RemoteProtocolError:
    return httpx.RemoteProtocolError("Server disconnected without sending a response.")


def _unsent(make: Callable[[], Step], error: type[errors.TransportError], again: bool) -> Fault:
    return Fault(make, METHODS if again else (), "own" if again else "", error, False)


def _lost(
    make: Callable[[], Step], error: type[errors.TransportError], wait: Wait = "own"
) -> Fault:
    return Fault(make, IDEMPOTENT, wait, error, True)


def _final(make: Callable[[], Step], error: type[errors.ApiError]) -> Fault:
    return Fault(make, (), "", error)


_FAILED, _LATE, _SERVER = errors.ConnectionFailed, errors.TimedOut, errors.ServerError

UNSENT: dict[str, Fault] = {
    "refused": _unsent(lambda: httpx.ConnectError("refused"), _FAILED, True),
    "connecting timed out": _unsent(lambda: httpx.ConnectTimeout("slow"), _LATE, True),
    "no free connection": _unsent(lambda: httpx.PoolTimeout("full"), _LATE, True),
    "proxy refused": _unsent(lambda: httpx.ProxyError("407"), _FAILED, True),
    "bad certificate": _unsent(certificate_error, _FAILED, False),
    "no TLS there": _unsent(tls_to_http, _FAILED, False),
    "not HTTP from us": _unsent(lambda: httpx.LocalProtocolError("x"), _FAILED, False),
}

LOST_ANSWERS: dict[str, Fault] = {
    "reset before the answer": _lost(lambda: httpx.ReadError("reset"), _FAILED),
    "reset while sending": _lost(lambda: httpx.WriteError("reset"), _FAILED),
    "sending timed out": _lost(lambda: httpx.WriteTimeout("slow"), _LATE),
    "reading timed out": _lost(lambda: httpx.ReadTimeout("slow"), _LATE),
    "closed without an answer": _lost(closed, _FAILED, "at once"),
    "no HTTP from them": _lost(lambda: httpx.RemoteProtocolError("x"), _FAILED),
    "broken pipe of a home-made transport": _lost(lambda: BrokenPipeError(32, "broken"), _FAILED),
    "reset inside the body": _lost(cut_answer, _FAILED),
    "slow body": _lost(slow_body, _LATE),
}

REFUSALS: dict[str, Fault] = {
    "429": Fault(lambda: refused(429), METHODS, "busy", errors.RateLimited),
    "429 with seconds": Fault(lambda: throttled(429, "2"), METHODS, "asked", errors.RateLimited),
    "429 with a date": Fault(in_two_seconds, METHODS, "asked", errors.RateLimited),
    "429 too long": _final(lambda: throttled(429, "600"), errors.RateLimited),
    "429 unreadable": Fault(lambda: throttled(429, "soon"), METHODS, "busy", errors.RateLimited),
    "500": Fault(lambda: refused(500), ("GET",), "own", _SERVER, True),
    "501": Fault(lambda: refused(501), (), "", _SERVER, False),
    "502": Fault(lambda: refused(502), IDEMPOTENT, "own", _SERVER, True),
    "503": Fault(lambda: refused(503), IDEMPOTENT, "busy", _SERVER, True),
    "503 HTML": Fault(lambda: answer(503, b"<html>no</html>"), IDEMPOTENT, "busy", _SERVER, True),
    "503 with seconds": Fault(lambda: throttled(503, "2"), METHODS, "asked", _SERVER, True),
    "503 maintenance": Fault(maintenance, (), "", errors.Maintenance, False),
    "504": Fault(lambda: refused(504), IDEMPOTENT, "own", _SERVER, True),
    "504 cut": Fault(lambda: cut_answer(504), IDEMPOTENT, "own", _SERVER, True),
    "400": _final(lambda: refused(400), errors.BadRequest),
    "401": _final(lambda: refused(401), errors.Unauthorized),
    "403": _final(lambda: refused(403), errors.Forbidden),
    "404": _final(lambda: refused(404), errors.NotFound),
    "404 cut": _final(lambda: cut_answer(404), errors.NotFound),
    "408": _final(lambda: refused(408), errors.BadRequest),
    "409": _final(lambda: refused(409), errors.Conflict),
    "412": _final(lambda: refused(412), errors.PreconditionFailed),
    "413": _final(lambda: refused(413), errors.PayloadTooLarge),
}

FAULTS: dict[str, Fault] = {**UNSENT, **LOST_ANSWERS, **REFUSALS}
