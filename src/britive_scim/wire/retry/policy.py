"""Retry policy: which failures are retried for which methods, and after what delay.

| result of an attempt | retried for |
|---|---|
| nothing was sent (refused, no route, connect timeout) | every method |
| 429, and 503 with a valid `Retry-After` | every method |
| 502, 503, 504, no or an incomplete response, read timeout | GET, PUT, DELETE |
| every other 5xx except 501, 505 and 511 | GET |
| invalid certificate, maintenance (`MAINT0001`), 409 and every other status | never |

A search by POST counts as GET. Sources: RFC 9110 §9.2.2 and §10.2.3, RFC 6585 §4.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Literal, NamedTuple

from britive_scim.errors import ConfigurationError
from britive_scim.errors.server_errors import REFUSING_SERVER_STATUSES

__all__ = [
    "ContinuedRetryPolicy",
    "FailureKind",
    "MethodSafety",
    "RetryPolicy",
    "classify_status",
    "is_integer_between",
    "is_retryable",
    "is_seconds",
    "may_have_happened",
    "reduce_retry_policy",
    "resolve_retry_policy",
]

_MAX_ATTEMPTS = 100
_MIN_THROTTLE_DELAY = 0.05
"""Minimum delay in seconds before a retry of a throttled request, to prevent a busy loop."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Number and delays of the attempts of one call.

    Delays are uniformly distributed between 0 and a window that doubles from `first_wait` (`throttle_wait`
    after 429 or 503) up to `max_wait`. A `Retry-After` header replaces the window; one beyond the rest of
    `total` ends the call at once.

    Attributes:
        attempts: maximum attempts including the first, from 1 to 100.
        total: maximum seconds from the start of the first attempt to the start of the last one.
        first_wait: window of the first delay, in seconds.
        max_wait: maximum window, in seconds.
        throttle_wait: window of the first delay after 429 or 503, in seconds.

    Raises:
        ConfigurationError: a number is out of its range.

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
                f"attempts must be an integer from 1 to {_MAX_ATTEMPTS}, got {self.attempts!r}"
            )
        for name in ("total", "first_wait", "max_wait", "throttle_wait"):
            value: object = getattr(self, name)
            if not is_seconds(value):
                raise ConfigurationError(
                    f"{name} must be a finite number of seconds from 0, got {value!r}"
                )

    @classmethod
    def none(cls) -> RetryPolicy:
        """Return the policy of a single attempt."""
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
        """Return the seconds to wait before attempt number `attempt`, or `None` to stop.

        Args:
            attempt: number of the next attempt; the first retry is 2.
            elapsed: seconds since the start of the first attempt.
            is_throttled: whether the last status was 429 or 503.
            retry_after: seconds of the `Retry-After` header.
            reset_after: seconds of a rate limit's header; ignored beyond the rest of `total`.
        """
        if attempt > self.attempts:
            return None
        remaining = self.total - elapsed
        if retry_after is not None:
            # Never earlier than the header says, and not at once for a header of 0.
            delay = max(retry_after, min(self.first_wait, self.max_wait))
            return None if delay > remaining else min(delay * random.uniform(1.0, 1.1), remaining)  # noqa: S311 - spreads load
        first = self.throttle_wait if is_throttled else self.first_wait
        window = min(self.max_wait, first * 2.0 ** (attempt - 2))
        delay = random.uniform(0.0, window)  # noqa: S311 - spreads load
        if is_throttled:
            delay = max(delay, min(_MIN_THROTTLE_DELAY, window))
            if reset_after is not None and reset_after <= remaining:
                delay = min(max(reset_after, self.first_wait, _MIN_THROTTLE_DELAY), remaining)
        return None if delay > remaining else delay


