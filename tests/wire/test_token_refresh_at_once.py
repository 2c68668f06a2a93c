"""Refresh of a token that many calls at once find rejected: threads, tasks, and several event loops."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from britive_scim import AsyncScimClient, ScimClient
from support.fake_scim_server import URL, make_error, make_response, make_user

OLD, NEW = "token-one-0123456789", "token-two-0123456789"
CALLS = 8


class Gate(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Server that answers the rejected requests when all of them have arrived."""

    def __init__(self, valid: str = NEW) -> None:
        self.valid = valid
        self.arrived = 0
        self.barrier = threading.Barrier(CALLS, timeout=10)

    def is_valid(self, request: httpx.Request) -> bool:
        return request.headers["Authorization"] == f"Bearer {self.valid}"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_valid(request):
            return make_response(200, make_user(1))
        self.barrier.wait()
        return make_error(401)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_valid(request):
            return make_response(200, make_user(1))
        self.arrived += 1
        if self.arrived % CALLS == 1:
            self.all_arrived = asyncio.Event()
        if self.arrived % CALLS == 0:
            self.all_arrived.set()
        await self.all_arrived.wait()
        return make_error(401)


class Vault:
    """Token function that counts its refreshes, and those that run at once."""

    def __init__(self) -> None:
        self.token = OLD
        self.invalidated: list[Any] = []
        self.running = 0

    def __call__(self) -> str:
        return self.token

    def invalidate(self, token: str) -> None:
        self.invalidated.append(token)
        self.running += 1
        assert self.running == 1
        self.token = NEW if token == OLD else OLD
        self.running -= 1


class AwaitableVault(Vault):
    """Vault whose methods wait for the event loop."""

    async def __call__(self) -> str:  # type: ignore[override]  # the async client awaits it
        await asyncio.sleep(0)
        return self.token

    async def invalidate(self, token: str) -> None:  # type: ignore[override]  # the same
        self.invalidated.append(token)
        self.running += 1
        assert self.running == 1
        await asyncio.sleep(0)
        self.token = NEW if token == OLD else OLD
        self.running -= 1


def test_threads_with_concurrent_401_share_one_refresh() -> None:
    vault = Vault()
    with ScimClient(URL, vault, transport=Gate()) as client, ThreadPoolExecutor(CALLS) as pool:
        users = list(pool.map(client.users.get, map(str, range(CALLS))))
    assert [user.id for user in users] == ["1"] * CALLS
    assert vault.invalidated == [OLD]


def test_tasks_with_tokens_of_their_own_share_one_refresh() -> None:
    """The function returns another token each time; the first ones are rejected."""

    class CountingVault(Vault):
        def __init__(self) -> None:
            super().__init__()
            self.number = 0

        def __call__(self) -> str:
            self.number += 1
            return f"token-{self.number:03}-0123456789"

        def invalidate(self, token: str) -> None:
            self.invalidated.append(token)

    class CountingGate(Gate):
        def is_valid(self, request: httpx.Request) -> bool:
            return int(request.headers["Authorization"].split("-")[1]) > CALLS

    vault = CountingVault()
    client = AsyncScimClient(URL, vault, transport=CountingGate())

    async def get_all() -> list[str | None]:
        users = await asyncio.gather(*[client.users.get(str(n)) for n in range(CALLS)])
        return [user.id for user in users]

    assert asyncio.run(get_all()) == ["1"] * CALLS
    assert len(vault.invalidated) == 1


def test_rejected_token_of_earlier_refresh_is_refreshed() -> None:
    """One task gets the new token before the refresh has ended, and the server rejects that one, too."""
    third = "token-three-0123456789"
    has_refreshed, is_rejected = asyncio.Event(), asyncio.Event()

    class Server(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            token = request.headers["Authorization"].split()[1]
            if token == third:
                return make_response(200, make_user(1))
            if request.url.path.endswith("/late"):
                await has_refreshed.wait()
            elif token == NEW:
                has_refreshed.set()
                await is_rejected.wait()
                return make_response(200, make_user(1))
            return make_error(401)

    class OverlappingVault:
        tokens = (OLD, NEW, NEW, third)

        def __init__(self) -> None:
            self.calls = 0

        async def __call__(self) -> str:
            self.calls += 1
            token = self.tokens[self.calls - 1]
            if self.calls == 2:  # of the refresh; meanwhile the other call asks
                late.append(asyncio.ensure_future(client.users.get("late")))
                for _ in range(20):
                    await asyncio.sleep(0)
            elif self.calls == 4:
                is_rejected.set()
            return token

    late: list[asyncio.Task[object]] = []
    vault = OverlappingVault()
    client = AsyncScimClient(URL, vault, transport=Server())

    async def use() -> None:
        await client.users.get("1")
        await late[0]

    asyncio.run(use())
    assert vault.calls == 4


def test_tasks_with_concurrent_401_share_one_refresh_per_loop() -> None:
    """A lock on which tasks have waited belongs to its event loop; the next loop needs another."""
    gate, vault = Gate(), AwaitableVault()
    client = AsyncScimClient(URL, vault, transport=gate)

    async def get_all() -> list[str | None]:
        users = await asyncio.gather(*[client.users.get(str(n)) for n in range(CALLS)])
        return [user.id for user in users]

    assert asyncio.run(get_all()) == ["1"] * CALLS
    gate.valid = OLD
    assert asyncio.run(get_all()) == ["1"] * CALLS
    assert vault.invalidated == [OLD, NEW]
