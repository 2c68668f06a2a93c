"""Membership rules of tags: which users they make members (docs/tags).

Values of one attribute are alternatives; several attributes must hold together. Attributes of type String
and Number can be compared, and no rule at all matches nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from britive_scim.testing import mapping
from britive_scim.testing.defaults import BUILT_IN
from britive_scim.testing.state import IdentityAttribute, State, User

__all__ = ["COMPARABLE", "OPERATORS", "matched", "matches"]

COMPARABLE = ("String", "Number")
"""Data types of attributes that a rule may use."""

OPERATORS = ("is", "contains")

_FIELDS = {built_in.name: built_in.field for built_in in BUILT_IN}


def matched(state: State, rules: Sequence[Mapping[str, Any]]) -> list[User]:
    """Return the users whom rules make members, in the order of the tenant."""
    return [user for user in state.users.values() if matches(state, rules, user)]


def matches(state: State, rules: Sequence[Mapping[str, Any]], user: User) -> bool:
    """Return whether rules make a user a member; a service identity never.

    Args:
        state: has the identity attributes.
        rules: with `attributeId`, `operator` and `value`.
        user: who may be a member.
    """
    if not rules or user.kind != "User":
        return False
    by_attribute: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rules:
        by_attribute.setdefault(rule["attributeId"], []).append(rule)
    return all(
        _any_holds(state.attributes[id_], alternatives, user)
        for id_, alternatives in by_attribute.items()
    )


def _any_holds(
    attribute: IdentityAttribute, alternatives: Sequence[Mapping[str, Any]], user: User
) -> bool:
    values = _values(user, attribute)
    return any(_holds(attribute, rule, value) for rule in alternatives for value in values)


def _values(user: User, attribute: IdentityAttribute) -> list[str]:
    if attribute.built_in:
        value = mapping.profile(user)[_FIELDS[attribute.name]]
        return [] if value is None else [str(value)]
    return [value for one, value in mapping.custom_values(user) if one is attribute]


def _holds(attribute: IdentityAttribute, rule: Mapping[str, Any], value: str) -> bool:
    wanted, found = str(rule["value"]).casefold(), value.casefold()
    if rule["operator"] == "contains":
        return wanted in found
    return wanted == found or (attribute.data_type == "Number" and _same_number(wanted, found))


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False
