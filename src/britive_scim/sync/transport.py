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

from britive_scim.sync.concurrency import Limiter, home, shielded, spare_searches
from britive_scim.errors import ConfigurationError
from britive_scim.wire.operation import Operation
from britive_scim.wire.proxy import proxy_of
from britive_scim.wire.retry.attempt import Outcome
from britive_scim.wire.settings import HttpClient, Transport, Settings

__all__ = ["Connections", "Request", "Signature", "closed_quietly", "repeated"]

_log = logging.getLogger("britive_scim")

_KEEP_ALIVE = 4.0
"""Seconds an idle connection is kept: below what servers and balancers keep (uvicorn 5, AWS 60)."""

_CONNECT = 5.0
"""Most seconds for connecting; a call's time-out may make it fewer."""


@dataclass(slots=True)
class Request:
    """One operation made ready for sending, any number of times."""

    operation: Operation[Any]
    url: str
    headers: list[tuple[str, str]]
    content: bytes | None
    timeout: float | None


class Signature:
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

    def __call__(self) -> Outcome: ...


class Sleep(Protocol):
    """Lets seconds pass."""

    def __call__(self, seconds: float, /) -> None: ...


def repeated(
    attempt: Attempt,
    *,
    wants_more: Callable[[Outcome], bool],
    wait: Callable[[], float],
    sleep: Sleep,
) -> Outcome:
    """Make attempts until one is good enough, and return what the last one met.

    Args:
        attempt: makes one.
        wants_more: says whether another is to be made after what one met.
        wait: says how many seconds to wait before the next.
        sleep: waits.
    """
    engine = Retrying(retry=retry_if_result(wants_more), wait=lambda _: wait(), sleep=sleep)
    outcome: Outcome = engine(attempt)
    return outcome


class Connections:
    """Everything open, and the limit that keeps callers from asking it for more than it has.

    Each place of the limit has a pool of one connection to itself. So nobody searches or locks for a
    connection, a request can be sent on a new one for sure (see `renew`), and HTTP/2 connections carry one
    request at a time: threads and tasks that share them lose streams (httpcore 1.0).

    Args:
        size: how many places there are.
        make: makes a pool of one connection; `None` where the caller brought along what to send with.
        transport: the transport that the caller brought along.
        client: the client that the caller brought along.
    """

    def __init__(
        self,
        size: int,
        *,
        make: Callable[[], Transport] | None = None,
        transport: Transport | None = None,
        client: HttpClient | None = None,
    ) -> None:
        self.pools: list[Transport | None] = [transport]
        self.limiter = Limiter(size)
        self._make = make
        self._client = client
        self._home = home()
        self._process = os.getpid()
        if (
            make is not None
        ):  # the first at once, to see that it can be made; the others when needed
            self.pools = [make(), *[None] * (size - 1)]

    @classmethod
    def opened(
        cls,
        base_url: str,
        settings: Settings,
        transport: Transport | None,
        client: HttpClient | None,
    ) -> Connections:
        """Return connections through what the caller brought along, or pools of our own.

        Raises:
            ConfigurationError: certificates that do not load, a proxy that cannot be used.
        """
        size = settings.max_connections
        if client is not None or transport is not None:
            return cls(size, transport=transport, client=client)
        spare_searches()
        tls = settings.tls or _tls_context(settings.http2)
        proxy = proxy_of(base_url, settings.proxy)
        return cls(size, make=lambda: _pool(tls, proxy, settings.http2))

    def fits(self) -> bool:
        """Return whether the connections belong to this process and event loop."""
        return self._process == os.getpid() and self._home is home()

    def leave(self) -> None:
        """Check that the connections may be left alone: those of a parent process, or of a loop that ended."""
        closed = getattr(self._home, "is_closed", None)
        if (
            self._process == os.getpid()
            and closed is not None
            and not closed()
            and self._client is None
        ):
            raise ConfigurationError(
                "this client was used in another event loop, which is still running; make one client "
                "for each loop, with `with`"
            )

    def open(self, place: int, request: Request, signature: Signature) -> Any:
        """Send a request and return the response as soon as its headers are there."""
        seconds = request.timeout
        timeout = {
            "connect": seconds if seconds is None else min(seconds, _CONNECT),
            "read": seconds,
            "write": seconds,
            "pool": seconds,
        }
        if self._client is not None:
            if getattr(self._client, "is_closed", False):
                raise ConfigurationError(
                    "the http_client that this client was made with is closed; keep it open as long"
                )
            made = self._client.build_request(
                request.operation.method,
                request.url,
                headers=request.headers,
                content=request.content,
                extensions={"timeout": timeout},
            )
            try:
                answered = self._client.send(
                    made, stream=True, auth=signature, follow_redirects=False
                )
            except Exception as error:
                answered = _refused_by_a_hook(error)
                if answered is None:
                    raise
            return _readable(answered, hooked=True)
        made = httpx.Request(
            request.operation.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions={"timeout": timeout},
        )
        pool = self.pools[0 if self._make is None else place]
        if pool is None and self._make is not None:
            pool = self.pools[place] = self._make()
        assert pool is not None  # noqa: S101 - there is a client, a transport or a maker
        return _readable(pool.handle_request(signature(made)), hooked=False)

    def renew(self, place: int) -> None:
        """Let the next request of a place make a new connection, in place of one the server may have closed.

        Only pools of our own can do that.
        """
        if self._make is not None:
            pool, self.pools[place] = self.pools[place], None
            if pool is not None:
                closed_quietly(pool)

    def close(self, seconds: float) -> None:
        """Close everything but the caller's own client, once requests on their way have ended."""
        if self.fits() and not shielded(self._closed(seconds)):
            _log.warning("closed a client while requests were still on their way")

    def _closed(self, seconds: float) -> bool:
        """Close the pools, and return whether all requests had ended in time."""
        try:
            return self.limiter.drain(seconds)
        finally:  # whatever happens: nobody else knows the pools any more
            for pool in self.pools:
                if pool is not None:
                    pool.close()


