"""Membership rules as callers write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard

from britive_scim.admin.checks import check_name, one_of
from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.admin.tag import MembershipRule
from britive_scim.errors import InputError

__all__ = ["RuleLike", "by_id", "names_in"]

RuleLike = MembershipRule | tuple[str, str, str]
"""A rule, or `(attribute name, "is" or "contains", value)`."""


def names_in(rules: Sequence[RuleLike]) -> list[str]:
    """Return the attribute names that stand in the rules, each once.

    Raises:
        InputError: something that is no rule.
    """
    names: dict[str, None] = {}
    for rule in rules:
        if isinstance(rule, MembershipRule):
            continue
        if not _is_triple(rule):
            raise InputError(
                f"{rule!r} is no membership rule: write (attribute name, 'is' or 'contains', value)."
            )
        names[check_name(rule[0], what="attribute of a rule")] = None
    return list(names)


def by_id(
    rules: Iterable[RuleLike], attributes: Iterable[IdentityAttribute]
) -> list[MembershipRule]:
    """Return the rules with attribute ids in place of names.

    Raises:
        InputError: an operator the API does not have, or an attribute that no rule may use.
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
                operator=one_of(operator, ("is", "contains"), what="operator of a rule"),
                value=value,
            )
        )
    return made


def _is_triple(rule: object) -> TypeGuard[tuple[Any, Any, Any]]:
    """Return whether this is a rule as a tuple; callers without a type checker give anything."""
    return isinstance(rule, tuple) and len(rule) == 3  # pyright: ignore[reportUnknownArgumentType]  # of whatever
