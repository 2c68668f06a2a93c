"""One event of the audit log, compact because a tenant may have 100,000."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from britive_scim.testing.http.clock import format_admin_time

__all__ = ["AuditEntry"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One event of the audit log: actor, action, target, status.

    Attributes:
        number: sequence number of the event in its tenant.
        at: the time.
        actor: display name of the actor.
        actor_type: `SCIM`, `API` for a token without an owner, or the type of the user.
        user_id: id of the acting user, if any.
        username: name of the user, or of the token or identity provider.
        roles: roles of the user.
        agent: user agent of the request.
        name: display name of the event.
        event_type: type of the event.
        target_id: id of the target.
        target_name: name of the target.
        status: HTTP status of the response.
    """

    number: int
    at: datetime
    actor: str
    actor_type: str
    user_id: str | None
    username: str
    roles: str
    agent: str | None
    name: str
    event_type: str
    target_id: str | None
    target_name: str | None
    status: int

    def to_wire(self) -> dict[str, Any]:
        """Return the event as an object of the admin API."""
        return {
            "timestamp": format_admin_time(self.at),
            "actor": {
                "displayName": self.actor,
                "role": self.roles,
                "type": self.actor_type,
                "userId": self.user_id,
                "username": self.username,
            },
            "client": {
                "device": None,
                "displayName": None,
                "ipAddress": None,
                "userAgent": self.agent,
            },
            "event": {"displayName": self.name, "eventType": self.event_type},
            "target": {"displayName": self.target_name, "targetId": self.target_id},
            "result": {"success": self.status < 400, "status": self.status},
        }

    def to_document(self) -> dict[str, Any]:
        """Return the event as JSON data."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "at": self.at.isoformat()}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> AuditEntry:
        """Return the event in a document."""
        fields: dict[str, Any] = {**document, "at": datetime.fromisoformat(document["at"])}
        return cls(**fields)
