"""Transport of one own connection: a deadline for the head of each response, and closing from outside."""

from __future__ import annotations

import time
from typing import Any

from britive_scim.aio.transport import build_read_timeout, close_quietly

__all__ = ["AsyncOwnTransport"]


class AsyncOwnTransport:
    """Transport of httpx with one connection, whose sockets are watched.

    Args:
        transport: transport of httpx.
    """

    __slots__ = ("_network", "_transport")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._network = AsyncWatchedNetwork()
        pool = getattr(transport, "_pool", None)  # httpx has no argument for it
        if pool is not None:
            transport._pool = AsyncSingleConnection(pool, self._network)

    async def handle_async_request(self, request: Any) -> Any:
        """Send `request` and return the response as soon as its headers were received.

        The headers must end within the read timeout of the request, counted from its last byte.
        """
        deadline = self._network.deadline
        deadline.start(
            request.extensions["timeout"]["read"], int(request.headers.get("content-length", 0))
        )
        try:
            return await self._transport.handle_async_request(request)
        finally:
            deadline.stop()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._transport.aclose()

    async def abort(self) -> None:
        """Close only the sockets: an interrupted connection may hold a lock without limit."""
        for stream in tuple(self._network.streams):
            await close_quietly(stream)


class AsyncSingleConnection:
    """Replacement of a connection pool of httpcore: one connection, and one request at a time.

    The pool of httpcore 1.0 is slow, and searches for the package sniffio several times per request. Its locks are
    Python code, so a signal can interrupt them.

    Args:
        pool: pool that creates connections, direct or through a proxy.
        network: network backend of the connections.
    """

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Any, network: AsyncWatchedNetwork) -> None:
        network.backend = pool._network_backend
        pool._network_backend = network  # an extension point of httpcore, but not of httpx
        self._pool = pool
        self._connection: Any = None

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request on the open connection, or on a new one."""
        connection, self._connection = self._connection, None
        if connection is not None and not (
            connection.is_available() and not connection.has_expired()
        ):
            await connection.aclose()
            connection = None
        if connection is None:
            connection = self._pool.create_connection(request.url.origin)
        self._connection = connection
        return await connection.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.aclose()


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


class AsyncWatchedNetwork:
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
        self.streams: set[AsyncWatchedStream] = set()

    async def connect_tcp(self, *arguments: Any, **options: Any) -> AsyncWatchedStream:
        """Open a connection."""
        stream = AsyncWatchedStream(self, await self.backend.connect_tcp(*arguments, **options))
        self.streams.add(stream)
        return stream


class AsyncWatchedStream:
    """Network stream of httpcore whose reads have a deadline.

    Args:
        network: network backend of the stream.
        stream: stream that reads and writes.
    """

    __slots__ = ("_network", "_stream")

    def __init__(self, network: AsyncWatchedNetwork, stream: Any) -> None:
        self._network = network
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes, or no bytes at the end."""
        received: bytes = await self._stream.read(max_bytes, self._network.deadline.limit(timeout))
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._network.deadline.count_sent(len(buffer))
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the socket."""
        self._network.streams.discard(self)
        await self._stream.aclose()

    async def start_tls(self, *arguments: Any, **options: Any) -> AsyncWatchedStream:
        """Encrypt the stream, after the response of a proxy if there is one."""
        self._stream = await self._stream.start_tls(*arguments, **options)
        self._network.deadline.restart()
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return information about the socket that httpcore requests."""
        return self._stream.get_extra_info(info)
