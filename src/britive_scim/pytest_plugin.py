"""Fixtures for tests of programs that use this package: an emulated tenant and clients for it.

Installing the package makes them known to pytest. Nothing is imported before a test asks for a fixture.
The asynchronous clients are plain fixtures, so that any plugin for asynchronous tests can use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from britive_scim import AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient
    from britive_scim.testing import Tenant

__all__ = [
    "admin_client",
    "async_admin_client",
    "async_scim_client",
    "britive_tenant",
    "scim_client",
]


@pytest.fixture
def britive_tenant() -> Tenant:
    """A fresh emulated tenant, shared by the clients of one test."""
    from britive_scim.testing import Tenant

    return Tenant()


@pytest.fixture
def admin_client(britive_tenant: Tenant) -> Iterator[AdminClient]:
    """A client of the tenant's admin API."""
    from britive_scim import AdminClient

    with AdminClient(
        britive_tenant.name, britive_tenant.api_token, transport=britive_tenant.transport()
    ) as client:
        yield client


@pytest.fixture
def scim_client(britive_tenant: Tenant) -> Iterator[ScimClient]:
    """A client of the tenant's SCIM service, with the token of the identity provider `Okta`."""
    from britive_scim import ScimClient

    okta = britive_tenant.identity_providers["Okta"]
    with ScimClient(okta.scim_url, okta.scim_token, transport=britive_tenant.transport()) as client:
        yield client


@pytest.fixture
def async_admin_client(britive_tenant: Tenant) -> AsyncAdminClient:
    """An asynchronous client of the tenant's admin API; there is nothing to close."""
    from britive_scim import AsyncAdminClient

    return AsyncAdminClient(
        britive_tenant.name,
        britive_tenant.api_token,
        transport=britive_tenant.async_transport(),
    )


@pytest.fixture
def async_scim_client(britive_tenant: Tenant) -> AsyncScimClient:
    """An asynchronous client of the tenant's SCIM service, with the token of `Okta`."""
    from britive_scim import AsyncScimClient

    okta = britive_tenant.identity_providers["Okta"]
    return AsyncScimClient(
        okta.scim_url, okta.scim_token, transport=britive_tenant.async_transport()
    )
