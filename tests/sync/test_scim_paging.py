# Generated from tests/aio/test_scim_paging.py by tools/unasync.py; edit that file instead.
"""Lists by cursor, several pages at a time, searches by POST, and the user of the token."""

from collections.abc import Generator
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, Settings, errors, scim
from britive_scim.sync.concurrency import sleep
from britive_scim.sync.pager import Pager
from britive_scim.testing import Capabilities, Tenant
from britive_scim.wire.paging.index import Page
from support.each_value import each_value
from support.fake_scim_server import (
    LIST,
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
    make_user,
)


class Directory(FakeScimServer):
    """Keeps a number of users and pages through them as it is told.

    Args:
        size: how many users there are.
        cap: most users a page.
        cursors: whether it pages by cursor.
        short: starts of pages that come with one user too few.
    """

    def __init__(
        self, size: int, *, cap: int = 1000, cursors: bool = False, short: tuple[int, ...] = ()
    ) -> None:
        super().__init__(make_response(404))
        self.users = [make_user(n) for n in range(1, size + 1)]
        self.cap = cap
        self.cursors = cursors
        self.short = short

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        import json

        content = request.read()
        self.sent.append(request)
        asked: dict[str, Any] = json.loads(content) if content else dict(request.url.params)
        count = min(int(asked["count"]), self.cap)
        cursor = asked.get("cursor")
        start = int(cursor or 1) if self.cursors else int(asked.get("startIndex", 1))
        if start in self.short:
            count -= 1
        page = self.users[start - 1 : start - 1 + count]
        body = {
            "schemas": [LIST],
            "totalResults": len(self.users),
            "itemsPerPage": len(page),
            "Resources": page,
        }
        if self.cursors and start - 1 + count < len(self.users):
            body["nextCursor"] = str(start + count)
        return make_response(200, body)


def ids(number: int) -> list[str]:
    return [str(n) for n in range(1, number + 1)]


def read_all(pager: Pager[scim.User], seen: list[str | None]) -> None:
    for one in pager:
        seen.append(one.id)


def taken(pages: Generator[Page[Any]], number: int) -> list[Page[Any]]:
    """Return the next few pages, and leave the others for later."""
    found: list[Page[Any]] = []
    while len(found) < number:
        for one in pages:
            found.append(one)
            break
        else:
            raise AssertionError("there are no more pages")
    return found


@each_value("concurrency", [1, 2, 8])
@each_value("cap", [7, 10, 1000])
@each_value("size", [0, 1, 10, 95, 100])
def test_pages_fetched_ahead_come_in_order(size: int, cap: int, concurrency: int) -> None:
    script = Directory(size, cap=cap)
    with ScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=concurrency)
        assert [one.id for one in pager] == ids(size)
    assert pager.complete
    needed = max(1, -(-size // min(cap, 10)))
    assert len(script.sent) <= needed + 1


def test_short_pages_cost_no_user() -> None:
    script = Directory(95, short=(21, 41, 91))
    with ScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=4)
        assert [one.id for one in pager] == ids(95)
    assert pager.complete


@pytest.mark.parametrize("cursors", [False, True])
def test_leaving_early_stops_the_fetching(cursors: bool) -> None:
    script = Directory(10_000, cursors=cursors)
    with ScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=4)
        for one in pager:
            if one.id == "35":
                break
    assert len(script.sent) <= 4 + 4
    assert pager.complete is None


def test_an_error_while_fetching_ahead_reaches_the_loop() -> None:
    script = Directory(100)
    good = script.handle_request

    def bad_fifth(request: httpx.Request) -> httpx.Response:
        return make_error(403) if "startIndex=41&" in str(request.url) else good(request)

    script.handle_request = bad_fifth  # a server that refuses one page
    seen: list[str | None] = []
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden):
            read_all(client.users.list(page_size=10, concurrency=4), seen)
    assert seen == ids(40)


@pytest.mark.parametrize("cursors", [False, True])
def test_a_page_that_does_not_read_shows_no_token(cursors: bool) -> None:
    script = Directory(100, cursors=cursors)
    good = script.handle_request

    def echo(request: httpx.Request) -> httpx.Response:
        third = dict(request.url.params).get("cursor" if cursors else "startIndex") == "31"
        return make_response(200, f"<html>{TOKEN}".encode()) if third else good(request)

    script.handle_request = echo  # a server that shows what it was sent
    seen: list[str | None] = []
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="<html>") as caught:
            read_all(client.users.list(page_size=10, concurrency=4), seen)
    assert seen == ids(30)
    assert (
        TOKEN
        not in f"{caught.value!r} {caught.value} {caught.value.to_dict()} {caught.value.body!r}"
    )


@pytest.mark.parametrize("wrong", [0, -1, 65, 1.5, True])
def test_concurrency_is_a_small_number(wrong: Any) -> None:
    client = ScimClient(URL, TOKEN)
    with pytest.raises(errors.InputError, match="concurrency"):
        client.users.list(concurrency=wrong)


