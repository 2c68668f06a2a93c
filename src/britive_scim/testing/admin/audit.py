"""The audit log: `/api/logs` (docs/manage-audit-operations).

Every change through either API is an event. The names of events and the layout beyond the documented
fields are assumptions.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from britive_scim.testing.admin.call import Call, Routes, answer
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.clock import admin_time
from britive_scim.testing.exchange import Answer, Request
from britive_scim.testing.state import State

__all__ = ["ROUTES", "note"]

_FIELDS = {
    "actor.displayName": "Actor name",
    "actor.role": "Actor role",
    "actor.type": "Actor type",
    "actor.userId": "Actor id",
    "actor.username": "Actor username",
    "client.device": "Device",
    "client.displayName": "Client name",
    "client.ipAddress": "IP address",
    "client.userAgent": "User agent",
    "event.displayName": "Event name",
    "event.eventType": "Event type",
    "result.success": "Success",
    "target.applicationName": "Application",
    "target.applicationSessionId": "Application session",
    "target.displayName": "Target name",
    "target.environmentGroupName": "Environment group",
    "target.environmentName": "Environment",
    "target.targetId": "Target id",
}
_OPERATORS = {"eq": "equals", "co": "contains", "sw": "starts with"}
_VERBS = {"POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}
_TEST = re.compile(
    r"""\s*([A-Za-z.]+)\s+(eq|co|sw)\s+(?:"([^"]*)"|'([^']*)'|(\S+))\s*""", re.IGNORECASE
)
_MOST = 1000


def note(state: State, request: Request, done: Answer, actor: str, now: datetime) -> None:
    """Put a change into the log; what is read or refused is none."""
    verb = _VERBS.get(request.method)
    if verb is None or done.status >= 300 or request.segments[-1] in (".search", "Bulk"):
        return
    scim = request.segments[1] == "scim"
    path = [
        part for part in request.segments[2 if scim else 1 :] if not re.fullmatch(r"v\d+", part)
    ]
    located = done.headers.get("Location", "").rpartition("/")[2]
    state.events.append(
        {
            "timestamp": admin_time(now),
            "actor": {
                "displayName": actor,
                "role": "TenantAdmin",
                "type": "SCIM" if scim else "API",
                "userId": None,
                "username": actor,
            },
            "client": {
                "device": None,
                "displayName": None,
                "ipAddress": "127.0.0.1",
                "userAgent": request.headers.get("user-agent"),
            },
            "event": {
                "displayName": f"{verb} {path[0]}",
                "eventType": f"{'scim' if scim else 'admin'}.{path[0].lower()}.{verb}",
            },
            "target": {
                "displayName": "/".join(path),
                "targetId": located or (path[1] if len(path) > 1 else None),
            },
            "result": {"success": True},
        }
    )


def _flat(event: dict[str, Any]) -> dict[str, str]:
    flat = {"timestamp": str(event["timestamp"])}
    for name in _FIELDS:
        part, _, field = name.partition(".")
        value = cast("dict[str, Any]", event.get(part) or {}).get(field)
        flat[name] = str(value).lower() if isinstance(value, bool) else str(value or "")
    return flat


def _found(call: Call) -> list[dict[str, Any]]:
    """Return the events that window, filter and search let through, the latest first."""
    begin, end = call.parameter("from") or "", call.parameter("to") or "9999"
    tests = _tests(call.parameter("filter") or "")
    search = (call.parameter("search") or "").casefold()
    found: list[dict[str, Any]] = []
    for event in reversed(call.world.state.events):
        flat = _flat(event)
        if not begin <= flat["timestamp"] <= end:
            continue
        if search and not any(search in value.casefold() for value in flat.values()):
            continue
        if all(_holds(flat[name].casefold(), op, value) for name, op, value in tests):
            found.append(event)
    return found


def _tests(text: str) -> list[tuple[str, str, str]]:
    known = {name.casefold(): name for name in _FIELDS}
    tests: list[tuple[str, str, str]] = []
    for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE) if text.strip() else ():
        match = _TEST.fullmatch(part)
        if match is None or match[1].casefold() not in known:
            raise Problem.invalid(
                f"the filter {part!r} does not read: write a field, eq, co or sw, a value"
            )
        value = next(group for group in match.groups()[2:] if group is not None)
        tests.append((known[match[1].casefold()], match[2].lower(), value.casefold()))
    return tests


def _holds(value: str, op: str, wanted: str) -> bool:
    return {"eq": value == wanted, "co": wanted in value, "sw": value.startswith(wanted)}[op]


def _query(call: Call) -> Answer:
    found = _found(call)
    size, page = _whole(call, "size", 100), _whole(call, "page", 0)
    size = min(max(size, 1), _MOST)
    done = answer(found[page * size : (page + 1) * size])
    if (page + 1) * size >= len(found):
        return done
    kept = [(name, value) for name, value in call.request.query if name != "page"]
    link = f"{call.world.base_url}/api/logs?{urlencode([*kept, ('page', str(page + 1))])}"
    return Answer(200, {**done.headers, "next-page": link}, done.body)


def _csv(call: Call) -> Answer:
    text = io.StringIO()
    names = {"timestamp": "timestamp", **_FIELDS}
    rows = csv.DictWriter(text, list(names), quoting=csv.QUOTE_ALL, lineterminator="\n")
    rows.writerow({name: re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", name) for name in names})
    rows.writerows(_flat(event) for event in _found(call))
    return Answer(200, {"Content-Type": "text/csv"}, text.getvalue().encode())


def _fields(_: Call) -> Answer:
    return answer(_FIELDS)


def _operators(_: Call) -> Answer:
    return answer(_OPERATORS)


def _whole(call: Call, name: str, default: int) -> int:
    text = call.parameter(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,9}", text):
        raise Problem.invalid(f"{name} must be a whole number")
    return int(text)


ROUTES: Routes = {
    "logs": {"GET": _query},
    "logs/csv": {"GET": _csv},
    "logs/fields": {"GET": _fields},
    "logs/operators": {"GET": _operators},
}
