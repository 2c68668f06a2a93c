"""One event of the audit log, kept small: a tenant may keep a hundred thousand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from britive_scim.testing.http.clock import format_admin_time

__all__ = ["AuditEntry"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, and whether it was refused.

    Attributes:
        number: counts the events of a tenant.
        actor: display name.
        actor_type: `SCIM`, `API` for a token that nobody owns, or the type of the user.
        user_id: of the user who acted, if one did.
        username: of the user, or the name of the token or identity provider.
        roles: of the user.
        agent: the user agent of the request.
        name: what was done, for people.
        kind: what was done, for programs.
        target_id: id of what it was done to.
        target_name: name of that.
        status: HTTP status of the answer.
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
    kind: str
    target_id: str | None
    target_name: str | None
    status: int

    def to_wire(self) -> dict[str, Any]:
        """Return the event as the admin API shows it."""
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
            "event": {"displayName": self.name, "eventType": self.kind},
            "target": {"displayName": self.target_name, "targetId": self.target_id},
            "result": {"success": self.status < 400, "status": self.status},
        }

    def to_document(self) -> dict[str, Any]:
        """Return the event as JSON data."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> AuditEntry:
        """Return the event a document tells."""
        fields: dict[str, Any] = {**document, "at": datetime.fromisoformat(document["at"])}
        return cls(**fields)
