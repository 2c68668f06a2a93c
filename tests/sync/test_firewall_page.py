# Generated from tests/aio/test_firewall_page.py by tools/unasync.py; edit that file instead.
"""A firewall in front of the API responds with 403 and a page: the error names it, and not the token.

The firewall of a tenant takes `--` for SQL (pybritive 1.5.0, changelog).
"""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, ScimClient, errors, scim
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_list, make_response, make_user

PAGE = (
    b"<html><head><title>403 Forbidden</title></head>"
    b"<body><center><h1>403 Forbidden</h1></center></body></html>"
)
HTML = {"Content-Type": "text/html", "Server": "awselb/2.0"}
PAGES = {
    "page": make_response(403, PAGE, HTML),
    "page without a type": make_response(403, PAGE),
    "page after a byte order mark": make_response(403, b"\xef\xbb\xbf\r\n" + PAGE),
    "page without a body": make_response(403, None, HTML),
    "text labelled HTML": make_response(403, b"Request blocked", {"Content-Type": "TEXT/HTML"}),
    "XML of a content network": make_response(
        403, b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    ),
}
ABOUT_THE_TOKEN = ("token", "permission", "policy", "TenantSCIMPolicy", "rights")

SCIM_CALLS: dict[str, Callable[[ScimClient], Awaitable[Any]]] = {
    "get": lambda c: c.users.get("1"),
    "find": lambda c: c.users.find_by_user_name("bo--x@x.test"),
    "find by external id": lambda c: c.users.find_by_external_id("bo--x"),
    "find group": lambda c: c.groups.find_by_display_name("bo--x"),
    "create": lambda c: c.users.create(scim.User(user_name="bo--x@x.test")),
    "ensure": lambda c: c.users.ensure(scim.User(user_name="bo--x@x.test")),
    "patch": lambda c: c.users.patch("1", {"title": "a -- b"}),
    "count": lambda c: c.users.list(filter='userName eq "bo--x"').count(),
}
ADMIN_CALLS: dict[str, Callable[[AdminClient], Awaitable[Any]]] = {
    "get": lambda c: c.users.get("1"),
    "find": lambda c: c.users.find_by_username("bo--x@x.test"),
    "create": lambda c: c.tags.create("bo--x"),
}


def check_error(error: errors.Forbidden) -> None:
    assert "firewall or proxy in front of the API" in str(error)
    assert not [word for word in ABOUT_THE_TOKEN if word in str(error)]
    assert error.status == 403
    assert error.may_have_happened is False


@each_value("name", PAGES)
def test_scim_page_of_firewall_is_named(name: str) -> None:
    for call in SCIM_CALLS.values():
        with ScimClient(URL, TOKEN, transport=FakeScimServer(PAGES[name])) as client:
            with pytest.raises(errors.Forbidden) as caught:
                call(client)
        check_error(caught.value)


@each_value("name", PAGES)
def test_admin_page_of_firewall_is_named(name: str) -> None:
    for call in ADMIN_CALLS.values():
        with AdminClient("acme", TOKEN, transport=FakeScimServer(PAGES[name])) as client:
            with pytest.raises(errors.Forbidden) as caught:
                call(client)
        check_error(caught.value)


def test_refusal_of_the_api_is_about_the_token() -> None:
    """This includes JSON labelled as HTML, and responses without a body."""
    for body, headers in (
        ({"detail": "no <b>rights</b>"}, HTML),
        ({"message": "no"}, {}),
        ({}, {}),
        (None, {}),
        (b"Forbidden", {}),
    ):
        server = FakeScimServer(make_response(403, body, headers))
        with ScimClient(URL, TOKEN, transport=server) as client:
            with pytest.raises(errors.Forbidden, match="the token lacks the permission") as caught:
                client.users.get("1")
        assert "firewall" not in str(caught.value)


def test_firewall_that_refuses_some_values_is_named() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        return PAGES["page"] if b"--" in request.url.query else make_list(make_user(1))

    with ScimClient(URL, TOKEN, transport=FakeScimServer(respond)) as client:
        assert client.users.find_by_user_name("u1@example.com") is not None
        with pytest.raises(errors.Forbidden, match="such as -- or quotes"):
            client.users.find_by_user_name("bo--x@x.test")


def test_check_behind_firewall_does_not_rate_the_token() -> None:
    with ScimClient(URL, TOKEN, transport=FakeScimServer(PAGES["page"])) as client:
        report = client.check()
    assert (report.reachable, report.authorised, report.ok) == (True, None, False)
    assert "firewall" in (report.problem or "")
