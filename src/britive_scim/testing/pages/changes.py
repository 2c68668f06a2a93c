"""Changes of users and tags: in one line, and as a table of the values before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER
from britive_scim.scim.redaction import redact_json
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import render_badge, render_rows, render_table
from britive_scim.testing.pages.shown_values import cut_depth, cut_text
from britive_scim.testing.pages.view import View, build_path
from britive_scim.testing.state.recorder import RecordChange

__all__ = ["describe_change", "find_record_name", "flatten", "render_changes"]

_MAX_CHANGES = 20
"""Maximum users and tags whose changes are shown for one request."""

_MAX_MEMBERS = 20

_MAX_VALUE = 1000
"""Maximum characters of the value of an attribute."""

_SHORT_NAMES = {ENTERPRISE_USER: "enterprise", CUSTOM_USER: "custom"}


def flatten(resource: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the values of a resource by path, secrets masked; a multi-valued attribute is one value.

    Examples:
        >>> flatten({"name": {"givenName": "Ana"}, "emails": [{"value": "a@x.org", "type": "work"}]})
        {'name.givenName': 'Ana', 'emails': 'a@x.org (work)'}
    """
    return dict(_iterate_values(redact_json(cut_depth(resource)) if resource else {}))


def _iterate_values(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in resource.items():
        if name == "schemas":
            continue
        if is_object(value):
            short = _SHORT_NAMES.get(name, name)
            for sub_name, sub_value in value.items():
                yield f"{short}.{sub_name}", _format_value(sub_value)
        else:
            yield name, _format_value(value)


def _format_value(value: Any) -> str:
    if isinstance(value, str):
        return value
    if is_list(value):
        return ", ".join(_format_value(item) for item in value)
    if is_object(value) and isinstance(value.get("value"), str):
        return str(value["value"]) + (f" ({value['type']})" if value.get("type") else "")
    return json.dumps(value, ensure_ascii=False)


def find_differences(change: RecordChange) -> list[tuple[str, str | None, str | None]]:
    """Return path, value before and value after of each attribute that changed."""
    before, after = flatten(change.before), flatten(change.after)
    return [
        (path, before.get(path), after.get(path))
        for path in dict.fromkeys([*before, *after])
        if before.get(path) != after.get(path)
    ]


def describe_change(change: RecordChange) -> str:
    """Return a change in one line, such as "title, emails changed; 2 members added"."""
    if change.before is None:
        return "created"
    if change.after is None:
        return "removed"
    names = [path for path, _, _ in find_differences(change)]
    parts = [f"{', '.join(names)} changed"] if names else []
    for members, verb in ((change.added, "added"), (change.removed, "removed")):
        if members:
            parts.append(f"{len(members):,} member{'s' if len(members) > 1 else ''} {verb}")
    return "; ".join(parts) or "no SCIM attribute changed"


def render_changes(view: View, changes: Iterable[RecordChange]) -> Html:
    """Return the changes of a request, one section for each user and tag."""
    listed = list(changes)
    sections = [_render_change(view, change) for change in listed[:_MAX_CHANGES]]
    note = (
        element("p", f"{_MAX_CHANGES} of {len(listed):,} users and tags", class_="note")
        if len(listed) > _MAX_CHANGES
        else None
    )
    return join(*sections, note)


def _render_change(view: View, change: RecordChange) -> Html:
    verb, level = (
        ("created", "good")
        if change.before is None
        else ("removed", "bad")
        if change.after is None
        else ("changed", "warn")
    )
    rows = render_rows(
        (
            element("code", cut_text(path, _MAX_VALUE)),
            None if before is None else element("del", cut_text(before, _MAX_VALUE)),
            None if after is None else element("ins", cut_text(after, _MAX_VALUE)),
        )
        for path, before, after in find_differences(change)
    )
    title = f"Values of {change.name}, before and after"
    return element(
        "section",
        element(
            "h3",
            "User " if change.type == "User" else "Tag ",
            _render_link(change),
            " ",
            render_badge(verb, level),
        ),
        render_table(title, ("Attribute", "Before", "After"), rows, class_="changes")
        if rows
        else None,
        _render_members(view, "Members added", change.added),
        _render_members(view, "Members removed", change.removed),
        element("p", "No SCIM attribute changed.", class_="note")
        if not rows and not change.added and not change.removed
        else None,
    )


def _render_link(change: RecordChange) -> Html:
    if change.after is None:
        return element("span", change.name)
    collection = "users" if change.type == "User" else "tags"
    return element("a", change.name, href=build_path(collection, change.id))


def _render_members(view: View, title: str, ids: Mapping[str, None]) -> Html | None:
    if not ids:
        return None
    names = [find_record_name(view, id_) or id_ for id_ in list(ids)[:_MAX_MEMBERS]]
    rest = f" and {len(ids) - _MAX_MEMBERS:,} more" if len(ids) > _MAX_MEMBERS else ""
    return element("p", f"{title}: {', '.join(names)}{rest}")


def find_record_name(view: View, id_: str) -> str | None:
    """Return the name of the user or tag with an id, or `None`."""
    record = view.state.users.get(id_) or view.state.tags.get(id_)
    return None if record is None else record.name
