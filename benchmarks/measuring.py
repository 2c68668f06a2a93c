"""How the benchmarks measure: interleaved rounds, medians, ratios within one run.

Every subject is timed once a round, so what else the machine does hits all of them alike. Only ratios
of one run mean something; seconds of two runs are not to be compared.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
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


# ---------------------------------------------------------- whole runs, each in a process of its own

Run = Callable[..., Iterator[int]]
"""A generator that yields once when it is ready, and then what it counted when it is done."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run took: seconds, of these on a processor, and megabytes over what it had when ready."""

    seconds: float
    cpu: float = 0.0
    megabytes: float = 0.0


def one_run(run: Run, *arguments: int) -> None:
    """Measure a run in this process, and print it for `sampled`.

    Memory is the largest resident set since the run was ready, less the one at that time.
    """
    work = run(*arguments)
    next(work)
    gc.collect()
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forgets the largest one so far
    cpu, start = time.process_time(), time.perf_counter()
    counted = next(work)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    sample = Sample(seconds, cpu, _resident("VmHWM") - before)
    assert counted == arguments[-1], f"{counted} of {arguments[-1]}"
    print(json.dumps(asdict(sample)))


def _resident(name: str) -> float:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def sampled(
    script: str,
    names: Iterable[str],
    *arguments: int,
    rounds: int = 3,
    once: Iterable[str] = (),
    environments: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Sample]:
    """Return the medians of runs: every one once a round, each time in a new process.

    Args:
        script: file that knows the runs, called as `script --run NAME ARGUMENT ...`.
        names: the runs; those that a missing package keeps from running are told and left out.
        arguments: what the runs are given.
        rounds: how often.
        once: the runs that take so long that one round must do.
        environments: variables of the runs that need some.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for number in range(rounds):
        for name in [name for name in samples if number == 0 or name not in once]:
            extra = (environments or {}).get(name, {})
            command = [sys.executable, script, "--run", name.split(" [")[0], *map(str, arguments)]
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                timeout=600,
                env={**os.environ, **extra},
            )
            if done.returncode:
                why = (done.stderr.strip().splitlines() or ["no word"])[-1]
                print(f"left out: {name}: {why[:200]}")
                del samples[name]
                continue
            samples[name].append(Sample(**json.loads(done.stdout.splitlines()[-1])))
    return {
        name: Sample(
            *(
                statistics.median(getattr(one, of) for one in taken)
                for of in ("seconds", "cpu", "megabytes")
            )
        )
        for name, taken in samples.items()
    }


def with_and_without_sniffio(
    names: Iterable[str], folder: str | None
) -> dict[str, Mapping[str, str]]:
    """Return names for both conditions of what runs on httpx and asyncio, with the variables they need.

    httpcore 1.0 imports sniffio several times a request. Where it is absent, each time all of `sys.path`
    is searched, which slows httpx; our client spares these searches. So that it is not flattered by a
    base that searches, the base is measured in both conditions.

    Args:
        names: runs on httpx and asyncio.
        folder: where sniffio is, if it is not installed (`pip install --target FOLDER sniffio`).
    """
    present = find_spec("sniffio") is not None
    print(f"sniffio is {'installed' if present else 'not installed'} here")
    conditions: dict[str, Mapping[str, str]] = {}
    if present:
        conditions["sniffio"] = {}
    else:
        conditions["no sniffio"] = {}
        if folder is None:
            print(
                "for the other condition: pip install --target FOLDER sniffio, and --sniffio FOLDER"
            )
        else:
            conditions["sniffio"] = {"PYTHONPATH": folder}
    return {
        f"{name} [{condition}]": variables
        for name in names
        for condition, variables in conditions.items()
    }


# -------------------------------------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class Goal:
    """Most of something, in times of a base or in megabytes.

    Attributes:
        row: who is to reach it.
        most: the number.
        bases: rows it is measured by; the fastest counts. None for megabytes.
    """

    row: str
    most: float
    bases: tuple[str, ...] = ()


def report(
    title: str, samples: Mapping[str, Sample], goals: Iterable[Goal], folder: str | None
) -> None:
    """Print a table of runs and what became of the goals; write both to `folder`, where one is given."""
    width = max(map(len, samples))
    print(f"\n{title}\n{'':{width}}  {'seconds':>8}  {'cpu':>7}  {'MB':>7}")
    for name, one in samples.items():
        more = f"  {one.cpu:7.3f}  {one.megabytes:7.1f}" if one.cpu else ""
        print(f"{name:{width}}  {one.seconds:8.3f}{more}")
    lines = [line for goal in goals for line in _judged(goal, samples)]
    for line in lines:
        print(line)
    keep(folder, title, [(name, asdict(one)) for name, one in samples.items()], lines)


def _judged(goal: Goal, samples: Mapping[str, Sample]) -> list[str]:
    one = samples.get(goal.row)
    bases = [base for base in goal.bases if base in samples]
    if one is None or (goal.bases and not bases):
        return [f"goal of {goal.row}: not measured"]
    if not goal.bases:
        return [
            _line(
                goal.row, f"{one.megabytes:.1f} MB", f"{goal.most:g} MB", one.megabytes <= goal.most
            )
        ]
    fastest = min(bases, key=lambda base: samples[base].seconds)
    lines: list[str] = []
    for base in sorted(bases, key=lambda base: base != fastest):
        ratio = one.seconds / samples[base].seconds
        counts = None if base != fastest else ratio <= goal.most
        lines.append(_line(goal.row, f"{ratio:.2f}x {base}", f"{goal.most:g}x", counts))
    return lines


def _line(row: str, found: str, goal: str, met: bool | None) -> str:
    verdict = "" if met is None else f"; goal <= {goal}: {'met' if met else 'MISSED'}"
    return f"{row}: {found}{verdict}"


def keep(folder: str | None, title: str, rows: Any, lines: list[str]) -> None:
    """Write a table to a folder for `speed_page.py`, with the machine and the date."""
    if folder is None:
        return
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    kept = {"title": title, "rows": rows, "goals": lines, "machine": machine()}
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def machine() -> dict[str, str]:
    """Return what numbers depend on."""
    packages = (
        "httpx",
        "httpcore",
        "httpx2",
        "pydantic",
        "scim2-client",
        "scim2-models",
        "britive",
    )
    versions: list[str] = []
    for package in packages:
        with suppress(PackageNotFoundError):
            versions.append(f"{package} {version(package)}")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "processors": f"{os.cpu_count()} x {platform.machine()}",
        "load": f"{os.getloadavg()[0]:.1f}",
        "packages": ", ".join(versions),
    }
