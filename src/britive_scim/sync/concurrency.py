"""What threads do differently from tasks: the hand-written twin of `aio/concurrency.py`."""

from __future__ import annotations

import inspect
import threading
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import Any, TypeVar

from typing_extensions import TypeIs

from britive_scim.errors import ConfigurationError
from britive_scim.wire.credentials import Secret
from britive_scim.wire.protocols import Clock

__all__ = [
    "IS_ASYNC",
    "CapacityLimiter",
    "prefetch",
    "register_finalizer",
    "finish_callback",
    "current_loop",
    "ordered_map",
    "maybe_await",
    "shield",
    "sleep",
    "cache_missing_sniffio",
]

IS_ASYNC = False
"""Whether the clients beside this file are asynchronous."""

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


class CapacityLimiter:
    """A number of places, each held by one thread at a time; the place used last is given out first.

    More threads than connections break the connection pool (httpcore 1.0 closes connections in use),
    so threads wait here and the pool is never over-asked. While a server says that it is busy there are
    fewer places: `shrink` halves them, and each `grow` gives one back.

    Args:
        size: how many places there are.
    """

    __slots__ = ("_disabled", "_disabled_target", "_free_slots", "_lock", "_semaphore", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._free_slots = list(range(size - 1, -1, -1))
        self._semaphore = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._disabled_target = 0  # places that there shall not be
        self._disabled = 0  # of these, the ones taken out already

    @property
    def capacity(self) -> int:
        """How many places there are at present."""
        return self.size - self._disabled_target

    def acquire(self) -> int:
        """Wait for a free place and return its number."""
        self._semaphore.acquire()
        return self._free_slots.pop()

    def release(self, slot: int) -> None:
        """Give a place back."""
        self._free_slots.append(slot)
        if self._disabled_target:
            with self._lock:
                if self._disabled < self._disabled_target:
                    self._disabled += 1
                    return
        self._semaphore.release()

    def shrink(self) -> None:
        """Halve the number of places, down to one; those in use are taken out as they come back."""
        with self._lock:
            self._disabled_target = self.size - max(1, self.capacity // 2)

    def grow(self) -> None:
        """Give one place back, up to all."""
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
        """Wait until nobody holds a place, and return whether that came to pass within `seconds`."""
        while self._disabled_target:
            self.grow()
        until = time.monotonic() + seconds
        return all(
            self._semaphore.acquire(timeout=max(0.0, until - time.monotonic()))
            for _ in range(self.size)
        )


def sleep(seconds: float, clock: Clock | None = None) -> None:
    """Let `seconds` pass on `clock`, or in the world."""
    if clock is None:
        time.sleep(seconds)
    else:
        clock.sleep(seconds)


def maybe_await(value: Secret | Awaitable[Secret]) -> Secret:
    """Return `value`.

    Raises:
        ConfigurationError: it would have to be awaited.
    """
    if _is_awaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise ConfigurationError(
            "the token function returned something to await; a client without async takes a plain function"
        )
    return value


def _is_awaitable(value: Secret | Awaitable[Secret]) -> TypeIs[Awaitable[Secret]]:
    return inspect.isawaitable(value)


def finish_callback(result: object) -> None:
    """Check that what a function of the caller returned needs no waiting for.

    Raises:
        ConfigurationError: it would have to be awaited.
    """
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise ConfigurationError(
            "this function returned something to await; a client without async takes a plain function"
        )


def shield(work: T) -> T:
    """Return `work`: it is done already, and threads are not cancelled."""
    return work


def cache_missing_sniffio() -> None:
    """Do nothing: without an event loop nobody asks which one runs."""


def ordered_map(work: Callable[[A], B], items: Iterable[A], limit: int) -> Generator[B]:
    """Yield `work(item)` for each of `items`, in their order, at most `limit` at a time ahead.

    Each runs in a copy of the caller's context, as tasks do. When the caller stops early or one fails,
    what has not begun is left undone.
    """
    waiting: deque[Future[B]] = deque()
    source = iter(items)
    threads = ThreadPoolExecutor(limit, thread_name_prefix="britive-scim")
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
    """Yield what comes of `work(first)`, then of `work` on what each tells to go on with, until that is `None`.

    One runs after the other in a thread, while the caller is busy too: up to `limit` are under way or
    wait to be taken. What one raises is raised in its turn, and ends it. When the caller stops early, what
    has not begun is left undone.
    """

    def run_next(previous: Future[tuple[B, A | None] | None]) -> tuple[B, A | None] | None:
        done = previous.result()  # there already, as one thread does one after the other
        return None if done is None or done[1] is None else work(done[1])

    def run_first() -> tuple[B, A | None] | None:
        return work(first)

    thread = ThreadPoolExecutor(1, thread_name_prefix="britive-scim")
    waiting = deque([thread.submit(copy_context().run, run_first)])
    try:
        while True:
            while len(waiting) < limit:
                waiting.append(thread.submit(copy_context().run, run_next, waiting[-1]))
            made = waiting.popleft().result()
            if made is None:
                return
            yield made[0]
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


def current_loop() -> object:
    """Return what connections are tied to: nothing, every thread may use them."""
    return None


def register_finalizer(owner: object, transports: Iterable[Any]) -> None:
    """Close what is in `transports`, then, when `owner` is collected without having been closed."""
    weakref.finalize(owner, _close_all, transports)


def _close_all(transports: Iterable[Any]) -> None:
    for transport in transports:
        if transport is not None:
            transport.close()
