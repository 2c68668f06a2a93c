# Generated from aio/throttle.py by tools/unasync.py; edit that file instead.
"""Throttle of one client: pauses that the server requested, and the rate limit."""

from __future__ import annotations

import logging
import math
import random
import time

from britive_scim.sync.concurrency import sleep
from britive_scim.wire.retry.budget import RateLimiter
from britive_scim.wire.retry.meter import current_meter
from britive_scim.wire.settings import Settings

__all__ = ["Throttle"]

_log = logging.getLogger("britive_scim")

_LOGGED_PAUSE = 1.0
"""Seconds of a wait for a pause above which it is logged: a call without a failure of its own would seem to hang."""

_MAX_JITTER = 5.0
"""Maximum seconds over which requests are spread after a pause."""

_MAX_PAUSE = 86_400.0
"""Maximum seconds of a pause: the longest window of a rate limit is a day, but an invalid header may request years."""


class Throttle:
    """Clock and delays of one client, shared by its threads or tasks.

    Args:
        settings: settings with the clock and the rate limit.
    """

    __slots__ = ("_clock", "_jitter", "_paused_until", "_rate_limiter")

    def __init__(self, settings: Settings) -> None:
        self._clock = settings.clock
        self._rate_limiter = (
            RateLimiter(settings.rate_limit) if settings.rate_limit is not None else None
        )
        self._paused_until = 0.0
        self._jitter = 0.0

    def now(self) -> float:
        """Return seconds on the clock of the settings."""
        return time.monotonic() if self._clock is None else self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` on the clock of the settings."""
        sleep(seconds, self._clock)

    @property
    def pause_left(self) -> float:
        """Seconds until the end of the pause in force; 0 without one."""
        return max(0.0, self._paused_until - self.now()) if self._paused_until else 0.0

    def wait_for_turn(self, label: str, deadline: float = math.inf) -> bool:
        """Wait until no pause is in force, and until the rate limit permits a request.

        Args:
            label: method and path of the request, for the log.
            deadline: time after which the request must not start.

        Returns:
            True if the request may start; without a wait if the pause ends after the deadline.
        """
        meter = current_meter.get()
        if meter is not None and meter.rate_limiter is not None:
            delay = meter.rate_limiter.reserve(self.now())
            if delay:
                self.sleep(delay)
        if self._paused_until:
            if self._paused_until > deadline:
                return False
            remaining = self._paused_until - self.now()
            if remaining > 0.001:  # sleeping is not more exact than that
                seconds = remaining + random.uniform(0, self._jitter)  # noqa: S311 - spreads load
                if seconds > _LOGGED_PAUSE:
                    _log.info(
                        "%s waits %.2f s: the server requested a pause of this client",
                        label,
                        seconds,
                    )
                self.sleep(seconds)
        if self._rate_limiter is not None:
            self.sleep(self._rate_limiter.reserve(self.now()))
        if meter is not None:
            meter.count_request()
        return deadline == math.inf or self.now() <= deadline

    def pause(self, seconds: float) -> bool:
        """Delay every request of the client by `seconds`; return whether no other pause was in force."""
        now = self.now()
        seconds = min(seconds, _MAX_PAUSE)
        is_first = now >= self._paused_until
        self._paused_until = max(self._paused_until, now + seconds)
        self._jitter = min(seconds, _MAX_JITTER)
        meter = current_meter.get()
        if meter is not None:
            meter.on_pause(seconds)
        return is_first
