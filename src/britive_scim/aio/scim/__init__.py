"""SCIM client: users, groups, any other resource type, and discovery.

The package exports what the client uses, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.aio.scim.bulk import send_bulk
    from britive_scim.aio.scim.connection_check import check_connection
    from britive_scim.aio.scim.groups import AsyncGroups
    from britive_scim.aio.scim.me import AsyncMe
    from britive_scim.aio.scim.resource_reader import build_pager
    from britive_scim.aio.scim.resources import AsyncResources
    from britive_scim.aio.scim.service_provider import AsyncServiceProvider
    from britive_scim.aio.scim.users import AsyncUsers
    from britive_scim.wire.requests.bulk import BulkReport

__all__ = [
    "AsyncGroups",
    "AsyncMe",
    "AsyncResources",
    "AsyncServiceProvider",
    "AsyncUsers",
    "BulkReport",
    "build_pager",
    "check_connection",
    "send_bulk",
]

_EXPORTS = {
    "britive_scim.aio.scim.bulk": ("send_bulk",),
    "britive_scim.aio.scim.connection_check": ("check_connection",),
    "britive_scim.aio.scim.groups": ("AsyncGroups",),
    "britive_scim.aio.scim.me": ("AsyncMe",),
    "britive_scim.aio.scim.resource_reader": ("build_pager",),
    "britive_scim.aio.scim.resources": ("AsyncResources",),
    "britive_scim.aio.scim.service_provider": ("AsyncServiceProvider",),
    "britive_scim.aio.scim.users": ("AsyncUsers",),
    "britive_scim.wire.requests.bulk": ("BulkReport",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
