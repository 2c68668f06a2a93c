"""Description of a client and its server: operation index and connection report.

The package exports what the clients use, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.wire.tooling.connection_report import (
        ConnectionReport,
        ProviderCapabilities,
        read_capabilities,
    )
    from britive_scim.wire.tooling.operation_index import OperationInfo, list_operations

__all__ = [
    "ConnectionReport",
    "OperationInfo",
    "ProviderCapabilities",
    "list_operations",
    "read_capabilities",
]

_EXPORTS = {
    "britive_scim.wire.tooling.connection_report": (
        "ConnectionReport",
        "ProviderCapabilities",
        "read_capabilities",
    ),
    "britive_scim.wire.tooling.operation_index": ("OperationInfo", "list_operations"),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
