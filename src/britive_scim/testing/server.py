"""The tenant over HTTP on the loopback address, for clients of any kind."""

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
from typing import TYPE_CHECKING, Any, Self

from britive_scim.tables import shorten
from britive_scim.testing.http.clock import format_http_time
from britive_scim.testing.http.faults import ConnectionCut

if TYPE_CHECKING:
    from britive_scim.testing.tenant import Tenant

__all__ = ["TenantServer"]

_HOST = "127.0.0.1"
_MAX_BODY = 32 * 1024 * 1024
_SECRET_PARAMETER = re.compile(r"((?:token|password)=)[^&]*", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")


class TenantServer:
    """A tenant served on the loopback address, by threads of the standard library's HTTP server.

    Serving moves the tenant: its base URL, and with it every URL it hands out, becomes that of the
    server. Plain HTTP is good enough here because nothing real is behind it; no other address than the
    loopback one is ever listened on, and a request that names another host is refused.

    Args:
        tenant: what to serve.
        port: TCP port; 0 lets the system choose.
        verbose: print a line to standard error for each request.

    Attributes:
        tenant: what is served.
        port: the TCP port.

    Raises:
        OSError: the port cannot be had.

    Example:
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant()
        >>> with TenantServer(tenant) as server:
        ...     tenant.base_url == server.url
        True
    """

    def __init__(self, tenant: Tenant, port: int = 0, *, verbose: bool = False) -> None:
        self.tenant = tenant
        self._server = _HTTPServer(tenant, port, verbose=verbose)
        self._thread: threading.Thread | None = None
        self.port: int = self._server.server_address[1]
        tenant.set_base_url(self.url)

    @property
    def url(self) -> str:
        """Base URL of the admin API: `http://127.0.0.1:PORT`."""
        return f"http://{_HOST}:{self.port}"

    def environment(self, identity_provider: str = "Okta") -> dict[str, str]:
        """Return the variables that `from_env()` of both clients reads, set to this server.

        Args:
            identity_provider: whose SCIM token it is.

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
        """Answer requests until interrupted, then close."""
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()

    def start(self) -> Self:
        """Answer requests in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self.run, name="britive-scim serve", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and give the port back."""
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

    def __init__(self, tenant: Tenant, port: int, *, verbose: bool) -> None:
        self.tenant = tenant
        self.verbose = verbose
        super().__init__((_HOST, port), _RequestHandler)

    def server_bind(self) -> None:
        # HTTPServer would ask the resolver for this host's name, which can take seconds
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = _HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - their signature
        if self.verbose:
            traceback.print_exc()


class _RefusedRequest(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class _RequestHandler(BaseHTTPRequestHandler):
    server: _HTTPServer  # pyright: ignore[reportIncompatibleVariableOverride]  # the server that made it

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120  # seconds an idle connection is kept

    def _handle(self) -> None:
        began = time.perf_counter()
        status = self._respond()
        if self.server.verbose:
            took = 1000 * (time.perf_counter() - began)
            path = _SECRET_PARAMETER.sub(r"\1***", self.path)
            line = f"{self.command} {shorten(path, 200)} -> {status} in {took:.1f} ms"
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - --verbose asks for it

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815 - the base class looks for these names

    def _respond(self) -> str:
        try:
            self._check_host()
            body = self._read_body()
        except _RefusedRequest as refusal:
            self.close_connection = True
            self._send_full_response(
                refusal.status, {"Content-Type": "text/plain"}, refusal.message.encode()
            )
            return str(refusal.status)
        if self.path == "/" and self.command == "GET":
            shown = self.server.tenant.render_status_page()
            self._send_full_response(shown.status, shown.headers, shown.body)
            return str(shown.status)
        try:
            answer = self.server.tenant.respond(
                self.command, self.path, dict(self.headers.items()), body, real_time=True
            )
        except ConnectionCut:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return "cut"
        if answer.delay:
            time.sleep(answer.delay)
        self._send_full_response(answer.status, answer.headers, answer.body)
        return str(answer.status)

    def _check_host(self) -> None:
        """Refuse requests that name another host: a web page could make a browser send such."""
        port = self.server.server_address[1]
        if self.headers.get("Host", "").lower() not in (f"{_HOST}:{port}", f"localhost:{port}"):
            raise _RefusedRequest(421, f"this server answers for {_HOST}:{port} alone")

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._read_chunks())
        length = self.headers.get("Content-Length", "0")
        if re.fullmatch(r"\d{1,12}", length) is None:
            raise _RefusedRequest(400, "Content-Length is no number")
        if int(length) > _MAX_BODY:
            raise _RefusedRequest(413, f"at most {_MAX_BODY} bytes are taken")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _RefusedRequest(400, "the body is shorter than Content-Length says")
        return body

    def _read_chunks(self) -> Iterator[bytes]:
        """Yield the chunks of a body sent without its length (RFC 9112 §7.1)."""
        total = 0
        while True:
            head = _CHUNK_SIZE.fullmatch(self.rfile.readline(256).rstrip(b"\r\n"))
            if head is None:
                raise _RefusedRequest(400, "a chunk has no size")
            size = int(head[1], 16)
            total += size
            if total > _MAX_BODY:
                raise _RefusedRequest(413, f"at most {_MAX_BODY} bytes are taken")
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return
            yield self.rfile.read(size)
            self.rfile.readline(8)

    def _send_full_response(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Server", self.version_string())
        if not any(name.lower() == "date" for name in headers):  # a refusal, or the page
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

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - their signature
        """Return the tenant's time, for the errors that the base class sends."""
        return format_http_time(self.server.tenant.clock.now())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: standard output and error are for people who asked."""
