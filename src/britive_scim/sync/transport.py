# Generated from aio/transport.py by tools/unasync.py; edit that file instead.
"""Connections: the only place, with its sync twin, that knows httpx and tenacity.

Requests go straight to transports of httpx, or through the caller's own client. So a change of engine is
a change of this file.
"""

from __future__ import annotations

import logging
import os
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

import httpx
from pydantic import SecretStr
from tenacity import Retrying, retry_if_result

from britive_scim.sync.concurrency import (
    CapacityLimiter,
    cache_missing_sniffio,
    current_loop,
    shield,
)
from britive_scim.errors import ConfigurationError
from britive_scim.wire.operation import Operation
from britive_scim.wire.protocols import HttpClient, Transport
from britive_scim.wire.proxy import select_proxy
from britive_scim.wire.retry.attempt import AttemptResult
from britive_scim.wire.settings import Settings

__all__ = ["ConnectionPool", "BearerAuth", "Request", "close_quietly", "run_with_retries"]

_log = logging.getLogger("britive_scim")

_KEEPALIVE_EXPIRY = 4.0
"""Seconds an idle connection is kept: below what servers and balancers keep (uvicorn 5, AWS 60)."""

_CONNECT_TIMEOUT = 5.0
"""Most seconds for connecting; a call's time-out may make it fewer."""


@dataclass(slots=True)
class Request:
    """One operation made ready for sending, any number of times."""

    operation: Operation[Any]
    url: str
    headers: list[tuple[str, str]]
    content: bytes | None
    timeout: float | None


class BearerAuth:
    """Puts the credential on a request in the last moment; shows it to nobody."""

    __slots__ = ("_value",)

    def __init__(self, value: SecretStr) -> None:
        self._value = value

    def __call__(self, request: Any) -> Any:
        """Return `request`, signed."""
        request.headers["Authorization"] = self._value.get_secret_value()
        return request


class Attempt(Protocol):
    """Makes one attempt."""

    def __call__(self) -> AttemptResult: ...


class Sleep(Protocol):
    """Lets seconds pass."""

    def __call__(self, seconds: float, /) -> None: ...


def run_with_retries(
    attempt: Attempt,
    *,
    should_retry: Callable[[AttemptResult], bool],
    wait: Callable[[], float],
    sleep: Sleep,
) -> AttemptResult:
    """Make attempts until one is good enough, and return what the last one met.

    Args:
        attempt: makes one.
        should_retry: says whether another is to be made after what one met.
        wait: says how many seconds to wait before the next.
        sleep: waits.
    """
    engine = Retrying(retry=retry_if_result(should_retry), wait=lambda _: wait(), sleep=sleep)
    outcome: AttemptResult = engine(attempt)
    return outcome


class ConnectionPool:
    """Everything open, and the limit that keeps callers from asking it for more than it has.

    Each place of the limit has a pool of one connection to itself. So nobody searches or locks for a
    connection, a request can be sent on a new one for sure (see `discard_connection`), and HTTP/2 connections carry one
    request at a time: threads and tasks that share them lose streams (httpcore 1.0).

    Args:
        size: how many places there are.
        build_transport: makes a pool of one connection; `None` where the caller brought along what to send with.
        transport: the transport that the caller brought along.
        http_client: the client that the caller brought along.
    """

    def __init__(
        self,
        size: int,
        *,
        build_transport: Callable[[], Transport] | None = None,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
    ) -> None:
        self.transports: list[Transport | None] = [transport]
        self.limiter = CapacityLimiter(size)
        self._build_transport = build_transport
        self._http_client = http_client
        self._loop = current_loop()
        self._process_id = os.getpid()
        if (
            build_transport is not None
        ):  # the first at once, to see that it can be made; the others when needed
            self.transports = [build_transport(), *[None] * (size - 1)]

    @classmethod
    def create(
        cls,
        base_url: str,
        settings: Settings,
        transport: Transport | None,
        http_client: HttpClient | None,
    ) -> ConnectionPool:
        """Return connections through what the caller brought along, or pools of our own.

        Raises:
            ConfigurationError: certificates that do not load, a proxy that cannot be used.
        """
        size = settings.max_connections
        if http_client is not None or transport is not None:
            return cls(size, transport=transport, http_client=http_client)
        cache_missing_sniffio()
        tls = settings.tls or _get_tls_context(settings.http2)
        proxy = select_proxy(base_url, settings.proxy)
        return cls(size, build_transport=lambda: _build_http_transport(tls, proxy, settings.http2))

    def is_usable(self) -> bool:
        """Return whether the connections belong to this process and event loop."""
        return self._process_id == os.getpid() and self._loop is current_loop()

    def check_discardable(self) -> None:
        """Check that the connections may be left alone: those of a parent process, or of a loop that ended."""
        closed = getattr(self._loop, "is_closed", None)
        if (
            self._process_id == os.getpid()
            and closed is not None
            and not closed()
            and self._http_client is None
        ):
            raise ConfigurationError(
                "this client was used in another event loop, which is still running; make one client "
                "for each loop, with `with`"
            )

    def send(self, slot: int, request: Request, auth: BearerAuth) -> Any:
        """Send a request and return the response as soon as its headers are there."""
        seconds = request.timeout
        timeout = {
            "connect": seconds if seconds is None else min(seconds, _CONNECT_TIMEOUT),
            "read": seconds,
            "write": seconds,
            "pool": seconds,
        }
        if self._http_client is not None:
            if getattr(self._http_client, "is_closed", False):
                raise ConfigurationError(
                    "the http_client that this client was made with is closed; keep it open as long"
                )
            made = self._http_client.build_request(
                request.operation.method,
                request.url,
                headers=request.headers,
                content=request.content,
                extensions={"timeout": timeout},
            )
            try:
                answered = self._http_client.send(
                    made, stream=True, auth=auth, follow_redirects=False
                )
            except Exception as error:
                answered = _get_hook_response(error)
                if answered is None:
                    raise
            return _ensure_readable(answered, has_run_hooks=True)
        made = httpx.Request(
            request.operation.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions={"timeout": timeout},
        )
        pool = self.transports[0 if self._build_transport is None else slot]
        if pool is None and self._build_transport is not None:
            pool = self.transports[slot] = self._build_transport()
        assert pool is not None  # noqa: S101 - there is a client, a transport or a maker
        return _ensure_readable(pool.handle_request(auth(made)), has_run_hooks=False)

    def discard_connection(self, slot: int) -> None:
        """Let the next request of a place make a new connection, in place of one the server may have closed.

        Only pools of our own can do that.
        """
        if self._build_transport is not None:
            pool, self.transports[slot] = self.transports[slot], None
            if pool is not None:
                close_quietly(pool)

    def close(self, seconds: float) -> None:
        """Close everything but the caller's own client, once requests on their way have ended."""
        if self.is_usable() and not shield(self._drain_and_close(seconds)):
            _log.warning("closed a client while requests were still on their way")

    def _drain_and_close(self, seconds: float) -> bool:
        """Close the pools, and return whether all requests had ended in time."""
        try:
            return self.limiter.drain(seconds)
        finally:  # whatever happens: nobody else knows the pools any more
            for pool in self.transports:
                if pool is not None:
                    pool.close()


