"""httpx transports of an emulated tenant."""

from __future__ import annotations

from typing import Protocol

import httpx

from britive_scim.testing.http.clock import TenantClock, format_http_time
from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["AsyncTenantTransport", "TenantTransport"]


class _TransportBackend(Protocol):
    """The part of a tenant that a transport uses."""

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
        real_time: bool,
    ) -> TenantResponse: ...


class _TenantTransportBase:
    """Translation between httpx and a tenant: requests, responses and faults.

    Args:
        tenant: the tenant, or a recording.
        clock: clock that a client of this package moves instead of waiting; `None` lets it wait.
    """

    def __init__(self, tenant: _TransportBackend, clock: TenantClock | None = None) -> None:
        self._tenant = tenant
        self.clock = clock

    def _respond(
        self, request: httpx.Request, body: bytes
    ) -> tuple[httpx.Response | Exception, float]:
        """Return the response or the error of httpx, and the seconds until it arrives on the tenant's clock."""
        base_url = httpx.URL(self._tenant.base_url)
        if (request.url.host, request.url.port) != (base_url.host, base_url.port):
            raise httpx.ConnectError(
                f"host must be that of the emulated tenant or the recording, {base_url}, got {request.url.netloc.decode()}",
                request=request,
            )
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        try:
            response = self._tenant.respond(
                request.method,
                request.url.raw_path.decode("ascii"),
                dict(request.headers),
                body,
                timeout=timeouts.get("read"),
                real_time=True,
            )
        except ConnectionCut as cut:
            return _convert_cut(cut, request), cut.delay
        headers = dict(response.headers)
        if not any(name.lower() == "date" for name in headers):  # a recording without one
            headers["Date"] = format_http_time(self._tenant.clock.now())
        converted = httpx.Response(
            response.status,
            headers=headers,
            content=response.body,
            request=request,
        )
        return converted, response.delay


def _convert_cut(cut: ConnectionCut, request: httpx.Request) -> httpx.TransportError:
    """Return the error of httpx for a scripted failure of the connection."""
    if cut.cut == "connect":
        return httpx.ConnectError("connection refused", request=request)
    if cut.cut == "timeout":
        return httpx.ReadTimeout("the response exceeded the read timeout", request=request)
    return httpx.RemoteProtocolError(
        "server disconnected without sending a response", request=request
    )


def _unwrap(result: httpx.Response | Exception) -> httpx.Response:
    """Return a response, or raise an error."""
    if isinstance(result, Exception):
        raise result
    return result


class TenantTransport(_TenantTransportBase, httpx.BaseTransport):
    """Transport for `httpx.Client(transport=...)`, safe for many threads."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to one request."""
        result, delay = self._respond(request, request.read())
        if delay:
            self._tenant.clock.sleep(delay)
        return _unwrap(result)


class AsyncTenantTransport(_TenantTransportBase, httpx.AsyncBaseTransport):
    """Transport for `httpx.AsyncClient(transport=...)`."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to one request."""
        result, delay = self._respond(request, await request.aread())
        if delay:
            await self._tenant.clock.asleep(delay)
        return _unwrap(result)
