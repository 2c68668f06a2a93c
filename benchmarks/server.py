"""Small SCIM server with prepared responses, in a separate process.

    python benchmarks/server.py USERS LATENCY_MS        serves until its standard input is closed

A request costs about 30 microseconds, so the client dominates. The server pages users by index, or by cursor below
`/cursors`; returns and creates single users; and lists users like the admin API, for the vendor's package.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fixtures import build_user

PAGE_SIZE = 100
LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def build_response(status: str, body: bytes, media_type: str = "application/scim+json") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def build_admin_user(number: int) -> dict[str, Any]:
    user = build_user(number)
    return {
        "userId": user["id"],
        "type": "User",
        "username": user["userName"],
        "email": user["emails"][0]["value"],
        "firstName": user["name"]["givenName"],
        "lastName": user["name"]["familyName"],
        "name": user["displayName"],
        "status": "active",
        "identityProvider": {"id": "idp-1", "name": "Britive", "type": "DEFAULT"},
        "external": False,
        "created": user["meta"]["created"],
        "modified": user["meta"]["lastModified"],
        "mappedAccounts": [],
        "userTags": [],
    }


class Directory:
    """Prepared responses of a directory with `size` users."""

    def __init__(self, size: int) -> None:
        self.created_count = 0
        self.pages_by_index: dict[str, bytes] = {}
        self.pages_by_cursor: dict[str, bytes] = {}
        self.admin_pages: dict[str, bytes] = {}
        for start in range(1, size + 1, PAGE_SIZE):
            numbers = range(start, min(start + PAGE_SIZE, size + 1))
            page: dict[str, Any] = {
                "schemas": [LIST_RESPONSE],
                "totalResults": size,
                "startIndex": start,
                "itemsPerPage": len(numbers),
                "Resources": [build_user(number) for number in numbers],
            }
            self.pages_by_index[str(start)] = build_response("200 OK", encode(page))
            if start + PAGE_SIZE <= size:
                page["nextCursor"] = str(start + PAGE_SIZE)
            self.pages_by_cursor[str(start)] = build_response("200 OK", encode(page))
            page_number = (start - 1) // PAGE_SIZE
            data = [build_admin_user(number) for number in numbers]
            body = encode({"count": size, "page": page_number, "size": PAGE_SIZE, "data": data})
            self.admin_pages[str(page_number)] = build_response("200 OK", body, "application/json")
        self.user = build_response("200 OK", encode(build_user(1)))

    def respond(self, method: str, target: str, body: bytes) -> bytes:
        path, _, query_string = target.partition("?")
        if method == "POST":
            self.created_count += 1
            user = json.loads(body)
            user["id"] = f"new-{self.created_count}"
            user["meta"] = {"resourceType": "User", "created": "2026-01-01T00:00:00Z"}
            return build_response("201 Created", encode(user))
        if "/Users/" in path:
            return self.user
        query = {name: values[0] for name, values in parse_qs(query_string).items()}
        if path.startswith("/cursors"):
            return self.pages_by_cursor[query.get("cursor", "1")]
        if path.endswith("/Users"):
            return self.pages_by_index[query.get("startIndex", "1")]
        if path == "/api/users":
            return self.admin_pages[query.get("page", "0")]
        return build_response("200 OK", b"[]", "application/json")


class Connection(asyncio.Protocol):
    def __init__(self, directory: Directory, latency: float) -> None:
        self.directory = directory
        self.latency = latency
        self.loop = asyncio.get_running_loop()
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            length = 0
            position = head.lower().find(b"content-length:")
            if position >= 0:
                length = int(head[position + 15 :].split(b"\r\n", 1)[0])
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            response = self.directory.respond(method, target, rest[:length])
            if self.latency:
                self.loop.call_later(self.latency, self.send, response)
            else:
                self.send(response)

    def send(self, response: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(response)


async def serve(size: int, latency: float) -> None:
    directory = Directory(size)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(directory, latency), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@contextmanager
def serve_in_process(size: int, latency_ms: float = 0) -> Iterator[int]:
    """Run the server in another process inside the block; yield its port."""
    command = [sys.executable, str(Path(__file__)), str(size), str(latency_ms)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()
        process.wait(10)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