# ------------------------------------------------------------------------------------- cursors


@pytest.mark.parametrize("concurrency", [2, 8])
@pytest.mark.parametrize("size", [0, 1, 11, 95, 100])
def test_pages_of_cursors_fetched_ahead_come_in_order(size: int, concurrency: int) -> None:
    script = Directory(size, cursors=True)
    with ScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=concurrency)
        assert [one.id for one in pager] == ids(size)
        assert [one.id for one in pager] == ids(size)  # and again from the beginning
    assert pager.complete
    assert len(script.sent) == 2 * max(1, -(-size // 10))


def test_pages_of_cursors_come_while_the_loop_is_busy() -> None:
    """The fourth page is there before the loop has asked for the second; the fifth is not begun."""
    script = Directory(1000, cursors=True)
    with ScimClient(URL, TOKEN, transport=script) as client:
        pages = client.users.list(page_size=10, concurrency=4).pages()
        assert [len(one) for one in taken(pages, 1)] == [10]
        for _ in range(1000):
            if len(script.sent) >= 4:
                break
            sleep(0.001)
        sleep(0.001)
        assert len(script.sent) == 4
        assert [one.items[0].id for one in taken(pages, 3)] == ["11", "21", "31"]
        pages.close()
    assert len(script.sent) <= 4 + 3


def test_an_error_behind_a_cursor_comes_after_the_pages_before() -> None:
    script = Directory(100, cursors=True)
    good = script.handle_request

    def bad_fifth(request: httpx.Request) -> httpx.Response:
        return make_error(403) if "cursor=41&" in str(request.url) else good(request)

    script.handle_request = bad_fifth  # a server that refuses one page
    seen: list[str | None] = []
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden):
            read_all(client.users.list(page_size=10, concurrency=4), seen)
    assert seen == ids(40)
    assert len(script.sent) == 4  # none behind the one that failed


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_cursor_that_waited_too_long_is_told_with_what_helps(concurrency: int) -> None:
    tenant = Tenant()
    tenant.populate(users=60)
    idp = tenant.identity_providers["Okta"]
    settings = Settings(paging="cursor", page_size=10)
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport(), settings=settings
    ) as okta:
        pages = okta.users.list(concurrency=concurrency).pages()
        taken(pages, 1)
        for _ in range(1000):
            if len(tenant.requests) >= concurrency:
                break
            sleep(0.001)
        tenant.clock.advance(minutes=11)
        taken(pages, concurrency - 1)  # those were fetched in time
        with pytest.raises(errors.BadRequest, match=r"the cursor expired.*concurrency=2") as caught:
            taken(pages, 1)
    assert caught.value.scim_type == "expiredCursor"


@pytest.mark.parametrize("paging", [None, "index", "cursor"])
def test_a_cursor_in_an_answer_is_followed(paging: Any) -> None:
    script = Directory(25, cursors=True)
    settings = Settings(paging=paging, page_size=10)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        pager = client.users.list()
        assert [one.id for one in pager] == ids(25)
    assert pager.complete
    assert [query.get("cursor") for query in script.queries] == [
        "" if paging == "cursor" else None,
        "11",
        "21",
    ]


def test_cursors_are_asked_for_where_the_configuration_that_was_read_has_them() -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as okta:
        for n in range(25):
            okta.users.create(
                scim.User.of(email=f"u{n:02}@a.com", given_name="U", family_name="x")
            )
        assert (okta.check()).ok
        tenant.requests.clear()
        names = [one.user_name for one in okta.users.list(page_size=10)]
    assert names == [f"u{n:02}@a.com" for n in range(25)]
    assert [dict(r.query).get("cursor") is not None for r in tenant.requests] == [True] * 3


def test_a_server_that_passes_over_the_cursor_is_read_by_index() -> None:
    script = Directory(25)
    settings = Settings(paging="cursor", page_size=10)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        pager = client.users.list()
        assert [one.id for one in pager] == ids(25)
    assert [query.get("startIndex") for query in script.queries] == [None, "11", "21"]


def page(cursor: Any, *numbers: int, total: int | None = 9) -> httpx.Response:
    body = {
        "schemas": [LIST],
        "totalResults": total,
        "Resources": [make_user(n) for n in numbers],
        "nextCursor": cursor,
    }
    return make_response(200, body)


@pytest.mark.parametrize("cursor", [{"a": 1}, "x" * 2049, "a\nb", True], ids=lambda c: repr(c)[:20])
def test_a_cursor_that_cannot_be_sent_back_is_an_error(cursor: Any) -> None:
    with ScimClient(URL, TOKEN, transport=FakeScimServer(page(cursor, 1))) as client:
        with pytest.raises(errors.UnexpectedResponse, match="nextCursor"):
            _ = [one for one in client.users.list()]


def test_the_same_cursor_twice_is_an_error() -> None:
    script = FakeScimServer(page("a", 1), page("a", 2))
    seen: list[str | None] = []
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="same cursor twice"):
            read_all(client.users.list(), seen)
    assert seen == ["1"]


