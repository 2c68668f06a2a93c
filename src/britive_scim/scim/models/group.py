"""Group resources (RFC 7643 §4.2), which Britive calls tags."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Self, cast

from pydantic import Field

from britive_scim.errors import InputError
from britive_scim.notebook_text import join_parts
from britive_scim.scim import names
from britive_scim.scim.definitions.attribute import (
    CASE_EXACT,
    IMMUTABLE,
    REQUIRED,
    canonical,
    reference,
)
from britive_scim.scim.json_values import is_blank
from britive_scim.scim.models.base import Complex, Model, Resource
from britive_scim.scim.models.repr import MAX_LINE_WIDTH, Unknown
from britive_scim.tables import shorten

__all__ = ["Group", "Member"]


class Member(Complex):
    """Member of a group: a user, or another group (RFC 7643 §4.2)."""

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

    def _format_for_notebook(self) -> str:
        return shorten(join_parts(self.display, self.value, self.type), MAX_LINE_WIDTH)


class Group(Resource):
    """Group with its members (RFC 7643 §4.2).

    ```python
    scim.Group(display_name="Guides", members=[scim.Member(value=ana.id)])
    scim.Group.of("Guides", members=[ana, "2819c223"])
    ```
    """

    __schema__ = names.GROUP
    __endpoint__ = "/Groups"
    __schema_name__ = "Group"
    __schema_description__ = "Group"
    __none_is_unknown__ = frozenset({"members"})

    display_name: Annotated[str | None, REQUIRED] = None
    """A human-readable name for the Group. REQUIRED."""

    members: list[Member] | None = None
    """A list of members of the Group."""

    def _format_for_notebook(self) -> str:
        count = "members unknown" if self.members is None else f"{len(self.members):,} members"
        return shorten(join_parts(self.display_name or self.id, count), MAX_LINE_WIDTH)

    def _iter_summary(self) -> Iterator[tuple[str | None, Any]]:
        values = dict(self.__repr_args__())
        members = Unknown() if self.members is None else self.members
        first = {"display_name": values.pop("display_name", None), "members": members}
        values.pop("members", None)
        yield from (item for item in (first | values).items() if item[1] is not None)

    @classmethod
    def of(
        cls,
        display_name: str,
        members: Iterable[Member | Resource | str] = (),
        **attributes: Any,
    ) -> Self:
        """Return a group with a name and members.

        Args:
            display_name: the name of the group.
            members: users or groups that have an id, their ids, or `Member` objects. An empty list is a group
                without members, which a replacement or `upsert` empties; `()`, the default, states none.
            **attributes: further attributes of the class, by Python name, such as `external_id`.

        Raises:
            InputError: the name is empty or whitespace, `members` is a single one, or a member has no id
                because it has not been created yet.
            TypeError: the class does not have a further attribute.

        Examples:
            >>> Group.of("Guides", members=["2819c223"]).to_wire()["members"]
            [{'value': '2819c223'}]
        """
        for attribute in attributes:
            if attribute not in cls.model_fields:
                raise TypeError(f"{cls.__name__} has no attribute {attribute!r}")
        if is_blank(display_name):
            raise InputError(f"display_name must be a non-empty string, got {display_name!r}")
        _check_collection(members)
        items: list[Any] = [_to_member(index, member) for index, member in enumerate(members)]
        stated = items if items or members != () else None
        return cls(display_name=display_name, members=stated, **attributes)


def _check_collection(members: Any) -> None:
    """Raise `InputError` if the members are a single one, such as an id, a user or `{"value": id}`."""
    if isinstance(members, str):
        hint = f"a string; write [{members!r}]"
    elif members is None:
        hint = "None; omit it for a group without members"
    elif hasattr(members, "__aiter__"):
        hint = f"{type(members).__name__}; read it first: [item async for item in …]"
    elif (
        isinstance(members, bytes | Mapping | Model)
        or hasattr(members, "id")
        or not isinstance(members, Iterable)
    ):
        hint = f"{type(cast('Any', members)).__name__}; put it in a list"
    else:
        return
    raise InputError(f"members must be an iterable of users, groups or ids, got {hint}")


def _to_member(index: int, member: object) -> dict[str, Any] | Member:
    """Convert a member to a `Member`, or to plain data for the member class of a derived group."""
    if isinstance(member, Member):
        return member
    value = member.id if isinstance(member, Resource) else member
    if not isinstance(value, str) or not value:
        raise InputError(
            f"members[{index}] must have an id; create it first and add the returned resource"
            if isinstance(member, Resource)
            else f"members[{index}] must be a user, a group or an id, got {member!r}"
        )
    return {"value": value}
