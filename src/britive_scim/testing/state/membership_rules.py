"""Membership rules of tags: evaluation for users (docs/tags).

Rules of one attribute are alternatives; all attributes must match. Rules compare attributes of type String
and Number. An empty list of rules matches no user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.state import IdentityAttributeRecord, State, UserRecord

__all__ = ["COMPARABLE_TYPES", "OPERATORS", "find_matching_users", "matches"]

COMPARABLE_TYPES = ("String", "Number")
"""Data types of attributes in rules."""

OPERATORS = ("is", "contains")


def find_matching_users(state: State, rules: Sequence[Mapping[str, Any]]) -> list[UserRecord]:
    """Return the users that match the rules, in the order of the tenant."""
    grouped_rules = _group_by_attribute(state, rules)
    return [user for user in state.users.values() if _matches_all(grouped_rules, user)]


def matches(state: State, rules: Sequence[Mapping[str, Any]], user: UserRecord) -> bool:
    """Return whether a user matches the rules; a service identity never does.

    Args:
        state: state of the tenant.
        rules: objects with `attributeId`, `operator` and `value`.
        user: the user.
    """
    return _matches_all(_group_by_attribute(state, rules), user)


_AttributeRules = tuple[IdentityAttributeRecord, list[Mapping[str, Any]]]
"""The rules of one attribute, of which one must match."""


def _group_by_attribute(state: State, rules: Sequence[Mapping[str, Any]]) -> list[_AttributeRules]:
    by_attribute: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rules:
        by_attribute.setdefault(rule["attributeId"], []).append(rule)
    return [(state.attributes[id_], alternatives) for id_, alternatives in by_attribute.items()]


def _matches_all(grouped_rules: Sequence[_AttributeRules], user: UserRecord) -> bool:
    return (
        bool(grouped_rules)
        and user.identity_type == "User"
        and all(
            any(
                _matches_rule(attribute, rule, value)
                for value in attribute_mapping.get_attribute_values(user, attribute)
                for rule in alternatives
            )
            for attribute, alternatives in grouped_rules
        )
    )


def _matches_rule(attribute: IdentityAttributeRecord, rule: Mapping[str, Any], value: str) -> bool:
    expected, actual = str(rule["value"]).casefold(), value.casefold()
    if rule["operator"] == "contains":
        return expected in actual
    return expected == actual or (
        attribute.data_type == "Number" and _is_same_number(expected, actual)
    )


def _is_same_number(a: str, b: str) -> bool:
    try:
        return float(a) == float(b)
    except ValueError:
        return False
