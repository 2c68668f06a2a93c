"""The frame of every page: document, navigation, clock, and the headers of the response."""

from __future__ import annotations

from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.pages.assets import build_asset_url
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.view import RenderedPage, View

__all__ = ["HEADERS", "make_page_response", "render_clock"]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",  # of browsers without frame-ancestors
    "Referrer-Policy": "same-origin",  # without a referrer, browsers would send `Origin: null`
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

_SECTIONS = (
    ("/", "Overview", "o"),
    ("/requests", "Requests", "r"),
    ("/users", "Users", "u"),
    ("/tags", "Tags", "t"),
    ("/identity-providers", "Identity providers", "i"),
    ("/audit-log", "Audit log", "a"),
    ("/faults", "Faults", "f"),
)

_HTMX_CONFIG = (
    '{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,'
    '"historyCacheSize":0,"refreshOnHistoryMiss":true,"scrollIntoViewOnBoost":false}'
)


def make_page_response(view: View, page: RenderedPage, version: str) -> TenantResponse:
    """Return a page as an HTML document.

    Args:
        view: the tenant.
        page: the page.
        version: version of the tenant; the page refreshes itself when there is another one.
    """
    document = join(Html("<!doctype html>"), _render_document(view, page, version))
    return TenantResponse(
        # htmx replaces content only by that of a response with status 200
        200 if page.is_found or "seen" in view.query else 404,
        {"Content-Type": "text/html; charset=utf-8", **HEADERS},
        document.encode("utf-8", "replace"),
    )


def render_clock(view: View) -> Html:
    """Return the tenant's time, which refreshes itself each second."""
    now = view.now()
    return element(
        "p",
        element("span", "Tenant time ", class_="wide"),
        element("time", f"{now:%Y-%m-%d %H:%M:%S}", datetime=f"{now:%Y-%m-%dT%H:%M:%SZ}"),
        " UTC",
        id="clock",
        **({} if view.is_paused else {"hx_get": "/clock", "hx_trigger": "every 1s"}),
        hx_swap="outerHTML",
    )


def _render_document(view: View, page: RenderedPage, version: str) -> Html:
    name = view.context.name
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="htmx-config", content=_HTMX_CONFIG),
        element("title", f"{page.title} · {name}, emulated Britive tenant"),
        element("link", rel="icon", href=build_asset_url("icon.svg")),
        element("link", rel="stylesheet", href=build_asset_url("pages.css")),
        element("script", src=build_asset_url("htmx.min.js"), defer=True),
        element("script", src=build_asset_url("pages.js"), defer=True),
    )
    body = element(
        "body",
        element("a", "Skip to content", href="#content", class_="skip"),
        element(
            "header",
            element("a", element("b", name), " emulated Britive tenant", href="/", class_="tenant"),
            render_clock(view),
        ),
        _render_navigation(view),
        element(
            "main",
            element(
                "div",
                element("h1", page.title),
                page.controls,
                _render_switch(view) if page.is_found else None,
                class_="heading",
            ),
            element(
                "div",
                _render_live(view, page, version),
                page.details,
                class_="columns" if page.details is not None else None,
            ),
            id="content",
        ),
        element("p", "The tenant does not respond.", id="offline", role="status", hidden=True),
        element("footer", _render_keys()),
    )
    return element("html", head, body, lang="en")


def _render_navigation(view: View) -> Html:
    section = "/" + view.path.split("/")[1]
    return element(
        "nav",
        (
            element(
                "a",
                title,
                href=path,
                data_key=key,
                aria_current="page" if path == section else None,
            )
            for path, title, key in _SECTIONS
        ),
        aria_label="Pages",
    )


def _render_live(view: View, page: RenderedPage, version: str) -> Html:
    """Return the content, which refreshes itself each second unless the page is paused."""
    is_live = page.is_found and not view.is_paused
    polling = {
        "hx_get": view.build_url(seen=version),
        "hx_trigger": "every 1s",
        "hx_select": "#live",
        "hx_swap": "outerHTML",
    }
    return element("div", page.content, id="live", **(polling if is_live else {}))


def _render_switch(view: View) -> Html:
    """Return the link that stops or continues the refresh, with the present search."""
    return element(
        "a",
        "Resume" if view.is_paused else "Pause",
        id="pause",
        href=view.build_url(paused=None if view.is_paused else "1", seen=None),
        data_key="p",
        class_="button",
    )


def _render_keys() -> Html:
    keys = [
        ("/", "search"),
        ("p", "pause"),
        ("j k", "next, previous row"),
        *((key, title.lower()) for _, title, key in _SECTIONS),
    ]
    return element(
        "p",
        "Keys: ",
        (element("span", element("kbd", key), f" {title}") for key, title in keys),
        class_="keys",
    )
