"""Scripted faults: what goes wrong, where, how often."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Literal

from britive_scim.testing.http.clock import format_http_time
from britive_scim.testing.http.messages import TenantRequest, TenantResponse

__all__ = ["METHODS", "ConnectionCut", "CutPoint", "Fault", "Faults", "RateLimit"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
"""Methods that a fault can wait for."""

CutPoint = Literal["connect", "before", "after"]
"""When a connection breaks: it is never made, or it breaks before or after the tenant has acted."""


class ConnectionCut(ConnectionError):
    """A scripted fault cut the connection: no answer comes.

    Attributes:
        cut: when it broke; `timeout` where the answer was slower than the client's patience.
    """

    def __init__(self, cut: CutPoint | Literal["timeout"]) -> None:
        super().__init__(f"a scripted fault cut the connection ({cut})")
        self.cut = cut


@dataclass(slots=True, eq=False)
class Fault:
    """One scripted fault and how often it has struck.

    Attributes:
        status: HTTP status to answer instead of acting; `None` lets the tenant act and answer.
        headers: set on the answer.
        body: put in place of the body of the answer; `None` keeps it.
        method: the HTTP method it applies to; `None` for all.
        path: glob over the URL path (`*/Users/*`); `None` for all. The case of letters counts.
        times: how often it strikes before it is used up; `None` for always.
        cut: whether and when the connection breaks.
        delay: seconds the answer takes.
        probability: chance to strike where it applies, 0 to 1.
        hits: how often it has struck.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    method: str | None = None
    path: str | None = None
    times: int | None = 1
    cut: CutPoint | None = None
    delay: float = 0
    probability: float = 1
    hits: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether it has struck as often as it should."""
        return self.times is not None and self.hits >= self.times

    def matches(self, request: TenantRequest) -> bool:
        """Whether method and path are those it waits for."""
        return _matches_request(self.method, self.path, request)

    def build_response(self) -> TenantResponse | None:
        """Return the answer that stands in for the tenant's, or `None` where the tenant shall act."""
        if self.status is None:
            return None
        return self.apply_to(TenantResponse(self.status, {"Content-Type": "application/json"}, b""))

    def apply_to(self, response: TenantResponse) -> TenantResponse:
        """Return the tenant's answer with the headers and body of the fault laid over it."""
        body = response.body if self.body is None else self.body
        theirs = {name.lower() for name in self.headers}
        if self.body is not None:
            theirs.add("content-length")
        headers = {
            name: value for name, value in response.headers.items() if name.lower() not in theirs
        }
        return TenantResponse(response.status, {**headers, **self.headers}, body)


RetryAfterFormat = Literal["seconds", "fraction", "date"]
"""How a rate limit says when to come back: whole seconds, a decimal fraction, an HTTP date."""


@dataclass(slots=True, eq=False)
class RateLimit:
    """So many requests in so much time; those beyond are answered 429.

    Attributes:
        requests: how many are let through in one window.
        seconds: length of a window, by the tenant's clock.
        method: the HTTP method that counts; `None` for all.
        path: glob over the URL path; `None` for all.
        retry_after: form of the `Retry-After` header; `None` for none.
        hits: how many requests were refused.
    """

    requests: int
    seconds: float
    method: str | None = None
    path: str | None = None
    retry_after: RetryAfterFormat | None = "seconds"
    hits: int = 0
    _window_start: datetime | None = None
    _window_count: int = 0

    def check_request(self, request: TenantRequest, now: datetime) -> Fault | None:
        """Count a request; return what it is answered with if it is one too many."""
        if not _matches_request(self.method, self.path, request):
            return None
        end = (
            None
            if self._window_start is None
            else self._window_start + timedelta(seconds=self.seconds)
        )
        if end is None or now >= end:
            self._window_start, self._window_count = now, 0
            end = now + timedelta(seconds=self.seconds)
        self._window_count += 1
        if self._window_count <= self.requests:
            return None
        self.hits += 1
        left = (end - now).total_seconds()
        headers: dict[str, str] = {}
        if self.retry_after == "seconds":
            headers["Retry-After"] = str(math.ceil(left))
        elif self.retry_after == "fraction":
            headers["Retry-After"] = f"{left:.3f}"
        elif self.retry_after == "date":
            headers["Retry-After"] = format_http_time(end + timedelta(seconds=1))
        return Fault(status=429, headers=headers)


