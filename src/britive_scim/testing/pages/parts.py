"""Parts that several pages share: search, tables, counts, times, badges, empty states."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from britive_scim.scim.redaction import redact_json
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.shown_values import cut_depth
from britive_scim.testing.pages.view import RenderedPage, View, build_path
from britive_scim.testing.state.state import ProviderRecord, TagRecord, UserRecord

__all__ = [
    "PAGE_SIZE",
    "format_json",
    "render_badge",
    "render_count",
    "render_empty",
    "render_facts",
    "render_missing",
    "render_provider_link",
    "render_record_link",
    "render_rows",
    "render_search",
    "render_table",
    "render_time",
    "select_rows",
]

PAGE_SIZE = 100
"""Maximum rows of a list."""

_MAX_BODY = 20_000
"""Maximum characters of a body."""

_NUMBERS = frozenset({"Tags", "Time taken", "Users"})
"""Columns of numbers, which are aligned to the right."""

_MINOR = frozenset({"Actor type", "Description", "Email", "Identity provider"})
"""Columns that a phone does not show; the page of the object has their values."""

Entry = TypeVar("Entry")


def select_rows(view: View, entries: Sequence[Entry]) -> tuple[Sequence[Entry], int]:
    """Return the entries of the requested part of a list, and the position of the first one."""
    text = view.query.get("start", "0")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    start = min(start, max(len(entries) - 1, 0)) // PAGE_SIZE * PAGE_SIZE
    return entries[start : start + PAGE_SIZE], start


def render_count(view: View, total: int, start: int, noun: str) -> Html:
    """Return the number of rows, such as "100 of 200 users", with links to the further ones."""
    end = min(start + PAGE_SIZE, total)
    if total <= PAGE_SIZE:
        text = f"{total:,} {noun if total != 1 else noun.removesuffix('s')}"
    elif start == 0:
        text = f"{end:,} of {total:,} {noun}"
    else:
        text = f"{start + 1:,} to {end:,} of {total:,} {noun}"
    previous = max(start - PAGE_SIZE, 0)
    return element(
        "p",
        element("span", text, class_="number"),
        element("a", "Previous", id="previous", href=view.build_url(start=str(previous)))
        if start
        else None,
        element("a", "Next", id="next", href=view.build_url(start=str(end)))
        if end < total
        else None,
        class_="count",
    )


def render_search(view: View, label: str) -> Html:
    """Return a search field, which replaces the content of the page while one types."""
    return element(
        "form",
        element(
            "input",
            type="search",
            name="q",
            id="search",
            value=view.query.get("q", ""),
            placeholder=f"{label} (/)",
            aria_label=label,
            autocomplete="off",
            data_key="/",
            hx_get=view.path,
            hx_trigger="input changed delay:150ms, search",
            hx_target="#live",
            hx_select="#live",
            hx_swap="outerHTML",
            hx_select_oob="#pause",  # its link has the search, too
            hx_replace_url="true",
            hx_include="closest form",
        ),
        element("input", type="hidden", name="paused", value="1") if view.is_paused else None,
        element("button", "Search", type="submit"),
        role="search",
        action=view.path,
        method="get",
    )


def render_table(
    caption: str, columns: Sequence[str], rows: Iterable[Html], *, class_: str = "rows"
) -> Html:
    """Return a table, which scrolls sideways in a narrow window."""
    head = element(
        "tr",
        (element("th", column, scope="col", class_=_classify(column)) for column in columns),
    )
    table = element(
        "table",
        element("caption", caption, class_="unseen"),
        element("thead", head),
        element("tbody", join(*rows)),
        class_=class_,
    )
    return element("div", table, class_="scroll", role="region", aria_label=caption, tabindex="0")


def _classify(column: str) -> str | None:
    return "number" if column in _NUMBERS else "minor" if column in _MINOR else None


def render_rows(rows: Iterable[Sequence[object]]) -> list[Html]:
    """Return table rows of cells; numbers are aligned to the right."""
    return [element("tr", map(_render_cell, row)) for row in rows]


def _render_cell(cell: object) -> Html:
    if isinstance(cell, int):
        return element("td", f"{cell:,}", class_="number")
    return element("td", cell)


def render_facts(facts: Iterable[tuple[str, object]]) -> Html:
    """Return names and values; those without a value are left out."""
    return element(
        "dl",
        (
            element("div", element("dt", name), element("dd", value))
            for name, value in facts
            if value is not None and value != ""
        ),
        class_="facts",
    )


def render_empty(text: str, *commands: str) -> Html:
    """Return the content of an empty list: a sentence, and the commands that would fill it."""
    return element(
        "div",
        element("p", text),
        (
            element("pre", element("code", command), tabindex="0", aria_label="Command")
            for command in commands
        ),
        class_="empty",
    )


def render_missing(title: str, text: str) -> RenderedPage:
    """Return the page of an object that does not exist."""
    return RenderedPage(title, element("div", element("p", text), class_="empty"), is_found=False)


def render_time(time: datetime | None) -> Html | None:
    """Return a time in UTC to the second, or `None`."""
    if time is None:
        return None
    return element("time", f"{time:%Y-%m-%d %H:%M:%S}", datetime=f"{time:%Y-%m-%dT%H:%M:%SZ}")


def render_badge(text: object, level: str) -> Html:
    """Return a word on a background: level `good`, `warn`, `bad` or `plain`."""
    return element("span", text, class_=f"badge {level}")


def render_record_link(record: UserRecord | TagRecord) -> Html:
    """Return a link to the page of a user or tag."""
    collection = "users" if isinstance(record, UserRecord) else "tags"
    return element("a", record.name, href=build_path(collection, record.id))


def render_provider_link(provider: ProviderRecord) -> Html:
    """Return a link to an identity provider."""
    return element("a", provider.name, href=f"/identity-providers#{provider.id}")


def format_json(value: Any) -> Html:
    """Return JSON data, secrets masked, over several lines; long ones are cut and say so."""
    text = json.dumps(redact_json(cut_depth(value)), indent=2, ensure_ascii=False)
    note = None
    if len(text) > _MAX_BODY:
        note = element("p", f"{_MAX_BODY:,} of {len(text):,} characters", class_="note")
        text = text[:_MAX_BODY]
    return join(element("pre", element("code", text), tabindex="0", aria_label="JSON"), note)
