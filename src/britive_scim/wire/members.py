"""Several ids given at once: checked, without repetitions, in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.scim.models.group import Member
from britive_scim.wire.operation import HasId, IdLike, validate_id
from britive_scim.wire.resource_types import check_resource_type

__all__ = [
    "MAX_MEMBERS_PER_REQUEST",
    "IdLikes",
    "Members",
    "split_into_chunks",
    "validate_ids",
    "validate_member_ids",
    "validate_path_id",
]

MAX_MEMBERS_PER_REQUEST = 100
"""Members one request names at most: what servers with a limit take (AWS IAM Identity Center)."""

IdLikes = Iterable[str] | Iterable[HasId] | Iterable[IdLike]
"""Several ids, or objects that have one."""

Members = IdLikes | Iterable[Member] | Iterable[Mapping[str, Any]]
"""Several ids, objects that have one, or members of a group as they stand in it: `{"value": id}`."""


def validate_member_ids(members: Members) -> tuple[str, ...]:
    """Return the ids of members, each once, in the order given.

    Raises:
        InputError: one where several are asked, or one that cannot be an id.
    """
    given: Any = members
    if _is_collection(given):
        given = [_extract_member_id(one) for one in cast("Iterable[object]", given)]
    return validate_ids(given)


def _is_collection(value: object) -> bool:
    """Return whether this can be looped over and is not one thing: a text, a mapping, a resource."""
    single = isinstance(value, (str, bytes, Mapping)) or hasattr(value, "id")
    return isinstance(value, Iterable) and not single


def _extract_member_id(member: object) -> Any:
    """Return the id that a member of a group says, or what was given where it is none."""
    if isinstance(member, Mapping):
        entry = cast("Mapping[str, Any]", member)
        return entry.get("value") or entry.get("id") or entry
    return (member.value or member) if isinstance(member, Member) else member


def validate_path_id(id_like: IdLike, path_prefix: str) -> str:
    """Return the id in `id_like`, for one that is needed before the path it belongs into is made.

    Args:
        id_like: an id, or an object that has one.
        path_prefix: the path before it, such as `/api/users/`.

    Raises:
        InputError: there is no id, it cannot be one, or the object is of another kind.
    """
    if not isinstance(id_like, str):
        check_resource_type(path_prefix.rstrip("/").rpartition("/")[2], id_like)
    return validate_id(id_like)


def validate_ids(id_likes: IdLikes, *, label: str = "members") -> tuple[str, ...]:
    """Return the ids in `id_likes`, each once, in the order given.

    Args:
        id_likes: ids or objects that have one.
        label: how the message calls them.

    Raises:
        InputError: one id where several are asked, or one that cannot be an id.
    """
    given: Any = id_likes
    kind = type(given).__name__
    if isinstance(given, (str, bytes)):
        raise InputError(
            f"{label} takes several ids, and this is a single text; write [{given[:40]!r}]"
        )
    if given is None:
        raise InputError(f"{label} takes several ids or resources, and this is None")
    if hasattr(given, "__aiter__"):
        raise InputError(
            f"{label} takes ids or resources that are there; read this {kind} first: "
            "[one async for one in …]"
        )
    if not _is_collection(given):
        raise InputError(f"{label} takes several ids or resources; put this {kind} in a list")
    ids: dict[str, None] = {}
    for position, slot in enumerate(cast("Iterable[IdLike]", given)):
        if not isinstance(slot, str):
            check_resource_type(label, slot)
        ids[validate_id(slot, label=f"an id at position {position} of {label}")] = None
    return tuple(ids)


def split_into_chunks(
    ids: tuple[str, ...], size: int = MAX_MEMBERS_PER_REQUEST
) -> Iterator[tuple[str, ...]]:
    """Yield `ids` in runs of at most `size`."""
    for first in range(0, len(ids), size):
        yield ids[first : first + size]
