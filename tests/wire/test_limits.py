"""Limits of one client: concurrency, pace, pauses."""

import asyncio
import contextlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import AsyncScimClient, ScimClient, Settings, errors
from britive_scim.aio.concurrency import CapacityLimiter as AsyncLimiter
from britive_scim.aio.concurrency import Permit as AsyncPermit
from britive_scim.aio.concurrent_iteration import ordered_map as async_ordered_map
from britive_scim.aio.concurrent_iteration import prefetch as async_chained
from britive_scim.sync.concurrency import CapacityLimiter, Permit
from britive_scim.sync.concurrent_iteration import ordered_map, prefetch
from britive_scim.wire.retry.budget import RateLimiter, RetryBudget
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)


@given(st.floats(0.1, 100), st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_pace_keeps_interval_between_requests(rate: float, gaps: list[float]) -> None:
    pace = RateLimiter(rate)
    now = 10.0
    turns: list[float] = []
    for gap in gaps:
        now += gap
        wait = pace.reserve(now)
        assert wait >= 0
        turns.append(now + wait)
    assert all(b - a >= pace.interval - 1e-6 for a, b in pairwise(turns))


def test_rate_applies_to_all_threads() -> None:
    clock = FakeClock()
    settings = Settings(rate_limit=2, clock=clock)
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1))), settings=settings
    ) as client:
        started = clock.time
        for _ in range(21):
            client.users.get("1")
    assert clock.time - started == pytest.approx(10.0)


@each_value("rate", [0, -1, "2", float("nan"), True, 20_000])
def test_invalid_rate_raises(rate: object) -> None:
    with pytest.raises(errors.ConfigurationError, match="rate_limit"):
        Settings(rate_limit=rate)


# ------------------------------------------------------------------------------------- places


def acquire_permits(limiter: CapacityLimiter, number: int) -> list[Permit]:
    permits = [Permit(limiter) for _ in range(number)]
    for permit in permits:
        permit.acquire()
    return permits


def test_limiter_capacity_shrinks_and_recovers() -> None:
    limiter = CapacityLimiter(8)
    held = acquire_permits(limiter, 8)
    limiter.shrink()
    assert limiter.capacity == 4
    for permit in held:
        permit.release()
    assert limiter.free == 8
    held = acquire_permits(limiter, 4)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(acquire_permits, limiter, 1)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.02)
        limiter.grow()
        held += waiting.result(timeout=5)
    for _ in range(10):
        limiter.shrink()
    assert limiter.capacity == 1
    for _ in range(10):
        limiter.grow()
    assert limiter.capacity == 8
    for permit in held:
        permit.release()
    assert limiter.free == 8


def test_async_limiter_capacity_shrinks_and_recovers() -> None:
    async def main() -> None:
        limiter = AsyncLimiter(8)
        held = [AsyncPermit(limiter) for _ in range(8)]
        for permit in held:
            await permit.acquire()
        limiter.shrink()
        for permit in held:
            permit.release()
        assert limiter.capacity == 4
        for permit in held[:4]:
            await permit.acquire()
        waiting = asyncio.create_task(held[4].acquire())
        await asyncio.sleep(0)
        assert not waiting.done()
        limiter.grow()
        async with asyncio.timeout(5):
            await waiting
        for permit in held:
            permit.release()
        assert await limiter.drain(1)

    asyncio.run(main())


def test_permit_released_twice_is_returned_once() -> None:
    limiter = CapacityLimiter(2)
    (permit,) = acquire_permits(limiter, 1)
    for _ in range(3):
        permit.release()
    assert limiter.free == 2

    async def main() -> None:
        limiter = AsyncLimiter(2)
        permit = AsyncPermit(limiter)
        await permit.acquire()
        successor = permit.transfer()
        permit.release()
        assert limiter.free == 1
        successor.release()
        successor.release()
        assert limiter.free == 2

    asyncio.run(main())


