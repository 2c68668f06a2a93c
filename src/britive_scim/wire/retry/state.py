"""The decisions of one call between its tries: again or not, and after which wait."""

from __future__ import annotations

from dataclasses import dataclass

from britive_scim.wire.response import Answer
from britive_scim.wire.retry.attempt import Outcome
from britive_scim.wire.retry.policy import (
    Marks,
    RetryBudget,
    RetryPolicy,
    may_have_happened,
    repeats,
    reset_hint,
)

__all__ = ["Again", "Tries"]


@dataclass(frozen=True, slots=True)
class Again:
    """The decision to send once more.

    Attributes:
        wait: seconds to wait before.
        pause: whether every other call of the client waits as well.
        anew: whether it goes on a connection made for it, as those that idle may all be closed.
    """

    wait: float
    pause: bool
    anew: bool


class Tries:
    """What one call has met so far.

    Args:
        policy: how often and how long.
        budget: what the client may still afford.
        marks: what the operation says about sending it twice.
        method: HTTP method of the operation.

    Attributes:
        attempt: number of the last try.
        uncertain: whether an earlier try may have been acted upon.
        out_of_budget: whether only the client's budget forbids another try.
    """

    __slots__ = ("_budget", "_marks", "_method", "_policy", "_price", "_reopened", "attempt", "out_of_budget", "uncertain")  # fmt: skip

    def __init__(self, policy: RetryPolicy, budget: RetryBudget, marks: Marks, method: str) -> None:
        self._policy = policy
        self._budget = budget
        self._marks = marks
        self._method = method
        self._price = 0
        self._reopened = False
        self.attempt = 1
        self.uncertain = False
        self.out_of_budget = False

    def after(self, outcome: Outcome, elapsed: float) -> Again | None:
        """Return whether and when the operation is sent again after `outcome`.

        Args:
            outcome: what the last try met.
            elapsed: seconds since the first try started.
        """
        if outcome.trouble == "none":
            self._budget.give_back(self._price)
            return None
        if not repeats(outcome.trouble, self._marks):
            return None
        wait = self._wait_after(outcome, elapsed)
        if wait is None:
            return None
        price = self._budget.take(outcome.trouble)
        if price is None:
            self.out_of_budget = True
            return None
        self._price = price
        self.uncertain = self.uncertain or may_have_happened(outcome.trouble)
        self.attempt += 1
        return Again(wait, pause=outcome.trouble == "throttled", anew=outcome.trouble == "closed")

    def settled(self, outcome: Outcome) -> Outcome:
        """Return what the last try met, seen in the light of those before.

        A DELETE that finds nothing after an earlier one may have done its work has succeeded.
        """
        answer = outcome.answer
        if answer is None or answer.status != 404 or self._method != "DELETE" or not self.uncertain:
            return outcome
        done = Answer(
            204, answer.headers, b"", answer.method, answer.path, answer.api, answer.attempts
        )
        return Outcome("none", done, sent=True, attempt=outcome.attempt)

    def _wait_after(self, outcome: Outcome, elapsed: float) -> float | None:
        if outcome.trouble == "closed" and not self._reopened:
            # An idle connection had been closed: a new one is made at once. Where that is closed too it
            # is trouble, so this is told apart once a call only.
            self._reopened = True
            return 0.0 if self.attempt < self._policy.attempts else None
        answer = outcome.answer
        return self._policy.wait_before(
            self.attempt + 1,
            elapsed=elapsed,
            throttled=outcome.trouble == "throttled" or outcome.status == 503,
            asked=outcome.asked if outcome.trouble in ("throttled", "unavailable") else None,
            hint=reset_hint(answer.headers.get("ratelimit-reset")) if answer else None,
        )
