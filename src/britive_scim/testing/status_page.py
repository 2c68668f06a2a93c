"""A page for people who want to look into a served tenant."""

from __future__ import annotations

import html

from britive_scim.tables import html_table
from britive_scim.testing.admin.tag_view import view as tag_view
from britive_scim.testing.admin.user_view import view as user_view
from britive_scim.testing.http.clock import scim_time
from britive_scim.testing.http.messages import Answer, Exchanges
from britive_scim.testing.state.context import World

__all__ = ["page"]

_ROWS = 100
"""Most rows of a table: the latest."""

_STYLE = """
body { font: 14px system-ui, sans-serif; margin: 2em; color: #222; }
table { border-collapse: collapse; margin: 0 0 2em; }
caption { text-align: left; font-weight: 600; padding: .3em 0; }
th, td { text-align: left; padding: .2em .8em .2em 0; border-bottom: 1px solid #ddd; }
"""


def page(world: World, requests: Exchanges) -> Answer:
    """Return the page: the latest requests, users and tags, everything escaped, without scripts."""
    state = world.state
    exchanges = html_table(
        ("time", "method", "path", "query", "status"),
        [
            (
                scim_time(one.at),
                one.method,
                one.path,
                "&".join(f"{name}={value}" for name, value in one.query),
                "cut" if one.status is None else one.status,
            )
            for one in reversed(requests[-_ROWS:])
        ],
        caption=f"Requests ({len(requests)})",
    )
    users = html_table(
        ("identity provider", "username", "name", "email", "status", "tags"),
        [
            (
                user.provider.name,
                shown["username"],
                shown["name"],
                shown["email"],
                shown["status"],
                ", ".join(tag.name for tag in state.tags_of(user.id)),
            )
            for user in list(state.users.values())[: -_ROWS - 1 : -1]
            for shown in (user_view(world, user, tags=False),)
        ],
        caption=f"Users ({len(state.users)})",
    )
    tags = html_table(
        ("identity provider", "name", "external", "status", "users"),
        [
            (tag.provider.name, tag.name, shown["external"], shown["status"], shown["userCount"])
            for tag in list(state.tags.values())[: -_ROWS - 1 : -1]
            for shown in (tag_view(tag),)
        ],
        caption=f"Tags ({len(state.tags)})",
    )
    title = html.escape(f"Emulated Britive tenant {world.name}")
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="refresh" content="2"><style>{_STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>Tenant time: {scim_time(world.now())}</p>"
        f"{exchanges}{users}{tags}</body></html>"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(200, headers, text.encode())
