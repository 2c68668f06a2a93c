"""Objects of Britive's admin API as pydantic models, without I/O.

`AdminClient` and `AsyncAdminClient` fetch them. Always write the module: `admin.User` is a Britive
user, `scim.User` a SCIM resource; a SCIM Group is an `admin.Tag`.
"""

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.admin.access_request import (
        AccessRequestSettings,
        ManagerApproval,
        NotificationMedium,
    )
    from britive_scim.admin.attribute_mapping import AttributeMapping, MappingChange
    from britive_scim.admin.audit_event import AuditEvent
    from britive_scim.admin.base import Model
    from britive_scim.admin.drift import Difference
    from britive_scim.admin.filter import Condition, where
    from britive_scim.admin.identity_attribute import (
        MANDATORY_ATTRIBUTES,
        AttributeValue,
        IdentityAttribute,
    )
    from britive_scim.admin.identity_provider import IdentityProvider
    from britive_scim.admin.lenient import Unread
    from britive_scim.admin.mfa import MfaRegistration
    from britive_scim.admin.model_list import ModelList
    from britive_scim.admin.password_policy import (
        AccountLockoutPolicy,
        PasswordExpirationPolicy,
        PasswordPolicy,
    )
    from britive_scim.admin.relationship import Relationship
    from britive_scim.admin.tag import MembershipRule, Tag, TagAttribute, TagIdentityProvider
    from britive_scim.admin.tenant_info import Banner, Feature
    from britive_scim.admin.token import ApiToken, IdentityToken, ScimToken, Token
    from britive_scim.admin.token_expiry import ExpiringToken, ExpiringTokens
    from britive_scim.admin.user import AdminRole, User
    from britive_scim.admin.workload import (
        AttributeMap,
        MappedValues,
        ScimUser,
        WorkloadAssignment,
        WorkloadProvider,
    )

__all__ = [
    "MANDATORY_ATTRIBUTES",
    "AccessRequestSettings",
    "AccountLockoutPolicy",
    "AdminRole",
    "ApiToken",
    "AttributeMap",
    "AttributeMapping",
    "AttributeValue",
    "AuditEvent",
    "Banner",
    "Condition",
    "Difference",
    "ExpiringToken",
    "ExpiringTokens",
    "Feature",
    "IdentityAttribute",
    "IdentityProvider",
    "IdentityToken",
    "ManagerApproval",
    "MappedValues",
    "MappingChange",
    "MembershipRule",
    "MfaRegistration",
    "Model",
    "ModelList",
    "NotificationMedium",
    "PasswordExpirationPolicy",
    "PasswordPolicy",
    "Relationship",
    "ScimToken",
    "ScimUser",
    "Tag",
    "TagAttribute",
    "TagIdentityProvider",
    "Token",
    "Unread",
    "User",
    "WorkloadAssignment",
    "WorkloadProvider",
    "where",
]

_EXPORTS = {
    "britive_scim.admin.access_request": (
        "AccessRequestSettings",
        "ManagerApproval",
        "NotificationMedium",
    ),
    "britive_scim.admin.attribute_mapping": ("AttributeMapping", "MappingChange"),
    "britive_scim.admin.audit_event": ("AuditEvent",),
    "britive_scim.admin.base": ("Model",),
    "britive_scim.admin.drift": ("Difference",),
    "britive_scim.admin.filter": ("Condition", "where"),
    "britive_scim.admin.identity_attribute": (
        "MANDATORY_ATTRIBUTES",
        "AttributeValue",
        "IdentityAttribute",
    ),
    "britive_scim.admin.identity_provider": ("IdentityProvider",),
    "britive_scim.admin.lenient": ("Unread",),
    "britive_scim.admin.mfa": ("MfaRegistration",),
    "britive_scim.admin.model_list": ("ModelList",),
    "britive_scim.admin.password_policy": (
        "AccountLockoutPolicy",
        "PasswordExpirationPolicy",
        "PasswordPolicy",
    ),
    "britive_scim.admin.relationship": ("Relationship",),
    "britive_scim.admin.tag": ("MembershipRule", "Tag", "TagAttribute", "TagIdentityProvider"),
    "britive_scim.admin.tenant_info": ("Banner", "Feature"),
    "britive_scim.admin.token": ("ApiToken", "IdentityToken", "ScimToken", "Token"),
    "britive_scim.admin.token_expiry": ("ExpiringToken", "ExpiringTokens"),
    "britive_scim.admin.user": ("AdminRole", "User"),
    "britive_scim.admin.workload": (
        "AttributeMap",
        "MappedValues",
        "ScimUser",
        "WorkloadAssignment",
        "WorkloadProvider",
    ),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
