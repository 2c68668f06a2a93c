"""Concurrency with asyncio: the hand-written twin of `sync/concurrency.py`.

`tools/unasync.py` turns every other file of `aio` into its sync twin by deleting `async` and `await`. Where
tasks and threads differ further, the difference is here, under the same names in both files.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Coroutine,
    Generator,
)
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from typing_extensions import TypeIs

from britive_scim.errors import ConfigurationError
from britive_scim.wire.credentials import Secret
from britive_scim.wire.protocols import Clock

__all__ = [
    "IS_ASYNC",
    "AsyncIterableBase",
    "CapacityLimiter",
    "ContextManagerBase",
    "Mutex",
    "Permit",
    "TransportCloser",
    "current_loop",
    "finish_callback",
    "maybe_await",
    "shield",
    "sleep",
]

_log = logging.getLogger("britive_scim")

IS_ASYNC = True
"""True in this package, where the clients are async."""

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
T = TypeVar("T")


class CapacityLimiter:
    """Semaphore of requests sent at a time.

    `shrink` halves the number of permits when a server is busy, and each `grow` adds one.

    Args:
        size: number of permits.
    """

    __slots__ = ("_disabled", "_disabled_target", "_semaphore", "held", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.held = 0
        self._semaphore = asyncio.Semaphore(size)
        self._disabled_target = 0  # permits to disable
        self._disabled = 0  # permits disabled so far; the others are in use

    @property
    def capacity(self) -> int:
        """Current number of permits."""
        return self.size - self._disabled_target

    @property
    def free(self) -> int:
        """Number of free permits, including disabled ones."""
        return self.size - self.held

    async def acquire(self) -> None:
        """Wait for a permit and take it."""
        await self._semaphore.acquire()
        self.held += 1

    def release(self) -> None:
        """Return a permit."""
        self.held -= 1
        if self._disabled < self._disabled_target:
            self._disabled += 1
        else:
            self._semaphore.release()

    def shrink(self) -> None:
        """Halve the number of permits, down to one; permits in use are disabled on release."""
        self._disabled_target = self.size - max(1, self.capacity // 2)

    def grow(self) -> None:
        """Add one permit, up to `size`."""
        if self._disabled_target:
            self._disabled_target -= 1
            if self._disabled > self._disabled_target:
                self._disabled -= 1
                self._semaphore.release()

    async def drain(self, seconds: float) -> bool:
        """Wait until all permits are free, and return whether that was within `seconds`.

        The limiter keeps the permits, so that none can be acquired afterwards.
        """
        while self._disabled_target:
            self.grow()
        try:
            async with asyncio.timeout(seconds):
                for _ in range(self.size):
                    await self.acquire()
        except TimeoutError:
            return False
        return True


class Permit:
    """Permit of a limiter for one request: acquired once, and released once even if `release` is called repeatedly.

    Args:
        limiter: limiter of the permit.
    """

    __slots__ = ("_is_held", "_limiter")

    def __init__(self, limiter: CapacityLimiter) -> None:
        self._limiter = limiter
        self._is_held = False

    async def acquire(self) -> None:
        """Wait for the permit."""
        await self._limiter.acquire()
        self._is_held = True

    def release(self) -> None:
        """Return the permit, if it is held."""
        if self._is_held:
            self._is_held = False
            self._limiter.release()

    def transfer(self) -> Permit:
        """Return the permit for another task; releasing this one then has no effect."""
        successor = Permit(self._limiter)
        successor._is_held, self._is_held = self._is_held, False
        return successor


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

    A request cancelled in flight loses its connection, and its outcome would be unknown.
    """
    task = asyncio.ensure_future(work)
    _running_tasks.add(task)  # the event loop keeps weak references only
    task.add_done_callback(_running_tasks.discard)
    return await asyncio.shield(task)


def current_loop() -> object:
    """Return the running event loop, which connections are bound to.

    Raises:
        ConfigurationError: no event loop of asyncio is running, as under trio.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    raise ConfigurationError(
        "an async client must be used in a running event loop of asyncio, got none; run the program with "
        "asyncio.run(main()), or use the sync client, also under trio"
    )


class TransportCloser:
    """Closer of transports: on `aclose`, when it is garbage collected, or when the event loop ends.

    In the last two cases, an event loop closes its started async generators (PEP 525). A connection can be closed
    only in its event loop.

    Args:
        transports: the set of transports to close; it may change until then.
    """

    __slots__ = ("_waiting",)

    def __init__(self, transports: set[Any]) -> None:
        self._waiting = _close_when_finished(transports)
        with suppress(StopIteration):  # runs up to the `yield`
            self._waiting.__anext__().send(None)

    async def aclose(self) -> None:
        """Close the transports."""
        await self._waiting.aclose()


async def _close_when_finished(transports: set[Any]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        while transports:
            try:
                await transports.pop().aclose()
            except Exception:  # noqa: BLE001 - the others are still closed
                _log.debug("closing a connection failed", exc_info=False)


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


class ContextManagerBase:
    """Base of async context managers: a plain `with` raises `TypeError`."""

    if not TYPE_CHECKING:  # type checkers report a plain `with` themselves

        def __enter__(self) -> NoReturn:
            raise TypeError(
                f"{type(self).__name__} must be opened with `async with`, got `with`; the sync client takes `with`"
            )

        def __exit__(self, *_: object) -> None:
            """Do nothing: `__enter__` raises."""


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
