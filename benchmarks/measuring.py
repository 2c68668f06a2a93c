"""How the benchmarks measure: interleaved rounds, medians, ratios within one run.

Every subject is timed once a round, so what else the machine does hits all of them alike. Only ratios
of one run mean something; seconds of two runs are not to be compared.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Subject = Callable[[], Any]


def once(subject: Subject, seconds: float) -> float:
    """Return seconds a call, over a batch that takes at least `seconds`."""
    calls = 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            subject()
        taken = time.perf_counter() - start
        if taken >= seconds:
            return taken / calls
        calls = max(calls * 2, int(calls * seconds / max(taken, 1e-9) * 1.1))


def compare(
    subjects: Mapping[str, Subject], *, rounds: int = 5, seconds: float = 0.1
) -> dict[str, float]:
    """Return the median of seconds a call, for every subject."""
    samples: dict[str, list[float]] = {name: [] for name in subjects}
    for subject in subjects.values():
        subject()  # what is made at the first call is not counted
    gc.collect()
    gc.freeze()  # else what one subject has imported slows the collector for the others
    for _ in range(rounds):
        for name, subject in subjects.items():
            gc.collect()
            samples[name].append(once(subject, seconds))
    gc.unfreeze()
    return {name: statistics.median(taken) for name, taken in samples.items()}


def available(makers: Mapping[str, Callable[[], Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what could be made, and why the rest could not: peers need not be installed."""
    made: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for name, make in makers.items():
        try:
            made[name] = make()
        except ImportError as error:
            missing[name] = f"not installed: {error.name}"
    return made, missing


def show(title: str, medians: Mapping[str, float], base: str, goals: Mapping[str, float]) -> None:
    """Print a table: seconds, the ratio to the base, the goal for it."""
    width = max(map(len, medians))
    print(f"\n{title}\n{'':{width}}  {'ms':>10}  {'x base':>7}  goal")
    for name, taken in medians.items():
        goal = f"<= {goals[name]:g}" if name in goals else ""
        print(f"{name:{width}}  {taken * 1e3:10.4f}  {taken / medians[base]:7.2f}  {goal}")
