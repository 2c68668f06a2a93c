"""Groups, which Britive calls tags."""

from typing import Annotated

from pydantic import Field

from britive_scim.scim import names
from britive_scim.scim.attribute import (
    ALWAYS_RETURNED,
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
    """Group"""  # noqa: D400, D415 - the schema's own description, word by word

    __schema__ = names.GROUP

    schemas: Annotated[list[str], REQUIRED, CASE_EXACT, ALWAYS_RETURNED] = [names.GROUP]
    """URNs of the schemas and extensions in use; kept in step by `to_wire`."""

    display_name: Annotated[str | None, REQUIRED] = None
    """A human-readable name for the Group. REQUIRED."""

    members: list[Member] | None = None
    """A list of members of the Group."""
