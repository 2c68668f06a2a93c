"""The list of tags, and the page of one tag: members, rules, owners, history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from britive_scim.testing.pages.history import render_history
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import (
    format_json,
    render_badge,
    render_count,
    render_empty,
    render_facts,
    render_missing,
    render_provider_link,
    render_record_link,
    render_rows,
    render_search,
    render_table,
    render_time,
    select_rows,
)
from britive_scim.testing.pages.shown_values import mask_attribute_value
from britive_scim.testing.pages.view import RenderedPage, View
from britive_scim.testing.state.state import TagRecord

__all__ = ["render_tag", "render_tag_list"]

_COLUMNS = ("Name", "Description", "Status", "Identity provider", "Users")


def render_tag_list(view: View) -> RenderedPage:
    """Return the page of all tags, latest first."""
    words = view.search.casefold().split()
    tags = [tag for tag in reversed(view.state.ordered_tags) if _has_words(tag, words)]
    rows, start = select_rows(view, tags)
    if rows:
        content = join(
            render_count(view, len(tags), start, "tags"),
            render_table("Tags", _COLUMNS, (_render_row(tag) for tag in rows)),
        )
    elif words:
        content = render_empty(f"No tag matches {view.search!r}.")
    else:
        content = _render_no_tags(view)
    return RenderedPage("Tags", content, render_search(view, "Search name, description, id"))


def _render_no_tags(view: View) -> Html:
    body = (
        '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Engineering"}'
    )
    command = (
        'curl -H "Authorization: Bearer $BRITIVE_SCIM_TOKEN" \\\n'
        '     -H "Content-Type: application/scim+json" \\\n'
        f"     -d '{body}' \\\n     \"{view.context.scim_url}/Groups\""
    )
    return render_empty("No tags yet. Create a SCIM group, which becomes a tag:", command)


def _render_row(tag: TagRecord) -> Html:
    return element(
        "tr",
        element("td", render_record_link(tag), class_="target"),
        element("td", tag.description, class_="minor"),
        element("td", _render_status(tag)),
        element("td", render_provider_link(tag.provider), class_="minor"),
        element("td", f"{tag.user_count:,}", class_="number"),
    )


def _render_status(tag: TagRecord) -> Html:
    return render_badge("active", "good") if tag.active else render_badge("inactive", "plain")


def _has_words(tag: TagRecord, words: Sequence[str]) -> bool:
    parts = (tag.name, tag.description, tag.id, tag.resource.get("externalId"))
    text = " ".join(str(part) for part in parts if part).casefold()
    return all(word in text for word in words)


def render_tag(view: View, id_: str) -> RenderedPage:
    """Return the page of one tag, with the requested part of its members."""
    tag = view.state.tags.get(id_)
    if tag is None:
        return render_missing("Tag", f"No tag has the id {id_!r:.90}.")
    tags = list(view.state.find_tags_of_member(id_))
    facts: list[tuple[str, object]] = [
        ("Status", _render_status(tag)),
        ("Identity provider", render_provider_link(tag.provider)),
        ("Description", tag.description),
        ("Id", element("code", tag.id)),
        ("External id", tag.resource.get("externalId")),
        ("Managed by", "SCIM" if tag.is_scim_managed else "the admin API"),
        ("Users may request membership", "yes" if tag.requestable else None),
        ("Created", render_time(tag.created)),
        ("Changed", render_time(tag.modified) if tag.version > 1 else None),
        ("Owners", _render_list(tag.owners.values())),
        ("Member of", _render_list(tags)),
    ]
    content = join(
        render_facts(facts),
        element("h2", "Members"),
        _render_members(view, tag),
        join(element("h2", "Membership rules"), _render_rules(view, tag)) if tag.rules else None,
        element("h2", "SCIM resource, without members"),
        format_json(tag.resource),
        render_history(view, tag),
    )
    return RenderedPage(tag.name, content)


def _render_list(records: Any) -> Html | None:
    links = [render_record_link(record) for record in records]
    return (
        join(*(join(", " if number else None, link) for number, link in enumerate(links))) or None
    )


def _render_members(view: View, tag: TagRecord) -> Html:
    if not tag.members:
        return element("p", "No members.", class_="note")
    ids, start = select_rows(view, list(tag.members))
    rows: list[tuple[object, ...]] = []
    for id_ in ids:
        record = view.state.users.get(id_) or view.state.tags.get(id_)
        kind = "Tag" if isinstance(record, TagRecord) else "User"
        rows.append((id_ if record is None else render_record_link(record), kind))
    return join(
        render_count(view, len(tag.members), start, "members"),
        render_table("Members", ("Name", "Type"), render_rows(rows)),
    )


def _render_rules(view: View, tag: TagRecord) -> Html:
    attributes = view.state.attributes
    rows = render_rows(
        (
            attributes[rule["attributeId"]].name
            if rule["attributeId"] in attributes
            else rule["attributeId"],
            rule["operator"],
            mask_attribute_value(view, rule["attributeId"], rule["value"]),
        )
        for rule in tag.rules
    )
    return render_table("Membership rules", ("Attribute", "Operator", "Value"), rows)
