"""Columns of the table of audit events, and the row of an event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from britive_scim.admin.audit_event import AuditEvent

__all__ = ["AUDIT_COLUMNS", "build_audit_row"]

AUDIT_COLUMNS: Final[Mapping[str, type[Any]]] = {
    "timestamp": datetime,
    "actor": str,
    "actor_type": str,
    "event_type": str,
    "target": str,
    "target_type": str,
    "result": str,
    "message": str,
    "client_ip": str,
}
"""Type by name of the column. The layout of an event is inferred from the fields that can be filtered."""

_RESULTS: Final = {True: "success", False: "failure"}


def build_audit_row(event: AuditEvent) -> tuple[Any, ...]:
    """Return the values of the columns; what an event does not have is `None`.

    Examples:
        >>> event = AuditEvent(actor={"username": "ana", "type": "User"}, result={"success": True})
        >>> dict(zip(AUDIT_COLUMNS, build_audit_row(event), strict=True))["result"]
        'success'
    """
    result = event.result or {}
    success = result.get("success")
    return (
        event.timestamp,
        _find_text(event.actor, "username", "displayName", "userId"),
        _find_text(event.actor, "type"),
        _find_text(event.event, "eventType", "displayName"),
        _find_text(event.target, "displayName", "targetId"),
        _find_text(event.target, "type"),
        _RESULTS[success] if isinstance(success, bool) else _find_text(result, "success"),
        _find_text(result, "message"),
        _find_text(event.client, "ipAddress"),
    )


def _find_text(part: Mapping[str, Any] | None, *names: str) -> str | None:
    """Return the first of these members that has a value, as text."""
    values = ((part or {}).get(name) for name in names)
    return next((str(value) for value in values if value not in (None, "", {}, [])), None)
