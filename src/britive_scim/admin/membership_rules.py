"""Membership rules as callers write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard, cast

from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.admin.tag import MembershipRule
from britive_scim.admin.validation import check_name, check_one_of
from britive_scim.errors import InputError

__all__ = ["RuleLike", "check_rules", "collect_attribute_names", "resolve_attribute_ids"]

_OPERATORS = ("is", "contains")

RuleLike = MembershipRule | tuple[str, str, str]
"""A rule, or `(attribute name, "is" or "contains", value)`."""


def collect_attribute_names(rules: Sequence[RuleLike]) -> list[str]:
    """Return the attribute names that stand in the rules, each once."""
    names = (rule[0] for rule in rules if not isinstance(rule, MembershipRule))
    return list(dict.fromkeys(names))


def check_rules(rules: object) -> list[RuleLike]:
    """Return the rules as a list, if each of them is one.

    Raises:
        InputError: no list, something that is no rule, an operator the API does not have, or no value.
    """
    if isinstance(rules, str | MembershipRule) or not isinstance(rules, Iterable):
        raise InputError(f"rules takes several: write them as a list, not {type(rules).__name__}.")
    checked: list[RuleLike] = []
    for rule in cast("Iterable[object]", rules):
        if isinstance(rule, MembershipRule):
            check_name(rule.attribute_id or "", label="attribute_id of a rule")
            _check_comparison(rule.operator, rule.value)
            checked.append(rule)
        elif _is_triple(rule):
            check_name(rule[0], label="attribute of a rule")
            _check_comparison(rule[1], rule[2])
            checked.append(rule)
        else:
            raise InputError(
                f"{rule!r} is no membership rule: write (attribute name, 'is' or 'contains', value)."
            )
    return checked


def _check_comparison(operator: object, value: object) -> None:
    check_one_of(operator, _OPERATORS, label="operator of a rule")
    if not isinstance(value, str):
        raise InputError(f"The value of a rule must be text, not {type(value).__name__}.")
    if not value:
        raise InputError("The value of a rule is empty.")


def resolve_attribute_ids(
    rules: Iterable[RuleLike], attributes: Iterable[IdentityAttribute]
) -> list[MembershipRule]:
    """Return the rules with attribute ids in place of names.

    Raises:
        InputError: an attribute that no rule may use.
    """
    known = {one.name: one for one in attributes}
    made: list[MembershipRule] = []
    for rule in rules:
        if isinstance(rule, MembershipRule):
            made.append(rule)
            continue
        name, operator, value = rule
        attribute = known[name]
        if attribute.data_type in ("Boolean", "Date"):
            raise InputError(
                f"{name!r} is of type {attribute.data_type}: rules compare String and Number only."
            )
        made.append(
            MembershipRule(
                attribute_id=attribute.id,
                operator=operator,
                value=value,
            )
        )
    return made


def _is_triple(rule: object) -> TypeGuard[tuple[Any, Any, Any]]:
    """Return whether this is a rule as a tuple; callers without a type checker give anything."""
    return isinstance(rule, tuple) and len(rule) == 3  # pyright: ignore[reportUnknownArgumentType]  # of whatever