_tls_lock = threading.Lock()
_tls_contexts: dict[tuple[str | None, str | None, bool], ssl.SSLContext] = {}


def _get_tls_context(http2: bool) -> ssl.SSLContext:
    """Return the TLS context of this process; reading the certificates takes 20 ms, so it is shared.

    There is one more for HTTP/2, as what a connection offers to speak is written into its context.
    """
    key = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"), http2)
    with _tls_lock:
        if key not in _tls_contexts:
            problem = ""
            try:
                _tls_contexts[key] = httpx.create_ssl_context()
            except (OSError, ssl.SSLError) as error:
                problem = str(error)
            if problem:
                raise ConfigurationError(
                    f"the certificates named by SSL_CERT_FILE or SSL_CERT_DIR do not load: {problem}"
                )
        return _tls_contexts[key]


def _build_http_transport(tls: ssl.SSLContext, proxy: str | None, http2: bool) -> Transport:
    if http2 and find_spec("h2") is None:
        raise ConfigurationError(
            "Settings(http2=True) needs the package h2: pip install 'britive-scim[http2]'"
        )
    problem = ""
    try:
        return httpx.HTTPTransport(
            verify=tls,
            http2=http2,
            proxy=httpx.Proxy(proxy) if proxy else None,
            limits=httpx.Limits(
                max_connections=1,
                max_keepalive_connections=1,
                keepalive_expiry=_KEEPALIVE_EXPIRY,
            ),
            retries=0,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        problem = type(error).__name__
    raise ConfigurationError(
        f"the proxy of the settings or the environment (HTTPS_PROXY, ALL_PROXY) cannot be used: {problem}"
    )


def _get_hook_response(error: Exception) -> Any:
    """Return the response in an error that a hook of the caller's client raised for its status, or `None`."""
    return getattr(error, "response", None) if type(error).__name__ == "HTTPStatusError" else None


def _ensure_readable(response: Any, *, has_run_hooks: bool) -> Any:
    """Return a response whose body is still to be taken in.

    A hook of the caller's client, or a transport that logs or caches, may have read or closed it already;
    what came over the wire is gone then, and what was read of it is there, decoded.

    Args:
        response: as it came.
        has_run_hooks: whether hooks of a client have seen it.
    """
    over = getattr(response, "is_stream_consumed", False) or getattr(response, "is_closed", False)
    if not over or type(response.stream).__name__ == "ByteStream":  # bytes can be read again
        return response
    headers = [one for one in response.headers.items() if one[0].lower() != "content-encoding"]
    try:
        content = response.content
    except RuntimeError:  # closed unread
        if not has_run_hooks:
            return response  # the stream will tell
        if response.status_code < 400:
            raise
        content = b""
    return httpx.Response(response.status_code, headers=headers, content=content)


def close_quietly(closable: Any) -> None:
    """Close a response or a pool; trouble in that changes nothing about what was read."""
    try:
        closable.close()
    except (httpx.HTTPError, OSError, RuntimeError):
        _log.debug("closing a response failed", exc_info=False)
