"""The list of users, and the page of one user: attributes, mapping, tags, history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from britive_scim.scim.json_values import is_object
from britive_scim.testing.admin.user_view import serialize_user
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
from britive_scim.testing.state.attribute_mapping import get_attribute_values, get_custom_values
from britive_scim.testing.state.state import UserRecord

__all__ = ["render_user", "render_user_list"]

_COLUMNS = ("Username", "Name", "Email", "Status", "Identity provider", "Tags")
_MAX_TAGS = 100


def render_user_list(view: View) -> RenderedPage:
    """Return the page of all users, latest first."""
    words = view.search.casefold().split()
    users = [
        user for user in reversed(view.state.users.values()) if not words or _has_words(user, words)
    ]
    rows, start = select_rows(view, users)
    if rows:
        content = join(
            render_count(view, len(users), start, "users"),
            render_table("Users", _COLUMNS, _render_rows(view, rows)),
        )
    elif words:
        content = render_empty(f"No user matches {view.search!r}.")
    else:
        content = _render_no_users(view)
    return RenderedPage("Users", content, render_search(view, "Search name, email, id"))


def _render_no_users(view: View) -> Html:
    body = (
        '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ana@acme.com",'
        ' "active": true, "name": {"givenName": "Ana", "familyName": "Diaz"},'
        ' "emails": [{"value": "ana@acme.com", "type": "work"}]}'
    )
    command = (
        'curl -H "Authorization: Bearer $BRITIVE_SCIM_TOKEN" \\\n'
        '     -H "Content-Type: application/scim+json" \\\n'
        f"     -d '{body}' \\\n     \"{view.context.scim_url}/Users\""
    )
    return render_empty("No users yet. Create one:", command)


def _render_rows(view: View, users: Sequence[UserRecord]) -> Iterator[Html]:
    for user in users:
        fields = serialize_user(view.context, user, include_tags=False)
        yield element(
            "tr",
            element("td", render_record_link(user), class_="target"),
            element("td", fields["name"]),
            element("td", fields["email"], class_="minor"),
            element("td", _render_status(fields["status"])),
            element("td", render_provider_link(user.provider), class_="minor"),
            element("td", len(list(view.state.find_tags_of_member(user.id))), class_="number"),
        )


def _render_status(status: str) -> Html:
    return render_badge(status, "good" if status == "active" else "plain")


def _has_words(user: UserRecord, words: Sequence[str]) -> bool:
    """Return whether all words occur in the names, addresses and ids of a user."""
    resource = user.resource
    name, emails = resource.get("name"), resource.get("emails")
    parts: list[Any] = [resource["userName"], user.id]
    parts += (resource.get("displayName"), resource.get("externalId"))
    if name:
        parts += name.values()
    if emails:
        parts += [email.get("value") if is_object(email) else email for email in emails]
    text = " ".join([part for part in parts if isinstance(part, str)]).casefold()
    return all(word in text for word in words)


def render_user(view: View, id_: str) -> RenderedPage:
    """Return the page of one user."""
    user = view.state.users.get(id_)
    if user is None:
        return render_missing("User", f"No user has the id {id_!r:.90}.")
    fields = serialize_user(view.context, user, include_tags=False)
    facts: list[tuple[str, object]] = [
        ("Status", _render_status(fields["status"])),
        ("Identity provider", render_provider_link(user.provider)),
        ("Type", None if user.identity_type == "User" else user.identity_type),
        ("Id", element("code", user.id)),
        ("External id", fields["externalId"]),
        ("Managed by", "SCIM" if user.is_scim_managed else "the admin API"),
        ("Created", render_time(user.created)),
        ("Changed", render_time(user.modified) if user.version > 1 else None),
        ("Last login", render_time(user.last_login)),
        ("Administrator roles", ", ".join(user.roles)),
        ("Second factors", ", ".join(user.mfa_factors)),
    ]
    content = join(
        render_facts(facts),
        element("h2", "Identity attributes"),
        _render_mapping(view, user),
        element("h2", "Tags"),
        _render_tags(view, user),
        element("h2", "SCIM resource"),
        format_json(user.resource),
        render_history(view, user),
    )
    return RenderedPage(user.name, content)


def _render_mapping(view: View, user: UserRecord) -> Html:
    """Return the identity attributes of a user, each with the SCIM attribute that it is mapped from."""
    mapped = {mapping.attribute.id for mapping in user.provider.mappings}
    rows: list[tuple[object, ...]] = [
        (
            mapping.attribute.name,
            element("code", mapping.scim_name),
            mask_attribute_value(
                view, mapping.attribute.id, ", ".join(get_attribute_values(user, mapping.attribute))
            )
            or _render_missing_value(),
        )
        for mapping in user.provider.mappings
    ]
    rows += [
        (attribute.name, "set in Britive", mask_attribute_value(view, attribute.id, value))
        for attribute, value in get_custom_values(user)
        if attribute.id not in mapped
    ]
    columns = ("Identity attribute", "SCIM attribute", "Value")
    return render_table("Identity attributes", columns, render_rows(rows))


def _render_missing_value() -> Html:
    return element("span", "no value", class_="note")


def _render_tags(view: View, user: UserRecord) -> Html:
    tags = list(view.state.find_tags_of_member(user.id))
    if not tags:
        return element("p", "No tags.", class_="note")
    return join(
        element(
            "ul",
            (element("li", render_record_link(tag)) for tag in tags[:_MAX_TAGS]),
            class_="chips",
        ),
        element("p", f"{_MAX_TAGS} of {len(tags):,} tags", class_="note")
        if len(tags) > _MAX_TAGS
        else None,
    )
