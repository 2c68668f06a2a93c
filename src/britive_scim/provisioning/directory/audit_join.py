"""Events of the audit log with what a directory knows of their actors and targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from britive_scim import admin
from britive_scim.admin.audit_table import AUDIT_COLUMNS, build_audit_row
from britive_scim.errors import InputError
from britive_scim.provisioning.directory.directory_tables import TabularDirectory
from britive_scim.provisioning.directory.record_values import get_key, get_status, get_text
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.scim.names import fold
from britive_scim.tables import Row, Table

__all__ = ["build_audit_table"]

_JOINED_COLUMNS = {
    "actor_key": str,
    "actor_status": str,
    "target_key": str,
    "target_status": str,
}


_USER_TYPES = frozenset({"user", "serviceidentity", "aiidentity"})
"""Types of actors and targets that are users, in lower case; others have display names, too."""


@dataclass(frozen=True, slots=True)
class _JoinState:
    """Completeness of the events and of the users that they were joined with.

    Attributes:
        complete: all were read; `None` if that is not known of the events.
        why_incomplete: the reason, or `None`.
    """

    complete: bool | None
    why_incomplete: str | None

    @classmethod
    def of(cls, events: object, directory: TabularDirectory) -> _JoinState:
        """Return the state of events that were read, and of a directory."""
        reasons: list[str] = []
        complete = getattr(events, "complete", None)
        if complete is False:
            reasons.append(
                f"events: {getattr(events, 'why_incomplete', None) or 'not all were read'}"
            )
        if directory.completeness.users is False:
            known = [r for r in directory.completeness.reasons if r.startswith("users")]
            reasons += known or ["users: not all were read"]
        if reasons:
            return cls(False, "; ".join(reasons))
        return cls(True if complete is True else None, None)


class _UserFinder:
    """Users of a directory by the ids and names of audit events.

    Args:
        directory: the directory; ids are compared only if they are those of the admin API.
    """

    def __init__(self, directory: TabularDirectory) -> None:
        has_ids = directory.has_same_ids or directory.source.format == "admin API"
        users = directory.user_records
        self._has_same_ids = directory.has_same_ids
        self._by_id = {user.id: user for user in users if user.id} if has_ids else None
        self._by_name: dict[str, UserRecord | None] = {}
        for user in users:
            key = get_key(user)
            if key is not None:  # a name of several users identifies none
                self._by_name[key] = None if key in self._by_name else user

    def find(self, part: Mapping[str, Any], id_name: str, *names: str) -> UserRecord | None:
        """Return the user that a part of an event names, or `None`; an id that is compared decides."""
        id_ = get_text(part, id_name)
        if id_ is not None and self._by_id is not None:
            return self._by_id.get(id_)
        type_ = get_text(part, "type") or "User"
        if fold("".join(filter(str.isalnum, type_))) not in _USER_TYPES:
            names = tuple(name for name in names if name != "displayName")
        texts = (get_text(part, name) for name in names)
        found = (self._by_name.get(text.casefold()) for text in texts if text)
        return next((user for user in found if user is not None), None)

    def describe(self, user: UserRecord | None) -> tuple[str | None, str | None]:
        """Return key and status of a user."""
        if user is None:
            return None, None
        return (user.id if self._has_same_ids else get_key(user)), get_status(user)


def build_audit_table(directory: TabularDirectory, events: Iterable[admin.AuditEvent]) -> Table:
    """Return a table of events; see `Directory.join_audit`."""
    if not isinstance(cast("object", events), Iterable):
        raise InputError(
            f"events must be audit events, got {type(events).__name__};"
            " of an async client write `await britive.audit_logs.query().all()`"
        )
    finder, rows = _UserFinder(directory), list[Row]()
    for event in events:  # now: a pager is read once, a table any number of times
        if not isinstance(cast("object", event), admin.AuditEvent):
            raise InputError(f"events must be audit events, got {type(event).__name__}")
        actor = finder.find(event.actor or {}, "userId", "username", "displayName")
        target = finder.find(event.target or {}, "targetId", "displayName")
        rows.append((*build_audit_row(event), *finder.describe(actor), *finder.describe(target)))
    state = _JoinState.of(events, directory)
    return Table({**AUDIT_COLUMNS, **_JOINED_COLUMNS}, (rows,), state=state)
