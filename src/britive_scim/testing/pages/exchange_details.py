"""Details of one request: headers and bodies without secrets, the PATCH in words, the changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from britive_scim.scim.redaction import redact_pairs
from britive_scim.testing.http.messages import TenantExchange
from britive_scim.testing.pages.changes import find_record_name, render_changes
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import format_json, render_facts, render_time
from britive_scim.testing.pages.patch_description import describe_operations
from britive_scim.testing.pages.view import View

__all__ = ["render_details"]

_MAX_PARSED = 1_000_000
"""Maximum bytes of a body that is parsed; while it is, the tenant processes no request."""

_MAX_SHOWN = 20_000
"""Maximum bytes of a body that is not JSON."""


def render_details(view: View, number: int, exchange: TenantExchange) -> Html:
    """Return the panel of one request."""
    query = "&".join(f"{name}={value}" for name, value in exchange.query)
    words = describe_operations(
        _parse_json(exchange.request_body), lambda id_: find_record_name(view, id_)
    )
    return element(
        "aside",
        element(
            "div",
            element("h2", f"{exchange.method} {exchange.path}"),
            element(
                "a",
                "Close",
                href="/requests",
                id="close",
                data_key="Escape",
                class_="button",
                hx_get="/requests",
                hx_target="#details",
                hx_select="#details",
                hx_swap="outerHTML",
            ),
            class_="heading",
        ),
        render_facts(
            [
                ("Number", f"{number:,}"),
                ("Received", render_time(exchange.received_at)),
                ("Query", query),
                ("Status", "connection cut" if exchange.status is None else exchange.status),
                ("Time taken", f"{1000 * exchange.seconds:.1f} ms"),
                ("Caller", exchange.caller or "not authenticated"),
                ("Scripted fault", "yes" if exchange.has_fault else None),
            ]
        ),
        None if words is None else join(element("h3", "In words"), words),
        join(element("h2", "Changes"), render_changes(view, exchange.changes))
        if exchange.changes
        else None,
        element("h2", "Request"),
        _render_body(exchange.request_body),
        _render_headers("Request headers", exchange.request_headers),
        element("h2", "Response"),
        _render_body(exchange.response_body),
        _render_headers("Response headers", exchange.response_headers),
        id="details",
        class_="open",
        data_number=number,
        tabindex="-1",
        aria_label="Details of a request",
    )


def _parse_json(body: bytes) -> Any:
    """Return a body parsed as JSON; `None` if it is not JSON, or too long to show as such."""
    try:
        return json.loads(body) if 0 < len(body) <= _MAX_PARSED else None
    except (ValueError, RecursionError):
        return None


def _render_body(body: bytes) -> Html:
    if not body:
        return element("p", "No body.", class_="note")
    document = _parse_json(body)
    if document is not None:
        return format_json(document)
    text = body[:_MAX_SHOWN].decode("utf-8", "replace")
    note = (
        element("p", f"{_MAX_SHOWN:,} of {len(body):,} bytes", class_="note")
        if len(body) > _MAX_SHOWN
        else None
    )
    return join(element("pre", element("code", text), tabindex="0", aria_label="Body"), note)


def _render_headers(title: str, headers: Mapping[str, str]) -> Html:
    return element(
        "details", element("summary", title), render_facts(redact_pairs(headers.items()))
    )
