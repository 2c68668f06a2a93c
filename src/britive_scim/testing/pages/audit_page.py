"""The audit log, latest events first."""

from __future__ import annotations

from collections.abc import Sequence

from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import (
    render_badge,
    render_count,
    render_empty,
    render_record_link,
    render_search,
    render_table,
    render_time,
    select_rows,
)
from britive_scim.testing.pages.view import RenderedPage, View
from britive_scim.testing.state.audit_event import AuditEntry

__all__ = ["render_audit_log"]

_COLUMNS = ("Time", "Event", "Target", "Actor", "Actor type", "Status")


def render_audit_log(view: View) -> RenderedPage:
    """Return the page of the audit log."""
    words = view.search.casefold().split()
    entries = [entry for entry in reversed(view.state.audit_entries) if _has_words(entry, words)]
    rows, start = select_rows(view, entries)
    if rows:
        content = join(
            render_count(view, len(entries), start, "events"),
            render_table("Audit log", _COLUMNS, (_render_row(view, entry) for entry in rows)),
        )
    elif words:
        content = render_empty(f"No event matches {view.search!r}.")
    else:
        content = render_empty(
            "No events yet. Every change through one of the APIs creates one. List them:",
            f'curl -H "Authorization: TOKEN $BRITIVE_API_TOKEN" "{view.context.base_url}/api/logs"',
        )
    return RenderedPage(
        "Audit log", content, render_search(view, "Search event, target, actor, status")
    )


def _render_row(view: View, entry: AuditEntry) -> Html:
    target_id = entry.target_id or ""
    record = view.state.users.get(target_id) or view.state.tags.get(target_id)
    target = entry.target_name or target_id or "-"
    return element(
        "tr",
        element("td", render_time(entry.at)),
        element("td", entry.name),
        element("td", target if record is None else render_record_link(record), class_="target"),
        element("td", entry.actor),
        element("td", entry.actor_type, class_="minor"),
        element("td", render_badge(entry.status, "good" if entry.status < 400 else "warn")),
    )


def _has_words(entry: AuditEntry, words: Sequence[str]) -> bool:
    if not words:
        return True
    parts = (entry.name, entry.target_name, entry.target_id, entry.actor, entry.status)
    text = " ".join(str(part) for part in parts if part).casefold()
    return all(word in text for word in words)
