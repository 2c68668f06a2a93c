"""Clients of httpx2, the successor of httpx, as the caller's `http_client`."""

import asyncio

import pytest

from britive_scim import AsyncScimClient, ScimClient, scim
from britive_scim.testing import Tenant

pytestmark = pytest.mark.proof
httpx2 = pytest.importorskip("httpx2")


def test_httpx2_sync_client_creates_and_reads() -> None:
    tenant = Tenant("acme")
    with tenant.serve() as server, httpx2.Client() as http_client:
        okta = tenant.identity_providers["Okta"]
        with ScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client:
            created = client.users.create(
                scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
            )
            assert client.users.get(created).full_name == "Ana Diaz"
        assert not http_client.is_closed
        assert server is not None


def test_httpx2_async_client_creates_and_reads() -> None:
    tenant = Tenant("acme")

    async def create_and_read() -> str | None:
        okta = tenant.identity_providers["Okta"]
        async with (
            httpx2.AsyncClient() as http_client,
            AsyncScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client,
        ):
            created = await client.users.create(
                scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
            )
            return (await client.users.get(created)).full_name

    with tenant.serve():
        assert asyncio.run(create_and_read()) == "Ana Diaz"
