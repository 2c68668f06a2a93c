"""Managers of users: taken out of the comparison, and set in a second pass, after all users exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from britive_scim.scim.names import ENTERPRISE_USER
from britive_scim.scim.values.node import find_key, is_mapping

__all__ = ["UNSTATED", "Unstated", "build_manager_values", "get_found_manager", "split_manager"]


class Unstated:
    """Type of `UNSTATED`."""

    __slots__ = ()


UNSTATED: Final = Unstated()
"""Manager of an entry that says nothing about it."""


def split_manager(values: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | Unstated | None]:
    """Return the values without the manager, and its key; `None` clears the manager.

    Args:
        values: a user of a source in wire form.

    Examples:
        >>> split_manager({"userName": "ann", ENTERPRISE_USER: {"manager": {"value": "E7"}}})
        ({'userName': 'ann'}, 'E7')
    """
    urn = ENTERPRISE_USER
    extension = values.get(urn)
    if extension is None:
        found = find_key(values, urn)
        if found is None:
            return values, UNSTATED
        urn, extension = found, values[found]
    if not is_mapping(extension):
        return values, UNSTATED
    name = "manager" if "manager" in extension else find_key(extension, "manager")
    if name is None:
        return values, UNSTATED
    manager: Any = extension[name]
    if is_mapping(manager):
        manager = manager.get("value")
    rest = {key: value for key, value in extension.items() if key != name}
    others = {key: value for key, value in values.items() if key != urn}
    key = manager.strip() if isinstance(manager, str) else None
    return ({**others, urn: rest} if rest else others), key or None


def get_found_manager(values: Mapping[str, Any]) -> str | None:
    """Return the id of the manager of a user at the target."""
    key = ENTERPRISE_USER if ENTERPRISE_USER in values else find_key(values, ENTERPRISE_USER)
    extension: Any = values[key] if key is not None else None
    manager: Any = extension.get("manager") if is_mapping(extension) else None
    value: Any = manager.get("value") if is_mapping(manager) else manager
    return value if isinstance(value, str) and value else None


def build_manager_values(id_: str | None) -> dict[str, Any]:
    """Return the values in wire form that set a manager, or clear it."""
    return {ENTERPRISE_USER: {"manager": None if id_ is None else {"value": id_}}}
