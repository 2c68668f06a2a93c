"""SCIM server of groups with members, as an httpx transport, with the deviations of real providers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import httpx

from support.fake_scim_server import (
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
)

Shown = Literal["all", "absent", "null", "empty"]
Body = Literal["none", "new", "old"]
Fault = Literal["", "lost before", "lost after", "500 before", "500 after", "403"]


class MemberServer(FakeScimServer):
    """Server with one group, `g`, and users.

    Args:
        members: ids of the members.
        users: ids of the users that exist; `None` for every id.
        shown: members in the response to a GET of a group.
        cut: maximum number of members that it shows; `None` for all.
        lag: seconds until a GET shows a change.
        clock: clock of the lag.
        refused: ids that no request may add or remove.
        status: status of a refusal.
        detail: detail of a refusal; `{}` stands for the id.
        scim_type: scimType of a refusal.
        removes_absent: whether the removal of an id that is not a member is accepted.
        can_replace: whether the members can be replaced.
        limit: maximum number of members of a request.
        patch: whether PATCH is supported.
        put_keeps: whether a PUT without members keeps them.
        body: group in the response to a PATCH or PUT, as a GET shows it after or before the change.
        faults: fault of each request that changes something, in order; then none.
    """

    def __init__(
        self,
        members: Iterable[str] = (),
        *,
        users: Iterable[str] | None = None,
        shown: Shown = "all",
        cut: int | None = None,
        lag: float = 0,
        clock: FakeClock | None = None,
        refused: Iterable[str] = (),
        status: int = 400,
        detail: str = "user {} cannot be changed",
        scim_type: str | None = None,
        removes_absent: bool = True,
        can_replace: bool = True,
        limit: int | None = None,
        patch: bool = True,
        put_keeps: bool = False,
        body: Body = "none",
        faults: Iterable[Fault] = (),
    ) -> None:
        super().__init__(make_response(404))
        self.groups: dict[str, dict[str, Any]] = {}
        self.members: dict[str, list[str]] = {}
        self.users = None if users is None else set(users)
        self.shown = shown
        self.cut = cut
        self.lag = lag
        self.clock = clock or FakeClock()
        self.refused = set(refused)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type
        self.removes_absent = removes_absent
        self.can_replace = can_replace
        self.limit = limit
        self.patch = patch
        self.put_keeps = put_keeps
        self.body = body
        self.faults: Iterator[Fault] = iter(faults)
        self.history: dict[str, list[tuple[float, list[str]]]] = {}
        self.listed: Callable[[list[str]], list[str]] = lambda ids: ids
        self.make("g", "Group", list(members))

    # --------------------------------------------------------------------------------- for tests

    @property
    def current(self) -> set[str]:
        """Ids of the members of the group `g`."""
        return set(self.members["g"])

    @property
    def changes(self) -> list[tuple[str, int]]:
        """Name of the operation and number of members of each PATCH."""
        return [
            (ops[0]["op"].lower(), sum(len(o.get("value") or [o]) for o in ops))
            for request, body in zip(self.sent, self.bodies, strict=True)
            if request.method == "PATCH"
            for ops in [body["Operations"]]
        ]

    def make(self, id_: str, name: str, members: list[str], **more: Any) -> None:
        """Store a group."""
        group = {**make_group(1, **more), "id": id_, "displayName": name}
        self.groups[id_] = group
        self.store(id_, members)

    def store(self, id_: str, members: list[str]) -> None:
        """Store the members of a group, with the time from which a GET shows them."""
        self.members[id_] = members
        self.history.setdefault(id_, [(0.0, [] if id_ != "g" else members)]).append(
            (self.clock.monotonic() + self.lag, members)
        )

    # -------------------------------------------------------------------------------- responding

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        if request.method == "GET":
            return self.read(request)
        fault = next(self.faults, "")
        if fault == "403":
            return make_error(403)
        if fault == "lost before":
            raise httpx.ReadError("reset")
        if fault == "500 before":
            return make_error(500)
        id_ = request.url.path.rpartition("/")[2]
        earlier = self.show(id_) if id_ in self.groups else {}
        response = self.write(request)
        if response.status_code == 204 and self.body != "none":
            response = make_response(200, earlier if self.body == "old" else self.show(id_))
        if fault == "lost after":
            raise httpx.ReadError("reset")
        return make_error(500) if fault == "500 after" else response

    def read(self, request: httpx.Request) -> httpx.Response:
        kind, _, id_ = request.url.path.removeprefix("/api/scim/v2/").partition("/")
        if kind == "Users":
            is_user = id_ not in self.groups and (self.users is None or id_ in self.users)
            return make_response(200, {"schemas": [], "id": id_}) if is_user else make_error(404)
        if id_:
            return make_response(200, self.show(id_)) if id_ in self.groups else make_error(404)
        groups = list(self.groups.values())
        if match := re.fullmatch(r'(\w+) eq "(.*)"', request.url.params.get("filter", "")):
            groups = [g for g in groups if str(g.get(match[1], "")).lower() == match[2].lower()]
        if request.url.params.get("excludedAttributes") == "members":
            return make_list(*groups)
        return make_list(
            *(
                {**g, "members": [{"value": m} for m in self.listed(self.members[g["id"]])]}
                for g in groups
            )
        )

    def show(self, id_: str) -> dict[str, Any]:
        """Return a group as the response to a GET."""
        now = self.clock.monotonic()
        ids = [members for time, members in self.history[id_] if time <= now][-1][: self.cut]
        members: dict[str, Any] = {
            "all": {"members": [{"value": id_} for id_ in ids]},
            "absent": {},
            "null": {"members": None},
            "empty": {"members": []},
        }[self.shown]
        return {**self.groups[id_], **members}

    def write(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        id_ = request.url.path.removeprefix("/api/scim/v2/Groups").strip("/")
        if request.method == "POST":
            id_ = f"g{len(self.groups)}"
            members = [member["value"] for member in body.get("members", ())]
            if refusal := self.refuse(set(members)):
                return refusal
            if any(g["displayName"] == body["displayName"] for g in self.groups.values()):
                return make_error(409)
            more = {k: v for k, v in body.items() if k not in ("id", "displayName", "members")}
            self.make(id_, body["displayName"], members, **more)
            return make_response(201, self.show(id_))
        if id_ not in self.groups:
            return make_error(404)
        if request.method == "PUT":
            body = {k: v for k, v in body.items() if v is not None}
            if refusal := self.refuse({m["value"] for m in body.get("members", ())}):
                return refusal
            if self.put_keeps:
                body.setdefault("members", [{"value": m} for m in self.members[id_]])
            self.store(id_, [member["value"] for member in body.pop("members", None) or ()])
            self.groups[id_] = {**body, "id": id_}
            return make_response(204)
        return self.change(id_, body["Operations"]) if self.patch else make_error(501)

    def change(self, group: str, operations: list[dict[str, Any]]) -> httpx.Response:
        members = dict.fromkeys(self.members[group])
        named: set[str] = set()
        attributes: dict[str, Any] = {}
        for operation in operations:
            op, path = operation["op"].lower(), operation.get("path") or ""
            if not path.startswith("members"):
                attributes |= {path: operation.get("value")} if path else operation["value"]
                continue
            ids = [member["value"] for member in operation.get("value") or ()]
            ids += re.findall(r'value eq "([^"]*)"', path)
            named.update(ids)
            if op == "replace":
                if not self.can_replace:
                    return make_error(400, "replacing members is not supported")
                members = dict.fromkeys(ids)
            elif op == "add":
                members |= dict.fromkeys(ids)
            else:
                if not ids and not self.can_replace:
                    return make_error(400, "removing all members is not supported")
                if not self.removes_absent and not set(ids) <= set(members):
                    return make_error(self.status, "not a member", scimType="noTarget")
                members = {id_: None for id_ in members if ids and id_ not in ids}
        if refusal := self.refuse(named):
            return refusal
        attributes.pop("id", None)
        self.groups[group] |= attributes
        if list(members) != self.members[group]:
            self.store(group, list(members))
        return make_response(204)

    def refuse(self, ids: set[str]) -> httpx.Response | None:
        """Return the refusal of a request with these ids, or `None`."""
        if self.limit is not None and len(ids) > self.limit:
            return make_error(413 if self.status == 413 else 400, "too many members")
        for id_ in sorted(ids & self.refused):
            more = {} if self.scim_type is None else {"scimType": self.scim_type}
            return make_error(self.status, self.detail.format(id_), **more)
        return None
