"""What Britive refuses, refused here first, with the rule in the message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

from britive_scim.admin.base import Model
from britive_scim.errors import InputError
from britive_scim.suggestions import format_suggestion

__all__ = [
    "_SORT_PATTERN",
    "check_api_path",
    "check_attribute_mappings",
    "check_bool",
    "check_callable",
    "check_days",
    "check_identity_provider_name",
    "check_mapping",
    "check_model",
    "check_model_class",
    "check_name",
    "check_names",
    "check_one_of",
    "check_page",
    "check_page_size",
    "check_provider_type",
    "check_string",
    "normalize_name",
]

M = TypeVar("M", bound=Model)


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
        raise InputError(f"{label} is {value!r}: it must be {' or '.join(allowed)}{reason}{near}")
    return value


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


_SORT_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*,(asc|desc)")


_PATH_PATTERN = re.compile(r"/api(/[A-Za-z0-9_-]+|/\{\})+")


_MAX_PAGE_SIZE = 10_000


def check_string(value: object, *, label: str) -> str:
    """Return `value` if it is text; empty text is.

    Raises:
        InputError: it is no text.
    """
    if not isinstance(value, str):
        raise InputError(f"{label} must be text, not {type(value).__name__}.")
    return value


def check_api_path(value: object) -> str:
    """Return `value` if it can be a path of the admin API, with `{}` for each id.

    Raises:
        InputError: it is none; a whole URL is not, nor one with a query.
    """
    if not isinstance(value, str) or not _PATH_PATTERN.fullmatch(value):
        raise InputError(
            f"the path is {value!r}: it must be one of the admin API, such as /api/users/{{}}/tokens, with "
            "{} for each id, and the query apart."
        )
    return value


def check_page_size(value: object) -> int:
    """Return `value` if a page can have so many items.

    Raises:
        InputError: no whole number from 1 to 10,000.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MAX_PAGE_SIZE:
        raise InputError(
            f"page_size is {value!r}: it must be a whole number, 1 to {_MAX_PAGE_SIZE}."
        )
    return value


def check_page(value: object) -> int:
    """Return `value` if it can be the number of a page, counted from 0.

    Raises:
        InputError: no whole number, or a negative one.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError(f"page is {value!r}: it must be a whole number, 0 or more.")
    return value


def check_callable(value: object, *, label: str, argument: str) -> None:
    """Refuse what cannot be called, before anything is done that it is needed for.

    Raises:
        InputError: it cannot.
    """
    if not callable(value):
        raise InputError(
            f"{label} must be a function that takes {argument}, not {type(value).__name__}."
        )


def check_model(value: object, model: type[M], *, label: str) -> M:
    """Return `value` if it is of this class.

    Raises:
        InputError: it is of another.
    """
    if not isinstance(value, model):
        name = model.__name__
        raise InputError(
            f"{label} must be an admin.{name}, not {type(value).__name__}: write admin.{name}(…), or "
            f"admin.{name}.from_wire(…) of a mapping in the API's names."
        )
    return value


def check_model_class(value: object, *, label: str) -> None:
    """Refuse what is no class of this API's objects.

    Raises:
        InputError: it is none.
    """
    if not isinstance(value, type) or not issubclass(value, Model):
        raise InputError(
            f"{label} must be a class such as admin.User, or admin.Model for any, not {value!r}."
        )


def check_mapping(value: object, *, label: str) -> Mapping[str, object]:
    """Return `value` if it is a mapping.

    Raises:
        InputError: it is none.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{label} must be a mapping {{name: value}}, not {type(value).__name__}.")
    return cast("Mapping[str, object]", value)
