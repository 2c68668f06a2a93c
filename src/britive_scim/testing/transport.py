"""The seam to httpx: a tenant as the transport of a client."""

from __future__ import annotations

from typing import Protocol

import httpx

from britive_scim.testing.http.clock import TenantClock, format_http_time
from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["AsyncTenantTransport", "TenantTransport"]


class _TransportBackend(Protocol):
    """What a transport needs of a tenant."""

    @property
    def base_url(self) -> str: ...

    @property
    def clock(self) -> TenantClock: ...

    def respond(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *,
        timeout: float | None,
    ) -> TenantResponse: ...


class _TenantTransportBase:
    """Turns httpx requests into requests to the tenant, and its answers and faults back.

    Args:
        tenant: who answers.
        clock: moves on where a client of this package would wait; `None` lets it wait.
    """

    def __init__(self, tenant: _TransportBackend, clock: TenantClock | None = None) -> None:
        self._tenant = tenant
        self.clock = clock

    def _send(self, request: httpx.Request, body: bytes) -> httpx.Response:
        home = httpx.URL(self._tenant.base_url)
        if (request.url.host, request.url.port) != (home.host, home.port):
            raise httpx.ConnectError(
                f"{request.url.netloc.decode()} is not the emulated tenant or the recording, which lives at {home}",
                request=request,
            )
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        try:
            answer = self._tenant.respond(
                request.method,
                request.url.raw_path.decode("ascii"),
                dict(request.headers),
                body,
                timeout=timeouts.get("read"),
            )
        except ConnectionCut as cut:
            if cut.cut == "connect":
                raise httpx.ConnectError("connection refused", request=request) from None
            if cut.cut == "timeout":
                raise httpx.ReadTimeout("the answer took too long", request=request) from None
            raise httpx.RemoteProtocolError(
                "server disconnected without sending a response", request=request
            ) from None
        headers = dict(answer.headers)
        if not any(name.lower() == "date" for name in headers):  # recorded without one
            headers["Date"] = format_http_time(self._tenant.clock.now())
        return httpx.Response(
            answer.status,
            headers=headers,
            content=answer.body,
            request=request,
        )


class TenantTransport(_TenantTransportBase, httpx.BaseTransport):
    """A tenant behind `httpx.Client(transport=...)`; safe for many threads."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self._send(request, request.read())


class AsyncTenantTransport(_TenantTransportBase, httpx.AsyncBaseTransport):
    """A tenant behind `httpx.AsyncClient(transport=...)`."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self._send(request, await request.aread())
