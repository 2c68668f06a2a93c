"""History of one user or tag: the requests that changed it, and its events in the audit log."""

from __future__ import annotations

from britive_scim.testing.pages.changes import describe_change
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import render_badge, render_rows, render_table, render_time
from britive_scim.testing.pages.request_list import list_exchanges, render_status
from britive_scim.testing.pages.view import View, build_path
from britive_scim.testing.state.state import TagRecord, UserRecord

__all__ = ["render_history"]

_MAX_ROWS = 50


def render_history(view: View, record: UserRecord | TagRecord) -> Html:
    """Return the latest changes and audit events of a user or tag."""
    return join(
        element("h2", "Changes by requests"),
        _render_changes(view, record),
        element("h2", "Events in the audit log"),
        _render_events(view, record),
    )


def _render_changes(view: View, record: UserRecord | TagRecord) -> Html:
    found = [
        (number, exchange, change)
        for number, exchange in list_exchanges(view)
        for change in exchange.changes
        if change.id == record.id
    ]
    if not found:
        return element("p", "No recorded request has changed it.", class_="note")
    rows = render_rows(
        (
            render_time(exchange.received_at),
            element("a", describe_change(change), href=build_path("requests", number)),
            exchange.caller or "-",
            render_status(exchange),
        )
        for number, exchange, change in found[:_MAX_ROWS]
    )
    return join(
        render_table("Changes", ("Time", "Change", "Caller", "Status"), rows),
        _render_cut(len(found), "changes"),
    )


def _render_events(view: View, record: UserRecord | TagRecord) -> Html:
    found = [entry for entry in reversed(view.state.audit_entries) if entry.target_id == record.id]
    if not found:
        return element("p", "No event.", class_="note")
    rows = render_rows(
        (
            render_time(entry.at),
            entry.name,
            entry.actor,
            render_badge(entry.status, "good" if entry.status < 400 else "warn"),
        )
        for entry in found[:_MAX_ROWS]
    )
    return join(
        render_table("Events", ("Time", "Event", "Actor", "Status"), rows),
        _render_cut(len(found), "events"),
    )


def _render_cut(total: int, noun: str) -> Html | None:
    if total <= _MAX_ROWS:
        return None
    return element("p", f"{_MAX_ROWS} of {total:,} {noun}", class_="note")
