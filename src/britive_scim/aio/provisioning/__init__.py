"""Set-up of provisioning in a tenant, and the connection that results from it.

The package exports what the client uses, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.aio.provisioning.connection import AsyncConnection
    from britive_scim.aio.provisioning.setup import AsyncProvisioningSetup

__all__ = ["AsyncConnection", "AsyncProvisioningSetup"]

_EXPORTS = {
    "britive_scim.aio.provisioning.connection": ("AsyncConnection",),
    "britive_scim.aio.provisioning.setup": ("AsyncProvisioningSetup",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
