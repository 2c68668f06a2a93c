"""Membership rules of tags: which users they make members (docs/tags).

Values of one attribute are alternatives; several attributes must hold together. Attributes of type String
and Number can be compared, and no rule at all matches nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.state import IdentityAttributeRecord, State, UserRecord

__all__ = ["COMPARABLE_TYPES", "OPERATORS", "find_matching_users", "matches"]

COMPARABLE_TYPES = ("String", "Number")
"""Data types of attributes that a rule may use."""

OPERATORS = ("is", "contains")


def find_matching_users(state: State, rules: Sequence[Mapping[str, Any]]) -> list[UserRecord]:
    """Return the users whom rules make members, in the order of the tenant."""
    tests = _group_by_attribute(state, rules)
    return [user for user in state.users.values() if _matches_all(tests, user)]


def matches(state: State, rules: Sequence[Mapping[str, Any]], user: UserRecord) -> bool:
    """Return whether rules make a user a member; a service identity never.

    Args:
        state: has the identity attributes.
        rules: with `attributeId`, `operator` and `value`.
        user: who may be a member.
    """
    return _matches_all(_group_by_attribute(state, rules), user)


_AttributeRules = tuple[IdentityAttributeRecord, list[Mapping[str, Any]]]
"""All rules about one attribute, one of which must hold."""


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
    wanted, found = str(rule["value"]).casefold(), value.casefold()
    if rule["operator"] == "contains":
        return wanted in found
    return wanted == found or (attribute.data_type == "Number" and _is_same_number(wanted, found))


def _is_same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False
