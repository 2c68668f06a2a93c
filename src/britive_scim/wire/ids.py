"""Check ids before they become part of a URL or a body."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, cast
from urllib.parse import quote

from britive_scim import admin, scim
from britive_scim.errors import InputError
from britive_scim.scim.models.group import Member
from britive_scim.wire.decoding.json_fields import find_lone_surrogate

__all__ = [
    "MAX_MEMBERS_PER_REQUEST",
    "HasId",
    "IdLike",
    "IdLikes",
    "Members",
    "_quote_id",
    "check_resource_type",
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
    """Anything with an `id`: a resource or an admin object may stand wherever its id is asked."""

    @property
    def id(self) -> str | None:
        """The id given by the server, or `None` where the object was not created yet."""
        ...


IdLike = str | HasId
"""What fills one `{}` of a template: an id, or an object that has one."""


def validate_id(id_like: IdLike, *, label: str = "an id") -> str:
    """Return the id in `id_like`, not encoded.

    Args:
        id_like: an id, or an object that has one.
        label: how the message calls it.

    Raises:
        InputError: there is no id, or it could change the meaning of a URL.
    """
    value: object = id_like if isinstance(id_like, str) else getattr(id_like, "id", id_like)
    if isinstance(value, str) and _SAFE_ID.fullmatch(value):
        return value
    if cast("object", id_like) is None:
        raise InputError(f"{label} is asked, and this is None: did a find_by_… return it?")
    if value is None:
        raise InputError(
            f"{label} is asked, and this {type(id_like).__name__} has none: it was not created yet, "
            "or was read without its id"
        )
    if not isinstance(value, str):
        raise InputError(
            f"{label} must be a text or an object with an id, not {type(id_like).__name__}"
        )
    if not value or value.isspace():
        raise InputError(f"{label} is asked, and this one is empty")
    if found := _FORBIDDEN_CHARACTER.search(value):
        raise InputError(
            f"{value[:80]!r} cannot be an id: it holds {found.group()!r} at position {found.start()}"
        )
    if find_lone_surrogate(value) is not None:
        raise InputError(f"{value[:80]!a} cannot be an id: it holds half of a surrogate pair")
    # Some servers take compatibility forms for the plain characters (U+FF0E, U+2215), cut a segment at its
    # semicolon, or drop blanks and dots at its end, before they look for steps upwards.
    plain = unicodedata.normalize("NFKC", value)
    if not plain.partition(";")[0].strip(" ."):
        raise InputError(f"{value[:80]!a} cannot be an id: in a URL it names another place")
    if found := _FORBIDDEN_CHARACTER.search(plain):
        raise InputError(
            f"{value[:80]!a} cannot be an id: servers may take it for one with {found.group()!r} in it"
        )
    if len(value) > _MAX_ID_LENGTH:
        raise InputError(f"{label} has at most {_MAX_ID_LENGTH} characters, this one {len(value)}")
    return value


def _quote_id(id_like: IdLike) -> str:
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
"""By the part of a path before an id, or the name of a parameter: the class whose id is asked."""


_TYPE_NAMES: dict[type, str] = {
    scim.User: "User",
    scim.Group: "Group",
    admin.User: "User",
    admin.Tag: "Group",
    admin.IdentityProvider: "IdentityProvider",
    admin.IdentityAttribute: "IdentityAttribute",
    admin.WorkloadProvider: "WorkloadProvider",
    admin.ApiToken: "ApiToken",
    admin.ScimToken: "ScimToken",
    admin.IdentityToken: "IdentityToken",
}
"""What an object stands for. A user is one in both languages, and a tag is a group."""


_EQUIVALENT_TYPES = {"Tag": "Group"}


def check_resource_type(context: str, resource: object) -> None:
    """Check that an object may stand where an id is asked; one of a class nobody knows here may.

    Args:
        context: the part of a path before the id, such as `Users`, or the name of a parameter.
        resource: the object.

    Raises:
        InputError: it is known to be of another kind.
    """
    asked = _EXPECTED_TYPES.get(context)
    if asked is None:
        return
    for kind in type(resource).__mro__:
        concept = _TYPE_NAMES.get(kind)
        if concept is not None:
            if concept != _EQUIVALENT_TYPES.get(asked, asked):
                raise InputError(
                    f"{_with_article(asked)} is asked, and this is {_with_article(kind.__name__)}"
                )
            return


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AI' else 'a'} {name}"


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
    single = (
        isinstance(value, (str, bytes, Mapping))
        or hasattr(value, "id")
        or hasattr(value, "__aiter__")
    )
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
