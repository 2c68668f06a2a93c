"""Fixtures: a tenant and its API clients."""

from datetime import UTC, datetime

import pytest

from britive_scim.testing import Tenant
from support.tenant_callers import Caller, admin_caller, scim_caller


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(name="acme", clock=datetime(2026, 5, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def okta(tenant: Tenant) -> Caller:
    return scim_caller(tenant, "Okta")


@pytest.fixture
def entra(tenant: Tenant) -> Caller:
    return scim_caller(tenant, "Entra")


@pytest.fixture
def admin(tenant: Tenant) -> Caller:
    return admin_caller(tenant)
