"""Fixtures for tests of programs that use this package: an emulated tenant and clients for it.

Installing the package makes them known to pytest. Nothing is imported before a test asks for a fixture.
The asynchronous clients are plain fixtures, so that any plugin for asynchronous tests can use them.

A mark says what the tenant of a test is like; its arguments are those of `Tenant`, of `Capabilities`, and
`users`, `groups` to fill it:

```python
@pytest.mark.britive(users=1000, seed=7, max_page_size=50, identity_provider="Entra")
def test_large(scim_client): ...
```

When a test fails, its exchanges with the tenant are printed below the traceback, tokens hidden.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from britive_scim import AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient
    from britive_scim.testing import Tenant, TenantIdentityProvider

__all__ = [
    "admin_client",
    "async_admin_client",
    "async_scim_client",
    "britive_tenant",
    "scim_client",
]

_MARK = "britive"
_SHOWN = 50
"""Most exchanges printed for a failed test: the latest."""

_tenants: pytest.StashKey[Tenant] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "britive(*, users, groups, seed, name, clock, identity_provider, **capabilities): "
        "what the emulated tenant of a test is like",
    )


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the arguments of the marks of a test; the nearest mark wins."""
    arguments: dict[str, Any] = {}
    for mark in request.node.iter_markers(_MARK):
        if mark.args:
            raise pytest.UsageError("pytest.mark.britive takes keyword arguments alone")
        arguments = {**mark.kwargs, **arguments}
    return arguments


@pytest.fixture
def britive_tenant(request: pytest.FixtureRequest) -> Tenant:
    """A fresh emulated tenant, shared by the clients of one test; `pytest.mark.britive` says what it is like."""
    from britive_scim.testing import Capabilities, Tenant

    arguments = _marked(request)
    known = {field.name for field in fields(Capabilities)}
    capabilities = {name: arguments.pop(name) for name in known & arguments.keys()}
    provider = arguments.pop("identity_provider", "Okta")
    users, groups = arguments.pop("users", 0), arguments.pop("groups", 0)
    try:
        tenant = Tenant(capabilities=Capabilities(**capabilities), **arguments)
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"pytest.mark.britive: {error}") from None
    tenant.populate(users, groups, seed=arguments.get("seed") or 1, identity_provider=provider)
    request.node.stash[_tenants] = tenant
    return tenant


def _provider(request: pytest.FixtureRequest, tenant: Tenant) -> TenantIdentityProvider:
    return tenant.identity_providers[_marked(request).get("identity_provider", "Okta")]


@pytest.fixture
def admin_client(britive_tenant: Tenant) -> Iterator[AdminClient]:
    """A client of the tenant's admin API."""
    from britive_scim import AdminClient

    with AdminClient(
        britive_tenant.name, britive_tenant.api_token, transport=britive_tenant.transport()
    ) as client:
        yield client


@pytest.fixture
def scim_client(request: pytest.FixtureRequest, britive_tenant: Tenant) -> Iterator[ScimClient]:
    """A client of the tenant's SCIM service, with the token of the identity provider `Okta`."""
    from britive_scim import ScimClient

    provider = _provider(request, britive_tenant)
    with ScimClient(
        provider.scim_url, provider.scim_token, transport=britive_tenant.transport()
    ) as client:
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
def async_scim_client(request: pytest.FixtureRequest, britive_tenant: Tenant) -> AsyncScimClient:
    """An asynchronous client of the tenant's SCIM service, with the token of `Okta`; nothing to close."""
    from britive_scim import AsyncScimClient

    provider = _provider(request, britive_tenant)
    return AsyncScimClient(
        provider.scim_url, provider.scim_token, transport=britive_tenant.async_transport()
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Print the exchanges of a failed test below its traceback."""
    report = yield
    tenant = item.stash.get(_tenants, None)
    if tenant is not None and report.when == "call" and report.failed:
        exchanges = [str(one) for one in tenant.requests[-_SHOWN:]]
        left_out = len(tenant.requests) - len(exchanges)
        if left_out:
            exchanges.insert(0, f"... {left_out} earlier ones")
        report.sections.append(("Exchanges with the Britive tenant", "\n".join(exchanges)))
    return report
