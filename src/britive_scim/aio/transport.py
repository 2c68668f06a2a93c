"""HTTP engine: transports of httpx, and retries by tenacity.

With its sync twin the only file outside of `testing` that imports these packages, and httpcore. Requests go straight to a
transport, or through the caller's own client.
"""

from __future__ import annotations

import logging
import math
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Protocol

import httpx
from pydantic import SecretStr

from britive_scim.errors import ConfigurationError
from britive_scim.wire.operation import Operation
from britive_scim.wire.protocols import AsyncHttpClient, AsyncTransport
from britive_scim.wire.proxy import Proxy, select_proxy, validate_proxy
from britive_scim.wire.retry.attempt import AttemptResult
from britive_scim.wire.settings import Settings
from britive_scim.wire.token_redaction import TokenRedactor
from britive_scim.wire.trust import get_tls_context, select_trust

__all__ = [
    "BearerAuth",
    "Request",
    "build_read_timeout",
    "close_quietly",
    "make_transport_builder",
    "run_with_retries",
    "send_with_client",
    "send_with_transport",
]

_log = logging.getLogger("britive_scim")

_KEEPALIVE_EXPIRY = 4.0
"""Seconds an idle connection is kept: less than servers and load balancers keep it (uvicorn 5, AWS 60)."""

_CONNECT_TIMEOUT = 5.0
"""Maximum seconds for connecting; the timeout of a call may shorten it."""


@dataclass(slots=True)
class Request:
    """One operation, encoded for sending any number of times.

    Attributes:
        operation: the operation.
        url: complete URL.
        headers: names and values, without the credential.
        content: encoded body, or `None`.
        timeout: seconds for sending, for the headers of the response, and for its body; `None` for no limit.
        deadline: time on the clock of the settings after which no attempt starts.
        redactor: masks the tokens that it was sent with; in errors, also its passwords and other secrets.
        is_token_refreshed: whether it was sent with a token that followed a rejected one.
        started: time on the clock of the settings at which the first attempt started, after all waits; `None`
            before.
    """

    operation: Operation[Any]
    url: str = field(repr=False)  # contains the query
    headers: list[tuple[str, str]] = field(repr=False)
    content: bytes | None = field(repr=False)
    timeout: float | None
    deadline: float = math.inf
    redactor: TokenRedactor = field(default_factory=TokenRedactor)
    is_token_refreshed: bool = False
    started: float | None = None

    def __post_init__(self) -> None:
        self.redactor = self.redactor.with_request(self.content, self.operation.query)

    @property
    def label(self) -> str:
        """Method and path, for messages."""
        return f"{self.operation.method} {self.operation.path}"


class BearerAuth:
    """Authentication that adds the credential just before sending, so that no other code holds it."""

    __slots__ = ("_value",)

    def __init__(self, value: SecretStr) -> None:
        self._value = value

    def __call__(self, request: Any) -> Any:
        """Return `request` with its `Authorization` header."""
        request.headers["Authorization"] = self._value.get_secret_value()
        return request


# ------------------------------------------------------------------------------------------ retries


class AsyncAttempt(Protocol):
    """Function that makes one attempt."""

    async def __call__(self) -> AttemptResult: ...


class AsyncSleep(Protocol):
    """Function that waits."""

    async def __call__(self, seconds: float, /) -> None: ...


async def run_with_retries(
    attempt: AsyncAttempt,
    *,
    should_retry: Callable[[AttemptResult], bool],
    wait: Callable[[], float],
    sleep: AsyncSleep,
) -> AttemptResult:
    """Make attempts until one needs no retry, and return its result.

    Args:
        attempt: makes one attempt.
        should_retry: returns whether a result needs a retry.
        wait: returns the seconds to wait before the next attempt.
        sleep: waits.
    """
    from tenacity import (  # slow to import, needed after a failure only
        AsyncRetrying,
        retry_if_result,
    )

    engine = AsyncRetrying(retry=retry_if_result(should_retry), wait=lambda _: wait(), sleep=sleep)
    result: AttemptResult = await engine(attempt)
    return result


# ------------------------------------------------------------------------------------------ sending


async def send_with_transport(transport: AsyncTransport, request: Request, auth: BearerAuth) -> Any:
    """Send a request and return the response as soon as its headers were received."""
    http_request = httpx.Request(
        request.operation.method,
        request.url,
        headers=request.headers,
        content=request.content,
        extensions={"timeout": _build_timeouts(request.timeout)},
    )
    response = await transport.handle_async_request(auth(http_request))
    return _ensure_readable(response, has_run_hooks=False)


