"""Single values of records, whatever types a server sent: names, e-mail addresses, status, times, and one line of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import ENTERPRISE_USER
from britive_scim.scim.values.node import is_mapping
from britive_scim.tables import shorten

__all__ = [
    "describe_group",
    "describe_user",
    "explain_unknown_status",
    "find_manager",
    "get_email",
    "get_full_name",
    "get_key",
    "get_part",
    "get_status",
    "get_text",
    "get_time",
    "is_active",
    "is_of_provider",
    "list_emails",
    "name_group",
    "name_user",
]

_MAX_WIDTH = 120


def get_text(values: Mapping[str, Any], *path: str) -> str | None:
    """Return the string at a path of keys, or `None`."""
    value: Any = values
    for name in path:
        value = value.get(name) if is_mapping(value) else None
    return value if isinstance(value, str) and value else None


def get_part(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object among the values, or an empty one."""
    part = values.get(name)
    return cast("Mapping[str, Any]", part) if is_mapping(part) else {}


def get_time(values: Mapping[str, Any], *path: str) -> datetime | None:
    """Return the time at a path of keys, in UTC, or `None`; without an offset it is UTC."""
    text = get_text(values, *path)
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (
        ValueError,
        OverflowError,
    ):  # no time, or one before the year 1 or after the year 9999 in UTC
        return None


def name_user(user: UserRecord) -> str:
    """Return the userName, else externalId or id."""
    return _find_name(user.values, "userName")


def name_group(group: GroupRecord) -> str:
    """Return the displayName, else externalId or id."""
    return _find_name(group.values, "displayName")


def _find_name(values: Mapping[str, Any], name: str) -> str:
    names = (get_text(values, key) for key in (name, "externalId", "id"))
    return next((name for name in names if name), "")


def get_key(user: UserRecord) -> str | None:
    """Return the userName case-folded, which is the column `key` of all tables of users, or `None`."""
    name = get_text(user.values, "userName")
    return None if name is None else name.casefold()


def is_of_provider(group: GroupRecord, provider: str | None) -> bool:
    """Return whether a group belongs to an identity provider; `None` is the whole tenant.

    A reading of one provider by the admin API has tags of others too, if users of the provider are in them.
    """
    names = (group.admin or {}).get("identity_providers")
    return provider is None or names is None or provider in names


def list_emails(user: UserRecord) -> list[str]:
    """Return the e-mail addresses of a user."""
    emails = user.values.get("emails")
    if not is_list(emails):
        return []
    items = [email.get("value") if is_mapping(email) else email for email in emails]
    return [item for item in items if isinstance(item, str) and item]


def get_email(user: UserRecord) -> str | None:
    """Return the primary e-mail address, else the first work address, else the first one."""
    emails = user.values.get("emails")
    objects: list[Mapping[str, Any]] = (
        [email for email in emails if is_mapping(email) and get_text(email, "value")]
        if is_list(emails)
        else []
    )
    primary = [email for email in objects if email.get("primary") is True]
    work = [email for email in objects if str(email.get("type")).lower() == "work"]
    chosen = primary or work or objects
    return chosen[0]["value"] if chosen else next(iter(list_emails(user)), None)


def get_full_name(user: UserRecord) -> str | None:
    """Return the formatted name, else given and family name, else the display name."""
    formatted = get_text(user.values, "name", "formatted")
    if formatted is not None:
        return formatted
    parts = (get_text(user.values, "name", key) for key in ("givenName", "familyName"))
    return " ".join(part for part in parts if part) or get_text(user.values, "displayName")


def is_active(user: UserRecord) -> bool | None:
    """Return the status, or `None` where it is not shown."""
    active = user.values.get("active")
    return active if isinstance(active, bool) else None


def get_status(user: UserRecord) -> str | None:
    """Return the status as a word: that of the admin API, else `active` or `inactive`."""
    word = None if user.admin is None else get_text(user.admin, "status")
    if word is not None:
        return word
    active = is_active(user)
    return None if active is None else "active" if active else "inactive"


def explain_unknown_status(users: Iterable[UserRecord]) -> str | None:
    """Return which users are neither known to be active nor to be inactive, such as locked ones; `None` without any."""
    unknown = [user for user in users if is_active(user) is None]
    hidden = sum(get_status(user) is None for user in unknown)
    numbers = (
        (hidden, "the status of {} is not shown"),
        (len(unknown) - hidden, "the status of {} is neither active nor inactive"),
    )
    reasons = [text.format(format_count(number, "user")) for number, text in numbers if number]
    return ", ".join(reasons) or None


def find_manager(user: UserRecord) -> str | None:
    """Return the key of the manager, or `None`."""
    manager = get_part(user.values, ENTERPRISE_USER).get("manager")
    key: object = manager.get("value") if is_mapping(manager) else manager
    return key if isinstance(key, str) and key else None


def describe_user(user: UserRecord) -> str:
    """Return one line that says who a user is.

    Examples:
        >>> describe_user(UserRecord({"userName": "ana@acme.com", "displayName": "Ana Diaz", "active": True}))
        'ana@acme.com · Ana Diaz · active'
    """
    parts = (name_user(user) or "(no name)", get_full_name(user), get_status(user))
    return shorten(" · ".join(part for part in parts if part), _MAX_WIDTH)


def describe_group(group: GroupRecord) -> str:
    """Return one line that says what a group is, without its members.

    Examples:
        >>> describe_group(GroupRecord({"displayName": "Ops"}, ()))
        'Ops · 0 members'
    """
    if group.members is None:
        size = "members not shown"
    else:
        size = format_count(len(group.members), "member")
    return shorten(f"{name_group(group) or '(no name)'} · {size}", _MAX_WIDTH)
