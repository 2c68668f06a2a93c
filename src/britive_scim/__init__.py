"""Britive provisioning from Python: SCIM 2.0, the admin API, and a tenant to try it on.

    from britive_scim import ScimClient, scim

    with ScimClient("https://acme.britive-app.com/api/scim/v2", token) as okta:
        ana = okta.users.create(scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz"))

Two clients, because there are two credentials: `AdminClient` prepares a tenant with an API token,
`ScimClient` pushes users and groups with the SCIM token of one identity provider. Each has an
`Async` twin. The modules `scim`, `admin` and `provisioning` are useful without any client, and
`britive_scim.testing` holds a tenant that lives in the process.

Names are imported when first used, so that `import britive_scim` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from britive_scim._version import __version__ as __version__

if TYPE_CHECKING:
    from britive_scim import admin, errors, provisioning, scim
    from britive_scim.aio.admin.client import AsyncAdminClient
    from britive_scim.aio.scim.client import AsyncScimClient
    from britive_scim.sync.admin.client import AdminClient
    from britive_scim.sync.scim.client import ScimClient
    from britive_scim.wire.retry.policy import RetryPolicy
    from britive_scim.wire.settings import Settings

__all__ = [
    "AdminClient",
    "AsyncAdminClient",
    "AsyncScimClient",
    "RetryPolicy",
    "ScimClient",
    "Settings",
    "admin",
    "errors",
    "provisioning",
    "scim",
]

_HOMES = {
    "AdminClient": "britive_scim.sync.admin.client",
    "AsyncAdminClient": "britive_scim.aio.admin.client",
    "AsyncScimClient": "britive_scim.aio.scim.client",
    "RetryPolicy": "britive_scim.wire.retry.policy",
    "ScimClient": "britive_scim.sync.scim.client",
    "Settings": "britive_scim.wire.settings",
    "admin": "britive_scim.admin",
    "errors": "britive_scim.errors",
    "provisioning": "britive_scim.provisioning",
    "scim": "britive_scim.scim",
}
"""Where each public name lives; a home that ends in the name is the module itself."""


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(home)
    value = module if home.endswith(f".{name}") else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
