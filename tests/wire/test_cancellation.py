"""Every type of call, cancelled at each await: no connection or slot is lost.

A call gives way in its own task and in those that do its sending. All of them are counted, and the call is
cancelled at the first time any of them does, then at the second, until it comes to its end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from functools import partial
from itertools import count
from typing import Any

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, scim
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer
from support.each_value import each_value
from support.socket_server import run_socket_server

PLACES = 3
FAST = RetryPolicy(first_wait=0.001, throttle_wait=0.001, max_wait=0.002)

pytestmark = pytest.mark.proof


class Canceller:
    """Canceller of a task after a number of awaits of all tasks."""

    def __init__(self) -> None:
        self.task: asyncio.Task[Any] | None = None
        self.left = 0

    def gave_way(self) -> None:
        if self.task is not None:
            self.left -= 1
            if self.left == 0:
                self.task.cancel()

    async def cancels(self, call: Callable[[], Coroutine[Any, Any, Any]], at: int) -> bool:
        """Run a call, cancel it at the given await, and return whether it was still running."""
        self.left = at
        self.task = asyncio.create_task(call())
        await asyncio.wait([self.task])
        task, self.task = self.task, None
        if not task.cancelled() and self.left > 0:
            task.result()  # a call that is not cancelled succeeds
            return False
        assert task.cancelled() or task.exception() is None
        return True


class SteppedCoroutine(Coroutine[Any, Any, Any]):
    """Coroutine that notifies a canceller at each await."""

    def __init__(self, work: Coroutine[Any, Any, Any], watch: Canceller) -> None:
        self.work = work
        self.watch = watch

    def send(self, value: Any) -> Any:
        waits_for = self.work.send(value)
        self.watch.gave_way()
        return waits_for

    def throw(self, *error: Any) -> Any:
        waits_for = self.work.throw(*error)
        self.watch.gave_way()
        return waits_for

    def close(self) -> None:
        self.work.close()

    def __await__(self) -> Any:
        raise NotImplementedError("for tasks alone")


def install_canceller() -> Canceller:
    """Return a canceller that counts the awaits of all new tasks."""
    watch = Canceller()

    def make(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        return asyncio.Task(SteppedCoroutine(work, watch), loop=loop, **more)

    asyncio.get_running_loop().set_task_factory(make)
    return watch


async def check_capacity(ask: Callable[[], Awaitable[Any]]) -> None:
    """Check that a client completes as many concurrent calls as its capacity, and twice as many."""
    async with asyncio.timeout(20):
        await asyncio.gather(*(ask() for _ in range(2 * PLACES)))


# ------------------------------------------------------------------------------ what is called

numbers = count()


def make_user() -> scim.User:
    number = next(numbers)
    return scim.User.of(
        email=f"u{number}@acme.com", given_name="U", family_name="X", external_id=f"x{number}"
    )


class SampleCalls:
    """All types of call, each repeatable.

    Args:
        client: client of the calls.
        tenant: tenant of the client.
        users: existing users.
        group: an existing group.
    """

    def __init__(
        self, client: AsyncScimClient, tenant: Tenant, users: list[scim.User], group: scim.Group
    ) -> None:
        self.client = client
        self.tenant = tenant
        self.users = users
        self.group = group

    def meet(self, **fault: Any) -> None:
        self.tenant.faults.clear()
        self.tenant.faults.add(**fault)

    async def get(self) -> None:
        await self.client.users.get(self.users[0])

    async def get_after_429(self) -> None:
        self.meet(status=429, headers={"Retry-After": "0"})
        await self.client.users.get(self.users[0])

    async def get_after_503(self) -> None:
        self.meet(status=503)
        await self.client.users.get(self.users[0])

    async def get_after_a_closing(self) -> None:
        self.meet(cut="before")
        await self.client.users.get(self.users[0])

    async def find(self) -> None:
        await self.client.users.find_by_user_name(self.users[0].user_name or "")

    async def create(self) -> None:
        await self.client.users.create(make_user())

    async def create_with_a_lost_answer(self) -> None:
        self.meet(cut="after", method="POST")
        await self.client.users.create(make_user())

    async def ensure(self) -> None:
        await self.client.users.ensure(self.users[0])

    async def replace(self) -> None:
        await self.client.users.replace(self.users[0])

    async def patch(self) -> None:
        await self.client.users.patch(self.users[0], {"title": f"No {next(numbers)}"})

    async def edit(self) -> None:
        def rename(user: scim.User) -> None:
            user.nick_name = f"No {next(numbers)}"

        await self.client.users.edit(self.users[0], rename)

    async def deactivate_and_reactivate(self) -> None:
        await self.client.users.deactivate(self.users[1])
        await self.client.users.reactivate(self.users[1])

    async def create_and_delete(self) -> None:
        await self.client.users.delete(await self.client.users.create(make_user()))

    async def list(self) -> None:
        assert [user async for user in self.client.users.list(page_size=2)]

    async def list_ahead(self) -> None:
        assert [user async for user in self.client.users.list(page_size=2, concurrency=3)]

    async def list_and_leave(self) -> None:
        users = self.client.users.list(page_size=1, concurrency=3)
        async with aclosing(aiter(users)) as pages:
            async for _ in pages:
                break

    async def search(self) -> None:
        assert [user async for user in self.client.users.search(page_size=3)]

    async def change_members(self) -> None:
        await self.client.groups.add_members(self.group, self.users[:2])
        await self.client.groups.remove_members(self.group, self.users[:1])
        await self.client.groups.set_members(self.group, self.users[1:3])

    async def bulk(self) -> None:
        users = self.client.users
        await self.client.bulk([users.creation(make_user()), users.creation(make_user())])

    async def bulk_with_a_lost_answer(self) -> None:
        self.meet(status=503, method="POST")
        users = self.client.users
        await self.client.bulk([users.deletion(f"gone-{next(numbers)}")])

    async def check(self) -> None:
        await self.client.check()


KINDS = [name for name in vars(SampleCalls) if not name.startswith("_") and name != "meet"]


@asynccontextmanager
async def prepare_calls(**settings: Any) -> AsyncIterator[tuple[SampleCalls, Canceller]]:
    tenant = Tenant(seed=3)
    provider = tenant.identity_providers["Okta"]
    with TenantServer(tenant):
        watch = install_canceller()
        chosen = Settings(max_connections=PLACES, **settings)
        async with AsyncScimClient(
            provider.scim_url, provider.scim_token, retry=FAST, settings=chosen
        ) as client:
            users = [await client.users.create(make_user()) for _ in range(5)]
            group = await client.groups.create(scim.Group(display_name="Research"))
            yield SampleCalls(client, tenant, users, group), watch
            tenant.faults.clear()
            connections = client._session._connection_pool._connections
            assert connections is not None
            assert await connections.limiter.drain(10), "a place was lost"
            for _ in range(PLACES):  # restores the capacity
                connections.limiter.release()


async def cancel_at_each_await(kind: str, **settings: Any) -> int:
    """Cancel calls of one type at each await; return the number of awaits."""
    async with prepare_calls(**settings) as (calls, watch):
        call = getattr(calls, kind)
        for at in count(1):
            if not await watch.cancels(call, at):
                break
            calls.tenant.faults.clear()
            await check_capacity(calls.get)
        names = [user.user_name async for user in calls.client.users.list(page_size=200)]
        assert len(names) == len(set(names))
    return at


@each_value("kind", KINDS)
async def test_call_cancelled_at_each_await_leaks_nothing(kind: str) -> None:
    assert await cancel_at_each_await(kind) > 3


async def test_paced_call_cancelled_leaks_nothing() -> None:
    assert await cancel_at_each_await("get", rate_limit=1000) > 3


async def test_close_cancelled_at_each_await_closes() -> None:
    """Close all connections, although the caller no longer waits."""
    with run_socket_server(delay=0.001) as server:
        watch = install_canceller()
        for at in count(1):
            client = AsyncScimClient(server.url, "t", settings=Settings(max_connections=PLACES))
            await check_capacity(partial(client.users.get, "1"))
            under_way = asyncio.create_task(client.users.get("1"))
            await asyncio.sleep(0)
            again = await watch.cancels(client.aclose, at)
            await under_way
            if not client._session.is_closed:  # it was cancelled before its start
                await client.aclose()
            assert await asyncio.get_running_loop().run_in_executor(
                None, server.all_closed.wait, 10
            )
            if not again:
                break
        assert at > 3
