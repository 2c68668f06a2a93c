"""Findings that need what only the admin API shows: logins, and the identity provider of a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from britive_scim.provisioning.directory.findings import Finding
from britive_scim.provisioning.directory.record_values import get_text, get_time, name_user
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.directory.rule_check import RuleCheck

__all__ = ["LOGIN_CHECKS"]

_BY_SCIM = "SCIM does not show {}; read the directory by the admin API: britive.read_directory()"


def _has_facts(check: RuleCheck, name: str, label: str) -> bool:
    """Return whether a fact of the admin API is shown for any user; note it otherwise."""
    users = check.directory.user_records
    if not users or any(name in (user.admin or {}) for user in users):
        return True
    is_admin = any(user.admin is not None for user in users)
    check.leave_out(
        f"the list of users does not show {label}" if is_admin else _BY_SCIM.format(label)
    )
    return False


def _iter_active_with_login(check: RuleCheck) -> Iterator[tuple[UserRecord, Mapping[str, object]]]:
    """Yield the active users whose last login, or that there was none, is known."""
    for user in check.iter_users(active=True):
        facts = user.admin or {}
        if "last_login" in facts:
            yield user, facts


def _find_users_without_login(check: RuleCheck) -> Iterator[Finding]:
    if not _has_facts(check, "last_login", "logins"):
        return
    for user, facts in _iter_active_with_login(check):
        if facts["last_login"] is None:
            created = get_time(user.values, "meta", "created")
            is_old = created and check.now and check.now - created > check.stale_after
            yield check.find(
                user=name_user(user),
                detail=f"created {created:%Y-%m-%d}" if created else "",
                severity="medium" if is_old else None,
            )


def _find_stale_logins(check: RuleCheck) -> Iterator[Finding]:
    if not _has_facts(check, "last_login", "logins"):
        return
    if check.now is None:
        check.leave_out("the time of reading is unknown; name it: findings(now=…)")
        return
    for user, facts in _iter_active_with_login(check):
        last_login = get_time(facts, "last_login")
        if last_login is not None and check.now - last_login > check.stale_after:
            days = (check.now - last_login).days
            detail = f"last login {last_login:%Y-%m-%d}, {days:,} days ago"
            yield check.find(user=name_user(user), detail=detail)


def _find_unowned_users(check: RuleCheck) -> Iterator[Finding]:
    if not _has_facts(check, "external", "if a user is external"):
        return
    if not _has_facts(check, "identity_provider", "identity providers"):
        return
    for user in check.directory.user_records:
        facts = user.admin or {}
        if facts.get("external") is True and get_text(facts, "identity_provider") is None:
            yield check.find(user=name_user(user), detail="external, without an identity provider")


LOGIN_CHECKS: Mapping[str, Callable[[RuleCheck], Iterator[Finding]]] = {
    "never-logged-in": _find_users_without_login,
    "stale-login": _find_stale_logins,
    "external-without-provider": _find_unowned_users,
}
"""Check by name of the rule."""