def test_cursors_that_lead_nowhere_are_given_up() -> None:
    number = iter(range(1000))
    script = FakeScimServer(lambda _: page(f"c{next(number)}", 1))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="without new items"):
            _ = [one for one in client.users.list()]
    assert len(script.sent) <= 8


def test_a_walk_by_cursor_that_ends_early_is_told() -> None:
    script = FakeScimServer(page("a", 1), page(None, 2))
    with ScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list()
        assert [one.id for one in pager] == ["1", "2"]
    assert pager.complete is False


# --------------------------------------------------------------------------------- search and /Me


def test_a_search_goes_by_post_and_is_safe() -> None:
    script = Directory(25)
    with ScimClient(URL, TOKEN, transport=script, read_only=True) as client:
        pager = client.users.search(
            filter='userName sw "u"',
            attributes=["userName", "id"],
            sort_by="userName",
            page_size=10,
        )
        assert [one.id for one in pager] == ids(25)
    assert script.lines == ["POST /Users/.search"] * 3
    assert script.bodies[1] == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": 'userName sw "u"',
        "attributes": ["userName", "id"],
        "sortBy": "userName",
        "sortOrder": "ascending",
        "startIndex": 11,
        "count": 10,
    }


def test_a_search_that_meets_trouble_is_tried_again_like_a_get() -> None:
    script = FakeScimServer(make_error(500), make_list(make_user(1)))
    from support.fake_scim_server import FakeClock

    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=FakeClock())
    ) as client:
        assert [one.id for one in client.users.search()] == ["1"]


def test_a_search_across_types_reads_each_as_what_it_is() -> None:
    script = FakeScimServer(make_list(make_user(1), make_group(2)))
    with ScimClient(URL, TOKEN, transport=script) as client:
        found = [
            one for one in client.search(filter="id pr", excluded_attributes=["members"])
        ]
    assert [type(one) for one in found] == [scim.User, scim.Group]
    assert script.lines == ["POST /.search"]
    assert script.bodies[0]["excludedAttributes"] == ["members"]


def test_sorting_is_asked_for() -> None:
    script = FakeScimServer(make_list(make_user(1)))
    with ScimClient(URL, TOKEN, transport=script) as client:
        _ = [one for one in client.users.list(sort_by="name.familyName", descending=True)]
    assert script.queries[0]["sortBy"] == "name.familyName"
    assert script.queries[0]["sortOrder"] == "descending"


def test_searches_run_on_the_emulated_tenant() -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as okta:
        for name in ("bo", "ana"):
            okta.users.create(
                scim.User.of(email=f"{name}@a.com", given_name="x", family_name="y")
            )
        okta.groups.create(scim.Group(display_name="Eng"))
        names = [u.user_name for u in okta.users.search(sort_by="userName")]
        assert names == ["ana@a.com", "bo@a.com"]
        kinds = sorted([type(one).__name__ for one in okta.search()])
        assert kinds == ["Group", "User", "User"]


def test_the_user_of_the_token() -> None:
    script = FakeScimServer(
        make_response(200, make_user(1)),
        make_response(200, make_user(1, title="x")),
        make_response(204),
        make_response(200, make_user(1)),
        make_response(204),
        make_response(200, make_user(1)),
        make_response(200, make_user(1)),
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        mine = client.me.get(attributes=["userName"])
        assert mine.id == "1"
        assert (client.me.patch({"title": "x"}, if_match='"1"')).title == "x"
        assert (client.me.patch({"title": "x"})).id == "1"
        assert (client.me.replace(mine)).id == "1"
        assert (client.me.patch({})).id == "1"
    assert script.lines == [
        "GET /Me", "PATCH /Me", "PATCH /Me", "GET /Me", "PUT /Me", "GET /Me", "GET /Me",
    ]  # fmt: skip
    assert script.sent[1].headers["if-match"] == '"1"'


def test_a_provider_without_me_says_so() -> None:
    with ScimClient(URL, TOKEN, transport=FakeScimServer(make_error(501))) as client:
        with pytest.raises(errors.ServerError):
            client.me.get()


@pytest.mark.parametrize("concurrency", [1, 4])
def test_no_more_is_asked_on_a_page_than_a_provider_of_cursors_allows(
    concurrency: int,
) -> None:
    """One that pages by cursor refuses what others would cut down to size (RFC 9865, invalidCount)."""
    tenant = Tenant(capabilities=Capabilities(max_page_size=2))
    tenant.populate(users=5, groups=0)
    okta = tenant.identity_providers["Okta"]
    with ScimClient(
        okta.scim_url, okta.scim_token, transport=tenant.transport()
    ) as client:
        client.service_provider_config()
        pager = client.users.list(concurrency=concurrency)
        assert len([one for one in pager]) == 5
        assert pager.complete
        assert len([one for one in client.users.search(page_size=1)]) == 5
    asked = [dict(one.query) for one in tenant.requests if "cursor" in dict(one.query)]
    assert {query["count"] for query in asked} == {"2"}
