"""The identity providers: their SCIM tokens and attribute mappings."""

from __future__ import annotations

from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import (
    render_badge,
    render_facts,
    render_rows,
    render_table,
    render_time,
)
from britive_scim.testing.pages.view import RenderedPage, View
from britive_scim.testing.state.defaults import BUILT_IN_ATTRIBUTES
from britive_scim.testing.state.state import ProviderRecord

__all__ = ["render_provider_list", "render_token_expiry"]

_SOON = 14
"""Days before the expiry of a token from which it is marked."""

_MANDATORY = {attribute.name for attribute in BUILT_IN_ATTRIBUTES if attribute.is_mandatory}


def render_provider_list(view: View) -> RenderedPage:
    """Return the page of all identity providers."""
    sections = (_render_provider(view, provider) for provider in view.state.providers.values())
    return RenderedPage("Identity providers", join(*sections))


def render_token_expiry(view: View, provider: ProviderRecord) -> Html:
    """Return the expiry of the SCIM token, never the token."""
    token = provider.token
    if token is None:
        return element("span", "no token", class_="note")
    now = view.now()
    if token.is_expired(now):
        return render_badge(f"expired on {token.expires_at:%Y-%m-%d}", "bad")
    days = (token.expires_at - now).days
    text = f"expires on {token.expires_at:%Y-%m-%d}, in {days} day{'s' if days != 1 else ''}"
    return render_badge(text, "warn" if days < _SOON else "good")


def _render_provider(view: View, provider: ProviderRecord) -> Html:
    token = provider.token
    facts: list[tuple[str, object]] = [
        ("Type", provider.type),
        ("SCIM provider", provider.scim_provider),
        ("SCIM URL", element("code", view.context.scim_url) if token else None),
        ("Id", element("code", provider.id)),
        ("Users", element("span", f"{len(provider.users):,}")),
        ("Tags", element("span", f"{len(provider.tags):,}")),
        ("SCIM token", render_token_expiry(view, provider)),
    ]
    if token is not None:
        facts += [
            ("Token created", render_time(token.created)),
            ("Token last used", render_time(token.last_used) or "never"),
            ("Token validity", f"{token.validity_days} days since the last use"),
        ]
    rows = render_rows(
        (
            mapping.attribute.name,
            element("code", mapping.scim_name),
            "mandatory" if mapping.attribute.name in _MANDATORY else "",
            mapping.attribute.data_type
            + (", multi-valued" if mapping.attribute.multi_valued else ""),
        )
        for mapping in provider.mappings
    )
    columns = ("Identity attribute", "SCIM attribute", "Required", "Type")
    return element(
        "section",
        element("h2", provider.name),
        element("p", provider.description, class_="note"),
        render_facts(facts),
        render_table(f"Attribute mappings of {provider.name}", columns, rows)
        if rows
        else element("p", "No attribute mappings.", class_="note"),
        id=provider.id,
    )
