"""Connection pool of one client."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from britive_scim.aio.concurrency import (
    CapacityLimiter,
    cache_missing_sniffio,
    current_loop,
    register_finalizer,
    shield,
)
from britive_scim.aio.throttle import AsyncThrottle
from britive_scim.aio.transport import (
    BearerAuth,
    Request,
    close_quietly,
    make_transport_builder,
    send_with_client,
    send_with_transport,
)
from britive_scim.errors import ConfigurationError
from britive_scim.wire.decoding.decompression import BodyDecompressor
from britive_scim.wire.protocols import AsyncHttpClient, AsyncTransport
from britive_scim.wire.retry.attempt import SLOW_BODY_REASON, AttemptResult, classify_exception
from britive_scim.wire.settings import Settings

__all__ = ["AsyncConnectionPool", "RawResponse"]

_log = logging.getLogger("britive_scim")

_DRAIN_TIMEOUT = 35.0
"""Maximum seconds that closing waits for requests in flight."""


@dataclass(slots=True)
class RawResponse:
    """Response as received: headers not redacted, body decompressed.

    Attributes:
        status: HTTP status code.
        headers: headers, names in lower case.
        body: decompressed body, as far as it was read.
        body_problem: why the rest of the body was not read, or `None`.
        failure: how reading the body failed, or `None`.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    body_problem: str | None
    failure: AttemptResult | None


@dataclass(slots=True, eq=False)
class _OpenConnections:
    """Connections of one process and event loop."""

    transports: list[AsyncTransport | None]
    limiter: CapacityLimiter
    loop: object = field(default_factory=current_loop)
    process_id: int = field(default_factory=os.getpid)

    def is_usable(self) -> bool:
        """Return whether the connections belong to this process and event loop."""
        return self.process_id == os.getpid() and self.loop is current_loop()


