"""Checks of the users of a source: missing and repeated keys, e-mail addresses, managers, status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from britive_scim.provisioning.directory.group_rows import GroupDraft, find_twins
from britive_scim.provisioning.directory.members import UserIndex
from britive_scim.provisioning.directory.problems import Problem
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.scim.datatypes import (
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
)
from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import ENTERPRISE_USER
from britive_scim.scim.values.node import is_mapping

__all__ = ["NO_USERS", "check_groups", "check_users"]

NO_USERS = "source must have users, got an empty one; an empty source is never applied"
"""Rule of a source without users; groups of the users at the target may be planned nevertheless."""

_MIN_USERS_OF_STATUS = 20
_SUSPECT_INACTIVE_SHARE = 0.9


def check_users(users: Sequence[UserRecord], index: UserIndex) -> Iterator[Problem]:
    """Yield the problems of the users of a source."""
    if not users:
        yield Problem(NO_USERS)
        return
    yield from _check_names(users)
    yield from _check_external_ids(users)
    yield from _check_emails(users)
    yield from _check_managers(users, index)
    yield from _check_status(users)


def check_groups(groups: Sequence[GroupDraft], source: str | None) -> Iterator[Problem]:
    """Yield the problems of the groups of a source."""
    if not groups:
        rule = "source must have groups, got an empty list; omit it to leave groups unchanged"
        yield Problem(rule, source=source)
    for first, twin in find_twins(groups):
        rule = (
            f"name of a group must differ in more than case and blanks from that of line {first.line};"
            " spell both alike, or rename one"
        )
        yield Problem(rule, twin.line, "group", twin.name, source=source)
    seen: dict[str, GroupDraft] = {}
    for group in groups:
        external_id = group.values.get("externalId")
        if isinstance(external_id, str) and seen.setdefault(external_id, group) is not group:
            rule = (
                f"externalId of a group must be unique, got that of line {seen[external_id].line}"
            )
            yield Problem(rule, group.line, "externalId", external_id, source=source)
    if len(groups) > 1 and all(group.name.isdecimal() for group in groups):
        yield Problem(
            "groups must be named, got numbers only; a column of counts is ignored with columns={'groups': None}",
            groups[0].line,
            "groups",
            groups[0].name,
            "warning",
            source,
        )


def _check_names(users: Sequence[UserRecord]) -> Iterator[Problem]:
    first: dict[str, UserRecord] = {}
    for user in users:
        name = user.user_name
        if not isinstance(name, str) or not name:
            yield Problem("userName must not be empty", user.line, "userName")
            continue
        known = first.setdefault(normalize_user_name(name), user)
        if known is not user:
            rule = f"userName must be unique, got that of line {known.line}"
            yield Problem(rule, user.line, "userName", name)


def _check_external_ids(users: Sequence[UserRecord]) -> Iterator[Problem]:
    first: dict[str, UserRecord] = {}
    for user in users:
        external_id = user.external_id
        if not isinstance(external_id, str):
            continue
        known = first.setdefault(normalize_caseless(external_id), user)
        if known is user:
            continue
        is_equal = normalize_case_exact(cast("str", known.external_id)) == normalize_case_exact(
            external_id
        )
        rule = f"externalId must be unique, got that of line {known.line}" + (
            "" if is_equal else " in other case"
        )
        yield Problem(
            rule, user.line, "externalId", external_id, "error" if is_equal else "warning"
        )


def _check_emails(users: Sequence[UserRecord]) -> Iterator[Problem]:
    for user in users:
        emails = user.values.get("emails")
        for email in emails if is_list(emails) else ():
            address = email.get("value") if is_mapping(email) else email
            if address is not None and not _is_address(address):
                yield Problem(
                    "e-mail address must be name@domain; are the cells of this row shifted?",
                    user.line,
                    "emails",
                    str(address),
                )


def _is_address(address: object) -> bool:
    if not isinstance(address, str):
        return False
    name, at, domain = address.rpartition("@")
    return bool(name and at and domain) and not any(c.isspace() for c in address)


def _check_managers(users: Sequence[UserRecord], index: UserIndex) -> Iterator[Problem]:
    for user in users:
        enterprise = user.values.get(ENTERPRISE_USER)
        manager: Any = enterprise.get("manager") if is_mapping(enterprise) else None
        key = manager.get("value") if is_mapping(manager) else manager
        if not isinstance(key, str) or not key:
            continue
        found, is_ambiguous = index.find(key)
        if found is None:
            rule = "manager must be the externalId or userName of a user of the source; it stays as it is"
            yield Problem(rule, user.line, "manager", key, "warning")
        elif is_ambiguous:
            rule = "manager must be one user, got the externalId of one and the userName of another"
            yield Problem(rule, user.line, "manager", key, "warning")


def _check_status(users: Sequence[UserRecord]) -> Iterator[Problem]:
    stated = [
        user.values["active"] for user in users if isinstance(user.values.get("active"), bool)
    ]
    inactive = stated.count(False)
    if len(stated) >= _MIN_USERS_OF_STATUS and inactive > _SUSPECT_INACTIVE_SHARE * len(stated):
        rule = (
            f"most users should be active, got {inactive:,} inactive of {len(stated):,}; does the column state"
            " the opposite? swap the words with active= and inactive="
        )
        yield Problem(rule, None, "active", severity="warning")
