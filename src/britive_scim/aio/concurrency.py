"""What tasks do differently from threads: the hand-written twin of `sync/concurrency.py`.

Every other file of `aio` is turned into its sync twin by deleting `async` and `await`; what cannot be
said that way has the same names here and there, and nothing of asyncio is used elsewhere.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from importlib.util import find_spec
from itertools import islice
from typing import Any, TypeVar

from typing_extensions import TypeIs

from britive_scim.wire.credentials import Secret
from britive_scim.wire.protocols import Clock

__all__ = [
    "IS_ASYNC",
    "CapacityLimiter",
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

IS_ASYNC = True
"""Whether the clients beside this file are asynchronous."""

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


class CapacityLimiter:
    """A number of places, each held by one task at a time; the place used last is given out first.

    While a server says that it is busy there are fewer places: `shrink` halves them, and each `grow`
    gives one back.

    Args:
        size: how many places there are.
    """

    __slots__ = ("_disabled", "_disabled_target", "_free_slots", "_semaphore", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._free_slots = list(range(size - 1, -1, -1))
        self._semaphore = asyncio.Semaphore(size)
        self._disabled_target = 0  # places that there shall not be
        self._disabled = 0  # of these, the ones taken out already

    @property
    def capacity(self) -> int:
        """How many places there are at present."""
        return self.size - self._disabled_target

    async def acquire(self) -> int:
        """Wait for a free place and return its number."""
        await self._semaphore.acquire()
        return self._free_slots.pop()

    def release(self, slot: int) -> None:
        """Give a place back."""
        self._free_slots.append(slot)
        if self._disabled < self._disabled_target:
            self._disabled += 1
        else:
            self._semaphore.release()

    def shrink(self) -> None:
        """Halve the number of places, down to one; those in use are taken out as they come back."""
        self._disabled_target = self.size - max(1, self.capacity // 2)

    def grow(self) -> None:
        """Give one place back, up to all."""
        if self._disabled_target:
            self._disabled_target -= 1
            if self._disabled > self._disabled_target:
                self._disabled -= 1
                self._semaphore.release()

    async def drain(self, seconds: float) -> bool:
        """Wait until nobody holds a place, and return whether that came to pass within `seconds`."""
        while self._disabled_target:
            self.grow()
        try:
            async with asyncio.timeout(seconds):
                for _ in range(self.size):
                    await self._semaphore.acquire()
        except TimeoutError:
            return False
        return True


async def sleep(seconds: float, clock: Clock | None = None) -> None:
    """Let `seconds` pass on `clock`, or in the world."""
    if clock is None:
        await asyncio.sleep(seconds)
    else:
        clock.sleep(seconds)
        await asyncio.sleep(0)


async def maybe_await(value: Secret | Awaitable[Secret]) -> Secret:
    """Return `value`, awaited where it has to be."""
    if _is_awaitable(value):
        return await value
    return value


def _is_awaitable(value: Secret | Awaitable[Secret]) -> TypeIs[Awaitable[Secret]]:
    return inspect.isawaitable(value)


async def finish_callback(result: object) -> None:
    """Wait for what a function of the caller returned, where it has to be waited for."""
    if inspect.isawaitable(result):
        await result


_running_tasks: set[asyncio.Task[Any]] = set()


async def shield(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end even if the waiting task is cancelled; only the waiting ends then.

    A request cancelled half-way loses its place in the connection pool for good (httpcore 1.0), and
    nobody would learn what became of it.
    """
    task = asyncio.ensure_future(work)
    _running_tasks.add(task)  # the event loop keeps weak references only
    task.add_done_callback(_running_tasks.discard)
    return await asyncio.shield(task)


def cache_missing_sniffio() -> None:
    """Let httpcore know once and for all where sniffio is not installed.

    httpcore 1.0 imports it several times a request, to learn which event loop runs. Python remembers
    modules it found and not those it did not, so each time all of `sys.path` is searched, which takes
    more than a tenth of a millisecond. `None` in `sys.modules` says "not there" (The Import System,
    "The module cache").
    """
    if "sniffio" not in sys.modules and find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # documented, not in the stubs


async def ordered_map(
    work: Callable[[A], Coroutine[Any, Any, B]], items: Iterable[A], limit: int
) -> AsyncGenerator[B]:
    """Yield `work(item)` for each of `items`, in their order, at most `limit` at a time ahead.

    When the caller stops early or one fails, what is under way is cancelled.
    """
    waiting: deque[asyncio.Task[B]] = deque()
    source = iter(items)
    try:
        while True:
            for item in islice(source, limit - len(waiting)):
                waiting.append(asyncio.ensure_future(work(item)))
            if not waiting:
                return
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def prefetch(
    work: Callable[[A], Coroutine[Any, Any, tuple[B, A | None]]], first: A, limit: int
) -> AsyncGenerator[B]:
    """Yield what comes of `work(first)`, then of `work` on what each tells to go on with, until that is `None`.

    One runs after the other, while the caller is busy too: up to `limit` are under way or wait to be
    taken. What one raises is raised in its turn, and ends it. When the caller stops early, what is under
    way is cancelled.
    """

    async def run_next(
        previous: asyncio.Task[tuple[B, A | None] | None],
    ) -> tuple[B, A | None] | None:
        done = await previous
        return None if done is None or done[1] is None else await work(done[1])

    async def run_first() -> tuple[B, A | None] | None:
        return await work(first)

    waiting = deque([asyncio.ensure_future(run_first())])
    try:
        while True:
            while len(waiting) < limit:
                waiting.append(asyncio.ensure_future(run_next(waiting[-1])))
            made = await waiting.popleft()
            if made is None:
                return
            yield made[0]
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def current_loop() -> object:
    """Return what connections are tied to: the running event loop."""
    return asyncio.get_running_loop()


def register_finalizer(owner: object, transports: Iterable[Any]) -> None:
    """Do nothing: without its event loop nobody can close a connection properly."""
