"""Clients behind respx, as the how-to shows them."""

import httpx
import respx

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, scim

SCIM_URL = "https://acme.britive-app.com/api/scim/v2"
TOKEN = "a-token-of-more-than-twenty-characters"


@respx.mock
async def test_scim_client_with_respx_sends_request() -> None:
    route = respx.post(f"{SCIM_URL}/Users").respond(
        201, json={"id": "1", "userName": "ana@acme.com"}
    )
    async with AsyncScimClient(SCIM_URL, TOKEN) as okta:
        ana = await okta.users.create(scim.User(user_name="ana@acme.com"))
    assert ana.id == "1"
    assert route.calls.last.request.headers["Authorization"] == f"Bearer {TOKEN}"


@respx.mock
async def test_scim_client_with_respx_retries_503() -> None:
    route = respx.get(f"{SCIM_URL}/Users/1").mock(
        side_effect=[
            httpx.Response(503, headers={"Retry-After": "0"}),
            httpx.Response(200, json={"id": "1", "userName": "ana@acme.com"}),
        ]
    )
    async with AsyncScimClient(SCIM_URL, TOKEN, retry=RetryPolicy(first_wait=0)) as okta:
        assert (await okta.users.get("1")).user_name == "ana@acme.com"
    assert route.call_count == 2


@respx.mock
async def test_admin_client_with_respx_reads_response() -> None:
    respx.get("https://acme.britive-app.com/api/features").respond(
        json=[{"name": "scim", "enabled": True}]
    )
    async with AsyncAdminClient("acme", TOKEN) as britive:
        (feature,) = await britive.features()
    assert feature.enabled is True
