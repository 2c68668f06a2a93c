"""The audit log."""

from __future__ import annotations

from typing import Any

from britive_scim.admin.model import Model, Moment

__all__ = ["AuditEvent"]


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
