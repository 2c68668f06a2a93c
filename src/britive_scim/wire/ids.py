"""Validation of ids before they become part of a URL or a body."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, cast
from urllib.parse import quote

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.wire.decoding.json_fields import find_lone_surrogate

__all__ = [
    "MAX_MEMBERS_PER_REQUEST",
    "HasId",
    "IdLike",
    "IdLikes",
    "Members",
    "check_resource_type",
    "quote_id",
    "split_into_chunks",
    "validate_id",
    "validate_ids",
    "validate_member_ids",
    "validate_path_id",
]


_MAX_ID_LENGTH = 256
_SAFE_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~-]{0,255}")
_FORBIDDEN_CHARACTER = re.compile(r"[/\\?#%\x00-\x1f\x7f-\x9f]")


class HasId(Protocol):
    """Object with an `id`: a resource or an admin object is accepted wherever its id is."""

    @property
    def id(self) -> str | None:
        """The id assigned by the server, or `None` before creation."""
        ...


IdLike = str | HasId
"""Value of one `{}` of a path template: an id, or an object that has one."""


def validate_id(id_like: IdLike, *, label: str = "id") -> str:
    """Return the id in `id_like`, not encoded.

    Args:
        id_like: an id, or an object that has one.
        label: name of the argument in error messages.

    Raises:
        InputError: there is no id, or it could change the meaning of a URL.
    """
    value: object = id_like if isinstance(id_like, str) else getattr(id_like, "id", id_like)
    if isinstance(value, str) and _SAFE_ID.fullmatch(value):
        return value
    if cast("object", id_like) is None:
        raise InputError(
            f"{label} must be a string or an object with an id, got None; did a find_by_…() return no match?"
        )
    if value is None:
        raise InputError(
            f"{label} must be a string or an object with an id, got a {type(id_like).__name__} without one; create it first, or read "
            "it with its id"
        )
    if not isinstance(value, str):
        raise InputError(
            f"{label} must be a string or an object with an id, got {type(id_like).__name__}"
        )
    if not value or value.isspace():
        raise InputError(f"{label} must be the id of a resource, got an empty string")
    if match := _FORBIDDEN_CHARACTER.search(value):
        raise InputError(
            f"{label} must be one path segment, got {value[:80]!r} with {match.group()!r} at position "
            f"{match.start()}; give the id of a resource"
        )
    if find_lone_surrogate(value) is not None:
        raise InputError(f"{label} must be valid Unicode, got {value[:80]!a} with a lone surrogate")
    # Some servers normalize compatibility characters (U+FF0E, U+2215), cut a segment at its semicolon, or
    # drop trailing spaces and dots, before they resolve dot segments.
    normalized = unicodedata.normalize("NFKC", value)
    if not normalized.partition(";")[0].strip(" ."):
        raise InputError(
            f"{label} must be one path segment, got the dot segment {value[:80]!a}; give the id of a resource"
        )
    if match := _FORBIDDEN_CHARACTER.search(normalized):
        raise InputError(
            f"{label} must be one path segment, got {value[:80]!a}, which servers may normalize to "
            f"{match.group()!r}; give the id of a resource"
        )
    if len(value) > _MAX_ID_LENGTH:
        raise InputError(f"{label} must have at most {_MAX_ID_LENGTH} characters, got {len(value)}")
    return value


def quote_id(id_like: IdLike) -> str:
    """Return the id in `id_like`, percent-encoded as a path segment."""
    return quote(validate_id(id_like), safe="@:!$&'()*+,=~")


_EXPECTED_TYPES = {
    "Users": "User",
    "Groups": "Group",
    "users": "User",
    "requested-memberships": "User",
    "user-tags": "Tag",
    "tags": "Tag",
    "by-tag": "Tag",
    "identity-providers": "IdentityProvider",
    "identity_providers": "IdentityProvider",
    "token": "ApiToken",
    "attributes": "IdentityAttribute",
    "workload-providers": "WorkloadProvider",
}
"""Expected class by the path segment before an id, or by the name of a parameter."""


_TYPE_NAMES = {
    "britive_scim.scim.models.user.User": "User",
    "britive_scim.scim.models.group.Group": "Group",
    "britive_scim.admin.user.User": "User",
    "britive_scim.admin.tag.Tag": "Group",
    "britive_scim.admin.identity_provider.IdentityProvider": "IdentityProvider",
    "britive_scim.admin.identity_attribute.IdentityAttribute": "IdentityAttribute",
    "britive_scim.admin.workload.WorkloadProvider": "WorkloadProvider",
    "britive_scim.admin.token.ApiToken": "ApiToken",
    "britive_scim.admin.token.ScimToken": "ScimToken",
    "britive_scim.admin.token.IdentityToken": "IdentityToken",
}
"""Type name by qualified name of the class, so that no class is imported to look for it.

