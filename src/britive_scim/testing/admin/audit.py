"""The audit log: `/api/logs` (docs/manage-audit-operations).

Every change through either API, successful or rejected, is an event; see `testing.state.audit_log`.
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

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import AdminRequest, Routes, make_json_response
from britive_scim.testing.http.clock import format_admin_time
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.audit_event import AuditEntry

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
_COMPARISON = re.compile(
    r"""\s*([A-Za-z.]+)\s+(eq|co|sw)\s+(?:"([^"]*)"|'([^']*)'|(\S+))\s*""", re.IGNORECASE
)
_DEFAULT_PAGE_SIZE = 100
_MAX_PAGE_SIZE = 1000
_DEFAULT_WINDOW = timedelta(days=7)
"""Period covered without `from`: seven days, the default of the vendor's package."""

_BEFORE_PARAMETER = "before"
"""Parameter of the link to the next page: only events with a lower number."""

Default = TypeVar("Default", int, None)


def _flatten_event(audit_event: AuditEntry) -> dict[str, str]:
    event = audit_event.to_wire()
    flat = {"timestamp": str(event["timestamp"])}
    for name in _FIELDS:
        part, _, field = name.partition(".")
        value = cast("dict[str, Any]", event.get(part) or {}).get(field)
        flat[name] = str(value).lower() if isinstance(value, bool) else str(value or "")
    return flat


def _find_events(request: AdminRequest) -> Iterator[AuditEntry]:
    """Yield the events that match period, filter and search, latest first."""
    now = request.context.now()
    begin = _get_datetime_parameter(request, "from") or now - _DEFAULT_WINDOW
    end = _get_datetime_parameter(request, "to") or now
    comparisons = _parse_filter(request.get_parameter("filter") or "")
    search = (request.get_parameter("search") or "").casefold()
    for event in reversed(request.context.state.audit_entries):
        if not begin <= event.at.replace(microsecond=0) <= end:
            continue
        flat = _flatten_event(event)
        if search and not any(search in value.casefold() for value in flat.values()):
            continue
        if all(_is_match(flat[name].casefold(), op, value) for name, op, value in comparisons):
            yield event


def _get_datetime_parameter(request: AdminRequest, name: str) -> datetime | None:
    """Return a datetime parameter of the query, in UTC if it has no offset."""
    text = request.get_parameter(name)
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise AdminHttpError.invalid(
            f"{name} must be a datetime such as 2026-05-06T09:36:54Z, got {text!r}"
        ) from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _parse_filter(filter_text: str) -> list[tuple[str, str, str]]:
    names_by_folded = {name.casefold(): name for name in _FIELDS}
    comparisons: list[tuple[str, str, str]] = []
    for part in (
        re.split(r"\s+and\s+", filter_text, flags=re.IGNORECASE) if filter_text.strip() else ()
    ):
        match = _COMPARISON.fullmatch(part)
        if match is None or match[1].casefold() not in names_by_folded:
            raise AdminHttpError.invalid(
                f"filter must be a field, eq, co or sw, and a value, got {part!r}"
            )
        value = next(group for group in match.groups()[2:] if group is not None)
        name = names_by_folded[match[1].casefold()]
        comparisons.append((name, match[2].lower(), value.casefold()))
    return comparisons


def _is_match(value: str, op: str, expected: str) -> bool:
    return {"eq": value == expected, "co": expected in value, "sw": value.startswith(expected)}[op]


def _list_events(request: AdminRequest) -> TenantResponse:
    size = min(max(_get_integer_parameter(request, "size", _DEFAULT_PAGE_SIZE), 1), _MAX_PAGE_SIZE)
    before = _get_integer_parameter(request, _BEFORE_PARAMETER, None)
    matches = (event for event in _find_events(request) if before is None or event.number < before)
    events = list(itertools.islice(matches, size + 1))
    response = make_json_response([event.to_wire() for event in events[:size]])
    if len(events) <= size:
        return response
    # the link fixes the period, so that all pages cover the same one
    default_period = {
        "from": format_admin_time(request.context.now() - _DEFAULT_WINDOW),
        "to": format_admin_time(request.context.now()),
    }
    parameters = {
        **default_period,
        **dict(request.http_request.query),
        _BEFORE_PARAMETER: str(events[size - 1].number),
    }
    link = f"{request.context.base_url}/api/logs?{urlencode(parameters)}"
    return TenantResponse(200, {**response.headers, "next-page": link}, response.body)


def _export_csv(request: AdminRequest) -> TenantResponse:
    output = io.StringIO()
    names = ["timestamp", *_FIELDS]
    writer = csv.DictWriter(output, names, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(
        {name: re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name) for name in names}
    )
    writer.writerows(_flatten_event(event) for event in _find_events(request))
    return TenantResponse(200, {"Content-Type": "text/csv"}, output.getvalue().encode())


def _list_fields(_: AdminRequest) -> TenantResponse:
    return make_json_response(_FIELDS)


def _list_operators(_: AdminRequest) -> TenantResponse:
    return make_json_response(_OPERATORS)


def _get_integer_parameter(request: AdminRequest, name: str, default: Default) -> int | Default:
    text = request.get_parameter(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,9}", text):
        raise AdminHttpError.invalid(f"{name} must be a whole number, got {text!r}")
    return int(text)


ROUTES: Routes = {
    "logs": {"GET": _list_events},
    "logs/csv": {"GET": _export_csv},
    "logs/fields": {"GET": _list_fields},
    "logs/operators": {"GET": _list_operators},
}
