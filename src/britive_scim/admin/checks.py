"""What Britive refuses, refused here first, with the rule in the message."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar, cast

from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.errors import Ambiguous, InputError

__all__ = [
    "check_attribute_mappings",
    "check_bool",
    "check_days",
    "check_identity_provider_name",
    "check_name",
    "check_names",
    "check_one_of",
    "check_provider_type",
    "find_unique_by_name",
    "find_unique_by_username",
    "format_known_names",
    "format_suggestion",
    "get_attribute_by_name",
    "normalize_name",
]


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

_PROVIDER_TYPES = ("Generic", "Azure")
_MAX_NAME_LENGTH = 255
_FORBIDDEN_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories that no name holds: controls, halves of pairs, line and paragraph separators."""


def check_days(days: object, *, label: str = "days") -> int:
    """Return `days` if it can be the validity of a token.

    Raises:
        InputError: not an integer from 1 to 90.

    Examples:
        >>> check_days(90)
        90
    """
    if isinstance(days, bool) or not isinstance(days, int):
        raise InputError(
            f"{label} is {days!r}: the validity of a token is a whole number of days, 1 to 90."
        )
    if not 1 <= days <= 90:
        raise InputError(f"{label} is {days}: Britive's tokens are valid for 1 to 90 days.")
    return days


def check_bool(value: object, *, label: str) -> bool:
    """Return `value` if it is true or false; a text such as "no" would count as true.

    Raises:
        InputError: neither `True` nor `False`.
    """
    if not isinstance(value, bool):
        raise InputError(f"{label} is {value!r}: it must be True or False.")
    return value


def check_name(name: object, *, label: str = "name") -> str:
    """Return `name` if it can be the name of something in the tenant.

    Raises:
        InputError: not text, empty, with blanks around it, or with a control character in it.
    """
    if not isinstance(name, str):
        raise InputError(f"{label} must be text, not {type(name).__name__}.")
    if not name.strip():
        raise InputError(f"{label} is empty.")
    if name != name.strip():
        raise InputError(
            f"{label} is {name!r}: it has blanks around it, and names are compared exactly."
        )
    for position, character in enumerate(name):
        if unicodedata.category(character) in _FORBIDDEN_CATEGORIES:
            raise InputError(
                f"{label} holds the control character {character!a} at position {position}: "
                "a name is one line of text."
            )
    return name


def check_identity_provider_name(name: object) -> str:
    """Return `name` if it can be the name of an identity provider.

    Raises:
        InputError: not a name, longer than 255 characters, or with two hyphens in a row (pattern of
            Britive's OpenAPI).
    """
    name = check_name(name, label="name of the identity provider")
    if len(name) > _MAX_NAME_LENGTH:
        raise InputError(
            f"name of the identity provider has {len(name)} characters; it may have {_MAX_NAME_LENGTH}."
        )
    if "--" in name:
        raise InputError(
            f"name of the identity provider is {name!r}: Britive allows no two hyphens in a row."
        )
    return name


def normalize_name(name: str) -> str:
    """Return a name without what people overlook: case, blanks, and characters that show nothing.

    Examples:
        >>> normalize_name("Entra ID") == normalize_name("entraid")
        True
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


def check_provider_type(value: object, *, label: str) -> str:
    """Return `value` if it is a kind of provider Britive knows.

    Raises:
        InputError: neither `Generic` nor `Azure`.
    """
    return check_one_of(
        value, _PROVIDER_TYPES, label=label, hint="Azure is Entra ID; Generic is everything else"
    )


def check_one_of(value: object, allowed: Sequence[str], *, label: str, hint: str = "") -> str:
    """Return `value` if it is one of the allowed texts, written exactly so.

    Raises:
        InputError: it is not.
    """
    if not isinstance(value, str) or value not in allowed:
        near = format_suggestion(value, allowed) if isinstance(value, str) else ""
        reason = f" ({hint})" if hint else ""
        raise InputError(f"{label} is {value!r}: it must be {' or '.join(allowed)}{reason}.{near}")
    return value


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
        raise InputError(f"There is no identity attribute {name!r}.{near}")
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


def check_names(values: object, *, label: str) -> list[str]:
    """Return a list of checked names.

    Raises:
        InputError: a bare text, nothing, or something that is no name.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{label} takes several: write it as a list.")
    names = [check_name(one, label=label) for one in cast("Iterable[object]", values)]
    if not names:
        raise InputError(f"{label} is empty.")
    return names


def check_attribute_mappings(mappings: object, *, label: str = "mappings") -> dict[str, str]:
    """Return `{identity attribute: SCIM attribute}` as a dict of checked names.

    Raises:
        InputError: not a mapping of names to names.
    """
    if not isinstance(mappings, Mapping):
        raise InputError(
            f"{label} must be a mapping {{identity attribute: SCIM attribute}}, "
            f"not {type(mappings).__name__}."
        )
    pairs = cast("Mapping[object, object]", mappings)
    return {
        check_name(key, label=f"identity attribute in {label}"): check_name(
            value, label=f"SCIM attribute of {key!r} in {label}"
        )
        for key, value in pairs.items()
    }


def format_suggestion(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return ` Did you mean ...?` with up to three names that come near, or nothing.

    Args:
        name: what was given.
        names: what is known.
        cutoff: how alike two names must be, from 0 to 1, case apart.
    """
    folded = {other.casefold(): other for other in names}
    near = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=cutoff)
    return f" Did you mean {' or '.join(repr(folded[one]) for one in near)}?" if near else ""


def format_known_names(names: Iterable[str]) -> str:
    """Return ` Known: ...` with the first twenty names, or nothing."""
    shown = sorted(set(names))[:20]
    return f" Known: {', '.join(shown)}." if shown else ""