A user has the same id in both APIs, and a tag is a group.
"""


_EQUIVALENT_TYPES = {"Tag": "Group"}


def check_resource_type(context: str, resource: object) -> None:
    """Check that an object passed as an id has the expected type; unknown classes are accepted.

    Args:
        context: the path segment before the id, such as `Users`, or the name of a parameter.
        resource: the object.

    Raises:
        InputError: the object is of another known class.
    """
    expected = _EXPECTED_TYPES.get(context)
    if expected is None:
        return
    for cls in type(resource).__mro__:
        type_name = _TYPE_NAMES.get(f"{cls.__module__}.{cls.__qualname__}")
        if type_name is not None:
            if type_name != _EQUIVALENT_TYPES.get(expected, expected):
                raise InputError(
                    f"id must be that of {_with_article(expected)}, got {_with_article(cls.__name__)}"
                )
            return


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AI' else 'a'} {name}"


MAX_MEMBERS_PER_REQUEST = 100
"""Maximum members of one request: the lowest documented server limit (AWS IAM Identity Center)."""


IdLikes = Iterable[str] | Iterable[HasId] | Iterable[IdLike]
"""Several ids, or objects that have one."""


Members = IdLikes | Iterable["scim.Member"] | Iterable[Mapping[str, Any]]
"""Several ids, objects that have one, or members of a group: `{"value": id}`.

The quotes leave the class unimported; `get_type_hints` finds it in a module that imports `scim`.
"""


def validate_member_ids(members: Members) -> tuple[str, ...]:
    """Return the ids of members without duplicates, in order.

    Raises:
        InputError: `members` is a single id, or contains an invalid id.
    """
    id_likes: Any = members
    if _is_collection(id_likes):
        id_likes = [_extract_member_id(member) for member in cast("Iterable[object]", id_likes)]
    return validate_ids(id_likes)


def _is_collection(value: object) -> bool:
    """Return whether a value is iterable, but not a string, a mapping, a resource or a pager."""
    single = (
        isinstance(value, (str, bytes, Mapping))
        or hasattr(value, "id")
        or hasattr(value, "__aiter__")
    )
    return isinstance(value, Iterable) and not single


def _extract_member_id(member: object) -> Any:
    """Return the id of a group member, or the value unchanged if it has none."""
    if isinstance(member, Mapping):
        entry = cast("Mapping[str, Any]", member)
        return entry.get("value") or entry.get("id") or entry
    return (member.value or member) if isinstance(member, scim.Member) else member


def validate_path_id(id_like: IdLike, path_prefix: str) -> str:
    """Return the id in `id_like`, not encoded, after checking its type against a path.

    Args:
        id_like: an id, or an object that has one.
        path_prefix: the path before the id, such as `/api/users/`.

    Raises:
        InputError: there is no id, it is invalid, or the object is of another type.
    """
    if not isinstance(id_like, str):
        check_resource_type(path_prefix.rstrip("/").rpartition("/")[2], id_like)
    return validate_id(id_like)


def validate_ids(id_likes: IdLikes, *, label: str = "members") -> tuple[str, ...]:
    """Return the ids in `id_likes` without duplicates, in order.

    Args:
        id_likes: ids or objects that have one.
        label: name of the argument in error messages.

    Raises:
        InputError: `id_likes` is a single id, or contains an invalid id.
    """
    values: Any = id_likes
    type_name = type(values).__name__
    if isinstance(values, (str, bytes)):
        raise InputError(
            f"{label} must be several ids, got a single string; write [{values[:40]!r}]"
        )
    if values is None:
        raise InputError(f"{label} must be several ids or resources, got None")
    if hasattr(values, "__aiter__"):
        raise InputError(
            f"{label} must be ids or resources in memory, got {type_name}; read it first: "
            "[item async for item in …]"
        )
    if not _is_collection(values):
        raise InputError(
            f"{label} must be several ids or resources, got {type_name}; put it in a list"
        )
    ids: dict[str, None] = {}
    for position, id_like in enumerate(cast("Iterable[IdLike]", values)):
        if not isinstance(id_like, str):
            check_resource_type(label, id_like)
        ids[validate_id(id_like, label=f"{label}[{position}]")] = None
    return tuple(ids)


def split_into_chunks(ids: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield `ids` in chunks of at most `MAX_MEMBERS_PER_REQUEST`."""
    for first in range(0, len(ids), MAX_MEMBERS_PER_REQUEST):
        yield ids[first : first + MAX_MEMBERS_PER_REQUEST]
