"""TLS and HTTP/2 in earnest: a server that nobody here wrote, with a certificate made for the test."""

import asyncio
import logging
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings, errors, scim
from britive_scim.testing import Tenant

pytest.importorskip("h2")
trustme = pytest.importorskip("trustme")
hypercorn = pytest.importorskip("hypercorn")


class Served:
    """A tenant behind hypercorn.

    Attributes:
        url: SCIM URL of its identity provider.
        token: and the token.
        tls: trusts its certificate.
        authority: file with the certificate to trust.
        versions: versions of HTTP that requests came by.
        connections: ports that requests came from.
        most: most requests that were answered at once.
    """

    def __init__(self, tenant: Tenant, port: int, tls: ssl.SSLContext, authority: Path) -> None:
        tenant.set_base_url(f"https://localhost:{port}")
        provider = tenant.identity_providers["Okta"]
        self.url, self.token = provider.scim_url, provider.scim_token
        self.tls = tls
        self.authority = authority
        self.versions: set[str] = set()
        self.connections: set[Any] = set()
        self.most = self._now = 0
        self._tenant = tenant.asgi()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self._tenant(scope, receive, send)
        self.versions.add(scope["http_version"])
        self.connections.add(scope["client"])
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await asyncio.sleep(0.005)  # so that requests meet
            return await self._tenant(scope, receive, send)
        finally:
            self._now -= 1


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[Served]:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    authority = trustme.CA()
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(
        folder / "server.pem"
    )
    authority.cert_pem.write_to_path(folder / "authority.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    config = Config.from_mapping(
        bind=f"127.0.0.1:{port}",
        certfile=str(folder / "server.pem"),
        keyfile=str(folder / "server.pem"),
        include_server_header=False,
        graceful_timeout=1,
        **options,
    )
    server = Served(Tenant(seed=1), port, trusting, folder / "authority.pem")
    loop, ready = asyncio.new_event_loop(), threading.Event()
    end = asyncio.Event()

    async def until_told() -> None:
        ready.set()
        await end.wait()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve(server, config, shutdown_trigger=until_told))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("hypercorn.error"), "disabled", True)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[ssl.SSLContext]:
    """The TLS contexts that are made by reading the certificates of the system."""
    made: list[ssl.SSLContext] = []
    real = httpx.create_ssl_context

    def noted(*given: Any, **more: Any) -> ssl.SSLContext:
        made.append(real(*given, **more))
        return made[-1]

    monkeypatch.setattr(httpx, "create_ssl_context", noted)
    return made


