"""Build request bodies and query parameters from arguments, with checks by field name.

A check that concerns only one method is in that method.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from britive_scim.admin.base import Model, value_to_wire
from britive_scim.admin.validation import check_bool, check_name, check_names
from britive_scim.errors import InputError

__all__ = ["body_without_none", "build_change_body", "query_params", "to_body"]

_SORT_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*,(asc|desc)")


def to_body(model: Model, *, label: str) -> dict[str, Any]:
    """Return an object as a request body.

    Raises:
        InputError: no field is assigned.
    """
    body = model.to_wire()
    if not body:
        raise InputError(f"{label} must not be empty; assign at least one field")
    return body


def body_without_none(**fields: Any) -> dict[str, Any]:
    """Build a request body of the fields that are not `None`, with the API's names.

    Raises:
        InputError: an invalid name, bool, list or password.

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


def build_change_body(**fields: Any) -> dict[str, Any]:
    """Build the request body of an update.

    Raises:
        InputError: all fields are `None`, or as for `body_without_none`.
    """
    body = body_without_none(**fields)
    if not body:
        raise InputError(f"nothing to change; pass at least one of {', '.join(fields)}")
    return body


def query_params(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query parameters without flags that are off.

    Raises:
        InputError: an empty search, an invalid order, or a flag that is not a bool.

    Examples:
        >>> query_params({"searchText": "ana", "sort": "name,asc", "includeTags": False})
        {'searchText': 'ana', 'sort': 'name,asc', 'includeTags': None}
    """
    checked = dict(query)
    for name, (label, check) in _PARAMETER_CHECKS.items():
        if checked.get(name) is not None:
            checked[name] = check(checked[name], label=label)
    return checked


def _check_search(value: str, *, label: str) -> str:
    if not value.strip():
        raise InputError(f"{label} must not be empty; leave it out to list all")
    return value


def _check_sort(value: str, *, label: str) -> str:
    if not _SORT_PATTERN.fullmatch(value):
        raise InputError(
            f"{label} must be a field and asc or desc, such as name,asc, got {value!r}"
        )
    return value


def _check_optional_flag(value: object, *, label: str) -> bool | None:
    return check_bool(value, label=label) or None


def _check_password(value: object, *, label: str) -> object:
    password = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(password, str):
        raise InputError(f"{label} must be a string or a SecretStr, got {type(password).__name__}")
    if not password:
        raise InputError(f"{label} must not be empty")
    return value


_FIELD_CHECKS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("name", "username", "email", "first_name", "last_name"), check_name),
    **dict.fromkeys(("external", "multi_valued", "share_password_to_user"), check_bool),
    **dict.fromkeys(("email_list", "recipients"), check_names),
    "password": _check_password,
}
"""Checks of body fields that several methods send."""

_PARAMETER_CHECKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "search": ("search", _check_search),
    "searchText": ("search", _check_search),
    "sort": ("sort", _check_sort),
    "includeTags": ("include_tags", _check_optional_flag),
    "fetchDynamicallyAssignedUsers": ("dynamic", _check_optional_flag),
}
"""Query parameters, the names of their arguments, and their checks."""
