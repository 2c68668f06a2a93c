"""Events of the audit log, and the time range of a query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from britive_scim.admin.base import LenientDatetime, Model
from britive_scim.errors import InputError
from britive_scim.notebook_text import join_parts
from britive_scim.tables import shorten

__all__ = ["AuditEvent", "format_timestamp", "resolve_time_range"]


class AuditEvent(Model):
    """One event of the audit log; only its top level is documented, so its parts are mappings.

    Attributes:
        timestamp: time of the event.
        actor: `displayName`, `role`, `type`, `userId`, `username`.
        client: `device`, `displayName`, `ipAddress`, `userAgent`.
        event: `displayName`, `eventType`.
        target: `displayName`, `targetId`, `applicationName`, ...
        result: `success` and more.

    Source: docs/manage-audit-operations (the fields that can be filtered; the layout is inferred from them).
    """

    timestamp: LenientDatetime | None = None
    actor: dict[str, Any] | None = None
    client: dict[str, Any] | None = None
    event: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    result: dict[str, Any] | None = None

    def _format_for_notebook(self) -> str:
        time = self.timestamp and format_timestamp(self.timestamp)
        values = dict(self._list_parts())
        success = {True: "succeeded", False: "failed"}.get(values.pop("result", None))
        return shorten(join_parts(time, *values.values(), success), 120) or repr(self)

    def __repr_args__(self) -> Any:
        """Return the timestamp and the most telling value of each part."""
        parts = ((name, shorten(value)) for name, value in self._list_parts())
        return [*super().__repr_args__(), *parts]

    def _list_parts(self) -> list[tuple[str, Any]]:
        parts = [
            (name, next((part[key] for key in keys if part.get(key) is not None), None))
            for name, keys in _REPR_KEYS.items()
            if (part := self.__dict__.get(name))
        ]
        return [(name, value) for name, value in parts if value is not None]


_REPR_KEYS = {
    "actor": ("username", "displayName"),
    "event": ("displayName", "eventType"),
    "target": ("displayName", "targetId"),
    "result": ("success",),
}
"""Keys of each part of an event; `repr` shows the first that has a value."""


def resolve_time_range(
    since: timedelta | datetime, until: datetime | None, now: datetime
) -> tuple[str, str]:
    """Return start and end of a query of the audit log, formatted in UTC.

    Args:
        since: an aware datetime, or the length of the range.
        until: an aware datetime; `now` if not given.
        now: the current time.

    Raises:
        InputError: another type, a datetime without a UTC offset, or an end before the start.

    Examples:
        >>> resolve_time_range(timedelta(days=7), None, datetime(2026, 5, 8, 9, 30, tzinfo=UTC))
        ('2026-05-01T09:30:00Z', '2026-05-08T09:30:00Z')
    """
    end = now if until is None else _check_aware(until, "until")
    start = _subtract(end, since) if isinstance(since, timedelta) else _check_aware(since, "since")
    if start >= end:
        raise InputError(
            f"since must be before until, got {format_timestamp(start)} and {format_timestamp(end)}"
        )
    return format_timestamp(start), format_timestamp(end)


def format_timestamp(value: datetime) -> str:
    """Format a datetime like the audit log: UTC, whole seconds, `Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _subtract(end: datetime, length: timedelta) -> datetime:
    try:
        return end - length
    except OverflowError as error:
        raise InputError(
            f"since must be a length within the calendar, got {length!r:.60}; for example timedelta(days=7)"
        ) from error


def _check_aware(value: object, label: str) -> datetime:
    if not isinstance(value, datetime):
        expected, example = (
            ("a timedelta, or a datetime", "timedelta(days=7)")
            if label == "since"
            else ("a datetime", "datetime(2026, 5, 6, tzinfo=timezone.utc)")
        )
        raise InputError(
            f"{label} must be {expected} with a UTC offset, got {value!r:.60}; for example {example}"
        )
    if value.tzinfo is None:
        raise InputError(
            f"{label} must have a UTC offset, got {value.isoformat()}; "
            "for example datetime(2026, 5, 6, tzinfo=timezone.utc)"
        )
    return value
