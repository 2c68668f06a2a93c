"""Concurrency with threads: the hand-written twin of `aio/concurrency.py`."""

from __future__ import annotations

import inspect
import logging
import threading
import time
import weakref
from collections.abc import Awaitable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from typing_extensions import TypeIs

from britive_scim.errors import ConfigurationError
from britive_scim.wire.credentials import Secret
from britive_scim.wire.protocols import Clock

__all__ = [
    "IS_ASYNC",
    "CapacityLimiter",
    "ContextManagerBase",
    "IterableBase",
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

IS_ASYNC = False
"""False in this package, where the clients are sync."""

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
T = TypeVar("T")


class CapacityLimiter:
    """Semaphore of requests sent at a time.

    `shrink` halves the number of permits when a server is busy, and each `grow` adds one. Threads wait here, as
    more threads than connections break the connection pool: httpcore 1.0 closes connections in use.

    A signal handler that raises, as for Ctrl-C, runs after any call and at the start of any function. So
    `threading.Semaphore`, which is Python code, can lose its count or its lock; `SimpleQueue` cannot.

    Args:
        size: number of permits.
    """

    __slots__ = ("_disabled", "_disabled_target", "_lock", "size", "tokens")

    def __init__(self, size: int) -> None:
        self.size = size
        self.tokens: SimpleQueue[bool] = SimpleQueue()
        for _ in range(size):
            self.tokens.put(True)
        self._lock = threading.Lock()
        self._disabled_target = 0  # permits to disable
        self._disabled = 0  # permits disabled so far; the others are in use

    @property
    def capacity(self) -> int:
        """Number of permits at present."""
        return self.size - self._disabled_target

    @property
    def free(self) -> int:
        """Number of permits that nobody holds, disabled ones included."""
        return self.tokens.qsize() + self._disabled

    def release(self, permit: Permit) -> None:
        """Return a permit, if it is held."""
        with self._lock:  # what changes together has no call between: no signal handler runs there
            if permit.is_held:
                permit.is_held = False
                if self._disabled < self._disabled_target:
                    self._disabled += 1
                else:
                    self.tokens.put(True)

    def shrink(self) -> None:
        """Halve the number of permits, down to one; permits in use are disabled on release."""
        with self._lock:
            self._disabled_target = self.size - max(1, self.capacity // 2)

    def grow(self) -> None:
        """Add one permit, up to `size`."""
        if not self._disabled_target:
            return
        with self._lock:
            if self._disabled_target:
                self._disabled_target -= 1
                if self._disabled > self._disabled_target:
                    self._disabled -= 1
                    self.tokens.put(True)

    def drain(self, seconds: float) -> bool:
        """Wait until nobody holds a permit, and return whether that was within `seconds`.

        The permits stay with the limiter, so that nobody else gets one afterwards.
        """
        while self._disabled_target:
            self.grow()
        deadline = time.monotonic() + seconds
        try:
            for _ in range(self.size):
                self.tokens.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            return False
        return True


class Permit:
    """Permit of a limiter for one request: acquired once, and released once however often `release` is called.

    Args:
        limiter: limiter of the permit.
    """

    __slots__ = ("_limiter", "is_held")

    def __init__(self, limiter: CapacityLimiter) -> None:
        self._limiter = limiter
        self.is_held = False

    def acquire(self) -> None:
        """Wait for the permit."""
        # `is_held = get()` could be interrupted between the two; a `for` takes and assigns without a call between
        for self.is_held in iter(self._limiter.tokens.get, False):  # noqa: B020 - read in `release`
            return

    def release(self) -> None:
        """Return the permit, if it is held."""
        self._limiter.release(self)

    def transfer(self) -> Permit:
        """Return the permit itself: the thread that acquired it sends the request."""
        return self


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


def current_loop() -> object:
    """Return `None`: connections are not bound to an event loop, and every thread may use them."""
    return None


class TransportCloser:
    """Closer of transports: on `close`, when it is garbage collected, or when the interpreter ends.

    Args:
        transports: the transports to close, whichever are contained then.
    """

    __slots__ = ("__weakref__", "_close")

    def __init__(self, transports: set[Any]) -> None:
        self._close = weakref.finalize(self, _close_all, transports)

    def close(self) -> None:
        """Close the transports."""
        self._close()


def _close_all(transports: set[Any]) -> None:
    while transports:
        try:
            transports.pop().close()
        except Exception:  # noqa: BLE001 - the others are closed all the same
            _log.debug("closing a connection failed", exc_info=False)


class IterableBase(Generic[T]):
    """Base of iterables; the async twin adds awaiting."""

    __slots__ = ()


class ContextManagerBase:
    """Base of context managers: `async with` raises `TypeError`."""

    if not TYPE_CHECKING:  # type checkers report `async with` themselves

        def __aenter__(self) -> NoReturn:
            raise TypeError(
                f"{type(self).__name__} must be opened with `with`, got `async with`; use Async{type(self).__name__} "
                "for `async with`"
            )

        def __aexit__(self, *_: object) -> None:
            """Do nothing: `__aenter__` raises."""


Mutex = threading.Lock
"""Lock for one thread at a time; a signal handler that raises cannot lose it, as it is no Python code."""
