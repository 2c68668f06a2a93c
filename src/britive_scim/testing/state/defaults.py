"""What a fresh tenant holds: built-in identity attributes, their mappings, known SCIM attributes.

Documented (docs/identity-attributes, the Okta guide): the seven attributes, that they are built in, and
which five are mandatory. Observed: the mapping of Phone. The six other mappings and the list of known
SCIM attributes are assumptions; see `docs/reference/tenant-assumptions.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BUILT_IN",
    "DATA_TYPES",
    "IDENTITY_TYPES",
    "KNOWN_SCIM_ATTRIBUTES",
    "PROVIDER_TYPES",
    "BuiltIn",
]


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in identity attribute.

    Attributes:
        name: as Britive spells it.
        scim: the SCIM attribute it is mapped from in a fresh identity provider.
        mandatory: whether a user cannot be created without it.
        field: the field of the admin API's user object that shows it.
    """

    name: str
    scim: str
    mandatory: bool
    field: str


BUILT_IN = (
    BuiltIn("Username", "userName", mandatory=True, field="username"),
    BuiltIn("Email", 'emails[type eq "work"].value', mandatory=True, field="email"),
    BuiltIn("First Name", "name.givenName", mandatory=True, field="firstName"),
    BuiltIn("Last Name", "name.familyName", mandatory=True, field="lastName"),
    BuiltIn("Status", "active", mandatory=True, field="status"),
    BuiltIn("Mobile", 'phoneNumbers[type eq "mobile"].value', mandatory=False, field="mobile"),
    BuiltIn("Phone", 'phoneNumbers[type eq "work"]', mandatory=False, field="phone"),
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
