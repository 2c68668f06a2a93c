"""Row of an audit event: documented parts, and parts of other forms."""

from datetime import UTC, datetime
from typing import Any

import pytest

from britive_scim import admin
from britive_scim.admin.audit_table import AUDIT_COLUMNS, build_audit_row

FULL = {
    "timestamp": "2026-05-01T10:00:00Z",
    "actor": {"username": "ana", "displayName": "Ana", "type": "User"},
    "event": {"eventType": "tag.update", "displayName": "Update"},
    "target": {"displayName": "Ops", "targetId": "t1", "type": "Tag"},
    "result": {"success": True, "message": "ok"},
    "client": {"ipAddress": "192.0.2.1"},
}


@pytest.mark.parametrize(
    ("event", "row"),
    [
        (FULL, (datetime(2026, 5, 1, 10, tzinfo=UTC), "ana", "User", "tag.update", "Ops", "Tag", "success", "ok", "192.0.2.1")),
        ({"actor": {"displayName": "Ana"}, "target": {"targetId": "t1"}}, (None, "Ana", None, None, "t1", None, None, None, None)),
        ({"actor": {"userId": "u1"}, "result": {"success": False}}, (None, "u1", None, None, None, None, "failure", None, None)),
        ({"event": {"displayName": "Login"}, "result": {"success": "true", "message": 5}}, (None, None, None, "Login", None, None, "true", "5", None)),
        ({}, (None,) * 9),
    ],
)  # fmt: skip
def test_audit_row_has_documented_parts(event: dict[str, Any], row: tuple[Any, ...]) -> None:
    built = build_audit_row(admin.AuditEvent.from_wire(event))
    assert built == row
    assert len(built) == len(AUDIT_COLUMNS)
