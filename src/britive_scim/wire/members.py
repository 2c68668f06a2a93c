"""Several ids given at once: checked, without repetitions, in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.scim.models.group import Member
from britive_scim.wire.operation import HasId, Slot, checked_id
from britive_scim.wire.resource_types import check_kind

__all__ = [
    "CHUNK",
    "Members",
    "Slots",
    "checked_ids",
    "checked_members",
    "checked_slot",
    "chunks",
]

CHUNK = 100
"""Members one request names at most: what servers with a limit take (AWS IAM Identity Center)."""

Slots = Iterable[str] | Iterable[HasId] | Iterable[Slot]
"""Several ids, or objects that have one."""

Members = Slots | Iterable[Member] | Iterable[Mapping[str, Any]]
"""Several ids, objects that have one, or members of a group as they stand in it: `{"value": id}`."""


def checked_members(members: Members) -> tuple[str, ...]:
    """Return the ids of members, each once, in the order given.

    Raises:
        InputError: one where several are asked, or one that cannot be an id.
    """
    given: Any = members
    if _are_several(given):
        given = [_value_of(one) for one in cast("Iterable[object]", given)]
    return checked_ids(given)


def _are_several(given: object) -> bool:
    """Return whether this can be looped over and is not one thing: a text, a mapping, a resource."""
    single = isinstance(given, (str, bytes, Mapping)) or hasattr(given, "id")
    return isinstance(given, Iterable) and not single


def _value_of(member: object) -> Any:
    """Return the id that a member of a group says, or what was given where it is none."""
    if isinstance(member, Mapping):
        entry = cast("Mapping[str, Any]", member)
        return entry.get("value") or entry.get("id") or entry
    return (member.value or member) if isinstance(member, Member) else member


def checked_slot(slot: Slot, place: str) -> str:
    """Return the id in `slot`, for one that is needed before the path it belongs into is made.

    Args:
        slot: an id, or an object that has one.
        place: the path before it, such as `/api/users/`.

    Raises:
        InputError: there is no id, it cannot be one, or the object is of another kind.
    """
    if not isinstance(slot, str):
        check_kind(place.rstrip("/").rpartition("/")[2], slot)
    return checked_id(slot)


def checked_ids(slots: Slots, *, what: str = "members") -> tuple[str, ...]:
    """Return the ids in `slots`, each once, in the order given.

    Args:
        slots: ids or objects that have one.
        what: how the message calls them.

    Raises:
        InputError: one id where several are asked, or one that cannot be an id.
    """
    given: Any = slots
    kind = type(given).__name__
    if isinstance(given, (str, bytes)):
        raise InputError(
            f"{what} takes several ids, and this is a single text; write [{given[:40]!r}]"
        )
    if given is None:
        raise InputError(f"{what} takes several ids or resources, and this is None")
    if hasattr(given, "__aiter__"):
        raise InputError(
            f"{what} takes ids or resources that are there; read this {kind} first: "
            "[one async for one in …]"
        )
    if not _are_several(given):
        raise InputError(f"{what} takes several ids or resources; put this {kind} in a list")
    ids: dict[str, None] = {}
    for position, slot in enumerate(cast("Iterable[Slot]", given)):
        if not isinstance(slot, str):
            check_kind(what, slot)
        ids[checked_id(slot, what=f"an id at position {position} of {what}")] = None
    return tuple(ids)


def chunks(ids: tuple[str, ...], size: int = CHUNK) -> Iterator[tuple[str, ...]]:
    """Yield `ids` in runs of at most `size`."""
    for first in range(0, len(ids), size):
        yield ids[first : first + size]
