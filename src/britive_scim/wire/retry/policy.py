"""When a request is sent again, and how long to wait before: pure decisions, no clock, no sleep.

The table, for what happened to one try:

| what happened | tried again for |
|---|---|
| nothing was sent (refused, no route, connecting timed out) | every method |
| 429, and 503 with a readable `Retry-After` | every method |
| 502, 503, 504, no or half an answer, reading timed out | GET, PUT, DELETE |
| 500 | GET |
| bad certificate, maintenance (`MAINT0001`), 409 and every other status | never |

A search by POST counts as GET. Reasons: RFC 9110 §9.2.2 and §10.2.3, RFC 6585 §4.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Literal, NamedTuple

from britive_scim.errors import ConfigurationError

__all__ = [
    "FailureKind",
    "MethodSafety",
    "RetryPolicy",
    "classify_status",
    "is_integer_between",
    "is_retryable",
    "is_seconds",
    "may_have_happened",
    "resolve_retry_policy",
]

_MAX_ATTEMPTS = 100
_MIN_THROTTLE_DELAY = 0.05
"""Seconds between two tries of a throttled request at least, so that no loop ever spins."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, how long and with what waits a request is tried again.

    Waits are drawn evenly between 0 and a window that doubles from `first_wait` (`throttle_wait`
    when the server said it is busy) up to `max_wait`. A `Retry-After` of the server wins over the
    window; one that goes beyond what is left of `total` ends the tries at once.

    Attributes:
        attempts: tries in all, the first included; from 1 to 100.
        total: seconds from the start of the first try to the start of the last one.
        first_wait: window of the first wait, in seconds.
        max_wait: largest window, in seconds.
        throttle_wait: window of the first wait after 429 or 503, in seconds.

    Raises:
        ConfigurationError: a number out of its range.

    Example:
        >>> RetryPolicy(attempts=10, total=300).attempts
        10
        >>> RetryPolicy.none().attempts
        1
    """

    attempts: int = 5
    total: float = 60.0
    first_wait: float = 0.5
    max_wait: float = 20.0
    throttle_wait: float = 1.0

    def __post_init__(self) -> None:
        if not is_integer_between(self.attempts, 1, _MAX_ATTEMPTS):
            raise ConfigurationError(
                f"RetryPolicy(attempts=…) takes a whole number from 1 to {_MAX_ATTEMPTS}, not {self.attempts!r}"
            )
        for name in ("total", "first_wait", "max_wait", "throttle_wait"):
            value: object = getattr(self, name)
            if not is_seconds(value):
                raise ConfigurationError(
                    f"RetryPolicy({name}=…) takes seconds, 0 or more, not {value!r}"
                )

    @classmethod
    def none(cls) -> RetryPolicy:
        """Return the policy that never tries again."""
        return cls(attempts=1)

    def compute_delay(
        self,
        attempt: int,
        *,
        elapsed: float,
        is_throttled: bool,
        retry_after: float | None = None,
        reset_after: float | None = None,
    ) -> float | None:
        """Return the seconds to wait before try number `attempt`, or `None` for giving up.

        Args:
            attempt: number of the try to come; the first repetition is 2.
            elapsed: seconds since the first try started.
            is_throttled: whether the server said it is busy (429, 503).
            retry_after: what `Retry-After` asks for.
            reset_after: what a less binding header asks for; followed only where time is left.
        """
        if attempt > self.attempts:
            return None
        left = self.total - elapsed
        if retry_after is not None:
            # Never earlier than asked, and never at once even if the server asks for 0.
            wait = max(retry_after, min(self.first_wait, self.max_wait))
            return None if wait > left else min(wait * random.uniform(1.0, 1.1), left)  # noqa: S311 - spreads load
        first = self.throttle_wait if is_throttled else self.first_wait
        window = min(self.max_wait, first * 2.0 ** (attempt - 2))
        wait = random.uniform(0.0, window)  # noqa: S311 - spreads load
        if is_throttled:
            wait = max(wait, min(_MIN_THROTTLE_DELAY, window))
            if reset_after is not None and reset_after <= left:
                wait = max(wait, reset_after)
        return None if wait > left else wait


def resolve_retry_policy(retry: object) -> RetryPolicy:
    """Return the policy given as `retry=`; the usual one for `None`.

    Raises:
        ConfigurationError: it is no policy.

    Example:
        >>> resolve_retry_policy(None)
        RetryPolicy(attempts=5, total=60.0, first_wait=0.5, max_wait=20.0, throttle_wait=1.0)
    """
    if retry is None:
        return RetryPolicy()
    if isinstance(retry, RetryPolicy):
        return retry
    example = (
        "RetryPolicy.none() for a single try"
        if not retry
        else f"RetryPolicy(attempts={retry if is_integer_between(retry, 2, _MAX_ATTEMPTS) else 5})"
    )
    raise ConfigurationError(
        f"retry= takes a RetryPolicy, such as {example}, or None for the usual one, not {_describe_value(retry)}"
    )


def _describe_value(value: object) -> str:
    """Return a value as a message shows it: itself where it is small and plain, else its class."""
    return repr(value) if isinstance(value, (int, float)) else type(value).__name__


def is_integer_between(value: object, minimum: int, maximum: int) -> bool:
    """Return whether `value` is a whole number between two bounds, both included."""
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def is_seconds(value: object) -> bool:
    """Return whether `value` is a finite number of seconds, 0 or more."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    )


class MethodSafety(NamedTuple):
    """What an operation says about sending it twice."""

    safe: bool
    idempotent: bool


FailureKind = Literal["none", "not sent", "closed", "broken", "throttled", "unavailable", "failed"]
"""What one try met, as far as trying again is concerned.

`not sent`: nothing reached the server. `closed`: an idle connection turned out to be closed.
`broken`: no answer, or half of one. `throttled`: refused for now. `unavailable`: 502, 503, 504.
`failed`: 500. `none`: an answer to go by.
"""


def classify_status(status: int, *, retry_after: float | None, is_maintenance: bool) -> FailureKind:
    """Return which trouble an answer with this status is.

    Args:
        status: HTTP status code.
        retry_after: seconds of a readable `Retry-After`, or `None`.
        is_maintenance: whether the body says that the tenant is under maintenance.
    """
    if status < 500:
        return "throttled" if status == 429 else "none"
    if is_maintenance:
        return "none"
    if status == 503 and retry_after is not None:
        return "throttled"
    if status in (502, 503, 504):
        return "unavailable"
    return "failed" if status == 500 else "none"


def is_retryable(failure_kind: FailureKind, safety: MethodSafety) -> bool:
    """Return whether an operation with these marks is sent again after `failure_kind`."""
    match failure_kind:
        case "none":
            return False
        case "not sent" | "throttled":
            return True
        case "closed" | "broken" | "unavailable":
            return safety.idempotent
        case "failed":
            return safety.safe


def may_have_happened(failure_kind: FailureKind) -> bool:
    """Return whether the server may have done what it was asked although `failure_kind` came back."""
    return failure_kind in ("closed", "broken", "unavailable", "failed")
