"""Look up an object by name in a list."""

from __future__ import annotations

import unicodedata
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
        InputError: not found; the message lists similar names.
        Ambiguous: several have this name.
    """
    attributes = list(attributes)
    attribute = find_unique_by_name(name, attributes, label="identity attributes")
    if attribute is None:
        names = [attribute.name for attribute in attributes if attribute.name]
        hint = format_suggestion(name, names) or format_known_names(names)
        raise InputError(f"no identity attribute is named {name!r}{hint}")
    return attribute


def find_unique_by_name(name: str, items: Iterable[N], *, label: str) -> N | None:
    """Return the item with exactly this name, or `None`.

    Raises:
        Ambiguous: several have this name.
    """
    matches = [item for item in items if item.name == name]
    if len(matches) > 1:
        raise Ambiguous(
            f"{len(matches)} {label} are named {name!r}; use an id",
            candidates=[match.id or "" for match in matches],
        )
    return matches[0] if matches else None


def find_unique_by_username(username: str, users: Iterable[U]) -> U | None:
    """Return the user with this username, ignoring case and Unicode normal form, or `None`.

    Raises:
        Ambiguous: several have this username.
    """
    wanted = _normalize_username(username)
    matches = [user for user in users if _normalize_username(user.username or "") == wanted]
    if len(matches) > 1:
        raise Ambiguous(
            f"{len(matches)} users are named {username!r}, under several identity providers; use an id",
            candidates=[match.id or "" for match in matches],
        )
    return matches[0] if matches else None


def _normalize_username(username: str) -> str:
    """Return the form for comparison of usernames, as SCIM compares them: NFC, case folding, NFC."""
    folded = unicodedata.normalize("NFC", username).casefold()
    return unicodedata.normalize("NFC", folded)
