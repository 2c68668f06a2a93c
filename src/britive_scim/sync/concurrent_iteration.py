"""Concurrent iteration with threads: the hand-written twin of `aio/concurrent_iteration.py`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent import futures
from contextlib import closing
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

__all__ = ["AnyIterable", "InnerGenerator", "ordered_map", "prefetch", "unordered_map"]

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
T = TypeVar("T")

AnyIterable = Iterable[T]
"""Iterable that a method takes; that of an async method may be asynchronous."""


def ordered_map(work: Callable[[A], B], items: Iterable[A], limit: int) -> Generator[B]:
    """Yield `work(item)` for each of `items`, in their order, with at most `limit` running or waiting.

    Each runs in a copy of the caller's context, as tasks do. When the caller stops early, or one raises, those
    that have not started are cancelled.
    """
    waiting: deque[futures.Future[B]] = deque()
    source = iter(items)
    threads = futures.ThreadPoolExecutor(limit, thread_name_prefix="britive-scim")
    try:
        while True:
            for item in islice(source, limit - len(waiting)):
                waiting.append(threads.submit(copy_context().run, work, item))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def unordered_map(
    work: Callable[[B], C],
    items: AnyIterable[A],
    limit: int,
    *,
    prepare: Callable[[A], B],
    is_stopped: Callable[[], bool],
) -> Generator[C]:
    """Yield `work(prepare(item))` for each of `items` as they complete, with at most `limit` running.

    An item is taken when its work can begin, by the thread of the caller. If `items` or `work` raises, the running
    ones are yielded first. When the caller stops early, they end before this generator is closed.

    Args:
        work: function of one prepared item; runs in a copy of the caller's context, as tasks do.
        items: items.
        limit: number of running calls.
        prepare: function of one item, called in order by the caller's thread or task when the item is taken.
        is_stopped: returns whether no further item is taken.
    """
    running: set[futures.Future[C]] = set()
    failure: Exception | None = None
    is_at_end = False
    source = iter(items)
    threads = futures.ThreadPoolExecutor(limit, thread_name_prefix="britive-scim")
    try:
        while True:
            while not (failure or is_at_end or is_stopped()) and len(running) < limit:
                try:
                    item = next(source)
                except StopIteration:
                    is_at_end = True
                    break
                except Exception as error:  # noqa: BLE001 - raised at the end
                    failure = error
                    break
                running.add(threads.submit(copy_context().run, work, prepare(item)))
            if not running:
                break
            done, running = futures.wait(running, return_when=futures.FIRST_COMPLETED)
            for task in done:
                problem = task.exception()
                if problem is None:
                    yield task.result()
                elif not isinstance(problem, Exception):
                    raise problem
                else:
                    failure = failure or problem
        if failure is not None:
            raise failure
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


def prefetch(work: Callable[[A], tuple[B, A | None]], first: A, limit: int) -> Generator[B]:
    """Yield the results of `work(first)`, then of `work` for each next argument, until that is `None`.

    Each call returns its result and the next argument. The calls run one after the other in a thread while the
    caller works; at most `limit` are running or waiting. An exception is raised in its turn and ends the
    generator. When the caller stops early, calls that have not started are cancelled.
    """

    def run_next(previous: futures.Future[tuple[B, A | None] | None]) -> tuple[B, A | None] | None:
        done = previous.result()  # available: one thread runs the calls in order
        return None if done is None or done[1] is None else work(done[1])

    def run_first() -> tuple[B, A | None] | None:
        return work(first)

    thread = futures.ThreadPoolExecutor(1, thread_name_prefix="britive-scim")
    waiting = deque([thread.submit(copy_context().run, run_first)])
    try:
        while True:
            while len(waiting) < limit:
                waiting.append(thread.submit(copy_context().run, run_next, waiting[-1]))
            done = waiting.popleft().result()
            if done is None:
                return
            yield done[0]
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


InnerGenerator = closing
"""Generator that another one iterates over and closes."""
