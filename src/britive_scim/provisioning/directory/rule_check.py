"""Check of one rule of findings: the directory, the time, and the notes on what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.finding_rules import FindingRule, Severity
from britive_scim.provisioning.directory.findings import Finding, UncheckedRule
from britive_scim.provisioning.directory.membership_index import MembershipIndex
from britive_scim.provisioning.directory.record_values import (
    explain_unknown_status,
    get_status,
    is_active,
)
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.rules import ProvisioningRules

__all__ = ["RuleCheck"]


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """Check of one rule.

    Attributes:
        rule: the rule.
        directory: the directory.
        index: its memberships.
        provider_rules: rules of the identity provider, or `None`.
        stale_after: time without a login after which an account is stale.
        now: time of the check; `None` if it is unknown.
        not_checked: rules that were not checked; shared by all checks.
    """

    rule: FindingRule
    directory: DirectoryContents
    index: MembershipIndex
    provider_rules: ProvisioningRules | None
    stale_after: timedelta
    now: datetime | None
    not_checked: list[UncheckedRule]

    def leave_out(self, reason: str) -> None:
        """Note that the rule is not checked, or not for everything."""
        self.not_checked.append(UncheckedRule(self.rule.name, reason))

    def find(
        self,
        *,
        user: str | None = None,
        group: str | None = None,
        detail: str = "",
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding of the rule."""
        return Finding(
            rule=self.rule.name,
            severity=severity or self.rule.severity,
            user=user,
            group=group,
            detail=detail,
            action=self.rule.action,
        )

    def iter_users(self, *, active: bool) -> Iterator[UserRecord]:
        """Yield the users with this status."""
        return (user for user in self.directory.user_records if is_active(user) is active)

    def has_status(self) -> bool:
        """Return whether the status of any user is shown; note the users whose status is not known."""
        users = self.directory.user_records
        if users and all(get_status(user) is None for user in users):
            self.leave_out("the status of users is not shown")
            return False
        unknown = explain_unknown_status(users)
        if unknown is not None:
            self.leave_out(f"{unknown}; the other users were checked")
        return True

    def has_groups(self, *, needs_all_members: bool = False) -> bool:
        """Return whether groups were read; note groups whose members are unknown.

        Args:
            needs_all_members: return false if members of any group are unknown.
        """
        if self.directory.group_records is None:
            self.leave_out("groups were not read")
            return False
        unknown = len(self.index.unknown_groups)
        if self.directory.completeness.groups is False:
            self.leave_out("not all groups were read")
            return not needs_all_members
        if unknown:
            rest = "" if needs_all_members else "; the other groups were checked"
            self.leave_out(f"members of {format_count(unknown, 'group')} are not known{rest}")
            return not needs_all_members
        return True
