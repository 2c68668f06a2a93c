# Generated from aio/connection_pool.py by tools/unasync.py; edit that file instead.
"""Connection pool of one client."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from britive_scim.sync.concurrency import (
    CapacityLimiter,
    Permit,
    TransportCloser,
    current_loop,
    shield,
)
from britive_scim.sync.own_transport import OwnTransport
from britive_scim.sync.throttle import Throttle
from britive_scim.sync.transport import (
    BearerAuth,
    Request,
    close_quietly,
    make_transport_builder,
    send_with_client,
    send_with_transport,
)
from britive_scim.errors import ConfigurationError
from britive_scim.wire.decoding.decompression import BodyDecompressor
from britive_scim.wire.protocols import HttpClient, Transport
from britive_scim.wire.retry.attempt import SLOW_BODY_REASON, AttemptResult, classify_exception
from britive_scim.wire.retry.interruption import find_interruption
from britive_scim.wire.route import Route, build_route
from britive_scim.wire.settings import Settings

__all__ = ["ConnectionPool", "RawResponse"]

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
        is_closed: whether the body was read and closed, so that its connection can be used again.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    body_problem: str | None
    failure: AttemptResult | None
    is_closed: bool


@dataclass(slots=True, eq=False)
class _OpenConnections:
    """Connections of one process and event loop.

    Attributes:
        limiter: limiter of the requests sent at a time.
        loop: event loop of the connections.
        process_id: process of the connections.
        transports: own transports.
        closer: closer of the own transports; `None` without any.
        idle: own transports without a request; the one used last is taken first.
    """

    limiter: CapacityLimiter
    loop: object = field(default_factory=current_loop)
    process_id: int = field(default_factory=os.getpid)
    transports: set[OwnTransport] = field(default_factory=set[OwnTransport])
    closer: TransportCloser | None = None
    idle: list[OwnTransport] = field(default_factory=list[OwnTransport])

    def is_usable(self) -> bool:
        """Return whether the connections belong to this process and event loop."""
        return self.process_id == os.getpid() and self.loop is current_loop()


class ConnectionPool:
    """Connections of one client, opened on first use, and the limit of requests sent at a time.

    Each own transport has one connection and one request at a time. Therefore no request searches or locks for a
    connection, and a request can force a new one. No HTTP/2 connection is shared, because threads and tasks that
    share one lose streams (httpcore 1.0). A transport whose request failed or was interrupted may be in any state,
    and is discarded.

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
        throttle: Throttle,
        *,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
    ) -> None:
        self._base_url = base_url
        self._settings = settings
        self._throttle = throttle
        self._transport = transport
        self._http_client = http_client
        self._build_transport: Callable[[], Transport] | None = None
        self._connections: _OpenConnections | None = None
        self._open_lock = threading.Lock()
        self.is_closed = False

    @property
    def route(self) -> Route:
        """Route to the host, as the environment selects it now."""
        is_own = self._http_client is None and self._transport is None
        return build_route(self._base_url, self._settings, is_own=is_own)

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

    def send(
        self,
        request: Request,
        auth: BearerAuth,
        *,
        build_result: Callable[[RawResponse | AttemptResult], AttemptResult],
        report: Callable[[AttemptResult, float], None],
        needs_new_connection: bool = False,
    ) -> AttemptResult | None:
        """Send a request, once the limit and the throttle permit, and return the result.

        A request whose deadline would pass meanwhile is not sent, and the result is `None`.

        If the caller is cancelled, a request in flight is completed and reported all the same.

        Args:
            request: request to send.
            auth: credential of the request.
            build_result: converts the response, or the failure to get one, to the result.
            report: called with the result, and with the seconds from sending to the end of the response.
            needs_new_connection: whether to close an idle connection first, instead of using it.

        Raises:
            ConfigurationError: the same as for `open`.
        """
        connections = self._get_connections()
        permit = Permit(connections.limiter)
        try:
            permit.acquire()
            if not self._throttle.wait_for_turn(request.label, request.deadline):
                permit.release()
                return None
            return shield(
                self._send_with_permit(
                    connections,
                    permit.transfer(),
                    request,
                    auth,
                    build_result,
                    report,
                    needs_new_connection,
                )
            )
        except BaseException:  # cancelled while waiting, or interrupted at any time
            permit.release()
            raise

    def shrink(self) -> None:
        """Halve the number of requests sent at a time; each success adds one, up to the setting."""
        if self._connections is not None:
            self._connections.limiter.shrink()

    def close(self) -> None:
        """Close everything but the caller's HTTP client, after requests in flight have ended."""
        self.is_closed = True
        if self._connections is not None:
            self._close_connections(_DRAIN_TIMEOUT)
        elif self._transport is not None:
            self._transport.close()

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
        connections = _OpenConnections(CapacityLimiter(self._settings.max_connections))
        if self._http_client is None and self._transport is None:
            self._build_transport = make_transport_builder(self._base_url, self._settings)
            connections.closer = TransportCloser(connections.transports)
            connections.idle.append(self._open_transport(connections))
        return connections

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
                "for each loop, with `with`"
            )

    def _close_connections(self, drain_timeout: float) -> None:
        connections, self._connections = self._connections, None
        if connections is None or not connections.is_usable():
            return
        if not shield(_drain_and_close(connections, self._transport, drain_timeout)):
            _log.warning("closed a client while requests were in flight")

    # ------------------------------------------------------------------------------------- sending

    def _send_with_permit(
        self,
        connections: _OpenConnections,
        permit: Permit,
        request: Request,
        auth: BearerAuth,
        build_result: Callable[[RawResponse | AttemptResult], AttemptResult],
        report: Callable[[AttemptResult, float], None],
        needs_new_connection: bool,
    ) -> AttemptResult:
        started = self._throttle.now()
        if request.started is None:
            request.started = started
        try:
            if self._build_transport is None:
                received = self._send_and_read(self._transport, request, auth)
            else:
                received = self._send_on_own_transport(
                    connections, request, auth, needs_new_connection
                )
        finally:
            permit.release()
        result = build_result(received)
        if result.failure_kind == "none":
            connections.limiter.grow()
        report(result, self._throttle.now() - started)
        return result

    def _send_on_own_transport(
        self,
        connections: _OpenConnections,
        request: Request,
        auth: BearerAuth,
        needs_new_connection: bool,
    ) -> RawResponse | AttemptResult:
        transport = self._take_transport(connections, needs_new_connection)
        is_reusable = False
        try:
            received = self._send_and_read(transport, request, auth)
            is_reusable = isinstance(received, RawResponse) and received.is_closed
        finally:
            if is_reusable:
                connections.idle.append(transport)
            else:
                connections.transports.discard(transport)
                transport.abort()
        return received

    def _send_and_read(
        self, transport: Transport | None, request: Request, auth: BearerAuth
    ) -> RawResponse | AttemptResult:
        """Send a request and read its response; return failures instead of raising them.

        So no traceback references the request, which contains the token.
        """
        outer = sys.exception()
        response: Any = None
        is_closed = False
        body = BodyDecompressor(self._settings.max_response_bytes)
        failure: AttemptResult | None = None
        try:
            if transport is None:
                assert self._http_client is not None  # noqa: S101 - the caller gave a transport or a client
                response = send_with_client(self._http_client, request, auth)
            else:
                response = send_with_transport(transport, request, auth)
            failure = self._read_body(response, body, request.timeout)
        except Exception as error:  # each HTTP library has its own classes; others are raised
            interruption = find_interruption(error, outer)
            if interruption is not None:
                raise interruption from None
            failure = classify_exception(error, has_response=response is not None, route=self.route)
            if failure is None:
                raise
        finally:
            if response is not None:
                is_closed = close_quietly(response)
        if response is None:
            return failure or AttemptResult("broken")
        return RawResponse(
            response.status_code,
            dict(response.headers.items()),
            body.content,
            body.problem,
            failure,
            is_closed and failure is None,
        )

    def _take_transport(
        self, connections: _OpenConnections, needs_new_connection: bool
    ) -> OwnTransport:
        """Return an own transport without a request: the one used last, or a new one."""
        try:
            transport = connections.idle.pop()
        except IndexError:
            return self._open_transport(connections)
        if not needs_new_connection:
            return transport
        connections.transports.discard(transport)
        close_quietly(transport)
        return self._open_transport(connections)

    def _open_transport(self, connections: _OpenConnections) -> OwnTransport:
        assert self._build_transport is not None  # noqa: S101 - for own transports only
        transport = OwnTransport(self._build_transport())
        connections.transports.add(transport)
        return transport

    def _read_body(
        self, response: Any, body: BodyDecompressor, timeout: float | None
    ) -> AttemptResult | None:
        """Read the body of a response to its end, or return why it took too long."""
        deadline = None if timeout is None else self._throttle.now() + timeout
        if not body.begin(response.headers.get("content-encoding")):
            return None
        failure: AttemptResult | None = None
        for chunk in response.stream:
            if not body.feed(chunk):
                break
            if deadline is not None and self._throttle.now() > deadline:
                failure = AttemptResult(
                    "broken", failure_reason=SLOW_BODY_REASON, sent=True, is_timeout=True
                )
                break
        body.finish()
        return failure


def _drain_and_close(
    connections: _OpenConnections, transport: Transport | None, seconds: float
) -> bool:
    """Close the transports, and return whether all requests had ended within `seconds`."""
    try:
        return connections.limiter.drain(seconds)
    finally:  # also after an exception: no other code has a reference to these transports
        if connections.closer is not None:
            connections.closer.close()
        if transport is not None:
            transport.close()
