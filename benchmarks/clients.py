"""Clients: one call with the network taken out, and listing and creating over loopback.

    python benchmarks/clients.py [NUMBER OF USERS]

Beside ours: httpx as one would use it by hand, with `json.loads`, without retries, limits or checks.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import measuring

from britive_scim import AsyncScimClient, ScimClient, scim

PAGE = 100


def user(number: int) -> dict[str, Any]:
    """Return one user, about 0.7 kB of JSON."""
    name = f"user.{number}@example.com"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": f"{number:08x}-7f76-453a-919d-413861904646",
        "externalId": f"ext-{number:06d}",
        "userName": name,
        "name": {"familyName": "Jensen", "givenName": "Ana", "formatted": "Ana Jensen"},
        "displayName": "Ana Jensen",
        "active": True,
        "emails": [{"value": name, "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "+1-555-0100", "type": "work"}],
        "meta": {
            "resourceType": "User",
            "created": "2026-01-23T04:56:22Z",
            "lastModified": "2026-05-13T04:42:34Z",
            "version": 'W/"1"',
        },
    }


BODY = json.dumps(user(1)).encode()
URL = "http://localhost/scim/v2"


def answer(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=BODY, headers={"Content-Type": "application/scim+json"})


def one_call() -> None:
    raw = httpx.Client(base_url=URL, transport=httpx.MockTransport(answer))
    ours = ScimClient(URL, "token", transport=httpx.MockTransport(answer))
    subjects: dict[str, measuring.Subject] = {
        "httpx by hand": lambda: json.loads(raw.get("/Users/1").content),
        "ours": lambda: ours.users.get("1"),
    }
    measuring.show(
        "one get-user, no network", measuring.compare(subjects), "httpx by hand", {"ours": 1.5}
    )


def one_async_call(calls: int = 50) -> None:
    loop = asyncio.new_event_loop()
    raw = httpx.AsyncClient(base_url=URL, transport=httpx.MockTransport(answer))
    ours = AsyncScimClient(URL, "token", transport=httpx.MockTransport(answer))

    async def by_hand() -> None:
        for _ in range(calls):
            json.loads((await raw.get("/Users/1")).content)

    async def with_ours() -> None:
        for _ in range(calls):
            await ours.users.get("1")

    subjects: dict[str, measuring.Subject] = {
        "httpx by hand": lambda: loop.run_until_complete(by_hand()),
        "ours": lambda: loop.run_until_complete(with_ours()),
    }
    title = f"{calls} get-user, async, no network"
    measuring.show(title, measuring.compare(subjects), "httpx by hand", {"ours": 1.5})


class Directory(BaseHTTPRequestHandler):
    """Serves pages of users, made beforehand."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # headers and body in one packet
    pages: dict[str, bytes]

    def do_GET(self) -> None:
        start = self.path.partition("startIndex=")[2].partition("&")[0]
        body = self.pages[start]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def page(start: int, number: int) -> bytes:
    found = [user(n) for n in range(start, min(start + PAGE, number + 1))]
    return json.dumps(
        {
            "totalResults": number,
            "startIndex": start,
            "itemsPerPage": len(found),
            "Resources": found,
        }
    ).encode()


def listing(number: int) -> None:
    Directory.pages = {str(start): page(start, number) for start in range(1, number + 1, PAGE)}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Directory)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/scim/v2"
    raw, ours = httpx.Client(base_url=url), ScimClient(url, "token")

    def by_hand(read: Callable[[bytes], list[Any]]) -> int:
        seen = 0
        for start in range(1, number + 1, PAGE):
            seen += len(read(raw.get(f"/Users?startIndex={start}&count={PAGE}").content))
        return seen

    subjects: dict[str, measuring.Subject] = {
        "httpx by hand, plain data": lambda: by_hand(lambda body: json.loads(body)["Resources"]),
        "httpx by hand, our models": lambda: by_hand(
            lambda body: scim.ListResponse[scim.User].from_wire(body).resources
        ),
        "ours": lambda: sum(1 for _ in ours.users.list(page_size=PAGE)),
        "ours, 8 pages at a time": lambda: sum(
            1 for _ in ours.users.list(page_size=PAGE, concurrency=8)
        ),
    }
    title = f"listing {number} users over loopback (server in the same process)"
    medians = measuring.compare(subjects, rounds=3)
    measuring.show(title, medians, "httpx by hand, our models", {"ours": 1.3})
    server.shutdown()


if __name__ == "__main__":
    one_call()
    one_async_call()
    listing(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
