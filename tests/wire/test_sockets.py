"""Real connections: reuse, limits, unannounced closing, cancellation, threads, forks."""

import asyncio
import gc
import os
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings, errors, scim
from support.socket_server import run_socket_server


def test_connections_are_reused_and_closed() -> None:
    with run_socket_server() as server, ScimClient(server.url, "t") as client:
        for _ in range(20):
            client.users.get("1")
        assert (server.requests, server.connections) == (20, 1)
    assert server.open == 0


def test_unclosed_client_leaves_no_open_socket() -> None:
    with run_socket_server() as server:
        client = ScimClient(server.url, "t")
        client.users.get("1")
        del client
        gc.collect()


def test_threads_use_at_most_max_connections() -> None:
    with run_socket_server(delay=0.002) as server:
        client = ScimClient(server.url, "t", settings=Settings(max_connections=8))
        with client, ThreadPoolExecutor(32) as threads:
            results = list(threads.map(lambda _: client.users.get("1").id, range(320)))
        assert results == ["1"] * 320
        assert server.most <= 8
        assert server.connections <= 8


def test_unannounced_close_is_retried() -> None:
    with run_socket_server(close_after=3) as server:
        client = ScimClient(server.url, "t")
        with client, ThreadPoolExecutor(8) as threads:
            results = list(threads.map(lambda _: client.users.get("1").id, range(160)))
    assert results == ["1"] * 160


@pytest.mark.parametrize("call", ["get", "delete"])
def test_retry_after_unannounced_close_uses_new_connection(call: str) -> None:
    """One retry is enough, although every idle connection is closed."""
    tries: list[int] = []
    settings = Settings(max_connections=8, hooks=(lambda exchange: tries.append(exchange.attempt),))
    with run_socket_server(close_after=1) as server:
        client = ScimClient(server.url, "t", settings=settings)
        with client, ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: getattr(client.users, call)("1"), range(160)))
        assert server.requests == server.connections == 160
    assert set(tries) == {1, 2}


def test_tasks_use_at_most_max_connections() -> None:
    async def main(url: str) -> list[str | None]:
        async with AsyncScimClient(url, "t", settings=Settings(max_connections=12)) as client:
            users = await asyncio.gather(*(client.users.get("1") for _ in range(300)))
        return [user.id for user in users]

    with run_socket_server(close_after=7) as server:
        assert asyncio.run(main(server.url)) == ["1"] * 300
        assert server.most <= 12


def test_cancellation_at_any_time_leaks_no_connection() -> None:
    """Cancel calls after each number of loop steps; the client keeps its full capacity."""

    async def main(url: str) -> None:
        settings = Settings(max_connections=4)
        async with AsyncScimClient(url, "t", settings=settings, retry=RetryPolicy.none()) as client:
            for steps in range(1, 60):
                calls = [asyncio.create_task(client.users.get("1")) for _ in range(8)]
                for _ in range(steps):
                    await asyncio.sleep(0)
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
            async with asyncio.timeout(10):
                users = await asyncio.gather(*(client.users.get("1") for _ in range(40)))
            assert [user.id for user in users] == ["1"] * 40
            assert client._session._connection_pool._connections.limiter.free == 4

    with run_socket_server(delay=0.001) as server:
        asyncio.run(main(server.url))


def test_cancelled_call_ends_immediately() -> None:
    async def main(url: str) -> None:
        async with AsyncScimClient(url, "t") as client:
            call = asyncio.create_task(client.users.get("1"))
            while not server.requests:  # noqa: ASYNC110 - the thread of the server counts them
                await asyncio.sleep(0.001)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    with run_socket_server(delay=25) as server:  # a response that is awaited ends the call instead
        asyncio.run(main(server.url))
        assert server.requests == 1


def test_async_client_can_be_used_in_consecutive_loops() -> None:
    with run_socket_server() as server:
        client = AsyncScimClient(server.url, "t")

        async def main() -> str | None:
            user = await client.users.get("1")
            await client._session._connection_pool._close_connections(1)
            return user.id

        assert [asyncio.run(main()) for _ in range(2)] == ["1", "1"]


