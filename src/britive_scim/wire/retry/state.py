"""Retry state of one call: whether to retry, and after what delay."""

from __future__ import annotations

from dataclasses import dataclass, replace

from britive_scim.wire.retry.attempt import AttemptResult
from britive_scim.wire.retry.budget import RetryBudget
from britive_scim.wire.retry.policy import (
    MethodSafety,
    RetryPolicy,
    is_retryable,
    may_have_happened,
)

__all__ = ["RetryDecision", "RetryState"]


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """Decision to retry.

    Attributes:
        delay: seconds to wait before the next attempt.
        is_client_wide: whether all calls of the client wait.
        needs_new_connection: whether to open a new connection, because pooled ones may be stale.
    """

    delay: float
    is_client_wide: bool
    needs_new_connection: bool


class RetryState:
    """Retry state of one call.

    Args:
        policy: retry policy of the call.
        budget: retry budget of the client.
        safety: marks of the operation.
        method: HTTP method of the operation.

    Attributes:
        attempt: number of the last attempt.
        is_uncertain: whether the server may have acted on an earlier attempt.
        is_out_of_budget: whether only the client's budget prevented a retry.
    """

    __slots__ = ("_budget", "_cost", "_has_reopened", "_method", "_policy", "_safety", "attempt", "is_out_of_budget", "is_uncertain")  # fmt: skip

    def __init__(
        self, policy: RetryPolicy, budget: RetryBudget, safety: MethodSafety, method: str
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._safety = safety
        self._method = method
        self._cost = 0
        self._has_reopened = False
        self.attempt = 1
        self.is_uncertain = False
        self.is_out_of_budget = False

    def decide(self, result: AttemptResult, elapsed: float) -> RetryDecision | None:
        """Return the decision to retry after `result`, or `None` to stop.

        Args:
            result: result of the last attempt.
            elapsed: seconds since the start of the first attempt.
        """
        if result.failure_kind == "none":
            self._budget.release(self._cost)
            return None
        if not is_retryable(result.failure_kind, self._safety):
            return None
        delay = self._compute_delay(result, elapsed)
        if delay is None:
            return None
        cost = self._budget.acquire(result.failure_kind)
        if cost is None:
            self.is_out_of_budget = True
            return None
        self._cost = cost
        self.is_uncertain = self.is_uncertain or may_have_happened(
            result.failure_kind, result.status
        )
        self.attempt += 1
        return RetryDecision(
            delay,
            is_client_wide=result.failure_kind == "throttled",
            needs_new_connection=result.failure_kind == "closed",
        )

    def finalize(self, result: AttemptResult) -> AttemptResult:
        """Return the result of the call.

        A 404 to a DELETE is a success if an earlier attempt may have deleted the resource.
        """
        response = result.response
        if (
            response is None
            or response.status != 404
            or self._method != "DELETE"
            or not self.is_uncertain
        ):
            return result
        success = replace(response, status=204, body=b"")
        return AttemptResult("none", success, sent=True, attempt=result.attempt)

    def _compute_delay(self, result: AttemptResult, elapsed: float) -> float | None:
        if result.failure_kind == "closed" and not self._has_reopened:
            # Retry at once on a new connection. A second closed connection in one call is a failure.
            self._has_reopened = True
            return 0.0 if self.attempt < self._policy.attempts else None
        retry_after = reset_after = None
        if result.response is not None and result.failure_kind in ("throttled", "unavailable"):
            retry_after = result.response.requested_delay
            reset_after = result.response.rate_limit_reset if retry_after is None else None
        is_too_late = reset_after is not None and reset_after > self._policy.total - elapsed
        if is_too_late and result.status == 429:
            return None  # as for Retry-After
        return self._policy.compute_delay(
            self.attempt + 1,
            elapsed=elapsed,
            is_throttled=result.failure_kind == "throttled" or result.status == 503,
            retry_after=retry_after,
            reset_after=reset_after,
        )
