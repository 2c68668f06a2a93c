"""Limits shared by all calls of one client: the retry budget and the request rate."""

from __future__ import annotations

import threading

from britive_scim.wire.retry.policy import FailureKind

__all__ = ["RateLimiter", "RetryBudget"]


class RetryBudget:
    """How many repetitions one client may still afford; shared by its threads and tasks.

    Every repetition takes from a purse that successes fill again, so that ordinary trouble is
    ridden out, and a dead server is asked about once a call instead of five times.

    Args:
        capacity: what the purse holds when full.
        cost: of a repetition after trouble on the way or at the server.
        throttled_cost: of a repetition the server asked for.
        closed_cost: of a repetition because the server had closed an idle connection, which
            healthy servers do. One success pays for it.
    """

    __slots__ = ("_lock", "_remaining", "capacity", "closed_cost", "cost", "throttled_cost")

    def __init__(
        self, capacity: int = 500, *, cost: int = 14, throttled_cost: int = 5, closed_cost: int = 1
    ) -> None:
        self.capacity = capacity
        self.cost = cost
        self.throttled_cost = throttled_cost
        self.closed_cost = closed_cost
        self._remaining = capacity
        self._lock = threading.Lock()

    @property
    def remaining(self) -> int:
        """What the purse holds."""
        return self._remaining

    def acquire(self, failure_kind: FailureKind) -> int | None:
        """Take the price of one repetition after `failure_kind`; return it, or `None` where too little is left."""
        price = {"throttled": self.throttled_cost, "closed": self.closed_cost}.get(
            failure_kind, self.cost
        )
        with self._lock:
            if self._remaining < price:
                return None
            self._remaining -= price
        return price

    def release(self, amount: int) -> None:
        """Put `amount` back after a success, up to the full purse."""
        if self._remaining >= self.capacity:  # the usual case; worth no lock
            return
        with self._lock:
            self._remaining = min(self.capacity, self._remaining + amount)


class RateLimiter:
    """Spreads requests evenly over time; shared by the threads and tasks of one client.

    Args:
        rate: most requests a second.
    """

    __slots__ = ("_lock", "_next_time", "interval")

    def __init__(self, rate: float) -> None:
        self.interval = 1.0 / rate
        self._next_time = 0.0
        self._lock = threading.Lock()

    def reserve(self, now: float) -> float:
        """Return the seconds to wait before the next request may be sent, and take its turn."""
        with self._lock:
            turn = max(now, self._next_time)
            self._next_time = turn + self.interval
        return turn - now
