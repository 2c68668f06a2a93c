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
from britive_scim.wire.settings import Clock

__all__ = [
    "ASYNCHRONOUS",
    "Limiter",
    "chained",
    "close_when_forgotten",
    "finish",
    "home",
    "ordered_map",
    "settle",
    "shielded",
    "sleep",
    "spare_searches",
]

ASYNCHRONOUS = False
"""Whether the clients beside this file are asynchronous."""

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


class Limiter:
    """A number of places, each held by one thread at a time; the place used last is given out first.

    More threads than connections break the connection pool (httpcore 1.0 closes connections in use),
    so threads wait here and the pool is never over-asked. While a server says that it is busy there are
    fewer places: `shrink` halves them, and each `grow` gives one back.

    Args:
        size: how many places there are.
    """

    __slots__ = ("_free", "_kept", "_lock", "_places", "_withheld", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._free = list(range(size - 1, -1, -1))
        self._places = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._withheld = 0  # places that there shall not be
        self._kept = 0  # of these, the ones taken out already

    @property
    def allowed(self) -> int:
        """How many places there are at present."""
        return self.size - self._withheld

    def acquire(self) -> int:
        """Wait for a free place and return its number."""
        self._places.acquire()
        return self._free.pop()

    def release(self, place: int) -> None:
        """Give a place back."""
        self._free.append(place)
        if self._withheld:
            with self._lock:
                if self._kept < self._withheld:
                    self._kept += 1
                    return
        self._places.release()

    def shrink(self) -> None:
        """Halve the number of places, down to one; those in use are taken out as they come back."""
        with self._lock:
            self._withheld = self.size - max(1, self.allowed // 2)

    def grow(self) -> None:
        """Give one place back, up to all."""
        if not self._withheld:
            return
        with self._lock:
            if not self._withheld:
                return
            self._withheld -= 1
            if self._kept <= self._withheld:
                return
            self._kept -= 1
        self._places.release()

    def drain(self, seconds: float) -> bool:
        """Wait until nobody holds a place, and return whether that came to pass within `seconds`."""
        while self._withheld:
            self.grow()
        until = time.monotonic() + seconds
        return all(
            self._places.acquire(timeout=max(0.0, until - time.monotonic()))
            for _ in range(self.size)
        )


def sleep(seconds: float, clock: Clock | None = None) -> None:
    """Let `seconds` pass on `clock`, or in the world."""
    if clock is None:
        time.sleep(seconds)
    else:
        clock.sleep(seconds)


def settle(value: Secret | Awaitable[Secret]) -> Secret:
    """Return `value`.

    Raises:
        ConfigurationError: it would have to be awaited.
    """
    if _awaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise ConfigurationError(
            "the token function returned something to await; a client without async takes a plain function"
        )
    return value


def _awaitable(value: Secret | Awaitable[Secret]) -> TypeIs[Awaitable[Secret]]:
    return inspect.isawaitable(value)


def finish(work: object) -> None:
    """Check that what a function of the caller returned needs no waiting for.

    Raises:
        ConfigurationError: it would have to be awaited.
    """
    if inspect.isawaitable(work):
        if inspect.iscoroutine(work):
            work.close()
        raise ConfigurationError(
            "this function returned something to await; a client without async takes a plain function"
        )


def shielded(work: T) -> T:
    """Return `work`: it is done already, and threads are not cancelled."""
    return work


def spare_searches() -> None:
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


def chained(work: Callable[[A], tuple[B, A | None]], first: A, limit: int) -> Generator[B]:
    """Yield what comes of `work(first)`, then of `work` on what each tells to go on with, until that is `None`.

    One runs after the other in a thread, while the caller is busy too: up to `limit` are under way or
    wait to be taken. What one raises is raised in its turn, and ends it. When the caller stops early, what
    has not begun is left undone.
    """

    def link(before: Future[tuple[B, A | None] | None]) -> tuple[B, A | None] | None:
        done = before.result()  # there already, as one thread does one after the other
        return None if done is None or done[1] is None else work(done[1])

    def begin() -> tuple[B, A | None] | None:
        return work(first)

    thread = ThreadPoolExecutor(1, thread_name_prefix="britive-scim")
    waiting = deque([thread.submit(copy_context().run, begin)])
    try:
        while True:
            while len(waiting) < limit:
                waiting.append(thread.submit(copy_context().run, link, waiting[-1]))
            made = waiting.popleft().result()
            if made is None:
                return
            yield made[0]
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


def home() -> object:
    """Return what connections are tied to: nothing, every thread may use them."""
    return None


def close_when_forgotten(owner: object, transports: Iterable[Any]) -> None:
    """Close what is in `transports`, then, when `owner` is collected without having been closed."""
    weakref.finalize(owner, _close, transports)


def _close(transports: Iterable[Any]) -> None:
    for transport in transports:
        if transport is not None:
            transport.close()
