"""Meter of one run: counts its requests and retries, limits their rate, and reports pauses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar

from britive_scim.wire.retry.budget import RateLimiter

__all__ = ["RequestMeter", "current_meter"]


class RequestMeter:
    """Meter of the requests that are sent in one context, by any number of threads or tasks.

    Args:
        rate: maximum requests per second; `None` for no limit.
        on_pause: called with the seconds of a pause that the server requested.

    Attributes:
        requests: number of attempts, retries included.
        retries: number of attempts after the first one of a call.
    """

    __slots__ = ("_lock", "on_pause", "rate_limiter", "requests", "retries")

    def __init__(self, rate: float | None, on_pause: Callable[[float], None]) -> None:
        self.rate_limiter = None if rate is None else RateLimiter(rate)
        self.on_pause = on_pause
        self.requests = 0
        self.retries = 0
        self._lock = threading.Lock()

    def count_request(self) -> None:
        """Count one attempt."""
        with self._lock:
            self.requests += 1

    def count_retry(self) -> None:
        """Count one retry, besides its attempt."""
        with self._lock:
            self.retries += 1


current_meter: ContextVar[RequestMeter | None] = ContextVar("current_meter", default=None)
"""Meter of the run that the current thread or task belongs to."""
