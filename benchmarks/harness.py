"""Measurement: interleaved rounds, medians, ratios within one run.

Every subject is timed once a round, so other load on the machine affects all of them alike. Only ratios within
one run are meaningful; seconds of two runs are not comparable.
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


def measure_batch(subject: Subject, seconds: float) -> float:
    """Return the seconds per call of a batch that takes at least `seconds`."""
    calls = 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            subject()
        taken = time.perf_counter() - start
        if taken >= seconds:
            return taken / calls
        calls = max(calls * 2, int(calls * seconds / max(taken, 1e-9) * 1.1))


def compare_medians(
    subjects: Mapping[str, Subject], *, rounds: int = 5, seconds: float = 0.1
) -> dict[str, float]:
    """Return the median of the seconds per call of every subject."""
    samples: dict[str, list[float]] = {name: [] for name in subjects}
    for subject in subjects.values():
        subject()  # warm-up
    gc.collect()
    gc.freeze()  # else the imports of one subject slow the collector for the others
    for _ in range(rounds):
        for name, subject in subjects.items():
            gc.collect()
            samples[name].append(measure_batch(subject, seconds))
    gc.unfreeze()
    return {name: statistics.median(times) for name, times in samples.items()}


def create_subjects(
    factories: Mapping[str, Callable[[], Any]],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the subjects, and the reasons why others are missing: peers are optional."""
    subjects: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for name, create in factories.items():
        try:
            subjects[name] = create()
        except ImportError as error:
            missing[name] = f"not installed: {error.name}"
    return subjects, missing


def print_table(
    title: str, medians: Mapping[str, float], base: str, goals: Mapping[str, float]
) -> None:
    """Print a table: milliseconds, ratio to the base, goal for the ratio."""
    width = max(map(len, medians))
    print(f"\n{title}\n{'':{width}}  {'ms':>10}  {'x base':>7}  goal")
    for name, seconds in medians.items():
        goal = f"<= {goals[name]:g}" if name in goals else ""
        print(f"{name:{width}}  {seconds * 1e3:10.4f}  {seconds / medians[base]:7.2f}  {goal}")


# ---------------------------------------------------------- runs in separate processes

Run = Callable[..., Iterator[int]]
"""A generator that yields once when it is prepared, and then the number of processed users."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Cost of one run.

    Attributes:
        seconds: wall-clock time.
        cpu: CPU time in seconds.
        megabytes: growth of the resident set.
    """

    seconds: float
    cpu: float = 0.0
    megabytes: float = 0.0


def measure_run(run: Run, *arguments: int) -> None:
    """Measure a run in this process, and print its sample as JSON for `sample_runs`.

    Memory is the peak resident set after preparation, minus the resident set at that time.
    """
    work = run(*arguments)
    next(work)
    gc.collect()
    before = _read_memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # resets the peak
    cpu, start = time.process_time(), time.perf_counter()
    count = next(work)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    sample = Sample(seconds, cpu, _read_memory("VmHWM") - before)
    assert count == arguments[-1], f"{count} of {arguments[-1]}"
    print(json.dumps(asdict(sample)))


def _read_memory(name: str) -> float:
    """Return an entry of `/proc/self/status` in megabytes."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def sample_runs(
    script: str,
    names: Iterable[str],
    *arguments: int,
    rounds: int = 3,
    once: Iterable[str] = (),
    environments: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Sample]:
    """Return the medians of runs: every run once a round, each in a new process.

    Args:
        script: file with the runs, called as `script --run NAME ARGUMENT ...`.
        names: names of the runs; a run whose package is missing is reported and skipped.
        arguments: arguments of the runs.
        rounds: number of rounds.
        once: slow runs, for one round only.
        environments: additional environment variables by run.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for round_number in range(rounds):
        for name in [name for name in samples if round_number == 0 or name not in once]:
            variables = (environments or {}).get(name, {})
            command = [sys.executable, script, "--run", name.split(" [")[0], *map(str, arguments)]
            process = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                timeout=600,
                env={**os.environ, **variables},
            )
            if process.returncode:
                reason = (process.stderr.strip().splitlines() or ["no error message"])[-1]
                print(f"skipped: {name}: {reason[:200]}")
                del samples[name]
                continue
            samples[name].append(Sample(**json.loads(process.stdout.splitlines()[-1])))
    return {
        name: Sample(
            *(
                statistics.median(getattr(sample, field) for sample in taken)
                for field in ("seconds", "cpu", "megabytes")
            )
        )
        for name, taken in samples.items()
    }


