"""The tenant over HTTP on the loopback address, for clients of any kind: `britive-scim serve`."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import re
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Generator, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from britive_scim.display import shorten
from britive_scim.testing import fault_options
from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.clock import http_time
from britive_scim.testing.faults import ConnectionCut

if TYPE_CHECKING:
    from britive_scim.testing.tenant import Tenant

__all__ = ["TenantServer", "main", "serve"]

_HOST = "127.0.0.1"
_MAX_LATENCY = 3600
_MAX_BODY = 32 * 1024 * 1024
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
        self._http = _Server(tenant, port, verbose=verbose)
        self._thread: threading.Thread | None = None
        self.port: int = self._http.server_address[1]
        tenant.move_to(self.url)

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
        provider = self._http.tenant.identity_providers[identity_provider]
        return {
            "BRITIVE_SCIM_URL": provider.scim_url,
            "BRITIVE_SCIM_TOKEN": provider.scim_token.get_secret_value(),
            "BRITIVE_TENANT": self.url,
            "BRITIVE_API_TOKEN": self._http.tenant.api_token.get_secret_value(),
        }

    def run(self) -> None:
        """Answer requests until interrupted, then close."""
        try:
            self._http.serve_forever(poll_interval=0.1)
        finally:
            self._http.server_close()

    def start(self) -> Self:
        """Answer requests in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self.run, name="britive-scim serve", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        else:
            self._http.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, tenant: Tenant, port: int, *, verbose: bool) -> None:
        self.tenant = tenant
        self.verbose = verbose
        super().__init__((_HOST, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer would ask the resolver for this host's name, which can take seconds
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = _HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - their signature
        if self.verbose:
            traceback.print_exc()


class _BadRequest(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # the server that made it

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120  # seconds an idle connection is kept

    def _handle(self) -> None:
        began = time.perf_counter()
        status = self._exchange()
        if self.server.verbose:
            took = 1000 * (time.perf_counter() - began)
            line = f"{self.command} {shorten(self.path, 200)} -> {status} in {took:.1f} ms"
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - --verbose asks for it

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815 - the base class looks for these names

    def _exchange(self) -> str:
        try:
            self._check_host()
            body = self._body()
        except _BadRequest as refusal:
            self.close_connection = True
            self._send(refusal.status, {"Content-Type": "text/plain"}, refusal.text.encode())
            return str(refusal.status)
        if self.path == "/" and self.command == "GET":
            shown = self.server.tenant.page()
            self._send(shown.status, shown.headers, shown.body)
            return str(shown.status)
        try:
            answer = self.server.tenant.answer(
                self.command, self.path, dict(self.headers.items()), body, real_time=True
            )
        except ConnectionCut:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return "cut"
        if answer.delay:
            time.sleep(answer.delay)
        self._send(answer.status, answer.headers, answer.body)
        return str(answer.status)

    def _check_host(self) -> None:
        """Refuse requests that name another host: a web page could make a browser send such."""
        port = self.server.server_address[1]
        if self.headers.get("Host", "").lower() not in (f"{_HOST}:{port}", f"localhost:{port}"):
            raise _BadRequest(421, f"this server answers for {_HOST}:{port} alone")

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._chunks())
        length = self.headers.get("Content-Length", "0")
        if re.fullmatch(r"\d{1,12}", length) is None:
            raise _BadRequest(400, "Content-Length is no number")
        if int(length) > _MAX_BODY:
            raise _BadRequest(413, f"at most {_MAX_BODY} bytes are taken")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _BadRequest(400, "the body is shorter than Content-Length says")
        return body

    def _chunks(self) -> Iterator[bytes]:
        """Yield the chunks of a body sent without its length (RFC 9112 §7.1)."""
        total = 0
        while True:
            head = _CHUNK_SIZE.fullmatch(self.rfile.readline(256).rstrip(b"\r\n"))
            if head is None:
                raise _BadRequest(400, "a chunk has no size")
            size = int(head[1], 16)
            total += size
            if total > _MAX_BODY:
                raise _BadRequest(413, f"at most {_MAX_BODY} bytes are taken")
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return
            yield self.rfile.read(size)
            self.rfile.readline(8)

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
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
        return http_time(self.server.tenant.clock.now())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: standard output and error are for people who asked."""


# ----------------------------------------------------------------------------- the command


def main(argv: Sequence[str]) -> int:
    """Run `britive-scim serve` with these arguments and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="britive-scim serve",
        description="Serve an emulated Britive tenant on the loopback address until interrupted. "
        "First its addresses and tokens are printed, one a line.",
    )
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 lets the system choose")
    parser.add_argument(
        "--identity-provider",
        default="Okta",
        metavar="NAME",
        help="whose SCIM token to print: Okta (default) or Entra",
    )
    parser.add_argument("--users", type=int, default=0, help="how many made-up users to start with")
    parser.add_argument(
        "--groups", type=int, default=0, help="how many made-up groups to start with"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of made-up users and groups, their ids, and chance"
    )
    parser.add_argument(
        "--latency", type=float, default=0, metavar="SECONDS", help="how long every answer takes"
    )
    parser.add_argument(
        "--fault",
        "--faults",
        action="append",
        default=[],
        metavar="FAULT",
        help=f"what goes wrong: {fault_options.FORM}, such as 503:0.1, 'POST */Users cut-after x1', "
        "malformed:0.01 or rate=100/60; several are parted by commas, and it may be given again",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a switch of the tenant's capabilities, such as bulk=false; may be given again",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="print a line to standard error for each request"
    )
    return serve(parser.parse_args(argv))


def serve(arguments: argparse.Namespace) -> int:
    """Serve a fresh tenant until interrupted or terminated.

    Args:
        arguments: with `port`, `identity_provider` and `verbose`, and those of `main` besides.

    Returns:
        0 once it was told to end, 1 where the port cannot be had, 2 for arguments that cannot work.
    """
    try:
        tenant = _furnished(arguments)
    except ValueError as error:
        print(f"britive-scim serve: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    try:
        server = TenantServer(tenant, arguments.port, verbose=arguments.verbose)
    except (OSError, OverflowError) as error:
        print(f"britive-scim serve: port {arguments.port}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    with _ending_on_sigterm(), contextlib.suppress(KeyboardInterrupt):
        provider = tenant.identity_providers[arguments.identity_provider]
        print(  # noqa: T201 - what the command is for
            f"SCIM URL: {provider.scim_url}\n"
            f"SCIM token: {provider.scim_token.get_secret_value()}\n"
            f"Admin URL: {server.url}\n"
            f"API token: {tenant.api_token.get_secret_value()}",
            flush=True,
        )
        server.run()
    return 0


def _furnished(arguments: argparse.Namespace) -> Tenant:
    """Return the tenant the arguments describe.

    Raises:
        ValueError: they cannot work.
    """
    from britive_scim.testing.tenant import Tenant

    tenant = Tenant(
        capabilities=_capabilities(getattr(arguments, "set", [])),
        seed=getattr(arguments, "seed", None),
    )
    with_token = [name for name in tenant.identity_providers if name != "Britive"]
    provider = arguments.identity_provider
    if provider not in with_token:
        raise ValueError(f"no identity provider {provider!r}: choose {' or '.join(with_token)}")
    users, groups = getattr(arguments, "users", 0), getattr(arguments, "groups", 0)
    seed = getattr(arguments, "seed", 1)
    tenant.populate(max(users, 0), max(groups, 0), seed=seed, identity_provider=provider)
    try:
        fault_options.script(tenant.faults, getattr(arguments, "fault", []))
    except ValueError as error:
        raise ValueError(f"--fault {error}") from None
    latency = getattr(arguments, "latency", 0)
    if not 0 <= latency <= _MAX_LATENCY:
        raise ValueError(f"--latency {latency}: give seconds from 0 to {_MAX_LATENCY}")
    tenant.faults.latency = latency
    return tenant


def _capabilities(switches: Sequence[str]) -> Capabilities:
    """Return the capabilities that `NAME=VALUE` texts describe.

    Raises:
        ValueError: an unknown name, or a value of another type.
    """
    known = sorted(field.name for field in dataclasses.fields(Capabilities))
    chosen: dict[str, Any] = {}
    for switch in switches:
        name, equals, text = switch.partition("=")
        if name not in known or not equals:
            raise ValueError(f"--set {switch}: no such switch; there are {', '.join(known)}")
        try:
            chosen[name] = json.loads(text)
        except ValueError:
            chosen[name] = text
    return Capabilities(**chosen)


@contextlib.contextmanager
def _ending_on_sigterm() -> Generator[None]:
    """Let SIGTERM end the server as Ctrl-C does, where signals can be had: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
