"""Small HTTP server on loopback with configurable faults, for tests that need real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class SocketServer:
    """HTTP server that responds to every request with a user.

    Attributes:
        url: base URL for a client.
        requests: number of requests.
        connections: number of accepted connections.
        open: number of open connections.
        most: greatest number of concurrent requests.
        all_closed: event that is set while no connection is open.
    """

    def __init__(self, *, close_after: int = 0, delay: float = 0.0, body: Any = None) -> None:
        self.close_after = close_after
        self.delay = delay
        self.requests = self.connections = self.open = self.most = self._busy = 0
        user = {"schemas": [], "id": "1", "userName": "ana"}
        self.body = json.dumps(user if body is None else body).encode()
        self.url = ""
        self.all_closed = threading.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.all_closed.clear()
        served = 0
        try:
            while True:
                if await reader.readexactly(1) == b"\x16":  # a TLS handshake; the server has no TLS
                    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                    return
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(h.split(b":")[1])
                        for h in head.lower().split(b"\r\n")
                        if h[:15] == b"content-length:"
                    ),
                    0,
                )
                await reader.readexactly(length)
                self.requests += 1
                self._busy += 1
                self.most = max(self.most, self._busy)
                if self.delay:
                    await asyncio.sleep(self.delay)
                self._busy -= 1
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nContent-Length: %d\r\n\r\n"
                    % len(self.body)
                    + self.body
                )
                await writer.drain()
                served += 1
                if served == self.close_after:
                    return  # no `Connection: close`: the client keeps the connection in its pool
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has closed the connection, or the server ends
        finally:
            writer.close()
            self.open -= 1
            if not self.open:
                self.all_closed.set()


@contextmanager
def run_socket_server(**options: Any) -> Iterator[SocketServer]:
    """Run a server in its own thread."""
    served = SocketServer(**options)
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def start() -> asyncio.Server:
        server = await asyncio.start_server(served._serve, "127.0.0.1", 0)
        served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        server.close()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
