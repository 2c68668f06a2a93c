"""The decisions of one call between its tries: again or not, and after which wait."""

from __future__ import annotations

from dataclasses import dataclass

from britive_scim.wire.response import Response
from britive_scim.wire.retry.attempt import AttemptResult
from britive_scim.wire.retry.budget import RetryBudget
from britive_scim.wire.retry.headers import parse_ratelimit_reset
from britive_scim.wire.retry.policy import (
    MethodSafety,
    RetryPolicy,
    is_retryable,
    may_have_happened,
)

__all__ = ["RetryDecision", "RetryState"]


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """The decision to send once more.

    Attributes:
        delay: seconds to wait before.
        is_client_wide: whether every other call of the client waits as well.
        needs_new_connection: whether it goes on a connection made for it, as those that idle may all be closed.
    """

    delay: float
    is_client_wide: bool
    needs_new_connection: bool


class RetryState:
    """What one call has met so far.

    Args:
        policy: how often and how long.
        budget: what the client may still afford.
        safety: what the operation says about sending it twice.
        method: HTTP method of the operation.

    Attributes:
        attempt: number of the last try.
        is_uncertain: whether an earlier try may have been acted upon.
        is_out_of_budget: whether only the client's budget forbids another try.
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
        """Return whether and when the operation is sent again after `result`.

        Args:
            result: what the last try met.
            elapsed: seconds since the first try started.
        """
        if result.failure_kind == "none":
            self._budget.release(self._cost)
            return None
        if not is_retryable(result.failure_kind, self._safety):
            return None
        wait = self._compute_delay(result, elapsed)
        if wait is None:
            return None
        price = self._budget.acquire(result.failure_kind)
        if price is None:
            self.is_out_of_budget = True
            return None
        self._cost = price
        self.is_uncertain = self.is_uncertain or may_have_happened(result.failure_kind)
        self.attempt += 1
        return RetryDecision(
            wait,
            is_client_wide=result.failure_kind == "throttled",
            needs_new_connection=result.failure_kind == "closed",
        )

    def finalize(self, result: AttemptResult) -> AttemptResult:
        """Return what the last try met, seen in the light of those before.

        A DELETE that finds nothing after an earlier one may have done its work has succeeded.
        """
        answer = result.response
        if (
            answer is None
            or answer.status != 404
            or self._method != "DELETE"
            or not self.is_uncertain
        ):
            return result
        done = Response(
            204, answer.headers, b"", answer.method, answer.path, answer.api, answer.attempts
        )
        return AttemptResult("none", done, sent=True, attempt=result.attempt)

    def _compute_delay(self, result: AttemptResult, elapsed: float) -> float | None:
        if result.failure_kind == "closed" and not self._has_reopened:
            # An idle connection had been closed: a new one is made at once. Where that is closed too it
            # is trouble, so this is told apart once a call only.
            self._has_reopened = True
            return 0.0 if self.attempt < self._policy.attempts else None
        answer = result.response
        return self._policy.compute_delay(
            self.attempt + 1,
            elapsed=elapsed,
            is_throttled=result.failure_kind == "throttled" or result.status == 503,
            retry_after=result.retry_after
            if result.failure_kind in ("throttled", "unavailable")
            else None,
            reset_after=parse_ratelimit_reset(answer.headers.get("ratelimit-reset"))
            if answer
            else None,
        )
