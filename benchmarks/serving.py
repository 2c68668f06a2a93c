"""A small SCIM server of answers made beforehand, in a process of its own; and the samples taken against it.

    python benchmarks/serving.py USERS LATENCY_MS        serves until its standard input is closed

It costs about 30 microseconds a request, so what is measured is the client. It pages users by index, or
by cursor below `/cursors`; answers one user; creates users; and lists users as the admin API does,
for the vendor's package.
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

from people import user

PAGE = 100
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def answer(status: str, body: bytes, media_type: str = "application/scim+json") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def admin_user(number: int) -> dict[str, Any]:
    one = user(number)
    return {
        "userId": one["id"],
        "type": "User",
        "username": one["userName"],
        "email": one["emails"][0]["value"],
        "firstName": one["name"]["givenName"],
        "lastName": one["name"]["familyName"],
        "name": one["displayName"],
        "status": "active",
        "identityProvider": {"id": "idp-1", "name": "Britive", "type": "DEFAULT"},
        "external": False,
        "created": one["meta"]["created"],
        "modified": one["meta"]["lastModified"],
        "mappedAccounts": [],
        "userTags": [],
    }


class Directory:
    def __init__(self, size: int) -> None:
        self.created = 0
        self.pages: dict[str, bytes] = {}
        self.cursors: dict[str, bytes] = {}
        self.admin: dict[str, bytes] = {}
        for start in range(1, size + 1, PAGE):
            found = [user(number) for number in range(start, min(start + PAGE, size + 1))]
            page: dict[str, Any] = {
                "schemas": [LIST],
                "totalResults": size,
                "startIndex": start,
                "itemsPerPage": len(found),
                "Resources": found,
            }
            self.pages[str(start)] = answer("200 OK", packed(page))
            if start + PAGE <= size:
                page["nextCursor"] = str(start + PAGE)
            self.cursors[str(start)] = answer("200 OK", packed(page))
            number = (start - 1) // PAGE
            data = [admin_user(start + place) for place in range(len(found))]
            body = packed({"count": size, "page": number, "size": PAGE, "data": data})
            self.admin[str(number)] = answer("200 OK", body, "application/json")
        self.one = answer("200 OK", packed(user(1)))

    def answered(self, method: str, target: str, body: bytes) -> bytes:
        path, _, text = target.partition("?")
        if method == "POST":
            self.created += 1
            made = json.loads(body)
            made["id"] = f"new-{self.created}"
            made["meta"] = {"resourceType": "User", "created": "2026-01-01T00:00:00Z"}
            return answer("201 Created", packed(made))
        if "/Users/" in path:
            return self.one
        query = {name: values[0] for name, values in parse_qs(text).items()}
        if path.startswith("/cursors"):
            return self.cursors[query.get("cursor", "1")]
        if path.endswith("/Users"):
            return self.pages[query.get("startIndex", "1")]
        if path == "/api/users":
            return self.admin[query.get("page", "0")]
        return answer("200 OK", b"[]", "application/json")


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
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = 0
            where = head.lower().find(b"content-length:")
            if where >= 0:
                length = int(head[where + 15 :].split(b"\r\n", 1)[0])
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            out = self.directory.answered(method, target, rest[:length])
            self.loop.call_later(self.latency, self.send, out) if self.latency else self.send(out)

    def send(self, out: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(out)


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
def served(size: int, latency_ms: float = 0) -> Iterator[int]:
    """Serve from another process while the block runs; yields the port."""
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
