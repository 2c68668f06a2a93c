"""Scripted faults of the emulated tenant: responses, cut connections, delays, rate limits."""

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

from britive_scim.errors.help_url import Documented
from britive_scim.testing.http.clock import format_http_time
from britive_scim.testing.http.messages import TenantRequest, TenantResponse

__all__ = ["METHODS", "ConnectionCut", "CutPoint", "Fault", "Faults", "RateLimit"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
"""HTTP methods of requests."""

CutPoint = Literal["connect", "before", "after"]
"""Time of a connection failure: on connecting, before or after the request was processed."""


class ConnectionCut(Documented, ConnectionError):
    """A scripted fault cut the connection before the response.

    Raised:
        By `Tenant.respond`. Clients raise `ConnectionFailed` or `TimedOut` instead.

    Cause:
        The test added a fault with `cut=…`, or with a `delay` that is longer than the `timeout` of the request.

    Remedy:
        Close the connection without a response if you serve the tenant by a server of your own.

    Attributes:
        cut: time of the failure; `timeout` if the delay exceeded the client's read timeout.
        delay: seconds until the failure, for the caller to wait.

    Examples:
        >>> from britive_scim.testing import ConnectionCut, Tenant
        >>> tenant = Tenant("acme")
        >>> _ = tenant.faults.add(cut="before")
        >>> try:
        ...     tenant.respond("GET", "/api/scim/v2/Users")
        ... except ConnectionCut as error:
        ...     print(error.cut)
        before
    """

    def __init__(self, cut: CutPoint | Literal["timeout"], delay: float = 0) -> None:
        super().__init__(f"a scripted fault cut the connection ({cut})")
        self.cut = cut
        self.delay = delay

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.cut, self.delay), self.__dict__


@dataclass(slots=True, eq=False)
class Fault:
    """A scripted fault.

    Attributes:
        status: status of the response, without processing the request; `None` processes it.
        headers: headers that replace those of the response.
        body: body that replaces that of the response; `None` keeps it.
        method: HTTP method that it applies to; `None` for all.
        path: case-sensitive glob for the URL path (`*/Users/*`); `None` for all.
        times: maximum number of hits; `None` for no limit.
        cut: time of a connection failure, or `None`.
        delay: delay of the response in seconds.
        probability: probability of a hit for each matching request, 0 to 1.
        hits: number of requests hit so far.
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
        """True if `times` is reached."""
        return self.times is not None and self.hits >= self.times

    def matches(self, request: TenantRequest) -> bool:
        """Return whether the fault applies to a request."""
        return _matches_request(self.method, self.path, request)

    def build_response(self) -> TenantResponse | None:
        """Return the scripted response, or `None` if the request shall be processed."""
        if self.status is None:
            return None
        return self.apply_to(TenantResponse(self.status, {"Content-Type": "application/json"}, b""))

    def apply_to(self, response: TenantResponse) -> TenantResponse:
        """Return the response with the headers and body of the fault."""
        body = response.body if self.body is None else self.body
        replaced = {name.lower() for name in self.headers}
        if self.body is not None:
            replaced.add("content-length")
        headers = {
            name: value for name, value in response.headers.items() if name.lower() not in replaced
        }
        return TenantResponse(response.status, {**headers, **self.headers}, body)


RetryAfterFormat = Literal["seconds", "fraction", "date"]
"""Format of `Retry-After`: whole seconds, a decimal fraction, an HTTP date."""


@dataclass(slots=True, eq=False)
class RateLimit:
    """A rate limit; requests beyond it get status 429.

    Attributes:
        requests: maximum number of requests in a window.
        seconds: length of a window by the tenant's clock.
        method: HTTP method that it applies to; `None` for all.
        path: glob for the URL path; `None` for all.
        retry_after: format of the `Retry-After` header; `None` omits it.
        hits: number of requests refused so far.
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
        """Count a request; return the fault for it if it exceeds the limit."""
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
        remaining = (end - now).total_seconds()
        headers: dict[str, str] = {}
        if self.retry_after == "seconds":
            headers["Retry-After"] = str(math.ceil(remaining))
        elif self.retry_after == "fraction":
            headers["Retry-After"] = f"{remaining:.3f}"
        elif self.retry_after == "date":
            headers["Retry-After"] = format_http_time(end + timedelta(seconds=1))
        return Fault(status=429, headers=headers)


