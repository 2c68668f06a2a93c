"""Misuse of clients on real sockets: closed clients, other loops, cancelled calls, token functions that fail."""

import asyncio
import threading
from contextlib import ExitStack
from typing import Any

import anyio
import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, ScimClient, Settings, errors, scim
from support.fake_scim_server import TOKEN, URL
from support.socket_server import SocketServer, run_socket_server


def test_closed_client_raises_however_often_it_was_closed() -> None:
    async def main(url: str) -> None:
        client = AsyncScimClient(url, TOKEN)
        await client.users.get("1")
        await client.aclose()
        await client.aclose()
        with pytest.raises(errors.ConfigurationError, match="this client is closed"):
            await client.users.get("1")

    with run_socket_server() as server:
        sync_client = ScimClient(server.url, TOKEN)
        sync_client.users.get("1")
        sync_client.close()
        sync_client.close()
        with pytest.raises(errors.ConfigurationError, match="this client is closed"):
            sync_client.users.get("1")
        asyncio.run(main(server.url))
        assert server.requests == 2


def test_client_in_with_of_the_other_kind_names_the_right_one() -> None:
    async_client: Any = AsyncScimClient(URL, TOKEN)
    sync_client: Any = ScimClient(URL, TOKEN)

    async def enter() -> None:
        async with sync_client:
            pytest.fail("entered")

    with (
        pytest.raises(TypeError, match=r"^AsyncScimClient must be opened with `async with`"),
        async_client,
    ):
        pytest.fail("entered")
    with pytest.raises(TypeError, match=r"^AsyncAdminClient must be opened with `async with`"):
        ExitStack().enter_context(AsyncAdminClient("acme", TOKEN))  # type: ignore[arg-type]  # the misuse
    with pytest.raises(TypeError, match=r"^ScimClient must be opened with `with`"):
        asyncio.run(enter())


def test_async_client_can_be_closed_in_another_loop() -> None:
    async def get(client: AsyncScimClient) -> scim.User:
        return await client.users.get("1")

    with run_socket_server() as server:
        client = AsyncScimClient(server.url, TOKEN)
        asyncio.run(get(client))
        asyncio.run(client.aclose())
        with pytest.raises(errors.ConfigurationError, match="this client is closed"):
            asyncio.run(get(client))


def test_calls_that_time_out_leave_the_client_usable() -> None:
    """The requests are finished in the background; the next call waits for one of the two connections."""

    async def main(server: SocketServer) -> None:
        settings = Settings(max_connections=2)
        async with AsyncScimClient(server.url, TOKEN, settings=settings) as client:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.01):
                        await client.users.get("1")
            server.delay = 0.0
            assert (await client.users.get("1")).user_name == "ana"
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with run_socket_server(delay=0.1) as server:
        asyncio.run(main(server))


def test_cancel_scopes_of_anyio_end_calls() -> None:
    async def main(url: str) -> None:
        async with AsyncScimClient(url, TOKEN) as client:
            with anyio.move_on_after(0.01) as scope:
                await client.users.get("1")
            assert scope.cancelled_caught
            with pytest.raises(TimeoutError), anyio.fail_after(0.01):
                await client.users.get("1")

    with run_socket_server(delay=0.1) as server:
        anyio.run(main, server.url)


def test_cancelled_create_is_sent_once() -> None:
    async def main(server: SocketServer) -> None:
        async with AsyncScimClient(server.url, TOKEN) as client:
            task = asyncio.create_task(client.users.create(scim.User(user_name="ana")))
            while not server.requests:  # noqa: ASYNC110 - the server runs in another thread
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert server.requests == 1

    with run_socket_server(delay=0.05) as server:
        asyncio.run(main(server))


def test_sync_client_works_in_a_running_loop() -> None:
    async def main(url: str) -> str | None:
        with ScimClient(url, TOKEN) as client:
            return client.users.get("1").user_name

    with run_socket_server() as server:
        assert asyncio.run(main(server.url)) == "ana"


@pytest.mark.parametrize("error", [RuntimeError("vault down"), KeyError("token")], ids=repr)
def test_error_of_token_function_is_raised_and_nothing_sent(error: Exception) -> None:
    def fail() -> str:
        raise error

    async def fail_later() -> str:
        raise error

    async def main(url: str, token: Any) -> None:
        async with AsyncScimClient(url, token) as client:
            await client.users.get("1")

    with run_socket_server() as server:
        with ScimClient(server.url, fail) as client, pytest.raises(type(error)) as caught:
            client.users.get("1")
        assert caught.value is error
        for token in (fail, fail_later):
            with pytest.raises(type(error)):
                asyncio.run(main(server.url, token))
        assert server.requests == 0


def test_list_left_early_leaves_no_task_and_no_thread() -> None:
    page = {
        "totalResults": 1000,
        "itemsPerPage": 2,
        "Resources": [{"id": str(n), "userName": f"u{n}"} for n in range(2)],
    }

    async def main(url: str) -> None:
        client = AsyncScimClient(url, TOKEN)
        async for _ in client.users.list(concurrency=4):
            break
        await client.aclose()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with run_socket_server(body=page) as server:
        asyncio.run(main(server.url))
        before = set(threading.enumerate())
        with ScimClient(server.url, TOKEN) as client:
            for _ in client.users.list(concurrency=4):
                break
        for thread in set(threading.enumerate()) - before:
            thread.join(timeout=5)
            assert not thread.is_alive()
