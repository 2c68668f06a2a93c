"""The pages of a served tenant in a real browser: refresh, details, search, keyboard, phone, dark, axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer
from support.browser import PHONE, OpenPage, find_serious_violations, measure_overflow
from support.tenant_callers import Caller, make_scim_caller

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.proof

LONG = "a-very-long-name-" * 12


@pytest.fixture(scope="module")
def server() -> Iterator[TenantServer[Tenant]]:
    """Return a served tenant with users, tags, faults and all sorts of requests."""
    tenant = Tenant("acme")
    tenant.populate(users=7, groups=3)
    okta = make_scim_caller(tenant, "Okta")
    ana = okta.create_user("ana@acme.com", title="Engineer")
    group = okta.create_group(LONG, ana["id"])
    okta.send_operations(
        f"/Users/{ana['id']}", {"op": "replace", "path": "title", "value": "Director"}
    )
    okta.delete(f"/Groups/{group['id']}")
    okta.create_group(f"Second {LONG}", ana["id"])
    okta.get("/Users", filter=f'userName eq "{LONG}"')
    okta.get("/Users/none")
    tenant.faults.add(503)
    okta.get("/Users")
    tenant.faults.add(503, method="POST", path="*/Users", times=None, probability=0.1)
    tenant.faults.limit_rate(100_000, 60)
    with tenant.serve() as server:
        yield server


@pytest.fixture
def okta(server: TenantServer[Tenant]) -> Caller:
    return make_scim_caller(server.tenant, "Okta")


def list_paths(tenant: Tenant) -> list[str]:
    """Return a path for each sort of page."""
    state = tenant.identity_providers["Okta"]
    ana = next(user["id"] for user in state.users if user["userName"] == "ana@acme.com")
    group = next(group["id"] for group in state.groups if LONG in group["displayName"])
    return [
        "/",
        "/requests",
        "/requests/3",
        "/users",
        f"/users/{ana}",
        "/users/none-such",
        "/tags",
        f"/tags/{group}",
        "/identity-providers",
        "/audit-log",
        "/faults",
    ]


def wait_for_text(page: Page, selector: str, text: str) -> None:
    page.locator(selector, has_text=text).first.wait_for()


def test_new_request_appears_without_reload(
    server: TenantServer[Tenant], okta: Caller, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/requests")
    page.evaluate("() => { window.isSamePage = true; }")
    okta.get("/Users/appears-by-itself")
    wait_for_text(page, "#live td.target", "appears-by-itself")
    assert page.evaluate("() => window.isSamePage")
    before = page.locator("#clock time").inner_text()
    page.wait_for_function(
        "before => document.querySelector('#clock time').textContent !== before", arg=before
    )


def test_click_opens_details_and_escape_closes_them(
    server: TenantServer[Tenant], okta: Caller, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/requests?q=patch")
    assert not page.locator("#details").is_visible()
    page.locator("#live a[data-row]").first.click()
    wait_for_text(page, "#details.open", "Set title to Director")
    assert page.locator("#details del", has_text="Engineer").is_visible()
    assert page.evaluate("() => document.activeElement.id") == "details"
    okta.get("/Users/while-details-are-open")
    page.wait_for_timeout(1200)  # the list refreshes itself once
    assert page.locator("#details.open").is_visible()
    page.keyboard.press("Escape")
    page.locator("#details.open").wait_for(state="hidden")
    page.wait_for_function("() => document.activeElement.id.startsWith('request-')")
    assert page.url.endswith("/requests?q=patch")


def test_search_filters_while_one_types(server: TenantServer[Tenant], open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/users")
    wait_for_text(page, ".count", "8 users")
    page.keyboard.press("/")
    page.keyboard.type("ana@acme", delay=20)
    page.get_by_text("1 user", exact=True).wait_for()
    assert page.locator("td.target").all_inner_texts() == ["ana@acme.com"]
    assert page.evaluate("() => document.activeElement.id") == "search"
    page.wait_for_url("**/users?q=ana%40acme")
    page.wait_for_timeout(1200)  # the refresh keeps the search
    assert page.locator("td.target").all_inner_texts() == ["ana@acme.com"]
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    wait_for_text(page, ".count", "8 users")


def test_keys_change_pages_and_rows(server: TenantServer[Tenant], open_page: OpenPage) -> None:
    page = open_page(server.url)
    for key, path in (("u", "/users"), ("t", "/tags"), ("a", "/audit-log"), ("r", "/requests")):
        page.keyboard.press(key)
        page.wait_for_url(f"**{path}")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    second = page.locator("#live a[data-row]").nth(1)
    assert page.evaluate("() => document.activeElement.id") == second.get_attribute("id")
    page.keyboard.press("Enter")
    page.locator("#details.open").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement.matches('[data-row]')")
    page.keyboard.press("u")
    page.wait_for_url("**/users")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/users/\w+$"))


def test_pause_stops_the_refresh(
    server: TenantServer[Tenant], okta: Caller, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/requests?q=paused-page")
    page.keyboard.press("p")
    page.wait_for_url("**paused=1")
    okta.get("/Users/paused-page")
    page.wait_for_timeout(1500)
    assert page.locator("td.target").count() == 0
    page.keyboard.press("p")
    wait_for_text(page, "td.target", "paused-page")


def test_faults_are_added_and_cleared(open_page: OpenPage) -> None:
    tenant = Tenant()
    with tenant.serve() as server:
        page = open_page(f"{server.url}/faults")
        page.fill("#fault", "POST */Users 503 x2")
        page.keyboard.press("Enter")
        wait_for_text(page, "td", "status 503")
        assert len(tenant.faults) == 1
        page.fill("#fault", "lots")
        page.click("text=Add")
        wait_for_text(page, "[role=alert]", "unexpected 'lots'")
        page.click("text=Clear all")
        wait_for_text(page, ".empty", "No fault is scripted")
        assert len(tenant.faults) == 0
        page.goto("about:blank")


def test_lost_connection_is_shown(browser: object, open_page: OpenPage) -> None:
    tenant = Tenant()
    server = tenant.serve().start()
    page = open_page(server.url)
    page.route("**/clock", lambda route: route.fulfill(status=204))
    page.evaluate("() => document.dispatchEvent(new CustomEvent('htmx:sendError'))")
    assert page.locator("#offline").is_visible()
    page.locator("#offline").wait_for(state="hidden")  # the next refresh arrives
    page.goto("about:blank")
    server.stop()


@pytest.mark.parametrize("dark", [False, True])
def test_pages_have_no_serious_violation(
    server: TenantServer[Tenant], open_page: OpenPage, axe_source: str, dark: bool
) -> None:
    page = open_page("about:blank", dark=dark)
    rules = ["color-contrast"] if dark else []
    for path in list_paths(server.tenant):
        page.goto(f"{server.url}{path}?paused=1")
        assert find_serious_violations(page, axe_source, *rules) == [], path


def test_pages_fit_a_phone(
    server: TenantServer[Tenant], open_page: OpenPage, axe_source: str
) -> None:
    page = open_page("about:blank", width=PHONE, height=844)
    for path in list_paths(server.tenant):
        page.goto(f"{server.url}{path}?paused=1")
        assert measure_overflow(page) == 0, path
    assert find_serious_violations(page, axe_source) == []
    page.goto(f"{server.url}/requests")
    page.locator("#live a[data-row]").first.click()
    panel = page.locator("#details.open")
    panel.wait_for()
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"]) == (0, 0, PHONE)
    page.click("#close")
    panel.wait_for(state="hidden")


def test_dark_scheme_is_dark(server: TenantServer[Tenant], open_page: OpenPage) -> None:
    def measure_brightness(page: Page) -> int:
        background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", background)[:3]))

    assert measure_brightness(open_page(server.url)) > 600
    assert measure_brightness(open_page(server.url, dark=True)) < 150


def test_pages_work_without_scripts(server: TenantServer[Tenant], open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/users", java_script_enabled=False)
    page.fill("#search", "ana@acme")
    page.click("text=Search")
    assert page.locator("td.target").all_inner_texts() == ["ana@acme.com"]
    page.click("td.target a")
    assert page.locator("h1").inner_text() == "ana@acme.com"


def test_form_of_another_site_changes_nothing(
    server: TenantServer[Tenant], open_page: OpenPage
) -> None:
    faults = len(server.tenant.faults)
    token = re.search(r'name="page_token" value="([^"]+)', httpx.get(f"{server.url}/faults").text)
    assert token
    page = open_page(
        "data:text/html,"
        f"<form method=post action='{server.url}/faults/clear'>"
        f"<input name=page_token value='{token[1]}'><button>Go</button></form>"
    )
    with page.expect_response("**/faults/clear") as response:
        page.click("button")
    assert response.value.status == 403
    assert len(server.tenant.faults) == faults
