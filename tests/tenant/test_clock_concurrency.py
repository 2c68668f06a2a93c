"""The tenant's clock with many sleepers: threads and tasks wait for their own deadlines; their delays do not add up."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, scim
from britive_scim.testing import Tenant, TenantClock
from support.each_value import each_value

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
DELAYS = (5.0, 1.0, 3.0, 3.0, 0.25, 8.0)


def seconds_since_noon(clock: TenantClock) -> float:
    return (clock.now() - NOON).total_seconds()


def in_tasks(clock: TenantClock, *works: Callable[[], Any]) -> list[Any]:
    """Run coroutine functions at the same time in one event loop."""

    async def run() -> list[Any]:
        return list(await asyncio.gather(*(work() for work in works)))

    return asyncio.run(asyncio.wait_for(run(), 30))


def in_threads(*works: Callable[[], Any]) -> list[Any]:
    """Run functions at the same time, each in a thread."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(30) for future in [pool.submit(work) for work in works]]


# ----------------------------------------------------------------------------- deadlines


@pytest.mark.parametrize("delays", [DELAYS, DELAYS * 30], ids=["few", "many"])
def test_tasks_wake_at_their_own_deadlines(delays: tuple[float, ...]) -> None:
    clock = TenantClock(NOON)
    woken: list[float] = []

    async def sleep(delay: float) -> float:
        await clock.asleep(delay)
        woken.append(seconds_since_noon(clock))
        return woken[-1]

    assert in_tasks(clock, *(lambda d=delay: sleep(d) for delay in delays)) == list(delays)
    assert woken == sorted(delays), "in the order of their deadlines"
    assert seconds_since_noon(clock) == max(delays)


@pytest.mark.parametrize("delays", [DELAYS, DELAYS * 10], ids=["few", "many"])
def test_threads_wake_at_or_after_their_deadlines(delays: tuple[float, ...]) -> None:
    """One that starts late by chance, when the clock has moved, sleeps from then on."""
    clock = TenantClock(NOON)
    start = threading.Barrier(len(delays))

    def sleep(delay: float) -> tuple[float, float]:
        start.wait()
        before = seconds_since_noon(clock)
        clock.sleep(delay)
        return before + delay, seconds_since_noon(clock)

    for deadline, woken in in_threads(*(lambda d=delay: sleep(d) for delay in delays)):
        assert woken >= deadline
    assert max(delays) <= seconds_since_noon(clock) < sum(delays)


def test_task_that_sleeps_twice_waits_for_both() -> None:
    clock = TenantClock(NOON)

    async def twice() -> tuple[float, float]:
        await clock.asleep(2)
        first = seconds_since_noon(clock)
        await clock.asleep(2)
        return first, seconds_since_noon(clock)

    async def once() -> float:
        await clock.asleep(3)
        return seconds_since_noon(clock)

    assert in_tasks(clock, twice, once, twice) == [(2, 4), 3, (2, 4)]


def test_thread_and_tasks_share_one_time() -> None:
    clock = TenantClock(NOON)

    async def sleep_everywhere() -> float:
        await asyncio.gather(
            clock.asleep(2), asyncio.to_thread(clock.sleep, 7), clock.asleep(4), clock.asleep(9)
        )
        return seconds_since_noon(clock)

    assert asyncio.run(asyncio.wait_for(sleep_everywhere(), 30)) <= 18


def test_sleep_of_zero_or_less_moves_nothing() -> None:
    clock = TenantClock(NOON)
    clock.sleep(0)
    clock.sleep(-1)
    asyncio.run(clock.asleep(0))
    assert clock.now() == NOON


# ----------------------------------------------------------------------------- when the clock moves


def test_clock_stands_while_tasks_are_ready() -> None:
    clock = TenantClock(NOON)
    seen: list[float] = []

    async def work() -> None:
        for _ in range(100):
            await asyncio.sleep(0)
            seen.append(seconds_since_noon(clock))

    async def sleep() -> float:
        await clock.asleep(10)
        return seconds_since_noon(clock)

    assert in_tasks(clock, sleep, work, work)[0] == 10
    assert seen == [0] * 200