def test_async_client_in_two_running_loops_raises() -> None:
    with run_socket_server() as server:
        client = AsyncScimClient(server.url, "t")
        met: list[Exception] = []

        async def first() -> None:
            await client.users.get("1")
            await asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(second()))
            await client.aclose()

        async def second() -> None:
            try:
                await client.users.get("1")
            except errors.ConfigurationError as error:
                met.append(error)

        asyncio.run(first())
    assert "another event loop" in str(met[0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_forked_process_opens_own_connections() -> None:
    with run_socket_server() as server, ScimClient(server.url, "t") as client:
        client.users.get("1")
        child = os.fork()
        if child == 0:
            os._exit(0 if client.users.get("1").id == "1" else 1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        client.users.get("1")
        assert server.connections == 2


def test_refused_connection_message_has_system_error() -> None:
    client = ScimClient("http://127.0.0.1:9", "t", retry=RetryPolicy.none())
    with client, pytest.raises(errors.ConnectionFailed, match=r"127|refused") as caught:
        client.users.create(scim.User(user_name="ana"))
    assert caught.value.sent is False
    assert not caught.value.may_have_happened


def test_slow_server_raises_timed_out() -> None:
    with run_socket_server(delay=60) as server:
        client = ScimClient(server.url, "t", timeout=0.2, retry=RetryPolicy.none())
        with client, pytest.raises(errors.TimedOut) as caught:
            client.users.get("1")
    assert caught.value.sent is None


def test_https_url_of_http_server_raises_with_hint() -> None:
    with run_socket_server() as server:
        client = ScimClient(server.url.replace("http:", "https:"), "t")
        with client, pytest.raises(errors.ConnectionFailed, match="does not use TLS") as caught:
            client.users.get("1")
    assert caught.value.attempts == 1


def test_threads_open_session_once() -> None:
    with run_socket_server() as server, ScimClient(server.url, "t") as client:
        barrier = threading.Barrier(8)
        seen: list[object] = []

        def call() -> None:
            barrier.wait()
            client.users.get("1")
            seen.append(client._session._connection_pool._connections)

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(map(id, seen))) == 1


def test_requests_leak_nothing() -> None:
    with run_socket_server() as server, ScimClient(server.url, "t") as client:
        for _ in range(60):
            client.users.get("1")
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(120):
            client.users.get("1")
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert after - before < 50_000
        assert server.connections == 1


# --------------------------------------------------------------------- proxies and certificates


def test_environment_proxy_repr_hides_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ALL_PROXY", "all_proxy", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pw@proxy.example:3128")
    client = ScimClient("https://acme.britive-app.com/scim", "t")
    assert client._session.proxy == "http://proxy.example:3128"
    monkeypatch.setenv("NO_PROXY", "britive-app.com")
    assert client._session.proxy is None
    quiet = ScimClient("https://acme.example", "t", settings=Settings(proxy=False))
    assert quiet._session.proxy is None


def test_proxy_without_scheme_is_http(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "all_proxy", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    assert ScimClient("https://acme.example", "t")._session.proxy == "http://proxy.example:3128"


def test_requests_use_proxy() -> None:
    """The server acts as the proxy: the request has an absolute URL of a host that does not exist."""
    with run_socket_server() as server:
        settings = Settings(proxy=server.url, allow_http=True)
        with ScimClient("http://tenant.invalid/scim", "t", settings=settings) as client:
            assert client.users.get("1").id == "1"
        assert server.requests == 1


def test_requests_use_environment_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ALL_PROXY", "all_proxy", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with run_socket_server() as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        with ScimClient(
            "http://tenant.invalid/scim", "t", settings=Settings(allow_http=True)
        ) as client:
            assert client.users.get("1").id == "1"
        assert server.requests == 1


def test_httpx_client_of_caller_is_used() -> None:
    with run_socket_server() as server, httpx.Client() as own:
        with ScimClient(server.url, "t", http_client=own) as client:
            assert client.users.get("1").id == "1"
        assert own.get(f"{server.url}/x").status_code == 200


def test_sync_client_with_async_token_function_raises() -> None:
    async def token() -> str:
        return "t"

    client = ScimClient("https://acme.example", token)  # the tested misuse
    with client, pytest.raises(errors.ConfigurationError, match="got an awaitable"):
        client.users.get("1")


def test_call_cancelled_during_pause_releases_slot() -> None:
    async def main(url: str) -> None:
        async with AsyncScimClient(url, "t", settings=Settings(max_connections=1)) as client:
            await client.users.get("1")
            client._session.pause(30)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await client.users.get("1")
            connections = client._session._connection_pool._connections
            assert connections is not None
            assert connections.limiter.free == 1

    with run_socket_server() as server:
        asyncio.run(main(server.url))
        assert server.requests == 1


# --------------------------------------------------------------------- end of the interpreter

CALLS_IN_THREADS = """
import threading
from britive_scim import ScimClient
client = ScimClient({url!r}, "t" * 20)
started = threading.Semaphore(0)
def call():
    while True:
        client.users.get("1")
        started.release()
for _ in range(8):
    threading.Thread(target=call, daemon=True).start()
for _ in range(50):
    started.acquire()
"""
CALL_AT_EXIT = """
import atexit
from britive_scim import ScimClient
client = ScimClient({url!r}, "t" * 20)
client.users.get("1")
users = iter(client.users.list(concurrency=3))
atexit.register(lambda: client.users.get("1"))
"""


@pytest.mark.proof
@pytest.mark.parametrize("program", [CALLS_IN_THREADS, CALL_AT_EXIT])
def test_unclosed_client_at_end_of_interpreter_is_silent(program: str) -> None:
    with run_socket_server() as server:
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-c", program.format(url=server.url)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