def test_certificates_are_read_once_for_all_clients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contexts: list[ssl.SSLContext]
) -> None:
    async def later(server: Served) -> None:
        async with AsyncScimClient(server.url, server.token) as client:
            await asyncio.gather(*(client.users.get(made) for _ in range(4)))

    with served(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        environment = dict(os.environ)
        with ScimClient(server.url, server.token) as client:
            made = client.users.create(person(1))
        for _ in range(3):
            with (
                ScimClient(server.url, server.token) as client,
                ThreadPoolExecutor(4) as threads,
            ):
                assert list(threads.map(lambda _: client.users.get(made).id, range(8)))
        assert len(contexts) == 1
        asyncio.run(later(server))
        assert len(contexts) == 2  # the async half has one of its own
        assert os.environ == environment


def test_a_context_of_ones_own_is_used_in_place_of_the_shared_one(
    tmp_path: Path, contexts: list[ssl.SSLContext]
) -> None:
    with served(tmp_path) as server:
        settings = Settings(tls=server.tls)
        with ScimClient(server.url, server.token, settings=settings) as client:
            client.users.create(person(1))
    assert contexts == []


def test_a_certificate_that_nobody_vouches_for_is_refused_once(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        client = ScimClient(server.url, server.token, retry=RetryPolicy())
        with client, pytest.raises(errors.ConnectionFailed, match="not trusted") as caught:
            client.users.create(person(1))
        assert caught.value.attempts == 1
        assert caught.value.sent is False
        assert server.versions == set()


def person(number: int) -> scim.User:
    return scim.User.of(email=f"u{number}@acme.com", given_name="U", family_name=str(number))


def test_a_client_speaks_http2_where_it_is_asked_to(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        settings = Settings(http2=True, tls=server.tls)
        with ScimClient(server.url, server.token, settings=settings) as client:
            made = client.users.create(person(1))
            assert client.users.get(made).user_name == "u1@acme.com"
            assert [user.id for user in client.users.list()] == [made.id]
        assert server.versions == {"2"}
        assert len(server.connections) == 1


def test_an_async_client_speaks_http2_where_it_is_asked_to(tmp_path: Path) -> None:
    async def main(server: Served) -> None:
        settings = Settings(http2=True, tls=server.tls)
        async with AsyncScimClient(server.url, server.token, settings=settings) as client:
            made = await client.users.create(person(1))
            assert (await client.users.get(made)).user_name == "u1@acme.com"
            assert [user.id async for user in client.users.list()] == [made.id]

    with served(tmp_path) as server:
        asyncio.run(main(server))
        assert server.versions == {"2"}
        assert len(server.connections) == 1


def test_a_client_that_is_not_asked_to_speaks_http1(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        settings = Settings(tls=server.tls)
        with ScimClient(server.url, server.token, settings=settings) as client:
            client.users.create(person(1))
        assert server.versions == {"1.1"}


def test_a_server_without_http2_is_spoken_to_in_http1(tmp_path: Path) -> None:
    with served(tmp_path, alpn_protocols=["http/1.1"]) as server:
        settings = Settings(http2=True, tls=server.tls, max_connections=8)
        client = ScimClient(server.url, server.token, settings=settings)
        with client, ThreadPoolExecutor(16) as threads:
            made = list(threads.map(lambda n: client.users.create(person(n)).user_name, range(48)))
        assert len(set(made)) == 48
        assert server.versions == {"1.1"}
        assert server.most <= 8


@pytest.mark.proof
def test_threads_wait_for_one_of_thirty_two_connections(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        settings = Settings(http2=True, tls=server.tls, max_connections=32)
        client = ScimClient(server.url, server.token, settings=settings)
        with client, ThreadPoolExecutor(40) as threads:
            made = list(threads.map(lambda n: client.users.create(person(n)), range(160)))
            read = list(threads.map(lambda user: client.users.get(user).user_name, made))
            assert read == [f"u{n}@acme.com" for n in range(160)]
            connections = client._session._connection_pool._connections
            assert connections is not None
            assert len(connections.limiter._free_slots) == 32
        assert server.versions == {"2"}
        assert 8 < server.most <= 32
        assert len(server.connections) <= 32


@pytest.mark.proof
def test_tasks_wait_for_one_of_thirty_two_connections(tmp_path: Path) -> None:
    async def main(server: Served) -> None:
        settings = Settings(http2=True, tls=server.tls, max_connections=32)
        async with AsyncScimClient(server.url, server.token, settings=settings) as client:
            made = await asyncio.gather(*(client.users.create(person(n)) for n in range(160)))
            read = await asyncio.gather(*(client.users.get(user) for user in made))
            assert [user.user_name for user in read] == [f"u{n}@acme.com" for n in range(160)]
            cancelled = [asyncio.create_task(client.users.get(made[0])) for _ in range(32)]
            await asyncio.sleep(0)
            for call in cancelled:
                call.cancel()
            await asyncio.gather(*cancelled, return_exceptions=True)
            await asyncio.gather(*(client.users.get(user) for user in made[:64]))
            connections = client._session._connection_pool._connections
            assert connections is not None
            assert await connections.limiter.drain(10), "a place was lost"
            for place in range(32):  # as it was before it was drained
                connections.limiter.release(place)

    with served(tmp_path) as server:
        asyncio.run(main(server))
        assert server.versions == {"2"}
        assert 8 < server.most <= 32
        assert len(server.connections) <= 32


@pytest.mark.proof
def test_a_server_that_ends_its_connections_is_asked_on_new_ones(tmp_path: Path) -> None:
    """After so many requests it says GOAWAY, whatever is on its way then."""
    with served(tmp_path, keep_alive_max_requests=20) as server:
        settings = Settings(http2=True, tls=server.tls, max_connections=8)
        client = ScimClient(server.url, server.token, settings=settings)
        with client, ThreadPoolExecutor(16) as threads:
            made = client.users.create(person(1))
            read = list(threads.map(lambda _: client.users.get(made).id, range(200)))
        assert read == [made.id] * 200
        assert len(server.connections) >= 10
