"""The pages of a tenant by path, and the checks of requests to them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from britive_scim.testing.http.faults import Faults
from britive_scim.testing.http.messages import ExchangeLog, TenantRequest, TenantResponse
from britive_scim.testing.pages.assets import find_asset
from britive_scim.testing.pages.audit_page import render_audit_log
from britive_scim.testing.pages.fault_page import PAGE_TOKEN_FIELD, add_fault, render_fault_page
from britive_scim.testing.pages.layout import HEADERS, make_page_response, render_clock
from britive_scim.testing.pages.overview import render_overview
from britive_scim.testing.pages.provider_pages import render_provider_list, render_token_expiry
from britive_scim.testing.pages.request_list import render_request_list
from britive_scim.testing.pages.tag_pages import render_tag, render_tag_list
from britive_scim.testing.pages.user_pages import render_user, render_user_list
from britive_scim.testing.pages.view import RenderedPage, View
from britive_scim.testing.state.context import TenantContext

__all__ = ["TenantPages"]

_LISTS: Final[Mapping[str, Callable[[View], RenderedPage]]] = {
    "": render_overview,
    "requests": render_request_list,
    "users": render_user_list,
    "tags": render_tag_list,
    "identity-providers": render_provider_list,
    "audit-log": render_audit_log,
    "faults": render_fault_page,
}

_DETAILS: Final[Mapping[str, Callable[[View, str], RenderedPage]]] = {
    "requests": render_request_list,
    "users": render_user,
    "tags": render_tag,
}

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MAX_FORM = 10_000


class TenantPages:
    """The pages of a tenant: overview, requests, users, tags, identity providers, audit log, faults.

    They contain neither tokens nor passwords, need no credential, and are refused under another `Host` than
    the tenant's or that of the loopback address. A write needs the token in the form of a page.

    Args:
        context: the tenant.
        requests: log of the exchanges.
        faults: scripted faults of the tenant.
        lock: guards the state of the tenant.
    """

    __slots__ = ("_context", "_faults", "_lock", "_page_token", "_requests")

    def __init__(
        self,
        context: TenantContext,
        requests: ExchangeLog,
        faults: Faults,
        lock: threading.RLock,
    ) -> None:
        self._context = context
        self._requests = requests
        self._faults = faults
        self._lock = lock
        self._page_token = secrets.token_urlsafe(24)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> TenantResponse | None:
        """Return the response to a request for a page; `None` if the path is not that of a page.

        Args:
            method: HTTP method.
            target: path and query, percent-encoded.
            headers: names in any case.
            body: body of a form.
        """
        request = TenantRequest.parse(method, target, headers, body)
        if not self._is_page(request):
            return None
        if not self._is_own_host(request.headers.get("host", "")):
            return _refuse(421, "Host must be that of the tenant")
        if request.method in ("GET", "HEAD"):
            with self._lock:
                return self._render(request)
        if request.method == "POST":
            return self._write(request)
        return _refuse(405, "method must be GET or POST", {"Allow": "GET, HEAD, POST"})

    def render(self, target: str) -> TenantResponse:
        """Return a page without a browser.

        Args:
            target: path and query, such as `/users?q=ana`.

        Raises:
            LookupError: no page has this path.
        """
        host = urlsplit(self._context.base_url).netloc
        response = self.respond("GET", target, {"Host": host})
        if response is None:
            raise LookupError(f"target must be the path of a page, got {target!r:.90}")
        return response

    def _is_page(self, request: TenantRequest) -> bool:
        section, *rest = request.segments
        if section in ("static", "clock", "favicon.ico") or request.segments == ("faults", "clear"):
            return True
        return len(rest) <= 1 and section in (_DETAILS if rest else _LISTS)

    def _is_own_host(self, host: str) -> bool:
        """Return whether `Host` names this tenant, which protects against DNS rebinding by web pages."""
        own = urlsplit(self._context.base_url)
        if host.lower() == own.netloc.lower():
            return True
        try:
            return urlsplit(f"//{host}").hostname in _LOOPBACK
        except ValueError:
            return False

    # ------------------------------------------------------------------------- reads

    def _render(self, request: TenantRequest) -> TenantResponse:
        asset = find_asset(request.path)
        if asset is not None:
            return asset
        view = self._make_view(request)
        section, *rest = request.segments
        if section == "clock":
            text = render_clock(view)
            return TenantResponse(
                200, {"Content-Type": "text/html; charset=utf-8", **HEADERS}, text.encode()
            )
        version = self._make_version(view)
        if view.query.get("seen") == version:
            return TenantResponse(204, HEADERS, b"")
        if rest and section in _DETAILS:
            page = _DETAILS[section](view, rest[0])
        elif not rest and section in _LISTS:
            page = _LISTS[section](view)
        else:
            return _refuse(404, "page not found")
        return self._send(view, page, version)

    def _send(self, view: View, page: RenderedPage, version: str) -> TenantResponse:
        """Return the response of a page; a token of the tenant is masked wherever it occurs."""
        response = make_page_response(view, page, version)
        return replace(response, body=self._context.collect_tokens().mask_tokens(response.body))

    def _make_view(self, request: TenantRequest) -> View:
        return View(
            context=self._context,
            requests=self._requests,
            faults=self._faults,
            path="/" + "/".join(quote(segment, safe="") for segment in request.segments),
            query=dict(request.query),
            page_token=self._page_token,
        )

    def _make_version(self, view: View) -> str:
        """Return a digest that changes with anything that a page shows, except the time of day."""
        state, faults = view.state, self._faults
        parts = (
            id(state),
            state.change_count,
            state.last_audit_number,
            len(state.providers),
            self._requests.total,
            len(self._requests),
            faults.latency,
            faults.pending,
            faults.rate_limits,
            view.now().date(),
            [render_token_expiry(view, provider) for provider in state.providers.values()],
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]

    # ------------------------------------------------------------------------- writes

    def _write(self, request: TenantRequest) -> TenantResponse:
        refusal = self._check_write(request)
        if refusal is not None:
            return refusal
        form = _parse_form(request.body)
        view = replace(self._make_view(request), path="/faults", query={})
        with self._lock:
            if request.segments == ("faults", "clear"):
                self._faults.clear()
            elif request.segments == ("faults",):
                error = add_fault(view, form.get("fault", ""))
                if error is not None:
                    page = render_fault_page(view, error)
                    return self._send(view, page, self._make_version(view))
            else:
                return _refuse(405, "method must be GET", {"Allow": "GET, HEAD"})
        return TenantResponse(303, {**HEADERS, "Location": "/faults"}, b"")

    def _check_write(self, request: TenantRequest) -> TenantResponse | None:
        """Refuse a write that does not come from a form of these pages."""
        headers = request.headers
        origin = headers.get("origin")
        own_origins = tuple(f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https"))
        if origin is not None and origin.lower() not in {own.lower() for own in own_origins}:
            return _refuse(403, "Origin must be that of the page")
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return _refuse(403, "the request must come from a page of the tenant")
        if len(request.body) > _MAX_FORM:
            return _refuse(413, f"the form must have at most {_MAX_FORM} bytes")
        token = _parse_form(request.body).get(PAGE_TOKEN_FIELD, "")
        if not hmac.compare_digest(token.encode(), self._page_token.encode()):
            return _refuse(403, "the form must contain the token of the page; reload the page")
        return None


def _parse_form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _refuse(status: int, message: str, headers: Mapping[str, str] | None = None) -> TenantResponse:
    fields = {"Content-Type": "text/plain; charset=utf-8", **HEADERS, **(headers or {})}
    return TenantResponse(status, fields, message.encode())
