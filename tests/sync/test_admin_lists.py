# Generated from tests/aio/test_admin_lists.py by tools/unasync.py; edit that file instead.
"""Lists of the admin API in its four paging styles, read by one lazy pager."""

from __future__ import annotations

import unicodedata
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, RetryPolicy, admin
from britive_scim.errors import InputError, UnexpectedResponse
from support.admin_pages import ChangingUsers, PagedLists
from support.each_value import each_value
from support.fake_admin_api import TOKEN

ROLES = "/api/v1/policy-admin/roles"


def client(transport: Any) -> AdminClient:
    return AdminClient("acme", TOKEN, transport=transport, retry=RetryPolicy(attempts=1))


LINK_QUERIES = ["filter=a", "token=1", "token=2"]


@each_value(
    "style, queries",
    [
        ("number", ["filter=a", "filter=a&page=1&size=2", "filter=a&page=2&size=2"]),
        ("header", LINK_QUERIES),
        ("report", LINK_QUERIES),
        ("body", LINK_QUERIES),
    ],
)
def test_list_any_reads_every_paging_style_to_its_end(style: str, queries: list[str]) -> None:
    pages = PagedLists(style)
    with client(pages) as britive:
        pager = britive.list_any(ROLES, model=admin.Model, query={"filter": "a"})
        assert pages.queries == [], "no request before iteration"
        result = [(item.model_extra or {})["id"] for item in pager]
        assert pages.queries == queries
        again = [len(page) for page in pager.pages()]
        first = pager.first()
    assert result == ["x0", "x1", "x2", "x3", "x4"]
    assert again == [2, 2, 1]
    assert pager.complete is True
    assert first is not None


def test_list_any_reads_list_without_pages() -> None:
    pages = PagedLists("none")
    with client(pages) as britive:
        pager = britive.list_any("/api/users/{}/things", "u1", model=admin.User)
        assert [user.id for user in pager] == ["x0", "x1"]
    assert pages.queries == [""]


def test_list_any_sends_given_page_size() -> None:
    pages = PagedLists("number")
    with client(pages) as britive:
        for _ in britive.list_any("/api/users", model=admin.User, page_size=2):
            break
        pager = britive.list_any("/api/users", model=admin.User, page_size=2)
        assert len([user for user in pager]) == pager.total == 5
    assert pages.queries == ["page=0&size=2", *(f"page={n}&size=2" for n in range(3))]


def test_list_any_link_to_other_host_raises() -> None:
    def elsewhere(request: httpx.Request) -> httpx.Response:
        body = {"result": [{"id": "x"}], "pagination": {"next": "https://evil.example/api"}}
        return httpx.Response(200, json=body)

    with client(httpx.MockTransport(elsewhere)) as britive:
        with pytest.raises(UnexpectedResponse, match="differ in its query"):
            britive.list_any(ROLES, model=admin.Model).first()


def test_list_any_invalid_ids_raise_input_error() -> None:
    with client(PagedLists("none")) as britive:
        for ids in ((), ("u1", "u2"), ("..",), (admin.Tag(id="t1"),)):
            with pytest.raises(InputError):
                britive.list_any("/api/users/{}/things", *ids, model=admin.User)


@pytest.mark.parametrize("entry", [{"id": "x"}, {"name": "x"}, {"anything": 1}])
@pytest.mark.parametrize("style", ["number", "header"])
def test_list_any_of_repeating_server_ends(style: str, entry: dict[str, Any]) -> None:
    """The server ignores the number of the page, or always has one more link."""
    number = 0

    def repeat(request: httpx.Request) -> httpx.Response:
        nonlocal number
        number += 1
        assert number <= 120, "the list does not end"
        if style == "number":
            return httpx.Response(200, json={"count": 10**9, "size": 2, "data": [entry, entry]})
        link = f"{request.url.copy_with(query=None)}?token={number}"
        return httpx.Response(200, json=[entry], headers={"next-page": link})

    with client(httpx.MockTransport(repeat)) as britive:
        pager = britive.list_any(ROLES, model=admin.Model)
        assert len([item for item in pager]) <= 120
    assert pager.complete is False
    assert pager.why_incomplete


def test_list_that_becomes_shorter_is_incomplete() -> None:
    """The deletion moves the next user to the page that was read already."""
    for deletes in (False, True):
        with client(ChangingUsers(list("abcde"), deletes=deletes)) as britive:
            pager = britive.users.list(page_size=2)
            ids = [user.id for user in pager]
        assert pager.complete is not deletes
        assert ids == (["a", "b", "d", "e"] if deletes else list("abcde"))


def test_find_reads_on_where_the_filter_is_ignored() -> None:
    pages = ChangingUsers(["ana", "bob", "eve"])
    with client(pages) as britive:
        for name, found in (("Bob", "bob"), ("eve", "eve"), ("nobody", None)):
            user = britive.users.find_by_username(name)
            assert (user and user.id) == found
        tag = britive.tags.find_by_name("eve")
    assert (tag and tag.name) == "eve"
    assert [query.partition("&")[2] for query in pages.queries[:4]] == [
        "", "", "page=0&size=100", "page=1&size=100",
    ]  # fmt: skip


def test_find_in_incomplete_list_raises() -> None:
    with client(ChangingUsers(["ana", "bob"], count=3)) as britive:
        for find in (britive.users.find_by_username, britive.tags.find_by_name):
            with pytest.raises(UnexpectedResponse, match="has this name: the server announced 3"):
                find("eve")
        user = britive.users.find_by_username("ana")
    assert (user and user.id) == "ana"


def test_find_by_username_ignores_normal_form() -> None:
    name = unicodedata.normalize("NFC", "josé")
    with client(ChangingUsers([unicodedata.normalize("NFD", name)])) as britive:
        for wanted in (name, name.upper()):
            assert britive.users.find_by_username(wanted) is not None
        assert britive.users.find_by_username("jose") is None
