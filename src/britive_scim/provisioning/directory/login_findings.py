"""Findings that need what only the admin API shows: logins, and the identity provider of a user."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.findings import Finding
from britive_scim.provisioning.directory.record_values import (
    get_text,
    get_time,
    is_active,
    name_user,
)
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.directory.rule_check import RuleCheck

__all__ = ["LOGIN_CHECKS"]

_BY_SCIM = "SCIM does not show {}; read the directory by the admin API: britive.read_directory()"


def _has_facts(check: RuleCheck, name: str, label: str, users: Iterable[UserRecord] = ()) -> bool:
    """Return whether a fact of the admin API is shown for any user; note the users without it.

    Args:
        check: the check.
        name: name of the fact.
        label: the fact in the note.
        users: the users that cannot be checked without it.
    """
    everyone = check.directory.user_records
    if everyone and not any(name in (user.admin or {}) for user in everyone):
        is_admin = any(user.admin is not None for user in everyone)
        check.leave_out(
            f"the list of users does not show {label}" if is_admin else _BY_SCIM.format(label)
        )
        return False
    hidden = sum(name not in (user.admin or {}) for user in users)
    if hidden:
        check.leave_out(
            f"the list of users does not show {label} for {format_count(hidden, 'user')};"
            " the other users were checked"
        )
    return True


def _has_logins(check: RuleCheck) -> bool:
    """Return whether logins and status are shown for any user; note the users without them."""
    users = check.directory.user_records
    maybe_active = (user for user in users if is_active(user) is not False)
    return _has_facts(check, "last_login", "logins", maybe_active) and check.has_status()


def _iter_active_with_login(check: RuleCheck) -> Iterator[tuple[UserRecord, Mapping[str, object]]]:
    """Yield the active users whose last login, or that there was none, is known."""
    for user in check.iter_users(active=True):
        facts = user.admin or {}
        if "last_login" in facts:
            yield user, facts


def _find_users_without_login(check: RuleCheck) -> Iterator[Finding]:
    if not _has_logins(check):
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
    if not _has_logins(check):
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
    users = check.directory.user_records
    if not _has_facts(check, "external", "who is external", users):
        return
    if not _has_facts(check, "identity_provider", "identity providers"):
        return
    for user in users:
        facts = user.admin or {}
        if facts.get("external") is True and get_text(facts, "identity_provider") is None:
            yield check.find(user=name_user(user), detail="external, without an identity provider")


LOGIN_CHECKS: Mapping[str, Callable[[RuleCheck], Iterator[Finding]]] = {
    "never-logged-in": _find_users_without_login,
    "stale-login": _find_stale_logins,
    "external-without-provider": _find_unowned_users,
}
"""Check by name of the rule."""
