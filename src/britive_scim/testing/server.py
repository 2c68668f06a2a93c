"""HTTP server of an emulated tenant on the loopback address, for any HTTP client."""

from __future__ import annotations

import contextlib
import re
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, Protocol, Self, TypeVar

from pydantic import SecretStr

from britive_scim.tables import shorten
from britive_scim.testing.http.clock import TenantClock, format_http_time
from britive_scim.testing.http.exchange_redaction import ExchangeRedactor
from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.identity_providers import TenantIdentityProviders
from britive_scim.testing.pages.site import TenantPages

__all__ = ["TenantServer"]

_HOST = "127.0.0.1"
_MAX_BODY = 32 * 1024 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9]{40,}")
"""A token of a tenant; ids have 20 characters."""

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")


class _ServedTenant(Protocol):
    """The part of a tenant that a server uses."""

    @property
    def api_token(self) -> SecretStr: ...

    @property
    def clock(self) -> TenantClock: ...

    @property
    def identity_providers(self) -> TenantIdentityProviders: ...

    def set_base_url(self, base_url: str) -> None: ...

    @property
    def pages(self) -> TenantPages: ...

    def respond(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        real_time: bool,
    ) -> TenantResponse: ...


T = TypeVar("T", bound=_ServedTenant)


class TenantServer(Generic[T]):
    """A tenant served on the loopback address by the threaded HTTP server of the standard library.

    The base URL of the tenant, and with it every URL in responses, becomes that of the server. Plain
    HTTP is sufficient, because no real data is served. The server listens on no other address, and
    refuses requests whose `Host` header names another one.

    Args:
        tenant: the tenant.
        port: TCP port; 0 lets the system choose.
        verbose: print a line to standard error for each request.

    Attributes:
        tenant: the tenant.
        port: the TCP port.

    Raises:
        OSError: the port is not available.

    Example:
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant()
        >>> with TenantServer(tenant) as server:
        ...     tenant.base_url == server.url
        True
    """

    def __init__(self, tenant: T, port: int = 0, *, verbose: bool = False) -> None:
        self.tenant: T = tenant
        self._server = _HTTPServer(tenant, port, verbose=verbose)
        self._thread: threading.Thread | None = None
        self.port: int = self._server.server_address[1]
        tenant.set_base_url(self.url)

    @property
    def url(self) -> str:
        """Base URL of the admin API: `http://127.0.0.1:PORT`."""
        return f"http://{_HOST}:{self.port}"

    def environment(self, identity_provider: str = "Okta") -> dict[str, str]:
        """Return the environment variables that make `from_env()` of both clients use this server.

        Args:
            identity_provider: name of the identity provider whose SCIM token is used.

        Raises:
            KeyError: there is no such identity provider.
            LookupError: it has no SCIM token, or the tenant's API token was revoked.
        """
        provider = self.tenant.identity_providers[identity_provider]
        return {
            "BRITIVE_SCIM_URL": provider.scim_url,
            "BRITIVE_SCIM_TOKEN": provider.scim_token.get_secret_value(),
            "BRITIVE_TENANT": self.url,
            "BRITIVE_API_TOKEN": self.tenant.api_token.get_secret_value(),
        }

    def run(self) -> None:
        """Serve requests until interrupted, then close."""
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()

    def start(self) -> Self:
        """Serve requests in a background thread until `stop`."""
        self._thread = threading.Thread(target=self.run, name="britive-scim serve", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and release the port."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        else:
            self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, tenant: _ServedTenant, port: int, *, verbose: bool) -> None:
        self.tenant = tenant
        self.verbose = verbose
        super().__init__((_HOST, port), _RequestHandler)

    def server_bind(self) -> None:
        # HTTPServer would look up the host name, which can take seconds
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = _HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - signature of the base class
        if self.verbose:
            traceback.print_exc()


def is_own_host(host: str, port: int) -> bool:
    """Return whether `Host` names a server on a port of the loopback address.

    Clients leave out the default port of HTTP (RFC 9110 §4.2.3).

    Examples:
        >>> is_own_host("localhost:80", 80), is_own_host("127.0.0.1", 80), is_own_host("127.0.0.1", 8080)
        (True, True, False)
    """
    name, _, given = host.lower().partition(":")
    return name in (_HOST, "localhost") and (given == str(port) or (port == 80 and not given))


class _RefusedRequest(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class _RequestHandler(BaseHTTPRequestHandler):
    server: _HTTPServer  # pyright: ignore[reportIncompatibleVariableOverride]  # the server that creates the handler

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120  # seconds an idle connection is kept

    def _handle(self) -> None:
        start = time.perf_counter()
        status = self._respond()
        if self.server.verbose and status is not None:
            milliseconds = 1000 * (time.perf_counter() - start)
            path = _TOKEN.sub("***", ExchangeRedactor().redact_target(self.path))
            line = f"{self.command} {shorten(path, 200)} -> {status} in {milliseconds:.1f} ms"
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - output of --verbose

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815 - the base class looks for these names

    def _respond(self) -> str | None:
        """Send the response, and return its status; `None` for a page, which refreshes itself."""
        try:
            self._check_host()
            body = self._read_body()
        except _RefusedRequest as refusal:
            self.close_connection = True
            self._send_full_response(
                refusal.status, {"Content-Type": "text/plain"}, refusal.message.encode()
            )
            return str(refusal.status)
        headers = dict(self.headers.items())
        page = self.server.tenant.pages.respond(self.command, self.path, headers, body)
        if page is not None:
            self._send_full_response(page.status, page.headers, page.body)
            return None
        try:
            response = self.server.tenant.respond(
                self.command, self.path, headers, body, real_time=True
            )
        except ConnectionCut:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return "cut"
        if response.delay:
            time.sleep(response.delay)
        self._send_full_response(response.status, response.headers, response.body)
        return str(response.status)

    def _check_host(self) -> None:
        """Refuse other values of `Host`, which protects against DNS rebinding by web pages."""
        port = self.server.server_address[1]
        if not is_own_host(self.headers.get("Host", ""), port):
            raise _RefusedRequest(421, f"Host must be {_HOST}:{port}")

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._read_chunks())
        length = self.headers.get("Content-Length", "0")
        if re.fullmatch(r"\d{1,12}", length) is None:
            raise _RefusedRequest(400, "Content-Length must be a number")
        if int(length) > _MAX_BODY:
            raise _RefusedRequest(413, f"the body must have at most {_MAX_BODY} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _RefusedRequest(400, "the body is shorter than Content-Length")
        return body

    def _read_chunks(self) -> Iterator[bytes]:
        """Yield the chunks of a body in chunked transfer coding (RFC 9112 §7.1)."""
        total = 0
        while True:
            head = _CHUNK_SIZE.fullmatch(self.rfile.readline(256).rstrip(b"\r\n"))
            if head is None:
                raise _RefusedRequest(400, "a chunk must begin with its size")
            size = int(head[1], 16)
            total += size
            if total > _MAX_BODY:
                raise _RefusedRequest(413, f"the body must have at most {_MAX_BODY} bytes")
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return
            yield self.rfile.read(size)
            self.rfile.readline(8)

    def _send_full_response(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Server", self.version_string())
        if not any(name.lower() == "date" for name in headers):  # a refused request, or a page
            self.send_header("Date", self.date_time_string())
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204 and status != 304:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(body)

    def version_string(self) -> str:
        return "britive-scim"

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - signature of the base class
        """Return the tenant's time, for errors that the base class sends."""
        return format_http_time(self.server.tenant.clock.now())

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing; `verbose` prints its own lines."""
