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


def test_an_application_answers_as_the_tenant_does(tenant: Tenant) -> None:
    created, found = run(
        tenant,
        ("POST", "/Users", make_user("ada@example.com")),
        ("GET", '/Users?filter=userName+eq+"ada@example.com"', None),
    )
    assert created.status_code == 201
    assert created.headers["content-type"] == "application/scim+json"
    assert found.json()["totalResults"] == 1


def test_a_scripted_delay_is_waited_for(tenant: Tenant) -> None:
    tenant.faults.add(delay=0.05)
    began = time.perf_counter()
    run(tenant, ("GET", "/Users", None))
    assert time.perf_counter() - began >= 0.05


def drive(tenant: Tenant, scope: dict[str, Any], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(tenant.asgi()(scope, receive, send))
    return sent


def test_a_body_may_come_in_parts(tenant: Tenant) -> None:
    scope = {"type": "http", "method": "POST", "path": "/api/scim/v2/Users", "headers": []}
    parts = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "body": b"}"},
    ]
    start, body = drive(tenant, scope, *parts)
    assert start["status"] == 401
    assert (b"content-type", b"application/scim+json") in start["headers"]
    assert body["body"]
    assert tenant.requests[-1].request_body == b"{}"


def test_who_leaves_before_the_end_is_not_answered(tenant: Tenant) -> None:
    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    assert drive(tenant, scope, {"type": "http.disconnect"}) == []


@pytest.mark.parametrize("cut", ["connect", "before", "after"])
def test_where_a_connection_is_cut_an_answer_is_begun_and_never_ended(
    tenant: Tenant, cut: Any
) -> None:
    """Servers drop the connection then; of an application that says nothing they would make a 500."""
    scope = {"type": "http", "method": "GET", "path": "/api/health", "headers": []}
    tenant.faults.add(cut=cut)
    (begun,) = drive(tenant, scope, {"type": "http.request"})
    assert begun["type"] == "http.response.start"
    assert dict(begun["headers"])[b"content-length"] == b"1"


def test_it_takes_part_in_the_life_of_a_server(tenant: Tenant) -> None:
    sent = drive(
        tenant, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
    )
    assert [one["type"] for one in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    with pytest.raises(NotImplementedError, match="websocket"):
        drive(tenant, {"type": "websocket"})


def test_the_date_is_left_to_the_server_unless_it_is_asked_for(tenant: Tenant) -> None:
    async def dates(**options: bool) -> list[str]:
        transport = httpx.ASGITransport(tenant.asgi(**options))
        async with httpx.AsyncClient(transport=transport, base_url=tenant.base_url) as http:
            return (await http.get("/api/health")).headers.get_list("date")

    assert asyncio.run(dates()) == []
    assert asyncio.run(dates(date=True)) == ["Fri, 01 May 2026 12:00:00 GMT"]