def test_clock_moves_for_task_that_is_polled() -> None:
    """A task that only looks whether another one is done does not keep the clock from moving."""
    clock = TenantClock(NOON)

    async def poll() -> None:
        sleeper = asyncio.ensure_future(clock.asleep(10))
        while not sleeper.done():  # noqa: ASYNC110 - as users write it
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(poll(), 30))
    assert seconds_since_noon(clock) == 10


def test_clocks_of_two_tenants_do_not_wait_for_each_other() -> None:
    clocks = [TenantClock(NOON), TenantClock(NOON), TenantClock(NOON)]

    async def sleep() -> None:
        await asyncio.gather(*(clock.asleep(delay) for clock in clocks for delay in DELAYS))

    asyncio.run(asyncio.wait_for(sleep(), 30))
    assert [seconds_since_noon(clock) for clock in clocks] == [8, 8, 8]


def test_clock_moves_in_a_loop_that_hides_its_queue() -> None:
    """Loops such as uvloop have no list of ready callbacks; here the clock does not see that of asyncio."""

    class OpaqueLoop(asyncio.SelectorEventLoop):
        def __getattribute__(self, name: str) -> Any:
            if name == "_ready" and sys._getframe(1).f_globals["__name__"].endswith("sleepers"):
                raise AttributeError(name)
            return super().__getattribute__(name)

    clock = TenantClock(NOON)

    async def sleep() -> None:
        await asyncio.gather(*(clock.asleep(delay) for delay in DELAYS))

    with asyncio.Runner(loop_factory=OpaqueLoop) as runner:
        runner.run(asyncio.wait_for(sleep(), 30))
    assert seconds_since_noon(clock) == 8


def test_clock_stands_while_a_request_is_processed() -> None:
    clock = TenantClock(NOON)
    for sleep in (lambda: clock.sleep(10), lambda: asyncio.run(clock.asleep(10))):
        clock.set(NOON)
        with clock.hold():
            sleeper = threading.Thread(target=sleep)
            sleeper.start()
            sleeper.join(0.05)
            assert sleeper.is_alive()
            assert clock.now() == NOON
        sleeper.join(30)
        assert not sleeper.is_alive()
        assert seconds_since_noon(clock) == 10


@each_value("how", ["advance", "set", "move_to", "real time"])
def test_clock_moved_by_others_wakes_sleepers(how: str) -> None:
    clock = TenantClock(None if how == "real time" else NOON)
    for sleep in (lambda: clock.sleep(0.05), lambda: asyncio.run(clock.asleep(0.05))):
        with clock.hold():
            sleepers = [threading.Thread(target=sleep) for _ in range(3)]
            for sleeper in sleepers:
                sleeper.start()
            sleepers[0].join(0.02)
            if how == "advance":
                clock.advance(60)
            elif how != "real time":
                getattr(clock, how)(datetime(2026, 5, 2, tzinfo=UTC))
            for sleeper in sleepers:
                sleeper.join(30)
                assert not sleeper.is_alive()
        if how != "real time":
            clock.set(NOON)


def test_cancelled_sleeper_does_not_move_the_clock() -> None:
    clock = TenantClock(NOON)

    async def cancel() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await clock.asleep(1)
        other = asyncio.ensure_future(clock.asleep(5))
        await asyncio.sleep(0)
        other.cancel()
        await clock.asleep(7)

    asyncio.run(asyncio.wait_for(cancel(), 30))
    assert seconds_since_noon(clock) == 7


def test_sleeper_of_a_closed_loop_is_forgotten() -> None:
    clock = TenantClock(NOON)
    loop = asyncio.new_event_loop()
    sleeper = loop.create_task(clock.asleep(1))
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    clock.sleep(5)
    clock.advance(1)
    assert seconds_since_noon(clock) == 6
    assert not sleeper.done()
    sleeper._log_destroy_pending = False  # type: ignore[attr-defined]  # its loop is gone on purpose


def test_sleep_without_event_loop_moves_the_clock() -> None:
    """Another async framework awaits the transport of httpx, such as trio."""
    clock = TenantClock(NOON)
    with pytest.raises(StopIteration):
        clock.asleep(3).send(None)
    assert seconds_since_noon(clock) == 3


