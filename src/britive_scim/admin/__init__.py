"""The Britive language: the objects of the admin API as typed values.

Pure pydantic models; the clients that fetch them are `AdminClient` and `AsyncAdminClient`. Always
write the module: `admin.User` is a Britive user, `scim.User` a SCIM resource; a SCIM Group is an
`admin.Tag`.
"""

from britive_scim.admin.identity_attribute import MANDATORY, IdentityAttribute
from britive_scim.admin.identity_provider import IdentityProvider
from britive_scim.admin.mapping import AttributeMapping, MappingChange
from britive_scim.admin.model import Model
from britive_scim.admin.reading import Unread
from britive_scim.admin.tag import MembershipRule, Tag, TagAttribute, TagIdentityProvider
from britive_scim.admin.token import ApiToken, IdentityToken, ScimToken, Token
from britive_scim.admin.user import AdminRole, User

__all__ = [
    "MANDATORY",
    "AdminRole",
    "ApiToken",
    "AttributeMapping",
    "IdentityAttribute",
    "IdentityProvider",
    "IdentityToken",
    "MappingChange",
    "MembershipRule",
    "Model",
    "ScimToken",
    "Tag",
    "TagAttribute",
    "TagIdentityProvider",
    "Token",
    "Unread",
    "User",
]
