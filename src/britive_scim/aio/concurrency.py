"""Concurrency with asyncio: the hand-written twin of `sync/concurrency.py`.

`tools/unasync.py` turns every other file of `aio` into its sync twin by deleting `async` and `await`. Where
tasks and threads differ further, the difference is here, under the same names in both files.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterable,
)
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from typing_extensions import TypeIs

from britive_scim.wire.credentials import Secret
from britive_scim.wire.protocols import Clock

__all__ = [
    "IS_ASYNC",
    "AsyncIterableBase",
    "CapacityLimiter",
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

IS_ASYNC = True
"""True in this package, where the clients are async."""

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


class CapacityLimiter:
    """Semaphore with numbered slots; the slot released last is acquired first.

    `shrink` halves the number of slots when a server is busy, and each `grow` adds one.

    Args:
        size: number of slots.
    """

    __slots__ = ("_disabled", "_disabled_target", "_free_slots", "_semaphore", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._free_slots = list(range(size - 1, -1, -1))
        self._semaphore = asyncio.Semaphore(size)
        self._disabled_target = 0  # slots to disable
        self._disabled = 0  # slots disabled so far; the others are in use

    @property
    def capacity(self) -> int:
        """Number of slots at present."""
        return self.size - self._disabled_target

    async def acquire(self) -> int:
        """Wait for a free slot and return its number."""
        await self._semaphore.acquire()
        return self._free_slots.pop()

    def release(self, slot: int) -> None:
        """Free a slot."""
        self._free_slots.append(slot)
        if self._disabled < self._disabled_target:
            self._disabled += 1
        else:
            self._semaphore.release()

    def shrink(self) -> None:
        """Halve the number of slots, down to one; slots in use are disabled on release."""
        self._disabled_target = self.size - max(1, self.capacity // 2)

    def grow(self) -> None:
        """Add one slot, up to `size`."""
        if self._disabled_target:
            self._disabled_target -= 1
            if self._disabled > self._disabled_target:
                self._disabled -= 1
                self._semaphore.release()

    async def drain(self, seconds: float) -> bool:
        """Wait until every slot is free, and return whether that was within `seconds`."""
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
    """Wait `seconds` on `clock`, or in real time."""
    if clock is None:
        await asyncio.sleep(seconds)
    else:
        await clock.asleep(seconds)


async def maybe_await(value: Secret | Awaitable[Secret]) -> Secret:
    """Return `value`, awaited if it is awaitable."""
    if _is_awaitable(value):
        return await value
    return value


def _is_awaitable(value: Secret | Awaitable[Secret]) -> TypeIs[Awaitable[Secret]]:
    return inspect.isawaitable(value)


async def finish_callback(result: object) -> None:
    """Await the result of a function of the caller, if it is awaitable."""
    if inspect.isawaitable(result):
        await result


_running_tasks: set[asyncio.Task[Any]] = set()


async def shield(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end even if the waiting task is cancelled.

    A request cancelled in flight loses its slot in the connection pool of httpcore 1.0, and its outcome would
    be unknown.
    """
    task = asyncio.ensure_future(work)
    _running_tasks.add(task)  # the event loop keeps weak references only
    task.add_done_callback(_running_tasks.discard)
    return await asyncio.shield(task)


def cache_missing_sniffio() -> None:
    """Cache that sniffio is not installed.

    httpcore 1.0 imports it several times a request, to detect the event loop. Python caches modules that were
    found, but not those that were not found: each import then searches `sys.path` for 0.1 ms. `None` in
    `sys.modules` marks a module as missing (The Import System, "The module cache").
    """
    if "sniffio" not in sys.modules and find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # documented, not in the stubs


async def ordered_map(
    work: Callable[[A], Coroutine[Any, Any, B]], items: Iterable[A], limit: int
) -> AsyncGenerator[B]:
    """Yield `work(item)` for each of `items`, in their order, with at most `limit` running or waiting.

    When the caller stops early, or one raises, the running ones are cancelled.
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
    """Yield the results of `work(first)`, then of `work` for each next argument, until that is `None`.

    Each call returns its result and the next argument. The calls run one after the other while the caller works;
    at most `limit` are running or waiting. An exception is raised in its turn and ends the generator. When the
    caller stops early, the running call is cancelled.
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
            done = await waiting.popleft()
            if done is None:
                return
            yield done[0]
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def current_loop() -> object:
    """Return the running event loop, which connections are bound to."""
    return asyncio.get_running_loop()


def register_finalizer(owner: object, transports: Iterable[Any]) -> None:
    """Do nothing: a connection cannot be closed without its event loop."""


class AsyncIterableBase(Generic[T]):
    """Base of async iterables: awaiting one returns a list of all items, a plain `for` raises `TypeError`."""

    __slots__ = ()

    def __aiter__(self) -> AsyncIterator[T]:
        raise NotImplementedError

    def __await__(self) -> Generator[Any, None, list[T]]:
        return self._collect().__await__()

    async def _collect(self) -> list[T]:
        return [item async for item in self]

    if not TYPE_CHECKING:  # type checkers report a plain `for` themselves

        def __iter__(self) -> NoReturn:
            raise TypeError(
                f"{type(self).__name__} must be iterated with `async for`, got `for`; "
                "await it for a list of all items"
            )


class Mutex:
    """Lock for one task at a time; it may be used in several event loops, one after the other."""

    __slots__ = ("_lock", "_loop")

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._loop: object = None

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # a lock on which a task has waited belongs to its loop
            self._loop, self._lock = loop, asyncio.Lock()
        await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
