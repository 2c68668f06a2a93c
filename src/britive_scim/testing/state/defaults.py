"""Contents of a fresh tenant: built-in identity attributes, their mappings, known SCIM attributes.

Documented (docs/identity-attributes, the Okta guide): the seven built-in attributes, and the five mandatory
ones. Observed: the mapping of Phone. The six other mappings and the list of known SCIM attributes are
assumptions; see `docs/reference/tenant-assumptions.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BUILT_IN_ATTRIBUTES",
    "DATA_TYPES",
    "IDENTITY_TYPES",
    "KNOWN_SCIM_ATTRIBUTES",
    "PROVIDER_TYPES",
    "BuiltInAttribute",
]


@dataclass(frozen=True, slots=True)
class BuiltInAttribute:
    """A built-in identity attribute.

    Attributes:
        name: name in Britive's spelling.
        scim_name: the SCIM attribute it is mapped from by default.
        is_mandatory: whether creating a user requires it.
        field: its field in the user object of the admin API.
    """

    name: str
    scim_name: str
    is_mandatory: bool
    field: str


BUILT_IN_ATTRIBUTES = (
    BuiltInAttribute("Username", "userName", is_mandatory=True, field="username"),
    BuiltInAttribute("Email", 'emails[type eq "work"].value', is_mandatory=True, field="email"),
    BuiltInAttribute("First Name", "name.givenName", is_mandatory=True, field="firstName"),
    BuiltInAttribute("Last Name", "name.familyName", is_mandatory=True, field="lastName"),
    BuiltInAttribute("Status", "active", is_mandatory=True, field="status"),
    BuiltInAttribute(
        "Mobile", 'phoneNumbers[type eq "mobile"].value', is_mandatory=False, field="mobile"
    ),
    BuiltInAttribute("Phone", 'phoneNumbers[type eq "work"]', is_mandatory=False, field="phone"),
)

IDENTITY_TYPES = ("User", "ServiceIdentity", "AIIdentity")

DATA_TYPES = ("String", "Number", "Boolean", "Date")
"""Data types of identity attributes."""

PROVIDER_TYPES = ("DEFAULT", "SAML")
"""Types of identity providers."""

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

KNOWN_SCIM_ATTRIBUTES = (
    "userName",
    "active",
    "displayName",
    "title",
    "externalId",
    "preferredLanguage",
    "name.givenName",
    "name.familyName",
    "nickName",
    "userType",
    "locale",
    "timezone",
    *(f'emails[type eq "{type_}"].value' for type_ in ("work", "home", "other")),
    'phoneNumbers[type eq "work"]',
    *(
        f'phoneNumbers[type eq "{type_}"].value'
        for type_ in ("work", "mobile", "home", "fax", "pager", "other")
    ),
    *(
        f'addresses[type eq "{type_}"].{part}'
        for type_ in ("work", "home", "other")
        for part in (
            "formatted",
            "streetAddress",
            "locality",
            "region",
            "postalCode",
            "country",
        )
    ),
    *(
        f"{_ENTERPRISE}:{name}"
        for name in (
            "employeeNumber",
            "costCenter",
            "organization",
            "division",
            "department",
            "manager",
        )
    ),
)
"""Response of `GET /identity-providers/scim-attributes`: the attributes in Microsoft's Britive tutorial."""
