"""Membership rules as callers write them, and their conversion to the API's form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.admin.tag import MembershipRule
from britive_scim.admin.validation import check_name, check_one_of
from britive_scim.errors import InputError

__all__ = ["RuleLike", "check_rules", "collect_attribute_names", "resolve_attribute_ids"]

_OPERATORS = ("is", "contains")

RuleLike = MembershipRule | tuple[str, str, str]
"""A rule, or `(attribute name, "is" or "contains", value)`."""


def collect_attribute_names(rules: Sequence[RuleLike]) -> list[str]:
    """Return the attribute names in the rules without duplicates."""
    names = (rule[0] for rule in rules if not isinstance(rule, MembershipRule))
    return list(dict.fromkeys(names))


def check_rules(rules: Iterable[RuleLike]) -> list[RuleLike]:
    """Return the rules as a list.

    Raises:
        InputError: a single rule, a malformed rule, an unknown operator, or an empty value.
    """
    if isinstance(rules, str | MembershipRule):  # both can be iterated
        raise InputError(f"rules must be a list of rules, got {type(rules).__name__}")
    checked = list(rules)
    for rule in checked:
        _check_rule(rule)
    return checked


def _check_rule(rule: RuleLike) -> None:
    match rule:
        case MembershipRule():
            check_name(rule.attribute_id or "", label="attribute_id of a rule")
            operator, value = rule.operator, rule.value
        case (name, operator, value):
            check_name(name, label="attribute of a rule")
        case _:  # such as one rule without the list around it, which may replace all rules of a tag
            raise InputError(
                f"rule must be (attribute name, 'is' or 'contains', value), got {rule!r}"
            )
    check_one_of(operator, _OPERATORS, label="operator of a rule")
    if not value:
        raise InputError("value of a rule must not be empty")


def resolve_attribute_ids(
    rules: Iterable[RuleLike], attributes: Iterable[IdentityAttribute]
) -> list[MembershipRule]:
    """Return the rules with attribute ids instead of names.

    Raises:
        InputError: an attribute of a type that rules cannot compare.
    """
    by_name = {attribute.name: attribute for attribute in attributes}
    resolved: list[MembershipRule] = []
    for rule in rules:
        if isinstance(rule, MembershipRule):
            resolved.append(rule)
            continue
        name, operator, value = rule
        attribute = by_name[name]
        if attribute.data_type in ("Boolean", "Date"):
            raise InputError(
                f"attribute of a rule must be of type String or Number, got {name!r} of type {attribute.data_type}"
            )
        resolved.append(MembershipRule(attribute_id=attribute.id, operator=operator, value=value))
    return resolved
