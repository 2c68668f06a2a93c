# Generated from aio/retry.py by tools/unasync.py; edit that file instead.
"""Retries of one call: decide after each attempt, wait, send once more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from britive_scim.sync.throttle import Throttle
from britive_scim.sync.tracing import NoopSpan
from britive_scim.sync.transport import run_with_retries
from britive_scim.wire.operation import Operation
from britive_scim.wire.retry.attempt import AttemptResult
from britive_scim.wire.retry.budget import RetryBudget
from britive_scim.wire.retry.meter import current_meter
from britive_scim.wire.retry.policy import MethodSafety, RetryPolicy
from britive_scim.wire.retry.state import RetryState

__all__ = ["RetryLoop"]

_log = logging.getLogger("britive_scim")


class AttemptSender(Protocol):
    """Function that makes the attempt of a number; `None` if it would start too late."""

    def __call__(
        self, number: int, *, needs_new_connection: bool
    ) -> AttemptResult | None: ...


class RetryLoop:
    """Retries of one call, after its first attempt has failed.

    Args:
        operation: operation of the call.
        policy: retry policy of the call.
        budget: retry budget of the client.
        throttle: clock of the client.
        span: span of the call.
        started: time at which the first attempt began.
        send_attempt: makes one attempt.
        pause: delays every request of the client by a number of seconds.
    """

    def __init__(
        self,
        operation: Operation[Any],
        policy: RetryPolicy,
        budget: RetryBudget,
        throttle: Throttle,
        span: NoopSpan,
        started: float,
        *,
        send_attempt: AttemptSender,
        pause: Callable[[float], None],
    ) -> None:
        self._operation = operation
        self._policy = policy
        self._throttle = throttle
        self._span = span
        self._started = started
        self._send_attempt = send_attempt
        self._pause = pause
        self._state = RetryState(
            policy,
            budget,
            MethodSafety(operation.safe, operation.idempotent),
            operation.method,
        )
        self._delay = 0.0
        self._needs_new_connection = False
        self._last_result: AttemptResult | None = None
        self._is_over = False

    @property
    def is_uncertain(self) -> bool:
        """True if the server may have acted on an attempt before the last one."""
        return self._state.is_uncertain

    def run(self, first_result: AttemptResult) -> AttemptResult:
        """Retry after `first_result` as the policy permits, and return the result of the last attempt."""
        if not self._should_retry(first_result):
            return first_result
        self._throttle.sleep(self._delay)
        result = run_with_retries(
            self._retry,
            should_retry=self._should_retry,
            wait=lambda: self._delay,
            sleep=self._throttle.sleep,
        )
        return self._state.finalize(result)

    def _retry(self) -> AttemptResult:
        """Make the next attempt; if it would start too late, return the result of the last one."""
        result = self._send_attempt(
            self._state.attempt, needs_new_connection=self._needs_new_connection
        )
        if result is None:
            assert self._last_result is not None  # noqa: S101 - only retries start late
            self._is_over = True
            return self._last_result
        meter = current_meter.get()
        if meter is not None:
            meter.count_retry()
        return result

    def _should_retry(self, result: AttemptResult) -> bool:
        """Return whether to retry after `result`; set the delay, report the retry, and pause the client."""
        if self._is_over:
            return False
        self._last_result = result
        self._span.record_result(result)
        elapsed = self._throttle.now() - self._started
        decision = self._state.decide(result, elapsed)
        if decision is None:
            requested = result.retry_after if result.failure_kind == "throttled" else None
            if requested:
                self._pause(requested)  # this call ends, but the server refuses the others, too
            if self._state.is_out_of_budget:
                _log.warning(
                    "%s %s is not retried: the retry budget of this client is used up",
                    self._operation.method,
                    self._operation.path,
                )
            return False
        self._delay = decision.delay
        self._needs_new_connection = decision.needs_new_connection
        self._span.record_retry(result, self._delay)
        if decision.is_client_wide:
            self._pause(self._delay)
        _log.info(
            "%s %s failed (%s); attempt %d/%d in %.2f s",
            self._operation.method,
            self._operation.path,
            result.status or result.failure_reason,
            self._state.attempt,
            self._policy.attempts,
            self._delay,
        )
        return True