def build_sniffio_conditions(
    names: Iterable[str], folder: str | None
) -> dict[str, Mapping[str, str]]:
    """Return each run with and without sniffio, with its environment variables.

    httpcore 1.0 imports sniffio several times a request. If it is missing, each import searches `sys.path`, which
    slows httpx; the clients of britive_scim avoid these searches. The base is measured in both conditions, so that
    the comparison is fair.

    Args:
        names: runs on httpx and asyncio.
        folder: folder with sniffio, if it is not installed (`pip install --target FOLDER sniffio`).
    """
    is_installed = find_spec("sniffio") is not None
    print(f"sniffio is {'installed' if is_installed else 'not installed'}")
    conditions: dict[str, Mapping[str, str]] = {}
    if is_installed:
        conditions["sniffio"] = {}
    else:
        conditions["no sniffio"] = {}
        if folder is None:
            print(
                "to measure with sniffio: pip install --target FOLDER sniffio, then --sniffio FOLDER"
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
    """Upper limit of a row: a ratio to a base, or megabytes.

    Attributes:
        row: name of the row.
        maximum: the limit.
        bases: rows to compare with, of which the fastest counts; empty for megabytes.
    """

    row: str
    maximum: float
    bases: tuple[str, ...] = ()


def report_goals(
    title: str, samples: Mapping[str, Sample], goals: Iterable[Goal], folder: str | None
) -> None:
    """Print a table of runs and the results of the goals; save both if `folder` is set."""
    width = max(map(len, samples))
    print(f"\n{title}\n{'':{width}}  {'seconds':>8}  {'cpu':>7}  {'MB':>7}")
    for name, sample in samples.items():
        more = f"  {sample.cpu:7.3f}  {sample.megabytes:7.1f}" if sample.cpu else ""
        print(f"{name:{width}}  {sample.seconds:8.3f}{more}")
    lines = [line for goal in goals for line in _evaluate_goal(goal, samples)]
    for line in lines:
        print(line)
    _save_table(folder, title, [(name, asdict(sample)) for name, sample in samples.items()], lines)


def _evaluate_goal(goal: Goal, samples: Mapping[str, Sample]) -> list[str]:
    sample = samples.get(goal.row)
    bases = [base for base in goal.bases if base in samples]
    if sample is None or (goal.bases and not bases):
        return [f"goal of {goal.row}: not measured"]
    if not goal.bases:
        is_met = sample.megabytes <= goal.maximum
        return [
            _format_goal(goal.row, f"{sample.megabytes:.1f} MB", f"{goal.maximum:g} MB", is_met)
        ]
    fastest = min(bases, key=lambda base: samples[base].seconds)
    lines: list[str] = []
    for base in sorted(bases, key=lambda base: base != fastest):
        ratio = sample.seconds / samples[base].seconds
        is_met = ratio <= goal.maximum if base == fastest else None
        lines.append(_format_goal(goal.row, f"{ratio:.2f}x {base}", f"{goal.maximum:g}x", is_met))
    return lines


def _format_goal(row: str, result: str, goal: str, is_met: bool | None) -> str:
    verdict = "" if is_met is None else f"; goal <= {goal}: {'met' if is_met else 'MISSED'}"
    return f"{row}: {result}{verdict}"


def _save_table(folder: str | None, title: str, rows: Any, lines: list[str]) -> None:
    """Write a table for `speed_page.py`, with the machine and the date."""
    if folder is None:
        return
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    table = {"title": title, "rows": rows, "goals": lines, "machine": _describe_machine()}
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / f"{name}.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def _describe_machine() -> dict[str, str]:
    """Return date, Python, processors, load and package versions."""
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
