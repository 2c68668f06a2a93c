"""Recording of changes in the audit log, refused ones included.

Event names and most of the layout are assumptions; the fields that can be filtered are documented.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from britive_scim.testing.http.messages import TenantRequest, TenantResponse
from britive_scim.testing.state.audit_event import AuditEntry
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import State, UserRecord

__all__ = ["Actor", "AuditLog"]

_RETENTION = timedelta(days=90)
"""Retention of events at Britive (docs/introduction-auditlogs)."""

_METHOD_VERBS = {"POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}
_READ_ONLY_ENDPOINTS = {
    ".search",
    "matched-users",
    "minimized-user-details",
    "minimized-tag-details",
}
"""Last path segments of POST requests that change nothing."""

_API_VERSION = re.compile(r"v\d+", re.IGNORECASE)
_ID_FIELDS = ("userTagId", "userId", "id")


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request.

    Attributes:
        name: name of the user, or of the token or identity provider if there is no user.
        type: `SCIM`, `API` for a token without an owner, or the type of the user.
        user: the user, if any.
    """

    name: str
    type: str
    user: UserRecord | None = None


class AuditLog:
    """Recorder of the audit events of one request.

    It must be created before the request is processed, because deleted objects have no name afterwards.

    Args:
        context: the tenant.
        request: the request.
        actor: the caller.
        path_ids: path segments that are ids; by default all after the first.
    """

    def __init__(
        self,
        context: TenantContext,
        request: TenantRequest,
        actor: Actor,
        path_ids: tuple[str, ...] | None = None,
    ) -> None:
        self._context = context
        self._request = request
        self._actor = actor
        scim = request.segments[1] == "scim"
        path = [
            segment
            for segment in request.segments[1 + scim :]
            if not _API_VERSION.fullmatch(segment)
        ]
        if path_ids is None:
            path_ids = tuple(segment for segment in path[1:] if segment != ".search")
        self._resource_path = [segment for segment in path if segment not in path_ids]
        self._api = "scim" if scim else "admin"
        self._targets = {
            id_: _find_name(context.state, id_)
            for id_ in _parse_target_ids(request, self._resource_path)
        }
        known_ids = (id_ for id_ in path_ids if _find_name(context.state, id_) is not None)
        self._target_id = next(known_ids, path_ids[0] if path_ids else None)
        self._target_name = _find_name(context.state, self._target_id)

    def record(self, response: TenantResponse) -> None:
        """Add an event for each target of the request; requests that only read add none."""
        verb = _METHOD_VERBS.get(self._request.method)
        # the operations of a bulk request are recorded individually
        if (
            verb is None
            or self._resource_path in ([], ["Bulk"])
            or self._resource_path[-1] in _READ_ONLY_ENDPOINTS
        ):
            return
        if response.status < 400 and self._target_id is None:
            self._target_id = _parse_created_id(response)
        state, now = self._context.state, self._context.now()
        while state.audit_entries and state.audit_entries[0].at < now - _RETENTION:
            state.audit_entries.popleft()
        for id_, name in self._targets.items() or [(self._target_id, self._target_name)]:
            self._append_entry(verb, id_, _find_name(state, id_) or name, response.status)

    def _append_entry(
        self, verb: str, target_id: str | None, target_name: str | None, status: int
    ) -> None:
        state, user = self._context.state, self._actor.user
        state.last_audit_number += 1
        state.audit_entries.append(
            AuditEntry(
                number=state.last_audit_number,
                at=self._context.now(),
                actor=self._actor.name,
                actor_type=self._actor.type,
                user_id=user.id if user else None,
                username=user.name if user else self._actor.name,
                roles=", ".join(user.roles) if user else "TenantAdmin",
                agent=self._request.headers.get("user-agent"),
                name=sys.intern(" ".join([verb, *self._resource_path])),
                event_type=sys.intern(".".join([self._api, *self._resource_path, verb]).lower()),
                target_id=target_id,
                target_name=target_name,
                status=status,
            )
        )


def _parse_target_ids(request: TenantRequest, resource_path: list[str]) -> list[str]:
    """Return the user ids in the body of a request that changes several users."""
    if resource_path not in (["users", "enabled-statuses"], ["users", "disabled-statuses"]):
        return []
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):  # the request will be refused
        return []
    ids = cast("list[object]", body) if isinstance(body, list) else []
    return [id_ for id_ in ids if isinstance(id_, str)]


def _find_name(state: State, id_: str | None) -> str | None:
    if id_ is None:
        return None
    record = (
        state.users.get(id_)
        or state.tags.get(id_)
        or state.providers.get(id_)
        or state.attributes.get(id_)
        or state.api_tokens.get(id_)
        or state.find_provider_by_name(id_)  # SCIM callers are stored by name of identity provider
    )
    if record is not None:
        return record.name
    workload: dict[str, dict[str, Any]] = state.settings.get("workloadProviders", {})
    return str(workload[id_]["name"]) if id_ in workload else None


def _parse_created_id(response: TenantResponse) -> str | None:
    """Return the id of the created object from the response."""
    try:
        body = json.loads(response.body)
    except ValueError:  # no body, or not JSON
        return None
    if not isinstance(body, dict):
        return None
    members = cast("dict[str, Any]", body)
    return next((str(members[name]) for name in _ID_FIELDS if members.get(name) is not None), None)
