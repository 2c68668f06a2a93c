"""How a change comes into the audit log: who did what to what, and whether it was refused.

The names of events and most of their layout are assumptions; the fields that can be filtered are documented.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from britive_scim.testing.http.messages import Answer, Request
from britive_scim.testing.state.audit_event import AuditEvent
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import State, User

__all__ = ["Actor", "Trail"]

_RETENTION = timedelta(days=90)
"""How long Britive keeps events (docs/introduction-auditlogs)."""

_VERBS = {"POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}
_READING = {".search", "matched-users", "minimized-user-details", "minimized-tag-details"}
"""Ends of paths that are asked by POST and change nothing."""

_VERSION = re.compile(r"v\d+", re.IGNORECASE)
_IDS = ("userTagId", "userId", "id")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is behind a request.

    Attributes:
        name: of the user, or of the token or identity provider where nobody is.
        kind: `SCIM`, `API` for a token that nobody owns, or the type of the user.
    """

    name: str
    kind: str
    user: User | None = None


class Trail:
    """One request on its way into the audit log.

    Made before the request is acted upon, as what it deletes has no name afterwards.

    Args:
        world: the tenant.
        request: what is asked.
        actor: who asks.
        slots: the parts of its path that are ids.
    """

    def __init__(
        self, world: World, request: Request, actor: Actor, slots: tuple[str, ...] | None = None
    ) -> None:
        self._world = world
        self._request = request
        self._actor = actor
        scim = request.segments[1] == "scim"
        path = [one for one in request.segments[1 + scim :] if not _VERSION.fullmatch(one)]
        ids = tuple(one for one in path[1:] if one != ".search") if slots is None else slots
        self._where = [one for one in path if one not in ids]
        self._api = "scim" if scim else "admin"
        self._targets = {id_: _name_of(world.state, id_) for id_ in _several(request, self._where)}
        named = (id_ for id_ in ids if _name_of(world.state, id_) is not None)
        self._id = next(named, ids[0] if ids else None)
        self._name = _name_of(world.state, self._id)

    def end(self, done: Answer) -> None:
        """Note what became of it, once for each user it was about; what was only read is not noted."""
        verb = _VERBS.get(self._request.method)
        # what a bulk request does is noted one by one
        if verb is None or self._where in ([], ["Bulk"]) or self._where[-1] in _READING:
            return
        if done.status < 400 and self._id is None:
            self._id = _id_in(done)
        state, now = self._world.state, self._world.now()
        while state.events and state.events[0].at < now - _RETENTION:
            state.events.popleft()
        for id_, name in self._targets.items() or [(self._id, self._name)]:
            self._note(verb, id_, _name_of(state, id_) or name, done.status)

    def _note(self, verb: str, target: str | None, name: str | None, status: int) -> None:
        state, user = self._world.state, self._actor.user
        state.last_event += 1
        state.events.append(
            AuditEvent(
                number=state.last_event,
                at=self._world.now(),
                actor=self._actor.name,
                actor_type=self._actor.kind,
                user_id=user.id if user else None,
                username=user.name if user else self._actor.name,
                roles=", ".join(user.roles) if user else "TenantAdmin",
                agent=self._request.headers.get("user-agent"),
                name=sys.intern(" ".join([verb, *self._where])),
                kind=sys.intern(".".join([self._api, *self._where, verb]).lower()),
                target_id=target,
                target_name=name,
                status=status,
            )
        )


def _several(request: Request, where: list[str]) -> list[str]:
    """Return the ids of a request that is about several users at once: the body lists them."""
    if where not in (["users", "enabled-statuses"], ["users", "disabled-statuses"]):
        return []
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):  # to be refused
        return []
    ids = cast("list[object]", body) if isinstance(body, list) else []
    return [id_ for id_ in ids if isinstance(id_, str)]


def _name_of(state: State, id_: str | None) -> str | None:
    if id_ is None:
        return None
    found = (
        state.users.get(id_)
        or state.tags.get(id_)
        or state.providers.get(id_)
        or state.attributes.get(id_)
        or state.api_tokens.get(id_)
        or state.provider_named(id_)  # who may push for one is kept by its name
    )
    if found is not None:
        return found.name
    workload: dict[str, dict[str, Any]] = state.settings.get("workloadProviders", {})
    return str(workload[id_]["name"]) if id_ in workload else None


def _id_in(done: Answer) -> str | None:
    """Return the id of what was made, from the answer that shows it."""
    try:
        body = json.loads(done.body)
    except ValueError:  # no body, or text
        return None
    if not isinstance(body, dict):
        return None
    members = cast("dict[str, Any]", body)
    return next((str(members[name]) for name in _IDS if members.get(name) is not None), None)
