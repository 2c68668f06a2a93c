"""Socket server on loopback that sends any bytes, for misbehaving servers and proxies."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Behaviour = Callable[[socket.socket, str, str], Any]
"""Function of a connection, the method and the target of a request; `False` closes the connection."""


class RawServer:
    """Server that calls a function for each request.

    Attributes:
        url: base URL for a client.
        port: port of the server.
        seen: method, target and head of each request.
        connections: number of accepted connections.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        tls: ssl.SSLContext | None = None,
        on_connect: Callable[[socket.socket], Any] | None = None,
    ) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.connections = 0
        self._behaviour = behaviour
        self._tls = tls
        self._on_connect = on_connect
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no further connections."""
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._on_connect is not None:
                self._on_connect(connection)
                return
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self._answer_requests(connection)

    def _answer_requests(self, connection: socket.socket) -> None:
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                received += chunk
            head, _, received = received.partition(b"\r\n\r\n")
            text = head.decode("latin-1")
            method, target, _ = text.split("\r\n")[0].split(" ")
            fields = dict(line.lower().split(": ", 1) for line in text.split("\r\n")[1:])
            length = int(fields.get("content-length", 0))
            while len(received) < length:
                received += connection.recv(65536)
            received = received[length:]
            self.seen.append((method, target, text))
            if self._behaviour(connection, method, target) is False:
                return


@contextmanager
def run_raw_server(
    behaviour: Behaviour,
    tls: ssl.SSLContext | None = None,
    *,
    on_connect: Callable[[socket.socket], Any] | None = None,
) -> Iterator[RawServer]:
    """Run a server in its own threads.

    Args:
        behaviour: responds to a request.
        tls: TLS context of the server.
        on_connect: serves each connection instead, before any request is read.
    """
    server = RawServer(behaviour, tls, on_connect)
    try:
        yield server
    finally:
        server.close()


def build_response(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, reason: str = "X"
) -> bytes:
    """Return the bytes of a response."""
    fields = {"Content-Length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {reason}\r\n{lines}\r\n".encode("latin-1") + body
