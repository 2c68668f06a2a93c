"""Limits shared by all calls of one client: the retry budget and the request rate."""

from __future__ import annotations

import threading
from typing import Final

from britive_scim.wire.retry.policy import FailureKind

__all__ = ["RateLimiter", "RetryBudget"]


class RetryBudget:
    """Token bucket shared by the calls of one client: each retry costs tokens, each success returns some.

    Single failures are retried; an unreachable server gets about one attempt per call instead of five.
    """

    __slots__ = ("_lock", "_remaining")

    capacity: Final = 500
    """Tokens of a full bucket."""

    cost: Final = 14
    """Tokens of a retry after a connection or server failure."""

    throttled_cost: Final = 5
    """Tokens of a retry that the server requested."""

    closed_cost: Final = 1
    """Tokens of a retry on a closed idle connection, which healthy servers cause too. One success returns them."""

    def __init__(self) -> None:
        self._remaining: int = self.capacity
        self._lock = threading.Lock()

    @property
    def remaining(self) -> int:
        """Tokens left."""
        return self._remaining

    def acquire(self, failure_kind: FailureKind) -> int | None:
        """Take the tokens of one retry after `failure_kind`; return their number, or `None` for too few."""
        cost = {"throttled": self.throttled_cost, "closed": self.closed_cost}.get(
            failure_kind, self.cost
        )
        with self._lock:
            if self._remaining < cost:
                return None
            self._remaining -= cost
        return cost

    def release(self, amount: int) -> None:
        """Return `amount` tokens after a success, up to the capacity."""
        if self._remaining >= self.capacity:  # the usual case, without the lock
            return
        with self._lock:
            self._remaining = min(self.capacity, self._remaining + amount)


class RateLimiter:
    """Rate limiter shared by the threads and tasks of one client; spaces requests evenly.

    Args:
        rate: maximum requests per second.
    """

    __slots__ = ("_lock", "_next_time", "interval")

    def __init__(self, rate: float) -> None:
        self.interval = 1.0 / rate
        self._next_time = 0.0
        self._lock = threading.Lock()

    def reserve(self, now: float) -> float:
        """Reserve the next time slot, and return the seconds until it."""
        with self._lock:
            slot = max(now, self._next_time)
            self._next_time = slot + self.interval
        return slot - now
