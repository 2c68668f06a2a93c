"""Complex attributes of a User (RFC 7643 §4.1, §4.3)."""

from typing import Annotated

from pydantic import Field

from britive_scim.scim.definitions.attribute import (
    BINARY,
    CASE_EXACT,
    READ_ONLY,
    canonical,
    reference,
)
from britive_scim.scim.models.base import Complex

__all__ = [
    "Address",
    "Email",
    "Entitlement",
    "InstantMessaging",
    "Manager",
    "Name",
    "PhoneNumber",
    "Photo",
    "Role",
    "UserGroup",
    "X509Certificate",
]


class Name(Complex):
    """The components of a user's real name (RFC 7643 §4.1.1)."""

    formatted: str | None = None
    """The full name, including all middle names, titles, and suffixes as appropriate, formatted for
    display (e.g., 'Ms. Barbara J Jensen, III')."""

    family_name: str | None = None
    """The family name of the User, or last name in most Western languages (e.g., 'Jensen' given the
    full name 'Ms. Barbara J Jensen, III')."""

    given_name: str | None = None
    """The given name of the User, or first name in most Western languages (e.g., 'Barbara' given the
    full name 'Ms. Barbara J Jensen, III')."""

    middle_name: str | None = None
    """The middle name(s) of the User (e.g., 'Jane' given the full name 'Ms. Barbara J Jensen, III')."""

    honorific_prefix: str | None = None
    """The honorific prefix(es) of the User, or title in most Western languages (e.g., 'Ms.' given the
    full name 'Ms. Barbara J Jensen, III')."""

    honorific_suffix: str | None = None
    """The honorific suffix(es) of the User, or suffix in most Western languages (e.g., 'III' given the
    full name 'Ms. Barbara J Jensen, III')."""


class Email(Complex):
    """E-mail address of a user (RFC 7643 §4.1.2)."""

    value: str | None = None
    """Email addresses for the user.  The value SHOULD be canonicalized by the service provider, e.g.,
    'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home',
    and 'other'."""

    display: str | None = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: Annotated[str | None, canonical("work", "home", "other")] = None
    """A label indicating the attribute's function, e.g., 'work' or 'home'."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g.,
    the preferred mailing address or primary email address.  The primary attribute value 'true' MUST
    appear no more than once."""


class PhoneNumber(Complex):
    """Phone number of a user (RFC 7643 §4.1.2)."""

    value: str | None = None
    """Phone number of the User."""

    display: str | None = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: Annotated[str | None, canonical("work", "home", "mobile", "fax", "pager", "other")] = None
    """A label indicating the attribute's function, e.g., 'work', 'home', 'mobile'."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g.,
    the preferred phone number or primary phone number.  The primary attribute value 'true' MUST
    appear no more than once."""


class InstantMessaging(Complex):
    """Instant messaging address of a user (RFC 7643 §4.1.2)."""

    value: str | None = None
    """Instant messaging address for the User."""

    display: str | None = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: Annotated[
        str | None,
        canonical("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo", "other"),
    ] = None
    """A label indicating the attribute's function, e.g., 'aim', 'gtalk', 'xmpp'."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g.,
    the preferred messenger or primary messenger.  The primary attribute value 'true' MUST appear no
    more than once."""


class Photo(Complex):
    """One photo of a user, by its URL (RFC 7643 §4.1.2)."""

    value: Annotated[str | None, reference("external")] = None
    """URL of a photo of the User."""

    display: str | None = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: Annotated[str | None, canonical("photo", "thumbnail")] = None
    """A label indicating the attribute's function, i.e., 'photo' or 'thumbnail'."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g.,
    the preferred photo or thumbnail.  The primary attribute value 'true' MUST appear no more than
    once."""


class Address(Complex):
    """One mailing address of a user (RFC 7643 §4.1.2); it has no `value`."""

    formatted: str | None = None
    """The full mailing address, formatted for display or use with a mailing label.  This attribute MAY
    contain newlines."""

    street_address: str | None = None
    """The full street address component, which may include house number, street name, P.O. box, and
    multi-line extended street address information.  This attribute MAY contain newlines."""

    locality: str | None = None
    """The city or locality component."""

    region: str | None = None
    """The state or region component."""

    postal_code: str | None = None
    """The zip code or postal code component."""

    country: str | None = None
    """The country name component."""

    type: Annotated[str | None, canonical("work", "home", "other")] = None
    """A label indicating the attribute's function, e.g., 'work' or 'home'."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g.,
    the preferred mailing address or primary email address.  The primary attribute value 'true' MUST
    appear no more than once."""


class UserGroup(Complex):
    """Group that a user belongs to; changed only through the group (RFC 7643 §4.1.2)."""

    value: Annotated[str | None, READ_ONLY, CASE_EXACT] = None
    """The identifier of the User's group."""

    ref: Annotated[str | None, READ_ONLY, reference("Group")] = Field(
        default=None, validation_alias="$ref", serialization_alias="$ref"
    )
    """The URI of the corresponding 'Group' resource to which the user belongs."""

    display: Annotated[str | None, READ_ONLY] = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: Annotated[str | None, READ_ONLY, canonical("direct", "indirect")] = None
    """A label indicating the attribute's function, e.g., 'direct' or 'indirect'."""


class Entitlement(Complex):
    """Entitlement of a user (RFC 7643 §4.1.2)."""

    value: str | None = None
    """The value of an entitlement."""

    display: str | None = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: str | None = None
    """A label indicating the attribute's function."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The
    primary attribute value 'true' MUST appear no more than once."""


class Role(Complex):
    """Role of a user (RFC 7643 §4.1.2)."""

    value: str | None = None
    """The value of a role."""

    display: str | None = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: str | None = None
    """A label indicating the attribute's function."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The
    primary attribute value 'true' MUST appear no more than once."""


class X509Certificate(Complex):
    """Certificate of a user (RFC 7643 §4.1.2)."""

    value: Annotated[str | None, BINARY] = None
    """The value of an X.509 certificate."""

    display: str | None = None
    """A human-readable name, primarily used for display purposes.  READ-ONLY."""

    type: str | None = None
    """A label indicating the attribute's function."""

    primary: bool | None = None
    """A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The
    primary attribute value 'true' MUST appear no more than once."""


class Manager(Complex):
    """Manager of a user (RFC 7643 §4.3)."""

    value: Annotated[str | None, CASE_EXACT] = None
    """The id of the SCIM resource representing the User's manager.  REQUIRED."""

    ref: Annotated[str | None, reference("User")] = Field(
        default=None, validation_alias="$ref", serialization_alias="$ref"
    )
    """The URI of the SCIM resource representing the User's manager.  REQUIRED."""

    display_name: Annotated[str | None, READ_ONLY] = None
    """The displayName of the User's manager. OPTIONAL and READ-ONLY."""