def resolve_retry_policy(retry: object) -> RetryPolicy:
    """Return `retry`, or the default policy for `None`.

    Raises:
        ConfigurationError: `retry` is not a RetryPolicy, such as `False` or a number.

    Example:
        >>> resolve_retry_policy(None)
        RetryPolicy(attempts=5, total=60.0, first_wait=0.5, max_wait=20.0, throttle_wait=1.0)
    """
    if retry is None:
        return RetryPolicy()
    if isinstance(retry, RetryPolicy):
        return retry
    example = (
        "RetryPolicy.none()"
        if not retry
        else f"RetryPolicy(attempts={retry if is_integer_between(retry, 2, _MAX_ATTEMPTS) else 5})"
    )
    raise ConfigurationError(
        f"retry must be a RetryPolicy or None, got {_describe_value(retry)}; use {example}"
    )


@dataclass(frozen=True, slots=True)
class ContinuedRetryPolicy(RetryPolicy):
    """Policy of a further request of a call: the rest of its attempts and of its time.

    Attributes:
        deadline: time on the clock of the settings after which not even the first attempt starts.
    """

    deadline: float = math.inf


def reduce_retry_policy(
    policy: RetryPolicy, *, attempts: int, elapsed: float, deadline: float = math.inf
) -> ContinuedRetryPolicy:
    """Return the policy of a further request of one call; it permits one attempt at least.

    Args:
        policy: policy of the call.
        attempts: attempts made by the call.
        elapsed: seconds since the start of the call.
        deadline: time after which no attempt starts.
    """
    return ContinuedRetryPolicy(
        attempts=max(policy.attempts - attempts, 1),
        total=max(policy.total - elapsed, 0.0),
        first_wait=policy.first_wait,
        max_wait=policy.max_wait,
        throttle_wait=policy.throttle_wait,
        deadline=deadline,
    )


def _describe_value(value: object) -> str:
    """Return the repr of a number, or the class name of any other value."""
    return repr(value) if isinstance(value, (int, float)) else type(value).__name__


def is_integer_between(value: object, minimum: int, maximum: int) -> bool:
    """Return whether `value` is an integer between two bounds, inclusive."""
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def is_seconds(value: object) -> bool:
    """Return whether `value` is a finite number from 0."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    )


class MethodSafety(NamedTuple):
    """Marks of an operation that decide about a retry."""

    safe: bool
    idempotent: bool


FailureKind = Literal["none", "not sent", "closed", "broken", "throttled", "unavailable", "failed"]
"""Classification of an attempt for the retry decision.

`not sent`: nothing reached the server. `closed`: the server had closed an idle connection. `broken`: no or an
incomplete response. `throttled`: refused for now. `unavailable`: 502, 503, 504. `failed`: every other 5xx except a
refusal. `none`: a final response.
"""


def classify_status(status: int, *, retry_after: float | None, is_maintenance: bool) -> FailureKind:
    """Return the failure kind of a status.

    Args:
        status: HTTP status code.
        retry_after: seconds of a valid `Retry-After` header, or `None`.
        is_maintenance: whether the body has the error code of maintenance.
    """
    if status < 500:
        return "throttled" if status == 429 else "none"
    if is_maintenance:
        return "none"
    if status == 503 and retry_after is not None:
        return "throttled"
    if status in (502, 503, 504):
        return "unavailable"
    return "none" if status in REFUSING_SERVER_STATUSES else "failed"


def is_retryable(failure_kind: FailureKind, safety: MethodSafety) -> bool:
    """Return whether an operation with these marks is retried after `failure_kind`."""
    match failure_kind:
        case "none":
            return False
        case "not sent" | "throttled":
            return True
        case "closed" | "broken" | "unavailable":
            return safety.idempotent
        case "failed":
            return safety.safe


def may_have_happened(failure_kind: FailureKind, status: int | None = None) -> bool:
    """Return whether the server may have acted on a request that ended with `failure_kind`.

    Args:
        failure_kind: classification of the attempt.
        status: HTTP status of its response; a 503 with `Retry-After` may come from a gateway that has
            forwarded the request.
    """
    if failure_kind == "throttled":
        return status is not None and status >= 500
    return failure_kind in ("closed", "broken", "unavailable", "failed")
