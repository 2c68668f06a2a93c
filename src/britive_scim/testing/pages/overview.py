"""The first page: counts, a strip of the latest requests, identity providers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import (
    render_provider_link,
    render_rows,
    render_table,
)
from britive_scim.testing.pages.provider_pages import render_token_expiry
from britive_scim.testing.pages.request_list import (
    NumberedExchange,
    format_seconds,
    format_target,
    list_exchanges,
    render_no_requests,
    render_request_table,
)
from britive_scim.testing.pages.view import RenderedPage, View

__all__ = ["render_overview"]

_LATEST = 10
_BARS = 80
_BAR_WIDTH, _BAR_HEIGHT = 10, 60


def render_overview(view: View) -> RenderedPage:
    """Return the page of counts and of the latest requests."""
    numbered = list_exchanges(view)
    return RenderedPage(
        "Overview",
        join(
            _render_counts(view, numbered),
            _render_requests(view, numbered),
            _render_providers(view),
        ),
    )


def _render_counts(view: View, numbered: Sequence[NumberedExchange]) -> Html:
    state = view.state
    failed = sum(exchange.status is None or exchange.status >= 400 for _, exchange in numbered)
    faults = len(view.faults.pending) + len(view.faults.rate_limits)
    counts = [
        ("Users", len(state.users), "/users", ""),
        ("Tags", len(state.tags), "/tags", ""),
        ("Identity providers", len(state.providers), "/identity-providers", ""),
        ("Requests", view.requests.total, "/requests", ""),
        ("Failed requests", failed, "/requests", "bad" if failed else ""),
        ("Audit events", len(state.audit_entries), "/audit-log", ""),
        ("Scripted faults", faults, "/faults", "warn" if faults else ""),
    ]
    return element(
        "ul",
        (
            element(
                "li",
                element(
                    "a",
                    element("b", f"{number:,}"),
                    element("span", title),
                    href=path,
                    class_=level or None,
                ),
            )
            for title, number, path, level in counts
        ),
        class_="tiles",
    )


def _render_requests(view: View, numbered: Sequence[NumberedExchange]) -> Html:
    if not numbered:
        return join(element("h2", "Latest requests"), render_no_requests(view))
    shown = min(_LATEST, len(numbered))
    return join(
        element("h2", "Latest requests"),
        _render_strip(numbered[:_BARS][::-1]),
        render_request_table(numbered[:_LATEST], opens_panel=False),
        element(
            "p",
            element("span", f"{shown} of {len(numbered):,} requests"),
            element("a", "All requests", href="/requests"),
            class_="count",
        ),
    )


def _render_strip(numbered: Sequence[NumberedExchange]) -> Html:
    """Return a bar for each request: its height is the time taken, on a logarithmic scale."""
    bars: list[Html] = []
    for position, (_, exchange) in enumerate(numbered, _BARS - len(numbered)):
        # 0.1 ms is the lowest bar, 10 s the highest
        scale = (math.log10(max(exchange.seconds, 1e-4)) + 4) / 5
        height = round(6 + (_BAR_HEIGHT - 6) * min(scale, 1))
        level = "cut" if exchange.status is None else f"s{exchange.status // 100}"
        outcome = "cut" if exchange.status is None else exchange.status
        title = (
            f"{exchange.method} {format_target(exchange)}: {outcome}, "
            f"{format_seconds(exchange.seconds)}"
        )
        bars.append(
            element(
                "rect",
                element("title", title),
                x=position * _BAR_WIDTH,
                y=_BAR_HEIGHT - height,
                width=_BAR_WIDTH - 2,
                height=height,
                rx=1,
                class_=level,
            )
        )
    return element(
        "svg",
        *bars,
        viewBox=f"0 0 {_BARS * _BAR_WIDTH} {_BAR_HEIGHT}",
        preserveAspectRatio="none",
        class_="strip",
        role="img",
        aria_label=f"Time taken by the latest {len(numbered)} requests, the latest at the right",
    )


def _render_providers(view: View) -> Html:
    rows = render_rows(
        (
            render_provider_link(provider),
            provider.type,
            len(provider.users),
            len(provider.tags),
            render_token_expiry(view, provider),
        )
        for provider in view.state.providers.values()
    )
    columns = ("Name", "Type", "Users", "Tags", "SCIM token")
    return join(
        element("h2", "Identity providers"), render_table("Identity providers", columns, rows)
    )
