"""What callers give, checked by what it is and put into the wire's words: bodies and queries.

What only one method takes is checked there; what many take is known here by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from britive_scim.admin.base import Model, value_to_wire
from britive_scim.admin.relationship import check_relationships
from britive_scim.admin.validation import (
    _SORT_PATTERN,
    check_bool,
    check_model,
    check_name,
    check_names,
    check_string,
)
from britive_scim.errors import InputError

__all__ = ["body_without_none", "query_params", "to_body"]


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
