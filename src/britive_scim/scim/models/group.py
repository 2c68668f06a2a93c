"""Groups, which Britive calls tags."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field

from britive_scim.errors import InputError
from britive_scim.scim import names
from britive_scim.scim.definitions.attribute import (
    CASE_EXACT,
    IMMUTABLE,
    REQUIRED,
    canonical,
    reference,
)
from britive_scim.scim.json_values import is_blank
from britive_scim.scim.models.base import Complex, Resource

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
    """A group, with its members (RFC 7643 §4.2).

    ```python
    scim.Group(display_name="Guides", members=[scim.Member(value=ana.id)])
    scim.Group.of("Guides", members=[ana, "2819c223"])
    ```
    """

    __schema__ = names.GROUP
    __endpoint__ = "/Groups"
    __schema_name__ = "Group"
    __schema_description__ = "Group"

    display_name: Annotated[str | None, REQUIRED] = None
    """A human-readable name for the Group. REQUIRED."""

    members: list[Member] | None = None
    """A list of members of the Group."""

    @classmethod
    def of(
        cls,
        display_name: str,
        *,
        members: Iterable[Member | Resource | str] = (),
        **attributes: Any,
    ) -> Self:
        """Return a group with a name and members.

        Args:
            display_name: its name.
            members: users or groups that have an id, their ids, or members as they are.
            **attributes: further attributes of the class, by their Python names, such as
                `external_id`.

        Raises:
            InputError: the name is blank, or a member has no id: it has not been created yet.
            TypeError: a further attribute that the class does not have.

        Examples:
            >>> Group.of("Guides", members=["2819c223"]).to_wire()["members"]
            [{'value': '2819c223'}]
        """
        for attribute in attributes:
            if attribute not in cls.model_fields:
                raise TypeError(f"{cls.__name__} has no attribute {attribute!r}")
        if is_blank(display_name):
            raise InputError(f"{cls.__name__}.of: a group needs a name, got {display_name!r}")
        if isinstance(members, str):
            raise InputError(f"{cls.__name__}.of: members is a list of users or ids, not one text")
        listed: list[Any] = [
            _to_member(position, member) for position, member in enumerate(members)
        ]
        return cls(display_name=display_name, members=listed or None, **attributes)


def _to_member(position: int, member: object) -> dict[str, Any] | Member:
    """Return a member as a group takes it: a derived class may have a class of its own for them."""
    if isinstance(member, Member):
        return member
    value = member.id if isinstance(member, Resource) else member
    if not isinstance(value, str) or not value:
        raise InputError(
            f"members[{position}] has no id: create it first, and add what the service returned"
            if isinstance(member, Resource)
            else f"members[{position}] is a user, a group, or the id of one, not {member!r}"
        )
    return {"value": value}
