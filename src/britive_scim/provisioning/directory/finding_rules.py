"""Rules of findings: what each one looks for, how serious it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FINDING_RULES", "FindingRule", "Severity"]

Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class FindingRule:
    """Rule of findings.

    Attributes:
        name: name of the rule.
        severity: `high`, `medium` or `low`.
        meaning: what a finding says.
        action: what to do.
    """

    name: str
    severity: Severity
    meaning: str
    action: str


_RULES = (
    FindingRule(
        "inactive-in-group",
        "medium",
        "an inactive user is still a member of a group",
        "remove the user from the group at the identity provider, or delete the user",
    ),
    FindingRule(
        "active-without-group",
        "low",
        "an active user is in no group",
        "add the user to a group, or deactivate the user",
    ),
    FindingRule(
        "duplicate-email",
        "medium",
        "several users have one e-mail address, in any spelling",
        "check whether the accounts belong to one person, and keep one",
    ),
    FindingRule(
        "missing-mandatory",
        "medium",
        "a mandatory identity attribute has no value",
        "fill in the attribute at the identity provider",
    ),
    FindingRule(
        "dangling-manager",
        "low",
        "the manager is not among the users",
        "set the present manager at the identity provider",
    ),
    FindingRule(
        "empty-group",
        "low",
        "a group has no members",
        "delete the group if it is unused",
    ),
    FindingRule(
        "identical-groups",
        "low",
        "several groups have exactly the same members",
        "keep one of the groups if they give the same access",
    ),
    FindingRule(
        "never-logged-in",
        "low",
        "an active user has never logged in",
        "ask whether the user needs the account, else deactivate it",
    ),
    FindingRule(
        "stale-login",
        "medium",
        "the last login of an active user is too long ago",
        "ask whether the user needs the account, else deactivate it",
    ),
    FindingRule(
        "external-without-provider",
        "high",
        "an external user has no identity provider, so nobody maintains it",
        "assign the user to its identity provider, or delete the user",
    ),
    FindingRule(
        "names-differ-in-case",
        "high",
        "names of users, or of groups, differ only in case, width or blanks",
        "keep one of them, or rename the others",
    ),
)

FINDING_RULES: dict[str, FindingRule] = {rule.name: rule for rule in _RULES}
"""Rules by name, in the order of the results."""
