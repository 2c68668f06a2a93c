"""Concurrency with threads: the hand-written twin of `aio/concurrency.py`."""

from __future__ import annotations

import inspect
import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from concurrent import futures
from contextlib import closing
from contextvars import copy_context
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from typing_extensions import TypeIs

from britive_scim.errors import ConfigurationError
from britive_scim.wire.credentials import Secret
from britive_scim.wire.protocols import Clock

__all__ = [
    "IS_ASYNC",
    "AnyIterable",
    "CapacityLimiter",
    "ContextManagerBase",
    "InnerGenerator",
    "IterableBase",
    "Mutex",
    "Permit",
    "TransportCloser",
    "current_loop",
    "finish_callback",
    "maybe_await",
    "ordered_map",
    "prefetch",
    "shield",
    "sleep",
    "unordered_map",
]

_log = logging.getLogger("britive_scim")

IS_ASYNC = False
"""False in this package, where the clients are sync."""

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
T = TypeVar("T")

AnyIterable = Iterable[T]
"""Iterable that a method takes; that of an async method may be asynchronous."""


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
