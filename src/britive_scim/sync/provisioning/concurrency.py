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

__all__ = ["DRAIN_SECONDS", "INTERRUPTIONS", "build_interruption", "run_blocking", "run_workers"]

A = TypeVar("A")
T = TypeVar("T")

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
                work(item)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
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


def run_blocking(function: Callable[[], T]) -> T:
    """Call a function that blocks, such as `os.fsync`."""
    return function()


def build_interruption(error: BaseException, report: ApplyReport) -> BaseException:  # noqa: ARG001 - as in the twin
    """Return the exception of an interrupted run, which has the `report`."""
    return ApplyInterrupted(report)
