"""HTML status page of a served tenant."""

from __future__ import annotations

import html

from britive_scim.tables import Table
from britive_scim.testing.admin.tag_view import serialize_tag
from britive_scim.testing.admin.user_view import serialize_user
from britive_scim.testing.http.clock import format_scim_time
from britive_scim.testing.http.messages import ExchangeLog, TenantResponse
from britive_scim.testing.state.context import TenantContext

__all__ = ["render_status_page"]

_MAX_ROWS = 100
"""Maximum rows of a table, the latest."""

_STYLE = """
body { font: 14px system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 0 0 2em; }
caption { text-align: left; font-weight: 600; padding: .3em 0; }
th, td { text-align: left; padding: .2em .8em .2em 0; border-bottom: 1px solid #ddd; }
"""


def render_status_page(context: TenantContext, requests: ExchangeLog) -> TenantResponse:
    """Return the page: the latest requests, users and tags, all escaped, without scripts."""
    state = context.state
    exchanges = Table.from_rows(
        ("time", "method", "path", "query", "status"),
        [
            (
                format_scim_time(exchange.received_at),
                exchange.method,
                exchange.path,
                "&".join(f"{name}={value}" for name, value in exchange.query),
                "cut" if exchange.status is None else exchange.status,
            )
            for exchange in reversed(requests[-_MAX_ROWS:])
        ],
    ).to_html(caption=f"Requests ({len(requests)})", max_rows=None)
    users = Table.from_rows(
        ("identity provider", "username", "name", "email", "status", "tags"),
        [
            (
                user.provider.name,
                view["username"],
                view["name"],
                view["email"],
                view["status"],
                ", ".join(tag.name for tag in state.find_tags_of_member(user.id)),
            )
            for user in list(state.users.values())[: -_MAX_ROWS - 1 : -1]
            for view in (serialize_user(context, user, include_tags=False),)
        ],
    ).to_html(caption=f"Users ({len(state.users)})", max_rows=None)
    tags = Table.from_rows(
        ("identity provider", "name", "external", "status", "users"),
        [
            (tag.provider.name, tag.name, view["external"], view["status"], view["userCount"])
            for tag in list(state.tags.values())[: -_MAX_ROWS - 1 : -1]
            for view in (serialize_tag(tag),)
        ],
    ).to_html(caption=f"Tags ({len(state.tags)})", max_rows=None)
    title = html.escape(f"Emulated Britive tenant {context.name}")
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="refresh" content="2"><style>{_STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>Tenant time: {format_scim_time(context.now())}</p>"
        f"{exchanges}{users}{tags}</body></html>"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
            "form-action 'none'"
        ),
        "X-Frame-Options": "DENY",  # of browsers without frame-ancestors
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return TenantResponse(200, headers, text.encode())
