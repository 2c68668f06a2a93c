"""Find an object by name among those that were listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.errors import Ambiguous, InputError
from britive_scim.suggestions import format_known_names, format_suggestion

__all__ = ["find_unique_by_name", "find_unique_by_username", "get_attribute_by_name"]


class _HasName(Protocol):
    @property
    def id(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...


class _HasUsername(Protocol):
    @property
    def id(self) -> str | None: ...
    @property
    def username(self) -> str | None: ...


N = TypeVar("N", bound=_HasName)


U = TypeVar("U", bound=_HasUsername)


def get_attribute_by_name(name: str, attributes: Iterable[IdentityAttribute]) -> IdentityAttribute:
    """Return the identity attribute with exactly this name.

    Raises:
        InputError: none has it; the message shows those that come near.
        Ambiguous: more than one has it.
    """
    attributes = list(attributes)
    found = find_unique_by_name(name, attributes, label="identity attributes")
    if found is None:
        names = [one.name for one in attributes if one.name]
        near = format_suggestion(name, names) or format_known_names(names)
        raise InputError(f"There is no identity attribute {name!r}{near}")
    return found


def find_unique_by_name(name: str, items: Iterable[N], *, label: str) -> N | None:
    """Return the one of `items` with exactly this name, or `None`.

    Raises:
        Ambiguous: more than one has it.
    """
    hits = [one for one in items if one.name == name]
    if len(hits) > 1:
        raise Ambiguous(
            f"{len(hits)} {label} are named {name!r}.", candidates=[one.id or "" for one in hits]
        )
    return hits[0] if hits else None


def find_unique_by_username(username: str, users: Iterable[U]) -> U | None:
    """Return the one of `users` with this user name, in any case, or `None`.

    Raises:
        Ambiguous: more than one has it.
    """
    hits = [one for one in users if (one.username or "").casefold() == username.casefold()]
    if len(hits) > 1:
        raise Ambiguous(
            f"{len(hits)} users are named {username!r}, under several identity providers.",
            candidates=[one.id or "" for one in hits],
        )
    return hits[0] if hits else None
