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

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily
from britive_scim._version import __version__ as __version__

if TYPE_CHECKING:
    from britive_scim import admin, charts, errors, provisioning, scim
    from britive_scim.aio.admin.client import AsyncAdminClient
    from britive_scim.aio.pager import AsyncPager
    from britive_scim.aio.provisioning.connection import AsyncConnection
    from britive_scim.aio.scim.client import AsyncScimClient
    from britive_scim.aio.scim.groups import AsyncGroups
    from britive_scim.aio.scim.resources import AsyncResources
    from britive_scim.aio.scim.users import AsyncUsers
    from britive_scim.errors import BritiveScimError
    from britive_scim.sync.admin.client import AdminClient
    from britive_scim.sync.pager import Pager
    from britive_scim.sync.provisioning.connection import Connection
    from britive_scim.sync.scim.client import ScimClient
    from britive_scim.sync.scim.groups import Groups
    from britive_scim.sync.scim.resources import Resources
    from britive_scim.sync.scim.users import Users
    from britive_scim.wire.operation import Operation
    from britive_scim.wire.paging.index import Page
    from britive_scim.wire.requests.bulk import BulkReport
    from britive_scim.wire.response import Response
    from britive_scim.wire.retry.policy import RetryPolicy
    from britive_scim.wire.settings import Settings
    from britive_scim.wire.tooling.operation_index import OperationInfo

__all__ = [
    "AdminClient",
    "AsyncAdminClient",
    "AsyncConnection",
    "AsyncGroups",
    "AsyncPager",
    "AsyncResources",
    "AsyncScimClient",
    "AsyncUsers",
    "BritiveScimError",
    "BulkReport",
    "Connection",
    "Groups",
    "Operation",
    "OperationInfo",
    "Page",
    "Pager",
    "Resources",
    "Response",
    "RetryPolicy",
    "ScimClient",
    "Settings",
    "Users",
    "admin",
    "charts",
    "errors",
    "provisioning",
    "scim",
]

_EXPORTS = {
    "britive_scim": ("admin", "charts", "errors", "provisioning", "scim"),
    "britive_scim.aio.admin.client": ("AsyncAdminClient",),
    "britive_scim.aio.pager": ("AsyncPager",),
    "britive_scim.aio.provisioning.connection": ("AsyncConnection",),
    "britive_scim.aio.scim.client": ("AsyncScimClient",),
    "britive_scim.aio.scim.groups": ("AsyncGroups",),
    "britive_scim.aio.scim.resources": ("AsyncResources",),
    "britive_scim.aio.scim.users": ("AsyncUsers",),
    "britive_scim.errors": ("BritiveScimError",),
    "britive_scim.sync.admin.client": ("AdminClient",),
    "britive_scim.sync.pager": ("Pager",),
    "britive_scim.sync.provisioning.connection": ("Connection",),
    "britive_scim.sync.scim.client": ("ScimClient",),
    "britive_scim.sync.scim.groups": ("Groups",),
    "britive_scim.sync.scim.resources": ("Resources",),
    "britive_scim.sync.scim.users": ("Users",),
    "britive_scim.wire.operation": ("Operation",),
    "britive_scim.wire.paging.index": ("Page",),
    "britive_scim.wire.requests.bulk": ("BulkReport",),
    "britive_scim.wire.response": ("Response",),
    "britive_scim.wire.retry.policy": ("RetryPolicy",),
    "britive_scim.wire.settings": ("Settings",),
    "britive_scim.wire.tooling.operation_index": ("OperationInfo",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
