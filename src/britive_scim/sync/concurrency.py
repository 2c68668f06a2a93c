"""Concurrency with threads: the hand-written twin of `aio/concurrency.py`."""

from __future__ import annotations

import inspect
import threading
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from concurrent import futures
from contextvars import copy_context
from itertools import islice
from typing import Any, Generic, TypeVar

from typing_extensions import TypeIs

from britive_scim.errors import ConfigurationError
from britive_scim.wire.credentials import Secret
from britive_scim.wire.protocols import Clock

__all__ = [
    "IS_ASYNC",
    "CapacityLimiter",
    "IterableBase",
    "Mutex",
    "cache_missing_sniffio",
    "current_loop",
    "finish_callback",
    "maybe_await",
    "ordered_map",
    "prefetch",
    "register_finalizer",
    "shield",
    "sleep",
]

IS_ASYNC = False
"""False in this package, where the clients are sync."""

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


class CapacityLimiter:
    """Semaphore with numbered slots; the slot released last is acquired first.

    `shrink` halves the number of slots when a server is busy, and each `grow` adds one. Threads wait here, as
    more threads than connections break the connection pool: httpcore 1.0 closes connections in use.

    Args:
        size: number of slots.
    """

    __slots__ = ("_disabled", "_disabled_target", "_free_slots", "_lock", "_semaphore", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._free_slots = list(range(size - 1, -1, -1))
        self._semaphore = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._disabled_target = 0  # slots to disable
        self._disabled = 0  # slots disabled so far; the others are in use

    @property
    def capacity(self) -> int:
        """Number of slots at present."""
        return self.size - self._disabled_target

    def acquire(self) -> int:
        """Wait for a free slot and return its number."""
        self._semaphore.acquire()
        return self._free_slots.pop()

    def release(self, slot: int) -> None:
        """Free a slot."""
        self._free_slots.append(slot)
        if self._disabled_target:
            with self._lock:
                if self._disabled < self._disabled_target:
                    self._disabled += 1
                    return
        self._semaphore.release()

    def shrink(self) -> None:
        """Halve the number of slots, down to one; slots in use are disabled on release."""
        with self._lock:
            self._disabled_target = self.size - max(1, self.capacity // 2)

    def grow(self) -> None:
        """Add one slot, up to `size`."""
        if not self._disabled_target:
            return
        with self._lock:
            if not self._disabled_target:
                return
            self._disabled_target -= 1
            if self._disabled <= self._disabled_target:
                return
            self._disabled -= 1
        self._semaphore.release()

    def drain(self, seconds: float) -> bool:
        """Wait until every slot is free, and return whether that was within `seconds`."""
        while self._disabled_target:
            self.grow()
        deadline = time.monotonic() + seconds
        return all(
            self._semaphore.acquire(timeout=max(0.0, deadline - time.monotonic()))
            for _ in range(self.size)
        )


def sleep(seconds: float, clock: Clock | None = None) -> None:
    """Wait `seconds` on `clock`, or in real time."""
    if clock is None:
        time.sleep(seconds)
    else:
        clock.sleep(seconds)


def maybe_await(value: Secret | Awaitable[Secret]) -> Secret:
    """Return `value`.

    Raises:
        ConfigurationError: `value` is awaitable.
    """
    if _is_awaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise ConfigurationError(
            "the token function must return a token, got an awaitable; give a sync function, or use the async client"
        )
    return value


def _is_awaitable(value: Secret | Awaitable[Secret]) -> TypeIs[Awaitable[Secret]]:
    return inspect.isawaitable(value)


def finish_callback(result: object) -> None:
    """Check that the result of a function of the caller is not awaitable.

    Raises:
        ConfigurationError: `result` is awaitable.
    """
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise ConfigurationError(
            "the function must be sync, but it returned an awaitable; give a sync function, or use the async client"
        )


def shield(work: T) -> T:
    """Return `work`: it is done already, and threads are not cancelled."""
    return work


def cache_missing_sniffio() -> None:
    """Do nothing: httpcore detects no event loop in sync code."""


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


def current_loop() -> object:
    """Return `None`: connections are not bound to an event loop, and every thread may use them."""
    return None


def register_finalizer(owner: object, transports: Iterable[Any]) -> None:
    """Close the `transports` present then, when `owner` is garbage collected without having been closed."""
    weakref.finalize(owner, _close_all, transports)


def _close_all(transports: Iterable[Any]) -> None:
    for transport in transports:
        if transport is not None:
            transport.close()


class IterableBase(Generic[T]):
    """Base of iterables; the async twin adds awaiting."""

    __slots__ = ()


class Mutex:
    """Lock for one thread at a time."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
