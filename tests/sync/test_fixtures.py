# Generated from tests/aio/test_fixtures.py by tools/unasync.py; edit that file instead.
"""Fixtures of the pytest plugin that the package installs."""

from britive_scim import AdminClient, ScimClient, scim
from britive_scim.testing import Tenant


def test_client_fixtures_share_one_tenant(
    britive_tenant: Tenant, scim_client: ScimClient, admin_client: AdminClient
) -> None:
    scim_client.users.create(
        scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    )
    names = [provider.name for provider in admin_client.identity_providers.list()]
    assert "Okta" in names
    assert len(britive_tenant.requests) == 2
