"""Scripted SCIM server as an httpx transport, for responses that the emulated tenant never sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

URL = "https://acme.britive-app.com/api/scim/v2"
TOKEN = "canary-token-5f2d9c"
WIRE = Path(__file__).parent.parent / "data" / "wire"

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]
"""Result of one request: a response, an exception of the transport, or a function of the request."""


def make_response(
    status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Return a response; a body other than bytes is encoded as JSON."""
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    return httpx.Response(status, content=content, headers=dict(headers or {}))


def make_user(number: int = 1, **more: Any) -> dict[str, Any]:
    """Return a user in wire form."""
    return {"schemas": [USER], "id": str(number), "userName": f"u{number}@example.com", **more}


def make_group(number: int = 1, **more: Any) -> dict[str, Any]:
    """Return a group in wire form."""
    return {"schemas": [GROUP], "id": f"g{number}", "displayName": f"Group {number}", **more}


def make_list(*resources: dict[str, Any], total: int | None = None) -> httpx.Response:
    """Return a ListResponse."""
    return make_response(
        200,
        {
            "schemas": [LIST],
            "totalResults": len(resources) if total is None else total,
            "startIndex": 1,
            "itemsPerPage": len(resources),
            "Resources": list(resources),
        },
    )


def make_error(status: int, detail: str = "no", **more: Any) -> httpx.Response:
    """Return a SCIM Error."""
    headers = more.pop("headers", None)
    body = {"schemas": [ERROR], "status": str(status), "detail": detail, **more}
    return make_response(status, body, headers)


class BrokenBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body whose connection breaks after its first bytes."""

    def __init__(self, start: bytes, error: Exception) -> None:
        self.start = start
        self.error = error
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield self.start
        raise self.error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.start
        raise self.error

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


class SlowBody(BrokenBody):
    """A body of spaces that arrives at one byte per second."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(b" ", OSError())
        self.clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            self.clock.sleep(1)
            yield b" "

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for space in self:
            yield space


class UnclosableBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A complete body whose `close` fails."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.body

    def close(self) -> None:
        raise OSError("stuck")

    async def aclose(self) -> None:
        raise OSError("stuck")


class FakeScimServer(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Transport that responds with its steps in order; the last step repeats."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.sent: list[httpx.Request] = []
        self.closed = 0

    @property
    def lines(self) -> list[str]:
        """Method and path, relative to the base URL, of each request."""
        base = httpx.URL(URL).path
        return [f"{r.method} {r.url.path.removeprefix(base)}" for r in self.sent]

    @property
    def queries(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.sent]

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(r.content) if r.content else None for r in self.sent]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step = step(request)
        if isinstance(step.stream, BrokenBody | UnclosableBody):
            return step
        # a new object for each request, as on a network
        return httpx.Response(step.status_code, headers=step.headers, content=_raw(step))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def _raw(response: httpx.Response) -> bytes:
    stream = response.stream
    assert isinstance(stream, httpx.ByteStream)
    return b"".join(stream)


class FakeClock:
    """Clock whose time advances only by sleeping."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)

    @property
    def waited(self) -> float:
        return sum(self.slept)


def httpx_classes(*, asynchronous: bool) -> tuple[Any, Any]:
    """Return the transport class and the client class of httpx, async or sync."""
    if asynchronous:
        return httpx.AsyncHTTPTransport, httpx.AsyncClient
    return httpx.HTTPTransport, httpx.Client


def load_quirks(name: str) -> list[Any]:
    """Return the cases of one file of server quirks as pytest parameters."""
    import pytest

    cases = json.loads((WIRE / f"quirks-{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["name"]) for case in cases]


def make_quirk_response(case: Mapping[str, Any]) -> httpx.Response:
    """Return the response of a quirk case."""
    body = case["response_body"]
    if isinstance(body, str):
        body = body.encode()
    headers = dict(case["response_headers"])
    headers.pop("Content-Length", None)
    return make_response(case["response_status"], body, headers)
