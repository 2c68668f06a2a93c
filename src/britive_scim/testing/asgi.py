"""The tenant as an ASGI application, for servers such as uvicorn and test clients of web frameworks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["AsgiApp"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


_TRUNCATED_HEADERS = [(b"content-length", b"1")]
"""Headers of an answer whose body never comes."""


class _AsgiBackend(Protocol):
    """What the application needs of a tenant."""

    def respond(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *,
        real_time: bool,
    ) -> TenantResponse: ...


class AsgiApp:
    """An ASGI 3 application that answers as the tenant does.

    ASGI knows no way to cut a connection: where a fault does, an answer is begun and never ended, upon
    which servers drop the connection. A client sees its answer broken off.

    Args:
        tenant: who answers.
        date: send `Date` headers with the tenant's time. Servers send one of their own, and two are none:
            ask the server to leave it out, as in `uvicorn.run(tenant.asgi(date=True), date_header=False)`.
    """

    def __init__(self, tenant: _AsgiBackend, *, date: bool = False) -> None:
        self._tenant = tenant
        self._date = date

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or take part in the start and end of the server."""
        if scope["type"] == "lifespan":
            await _handle_lifespan(receive, send)
        elif scope["type"] == "http":
            await self._handle_http(scope, receive, send)
        else:
            raise NotImplementedError(f"{scope['type']} is nothing the tenant speaks")

    async def _handle_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        target = raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            answer = self._tenant.respond(scope["method"], target, headers, body, real_time=True)
        except ConnectionCut:
            # without any beginning, servers would answer 500
            await send(
                {"type": "http.response.start", "status": 200, "headers": _TRUNCATED_HEADERS}
            )
            return
        if answer.delay:
            await asyncio.sleep(answer.delay)
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in answer.headers.items()
                    if self._date or name.lower() != "date"
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer.body})


async def _handle_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