def test_close_waits_only_until_timeout() -> None:
    limiter = CapacityLimiter(2)
    acquire_permits(limiter, 1)
    limiter.shrink()
    assert not limiter.drain(0.01)

    async def main() -> bool:
        limiter = AsyncLimiter(2)
        await limiter.acquire()
        return await limiter.drain(0.01)

    assert not asyncio.run(main())


@given(st.lists(st.sampled_from("agsr"), max_size=200))
def test_limiter_permits_are_never_lost_or_shared(steps: list[str]) -> None:
    limiter = CapacityLimiter(4)
    held: list[Permit] = []
    for step in steps:
        if step == "a" and limiter.tokens.qsize():
            held += acquire_permits(limiter, 1)
        elif step == "r" and held:
            held.pop().release()
        elif step == "s":
            limiter.shrink()
        elif step == "g":
            limiter.grow()
        assert len(held) == 4 - limiter.free
        assert 1 <= limiter.capacity <= 4
    for permit in held:
        permit.release()
    assert limiter.drain(0)


def test_throttled_client_reduces_concurrency() -> None:
    script = FakeScimServer(make_error(429), make_response(200, make_user(1)))
    settings = Settings(max_connections=8, clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        client.users.get("1")
        connections = client._session._connection_pool._connections
        assert connections is not None
        assert connections.limiter.capacity == 5  # halved by the 429, plus one for the success
        for _ in range(3):
            client.users.get("1")
        assert connections.limiter.capacity == 8


def test_retry_budget_is_thread_safe() -> None:
    budget = RetryBudget()
    taken: list[int] = []

    def work() -> None:
        for _ in range(500):
            price = budget.acquire("throttled")
            assert budget.remaining >= 0
            if price is not None:
                taken.append(price)
                budget.release(price)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.remaining == budget.capacity


# ----------------------------------------------------------------------------- work in order


def test_threads_map_is_ordered_and_bounded() -> None:
    busy = 0
    most = 0
    lock = threading.Lock()
    begun = [threading.Event() for _ in range(50)]

    def work(number: int) -> int:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        begun[number].set()
        if number % 2 == 0:
            assert begun[number + 1].wait(timeout=5)  # it ends after the next one has begun
        with lock:
            busy -= 1
        return number * 2

    assert list(ordered_map(work, range(50), 4)) == [n * 2 for n in range(50)]
    assert most <= 4
    assert list(ordered_map(work, [], 4)) == []


def test_tasks_map_is_ordered_and_cancelled_on_exit() -> None:
    cancelled: list[int] = []

    async def work(number: int) -> int:
        try:
            await asyncio.sleep(0 if number < 5 else 60)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    async def main() -> list[int]:
        seen: list[int] = []
        work_in_order = async_ordered_map(work, range(100), 3)
        async for number in work_in_order:
            seen.append(number)
            if number == 4:
                break
        await work_in_order.aclose()
        return seen

    assert asyncio.run(main()) == list(range(5))
    assert sorted(cancelled) == [5, 6, 7][: len(cancelled)]
    assert cancelled


# ------------------------------------------------------------------------------ work in a chain


class NumberChain:
    """Sequence in which each number leads to the next up to the last; one may fail."""

    def __init__(self, last: int, bad: int | None = None) -> None:
        self.last = last
        self.bad = bad
        self.begun: list[int] = []

    def work(self, number: int) -> tuple[int, int | None]:
        self.begun.append(number)
        if number == self.bad:
            raise ValueError(f"{number} is bad")
        return number * 2, None if number == self.last else number + 1

    async def work_later(self, number: int) -> tuple[int, int | None]:
        await asyncio.sleep(0)
        return self.work(number)


def prefetch_with_threads(links: NumberChain, limit: int, most: int = 1000) -> list[int]:
    seen: list[int] = []
    for created in prefetch(links.work, 1, limit):
        seen.append(created)
        if len(seen) == most:
            break
    return seen


def prefetch_with_tasks(links: NumberChain, limit: int, most: int = 1000) -> list[int]:
    async def main() -> list[int]:
        seen: list[int] = []
        made_in_order = async_chained(links.work_later, 1, limit)
        async for created in made_in_order:
            seen.append(created)
            if len(seen) == most:
                break
        await made_in_order.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return seen

    return asyncio.run(main())


EACH_CLIENT = pytest.mark.parametrize("run", [prefetch_with_threads, prefetch_with_tasks])


@EACH_CLIENT
@pytest.mark.parametrize("limit", [2, 3, 8])
@pytest.mark.parametrize("last", [1, 2, 20])
def test_prefetch_reads_chain_to_its_end(run: Any, last: int, limit: int) -> None:
    links = NumberChain(last)
    assert run(links, limit) == [n * 2 for n in range(1, last + 1)]
    assert links.begun == list(range(1, last + 1))


@EACH_CLIENT
def test_prefetch_stopped_early_reads_no_more(run: Any) -> None:
    links = NumberChain(1000)
    assert run(links, 4, most=10) == [n * 2 for n in range(1, 11)]
    assert links.begun == list(range(1, len(links.begun) + 1))
    assert len(links.begun) <= 13


@EACH_CLIENT
def test_prefetch_failure_raises_after_earlier_items(run: Any) -> None:
    for bad in range(1, 6):
        with pytest.raises(ValueError, match=f"{bad} is bad"):
            run(NumberChain(10, bad), 4)
        if bad > 1:
            before = [n * 2 for n in range(1, bad)]
            assert run(NumberChain(10, bad), 4, most=bad - 1) == before
    broken = NumberChain(10, 3)
    with pytest.raises(ValueError, match="3 is bad"):
        run(broken, 8)
    assert broken.begun == [1, 2, 3]


def test_list_cancelled_at_any_time_leaks_nothing() -> None:

    def page(request: httpx.Request) -> httpx.Response:
        start = int(dict(request.url.params).get("cursor") or 1)
        result = {"totalResults": 60, "Resources": [make_user(start)], "nextCursor": str(start + 1)}
        return make_response(200, result)

    async def read(client: AsyncScimClient) -> None:
        async for _ in client.users.list(concurrency=4):
            await asyncio.sleep(0)

    async def main() -> int:
        cancelled = 0
        settings = Settings(max_connections=1)
        async with AsyncScimClient(
            URL, TOKEN, transport=FakeScimServer(page), settings=settings
        ) as client:
            for moment in range(60):
                reading = asyncio.create_task(read(client))
                for _ in range(moment):
                    await asyncio.sleep(0)
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading
                cancelled += reading.cancelled()
                async with asyncio.timeout(5):
                    assert await client.users.list().first()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return cancelled

    assert asyncio.run(main()) == 60


# -------------------------------------------------------------------------------- other settings


def test_bodies_are_logged_on_request_and_masked(caplog: pytest.LogCaptureFixture) -> None:
    import logging

    from britive_scim import scim

    caplog.set_level(logging.DEBUG, "britive_scim")
    script = FakeScimServer(make_response(201, make_user(1, title=f"echo of {TOKEN}")))
    person = scim.User(user_name="ana@acme.com", password='hunt"er2')
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.create(person)
    assert "ana@acme.com" not in caplog.text
    with ScimClient(URL, TOKEN, transport=script, settings=Settings(log_bodies=True)) as client:
        client.users.create(person)
    assert 'request body: {"schemas"' in caplog.text
    assert "ana@acme.com" in caplog.text
    assert "response body: " in caplog.text
    assert '"password":"***"' in caplog.text
    assert "er2" not in caplog.text
    assert TOKEN not in caplog.text


def test_http2_without_package_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h2", None)
    settings = Settings(http2=True, proxy=False)
    client = ScimClient("https://acme.example", "t", settings=settings)
    with client, pytest.raises(errors.ConfigurationError, match=r"britive-scim\[http2\]"):
        client.users.get("1")
