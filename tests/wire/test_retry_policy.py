"""Retry policy: waits, attempts and limits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import RetryPolicy, errors
from britive_scim.wire.retry.budget import RetryBudget
from britive_scim.wire.retry.policy import (
    MethodSafety,
    classify_status,
    is_retryable,
    may_have_happened,
    reduce_retry_policy,
)
from support.each_value import each_value

SECONDS = st.floats(0, 1000, allow_nan=False)


def test_defaults_match_documentation() -> None:
    policy = RetryPolicy()
    assert (
        policy.attempts,
        policy.total,
        policy.first_wait,
        policy.max_wait,
        policy.throttle_wait,
    ) == (
        5,
        60.0,
        0.5,
        20.0,
        1.0,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": -1},
        {"attempts": 1.5},
        {"attempts": True},
        {"attempts": 101},
        {"attempts": "5"},
        {"total": -1},
        {"total": float("nan")},
        {"total": float("inf")},
        {"first_wait": "1"},
        {"max_wait": None},
        {"throttle_wait": True},
    ],
    ids=repr,
)
def test_number_out_of_range_raises(wrong: dict[str, object]) -> None:
    with pytest.raises(errors.ConfigurationError, match=next(iter(wrong))):
        RetryPolicy(**wrong)


def test_none_never_retries() -> None:
    assert RetryPolicy.none().compute_delay(2, elapsed=0, is_throttled=False) is None


@given(st.integers(2, 12), SECONDS, st.booleans())
def test_waits_are_within_doubling_windows(attempt: int, elapsed: float, throttled: bool) -> None:
    policy = RetryPolicy(attempts=12, total=2000)
    wait = policy.compute_delay(attempt, elapsed=elapsed, is_throttled=throttled)
    first = policy.throttle_wait if throttled else policy.first_wait
    assert wait is not None
    assert 0 <= wait <= min(policy.max_wait, first * 2 ** (attempt - 2))
    assert not throttled or wait >= 0.05


@given(SECONDS, SECONDS, SECONDS)
def test_last_attempt_starts_within_total(total: float, elapsed: float, requested: float) -> None:
    policy = RetryPolicy(total=total)
    for wait in (
        policy.compute_delay(2, elapsed=elapsed, is_throttled=False),
        policy.compute_delay(2, elapsed=elapsed, is_throttled=True),
        policy.compute_delay(2, elapsed=elapsed, is_throttled=True, retry_after=requested),
        policy.compute_delay(2, elapsed=elapsed, is_throttled=True, reset_after=requested),
    ):
        assert wait is None or elapsed + wait <= total + 1e-9


@given(SECONDS)
def test_retry_after_is_never_shortened(requested: float) -> None:
    wait = RetryPolicy(total=1000).compute_delay(
        2, elapsed=0, is_throttled=True, retry_after=requested
    )
    assert wait is not None
    assert requested <= wait <= max(requested, 0.5) * 1.1


def test_retry_after_beyond_total_ends_attempts() -> None:
    assert (
        RetryPolicy(total=60).compute_delay(2, elapsed=1, is_throttled=True, retry_after=59.5)
        is None
    )


def test_retry_after_zero_waits_first_window() -> None:
    wait = RetryPolicy().compute_delay(2, elapsed=0, is_throttled=True, retry_after=0.0)
    assert wait is not None
    assert wait >= 0.5


def test_small_retry_after_is_within_largest_window() -> None:
    policy = RetryPolicy(first_wait=5, max_wait=1)
    wait = policy.compute_delay(2, elapsed=0, is_throttled=True, retry_after=0.0)
    assert wait is not None
    assert 1 <= wait <= 1.1


def test_retry_after_of_remaining_time_has_no_jitter() -> None:
    wait = RetryPolicy(total=60).compute_delay(2, elapsed=20, is_throttled=True, retry_after=40.0)
    assert wait == 40.0


def test_reset_hint_is_used_within_total() -> None:
    policy = RetryPolicy(total=60)
    assert (policy.compute_delay(2, elapsed=0, is_throttled=True, reset_after=7.0) or 0) >= 7.0
    assert (policy.compute_delay(2, elapsed=0, is_throttled=True, reset_after=90.0) or 99) <= 1.0


TABLE = [
    # status, Retry-After, maintenance, methods that are retried
    (200, None, False, ""),
    (301, None, False, ""),
    (400, None, False, ""),
    (401, None, False, ""),
    (403, None, False, ""),
    (404, None, False, ""),
    (408, None, False, ""),
    (409, 1.0, False, ""),
    (412, None, False, ""),
    (425, None, False, ""),
    (429, None, False, "GET POST PUT PATCH DELETE"),
    (429, 1.0, False, "GET POST PUT PATCH DELETE"),
    (500, None, False, "GET"),
    (500, 1.0, False, "GET"),
    (501, None, False, ""),
    (502, None, False, "GET PUT DELETE"),
    (503, None, False, "GET PUT DELETE"),
    (503, 1.0, False, "GET POST PUT PATCH DELETE"),
    (503, 1.0, True, ""),
    (504, None, False, "GET PUT DELETE"),
    (505, None, False, ""),
]
MARKS = {
    "GET": MethodSafety(True, True),
    "POST": MethodSafety(False, False),
    "PUT": MethodSafety(False, True),
    "PATCH": MethodSafety(False, False),
    "DELETE": MethodSafety(False, True),
}


@each_value("status, requested, maintenance, methods", TABLE)
def test_status_decides_retried_methods(
    status: int, requested: float | None, maintenance: bool, methods: str
) -> None:
    trouble = classify_status(status, retry_after=requested, is_maintenance=maintenance)
    assert [m for m, marks in MARKS.items() if is_retryable(trouble, marks)] == methods.split()


def test_fault_before_sending_cannot_have_happened() -> None:
    assert not may_have_happened("not sent")
    assert not may_have_happened("throttled")
    assert all(map(may_have_happened, ("closed", "broken", "unavailable", "failed")))


def test_budget_limits_retries_of_failing_server() -> None:
    """10,000 calls that always fail make less than 1 % more requests than calls."""
    budget = RetryBudget()
    again = sum(1 for _ in range(10_000) for _ in range(4) if budget.acquire("broken"))
    assert again <= 100


def test_budget_refills_up_to_its_size() -> None:
    budget = RetryBudget()
    price = budget.acquire("throttled")
    assert price == 5
    assert budget.remaining == 495
    budget.release(price)
    budget.release(100)
    assert budget.remaining == budget.capacity == 500


def test_budget_is_enough_for_occasional_faults() -> None:
    """One failure in ten calls, retried once: the budget never runs out."""
    budget = RetryBudget()
    for number in range(20_000):
        if number % 10 == 0:
            price = budget.acquire("broken")
            assert price is not None
            budget.release(price)
        else:
            budget.release(1)


def test_reduced_policy_has_rest_of_attempts_and_time() -> None:
    policy = RetryPolicy(5, 60.0, 0.25, 10.0, 2.0)
    reduced = reduce_retry_policy(policy, attempts=2, elapsed=20.0, deadline=99.0)
    assert (reduced.attempts, reduced.total, reduced.deadline) == (3, 40.0, 99.0)
    assert (reduced.first_wait, reduced.max_wait, reduced.throttle_wait) == (0.25, 10.0, 2.0)
    spent = reduce_retry_policy(policy, attempts=7, elapsed=70.0)
    assert (spent.attempts, spent.total, spent.deadline) == (1, 0.0, math.inf)
