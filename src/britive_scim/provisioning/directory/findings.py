"""Findings in a directory: users and groups that need attention, and the rules that could not be checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from britive_scim.errors import InputError
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.finding_rules import FINDING_RULES, Severity
from britive_scim.provisioning.directory.record_list import RecordList
from britive_scim.suggestions import format_suggestion
from britive_scim.tables import Table

__all__ = ["Finding", "Findings", "UncheckedRule"]

_MAX_SHOWN = 20
"""Findings in a cell of a notebook, and unchecked rules below them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Finding in a directory.

    Attributes:
        rule: name of the rule.
        severity: `high`, `medium` or `low`.
        user: userName; `None` for a finding about a group.
        group: name of the group; `None` for a finding about a user.
        detail: the facts.
        action: what to do.
    """

    rule: str
    severity: Severity
    user: str | None = None
    group: str | None = None
    detail: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class UncheckedRule:
    """Rule that was not checked, or not for every user and group.

    Attributes:
        rule: name of the rule.
        reason: the data that are missing, and how to get them.
    """

    rule: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"


class Findings(RecordList[Finding]):
    """Findings in a directory, the most serious first; shown and converted as a table.

    Attributes:
        not_checked: rules that were not checked, or not for everything, with the reason.
        complete: the directory is proven to be complete.
        why_incomplete: reasons why users and groups may be missing; `None` without any.
    """

    not_checked: tuple[UncheckedRule, ...] = ()
    complete: bool | None = None
    why_incomplete: str | None = None

    @classmethod
    def build(
        cls,
        findings: Iterable[Finding],
        not_checked: Iterable[UncheckedRule],
        *,
        complete: bool | None,
        why_incomplete: str | None,
    ) -> Findings:
        """Return the findings, sorted by severity, rule and name."""
        severities: tuple[Severity, ...] = ("high", "medium", "low")
        rules = list(FINDING_RULES)
        result = cls(
            sorted(
                findings,
                key=lambda f: (
                    severities.index(f.severity),
                    rules.index(f.rule),
                    f.user or "",
                    f.group or "",
                ),
            )
        )
        result.not_checked = tuple(not_checked)
        result.complete = complete
        result.why_incomplete = why_incomplete
        return result

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of findings by rule; a rule without findings is left out."""
        return MappingProxyType(dict(Counter(finding.rule for finding in self)))

    def of(self, rule: str) -> tuple[Finding, ...]:
        """Return the findings of one rule.

        Raises:
            InputError: there is no such rule.
        """
        if rule not in FINDING_RULES:
            hint = format_suggestion(str(rule), FINDING_RULES)
            raise InputError(f"rule must be the name of a rule, got {rule!r:.60}{hint}")
        return tuple(finding for finding in self if finding.rule == rule)

    def to_table(self) -> Table:
        """Return a table with one row per finding: `rule`, `severity`, `user`, `group`, `detail`, `action`."""
        rows = [(f.rule, f.severity, f.user, f.group, f.detail, f.action) for f in self]
        names = ("rule", "severity", "user", "group", "detail", "action")
        return Table(dict.fromkeys(names, str), (rows,), state=self)

    def __repr__(self) -> str:
        return f"<{format_count(len(self), 'finding')} of {format_count(len(self.counts), 'rule')}>"

    def __str__(self) -> str:
        text = self.to_table().to_text(width=100, max_rows=None) if self else "no findings"
        return "\n".join([text, *self._list_notes()])

    def _repr_html_(self) -> str:
        import html  # has a large table, needed in notebooks only

        parts = [
            Table.from_rows(("rule", "findings"), [*self.counts.items()]).to_html(
                caption=format_count(len(self), "finding") if self else "no findings"
            )
        ]
        if self:
            columns = ["rule", "severity", "user", "group", "detail"]
            parts.append(self.to_table().select(columns).to_html(max_rows=_MAX_SHOWN))
        parts += [f"<p>{html.escape(note)}</p>" for note in self._list_notes()]
        return "".join(parts)

    def _list_notes(self) -> list[str]:
        notes = [f"not checked: {rule}" for rule in self.not_checked]
        return notes + ([f"incomplete: {self.why_incomplete}"] if self.why_incomplete else [])
