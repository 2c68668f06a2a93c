"""Fixtures of the pytest plugin that the package installs."""

from britive_scim import AsyncAdminClient, AsyncScimClient, scim
from britive_scim.testing import Tenant


async def test_client_fixtures_share_one_tenant(
    britive_tenant: Tenant, async_scim_client: AsyncScimClient, async_admin_client: AsyncAdminClient
) -> None:
    await async_scim_client.users.create(
        scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    )
    names = [provider.name for provider in await async_admin_client.identity_providers.list()]
    assert "Okta" in names
    assert len(britive_tenant.requests) == 2
