"""Async clients and event loops: none, those of other libraries, and what remains when a loop ends."""

import asyncio
import contextlib
import gc
import logging
import subprocess
import sys
from typing import Any

import httpx
import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, ScimClient, Settings, errors
from support.each_value import each_value
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

    with run_socket_server(delay=0.01) as server:
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


# ---------------------------------------------------------------------------------- lists left open


def serve_pages(request: httpx.Request) -> httpx.Response:
    """Return a page of 10 of 200 users, by index or by cursor."""
    query = dict(request.url.params)
    start = int(query.get("cursor") or query.get("startIndex") or 1)
    users = [make_user(number) for number in range(start, min(start + 10, 201))]
    page = {"totalResults": 200, "startIndex": start, "Resources": users}
    if "startIndex" not in query and start < 191:
        page["nextCursor"] = str(start + 10)
    return make_response(200, page)


class PausingServer(FakeScimServer):
    """Server whose pages take several steps of the event loop."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(5):
            await asyncio.sleep(0)
        return await super().handle_async_request(request)


def leave_list(way: str, concurrency: int, paging: Any, keep: list[Any]) -> None:
    """Read a few users of a list in an event loop, and leave the list open when it ends."""

    async def main() -> None:
        client = AsyncScimClient(
            URL, TOKEN, transport=PausingServer(serve_pages), settings=Settings(paging=paging)
        )
        users = client.users.list(page_size=10, concurrency=concurrency)
        if way == "return":
            async for _ in users:
                return
        reading = aiter(users) if way == "users" else users.pages()
        keep.append(reading)
        for _ in range(3):
            await anext(reading)
        if way == "error":
            raise LookupError

    with contextlib.suppress(LookupError):
        asyncio.run(main())
    keep.clear()
    gc.collect()


@each_value("way", ["return", "users", "pages", "error"])
@each_value("concurrency", [1, 8])
@each_value("paging", ["index", "cursor"])
def test_list_left_open_is_closed_silently(
    caplog: pytest.LogCaptureFixture, way: str, concurrency: int, paging: str
) -> None:
    caplog.set_level(logging.DEBUG, "asyncio")
    leave_list(way, concurrency, paging, [])
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []


@each_value("concurrency", [1, 8])
def test_list_left_open_in_a_running_loop_is_closed(concurrency: int) -> None:
    async def main() -> None:
        client = AsyncScimClient(URL, TOKEN, transport=PausingServer(serve_pages))
        reading = aiter(client.users.list(page_size=10, concurrency=concurrency))
        await anext(reading)
        del reading
        gc.collect()
        for _ in range(200):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
