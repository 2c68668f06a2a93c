"""The scripted faults: those that are pending, a form to add one, a button to clear all."""

from __future__ import annotations

from britive_scim.testing.http import fault_options
from britive_scim.testing.http.faults import Fault, RateLimit
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.parts import render_empty, render_rows, render_table
from britive_scim.testing.pages.view import RenderedPage, View

__all__ = ["PAGE_TOKEN_FIELD", "add_fault", "render_fault_page"]

PAGE_TOKEN_FIELD = "page_token"  # noqa: S105 - the name of a field

_COLUMNS = ("Effect", "Method", "Path", "Probability", "Hits", "Delay")


def add_fault(view: View, text: str) -> str | None:
    """Add the fault that a form describes; return a message if it is invalid."""
    try:
        fault_options.add_faults(view.faults, [text])
    except ValueError as error:
        return f"fault {error}"
    return None


def render_fault_page(view: View, error: str | None = None) -> RenderedPage:
    """Return the page of the scripted faults.

    Args:
        view: the tenant.
        error: message about a fault that was not added.
    """
    faults = view.faults
    rows = [
        *(_describe_fault(fault) for fault in faults.pending),
        *(_describe_limit(limit) for limit in faults.rate_limits),
    ]
    latency = (
        element("p", f"Every response is delayed by {faults.latency:g} s.")
        if faults.latency
        else None
    )
    if rows:
        listed = render_table("Scripted faults", _COLUMNS, render_rows(rows))
    else:
        listed = render_empty(
            "No fault is scripted: the tenant responds to every request. Serve a tenant with one:",
            "britive-scim serve --fault 'POST */Users 503:0.1'",
        )
    return RenderedPage("Faults", join(latency, listed), _render_forms(view, error))


def _render_forms(view: View, error: str | None) -> Html:
    def make_token() -> Html:
        return element("input", type="hidden", name=PAGE_TOKEN_FIELD, value=view.page_token)

    return join(
        element(
            "form",
            make_token(),
            element(
                "input",
                name="fault",
                id="fault",
                required=True,
                placeholder="POST */Users 503:0.1 x3",
                aria_label="Fault to add",
                aria_describedby="syntax",
                autocomplete="off",
                data_key="/",
            ),
            element("button", "Add", type="submit"),
            action="/faults",
            method="post",
        ),
        element(
            "form",
            make_token(),
            element("button", "Clear all", type="submit"),
            action="/faults/clear",
            method="post",
        ),
        element("p", element("code", fault_options.SYNTAX), id="syntax", class_="note"),
        None if error is None else element("p", error, role="alert", class_="alert"),
    )


def _describe_fault(fault: Fault) -> tuple[object, ...]:
    times = "" if fault.times is None else f" of {fault.times}"
    return (
        _describe_effect(fault),
        fault.method or "all",
        element("code", fault.path or "*"),
        f"{fault.probability:g}",
        f"{fault.hits}{times}",
        f"{fault.delay:g} s" if fault.delay else "",
    )


def _describe_effect(fault: Fault) -> str:
    if fault.cut is not None:
        points = {"connect": "on connecting", "before": "before", "after": "after"}
        point = points[fault.cut]
        return f"connection cut {point}" + ("" if fault.cut == "connect" else " processing")
    effects = [f"status {fault.status}"] if fault.status is not None else []
    if fault.headers:
        effects.append("headers " + ", ".join(fault.headers))
    if fault.body is not None:
        effects.append(f"body of {len(fault.body)} bytes")
    return ", ".join(effects) or "delay"


def _describe_limit(limit: RateLimit) -> tuple[object, ...]:
    return (
        f"status 429 beyond {limit.requests:,} requests in {limit.seconds:g} s",
        limit.method or "all",
        element("code", limit.path or "*"),
        "1",
        str(limit.hits),
        "",
    )
