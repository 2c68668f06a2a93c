"""Findings in a directory: users and groups that need attention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.scim.datatypes import normalize_caseless, normalize_user_name
from britive_scim.scim.json_values import is_list
from britive_scim.tables import Table

__all__ = ["Finding", "Findings", "find_findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Finding in a directory.

    Attributes:
        rule: name of the rule: `inactive-member`, `same-email`, `no-email`, `empty-group`, `same-group-name`, `same-user-name`.
        severity: `high`, `medium` or `low`.
        user: userName; `None` for a finding about a group.
        group: name of the group; `None` for a finding about a user.
        detail: the facts.
        action: what to do.
    """

    rule: str
    severity: Literal["high", "medium", "low"]
    user: str | None = None
    group: str | None = None
    detail: str = ""
    action: str = ""


class Findings(tuple[Finding, ...], NotebookText):
    """Findings in a directory, printed as a table."""

    __slots__ = ()

    def to_table(self) -> Table:
        """Return a table with one row per finding."""
        rows = [(f.rule, f.severity, f.user, f.group, f.detail, f.action) for f in self]
        return Table.from_rows(("rule", "severity", "user", "group", "detail", "action"), rows)

    def __str__(self) -> str:
        return self.to_table().to_text(max_rows=None) if self else "no findings"

    def _repr_html_(self) -> str:
        return self.to_table().to_html(caption="Findings")


def find_findings(directory: DirectoryContents) -> Findings:
    """Return the findings in a directory, users first."""
    return Findings([*_find_in_users(directory), *_find_in_groups(directory)])


def _find_in_users(directory: DirectoryContents) -> Iterator[Finding]:
    names: dict[str, UserRecord] = {}
    emails: dict[str, UserRecord] = {}
    for user in directory.user_records:
        name = user.user_name or user.external_id or user.id or ""
        if names.setdefault(normalize_user_name(name), user) is not user:
            yield Finding(
                rule="same-user-name", severity="high", user=name, action="keep one of the accounts"
            )
        addresses = _list_emails(user.values)
        if not addresses:
            yield Finding(
                rule="no-email", severity="low", user=name, action="state an e-mail address"
            )
        for address in dict.fromkeys(map(normalize_caseless, addresses)):
            first = emails.setdefault(address, user)
            if first is not user:
                detail = f"also of {first.user_name or first.id}"
                yield Finding(
                    rule="same-email", severity="medium", user=name, detail=detail,
                    action="check whether both accounts belong to one person",
                )  # fmt: skip


def _list_emails(values: Mapping[str, Any]) -> list[str]:
    emails = values.get("emails")
    if not is_list(emails):
        return []
    items = [
        cast("Mapping[str, Any]", email).get("value") if isinstance(email, Mapping) else email
        for email in emails
    ]
    return [item for item in items if isinstance(item, str) and item]


def _find_in_groups(directory: DirectoryContents) -> Iterator[Finding]:
    inactive: dict[str, str] = {}
    for user in directory.user_records:
        if user.values.get("active") is False:
            name = user.user_name or user.id or ""
            inactive |= {key: name for key in (user.user_name, user.external_id, user.id) if key}
    names: set[str] = set()
    for group in directory.group_records or ():
        name = group.display_name or group.id or ""
        folded = normalize_caseless(" ".join(name.split()))
        if folded in names:
            yield Finding(
                rule="same-group-name",
                severity="high",
                group=name,
                action="rename one of the groups",
            )
        names.add(folded)
        if group.members == () and group.id not in directory.completeness.unproven_groups:
            yield Finding(
                rule="empty-group", severity="low", group=name, action="delete it if unused"
            )
        for member in group.members or ():
            if member.value in inactive:
                yield Finding(
                    rule="inactive-member", severity="medium", user=inactive[member.value], group=name,
                    detail="the user is inactive", action="remove the member",
                )  # fmt: skip
