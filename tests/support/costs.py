"""Cost of a call: counted exactly in the default tier, measured in seconds in the proof tier.

Counts are equal on every machine. Measured times depend on other processes, so `check_growth` compares the least
of several runs, and one of several comparisons is sufficient.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

Work = Callable[[], object]

COMPARISONS = 6
"""Comparisons of `check_growth`; other processes may slow down some of them."""


def count_calls(work: Work) -> int:
    """Return the number of function calls, Python's own included."""
    count = 0

    def tally(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(tally)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def count_instructions(work: Work) -> int:
    """Return the number of bytecode instructions, also those of generated code."""
    count = 0

    def tally(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return tally

    before = sys.gettrace()
    for _ in range(2):  # Python 3.12 reports none to the first trace function
        count = 0
        sys.settrace(tally)
        try:
            work()
        finally:
            sys.settrace(before)
    return count


def measure_seconds(work: Work, runs: int = 4) -> float:
    """Return the least processor time of some runs, without garbage collection."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(runs):
            started = time.process_time()
            work()
            best = min(best, time.process_time() - started)
    finally:
        gc.enable()
    return best


def check_growth(small: Work, large: Work, factor: float, *, slack: float = 0.01) -> None:
    """Fail if `large` always takes more than `factor` times as long as `small`.

    Args:
        small: call with little data; run once before it is measured, so that caches are filled.
        large: call with more data.
        factor: a third of what quadratic growth would give, or so.
        slack: seconds that do not count.
    """
    small()
    pairs: list[tuple[float, float]] = []
    for _ in range(COMPARISONS):
        pairs.append((measure_seconds(small), measure_seconds(large)))
        if pairs[-1][1] <= factor * pairs[-1][0] + slack:
            return
    pytest.fail(f"more than {factor} times as long: {pairs}")
