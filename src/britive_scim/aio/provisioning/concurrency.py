"""Workers of `apply` with asyncio: the hand-written twin of `sync/provisioning/concurrency.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from britive_scim.provisioning.report import ApplyReport

__all__ = [
    "DRAIN_SECONDS",
    "INTERRUPTIONS",
    "GroupCommit",
    "build_interruption",
    "run_workers",
]

A = TypeVar("A")

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


class GroupCommit:
    """Commit that waiting tasks share: one makes it, and all whose records it contains go on together.

    A lock would let them go on one after the other, behind later commits.

    Args:
        commit: makes the records up to a number durable; a function that blocks, called in a thread.
        is_committed: returns whether the records up to a number are durable.
    """

    def __init__(self, commit: Callable[[int], None], is_committed: Callable[[int], bool]) -> None:
        self._commit = commit
        self._is_committed = is_committed
        self._running: asyncio.Future[None] | None = None

    async def wait_for(self, number: int) -> None:
        """Return when the records up to `number` are durable.

        Raises:
            OSError: they may not be durable.
        """
        while not self._is_committed(number):
            running = self._running
            if running is None or running.done():
                running = asyncio.ensure_future(asyncio.to_thread(self._commit, number))
                self._running = running
            # a task that is cancelled leaves the commit to the others
            await asyncio.wait([running])
            error = running.exception()
            if error is not None:
                raise error


def build_interruption(error: BaseException, report: ApplyReport) -> BaseException:
    """Return the exception of an interrupted run, which has the `report`; a cancellation stays what it is."""
    error.report = report  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # of any exception
    return error
