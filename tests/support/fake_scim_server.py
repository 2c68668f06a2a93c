"""A scripted SCIM server behind httpx's transport seam, for what an emulated tenant would never answer."""

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
"""What one request meets: an answer, an exception of the transport, or a function of the request."""


def answer(
    status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Return an answer; a body that is no bytes goes as JSON."""
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    return httpx.Response(status, content=content, headers=dict(headers or {}))


def user(number: int = 1, **more: Any) -> dict[str, Any]:
    """Return a user in wire form."""
    return {"schemas": [USER], "id": str(number), "userName": f"u{number}@example.com", **more}


def group(number: int = 1, **more: Any) -> dict[str, Any]:
    """Return a group in wire form."""
    return {"schemas": [GROUP], "id": f"g{number}", "displayName": f"Group {number}", **more}


def listed(*resources: dict[str, Any], total: int | None = None) -> httpx.Response:
    """Return a ListResponse."""
    return answer(
        200,
        {
            "schemas": [LIST],
            "totalResults": len(resources) if total is None else total,
            "startIndex": 1,
            "itemsPerPage": len(resources),
            "Resources": list(resources),
        },
    )


def refused(status: int, detail: str = "no", **more: Any) -> httpx.Response:
    """Return a SCIM Error."""
    headers = more.pop("headers", None)
    body = {"schemas": [ERROR], "status": str(status), "detail": detail, **more}
    return answer(status, body, headers)


class Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

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


class Drip(Cut):
    """A body of blanks that comes byte by byte, one a second."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(b" ", OSError())
        self.clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            self.clock.sleep(1)
            yield b" "

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for blank in self:
            yield blank


class Stubborn(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes whole and then does not let itself be closed."""

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


class Script(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers one step after the other; the last one stays."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.sent: list[httpx.Request] = []
        self.closed = 0

    @property
    def lines(self) -> list[str]:
        """Method and path below the base URL of what was sent."""
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
        if isinstance(step.stream, Cut | Stubborn):
            return step
        # a fresh object each time, as a network gives
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


class Clock:
    """Time that passes only when somebody sleeps."""

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


def seams(*, asynchronous: bool) -> tuple[Any, Any]:
    """Return httpx's own classes of a transport and of a client of one colour."""
    if asynchronous:
        return httpx.AsyncHTTPTransport, httpx.AsyncClient
    return httpx.HTTPTransport, httpx.Client


def quirks(name: str) -> list[Any]:
    """Return the cases of one quirks file as pytest parameters."""
    import pytest

    cases = json.loads((WIRE / f"quirks-{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["name"]) for case in cases]


def answer_of(case: Mapping[str, Any]) -> httpx.Response:
    """Return the answer that a quirk case describes."""
    body = case["response_body"]
    if isinstance(body, str):
        body = body.encode()
    headers = dict(case["response_headers"])
    headers.pop("Content-Length", None)
    return answer(case["response_status"], body, headers)
