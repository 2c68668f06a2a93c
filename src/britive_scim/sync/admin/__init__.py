# Generated from aio/admin/__init__.py by tools/unasync.py; edit that file instead.
"""Client of the admin API: one resource per file.

The package exports what the client uses, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.sync.admin.access_requests import AccessRequests
    from britive_scim.sync.admin.api_tokens import ApiTokens
    from britive_scim.sync.admin.audit_logs import AuditLogs
    from britive_scim.sync.admin.expiring_tokens import list_expiring_tokens
    from britive_scim.sync.admin.identity_attributes import IdentityAttributes
    from britive_scim.sync.admin.identity_providers import IdentityProviders
    from britive_scim.sync.admin.mfa import Mfa
    from britive_scim.sync.admin.my_tags import MyTags
    from britive_scim.sync.admin.pagination import build_auto_pager
    from britive_scim.sync.admin.service_identities import ServiceIdentities
    from britive_scim.sync.admin.tags import Tags
    from britive_scim.sync.admin.users import AdminUsers
    from britive_scim.sync.admin.workload import Workload

__all__ = [
    "AccessRequests",
    "AdminUsers",
    "ApiTokens",
    "AuditLogs",
    "IdentityAttributes",
    "IdentityProviders",
    "Mfa",
    "MyTags",
    "ServiceIdentities",
    "Tags",
    "Workload",
    "build_auto_pager",
    "list_expiring_tokens",
]

_EXPORTS = {
    "britive_scim.sync.admin.access_requests": ("AccessRequests",),
    "britive_scim.sync.admin.api_tokens": ("ApiTokens",),
    "britive_scim.sync.admin.audit_logs": ("AuditLogs",),
    "britive_scim.sync.admin.expiring_tokens": ("list_expiring_tokens",),
    "britive_scim.sync.admin.identity_attributes": ("IdentityAttributes",),
    "britive_scim.sync.admin.identity_providers": ("IdentityProviders",),
    "britive_scim.sync.admin.mfa": ("Mfa",),
    "britive_scim.sync.admin.my_tags": ("MyTags",),
    "britive_scim.sync.admin.pagination": ("build_auto_pager",),
    "britive_scim.sync.admin.service_identities": ("ServiceIdentities",),
    "britive_scim.sync.admin.tags": ("Tags",),
    "britive_scim.sync.admin.users": ("AdminUsers",),
    "britive_scim.sync.admin.workload": ("Workload",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