def test_interrupted_watcher_hands_over() -> None:
    """The watching thread ends with an exception; another one takes over."""
    clock = TenantClock(NOON)

    class Interrupted(BaseException):
        pass

    def interrupt(frame: Any, event: str, argument: Any) -> Any:
        if event == "return" and frame.f_code.co_name == "_watch_or_wait":
            raise Interrupted
        return interrupt

    def sleep_interrupted() -> str:
        sys.settrace(interrupt)
        try:
            clock.sleep(20)
        except Interrupted:
            return "interrupted"
        finally:
            sys.settrace(None)
        return "slept"

    def sleep() -> float:
        clock.sleep(10)
        return seconds_since_noon(clock)

    first, *others = in_threads(sleep_interrupted, sleep, sleep)
    assert first == "interrupted"
    assert 10 in others


# ----------------------------------------------------------------------------- clients and delays


def person(number: int) -> scim.User:
    return scim.User.of(email=f"p{number}@acme.com", given_name="Ana", family_name="Diaz")


@pytest.mark.parametrize("headers", [None, {"Retry-After": "2"}])
def test_gathered_creates_survive_throttling(
    britive_tenant: Tenant, async_scim_client: AsyncScimClient, headers: dict[str, str] | None
) -> None:
    britive_tenant.faults.add(429, times=60, headers=headers)

    async def create_all() -> list[scim.User]:
        creates = (async_scim_client.users.create(person(number)) for number in range(200))
        return list(await asyncio.gather(*creates))

    started = britive_tenant.clock.now()
    assert len({user.id for user in asyncio.run(create_all())}) == 200
    assert len(britive_tenant.identity_providers["Okta"].users) == 200
    assert sum(one.status == 429 for one in britive_tenant.requests) == 60
    assert (britive_tenant.clock.now() - started).total_seconds() < 30


def test_creates_in_threads_survive_throttling(
    britive_tenant: Tenant, scim_client: ScimClient
) -> None:
    """Threads receive the faults in any order, so that one may receive many of them."""
    britive_tenant.faults.add(429, times=60, headers={"Retry-After": "1"})
    patient = RetryPolicy(attempts=61, total=600)
    started = britive_tenant.clock.now()

    def create(number: int) -> scim.User:
        return scim_client.users.create(person(number), retry=patient)

    with ThreadPoolExecutor(200) as pool:
        created = list(pool.map(create, range(200)))
    assert len({user.id for user in created}) == 200
    assert len(britive_tenant.identity_providers["Okta"].users) == 200
    assert sum(one.status == 429 for one in britive_tenant.requests) == 60
    assert (britive_tenant.clock.now() - started).total_seconds() < 45


def test_delays_of_concurrent_responses_do_not_add_up(tenant: Tenant) -> None:
    """100 responses delayed by 10 seconds each arrive together; a client that gives up waits for its timeout."""
    tenant.faults.latency = 10
    url, token = tenant.identity_providers["Okta"].scim_url, tenant.identity_providers["Okta"]
    headers = {"Authorization": f"Bearer {token.scim_token.get_secret_value()}"}

    async def get_all(timeout: float) -> list[Any]:
        async with httpx.AsyncClient(
            transport=tenant.async_transport(), headers=headers, timeout=timeout
        ) as client:
            gets = (client.get(f"{url}/Users") for _ in range(100))
            return list(await asyncio.gather(*gets, return_exceptions=True))

    started = tenant.clock.now()
    responses = asyncio.run(get_all(60))
    assert {response.status_code for response in responses} == {200}
    assert (tenant.clock.now() - started).total_seconds() == 10
    errors = asyncio.run(get_all(4))
    assert {type(error) for error in errors} == {httpx.ReadTimeout}
    assert (tenant.clock.now() - started).total_seconds() == 14
    tenant.faults.add(cut="after", delay=3)
    tenant.faults.latency = 0
    with httpx.Client(transport=tenant.transport(), headers=headers) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(f"{url}/Users")
        assert client.get(f"{url}/Users").status_code == 200
    assert (tenant.clock.now() - started).total_seconds() == 17
