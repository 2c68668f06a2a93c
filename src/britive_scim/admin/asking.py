"""What callers give, checked by what it is and put into the wire's words: bodies and queries.

What only one method takes is checked there; what many take is known here by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from britive_scim.admin.base import Model, value_to_wire
from britive_scim.admin.checks import check_bool, check_name, check_names
from britive_scim.admin.relationship import check_relationships
from britive_scim.errors import InputError

__all__ = [
    "body_without_none",
    "check_api_path",
    "check_callable",
    "check_mapping",
    "check_model",
    "check_model_class",
    "check_page",
    "check_page_size",
    "check_string",
    "query_params",
    "to_body",
]

M = TypeVar("M", bound=Model)

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


def to_body(value: object, model: type[Model], *, label: str) -> dict[str, Any]:
    """Return an object of this class in the wire's names.

    Raises:
        InputError: it is of another class, or nothing is assigned.
    """
    wire = check_model(value, model, label=label).to_wire()
    if not wire:
        raise InputError(f"{label} is empty: nothing of it is assigned.")
    return wire


def body_without_none(**fields: Any) -> dict[str, Any]:
    """Return a body in the wire's names that says what was given: fields that are `None` are left out.

    Raises:
        InputError: a text, a switch or a list that is none.

    Examples:
        >>> body_without_none(name="Okta", scim_provider="Azure", description=None)
        {'name': 'Okta', 'scimProvider': 'Azure'}
    """
    body: dict[str, Any] = {}
    for name, value in fields.items():
        if value is not None:
            check = _FIELD_CHECKS.get(name)
            body[to_camel(name)] = value_to_wire(
                check(value, label=name) if check else value, secrets=True
            )
    return body


def query_params(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a query; a switch that is off is left out.

    Raises:
        InputError: a text, a switch or an order that is none.

    Examples:
        >>> query_params({"searchText": "ana", "sort": "name,asc", "includeTags": False})
        {'searchText': 'ana', 'sort': 'name,asc', 'includeTags': None}
    """
    checked = dict(query)
    for name, (what, check) in _PARAMETER_CHECKS.items():
        if checked.get(name) is not None:
            checked[name] = check(checked[name], label=what)
    return checked


def _check_search(value: object, *, label: str) -> str:
    text = check_string(value, label=label)
    if not text.strip():
        raise InputError(f"{label} is empty: leave it out to get all.")
    return text


def _check_sort(value: object, *, label: str) -> str:
    if not isinstance(value, str) or not _SORT_PATTERN.fullmatch(value):
        raise InputError(f"{label} is {value!r}: write a field and asc or desc, such as name,asc.")
    return value


def _check_optional_flag(value: object, *, label: str) -> bool | None:
    return check_bool(value, label=label) or None


def _check_password(value: object, *, label: str) -> str | SecretStr:
    text: object = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        raise InputError(f"{label} must be text or a SecretStr, not {type(text).__name__}.")
    if not text:
        raise InputError(f"{label} is empty.")
    return cast("str | SecretStr", value)


_FIELD_CHECKS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("name", "username", "email", "first_name", "last_name"), check_name),
    **dict.fromkeys(
        ("description", "mobile", "phone", "business_use", "job_function", "category"), check_string
    ),
    **dict.fromkeys(("external", "multi_valued", "share_password_to_user"), check_bool),
    **dict.fromkeys(("email_list", "recipients"), check_names),
    "password": _check_password,
    "relationships": check_relationships,
}
"""Fields of bodies that several methods send, and what they must be."""

_PARAMETER_CHECKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "search": ("search", _check_search),
    "searchText": ("search", _check_search),
    "sort": ("sort", _check_sort),
    "includeTags": ("include_tags", _check_optional_flag),
    "fetchDynamicallyAssignedUsers": ("dynamic", _check_optional_flag),
}
"""Parameters of queries, the names their methods give them, and what they must be."""
