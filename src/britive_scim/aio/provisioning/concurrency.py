"""Workers of `apply` with asyncio: the hand-written twin of `sync/provisioning/concurrency.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from britive_scim.provisioning.report import ApplyReport

__all__ = ["DRAIN_SECONDS", "INTERRUPTIONS", "build_interruption", "run_blocking", "run_workers"]

A = TypeVar("A")
T = TypeVar("T")

DRAIN_SECONDS = 30.0
"""Maximum seconds, after an interruption, for the work in progress to end."""

INTERRUPTIONS = (asyncio.CancelledError, KeyboardInterrupt)


async def run_workers(
    work: Callable[[A], Awaitable[None]],
    items: Iterable[A],
    limit: int,
    *,
    stop: Callable[[BaseException], None],
) -> None:
    """Call `work` with each of `items`, at most `limit` at a time; items are taken when they are worked on.

    When the task is cancelled, or `work` raises, `stop` is called, after which `items` must end, and the calls in
    progress finish within 30 s. Cancelling once more ends the wait.

    Args:
        work: function of one item.
        items: items; the iterator is not used concurrently.
        limit: number of concurrent calls.
        stop: called with the exception that ends the work early.
    """
    source = iter(items)

    async def work_on_items() -> None:
        for item in source:
            try:
                await work(item)
            except BaseException as error:
                stop(error)
                raise

    tasks = [asyncio.ensure_future(work_on_items()) for _ in range(limit)]
    try:
        await asyncio.gather(*map(asyncio.shield, tasks))
    except BaseException as error:
        stop(error)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await asyncio.wait(tasks)
        raise
    finally:
        for task in tasks:
            task.cancel()
            task.add_done_callback(_retrieve_exception)


def _retrieve_exception(task: asyncio.Task[None]) -> None:
    """Retrieve the exception of a task, which the event loop would log otherwise."""
    if not task.cancelled():
        task.exception()


async def run_blocking(function: Callable[[], T]) -> T:
    """Call a function that blocks, such as `os.fsync`, in a thread."""
    return await asyncio.to_thread(function)


def build_interruption(error: BaseException, report: ApplyReport) -> BaseException:
    """Return the exception of an interrupted run, which has the `report`; a cancellation stays what it is."""
    error.report = report  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    return error
