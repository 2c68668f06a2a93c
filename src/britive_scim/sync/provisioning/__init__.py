# Generated from aio/provisioning/__init__.py by tools/unasync.py; edit that file instead.
"""Set-up of provisioning in a tenant, and the connection that results from it.

The package exports what the client uses, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.sync.provisioning.connection import Connection
    from britive_scim.sync.provisioning.setup import ProvisioningSetup

__all__ = ["Connection", "ProvisioningSetup"]

_EXPORTS = {
    "britive_scim.sync.provisioning.connection": ("Connection",),
    "britive_scim.sync.provisioning.setup": ("ProvisioningSetup",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
