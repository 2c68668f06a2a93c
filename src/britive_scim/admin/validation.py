"""Check arguments against Britive's rules before a request is sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from britive_scim.errors import InputError
from britive_scim.suggestions import format_suggestion

__all__ = [
    "check_api_path",
    "check_attribute_mappings",
    "check_bool",
    "check_callable",
    "check_days",
    "check_identity_provider_name",
    "check_name",
    "check_names",
    "check_one_of",
    "check_page_size",
    "check_provider_type",
    "normalize_name",
]

_PROVIDER_TYPES = ("Generic", "Azure")
_MAX_NAME_LENGTH = 255
_MAX_PAGE_SIZE = 10_000
_PATH_PATTERN = re.compile(r"/api(/[A-Za-z0-9_-]+|/\{\})+")
_FORBIDDEN_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories not allowed in names: controls, surrogates, line and paragraph separators."""


def check_days(days: object, *, label: str = "days") -> int:
    """Return `days` if it is a validity that Britive accepts for tokens.

    Raises:
        InputError: not an integer from 1 to 90.

    Examples:
        >>> check_days(90)
        90
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 90:
        raise InputError(f"{label} must be an integer from 1 to 90, got {days!r}")
    return days


def check_bool(value: object, *, label: str) -> bool:
    """Return `value` if it is a bool; a string such as "no" would count as true.

    Raises:
        InputError: not a bool.
    """
    if not isinstance(value, bool):
        raise InputError(f"{label} must be True or False, got {value!r}")
    return value


def check_name(name: object, *, label: str = "name") -> str:
    """Return `name` if it is a valid name.

    Raises:
        InputError: not a string, empty, surrounded by whitespace, or with a control character.
    """
    if not isinstance(name, str):
        raise InputError(f"{label} must be a string, got {type(name).__name__}")
    if not name.strip():
        raise InputError(f"{label} must not be empty")
    if name != name.strip():
        raise InputError(
            f"{label} must not begin or end with whitespace, got {name!r}; names are compared exactly"
        )
    for position, character in enumerate(name):
        if unicodedata.category(character) in _FORBIDDEN_CATEGORIES:
            raise InputError(
                f"{label} must not contain a control character, got {character!a} at position {position}"
            )
    return name


def check_identity_provider_name(name: object) -> str:
    """Return `name` if it is a valid name of an identity provider.

    Raises:
        InputError: not a name, longer than 255 characters, or with two hyphens in a row (pattern of
            Britive's OpenAPI).
    """
    label = "name of the identity provider"
    name = check_name(name, label=label)
    if len(name) > _MAX_NAME_LENGTH:
        raise InputError(
            f"{label} must have at most {_MAX_NAME_LENGTH} characters, got {len(name)}"
        )
    if "--" in name:
        raise InputError(f"{label} must not contain two hyphens in a row, got {name!r}")
    return name


def normalize_name(name: str) -> str:
    """Return a name without case, whitespace and invisible characters, to find likely typos.

    Examples:
        >>> normalize_name("Entra ID") == normalize_name("entraid")
        True
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


def check_provider_type(value: object, *, label: str) -> str:
    """Return `value` if it is `Generic` or `Azure`.

    Raises:
        InputError: any other value.
    """
    return check_one_of(
        value, _PROVIDER_TYPES, label=label, hint="Azure is Entra ID, Generic is everything else"
    )


def check_one_of(value: object, allowed: Sequence[str], *, label: str, hint: str = "") -> str:
    """Return `value` if it is one of the allowed strings.

    Raises:
        InputError: any other value.
    """
    for option in allowed:
        if value == option:
            return option
    choices = " or ".join(allowed) + (f" ({hint})" if hint else "")
    suggestion = format_suggestion(str(value), allowed)
    raise InputError(f"{label} must be {choices}, got {value!r}{suggestion}")


def check_names(values: Iterable[str], *, label: str) -> list[str]:
    """Return valid names as a list.

    Raises:
        InputError: a single string, an empty list, or an invalid name.
    """
    if isinstance(values, str):
        raise InputError(
            f"{label} must be a list of strings, got a string; write [{values[:40]!r}]"
        )
    names = [check_name(value, label=label) for value in values]
    if not names:
        raise InputError(f"{label} must not be empty")
    return names


def check_attribute_mappings(mappings: Mapping[str, str]) -> dict[str, str]:
    """Return `{identity attribute: SCIM attribute}` as a dict.

    Raises:
        InputError: an invalid name.
    """
    return {
        check_name(name, label="identity attribute in mappings"): check_name(
            scim_attribute, label=f"SCIM attribute of {name!r} in mappings"
        )
        for name, scim_attribute in mappings.items()
    }


def check_api_path(path: str) -> str:
    """Return `path` if it is a path of the admin API with `{}` for each id.

    Raises:
        InputError: any other string, such as a URL or a path with a query.
    """
    if not _PATH_PATTERN.fullmatch(path):
        raise InputError(
            f"path must be a path of the admin API such as /api/users/{{}}/tokens, got {path!r}; "
            "write {} for each id and pass the query separately"
        )
    return path


def check_page_size(page_size: int) -> int:
    """Return `page_size` if it is in range.

    Raises:
        InputError: less than 1 or more than 10,000.
    """
    if not 1 <= page_size <= _MAX_PAGE_SIZE:
        raise InputError(
            f"page_size must be an integer from 1 to {_MAX_PAGE_SIZE}, got {page_size}"
        )
    return page_size


def check_callable(value: object, *, label: str, argument: str) -> None:
    """Check that `value` is callable, before a request that cannot be undone.

    Raises:
        InputError: not callable.
    """
    if not callable(value):
        raise InputError(
            f"{label} must be a function that takes {argument}, got {type(value).__name__}"
        )
