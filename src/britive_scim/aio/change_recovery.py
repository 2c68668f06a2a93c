"""Recovery of changes whose response is lost: read the result, and send again if it is not in effect."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from britive_scim.aio.session import AsyncSession
from britive_scim.errors import (
    ApiError,
    BadRequest,
    Conflict,
    NotFound,
    PreconditionFailed,
    TransportError,
)
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.retry.policy import RetryPolicy, reduce_retry_policy, resolve_retry_policy
from britive_scim.wire.retry.uncertainty import mark_uncertain

__all__ = ["AsyncChangeReader", "Reading", "send_idempotent_change"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_REFUSALS_OF_REPETITION = (BadRequest, NotFound, Conflict, PreconditionFailed)
"""Errors with which a server may refuse a change that is already in effect."""

_log = logging.getLogger("britive_scim")


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """State of a resource after a change of unknown outcome.

    Attributes:
        is_in_effect: whether the change is in effect. It is also false if the resource does not show the change,
            and the change may be sent again. `None` if it must not be sent again.
        result: result of the call if the change is in effect.
    """

    is_in_effect: bool | None
    result: T


class AsyncChangeSender(Protocol[T_co]):
    """Function that sends a change once more, with the given timeout and retry policy."""

    async def __call__(self, call: CallOptions, /) -> T_co: ...


class AsyncChangeReader(Protocol[T]):
    """Function that reads whether a change is in effect."""

    async def __call__(self, call: CallOptions, /) -> Reading[T]:
        """Return the state, read with this timeout and retry policy."""
        ...


async def send_idempotent_change(
    session: AsyncSession,
    send: AsyncChangeSender[T],
    read: AsyncChangeReader[T],
    call: CallOptions,
    *,
    is_hidden: Callable[[], bool] = lambda: False,
) -> T:
    """Send a change that may be sent twice, and return its result, even if a response is lost.

    After an uncertain outcome (no response, or 5xx) the result is read. A change that is not in effect is sent
    again, while the retry policy of the call permits an attempt. After the last attempt, and if the server refuses
    the repetition, it is read only.

    Args:
        session: session of the client.
        send: sends the change.
        read: reads the result.
        call: timeout and retry policy of the call.
        is_hidden: returns whether the server is known to hide the change. It is then sent again without reading,
            while the policy permits an attempt.

    Raises:
        TransportError, ApiError: the last error of the change, if it is not certainly in effect.
    """
    change = _AsyncChange(session, call)
    while True:
        try:
            result = await send(change.reduce_options())
        except (TransportError, ApiError) as error:
            failure = error
        else:
            change.release_retry()
            return result
        change.record_failure(failure)
        if not change.is_outcome_readable(failure):
            raise failure
        if is_hidden() and change.can_repeat(failure):
            await change.wait_before_retry()
            continue
        try:
            reading = await read(change.reduce_options(reads=True))
        except (TransportError, ApiError):  # the first error is more informative
            raise failure from None
        if reading.is_in_effect:
            change.release_retry()
            return reading.result
        if reading.is_in_effect is None or not change.can_repeat(failure):
            raise failure
        await change.wait_before_retry()


class _AsyncChange:
    """Attempts of one change.

    Args:
        session: session of the client.
        call: timeout and retry policy of the call.
    """

    __slots__ = ("_attempts", "_call", "_cost", "_delay", "_is_uncertain", "_policy", "_session", "_started", "_uncertain_request")  # fmt: skip

    def __init__(self, session: AsyncSession, call: CallOptions) -> None:
        retry = call["retry"]
        self._session = session
        self._call = call
        self._policy: RetryPolicy = session.retry if retry is None else resolve_retry_policy(retry)
        self._started = session.now()
        self._attempts = 0
        self._uncertain_request: str | None = None
        self._is_uncertain = False
        self._delay = 0.0
        self._cost = 0

    def _get_elapsed(self) -> float:
        return self._session.now() - self._started

    def reduce_options(self, *, reads: bool = False) -> CallOptions:
        """Return the options of the next request: the rest of the policy; reading does not count as an attempt."""
        policy = reduce_retry_policy(
            self._policy,
            attempts=0 if reads else self._attempts,
            elapsed=self._get_elapsed(),
            deadline=self._started + self._policy.total
            if self._attempts and not reads
            else math.inf,
        )
        return CallOptions(timeout=self._call["timeout"], retry=policy)

    def record_failure(self, failure: TransportError | ApiError) -> None:
        """Count the attempts of a failed request, and mark its error if an earlier request was uncertain."""
        self._attempts += failure.attempts
        failure.attempts = self._attempts
        self._is_uncertain = _is_uncertain_outcome(failure)
        if self._uncertain_request is not None:
            if not self._is_uncertain:
                mark_uncertain(failure, self._uncertain_request)
        elif self._is_uncertain or failure.uncertain_request is not None:
            self._uncertain_request = (
                failure.uncertain_request or f"{failure.method} {failure.path}"
            )

    def is_outcome_readable(self, failure: TransportError | ApiError) -> bool:
        """Return whether the result should be read after an error."""
        if self._uncertain_request is None:
            return False
        if self._session.pause_left > max(self._policy.total - self._get_elapsed(), 0.0):
            return False  # the server requested a wait beyond the end of the call
        return self._is_uncertain or isinstance(failure, _REFUSALS_OF_REPETITION)

    def can_repeat(self, failure: TransportError | ApiError) -> bool:
        """Return whether the policy and the budget of the client permit another attempt."""
        if not self._is_uncertain:
            return False
        status = failure.status if isinstance(failure, ApiError) else None
        delay = self._policy.compute_delay(
            self._attempts + 1,
            elapsed=self._get_elapsed(),
            is_throttled=status == 503,
            retry_after=failure.retry_after
            if isinstance(failure, ApiError) and status in (502, 503, 504)
            else None,
        )
        cost = None if delay is None else self._session.retry_budget.acquire("broken")
        if delay is None or cost is None:
            return False
        self._delay = delay
        self._cost += cost
        _log.info(
            "%s is not in effect after an uncertain attempt; sending it again in %.2f s",
            self._uncertain_request,
            delay,
        )
        return True

    async def wait_before_retry(self) -> None:
        """Wait as the policy requires."""
        await self._session.sleep(self._delay)

    def release_retry(self) -> None:
        """Return the tokens of successful retries to the budget of the client."""
        if self._cost:
            self._session.retry_budget.release(self._cost)


def _is_uncertain_outcome(failure: TransportError | ApiError) -> bool:
    """Return whether the last attempt itself was uncertain: no response, or a 5xx."""
    if failure.method in ("GET", "HEAD"):  # a change may read before it writes
        return False
    if isinstance(failure, TransportError):
        return failure.sent is not False
    return failure.status >= 500 and failure.may_have_happened
