"""Fixtures: a tenant and its API clients."""

from datetime import UTC, datetime

import pytest

from britive_scim.testing import Tenant
from support.tenant_callers import Caller, make_admin_caller, make_scim_caller


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(name="acme", clock=datetime(2026, 5, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def okta(tenant: Tenant) -> Caller:
    return make_scim_caller(tenant, "Okta")


@pytest.fixture
def entra(tenant: Tenant) -> Caller:
    return make_scim_caller(tenant, "Entra")


@pytest.fixture
def admin(tenant: Tenant) -> Caller:
    return make_admin_caller(tenant)
