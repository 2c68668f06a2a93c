# Generated from aio/scim/__init__.py by tools/unasync.py; edit that file instead.
"""SCIM client: users, groups, any other resource type, and discovery.

The package exports what the client uses, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.sync.scim.bulk import send_bulk
    from britive_scim.sync.scim.connection_check import check_connection
    from britive_scim.sync.scim.groups import Groups
    from britive_scim.sync.scim.me import Me
    from britive_scim.sync.scim.resource_reader import build_pager
    from britive_scim.sync.scim.resources import Resources
    from britive_scim.sync.scim.service_provider import ServiceProvider
    from britive_scim.sync.scim.users import Users
    from britive_scim.wire.requests.bulk import BulkReport

__all__ = [
    "Groups",
    "Me",
    "Resources",
    "ServiceProvider",
    "Users",
    "BulkReport",
    "build_pager",
    "check_connection",
    "send_bulk",
]

_EXPORTS = {
    "britive_scim.sync.scim.bulk": ("send_bulk",),
    "britive_scim.sync.scim.connection_check": ("check_connection",),
    "britive_scim.sync.scim.groups": ("Groups",),
    "britive_scim.sync.scim.me": ("Me",),
    "britive_scim.sync.scim.resource_reader": ("build_pager",),
    "britive_scim.sync.scim.resources": ("Resources",),
    "britive_scim.sync.scim.service_provider": ("ServiceProvider",),
    "britive_scim.sync.scim.users": ("Users",),
    "britive_scim.wire.requests.bulk": ("BulkReport",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
