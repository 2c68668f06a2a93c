"""Groups, which Britive calls tags."""

from typing import Annotated

from pydantic import Field

from britive_scim.scim import names
from britive_scim.scim.attribute import (
    CASE_EXACT,
    IMMUTABLE,
    REQUIRED,
    canonical,
    reference,
)
from britive_scim.scim.resource import Complex, Resource

__all__ = ["Group", "Member"]


class Member(Complex):
    """One member of a group: a user, or another group (RFC 7643 §4.2)."""

    value: Annotated[str | None, IMMUTABLE, CASE_EXACT] = None
    """Identifier of the member of this Group."""

    ref: Annotated[str | None, IMMUTABLE, reference("User", "Group")] = Field(
        default=None, validation_alias="$ref", serialization_alias="$ref"
    )
    """The URI corresponding to a SCIM resource that is a member of this Group."""

    type: Annotated[str | None, IMMUTABLE, canonical("User", "Group")] = None
    """A label indicating the type of resource, e.g., 'User' or 'Group'."""

    display: str | None = None
    """A human-readable name for the member, primarily used for display purposes."""


class Group(Resource):
    """A group, with its members (RFC 7643 §4.2)."""

    __schema__ = names.GROUP
    __endpoint__ = "/Groups"
    __schema_name__ = "Group"
    __schema_description__ = "Group"

    display_name: Annotated[str | None, REQUIRED] = None
    """A human-readable name for the Group. REQUIRED."""

    members: list[Member] | None = None
    """A list of members of the Group."""
