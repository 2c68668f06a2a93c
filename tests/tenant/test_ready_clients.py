"""Clients of a tenant: `Tenant.scim_client` and its three siblings."""

import asyncio

import pytest

from britive_scim import RetryPolicy, Settings, errors, scim
from britive_scim.testing import Tenant


def test_scim_client_uses_token_of_identity_provider(tenant: Tenant) -> None:
    tenant.populate(users=2, groups=0, identity_provider="Entra")
    assert tenant.scim_client("Entra").users.list().count() == 2
    assert tenant.scim_client().users.list().count() == 0
    assert tenant.scim_client(identity_provider="Okta").users.list().count() == 0


def test_admin_client_lists_users_of_scim_client(tenant: Tenant) -> None:
    with tenant.scim_client("Okta") as okta, tenant.admin_client() as britive:
        okta.users.create(scim.User.of(email="ada@x.org", given_name="Ada", family_name="Byron"))
        assert [user.username for user in britive.users.list()] == ["ada@x.org"]


def test_async_clients_share_the_tenant(tenant: Tenant) -> None:
    async def run() -> list[str]:
        async with tenant.async_scim_client() as okta, tenant.async_admin_client() as britive:
            ada = scim.User.of(email="ada@x.org", given_name="Ada", family_name="Byron")
            await okta.users.create(ada)
            return [user.username or "" async for user in britive.users.list()]

    assert asyncio.run(run()) == ["ada@x.org"]
    assert tenant.async_scim_client("Entra") is not tenant.async_scim_client("Entra")


def test_client_options_are_passed_on(tenant: Tenant) -> None:
    for okta in (
        tenant.scim_client(read_only=True, settings=Settings(page_size=2)),
        tenant.scim_client("Okta", read_only=True, timeout=5),
    ):
        with pytest.raises(errors.ReadOnly):
            okta.users.delete("u1")
    with pytest.raises(errors.ReadOnly):
        tenant.admin_client(read_only=True).tags.create("Doors")
    tenant.faults.add(503, headers={"Retry-After": "1"})
    with pytest.raises(errors.ServerError):
        tenant.admin_client(retry=RetryPolicy(attempts=1)).features()
    with pytest.raises(errors.ReadOnly):
        asyncio.run(tenant.async_scim_client(read_only=True).users.delete("u1"))
    with pytest.raises(errors.ReadOnly):
        asyncio.run(tenant.async_admin_client(read_only=True).tags.create("Doors"))


def test_client_unknown_option_is_a_type_error(tenant: Tenant) -> None:
    with pytest.raises(TypeError, match="timout"):
        tenant.scim_client(timout=5)
    with pytest.raises(TypeError, match="transport"):
        tenant.admin_client(transport=tenant.transport())


@pytest.mark.parametrize("settings", [None, Settings(page_size=5)])
def test_client_delays_advance_tenant_clock(tenant: Tenant, settings: Settings | None) -> None:
    """Real waits would take an hour."""
    before = tenant.clock.now()
    tenant.faults.add(429, headers={"Retry-After": "3600"})
    client = tenant.scim_client(settings=settings, retry=RetryPolicy(total=4000))
    assert client.users.list().first() is None
    assert (tenant.clock.now() - before).total_seconds() >= 3600


def test_clients_follow_base_url() -> None:
    tenant = Tenant(base_url="https://britive.example")
    assert tenant.scim_client().users.list().count() == 0
    with tenant.serve():
        assert tenant.scim_client().users.list().count() == 0
        assert list(tenant.admin_client().users.list()) == []


def test_client_of_missing_provider_or_token_raises_lookup_error(tenant: Tenant) -> None:
    with pytest.raises(KeyError, match="no identity provider 'Ping'"):
        tenant.scim_client("Ping")
    with pytest.raises(LookupError, match="has no SCIM token"):
        tenant.async_scim_client("Britive")
