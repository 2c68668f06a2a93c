# Generated from aio/own_transport.py by tools/unasync.py; edit that file instead.
"""Transport of one own connection: a deadline for the head of each response, and closing from outside."""

from __future__ import annotations

import time
from typing import Any

from britive_scim.sync.transport import build_read_timeout, close_quietly

__all__ = ["OwnTransport"]


class OwnTransport:
    """Transport of httpx with one connection, whose sockets are watched.

    Args:
        transport: transport of httpx.
    """

    __slots__ = ("_network", "_transport")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._network = WatchedNetwork()
        pool = getattr(transport, "_pool", None)  # httpx has no argument for it
        if pool is not None:
            transport._pool = SingleConnection(pool, self._network)

    def handle_request(self, request: Any) -> Any:
        """Send `request` and return the response as soon as its headers were received.

        The headers must end within the read timeout of the request, counted from its last byte.
        """
        deadline = self._network.deadline
        deadline.start(
            request.extensions["timeout"]["read"], int(request.headers.get("content-length", 0))
        )
        try:
            return self._transport.handle_request(request)
        finally:
            deadline.stop()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def abort(self) -> None:
        """Close only the sockets: an interrupted connection may hold a lock without limit."""
        for stream in tuple(self._network.streams):
            close_quietly(stream)


class SingleConnection:
    """Replacement of a connection pool of httpcore: one connection, and one request at a time.

    The pool of httpcore 1.0 is slow, and searches for the package sniffio several times per request. Its locks are
    Python code, so a signal can interrupt them.

    Args:
        pool: pool that creates connections, direct or through a proxy.
        network: network backend of the connections.
    """

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Any, network: WatchedNetwork) -> None:
        network.backend = pool._network_backend
        pool._network_backend = network  # an extension point of httpcore, but not of httpx
        self._pool = pool
        self._connection: Any = None

    def handle_request(self, request: Any) -> Any:
        """Send a request on the open connection, or on a new one."""
        connection, self._connection = self._connection, None
        if connection is not None and not (
            connection.is_available() and not connection.has_expired()
        ):
            connection.close()
            connection = None
        if connection is None:
            connection = self._pool.create_connection(request.url.origin)
        self._connection = connection
        return connection.handle_request(request)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()


class HeadDeadline:
    """Deadline for the head of a response, from the last byte of the request.

    httpcore 1.0 limits each read separately. A server that sends one byte, or one `100 Continue`, within each read
    timeout could delay a call without limit.
    """

    __slots__ = ("_bytes_to_send", "_content_length", "_ends_at", "_seconds")

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._ends_at: float | None = None
        self._content_length = self._bytes_to_send = 0

    def start(self, seconds: float | None, content_length: int) -> None:
        """Start the deadline of a new request.

        Args:
            seconds: maximum seconds of the head; `None` for no limit.
            content_length: bytes of the request's content.
        """
        self._seconds = seconds
        self._content_length = content_length
        self.restart()

    def restart(self) -> None:
        """Start again at the first byte of the request: earlier bytes were for a proxy."""
        self._ends_at = None
        self._bytes_to_send = self._content_length

    def stop(self) -> None:
        """Remove the deadline: the head was received."""
        self._seconds = self._ends_at = None

    def count_sent(self, size: int) -> None:
        """Postpone the deadline while the request is being sent.

        HTTP/2 also reads meanwhile, and writes frames later, such as responses to pings.
        """
        if self._bytes_to_send >= 0:
            self._ends_at = None
            self._bytes_to_send -= size

    def limit(self, timeout: float | None) -> float | None:
        """Return the seconds that a read may take, at most `timeout`.

        Raises:
            httpcore.ReadTimeout: the deadline has passed.
        """
        if self._seconds is None:
            return timeout
        now = time.monotonic()
        if self._ends_at is None:
            self._ends_at = now + self._seconds
        remaining = self._ends_at - now
        if remaining <= 0:
            raise build_read_timeout("the headers of the response were not complete in time")
        return remaining if timeout is None else min(timeout, remaining)


class WatchedNetwork:
    """Network backend of httpcore that records its open streams.

    Attributes:
        backend: backend that opens the streams.
        deadline: deadline of the request in flight.
        streams: open streams.
    """

    __slots__ = ("backend", "deadline", "streams")

    def __init__(self) -> None:
        self.backend: Any = None
        self.deadline = HeadDeadline()
        self.streams: set[WatchedStream] = set()

    def connect_tcp(self, *arguments: Any, **options: Any) -> WatchedStream:
        """Open a connection."""
        stream = WatchedStream(self, self.backend.connect_tcp(*arguments, **options))
        self.streams.add(stream)
        return stream


class WatchedStream:
    """Network stream of httpcore whose reads have a deadline.

    Args:
        network: network backend of the stream.
        stream: stream that reads and writes.
    """

    __slots__ = ("_network", "_stream")

    def __init__(self, network: WatchedNetwork, stream: Any) -> None:
        self._network = network
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes, or no bytes at the end."""
        received: bytes = self._stream.read(max_bytes, self._network.deadline.limit(timeout))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._network.deadline.count_sent(len(buffer))
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """Close the socket."""
        self._network.streams.discard(self)
        self._stream.close()

    def start_tls(self, *arguments: Any, **options: Any) -> WatchedStream:
        """Encrypt the stream, after the response of a proxy if there is one."""
        self._stream = self._stream.start_tls(*arguments, **options)
        self._network.deadline.restart()
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return information about the socket that httpcore requests."""
        return self._stream.get_extra_info(info)