async def send_with_client(http_client: AsyncHttpClient, request: Request, auth: BearerAuth) -> Any:
    """Send a request through the caller's client and return the response, without following redirects.

    Raises:
        ConfigurationError: the caller has closed the client.
    """
    if getattr(http_client, "is_closed", False):
        raise ConfigurationError(
            "http_client must be open, got a closed one; keep it open as long as this client is used"
        )
    http_request = http_client.build_request(
        request.operation.method,
        request.url,
        headers=request.headers,
        content=request.content,
        extensions={"timeout": _build_timeouts(request.timeout)},
    )
    try:
        response = await http_client.send(
            http_request, stream=True, auth=auth, follow_redirects=False
        )
    except Exception as error:
        response = _get_hook_response(error)
        if response is None:
            raise
    return _ensure_readable(response, has_run_hooks=True)


def _build_timeouts(seconds: float | None) -> dict[str, float | None]:
    return {
        "connect": seconds if seconds is None else min(seconds, _CONNECT_TIMEOUT),
        "read": seconds,
        "write": seconds,
        "pool": seconds,
    }


def _get_hook_response(error: Exception) -> Any:
    """Return the response in an error that a hook of the caller's client raised for its status, or `None`."""
    return getattr(error, "response", None) if type(error).__name__ == "HTTPStatusError" else None


def _ensure_readable(response: Any, *, has_run_hooks: bool) -> Any:
    """Return a response whose body can still be read.

    A hook of the caller's client, or a transport that logs or caches, may have read or closed it already.
    Then only the decoded content that it kept can be read.

    Args:
        response: response of the engine.
        has_run_hooks: whether hooks of a client have received it.
    """
    is_finished = getattr(response, "is_stream_consumed", False) or getattr(
        response, "is_closed", False
    )
    if not is_finished or type(response.stream).__name__ == "ByteStream":  # bytes are re-readable
        return response
    headers = [item for item in response.headers.items() if item[0].lower() != "content-encoding"]
    try:
        content = response.content
    except RuntimeError:  # closed before it was read
        if not has_run_hooks:
            return response  # reading the stream will raise
        if response.status_code < 400:
            raise
        content = b""
    return httpx.Response(response.status_code, headers=headers, content=content)


async def close_quietly(closable: Any) -> bool:
    """Close a response or a connection, and return whether that succeeded.

    A failure is logged, as it does not change what was read. Its class can be any: h11 has its own.
    """
    try:
        await closable.aclose()
    except Exception:  # noqa: BLE001 - see the docstring
        _log.debug("closing a response or a connection failed", exc_info=False)
        return False
    return True


def build_read_timeout(message: str) -> Exception:
    """Return the error with which the network of a transport reports that a read took too long."""
    from httpcore import ReadTimeout  # slow to import, and loaded by then

    return ReadTimeout(message)


# --------------------------------------------------------------------------------------- transports


def make_transport_builder(base_url: str, settings: Settings) -> Callable[[], AsyncTransport]:
    """Return a function that builds a transport of one connection.

    Raises:
        ConfigurationError: certificates cannot be loaded, or a proxy cannot be used.
    """
    proxy = select_proxy(base_url, settings.proxy)
    if proxy is not None:
        validate_proxy(proxy)
    tls = settings.tls
    if tls is None and base_url.startswith("http:"):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without certificates, as none is verified
    elif tls is None:
        tls = get_tls_context(select_trust(), http2=settings.http2)
    proxy_tls = None
    if proxy is not None and proxy.is_encrypted:
        proxy_tls = settings.tls or get_tls_context(select_trust())
    return lambda: _build_http_transport(tls, proxy, proxy_tls, settings.http2)


def _is_above_debug(record: logging.LogRecord) -> bool:
    """Exclude the DEBUG records of hpack, which contain the values of headers, so the token as well."""
    return record.levelno > logging.DEBUG


def _build_http_transport(
    tls: ssl.SSLContext, proxy: Proxy | None, proxy_tls: ssl.SSLContext | None, http2: bool
) -> AsyncTransport:
    if http2 and find_spec("h2") is None:
        raise ConfigurationError(
            "Settings(http2=True) needs the package h2; run pip install 'britive-scim[http2]'"
        )
    if http2:
        for name in ("hpack.hpack", "hpack.table"):
            logging.getLogger(name).addFilter(_is_above_debug)
    try:
        return httpx.AsyncHTTPTransport(
            verify=tls,
            http2=http2,
            proxy=httpx.Proxy(proxy.url, ssl_context=proxy_tls) if proxy else None,
            limits=httpx.Limits(
                max_connections=1,
                max_keepalive_connections=1,
                keepalive_expiry=_KEEPALIVE_EXPIRY,
            ),
            retries=0,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        problem = type(error).__name__
    remedy = proxy.remedy if proxy else ""
    raise ConfigurationError(f"the proxy {proxy} cannot be used: {problem}; {remedy}")
