"""The audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from britive_scim.admin.base import LenientDatetime, Model
from britive_scim.errors import InputError
from britive_scim.tables import shorten

__all__ = ["AuditEvent", "format_timestamp", "resolve_time_range"]


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

    timestamp: LenientDatetime | None = None
    actor: dict[str, Any] | None = None
    client: dict[str, Any] | None = None
    event: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    result: dict[str, Any] | None = None

    def __repr_args__(self) -> Any:
        """Say when, who, what, to whom and with which result."""
        shown = [
            (name, next((part[key] for key in keys if part.get(key) is not None), None))
            for name, keys in _REPR_KEYS.items()
            if (part := self.__dict__.get(name))
        ]
        return [
            *super().__repr_args__(),
            *((name, shorten(value)) for name, value in shown if value is not None),
        ]


_REPR_KEYS = {
    "actor": ("username", "displayName"),
    "event": ("displayName", "eventType"),
    "target": ("displayName", "targetId"),
    "result": ("success",),
}
"""What `repr` shows of each part of an event: the first of these that came."""


def resolve_time_range(
    since: timedelta | datetime, until: datetime | None, now: datetime
) -> tuple[str, str]:
    """Return beginning and end of a part of the log as the API writes them, in UTC.

    Args:
        since: an aware moment, or how long before the end.
        until: an aware moment; now if not given.
        now: the present.

    Raises:
        InputError: no moment, one without an offset, or an end before the beginning.

    Examples:
        >>> resolve_time_range(timedelta(days=7), None, datetime(2026, 5, 8, 9, 30, tzinfo=UTC))
        ('2026-05-01T09:30:00Z', '2026-05-08T09:30:00Z')
    """
    end = _check_aware(until, "until", "a datetime") if until is not None else now
    begin = (
        end - since
        if isinstance(since, timedelta)
        else _check_aware(since, "since", "a timedelta or a datetime")
    )
    if begin >= end:
        raise InputError(
            f"The log is asked from {format_timestamp(begin)} until {format_timestamp(end)}: nothing."
        )
    return format_timestamp(begin), format_timestamp(end)


def format_timestamp(value: datetime) -> str:
    """Return a moment as the audit log writes it: UTC, whole seconds, `Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check_aware(value: object, label: str, expected: str) -> datetime:
    if not isinstance(value, datetime):
        raise InputError(f"{label} must be {expected}, not {type(value).__name__}.")
    if value.tzinfo is None:
        raise InputError(
            f"{label} is {value.isoformat()} without an offset: say which time it is, for instance "
            "datetime(2026, 5, 6, tzinfo=timezone.utc)."
        )
    return value
