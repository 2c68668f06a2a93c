"""The audit log: `/api/logs` (docs/manage-audit-operations).

Every change through either API, made or refused, is an event; see `britive_scim.testing.trail`.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer
from britive_scim.testing.http.clock import admin_time
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.audit_event import AuditEvent

__all__ = ["ROUTES"]

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
_TEST = re.compile(
    r"""\s*([A-Za-z.]+)\s+(eq|co|sw)\s+(?:"([^"]*)"|'([^']*)'|(\S+))\s*""", re.IGNORECASE
)
_PAGE = 100
_MOST = 1000
_WINDOW = timedelta(days=7)
"""What is shown without `from`: the vendor's package asks for seven days, too."""

_BEFORE = "before"
"""Parameter of a link to the next page: events with a lower number."""

Default = TypeVar("Default", int, None)


def _flat(one: AuditEvent) -> dict[str, str]:
    event = one.to_wire()
    flat = {"timestamp": str(event["timestamp"])}
    for name in _FIELDS:
        part, _, field = name.partition(".")
        value = cast("dict[str, Any]", event.get(part) or {}).get(field)
        flat[name] = str(value).lower() if isinstance(value, bool) else str(value or "")
    return flat


def _found(call: Call) -> Iterator[AuditEvent]:
    """Yield the events that window, filter and search let through, the latest first."""
    now = call.world.now()
    begin = _moment(call, "from") or now - _WINDOW
    end = _moment(call, "to") or now
    tests = _tests(call.parameter("filter") or "")
    search = (call.parameter("search") or "").casefold()
    for event in reversed(call.world.state.events):
        if not begin <= event.at.replace(microsecond=0) <= end:
            continue
        flat = _flat(event)
        if search and not any(search in value.casefold() for value in flat.values()):
            continue
        if all(_holds(flat[name].casefold(), op, value) for name, op, value in tests):
            yield event


def _moment(call: Call, name: str) -> datetime | None:
    """Return a moment of the query, in UTC where it names no zone."""
    text = call.parameter(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Problem.invalid(
            f"{name} is {text!r}: write a moment such as 2026-05-06T09:36:54Z"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
    size = min(max(_whole(call, "size", _PAGE), 1), _MOST)
    before = _whole(call, _BEFORE, None)
    older = (one for one in _found(call) if before is None or one.number < before)
    found = list(itertools.islice(older, size + 1))
    done = answer([one.to_wire() for one in found[:size]])
    if len(found) <= size:
        return done
    # the window is pinned, so that the pages of one query belong together
    pinned = {"from": admin_time(call.world.now() - _WINDOW), "to": admin_time(call.world.now())}
    kept = {**pinned, **dict(call.request.query), _BEFORE: str(found[size - 1].number)}
    link = f"{call.world.base_url}/api/logs?{urlencode(kept)}"
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


def _whole(call: Call, name: str, default: Default) -> int | Default:
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
