"""Workers of `apply` with threads: the hand-written twin of `aio/provisioning/concurrency.py`."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TypeVar

from britive_scim.provisioning.report import ApplyInterrupted, ApplyReport

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

INTERRUPTIONS = (KeyboardInterrupt,)

_SLICE_SECONDS = 0.2
"""Seconds between two looks at the threads: a wait without a limit could delay Ctrl-C."""


def run_workers(
    work: Callable[[A], None],
    items: Iterable[A],
    limit: int,
    *,
    stop: Callable[[BaseException], None],
) -> None:
    """Call `work` with each of `items`, at most `limit` at a time; items are taken when they are worked on.

    On Ctrl-C, or when `work` raises, `stop` is called, after which `items` must end, and the calls in progress
    finish within 30 s. A second Ctrl-C ends the wait; the threads do not keep the process alive.

    Args:
        work: function of one item; it runs in a copy of the caller's context.
        items: items; the iterator is not used concurrently.
        limit: number of concurrent calls.
        stop: called with the exception that ends the work early.
    """
    source, lock = iter(items), threading.Lock()
    started: list[int] = []
    ended: list[int] = []
    signals: SimpleQueue[None] = SimpleQueue()
    errors: list[BaseException] = []
    end = object()

    def work_on_items(number: int) -> None:
        started.append(number)
        try:
            while True:
                with lock:
                    item = next(source, end)
                if item is end:
                    return
                work(item)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # `end` is no item
        except BaseException as error:  # noqa: BLE001 - raised by the caller below
            errors.append(error)
            stop(error)
        finally:
            ended.append(number)
            signals.put(None)

    def wait_for(has_ended: Callable[[], bool], seconds: float) -> None:
        # `Thread.join` marks a running thread as ended if Ctrl-C interrupts it (CPython 3.11, bpo-45274).
        deadline = time.monotonic() + seconds
        while not has_ended() and time.monotonic() < deadline:
            with suppress(Empty):
                signals.get(timeout=_SLICE_SECONDS)

    try:
        for number in range(limit):
            threading.Thread(
                target=copy_context().run,
                args=(work_on_items, number),
                name="britive-scim apply",
                daemon=True,
            ).start()
        wait_for(lambda: len(ended) == limit, math.inf)
    except BaseException as error:
        stop(error)
        wait_for(lambda: len(ended) >= len(started), DRAIN_SECONDS)
        raise
    if errors:
        raise errors[0]


class GroupCommit:
    """Commit that waiting threads share: one makes it, and all whose records it contains go on together.

    A lock would let them go on one after the other, behind later commits.

    Args:
        commit: makes the records up to a number durable; a function that blocks.
        is_committed: returns whether the records up to a number are durable.
    """

    def __init__(
        self, commit: Callable[[int], None], is_committed: Callable[[int], bool]
    ) -> None:
        self._commit = commit
        self._is_committed = is_committed
        self._changed = threading.Condition()
        self._is_running = False

    def wait_for(self, number: int) -> None:
        """Return when the records up to `number` are durable.

        Raises:
            OSError: they may not be durable.
        """
        while not self._is_committed(number):
            with self._changed:
                if self._is_running:
                    self._changed.wait_for(lambda: not self._is_running)
                    continue
                self._is_running = True
            try:
                self._commit(number)
            finally:
                with self._changed:
                    self._is_running = False
                    self._changed.notify_all()


def build_interruption(error: BaseException, report: ApplyReport) -> BaseException:  # noqa: ARG001 - as in the twin
    """Return the exception of an interrupted run, which has the `report`."""
    return ApplyInterrupted(report)
