"""Membership rules of tags: which users they make members (docs/tags).

Values of one attribute are alternatives; several attributes must hold together. Attributes of type String
and Number can be compared, and no rule at all matches nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.state import IdentityAttribute, State, User

__all__ = ["COMPARABLE", "OPERATORS", "matched", "matches"]

COMPARABLE = ("String", "Number")
"""Data types of attributes that a rule may use."""

OPERATORS = ("is", "contains")


def matched(state: State, rules: Sequence[Mapping[str, Any]]) -> list[User]:
    """Return the users whom rules make members, in the order of the tenant."""
    tests = _tests(state, rules)
    return [user for user in state.users.values() if _passes(tests, user)]


def matches(state: State, rules: Sequence[Mapping[str, Any]], user: User) -> bool:
    """Return whether rules make a user a member; a service identity never.

    Args:
        state: has the identity attributes.
        rules: with `attributeId`, `operator` and `value`.
        user: who may be a member.
    """
    return _passes(_tests(state, rules), user)


_Test = tuple[IdentityAttribute, list[Mapping[str, Any]]]
"""All rules about one attribute, one of which must hold."""


def _tests(state: State, rules: Sequence[Mapping[str, Any]]) -> list[_Test]:
    by_attribute: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rules:
        by_attribute.setdefault(rule["attributeId"], []).append(rule)
    return [(state.attributes[id_], alternatives) for id_, alternatives in by_attribute.items()]


def _passes(tests: Sequence[_Test], user: User) -> bool:
    return (
        bool(tests)
        and user.kind == "User"
        and all(
            any(
                _holds(attribute, rule, value)
                for value in attribute_mapping.values_of(user, attribute)
                for rule in alternatives
            )
            for attribute, alternatives in tests
        )
    )


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
