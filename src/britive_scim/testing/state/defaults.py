"""What a fresh tenant holds: built-in identity attributes, their mappings, known SCIM attributes.

Documented (docs/identity-attributes, the Okta guide): the seven attributes, that they are built in, and
which five are mandatory. Observed: the mapping of Phone. The six other mappings and the list of known
SCIM attributes are assumptions; see `docs/reference/tenant-assumptions.md`.
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
        name: as Britive spells it.
        scim_name: the SCIM attribute it is mapped from in a fresh identity provider.
        is_mandatory: whether a user cannot be created without it.
        field: the field of the admin API's user object that shows it.
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
"""Of identity attributes."""

PROVIDER_TYPES = ("DEFAULT", "SAML")
"""Of identity providers."""

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
    *(f'emails[type eq "{kind}"].value' for kind in ("work", "home", "other")),
    'phoneNumbers[type eq "work"]',
    *(
        f'phoneNumbers[type eq "{kind}"].value'
        for kind in ("work", "mobile", "home", "fax", "pager", "other")
    ),
    *(
        f'addresses[type eq "{kind}"].{part}'
        for kind in ("work", "home", "other")
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
"""What `GET /identity-providers/scim-attributes` lists: the attributes of Microsoft's Britive tutorial."""
