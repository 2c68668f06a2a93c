"""The tenant as an ASGI application."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from britive_scim.testing import Tenant
from support.tenant_callers import make_user


def run(tenant: Tenant, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    okta = tenant.identity_providers["Okta"]

    async def talk() -> list[httpx.Response]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(tenant.asgi()),
            base_url=okta.scim_url,
            headers={"Authorization": f"Bearer {okta.scim_token.get_secret_value()}"},
        ) as http:
            return [await http.request(method, path, json=body) for method, path, body in requests]

    return asyncio.run(talk())


def test_asgi_app_returns_tenant_responses(tenant: Tenant) -> None:
    created, found = run(
        tenant,
        ("POST", "/Users", make_user("ada@example.com")),
        ("GET", '/Users?filter=userName+eq+"ada@example.com"', None),
    )
    assert created.status_code == 201
    assert created.headers["content-type"] == "application/scim+json"
    assert found.json()["totalResults"] == 1


def test_asgi_app_waits_for_scripted_delay(tenant: Tenant) -> None:
    tenant.faults.add(delay=0.05)
    start_time = time.perf_counter()
    run(tenant, ("GET", "/Users", None))
    assert time.perf_counter() - start_time >= 0.05


def run_asgi(
    tenant: Tenant, scope: dict[str, Any], *messages: dict[str, Any]
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(tenant.asgi()(scope, receive, send))
    return sent


def test_asgi_app_reads_body_in_parts(tenant: Tenant) -> None:
    scope = {"type": "http", "method": "POST", "path": "/api/scim/v2/Users", "headers": []}
    parts = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "body": b"}"},
    ]
    start, body = run_asgi(tenant, scope, *parts)
    assert start["status"] == 401
    assert (b"content-type", b"application/scim+json") in start["headers"]
    assert body["body"]
    assert tenant.requests[-1].request_body == b"{}"


def test_asgi_app_client_disconnect_sends_no_response(tenant: Tenant) -> None:
    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    assert run_asgi(tenant, scope, {"type": "http.disconnect"}) == []


@pytest.mark.parametrize("cut", ["connect", "before", "after"])
def test_asgi_app_cut_starts_response_without_body(tenant: Tenant, cut: Any) -> None:
    """Servers then drop the connection; without a start message they would send a 500."""
    scope = {"type": "http", "method": "GET", "path": "/api/health", "headers": []}
    tenant.faults.add(cut=cut)
    (start,) = run_asgi(tenant, scope, {"type": "http.request"})
    assert start["type"] == "http.response.start"
    assert dict(start["headers"])[b"content-length"] == b"1"


def test_asgi_app_supports_lifespan_and_rejects_websocket(tenant: Tenant) -> None:
    sent = run_asgi(
        tenant, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
    )
    assert [one["type"] for one in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    with pytest.raises(NotImplementedError, match="websocket"):
        run_asgi(tenant, {"type": "websocket"})


def test_asgi_app_date_header_is_optional(tenant: Tenant) -> None:
    async def dates(**options: bool) -> list[str]:
        transport = httpx.ASGITransport(tenant.asgi(**options))
        async with httpx.AsyncClient(transport=transport, base_url=tenant.base_url) as http:
            return (await http.get("/api/health")).headers.get_list("date")

    assert asyncio.run(dates()) == []
    assert asyncio.run(dates(date=True)) == ["Fri, 01 May 2026 12:00:00 GMT"]