class Faults:
    """The faults scripted for a tenant, struck in the order they were added, one a request.

    Args:
        seed: of the dice for faults with a probability; the same seed and the same requests give the
            same faults.

    Attributes:
        latency: seconds every answer takes, whatever else strikes; see `delay` of `add`.

    Example:
        >>> faults = Faults()
        >>> fault = faults.add(503, headers={"Retry-After": "2"}, method="POST", path="*/Users")
        >>> faults
        <Faults 1 waiting>
    """

    __slots__ = ("_faults", "_random", "_rate_limits", "latency")

    def __init__(self, seed: int | None = None) -> None:
        self.latency: float = 0
        self._faults: list[Fault] = []
        self._rate_limits: list[RateLimit] = []
        self._random = random.Random(seed)

    def add(
        self,
        status: int | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | Mapping[str, Any] | None = None,
        method: str | None = None,
        path: str | None = None,
        times: int | None = 1,
        cut: CutPoint | None = None,
        delay: float = 0,
        probability: float = 1,
    ) -> Fault:
        """Script a fault for the next requests it applies to.

        With a status, the tenant answers it and does nothing. Without, the tenant acts and answers as
        ever, and `headers`, `body`, `delay` and `cut` change only how that arrives: a create whose
        answer is lost is `add(method="POST", cut="after")`.

        Args:
            status: HTTP status to answer instead of acting.
            headers: of the answer, such as `{"Retry-After": "2"}`.
            body: of the answer: text, bytes, or a mapping written as JSON. May be as malformed as wanted.
            method: HTTP method to strike; all when left out.
            path: glob over the whole URL path, such as `*/Groups/*`; all when left out.
            times: how many requests to strike; `None` for every one from now on.
            cut: `connect` refuses the connection, `before` breaks it before the tenant has acted,
                `after` once it has.
            delay: seconds the answer takes. The tenant's clock moves on by that much and nobody
                really waits; a client whose read time-out is shorter sees that time-out. The served
                tenant really waits.
            probability: chance to strike, 0 to 1.

        Returns:
            The fault; its `hits` tells how often it has struck.

        Raises:
            ValueError: a figure out of range, a cut that is not known, a method or path that no request
                has, or nothing scripted at all.
        """
        if status is not None and not 100 <= status <= 599:
            raise ValueError(f"status {status} is no HTTP status: give one from 100 to 599")
        if cut not in (None, "connect", "before", "after"):
            raise ValueError(f"cut {cut!r} is not known: give 'connect', 'before' or 'after'")
        if delay < 0 or not 0 <= probability <= 1 or (times is not None and times < 1):
            raise ValueError(
                "a delay is 0 seconds or more, a probability 0 to 1, times 1 or more (None for ever)"
            )
        if status is None and cut is None and body is None and not headers and not delay:
            raise ValueError(
                "nothing is scripted: give a status, a cut, a delay, headers or a body"
            )
        _check_method_and_path(method, path)
        fault = Fault(
            status=status,
            headers=dict(headers or {}),
            body=_encode_body(body),
            method=method,
            path=path,
            times=times,
            cut=cut,
            delay=delay,
            probability=probability,
        )
        self._faults.append(fault)
        return fault

    def limit_rate(
        self,
        requests: int,
        seconds: float,
        *,
        method: str | None = None,
        path: str | None = None,
        retry_after: RetryAfterFormat | None = "seconds",
    ) -> RateLimit:
        """Let so many requests through in so much time, and answer 429 to those beyond.

        Args:
            requests: how many in one window, 1 or more.
            seconds: length of a window, by the tenant's clock.
            method: HTTP method that counts; all when left out.
            path: glob over the URL path; all when left out.
            retry_after: how the answer says when to come back: `seconds`, `fraction`, `date`, or `None`.

        Returns:
            The limit; its `hits` tells how many requests were refused.

        Raises:
            ValueError: a figure out of range, or a method or path that no request has.
        """
        if requests < 1 or seconds <= 0:
            raise ValueError("a rate is one request or more in a time longer than nothing")
        _check_method_and_path(method, path)
        limit = RateLimit(requests, seconds, method, path, retry_after)
        self._rate_limits.append(limit)
        return limit

    def clear(self) -> None:
        """Forget every fault that still waits, every limit, and the latency."""
        self.latency = 0
        self._faults.clear()
        self._rate_limits.clear()

    def take_fault(self, request: TenantRequest, now: datetime) -> Fault | None:
        """Return the fault that strikes this request, counting it, or `None`."""
        for limit in self._rate_limits:
            refusal = limit.check_request(request, now)
            if refusal is not None:
                return refusal
        for fault in self._faults:
            if fault.matches(request) and self._random.random() < fault.probability:
                fault.hits += 1
                if fault.is_used_up:
                    self._faults.remove(fault)
                return fault
        return None

    def __len__(self) -> int:
        return len(self._faults)

    def __repr__(self) -> str:
        return f"<Faults {len(self._faults)} waiting>"


def _check_method_and_path(method: str | None, path: str | None) -> None:
    """Refuse a method or a path that no request can have: such a fault would wait for ever, unheard."""
    if method is not None and method.upper() not in METHODS:
        raise ValueError(f"method {method!r} is none of {', '.join(METHODS)}")
    if path is None:
        return
    begins = re.split(r"[*?[]", path, maxsplit=1)[0]
    if not (begins.startswith("/api") or "/api".startswith(begins)):
        raise ValueError(
            f"path {path!r} strikes nothing: it is compared with the whole path, such as "
            f"/api/scim/v2/Users; write {'*/' + path.lstrip('/')!r}"
        )


def _matches_request(method: str | None, path: str | None, request: TenantRequest) -> bool:
    return (method is None or method.upper() == request.method) and (
        path is None or fnmatchcase(request.path, path)
    )


def _encode_body(body: str | bytes | Mapping[str, Any] | None) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body).encode()
