"""Writes through the pages of a tenant: only from their own forms."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx
import pytest

from britive_scim.testing import Tenant, TenantResponse
from support.each_value import each_value

HOST = "acme.britive-app.com"


def find_page_token(tenant: Tenant) -> str:
    found = re.search(
        r'name="page_token" value="([^"]+)"', tenant.pages.render("/faults").body.decode()
    )
    assert found
    return found[1]


def post(
    tenant: Tenant, path: str, headers: Mapping[str, str] | None = None, **fields: str
) -> TenantResponse:
    form = {"page_token": find_page_token(tenant), **fields}
    response = tenant.pages.respond(
        "POST", path, {"Host": HOST, **(headers or {})}, urlencode(form).encode()
    )
    assert response is not None
    return response


def test_form_adds_and_clears_faults(tenant: Tenant) -> None:
    added = post(tenant, "/faults", {"Origin": f"https://{HOST}"}, fault="POST */Users 503:0.5 x2")
    assert (added.status, added.headers["Location"]) == (303, "/faults")
    (fault,) = tenant.faults.pending
    assert (fault.status, fault.method, fault.path, fault.times) == (503, "POST", "*/Users", 2)
    post(tenant, "/faults", fault="rate=5/60")
    assert len(tenant.faults.rate_limits) == 1
    assert post(tenant, "/faults/clear").status == 303
    assert tenant.faults.pending == tenant.faults.rate_limits == ()


def test_form_with_invalid_fault_shows_message(tenant: Tenant) -> None:
    shown = post(tenant, "/faults", fault="<b>lots</b>")
    assert shown.status == 200
    assert b'role="alert"' in shown.body
    assert b"fault &lt;b&gt;lots" in shown.body
    assert tenant.faults.pending == ()


@each_value(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"https://{HOST}:444"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_write_of_another_origin_is_refused(headers: dict[str, str]) -> None:
    tenant = Tenant()
    tenant.faults.add(503)
    assert post(tenant, "/faults/clear", headers).status == 403
    assert len(tenant.faults) == 1


@each_value("token", ["", "x", "é"])
def test_write_without_page_token_is_refused(token: str) -> None:
    tenant = Tenant()
    tenant.faults.add(503)
    other = find_page_token(Tenant())
    for wrong in (token, other):
        assert post(tenant, "/faults/clear", page_token=wrong).status == 403
    response = tenant.pages.respond("POST", "/faults/clear", {"Host": HOST})
    assert response is not None
    assert response.status == 403
    assert len(tenant.faults) == 1


def test_other_methods_and_long_forms_are_refused(tenant: Tenant) -> None:
    tenant.faults.add(503)
    for method in ("DELETE", "PUT", "PATCH", "OPTIONS"):
        response = tenant.pages.respond(method, "/faults/clear", {"Host": HOST})
        assert response is not None
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert post(tenant, "/faults/clear", x="x" * 10_000).status == 413
    assert post(tenant, "/users").status == 405
    assert tenant.pages.render("/faults/clear").status == 404
    assert len(tenant.faults) == 1


@each_value(
    "host", ["evil.example", "", "127.0.0.1.evil.example", "[::1", "acme.britive-app.com:1"]
)
def test_other_host_is_refused(host: str) -> None:
    response = Tenant().pages.respond("GET", "/", {"Host": host})
    assert response is not None
    assert response.status == 421


@each_value("host", ["localhost:8000", "127.0.0.1:1", "[::1]:80", "ACME.britive-app.com"])
def test_own_host_and_loopback_are_accepted(host: str) -> None:
    response = Tenant().pages.respond("GET", "/", {"host": host})
    assert response is not None
    assert response.status == 200


def test_pages_have_strict_policy(tenant: Tenant) -> None:
    for path in ("/", "/clock", "/users/none", "/faults/clear"):
        headers = tenant.pages.render(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for directive in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
            assert directive in policy
        assert headers["Cache-Control"] == "no-store"
    page = tenant.pages.render("/").body.decode()
    assert re.findall(r"<script(?! src)", page) == []
    assert " style=" not in page


def test_double_slash_is_no_link_to_another_host(tenant: Tenant) -> None:
    tenant.populate(users=101, groups=0)
    page = tenant.pages.render("//users").body.decode()
    assert re.findall(r'(?:href|hx-get|action)="//', page) == []
    assert 'href="/users?start=100"' in page


async def test_pages_work_as_asgi_application(tenant: Tenant) -> None:
    transport = httpx.ASGITransport(tenant.asgi())
    async with httpx.AsyncClient(transport=transport, base_url=tenant.base_url) as http:
        page = await http.get("/faults")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        token = find_page_token(tenant)
        data = {"page_token": token, "fault": "503 x1"}
        assert (await http.post("/faults", data=data)).status_code == 303
        assert len(tenant.faults) == 1
        assert (await http.get("/api/health")).status_code == 503
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as http:
        assert (await http.get("/")).status_code == 421


def test_write_over_http_needs_page_token(tenant: Tenant) -> None:
    tenant.faults.add(503, path="*/Users")
    with tenant.serve() as server:
        assert httpx.post(f"{server.url}/faults/clear").status_code == 403
        assert len(tenant.faults) == 1
        data = {"page_token": find_page_token(tenant)}
        own = {"Origin": server.url}
        cleared = httpx.post(f"{server.url}/faults/clear", data=data, headers=own)
        assert cleared.status_code == 303
    assert len(tenant.faults) == 0
    with pytest.raises(LookupError):
        tenant.pages.render("/api/users")