class Faults:
    """The scripted faults of a tenant. The first one that applies to a request hits it.

    Args:
        seed: seed for faults with a probability; the same seed and requests yield the same faults.

    Attributes:
        latency: delay of every response in seconds; see `delay` of `add`.

    Example:
        >>> faults = Faults()
        >>> fault = faults.add(503, headers={"Retry-After": "2"}, method="POST", path="*/Users")
        >>> faults
        <Faults: 1 pending>
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
        """Script a fault for the next matching requests.

        With a status, the tenant returns it without processing the request. Without one, the tenant
        processes the request, and `headers`, `body`, `delay` and `cut` change only the delivery of the
        response: `add(method="POST", cut="after")` loses the response to a create.

        Args:
            status: status of the response, without processing the request.
            headers: response headers, such as `{"Retry-After": "2"}`.
            body: response body: a string, bytes, or a mapping for JSON. It may be malformed.
            method: HTTP method; all by default.
            path: glob for the whole URL path, such as `*/Groups/*`; all by default.
            times: number of requests to hit; `None` for no limit.
            cut: `connect` refuses the connection, `before` cuts it before the request is processed,
                `after` once it was processed.
            delay: delay of the response in seconds. It moves the tenant's clock without waiting; a
                client with a shorter read timeout gets that timeout. The served tenant waits.
            probability: probability of a hit for each matching request, 0 to 1.

        Returns:
            The fault, which counts its `hits`.

        Raises:
            ValueError: a number is out of range, a cut, method or path is unknown, a header cannot be sent, or
                no effect is given.
        """
        if status is not None and not 100 <= status <= 599:
            raise ValueError(f"status must be an HTTP status from 100 to 599, got {status}")
        if cut not in (None, "connect", "before", "after"):
            raise ValueError(f"cut must be 'connect', 'before' or 'after', got {cut!r}")
        if delay < 0:
            raise ValueError(f"delay must be 0 seconds or more, got {delay}")
        if not 0 <= probability <= 1:
            raise ValueError(f"probability must be from 0 to 1, got {probability}")
        if times is not None and times < 1:
            raise ValueError(f"times must be 1 or more, or None for no limit, got {times}")
        if status is None and cut is None and body is None and not headers and not delay:
            raise ValueError(
                "a fault must have an effect; give a status, a cut, a delay, headers or a body"
            )
        _check_method_and_path(method, path)
        _check_headers(headers or {})
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
        """Limit the rate of requests; those beyond it get status 429.

        Args:
            requests: maximum number of requests in a window, 1 or more.
            seconds: length of a window by the tenant's clock.
            method: HTTP method; all by default.
            path: glob for the URL path; all by default.
            retry_after: format of the `Retry-After` header: `seconds`, `fraction`, `date`, or `None`.

        Returns:
            The limit, which counts its `hits`.

        Raises:
            ValueError: a number is out of range, or a method or path is unknown.
        """
        if requests < 1 or seconds <= 0:
            raise ValueError(
                f"requests must be 1 or more and seconds positive, got {requests} and {seconds}"
            )
        _check_method_and_path(method, path)
        limit = RateLimit(requests, seconds, method, path, retry_after)
        self._rate_limits.append(limit)
        return limit

    def clear(self) -> None:
        """Remove all faults and limits, and set the latency to 0."""
        self.latency = 0
        self._faults.clear()
        self._rate_limits.clear()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """The faults that may still hit a request, in order."""
        return tuple(self._faults)

    @property
    def rate_limits(self) -> tuple[RateLimit, ...]:
        """The rate limits, in order."""
        return tuple(self._rate_limits)

    def take_fault(self, request: TenantRequest, now: datetime) -> Fault | None:
        """Return the fault that hits a request, and count it, or `None`."""
        for limit in self._rate_limits:
            fault = limit.check_request(request, now)
            if fault is not None:
                return fault
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
        return f"<Faults: {len(self._faults)} pending>"


def _check_method_and_path(method: str | None, path: str | None) -> None:
    """Raise for a method or path that no request can have: the fault would never hit."""
    if method is not None and method.upper() not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if path is None:
        return
    prefix = re.split(r"[*?[]", path, maxsplit=1)[0]
    if not (prefix.startswith("/api") or "/api".startswith(prefix)):
        raise ValueError(
            f"path must match a whole path, such as /api/scim/v2/Users, got {path!r}; "
            f"write {'*/' + path.lstrip('/')!r}"
        )


def _check_headers(headers: Mapping[str, str]) -> None:
    """Raise for headers that no server can send (RFC 9110 §5.5)."""
    for name, value in headers.items():
        for text in (name, value):
            if re.search(r"[\r\n\0]|[^\0-\xff]", text):
                raise ValueError(
                    f"header {name[:40]!a} must be of Latin-1 characters without line breaks, got {text[:40]!a}"
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
