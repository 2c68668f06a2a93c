"""pytest fixtures: an emulated tenant and clients for it.

Installing the package registers them. Nothing is imported before a test requests a fixture. The async clients
are plain fixtures, so that they work with any plugin for async tests.

| fixture | value |
|---|---|
| `britive_tenant` | a fresh `Tenant`, shared by all fixtures of one test |
| `scim_client`, `async_scim_client` | clients of its SCIM service, with the token of `Okta` |
| `admin_client`, `async_admin_client` | clients of its admin API |
| `britive_server` | the tenant served over HTTP on this machine, for programs that create their own clients; the environment variables of `from_env()` are set to it |

Delays between attempts move the tenant's clock, so tests never wait. Clients of `britive_server` do wait.

A marker configures the tenant of a test. Its arguments are those of `Tenant` and `Capabilities`; `users` and
`groups`, the numbers to generate; `identity_provider`, whose token the clients use; and `faults`, in the syntax
of `britive-scim serve --faults` or as arguments of `Faults.add`:

```python
@pytest.mark.britive(users=1000, seed=7, max_page_size=50, identity_provider="Entra")
def test_large(scim_client): ...


@pytest.mark.britive(faults=["POST */Users cut-after x1", {"status": 503, "times": 2}])
def test_trouble(scim_client): ...
```

The exchanges of a failed test are printed below its traceback, with tokens redacted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from britive_scim import AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient
    from britive_scim.testing import Tenant
    from britive_scim.testing.server import TenantServer

__all__ = [
    "admin_client",
    "async_admin_client",
    "async_scim_client",
    "britive_server",
    "britive_tenant",
    "scim_client",
]

_MARKER = "britive"
_DEFAULT_PROVIDER = "Okta"
_PROVIDERS = ("Okta", "Entra")
_MARKER_ARGUMENTS = ("faults", "groups", "identity_provider", "users")
_TENANT_ARGUMENTS = ("base_url", "clock", "name", "seed")
_MAX_EXCHANGES = 50
"""Maximum exchanges printed for a failed test, the latest."""

_MAX_WITH_BODIES = 8
"""Number of latest exchanges printed with their bodies; those with an error always are."""

_TENANT_KEY: pytest.StashKey[Tenant] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "britive(*, users, groups, seed, name, clock, identity_provider, faults, **capabilities): "
        "configures the emulated tenant of a test",
    )


def _read_marker_arguments(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the arguments of the markers of a test; the closest marker takes precedence."""
    arguments: dict[str, Any] = {}
    for marker in request.node.iter_markers(_MARKER):
        if marker.args:
            raise pytest.UsageError(
                f"pytest.mark.britive must have keyword arguments only, got {marker.args[0]!r}"
            )
        arguments = {**marker.kwargs, **arguments}
    return arguments


@pytest.fixture
def britive_tenant(request: pytest.FixtureRequest) -> Tenant:
    """A fresh emulated tenant, shared by the clients of one test and configured by `pytest.mark.britive`."""
    from britive_scim.testing import Capabilities, Tenant

    arguments = _read_marker_arguments(request)
    known = {field.name for field in fields(Capabilities)}
    capabilities = {name: arguments.pop(name) for name in known & arguments.keys()}
    provider = arguments.pop("identity_provider", _DEFAULT_PROVIDER)
    if provider not in _PROVIDERS:
        raise pytest.UsageError(
            "pytest.mark.britive: identity_provider must be "
            f"{' or '.join(_PROVIDERS)}, got {provider!r}"
        )
    users, groups = arguments.pop("users", 0), arguments.pop("groups", 0)
    faults = arguments.pop("faults", ())
    if unknown := sorted(arguments.keys() - _TENANT_ARGUMENTS):
        names = sorted({*_MARKER_ARGUMENTS, *_TENANT_ARGUMENTS, *known})
        raise pytest.UsageError(
            f"pytest.mark.britive has no argument {unknown[0]!r}; its arguments are {', '.join(names)}"
        )
    try:
        tenant = Tenant(capabilities=Capabilities(**capabilities), **arguments)
        tenant.populate(users, groups, seed=arguments.get("seed") or 1, identity_provider=provider)
        _add_marker_faults(tenant, faults)
    except (AttributeError, TypeError, ValueError) as error:  # a value of the wrong type
        raise pytest.UsageError(f"pytest.mark.britive: {error}") from None
    request.node.stash[_TENANT_KEY] = tenant
    return tenant


def _add_marker_faults(tenant: Tenant, faults: Any) -> None:
    """Add the faults of a marker: one or several, as strings or arguments of `Faults.add`."""
    from britive_scim.testing.http.fault_options import add_faults

    fault_list = cast(
        "list[str | dict[str, Any]]", [faults] if isinstance(faults, str | Mapping) else faults
    )
    for fault in fault_list:
        if isinstance(fault, str):
            add_faults(tenant.faults, [fault])
        else:
            tenant.faults.add(**fault)


def _get_provider_name(request: pytest.FixtureRequest) -> str:
    name: str = _read_marker_arguments(request).get("identity_provider", _DEFAULT_PROVIDER)
    return name


@pytest.fixture
def admin_client(britive_tenant: Tenant) -> Iterator[AdminClient]:
    """A sync client of the tenant's admin API."""
    with britive_tenant.admin_client() as client:
        yield client


@pytest.fixture
def scim_client(request: pytest.FixtureRequest, britive_tenant: Tenant) -> Iterator[ScimClient]:
    """A sync client of the tenant's SCIM service, with the token of the identity provider `Okta`."""
    with britive_tenant.scim_client(_get_provider_name(request)) as client:
        yield client


@pytest.fixture
def async_admin_client(britive_tenant: Tenant) -> AsyncAdminClient:
    """An async client of the tenant's admin API, which need not be closed."""
    return britive_tenant.async_admin_client()


@pytest.fixture
def async_scim_client(request: pytest.FixtureRequest, britive_tenant: Tenant) -> AsyncScimClient:
    """An async client of the tenant's SCIM service, with the token of `Okta`, which need not be closed."""
    return britive_tenant.async_scim_client(_get_provider_name(request))


@pytest.fixture
def britive_server(
    request: pytest.FixtureRequest, britive_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TenantServer[Tenant]]:
    """The tenant served on this machine, for programs that create their own clients.

    During the test, the environment variables of `from_env()` are set to it.
    """
    with britive_tenant.serve() as server:
        for name, value in server.environment(_get_provider_name(request)).items():
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
    """Return the latest exchanges as text; the last ones and those with an error include bodies."""
    exchanges = tenant.requests[-_MAX_EXCHANGES:]
    omitted = len(tenant.requests) - len(exchanges)
    lines = [f"... {omitted} earlier ones"] if omitted else []
    for number, exchange in enumerate(exchanges):
        with_bodies = (
            number >= len(exchanges) - _MAX_WITH_BODIES
            or exchange.status is None
            or exchange.status >= 400
        )
        lines.append(exchange.format_details() if with_bodies else str(exchange))
    return "\n".join(lines)
