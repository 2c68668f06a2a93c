"""Async clients and event loops: none, those of other libraries, and what remains when a loop ends."""

import asyncio
import subprocess
import sys
import warnings
from typing import Any

import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, ScimClient, errors
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response, make_user
from support.socket_server import run_socket_server


def test_async_call_without_event_loop_raises() -> None:
    for client in (
        AsyncScimClient(URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1)))),
        AsyncScimClient(URL, TOKEN),
    ):
        call = client.users.get("1")
        with pytest.raises(errors.ConfigurationError, match=r"asyncio\.run"):
            call.send(None)
    with pytest.raises(errors.ConfigurationError, match=r"asyncio\.run"):
        AsyncAdminClient("acme", TOKEN).users.get("1").send(None)


@pytest.mark.proof
def test_async_call_under_trio_raises() -> None:
    trio = pytest.importorskip("trio")

    async def main(url: str) -> None:
        async with AsyncScimClient(url, TOKEN) as client:
            with pytest.raises(errors.ConfigurationError, match="trio"):
                await client.users.get("1")
            with pytest.raises(errors.ConfigurationError, match="trio"):
                await client.users.list()

    with run_socket_server() as server:
        trio.run(main, server.url)
        assert server.connections == 0


def test_async_client_adds_no_placeholder_module() -> None:
    program = """
import asyncio, sys
from britive_scim import AsyncScimClient, RetryPolicy, errors
async def main():
    async with AsyncScimClient("http://127.0.0.1:9", "t" * 20, retry=RetryPolicy.none()) as client:
        try:
            await client.users.get("1")
        except errors.ConnectionFailed:
            pass
asyncio.run(main())
print([name for name, module in sys.modules.items() if module is None])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# ------------------------------------------------------------------------------ forgotten clients


def test_forgotten_async_client_is_closed_with_its_loop() -> None:
    kept: list[AsyncScimClient] = []

    async def main(url: str) -> None:
        kept.append(AsyncScimClient(url, TOKEN))
        await asyncio.gather(*(kept[0].users.get("1") for _ in range(4)))

    with run_socket_server(delay=0.01) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(main(server.url))
        assert server.connections == 4
        assert server.all_closed.wait(5)
        asyncio.run(main(server.url))


def test_collected_async_client_is_closed_in_its_loop() -> None:
    async def main(server: Any) -> None:
        client = AsyncScimClient(server.url, TOKEN)
        await client.users.get("1")
        del client
        await asyncio.to_thread(server.all_closed.wait, 5)

    with run_socket_server() as server:
        asyncio.run(main(server))
        assert server.open == 0


def test_collected_sync_client_is_closed() -> None:
    with run_socket_server() as server:
        client = ScimClient(server.url, TOKEN)
        client.users.get("1")
        del client
        assert server.all_closed.wait(5)