class AsyncConnectionPool:
    """Connections of one client, opened on first use, and the limit of requests sent at a time.

    Each slot of the limit has a transport with one connection. So no request searches or locks for a connection,
    a request can force a new connection, and HTTP/2 connections carry one request at a time: threads and tasks
    that share one lose streams (httpcore 1.0).

    Args:
        base_url: base URL of the client; it decides which proxy is used.
        settings: settings of the client.
        throttle: what each request waits for once it has a slot.
        transport: transport of the caller, in place of own connections; closed with the pool.
        http_client: HTTP client of the caller, in place of a transport; stays open.
    """

    def __init__(
        self,
        base_url: str,
        settings: Settings,
        throttle: AsyncThrottle,
        *,
        transport: AsyncTransport | None = None,
        http_client: AsyncHttpClient | None = None,
    ) -> None:
        self._base_url = base_url
        self._settings = settings
        self._throttle = throttle
        self._transport = transport
        self._http_client = http_client
        self._build_transport: Callable[[], AsyncTransport] | None = None
        self._connections: _OpenConnections | None = None
        self._open_lock = threading.Lock()
        self.is_closed = False

    @property
    def is_open(self) -> bool:
        """True if connections were opened and not closed."""
        return self._connections is not None

    def open(self) -> None:
        """Open the pool for this process and event loop, unless it is open.

        The first transport is built here, to report unusable settings; the others are built when needed.

        Raises:
            ConfigurationError: the pool is closed, or used in another event loop that is still running; certificates
                cannot be loaded, or a proxy cannot be used.
        """
        self._get_connections()

    async def send(
        self,
        request: Request,
        auth: BearerAuth,
        *,
        build_result: Callable[[RawResponse | AttemptResult], AttemptResult],
        report: Callable[[AttemptResult, float], None],
        needs_new_connection: bool = False,
    ) -> AttemptResult | None:
        """Send a request, once a slot is free and the throttle permits, and return the result.

        A request whose deadline would pass meanwhile is not sent, and the result is `None`.

        If the caller is cancelled, a request in flight is completed and reported all the same.

        Args:
            request: request to send.
            auth: credential of the request.
            build_result: converts the response, or the failure to get one, to the result.
            report: called with the result, and with the seconds from sending to the end of the response.
            needs_new_connection: whether to close an idle connection of the slot first.

        Raises:
            ConfigurationError: the same as for `open`.
        """
        connections = self._get_connections()
        slot = await connections.limiter.acquire()
        try:
            is_in_time = await self._throttle.wait_for_turn(request.deadline)
        except BaseException:  # cancelled while waiting: nothing was sent
            connections.limiter.release(slot)
            raise
        if not is_in_time:
            connections.limiter.release(slot)
            return None
        return await shield(
            self._send_on_slot(
                connections, slot, request, auth, build_result, report, needs_new_connection
            )
        )

    async def drop(self, slot: int) -> None:
        """Close the connection of a slot, so that its next request opens a new one.

        Connections of a caller's transport or HTTP client are left alone.
        """
        if self._connections is not None:
            await self._drop_transport(self._connections, slot)

    def shrink(self) -> None:
        """Halve the number of requests sent at a time; each success adds one, up to the setting."""
        if self._connections is not None:
            self._connections.limiter.shrink()

    async def aclose(self) -> None:
        """Close everything but the caller's HTTP client, after requests in flight have ended."""
        self.is_closed = True
        if self._connections is not None:
            await self._close_connections(_DRAIN_TIMEOUT)
        elif self._transport is not None:
            await self._transport.aclose()

    # ------------------------------------------------------------------------- opening and closing

    def _get_connections(self) -> _OpenConnections:
        connections = self._connections
        if connections is not None and connections.is_usable():
            return connections
        with self._open_lock:
            if self.is_closed:
                raise ConfigurationError(
                    "this client is closed; make a new one, or send within its `with` block"
                )
            connections = self._connections
            if connections is None or not connections.is_usable():
                if connections is not None:
                    self._check_abandonable(connections)
                connections = self._connections = self._open_connections()
            return connections

    def _open_connections(self) -> _OpenConnections:
        size = self._settings.max_connections
        if self._http_client is not None or self._transport is not None:
            return _OpenConnections([self._transport], CapacityLimiter(size))
        cache_missing_sniffio()
        self._build_transport = make_transport_builder(self._base_url, self._settings)
        transports = [self._build_transport(), *[None] * (size - 1)]
        register_finalizer(self, transports)
        return _OpenConnections(transports, CapacityLimiter(size))

    def _check_abandonable(self, connections: _OpenConnections) -> None:
        """Check that connections of another process or event loop can be left unclosed.

        A forked process leaves those of its parent, and a new event loop leaves those of a loop that has ended.
        """
        is_loop_closed = getattr(connections.loop, "is_closed", None)
        if (
            connections.process_id == os.getpid()
            and is_loop_closed is not None
            and not is_loop_closed()
            and self._http_client is None
        ):
            raise ConfigurationError(
                "this client was used in another event loop, which is still running; make one client "
                "for each loop, with `async with`"
            )

    async def _close_connections(self, drain_timeout: float) -> None:
        connections, self._connections = self._connections, None
        if connections is None or not connections.is_usable():
            return
        if not await shield(_drain_and_close(connections, drain_timeout)):
            _log.warning("closed a client while requests were in flight")

    # ------------------------------------------------------------------------------------- sending

    async def _send_on_slot(
        self,
        connections: _OpenConnections,
        slot: int,
        request: Request,
        auth: BearerAuth,
        build_result: Callable[[RawResponse | AttemptResult], AttemptResult],
        report: Callable[[AttemptResult, float], None],
        needs_new_connection: bool,
    ) -> AttemptResult:
        started = self._throttle.now()
        try:
            if needs_new_connection:
                await self._drop_transport(connections, slot)
            received = await self._send_and_read(connections, slot, request, auth)
        finally:
            connections.limiter.release(slot)
        result = build_result(received)
        if result.failure_kind == "none":
            connections.limiter.grow()
        report(result, self._throttle.now() - started)
        return result

    async def _send_and_read(
        self, connections: _OpenConnections, slot: int, request: Request, auth: BearerAuth
    ) -> RawResponse | AttemptResult:
        """Send a request and read its response; return failures instead of raising them.

        So no traceback references the request, which contains the token.
        """
        response: Any = None
        body = BodyDecompressor(self._settings.max_response_bytes)
        failure: AttemptResult | None = None
        try:
            if self._http_client is not None:
                response = await send_with_client(self._http_client, request, auth)
            else:
                transport = self._get_transport(connections, slot)
                response = await send_with_transport(transport, request, auth)
            failure = await self._read_body(response, body, request.timeout)
        except Exception as error:  # each HTTP library has its own classes; others are raised
            failure = classify_exception(error, has_response=response is not None)
            if failure is None:
                raise
        finally:
            if response is not None:
                await close_quietly(response)
        if response is None:
            return failure or AttemptResult("broken")
        return RawResponse(
            response.status_code,
            dict(response.headers.items()),
            body.content,
            body.problem,
            failure,
        )

    async def _drop_transport(self, connections: _OpenConnections, slot: int) -> None:
        if self._build_transport is None:
            return
        transport, connections.transports[slot] = connections.transports[slot], None
        if transport is not None:
            await close_quietly(transport)

    def _get_transport(self, connections: _OpenConnections, slot: int) -> AsyncTransport:
        if self._build_transport is None:
            assert self._transport is not None  # noqa: S101 - the caller gave a transport or a client
            return self._transport
        transport = connections.transports[slot]
        if transport is None:
            transport = connections.transports[slot] = self._build_transport()
        return transport

    async def _read_body(
        self, response: Any, body: BodyDecompressor, timeout: float | None
    ) -> AttemptResult | None:
        """Read the body of a response to its end, or return why it took too long."""
        deadline = None if timeout is None else self._throttle.now() + timeout
        if not body.begin(response.headers.get("content-encoding")):
            return None
        failure: AttemptResult | None = None
        async for chunk in response.stream:
            if not body.feed(chunk):
                break
            if deadline is not None and self._throttle.now() > deadline:
                failure = AttemptResult(
                    "broken", failure_reason=SLOW_BODY_REASON, sent=True, is_timeout=True
                )
                break
        body.finish()
        return failure


async def _drain_and_close(connections: _OpenConnections, seconds: float) -> bool:
    """Close the transports, and return whether all requests had ended within `seconds`."""
    try:
        return await connections.limiter.drain(seconds)
    finally:  # also after an exception: no other code knows these transports any more
        for transport in connections.transports:
            if transport is not None:
                await transport.aclose()
