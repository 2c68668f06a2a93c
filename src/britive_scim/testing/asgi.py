"""ASGI application of an emulated tenant, for servers such as uvicorn and test clients of web frameworks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.pages.site import TenantPages

__all__ = ["AsgiApp"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


_TRUNCATED_HEADERS = [(b"content-length", b"1")]
"""Headers of a response whose body is never sent."""


class _AsgiBackend(Protocol):
    """The part of a tenant that the application uses."""

    @property
    def pages(self) -> TenantPages: ...

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
    """ASGI 3 application of a tenant.

    ASGI cannot cut a connection. Where a fault does, the response is started and never completed, and
    servers close the connection. The client receives an incomplete response.

    Args:
        tenant: the tenant.
        date: send `Date` headers with the tenant's time. Servers send their own, and a second one is
            invalid: turn theirs off, as in `uvicorn.run(tenant.asgi(date=True), date_header=False)`.
    """

    def __init__(self, tenant: _AsgiBackend, *, date: bool = False) -> None:
        self._tenant = tenant
        self._date = date

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request, or the lifespan events of the server."""
        if scope["type"] == "lifespan":
            await _handle_lifespan(receive, send)
        elif scope["type"] == "http":
            await self._handle_http(scope, receive, send)
        else:
            raise NotImplementedError(f"scope type must be http or lifespan, got {scope['type']}")

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
            response = self._tenant.pages.respond(
                scope["method"], target, headers, body
            ) or self._tenant.respond(scope["method"], target, headers, body, real_time=True)
        except ConnectionCut:
            # if no response was started, servers would send status 500
            await send(
                {"type": "http.response.start", "status": 200, "headers": _TRUNCATED_HEADERS}
            )
            return
        if response.delay:
            await asyncio.sleep(response.delay)
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in response.headers.items()
                    if self._date or name.lower() != "date"
                ],
            }
        )
        await send({"type": "http.response.body", "body": response.body})


async def _handle_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
