"""Fixtures for tests of programs that use this package: an emulated tenant and clients for it.

Installing the package makes them known to pytest. Nothing is imported before a test asks for a fixture.
The asynchronous clients are plain fixtures, so that any plugin for asynchronous tests can use them.

| fixture | what it is |
|---|---|
| `britive_tenant` | a fresh `Tenant`, shared by all fixtures of one test |
| `scim_client`, `async_scim_client` | clients of its SCIM service, with the token of `Okta` |
| `admin_client`, `async_admin_client` | clients of its admin API |
| `britive_server` | the tenant served over HTTP on this machine, with the variables that `from_env()` reads set to it: for programs that make their own clients |

Where a client would wait before another try, the tenant's clock moves on instead: tests never wait. Over
`britive_server` waits are real.

A mark says what the tenant of a test is like; its arguments are those of `Tenant`, of `Capabilities`,
`users` and `groups` to fill it, `identity_provider` whose token the clients have, and `faults`, in words as
`britive-scim serve --faults` takes them or as arguments of `Faults.add`:

```python
@pytest.mark.britive(users=1000, seed=7, max_page_size=50, identity_provider="Entra")
def test_large(scim_client): ...


@pytest.mark.britive(faults=["POST */Users cut-after x1", {"status": 503, "times": 2}])
def test_trouble(scim_client): ...
```

When a test fails, its exchanges with the tenant are printed below the traceback, tokens hidden.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from britive_scim import AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient
    from britive_scim.testing import Tenant, TenantIdentityProvider
    from britive_scim.testing.server import TenantServer

__all__ = [
    "admin_client",
    "async_admin_client",
    "async_scim_client",
    "britive_server",
    "britive_tenant",
    "scim_client",
]

_MARK = "britive"
_DEFAULT_PROVIDER = "Okta"
_PROVIDERS = ("Okta", "Entra")
_MARK_ARGUMENTS = ("faults", "groups", "identity_provider", "users")
_TENANT_ARGUMENTS = ("base_url", "clock", "name", "seed")
_MAX_EXCHANGES = 50
"""Most exchanges printed for a failed test: the latest."""

_MAX_WITH_BODIES = 8
"""How many of these, the very latest, are printed with their bodies; refused ones always are."""

_TENANT_KEY: pytest.StashKey[Tenant] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "britive(*, users, groups, seed, name, clock, identity_provider, faults, **capabilities): "
        "what the emulated tenant of a test is like",
    )


def _read_mark_arguments(request: pytest.FixtureRequest) -> dict[str, Any]:
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

    arguments = _read_mark_arguments(request)
    known = {field.name for field in fields(Capabilities)}
    capabilities = {name: arguments.pop(name) for name in known & arguments.keys()}
    provider = arguments.pop("identity_provider", _DEFAULT_PROVIDER)
    if provider not in _PROVIDERS:
        known_ones = " or ".join(_PROVIDERS)
        raise pytest.UsageError(
            f"pytest.mark.britive: no identity provider {provider!r} in a fresh tenant: {known_ones}"
        )
    users, groups = arguments.pop("users", 0), arguments.pop("groups", 0)
    faults = arguments.pop("faults", ())
    if wrong := sorted(arguments.keys() - _TENANT_ARGUMENTS):
        taken = sorted({*_MARK_ARGUMENTS, *_TENANT_ARGUMENTS, *known})
        raise pytest.UsageError(
            f"pytest.mark.britive has no argument {wrong[0]!r}; it takes {', '.join(taken)}"
        )
    try:
        tenant = Tenant(capabilities=Capabilities(**capabilities), **arguments)
        tenant.populate(users, groups, seed=arguments.get("seed") or 1, identity_provider=provider)
        _add_mark_faults(tenant, faults)
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"pytest.mark.britive: {error}") from None
    request.node.stash[_TENANT_KEY] = tenant
    return tenant


def _add_mark_faults(tenant: Tenant, faults: Any) -> None:
    """Script the faults of a mark: one or several, in words or as arguments of `Faults.add`."""
    from britive_scim.testing.http.fault_options import add_faults

    several = cast(
        "list[str | dict[str, Any]]", [faults] if isinstance(faults, str | Mapping) else faults
    )
    for fault in several:
        if isinstance(fault, str):
            add_faults(tenant.faults, [fault])
        else:
            tenant.faults.add(**fault)


def _get_provider(request: pytest.FixtureRequest, tenant: Tenant) -> TenantIdentityProvider:
    return tenant.identity_providers[
        _read_mark_arguments(request).get("identity_provider", _DEFAULT_PROVIDER)
    ]


@pytest.fixture
def admin_client(britive_tenant: Tenant) -> Iterator[AdminClient]:
    """A client of the tenant's admin API."""
    from britive_scim import AdminClient, Settings

    with AdminClient(
        britive_tenant.name,
        britive_tenant.api_token,
        transport=britive_tenant.transport(),
        settings=Settings(clock=britive_tenant.clock),
    ) as client:
        yield client


