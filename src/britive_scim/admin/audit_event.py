"""The audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from britive_scim import tables
from britive_scim.admin.base import Model, Moment
from britive_scim.errors import InputError

__all__ = ["AuditEvent", "instant", "window"]


class AuditEvent(Model):
    """One event; its layout is not documented beyond these parts, so they stay plain mappings.

    Attributes:
        timestamp: when it happened.
        actor: who did it: `displayName`, `role`, `type`, `userId`, `username`.
        client: from where: `device`, `displayName`, `ipAddress`, `userAgent`.
        event: what: `displayName`, `eventType`.
        target: to what: `displayName`, `targetId`, `applicationName`, ...
        result: `success` and more.

    Source: docs/manage-audit-operations (the fields that can be filtered; the layout is inferred from them).
    """

    timestamp: Moment | None = None
    actor: dict[str, Any] | None = None
    client: dict[str, Any] | None = None
    event: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    result: dict[str, Any] | None = None

    def __repr_args__(self) -> Any:
        """Say when, who, what, to whom and with which result."""
        shown = [
            (name, next((part[key] for key in keys if part.get(key) is not None), None))
            for name, keys in _TOLD.items()
            if (part := self.__dict__.get(name))
        ]
        return [
            *super().__repr_args__(),
            *((name, tables.shorten(value)) for name, value in shown if value is not None),
        ]


_TOLD = {
    "actor": ("username", "displayName"),
    "event": ("displayName", "eventType"),
    "target": ("displayName", "targetId"),
    "result": ("success",),
}
"""What `repr` shows of each part of an event: the first of these that came."""


def window(since: timedelta | datetime, until: datetime | None, now: datetime) -> tuple[str, str]:
    """Return beginning and end of a part of the log as the API writes them, in UTC.

    Args:
        since: an aware moment, or how long before the end.
        until: an aware moment; now if not given.
        now: the present.

    Raises:
        InputError: no moment, one without an offset, or an end before the beginning.

    Examples:
        >>> window(timedelta(days=7), None, datetime(2026, 5, 8, 9, 30, tzinfo=UTC))
        ('2026-05-01T09:30:00Z', '2026-05-08T09:30:00Z')
    """
    end = _aware(until, "until", "a datetime") if until is not None else now
    begin = (
        end - since
        if isinstance(since, timedelta)
        else _aware(since, "since", "a timedelta or a datetime")
    )
    if begin >= end:
        raise InputError(f"The log is asked from {instant(begin)} until {instant(end)}: nothing.")
    return instant(begin), instant(end)


def instant(moment: datetime) -> str:
    """Return a moment as the audit log writes it: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _aware(moment: object, what: str, kind: str) -> datetime:
    if not isinstance(moment, datetime):
        raise InputError(f"{what} must be {kind}, not {type(moment).__name__}.")
    if moment.tzinfo is None:
        raise InputError(
            f"{what} is {moment.isoformat()} without an offset: say which time it is, for instance "
            "datetime(2026, 5, 6, tzinfo=timezone.utc)."
        )
    return moment
