"""Check of a directory against the rules of findings: which rules, which objects are ignored, and at which time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import cast

from britive_scim.errors import InputError
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.finding_rules import FINDING_RULES, FindingRule
from britive_scim.provisioning.directory.findings import Finding, Findings, UncheckedRule
from britive_scim.provisioning.directory.group_findings import GROUP_CHECKS
from britive_scim.provisioning.directory.login_findings import LOGIN_CHECKS
from britive_scim.provisioning.directory.membership_index import MembershipIndex
from britive_scim.provisioning.directory.rule_check import RuleCheck
from britive_scim.provisioning.directory.user_findings import USER_CHECKS
from britive_scim.provisioning.rules import ProvisioningRules
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.suggestions import format_suggestion

__all__ = ["find_findings"]

Check = Callable[[RuleCheck], Iterator[Finding]]

_CHECKS: Mapping[str, Check] = {**GROUP_CHECKS, **USER_CHECKS, **LOGIN_CHECKS}


@dataclass(frozen=True, slots=True)
class _Selection:
    """Rules to check, and what they ignore.

    Attributes:
        names: names of the rules.
        globs: globs of the names of users and groups to ignore, by rule.
        provider_rules: rules of the identity provider, for mandatory attributes.
    """

    names: Sequence[str]
    globs: Mapping[str, Sequence[str]]
    provider_rules: ProvisioningRules | None

    def is_kept(self, finding: Finding) -> bool:
        """Return whether a finding is not ignored."""
        names = [normalize_caseless(name) for name in (finding.user, finding.group) if name]
        globs = self.globs.get(finding.rule, ())
        return not any(fnmatchcase(name, glob) for name in names for glob in globs)


def find_findings(
    directory: DirectoryContents,
    rules: ProvisioningRules | Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    stale_after: timedelta = timedelta(days=90),
    now: datetime | None = None,
) -> Findings:
    """Return the findings in a directory; see `Directory.findings`.

    Raises:
        InputError: an argument is invalid.
    """
    selection = _select(rules, ignore)
    _check_times(stale_after, now)
    findings: list[Finding] = []
    not_checked: list[UncheckedRule] = []
    index = MembershipIndex(directory)
    for name in selection.names:
        check = RuleCheck(
            FINDING_RULES[name],
            directory,
            index,
            provider_rules=selection.provider_rules,
            stale_after=stale_after,
            now=now or directory.source.read_at,
            not_checked=not_checked,
        )
        findings += filter(selection.is_kept, _CHECKS[name](check))
    completeness = directory.completeness
    reasons = "; ".join(completeness.reasons) or "not everything was read"
    return Findings.build(
        findings,
        not_checked,
        complete=completeness.is_complete,
        why_incomplete=None if completeness.is_complete else reasons,
    )


def _select(rules: ProvisioningRules | Iterable[str] | None, ignore: Iterable[str]) -> _Selection:
    provider_rules = rules if isinstance(rules, ProvisioningRules) else None
    chosen = (
        list(FINDING_RULES)
        if rules is None or isinstance(rules, ProvisioningRules)
        else [_find_rule("rules", name).name for name in _check_texts("rules", rules)]
    )
    globs: dict[str, list[str]] = {}
    ignored: set[str] = set()
    for entry in _check_texts("ignore", ignore):
        name, colon, glob = entry.partition(":")
        rule = _find_rule("ignore", name).name
        if not colon:
            ignored.add(rule)
        elif glob.strip():
            globs.setdefault(rule, []).append(normalize_caseless(glob.strip()))
        else:
            raise InputError(
                f"ignore must have a name or glob after the colon, got {entry!r:.60};"
                f" write {rule + ':svc-*'!r}"
            )
    names = [name for name in FINDING_RULES if name in chosen and name not in ignored]
    return _Selection(names, globs, provider_rules)


def _check_texts(label: str, values: object) -> list[str]:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InputError(
            f"{label} must be a list of names of rules, got {values!r:.60}; write [{values!r:.60}]"
        )
    texts: list[str] = []
    for value in cast("Iterable[object]", values):
        if not isinstance(value, str):
            raise InputError(f"{label} must have names of rules, got {type(value).__name__}")
        texts.append(value)
    return texts


def _find_rule(label: str, name: str) -> FindingRule:
    rule = FINDING_RULES.get(name.strip())
    if rule is None:
        hint = (
            format_suggestion(name, FINDING_RULES) or f"; known rules: {', '.join(FINDING_RULES)}"
        )
        raise InputError(f"{label} must have names of rules, got {name!r:.60}{hint}")
    return rule


def _check_times(stale_after: object, now: object) -> None:
    if not isinstance(stale_after, timedelta) or stale_after <= timedelta():
        raise InputError(
            f"stale_after must be a positive timedelta such as timedelta(days=90), got {stale_after!r:.60}"
        )
    if now is not None and not (isinstance(now, datetime) and now.utcoffset() is not None):
        raise InputError(
            f"now must be a datetime with a UTC offset, got {now!r:.60};"
            " for example datetime.now(timezone.utc)"
        )
