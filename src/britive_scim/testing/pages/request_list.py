"""The list of requests, latest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from britive_scim.testing.http.messages import TenantExchange
from britive_scim.testing.pages.exchange_details import render_details
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import (
    render_badge,
    render_count,
    render_empty,
    render_missing,
    render_search,
    render_table,
    select_rows,
)
from britive_scim.testing.pages.view import RenderedPage, View, build_path

__all__ = ["format_target", "render_request_list", "render_request_table"]

NumberedExchange = tuple[int, TenantExchange]

_COLUMNS = ("Time", "Method", "Path", "Status", "Time taken", "Caller")


def render_request_list(view: View, number: str | None = None) -> RenderedPage:
    """Return the page of all requests, with the details of one beside them.

    Args:
        view: the tenant.
        number: number of the request whose details are shown.
    """
    numbered = list_exchanges(view)
    details = _render_panel(view, numbered, number)
    if details is None:
        text = f"Request {number} is not among the latest {len(numbered):,}."
        return render_missing("Requests", text)
    words = view.search.casefold().split()
    matches = [entry for entry in numbered if _has_words(entry[1], words)] if words else numbered
    rows, start = select_rows(view, matches)
    if rows:
        content = join(
            render_count(view, len(matches), start, "requests"), render_request_table(rows)
        )
    elif words:
        content = render_empty(f"No request matches {view.search!r}.")
    else:
        content = render_no_requests(view)
    search = render_search(view, "Search method, path, status, caller")
    return RenderedPage("Requests", content, search, details)


def list_exchanges(view: View) -> Sequence[NumberedExchange]:
    """Return the exchanges with their numbers, latest first."""
    exchanges = view.requests[:]
    first = view.requests.total - len(exchanges) + 1
    return list(enumerate(exchanges, first))[::-1]


def render_no_requests(view: View) -> Html:
    """Return the content of a list without requests."""
    command = f'curl -H "Authorization: Bearer $BRITIVE_SCIM_TOKEN" "{view.context.scim_url}/Users"'
    return render_empty("No requests yet. Send one:", command)


def render_request_table(rows: Iterable[NumberedExchange], *, opens_panel: bool = True) -> Html:
    """Return a table of requests; each opens its details, in the panel of this page or on a page."""
    return render_table(
        "Requests",
        _COLUMNS,
        (_render_row(*row, opens_panel=opens_panel) for row in rows),
        class_="rows requests",
    )


def _render_row(number: int, exchange: TenantExchange, *, opens_panel: bool) -> Html:
    url = build_path("requests", number)
    panel = {
        "hx_get": url,
        "hx_target": "#details",
        "hx_select": "#details",
        "hx_swap": "outerHTML",
    }
    target = element(
        "a",
        format_target(exchange),
        id=f"request-{number}",
        href=url,
        data_row=True,
        **(panel if opens_panel else {}),
    )
    return element(
        "tr",
        element(
            "td",
            element(
                "time",
                f"{exchange.received_at:%H:%M:%S}",
                datetime=f"{exchange.received_at:%Y-%m-%dT%H:%M:%SZ}",
            ),
        ),
        element("td", render_method(exchange.method)),
        element("td", target, class_="target"),
        element("td", render_status(exchange)),
        element("td", format_seconds(exchange.seconds), class_="number"),
        element("td", exchange.caller or "-"),
    )


def _render_panel(
    view: View, numbered: Sequence[NumberedExchange], number: str | None
) -> Html | None:
    """Return the panel of details, empty without a number; `None` if there is no such request."""
    if number is None:
        return element("aside", id="details", aria_label="Details of a request")
    found = next((entry for entry in numbered if str(entry[0]) == number), None)
    return None if found is None else render_details(view, *found)


def _has_words(exchange: TenantExchange, words: Sequence[str]) -> bool:
    status = "cut" if exchange.status is None else exchange.status
    text = f"{exchange.method} {format_target(exchange)} {status} {exchange.caller or ''}"
    folded = text.casefold()
    return all(word in folded for word in words)


def format_target(exchange: TenantExchange) -> str:
    """Return path and query, decoded and without secrets."""
    query = "&".join(f"{name}={value}" for name, value in exchange.query)
    return f"{exchange.path}{'?' if query else ''}{query}"


def format_seconds(seconds: float) -> str:
    """Return a time taken.

    Examples:
        >>> format_seconds(0.0123), format_seconds(2.5)
        ('12.3 ms', '2.50 s')
    """
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def render_method(method: str) -> Html:
    """Return the method of a request as a badge."""
    known = method.lower() if method in ("GET", "POST", "PUT", "PATCH", "DELETE") else "other"
    return element("span", method, class_=f"method {known}")


def render_status(exchange: TenantExchange) -> Html:
    """Return the status of a response as a badge; a scripted fault is marked."""
    status = exchange.status
    level = (
        "bad"
        if status is None or status >= 500
        else "warn"
        if status >= 400
        else "plain"
        if status >= 300
        else "good"
    )
    badge = render_badge("cut" if status is None else status, level)
    if not exchange.has_fault:
        return badge
    return join(badge, " ", element("span", "fault", class_="mark", title="a scripted fault"))
