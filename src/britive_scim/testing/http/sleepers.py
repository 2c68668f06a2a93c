"""Sleepers of a tenant's clock: threads and tasks that wait for their own deadlines without real time.

The clock moves to the earliest deadline as soon as nothing else can happen before it. Moving it by the delay of
each sleeper instead would add up the delays of concurrent calls.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakKeyDictionary

__all__ = ["Sleepers"]

_QUIET_SECONDS = 0.005
"""Real seconds without an arrival after which no other thread is expected before the earliest deadline."""

_MAX_PASSES = 1000
"""Passes of an event loop without an arrival after which its ready callbacks count as polling."""


class _MovableClock(Protocol):
    """The part of a clock that its sleepers use."""

    def now(self) -> datetime: ...
    def move_to(self, time: datetime) -> None: ...


@dataclass(slots=True, order=True)
class _Sleeper:
    """A thread or task that waits.

    Attributes:
        deadline: time at which it wakes.
        serial: number that orders equal deadlines.
        wake: wakes it; called with the lock held.
        loop: event loop of a task; `None` for a thread.
        is_done: whether it was woken or cancelled.
    """

    deadline: datetime
    serial: int
    wake: Callable[[], object] = field(compare=False)
    loop: asyncio.AbstractEventLoop | None = field(default=None, compare=False)
    is_done: bool = field(default=False, compare=False)


_pending_checks: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
"""Event loop -> number of its ready callbacks that are checks of this module, those of every clock."""


class Sleepers:
    """The sleepers of one clock, which decide when it moves.

    Args:
        clock: the clock.
    """

    __slots__ = (
        "_arrival_count",
        "_clock",
        "_heap",
        "_last_arrivals",
        "_lock",
        "_request_count",
        "_serials",
        "_task_counts",
        "_threads",
        "_watcher",
    )

    def __init__(self, clock: _MovableClock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._heap: list[_Sleeper] = []
        self._serials = itertools.count()
        self._threads: dict[int, _Sleeper] = {}  # by serial
        self._watcher: _Sleeper | None = None
        self._task_counts: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
        self._request_count = 0
        self._arrival_count = 0
        self._last_arrivals: dict[int, float] = {}  # by thread

    @contextmanager
    def hold(self) -> Generator[None]:
        """Keep sleepers from moving the clock, while a request is processed."""
        with self._lock:
            self._record_arrival()
            self._request_count += 1
        try:
            yield
        finally:
            with self._lock:
                self._record_arrival()
                self._request_count -= 1

    @contextmanager
    def change(self) -> Generator[None]:
        """Change the clock while the lock is held; then wake the sleepers whose deadline has passed."""
        with self._lock:
            yield
            self._wake_due()

    # ------------------------------------------------------------------------- threads

    def sleep(self, seconds: float) -> None:
        """Wait in a thread until the clock has moved by `seconds`."""
        if seconds <= 0:
            return
        condition = threading.Condition(self._lock)
        with self._lock:
            sleeper = self._add(seconds, condition.notify)
            self._threads[sleeper.serial] = sleeper
            try:
                while not sleeper.is_done:
                    self._watch_or_wait(sleeper, condition)
            finally:
                self._record_arrival()
                sleeper.is_done = True
                del self._threads[sleeper.serial]
                if self._watcher in (None, sleeper):
                    self._watcher = None
                    self._wake_another_watcher()

    def _watch_or_wait(self, sleeper: _Sleeper, condition: threading.Condition) -> None:
        """Wait to be woken. One thread at a time watches, and moves the clock when it may move."""
        if self._watcher is None:
            self._watcher = sleeper
        if self._watcher is not sleeper:
            condition.wait()
        elif self._is_quiet():
            self._move()
        else:
            condition.wait(_QUIET_SECONDS)  # the only wait in real time
            self._wake_due()  # a clock that runs moves by itself

    def _wake_another_watcher(self) -> None:
        for sleeper in self._threads.values():
            if not sleeper.is_done:
                sleeper.wake()
                return

    # ------------------------------------------------------------------------- tasks

    async def asleep(self, seconds: float) -> None:
        """Wait in a task until the clock has moved by `seconds`; other tasks always run first."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # another framework, such as trio, used through httpx
            self.sleep(seconds)
            return
        future: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop was closed
                loop.call_soon_threadsafe(_finish, future)

        with self._lock:
            sleeper = self._add(seconds, wake, loop)
            count = self._task_counts.get(loop, 0)
            self._task_counts[loop] = count + 1
        if not count:
            self._schedule_check(loop)
        try:
            await future
        finally:
            with self._lock:
                sleeper.is_done = True
                # no entry is left where the garbage collector ends a task with its loop
                self._task_counts[loop] = self._task_counts.get(loop, 1) - 1

    def _schedule_check(
        self, loop: asyncio.AbstractEventLoop, passes: int = 0, arrival_count: int = -1
    ) -> None:
        _pending_checks[loop] = _pending_checks.get(loop, 0) + 1
        loop.call_soon(self._check, loop, passes, arrival_count)

    def _check(self, loop: asyncio.AbstractEventLoop, passes: int, arrival_count: int) -> None:
        """Move the clock if the event loop has nothing else to do, else check again on its next pass.

        Args:
            loop: the event loop, which calls this.
            passes: number of passes since the last arrival.
            arrival_count: number of arrivals until the previous check.
        """
        _pending_checks[loop] -= 1
        with self._lock:
            if not self._task_counts[loop]:
                return
            self._wake_due()
            passes = passes + 1 if arrival_count == self._arrival_count else 0
            # events of sockets become ready one pass later
            is_idle = passes > 0 and _count_ready(loop) <= _pending_checks[loop]
            if not is_idle and passes < _MAX_PASSES:
                self._schedule_check(loop, passes, self._arrival_count)
            elif self._is_quiet(but=threading.get_ident()):
                self._move()
                self._schedule_check(loop)
            else:  # threads use the tenant, too
                loop.call_later(_QUIET_SECONDS, self._schedule_check, loop)

    # ------------------------------------------------------------------------- both, with the lock held

    def _add(
        self,
        seconds: float,
        wake: Callable[[], object],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> _Sleeper:
        self._record_arrival()
        deadline = self._clock.now() + timedelta(seconds=seconds)
        sleeper = _Sleeper(deadline, next(self._serials), wake, loop)
        heapq.heappush(self._heap, sleeper)
        return sleeper

    def _record_arrival(self) -> None:
        """Record an arrival of the current thread."""
        now = time.monotonic()
        self._arrival_count += 1
        self._last_arrivals[threading.get_ident()] = now
        if len(self._last_arrivals) > 1000:
            self._last_arrivals = {
                thread: at
                for thread, at in self._last_arrivals.items()
                if now - at < _QUIET_SECONDS
            }

    def _is_quiet(self, *, but: int | None = None) -> bool:
        """Return whether no request is in the tenant, and no thread has arrived for a while.

        Args:
            but: a thread whose arrivals do not count.
        """
        if self._request_count:
            return False
        last = max((at for id_, at in self._last_arrivals.items() if id_ != but), default=0.0)
        return threading.active_count() == 1 or time.monotonic() - last >= _QUIET_SECONDS

    def _move(self) -> None:
        """Move the clock to the earliest deadline, and wake those who wait for it."""
        while self._heap and _is_gone(self._heap[0]):
            heapq.heappop(self._heap)
        if self._heap and self._heap[0].deadline > self._clock.now():
            self._clock.move_to(self._heap[0].deadline)
        self._wake_due()
        self._record_arrival()

    def _wake_due(self) -> None:
        """Wake the sleepers whose deadline has passed."""
        if not self._heap:
            return
        now = self._clock.now()
        while self._heap and (self._heap[0].is_done or self._heap[0].deadline <= now):
            sleeper = heapq.heappop(self._heap)
            if not sleeper.is_done:
                sleeper.is_done = True
                sleeper.wake()


def _is_gone(sleeper: _Sleeper) -> bool:
    """Return whether a sleeper no longer waits: it was woken, cancelled, or its event loop was closed."""
    return sleeper.is_done or (sleeper.loop is not None and sleeper.loop.is_closed())


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():  # else the task was cancelled
        future.set_result(None)


def _count_ready(loop: asyncio.AbstractEventLoop) -> float:
    """Return the number of callbacks that an event loop will run without waiting."""
    # asyncio has no public way to see it; other loops, such as uvloop, are measured by their passes only
    ready: Collection[object] | None = getattr(loop, "_ready", None)
    return float("inf") if ready is None else len(ready)
