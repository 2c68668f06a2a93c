"""Client of the admin API: one resource per file.

The package exports what the client uses, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.aio.admin.access_requests import AsyncAccessRequests
    from britive_scim.aio.admin.api_tokens import AsyncApiTokens
    from britive_scim.aio.admin.audit_logs import AsyncAuditLogs
    from britive_scim.aio.admin.expiring_tokens import list_expiring_tokens
    from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
    from britive_scim.aio.admin.identity_providers import AsyncIdentityProviders
    from britive_scim.aio.admin.mfa import AsyncMfa
    from britive_scim.aio.admin.my_tags import AsyncMyTags
    from britive_scim.aio.admin.pagination import build_auto_pager
    from britive_scim.aio.admin.service_identities import AsyncServiceIdentities
    from britive_scim.aio.admin.tags import AsyncTags
    from britive_scim.aio.admin.users import AsyncAdminUsers
    from britive_scim.aio.admin.workload import AsyncWorkload

__all__ = [
    "AsyncAccessRequests",
    "AsyncAdminUsers",
    "AsyncApiTokens",
    "AsyncAuditLogs",
    "AsyncIdentityAttributes",
    "AsyncIdentityProviders",
    "AsyncMfa",
    "AsyncMyTags",
    "AsyncServiceIdentities",
    "AsyncTags",
    "AsyncWorkload",
    "build_auto_pager",
    "list_expiring_tokens",
]

_EXPORTS = {
    "britive_scim.aio.admin.access_requests": ("AsyncAccessRequests",),
    "britive_scim.aio.admin.api_tokens": ("AsyncApiTokens",),
    "britive_scim.aio.admin.audit_logs": ("AsyncAuditLogs",),
    "britive_scim.aio.admin.expiring_tokens": ("list_expiring_tokens",),
    "britive_scim.aio.admin.identity_attributes": ("AsyncIdentityAttributes",),
    "britive_scim.aio.admin.identity_providers": ("AsyncIdentityProviders",),
    "britive_scim.aio.admin.mfa": ("AsyncMfa",),
    "britive_scim.aio.admin.my_tags": ("AsyncMyTags",),
    "britive_scim.aio.admin.pagination": ("build_auto_pager",),
    "britive_scim.aio.admin.service_identities": ("AsyncServiceIdentities",),
    "britive_scim.aio.admin.tags": ("AsyncTags",),
    "britive_scim.aio.admin.users": ("AsyncAdminUsers",),
    "britive_scim.aio.admin.workload": ("AsyncWorkload",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
