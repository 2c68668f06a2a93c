"""Concurrent iteration with asyncio: the hand-written twin of `sync/concurrent_iteration.py`."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
)
from itertools import islice
from typing import Any, Generic, TypeVar

__all__ = ["AnyIterable", "InnerGenerator", "ordered_map", "prefetch", "unordered_map"]

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
T = TypeVar("T")

AnyIterable = AsyncIterable[T] | Iterable[T]
"""Iterable that an async method takes: asynchronous or not."""


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


async def unordered_map(
    work: Callable[[B], Coroutine[Any, Any, C]],
    items: AnyIterable[A],
    limit: int,
    *,
    prepare: Callable[[A], B],
    is_stopped: Callable[[], bool],
) -> AsyncGenerator[C]:
    """Yield `work(prepare(item))` for each of `items` as they complete, with at most `limit` running.

    An item is taken when its work can begin. If `items` or `work` raises, the running ones are yielded first. When
    the caller stops early, they are cancelled.

    Args:
        work: function of one prepared item.
        items: items, also an asynchronous iterable.
        limit: number of running calls.
        prepare: function of one item, called in order by the caller's thread or task when the item is taken.
        is_stopped: returns whether no further item is taken.
    """
    running: set[asyncio.Future[C]] = set()
    failure: Exception | None = None
    is_at_end = False
    try:
        async with InnerGenerator(_iterate(items)) as source:
            while True:
                while not (failure or is_at_end or is_stopped()) and len(running) < limit:
                    try:
                        item = await anext(source)
                    except StopAsyncIteration:
                        is_at_end = True
                        break
                    except Exception as error:  # noqa: BLE001 - raised at the end
                        failure = error
                        break
                    running.add(asyncio.ensure_future(work(prepare(item))))
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
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
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _iterate(items: AnyIterable[A]) -> AsyncGenerator[A]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


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


class InnerGenerator(Generic[T]):
    """Async generator that another one iterates over and closes.

    When an event loop ends, it closes all registered async generators concurrently. One that its outer generator is
    already closing cannot be closed again, which the loop logs as an error. Therefore this one is not registered.

    Args:
        generator: the inner generator.
    """

    __slots__ = ("_generator", "_is_started")

    def __init__(self, generator: AsyncGenerator[T]) -> None:
        self._generator = generator
        self._is_started = False

    async def __aenter__(self) -> InnerGenerator[T]:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._generator.aclose()

    def __aiter__(self) -> InnerGenerator[T]:
        return self

    def __anext__(self) -> Awaitable[T]:
        if self._is_started:
            return self._generator.__anext__()
        self._is_started = True
        hooks = sys.get_asyncgen_hooks()  # a generator reads them once, in its first step (PEP 525)
        sys.set_asyncgen_hooks(firstiter=None, finalizer=_leave_to_outer_generator)
        try:
            return self._generator.__anext__()
        finally:
            sys.set_asyncgen_hooks(*hooks)


def _leave_to_outer_generator(generator: object) -> None:
    """Do nothing with a generator that is garbage collected: the one around it closes it."""