@pytest.fixture
def scim_client(request: pytest.FixtureRequest, britive_tenant: Tenant) -> Iterator[ScimClient]:
    """A client of the tenant's SCIM service, with the token of the identity provider `Okta`."""
    from britive_scim import ScimClient, Settings

    provider = _get_provider(request, britive_tenant)
    with ScimClient(
        provider.scim_url,
        provider.scim_token,
        transport=britive_tenant.transport(),
        settings=Settings(clock=britive_tenant.clock),
    ) as client:
        yield client


@pytest.fixture
def async_admin_client(britive_tenant: Tenant) -> AsyncAdminClient:
    """An asynchronous client of the tenant's admin API; there is nothing to close."""
    from britive_scim import AsyncAdminClient, Settings

    return AsyncAdminClient(
        britive_tenant.name,
        britive_tenant.api_token,
        transport=britive_tenant.async_transport(),
        settings=Settings(clock=britive_tenant.clock),
    )


@pytest.fixture
def async_scim_client(request: pytest.FixtureRequest, britive_tenant: Tenant) -> AsyncScimClient:
    """An asynchronous client of the tenant's SCIM service, with the token of `Okta`; nothing to close."""
    from britive_scim import AsyncScimClient, Settings

    provider = _get_provider(request, britive_tenant)
    return AsyncScimClient(
        provider.scim_url,
        provider.scim_token,
        transport=britive_tenant.async_transport(),
        settings=Settings(clock=britive_tenant.clock),
    )


@pytest.fixture
def britive_server(
    request: pytest.FixtureRequest, britive_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TenantServer]:
    """The tenant served on this machine, for programs that make their own clients.

    While the test runs, the variables that `from_env()` of both clients reads are set to it.
    """
    with britive_tenant.serve() as server:
        for name, value in server.environment(_get_provider(request, britive_tenant).name).items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Print the exchanges of a failed test below its traceback."""
    report = yield
    tenant = item.stash.get(_TENANT_KEY, None)
    if tenant is not None and report.when != "teardown" and report.failed and tenant.requests:
        report.sections.append(("Exchanges with the Britive tenant", _format_exchanges(tenant)))
    return report


def _format_exchanges(tenant: Tenant) -> str:
    """Return the latest exchanges for people; the last ones and those refused with their bodies."""
    exchanges = tenant.requests[-_MAX_EXCHANGES:]
    left_out = len(tenant.requests) - len(exchanges)
    lines = [f"... {left_out} earlier ones"] if left_out else []
    for number, one in enumerate(exchanges):
        whole = (
            number >= len(exchanges) - _MAX_WITH_BODIES or one.status is None or one.status >= 400
        )
        lines.append(one.format_details() if whole else str(one))
    return "\n".join(lines)
