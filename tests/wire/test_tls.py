"""TLS and HTTP/2 with a third-party server and a test certificate."""

import asyncio
import contextlib
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

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from support.raw_server import run_raw_server

pytest.importorskip("h2")
trustme = pytest.importorskip("trustme")
hypercorn = pytest.importorskip("hypercorn")
pytestmark = pytest.mark.proof


class TlsTenant:
    """Tenant served by hypercorn.

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
            await asyncio.sleep(0.005)  # requests overlap
            return await self._tenant(scope, receive, send)
        finally:
            self._now -= 1


@contextmanager
def serve_tenant(folder: Path, **options: Any) -> Iterator[TlsTenant]:
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
    server = TlsTenant(Tenant(seed=1), port, trusting, folder / "authority.pem")
    loop, ready = asyncio.new_event_loop(), threading.Event()
    end = asyncio.Event()

    async def wait_for_shutdown() -> None:
        ready.set()
        await end.wait()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve(server, config, shutdown_trigger=wait_for_shutdown))
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
def disable_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("hypercorn.error"), "disabled", True)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[ssl.SSLContext]:
    """Return the list of TLS contexts with certificates that are created."""
    created: list[ssl.SSLContext] = []
    real = ssl.create_default_context

    def record_context(*given: Any, **more: Any) -> ssl.SSLContext:
        created.append(real(*given, **more))
        return created[-1]

    monkeypatch.setattr(ssl, "create_default_context", record_context)
    return created


def test_system_certificates_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contexts: list[ssl.SSLContext]
) -> None:
    async def later(server: TlsTenant) -> None:
        async with AsyncScimClient(server.url, server.token) as client:
            await asyncio.gather(*(client.users.get(created) for _ in range(4)))

    with serve_tenant(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        contexts.clear()
        environment = dict(os.environ)
        with ScimClient(server.url, server.token) as client:
            created = client.users.create(make_user(1))
        for _ in range(3):
            with (
                ScimClient(server.url, server.token) as client,
                ThreadPoolExecutor(4) as threads,
            ):
                assert list(threads.map(lambda _: client.users.get(created).id, range(8)))
        asyncio.run(later(server))
        assert len(contexts) == 1
        assert os.environ == environment


def test_given_ssl_context_is_used(tmp_path: Path, contexts: list[ssl.SSLContext]) -> None:
    with serve_tenant(tmp_path) as server:
        contexts.clear()
        settings = Settings(tls=server.tls)
        with ScimClient(server.url, server.token, settings=settings) as client:
            client.users.create(make_user(1))
    assert contexts == []


def test_untrusted_certificate_raises_without_retry(tmp_path: Path) -> None:
    with serve_tenant(tmp_path) as server:
        client = ScimClient(server.url, server.token, retry=RetryPolicy())
        with client, pytest.raises(errors.ConnectionFailed, match="not trusted") as caught:
            client.users.create(make_user(1))
        assert caught.value.attempts == 1
        assert caught.value.sent is False
        assert server.versions == set()


def make_user(number: int) -> scim.User:
    return scim.User.of(email=f"u{number}@acme.com", given_name="U", family_name=str(number))


def test_http2_client_uses_http2_and_logs_no_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    with serve_tenant(tmp_path) as server:
        settings = Settings(http2=True, tls=server.tls)
        with ScimClient(server.url, server.token, settings=settings) as client:
            created = client.users.create(make_user(1))
            assert client.users.get(created).user_name == "u1@acme.com"
            assert [user.id for user in client.users.list()] == [created.id]
        assert server.versions == {"2"}
        assert len(server.connections) == 1
        assert server.token.get_secret_value() not in caplog.text
    logging.getLogger("hpack.hpack").warning("a warning is kept")
    assert "a warning is kept" in caplog.text


def test_async_http2_client_uses_http2(tmp_path: Path) -> None:
    async def main(server: TlsTenant) -> None:
        settings = Settings(http2=True, tls=server.tls)
        async with AsyncScimClient(server.url, server.token, settings=settings) as client:
            created = await client.users.create(make_user(1))
            assert (await client.users.get(created)).user_name == "u1@acme.com"
            assert [user.id async for user in client.users.list()] == [created.id]

    with serve_tenant(tmp_path) as server:
        asyncio.run(main(server))
        assert server.versions == {"2"}
        assert len(server.connections) == 1


def test_default_client_uses_http1(tmp_path: Path) -> None:
    with serve_tenant(tmp_path) as server:
        settings = Settings(tls=server.tls)
        with ScimClient(server.url, server.token, settings=settings) as client:
            client.users.create(make_user(1))
        assert server.versions == {"1.1"}


def test_http2_client_falls_back_to_http1(tmp_path: Path) -> None:
    with serve_tenant(tmp_path, alpn_protocols=["http/1.1"]) as server:
        settings = Settings(http2=True, tls=server.tls, max_connections=8)
        client = ScimClient(server.url, server.token, settings=settings)
        with client, ThreadPoolExecutor(16) as threads:
            created = list(
                threads.map(lambda n: client.users.create(make_user(n)).user_name, range(48))
            )
        assert len(set(created)) == 48
        assert server.versions == {"1.1"}
        assert server.most <= 8


def test_threads_share_32_connections(tmp_path: Path) -> None:
    with serve_tenant(tmp_path) as server:
        settings = Settings(http2=True, tls=server.tls, max_connections=32)
        client = ScimClient(server.url, server.token, settings=settings)
        with client, ThreadPoolExecutor(40) as threads:
            created = list(threads.map(lambda n: client.users.create(make_user(n)), range(160)))
            read = list(threads.map(lambda user: client.users.get(user).user_name, created))
            assert read == [f"u{n}@acme.com" for n in range(160)]
            connections = client._session._connection_pool._connections
            assert connections is not None
            assert connections.limiter.free == 32
        assert server.versions == {"2"}
        assert 8 < server.most <= 32
        assert len(server.connections) <= 32


def test_tasks_share_32_connections(tmp_path: Path) -> None:
    async def main(server: TlsTenant) -> None:
        settings = Settings(http2=True, tls=server.tls, max_connections=32)
        async with AsyncScimClient(server.url, server.token, settings=settings) as client:
            created = await asyncio.gather(*(client.users.create(make_user(n)) for n in range(160)))
            read = await asyncio.gather(*(client.users.get(user) for user in created))
            assert [user.user_name for user in read] == [f"u{n}@acme.com" for n in range(160)]
            cancelled = [asyncio.create_task(client.users.get(created[0])) for _ in range(32)]
            await asyncio.sleep(0)
            for call in cancelled:
                call.cancel()
            await asyncio.gather(*cancelled, return_exceptions=True)
            await asyncio.gather(*(client.users.get(user) for user in created[:64]))
            connections = client._session._connection_pool._connections
            assert connections is not None
            assert await connections.limiter.drain(10), "a place was lost"
            for _ in range(32):  # restores the capacity
                connections.limiter.release()

    with serve_tenant(tmp_path) as server:
        asyncio.run(main(server))
        assert server.versions == {"2"}
        assert 8 < server.most <= 32
        assert len(server.connections) <= 32


def send_pings_without_end(connection: ssl.SSLSocket) -> None:
    """Serve HTTP/2, and send pings in place of a response."""
    import h2.config
    import h2.connection
    import h2.events

    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    server.initiate_connection()
    connection.sendall(server.data_to_send())
    connection.settimeout(0.05)
    has_request = False
    while True:
        with contextlib.suppress(TimeoutError):
            received = connection.recv(65536)
            if not received:
                return
            events = server.receive_data(received)
            has_request |= any(isinstance(event, h2.events.StreamEnded) for event in events)
        if has_request:
            server.ping(b"12345678")
        connection.sendall(server.data_to_send())


def test_http2_pings_without_end_raise_timed_out() -> None:
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.set_alpn_protocols(["h2"])
    authority.issue_cert("127.0.0.1").configure_cert(served)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    def serve(connection: socket.socket) -> None:
        with served.wrap_socket(connection, server_side=True) as encrypted:
            send_pings_without_end(encrypted)

    settings = Settings(http2=True, tls=trusting)
    with run_raw_server(lambda *_: None, on_connect=serve) as server:
        client = ScimClient(
            server.url.replace("http:", "https:"),
            "t" * 20,
            settings=settings,
            timeout=0.5,
            retry=RetryPolicy.none(),
        )
        with client, pytest.raises(errors.TimedOut):
            client.users.create(make_user(1))


def test_http2_goaway_opens_new_connection(tmp_path: Path) -> None:
    """The server sends GOAWAY after some requests, also during others."""
    with serve_tenant(tmp_path, keep_alive_max_requests=20) as server:
        settings = Settings(http2=True, tls=server.tls, max_connections=8)
        client = ScimClient(server.url, server.token, settings=settings)
        with client, ThreadPoolExecutor(16) as threads:
            created = client.users.create(make_user(1))
            read = list(threads.map(lambda _: client.users.get(created).id, range(200)))
        assert read == [created.id] * 200
        assert len(server.connections) >= 10
