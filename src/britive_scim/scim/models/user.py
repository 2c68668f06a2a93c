"""User resources (RFC 7643 §4.1), the enterprise extension, and Britive's open custom extension."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Generic, Self, cast

from pydantic import Field
from typing_extensions import TypeVar

from britive_scim.errors import InputError
from britive_scim.notebook_text import join_parts
from britive_scim.scim import names
from britive_scim.scim.definitions.attribute import (
    CASE_EXACT,
    NEVER_RETURNED,
    READ_ONLY,
    REQUIRED,
    UNIQUE_ON_SERVER,
    WRITE_ONLY,
    reference,
)
from britive_scim.scim.json_values import is_blank
from britive_scim.scim.models.argument_hints import suggest_argument
from britive_scim.scim.models.base import Complex, Extension, Resource
from britive_scim.scim.models.extensions import extension
from britive_scim.scim.models.repr import MAX_LINE_WIDTH
from britive_scim.scim.models.user_parts import (
    Address,
    Email,
    Entitlement,
    InstantMessaging,
    Manager,
    Name,
    PhoneNumber,
    Photo,
    Role,
    UserGroup,
    X509Certificate,
)
from britive_scim.tables import shorten

__all__ = ["CustomUser", "EnterpriseUser", "User"]


class EnterpriseUser(Extension):
    """Enterprise extension of users (RFC 7643 §4.3)."""

    __schema__ = names.ENTERPRISE_USER
    __schema_name__ = "EnterpriseUser"
    __schema_description__ = "Enterprise User"

    employee_number: str | None = None
    """Numeric or alphanumeric identifier assigned to a person, typically based on order of hire or
    association with an organization."""

    cost_center: str | None = None
    """Identifies the name of a cost center."""

    organization: str | None = None
    """Identifies the name of an organization."""

    division: str | None = None
    """Identifies the name of a division."""

    department: str | None = None
    """Identifies the name of a department."""

    manager: Manager | None = None
    """The User's manager.  A complex type that optionally allows service providers to represent
    organizational hierarchy by referencing the 'id' attribute of another User."""


class CustomUser(Extension):
    """Extension with the identity attributes that a Britive tenant defines; open for any attribute.

    Attributes have the names that the tenant gives them. They are sent unchanged, and neither names nor types are
    checked: `CustomUser(cost_code="R-17")` sends `cost_code`.

    ```python
    user.custom = scim.CustomUser(costCode="R-17")
    user.custom.costCode
    ```

    A derived class declares Python names and types of some attributes, and accepts further ones. A class derived
    from `Extension` does the same as `custom` of `User[...]`. For that class, type checkers report undeclared
    names.
    """

    __schema__ = names.CUSTOM_USER

    if TYPE_CHECKING:  # checkers accept any attribute

        def __init__(self, **attributes: Any) -> None: ...

        def __getattr__(self, name: str) -> Any: ...


M = TypeVar("M", bound=Complex)


def _to_model(model: type[M], value: Any) -> M:
    """Convert plain data that was assigned instead of a model; return a model unchanged."""
    return model.model_validate(value) if isinstance(value, dict) else cast("M", value)


C = TypeVar("C", bound=Extension, default=CustomUser)


class User(Resource, Generic[C]):
    """User (RFC 7643 §4.1).

    `User[AcmeAttributes]` declares the type of `custom`; in `User` its names and types are not checked.
    """

    __schema__ = names.USER
    __endpoint__ = "/Users"
    __schema_name__ = "User"
    __schema_description__ = "User Account"

    user_name: Annotated[str | None, REQUIRED, UNIQUE_ON_SERVER] = None
    """Unique identifier for the User, typically used by the user to directly authenticate to the
    service provider. Each User MUST include a non-empty userName value.  This identifier MUST be
    unique across the service provider's entire set of Users. REQUIRED."""

    name: Name | None = None
    """The components of the user's real name. Providers MAY return just the full name as a single
    string in the formatted sub-attribute, or they MAY return just the individual component attributes
    using the other sub-attributes, or they MAY return both.  If both variants are returned, they
    SHOULD be describing the same name, with the formatted name indicating how the component
    attributes should be combined."""

    display_name: str | None = None
    """The name of the User, suitable for display to end-users.  The name SHOULD be the full name of
    the User being described, if known."""

    nick_name: str | None = None
    """The casual way to address the user in real life, e.g., 'Bob' or 'Bobby' instead of
    'Robert'.  This attribute SHOULD NOT be used to represent a User's username (e.g., 'bjensen' or
    'mpepperidge')."""

    profile_url: Annotated[str | None, reference("external")] = None
    """A fully qualified URL pointing to a page representing the User's online profile."""

    title: str | None = None
    """The user's title, such as "Vice President." """

    user_type: str | None = None
    """Used to identify the relationship between the organization and the user.  Typical values used
    might be 'Contractor', 'Employee', 'Intern', 'Temp', 'External', and 'Unknown', but any value may
    be used."""

    preferred_language: str | None = None
    """Indicates the User's preferred written or spoken language.  Generally used for selecting a
    localized user interface; e.g., 'en_US' specifies the language English and country US."""

    locale: str | None = None
    """Used to indicate the User's default location for purposes of localizing items such as currency,
    date time format, or numerical representations."""

    timezone: str | None = None
    """The User's time zone in the 'Olson' time zone database format, e.g., 'America/Los_Angeles'."""

    active: bool | None = None
    """A Boolean value indicating the User's administrative status."""

    password: Annotated[str | None, WRITE_ONLY, NEVER_RETURNED, CASE_EXACT] = None
    """The User's cleartext password.  This attribute is intended to be used as a means to specify an
    initial password when creating a new User or to reset an existing User's password."""

    emails: list[Email] | None = None
    """Email addresses for the user.  The value SHOULD be canonicalized by the service provider, e.g.,
    'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home',
    and 'other'."""

    phone_numbers: list[PhoneNumber] | None = None
    """Phone numbers for the User.  The value SHOULD be canonicalized by the service provider according
    to the format specified in RFC 3966, e.g., 'tel:+1-201-555-0123'. Canonical type values of 'work',
    'home', 'mobile', 'fax', 'pager', and 'other'."""

    ims: list[InstantMessaging] | None = None
    """Instant messaging addresses for the User."""

    photos: list[Photo] | None = None
    """URLs of photos of the User."""

    addresses: list[Address] | None = None
    """A physical mailing address for this User. Canonical type values of 'work', 'home', and
    'other'.  This attribute is a complex type with the following sub-attributes."""

    groups: Annotated[list[UserGroup] | None, READ_ONLY] = None
    """A list of groups to which the user belongs, either through direct membership, through nested
    groups, or dynamically calculated."""

    entitlements: list[Entitlement] | None = None
    """A list of entitlements for the User that represent a thing the User has."""

    roles: list[Role] | None = None
    """A list of roles for the User that collectively represent who the User is, e.g., 'Student',
    'Faculty'."""

    x509_certificates: list[X509Certificate] | None = Field(
        default=None, validation_alias="x509Certificates", serialization_alias="x509Certificates"
    )
    """A list of certificates issued to the User."""

    enterprise: EnterpriseUser | None = extension(names.ENTERPRISE_USER)
    """Enterprise extension: employee number, department, manager and others."""

    custom: C | None = extension(names.CUSTOM_USER)
    """Identity attributes that the tenant defines; `User[AcmeAttributes]` declares their types."""

    @classmethod
    def of(
        cls,
        *,
        email: str,
        given_name: str,
        family_name: str,
        user_name: str | None = None,
        active: bool = True,
        **attributes: Any,
    ) -> Self:
        """Return a user with the five attributes that Britive requires.

        They are Status (`active`), Email (the primary work address), First Name, Last Name and
        Username.

        Args:
            email: the primary work address.
            given_name: first name.
            family_name: last name.
            user_name: the name to sign in with; the e-mail address by default.
            active: whether the user may sign in.
            **attributes: further attributes of the class, by Python name, such as `external_id`,
                `display_name`, `enterprise`.

        Raises:
            InputError: one of the five is missing or whitespace.
            TypeError: the class does not have a further attribute; the message says where it belongs.

        Examples:
            >>> User.of(email="ada@example.com", given_name="Ada", family_name="Byron").user_name
            'ada@example.com'
        """
        for attribute in attributes:
            if attribute not in cls.model_fields:
                hint = suggest_argument(cls, attribute) or (
                    "write custom=CustomUser(...) for attributes that the tenant defines"
                )
                raise TypeError(f"{cls.__name__} has no attribute {attribute!r}; {hint}")
        user_name = email if user_name is None else user_name
        for name, value in (
            ("email", email),
            ("given_name", given_name),
            ("family_name", family_name),
            ("user_name", user_name),
        ):
            if is_blank(value):
                raise InputError(
                    f"{name} must be a non-empty string, since Britive requires it, got {value!r};"
                    f" use {cls.__name__}(...) for a user without it"
                )
        if not isinstance(active, bool):
            raise InputError(f"active must be True or False, got {active!r}")
        # Plain data, because a derived class may have other classes for these attributes.
        required: dict[str, Any] = {
            "user_name": user_name,
            "name": {"given_name": given_name, "family_name": family_name},
            "emails": [{"value": email, "type": "work", "primary": True}],
        }
        return cls(active=active, **{**required, **attributes})

    @property
    def primary_email(self) -> str | None:
        """The primary e-mail address, else the first work address, else the first one, or `None`."""
        emails = [_to_model(Email, email) for email in self.emails or ()]
        addresses = [email for email in emails if email.value]
        primary = [email for email in addresses if email.primary]
        work = [email for email in addresses if (email.type or "").casefold() == "work"]
        chosen = primary or work or addresses
        return chosen[0].value if chosen else None

    @property
    def full_name(self) -> str | None:
        """The formatted name, else the given, middle and family name, else the display name, or `None`."""
        name = _to_model(Name, self.name or Name())
        if name.formatted:
            return name.formatted
        parts = (name.given_name, name.middle_name, name.family_name)
        return " ".join(part for part in parts if part) or self.display_name or None

    def _format_for_notebook(self) -> str:
        values = dict(self._iter_summary())
        active = None if self.active is None else "active" if self.active else "inactive"
        line = join_parts(*(values.get(name) for name in ("user_name", "full_name")), active)
        return shorten(line or repr(self), MAX_LINE_WIDTH)

    def _iter_summary(self) -> Iterator[tuple[str | None, Any]]:
        values = dict(self.__repr_args__())
        try:
            full_name = self.full_name
        except (AttributeError, TypeError, ValueError):  # an assigned value may be invalid
            full_name = None
        if full_name:
            values |= {"name": None, "full_name": full_name}
            if values.get("display_name") == full_name:
                values["display_name"] = None
        first = {name: values.pop(name, None) for name in ("user_name", "full_name", "active")}
        yield from (item for item in (first | values).items() if item[1] is not None)