_tls_lock = threading.Lock()
_tls_contexts: dict[tuple[str | None, str | None, bool], ssl.SSLContext] = {}


def _tls_context(http2: bool) -> ssl.SSLContext:
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


def _pool(tls: ssl.SSLContext, proxy: str | None, http2: bool) -> Transport:
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
                keepalive_expiry=_KEEP_ALIVE,
            ),
            retries=0,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        problem = type(error).__name__
    raise ConfigurationError(
        f"the proxy of the settings or the environment (HTTPS_PROXY, ALL_PROXY) cannot be used: {problem}"
    )


def _refused_by_a_hook(error: Exception) -> Any:
    """Return the response in an error that a hook of the caller's client raised for its status, or `None`."""
    return getattr(error, "response", None) if type(error).__name__ == "HTTPStatusError" else None


def _readable(response: Any, *, hooked: bool) -> Any:
    """Return a response whose body is still to be taken in.

    A hook of the caller's client, or a transport that logs or caches, may have read or closed it already;
    what came over the wire is gone then, and what was read of it is there, decoded.

    Args:
        response: as it came.
        hooked: whether hooks of a client have seen it.
    """
    over = getattr(response, "is_stream_consumed", False) or getattr(response, "is_closed", False)
    if not over or type(response.stream).__name__ == "ByteStream":  # bytes can be read again
        return response
    headers = [one for one in response.headers.items() if one[0].lower() != "content-encoding"]
    try:
        content = response.content
    except RuntimeError:  # closed unread
        if not hooked:
            return response  # the stream will tell
        if response.status_code < 400:
            raise
        content = b""
    return httpx.Response(response.status_code, headers=headers, content=content)


def closed_quietly(what: Any) -> None:
    """Close a response or a pool; trouble in that changes nothing about what was read."""
    try:
        what.close()
    except (httpx.HTTPError, OSError, RuntimeError):
        _log.debug("closing a response failed", exc_info=False)
