"""Application of a plan of 5,000 creations at a latency of 20 ms, 16 at a time, with a journal and without a pace.

    python benchmarks/apply.py [--users 5000] [--rounds 3] [--only TEXT] [--sniffio FOLDER] [--save FOLDER]

Compared with httpx by hand, which sends the same requests without a journal, retries or a report: one client a worker,
in tasks and in threads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import harness
from creation import build_new_user
from paging import build_url
from server import serve_in_process

WIDTH = 16


def httpx_async(port: int, number: int) -> Iterator[int]:
    import httpx

    yield 0

    async def main() -> int:
        numbers = iter(range(number))

        async def worker() -> None:
            async with httpx.AsyncClient(base_url=build_url(port)) as client:
                for user_number in numbers:
                    response = await client.post("/Users", json=build_new_user(user_number))
                    assert json.loads(response.content)["id"]

        await asyncio.gather(*(worker() for _ in range(WIDTH)))
        return number

    yield asyncio.run(main())


def httpx_threads(port: int, number: int) -> Iterator[int]:
    import httpx

    yield 0
    numbers, lock = iter(range(number)), threading.Lock()

    def work() -> None:
        with httpx.Client(base_url=build_url(port)) as client:
            while True:
                with lock:
                    user_number = next(numbers, None)
                if user_number is None:
                    return
                response = client.post("/Users", json=build_new_user(user_number))
                assert json.loads(response.content)["id"]

    threads = [threading.Thread(target=work) for _ in range(WIDTH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yield number


def build_plan(port: int, number: int) -> Any:
    from britive_scim.provisioning import Change, Plan, PlanTarget
    from britive_scim.provisioning.plans.policy import Policy

    changes = tuple(
        Change(
            action="create",
            type="User",
            key=str(n),
            id=f"new:{n}",
            stage="users",
            after=build_new_user(n),
        )
        for n in range(number)
    )
    target = PlanTarget(
        scim_url=build_url(port), provider=None, digest="", read_at=datetime.now(UTC)
    )
    return Plan(changes=changes, policy=Policy(), target=target)


def apply_async(port: int, number: int) -> Iterator[int]:
    from britive_scim import AsyncScimClient

    plan = build_plan(port, number)
    yield 0

    async def main(journal: Path) -> int:
        async with AsyncScimClient(build_url(port), "token") as client:
            report = await client.apply(plan, concurrency=WIDTH, rate=None, journal=journal)
        return int(report.numbers["created"])

    with tempfile.TemporaryDirectory() as folder:
        yield asyncio.run(main(Path(folder) / "run.jsonl"))


def apply_threads(port: int, number: int) -> Iterator[int]:
    from britive_scim import ScimClient

    plan = build_plan(port, number)
    yield 0
    with (
        tempfile.TemporaryDirectory() as folder,
        ScimClient(build_url(port), "token") as client,
    ):
        journal = Path(folder) / "run.jsonl"
        report = client.apply(plan, concurrency=WIDTH, rate=None, journal=journal)
        yield int(report.numbers["created"])


RUNS: dict[str, harness.Run] = {
    "httpx async": httpx_async,
    "httpx threads": httpx_threads,
    "apply async": apply_async,
    "apply threads": apply_threads,
}
BASES = ["httpx async", "httpx threads"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only rows whose name contains this, and bases")
    parser.add_argument("--sniffio", help="folder with sniffio, if it is not installed")
    parser.add_argument("--save", help="folder to write the table to")
    options = parser.parse_args()

    with serve_in_process(100, 20) as port:
        bases = harness.build_sniffio_conditions(BASES, options.sniffio)
        names = [*bases, *(n for n in RUNS if n not in BASES and options.only in n)]
        samples = harness.sample_runs(
            __file__, names, port, options.users, rounds=options.rounds, environments=bases
        )
    goals = [
        harness.Goal("apply async", 1.15, tuple(name for name in bases if "async" in name)),
        harness.Goal("apply threads", 1.15, tuple(name for name in bases if "threads" in name)),
    ]
    title = f"Apply {options.users:,} creations, 20 ms latency, {WIDTH} at a time, with a journal"
    harness.report_goals(title, samples, goals, options.save)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        harness.measure_run(RUNS[sys.argv[2]], *map(int, sys.argv[3:]))
    else:
        main()
