"""Pages of requests that are very long or nested deeply, and pages that age; faults of forms that are refused."""

import html
import json
import re
from typing import Any

import pytest

from britive_scim.testing import Tenant
from britive_scim.testing.http import fault_options
from britive_scim.testing.server import is_own_host
from support.costs import count_calls
from support.each_value import each_value
from support.tenant_callers import Caller, make_scim_caller, make_user
from support.tenant_pages import render_all_pages


def nest(depth: int, value: Any = 1) -> Any:
    """Return arrays in arrays."""
    for _ in range(depth):
        value = [value]
    return value


@each_value("depth", [21, 150, 500, 5000])
def test_deep_bodies_are_shown(depth: int) -> None:
    tenant = Tenant()
    okta = make_scim_caller(tenant, "Okta")
    arrays = "[" * depth + "]" * depth
    okta.post("/Users", arrays)
    okta.post("/Users", f'{{"password":"secret-7","x":{arrays}}}')
    okta.post("/Users", '{"name":' * depth + "1" + "}" * depth)
    okta.post("/Users", json.dumps(make_user("ana"))[:-1] + f',"custom":{{"x":{arrays}}}}}')
    operation = f'{{"op":"add","path":"title","value":{arrays}}}'
    okta.patch("/Users/none", f'{{"Operations":[{operation}]}}')
    pages = render_all_pages(tenant)
    assert "secret-7" not in pages
    assert pages.count("POST /api/scim/v2/Users") >= 4


def test_deep_bulk_request_is_shown(tenant: Tenant, okta: Caller) -> None:
    body: Any = {"op": "add", "path": "title", "value": "end"}
    for _ in range(150):
        body = {"method": "PATCH", "path": "/Users/1", "data": {"Operations": [body]}}
    okta.post("/Bulk", {"Operations": [body]})
    page = tenant.pages.render("/requests/1")
    assert page.status == 200
    assert b"PATCH /Users/1" in page.body
    assert "…".encode() in page.body


def test_deep_json_is_cut_with_a_sign(tenant: Tenant, okta: Caller) -> None:
    okta.post("/Users", {"title": nest(30)})
    text = html.unescape(tenant.pages.render("/requests/1").body.decode())
    assert '"…"' in text
    assert '"title": [' in text


def list_names(operation: dict[str, Any]) -> list[str]:
    return list(operation)


@each_value(
    "operation",
    [
        {"op": "add", "path": "x" * 100_000, "value": 1},
        {"op": "y" * 100_000, "path": "title"},
        {"method": "PATCH", "path": "/Users/" + "x" * 100_000, "bulkId": "b" * 9000},
        {"method": "POST", "path": "/Users", "data": {"userName": "x" * 100_000}},
        {"op": "add", "path": ["x" * 100_000], "value": {"a" * 100_000: "b"}},
        {"op": "add", "value": {f"name{number}": number for number in range(5_000)}},
    ],
    label=list_names,
)
def test_long_parts_of_operations_are_cut(operation: dict[str, Any]) -> None:
    tenant = Tenant()
    make_scim_caller(tenant, "Okta").post("/Bulk", {"Operations": [operation]})
    page = tenant.pages.render("/requests/1").body
    assert len(page) < 70_000
    assert b"characters" in page


def test_long_values_of_changes_are_cut(tenant: Tenant, okta: Caller) -> None:
    okta.create_user("ana@acme.com", title="t" * 90_000)
    page = tenant.pages.render("/requests/1").body.decode()
    assert "… 90,000 characters" in page
    assert len(page) < 90_000


def test_long_text_is_not_searched(okta: Caller) -> None:
    """Work on text that is not JSON ends with its first 100,000 bytes."""
    short, long = (
        count_calls(lambda size=size: okta.post("/Users", '"token": 1, ' * size))
        for size in (20_000, 200_000)
    )
    assert long <= short + 50


def find_live_url(tenant: Tenant) -> str:
    page = tenant.pages.render("/identity-providers").body.decode()
    url = re.search(r'id="live" hx-get="([^"]*)"', page)
    assert url
    return html.unescape(url[1])


def test_page_is_renewed_when_a_token_expires(tenant: Tenant) -> None:
    tenant.clock.advance(days=89, hours=23)
    url = find_live_url(tenant)
    tenant.clock.advance(minutes=30)
    assert tenant.pages.render(url).status == 204
    url = find_live_url(tenant)
    tenant.clock.advance(minutes=30)  # noon of the same day
    renewed = tenant.pages.render(url)
    assert renewed.status == 200
    assert b"expired on 2026-07-30" in renewed.body


def test_no_fault_is_added_if_one_is_invalid(tenant: Tenant) -> None:
    for options in (["404,bad"], ["404", "rate=5/60, x"], ["503:0.1", "503 retry-after=→"]):
        with pytest.raises(ValueError, match="such as"):
            fault_options.add_faults(tenant.faults, options)
        assert tenant.faults.pending == ()
        assert tenant.faults.rate_limits == ()


@each_value("headers", [{"Retry-After": "→"}, {"X-→": "1"}, {"X": "a\r\nY: b"}, {"X": "a\0"}])
def test_header_that_no_server_can_send_is_refused(headers: dict[str, str]) -> None:
    tenant = Tenant()
    with pytest.raises(ValueError, match="must be of Latin-1 characters without line breaks"):
        tenant.faults.add(503, headers=headers)
    tenant.faults.add(503, headers={"X-Name": "Zoë"})
    assert len(tenant.faults) == 1


@each_value(
    "host, port, is_own",
    [
        ("127.0.0.1", 80, True),
        ("LOCALHOST", 80, True),
        ("localhost:80", 80, True),
        ("127.0.0.1:8080", 8080, True),
        ("127.0.0.1", 8080, False),
        ("127.0.0.1:81", 80, False),
        ("evil.example", 80, False),
        ("evil.example:80", 80, False),
        ("", 80, False),
    ],
)
def test_host_without_the_default_port_is_own(host: str, port: int, is_own: bool) -> None:
    assert is_own_host(host, port) is is_own
