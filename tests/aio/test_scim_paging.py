"""Paging by index and by cursor, concurrent pages, searches by POST, and `/Me`."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, Settings, errors, scim
from britive_scim.aio.concurrency import sleep
from britive_scim.aio.pager import AsyncPager
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


class UserServer(FakeScimServer):
    """A server that returns its users page by page.

    Args:
        size: number of users.
        max_page_size: limit of users per page.
        has_cursors: page by cursor.
        short_starts: start indexes of pages that lack their last user.
    """

    def __init__(
        self,
        size: int,
        *,
        max_page_size: int = 1000,
        has_cursors: bool = False,
        short_starts: tuple[int, ...] = (),
    ) -> None:
        super().__init__(make_response(404))
        self.users = [make_user(n) for n in range(1, size + 1)]
        self.max_page_size = max_page_size
        self.has_cursors = has_cursors
        self.short_starts = short_starts

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        import json

        content = request.read()
        self.sent.append(request)
        query: dict[str, Any] = json.loads(content) if content else dict(request.url.params)
        count = min(int(query["count"]), self.max_page_size)
        cursor = query.get("cursor")
        start = int(cursor or query.get("startIndex", 1))
        if start in self.short_starts:
            count -= 1
        page = self.users[start - 1 : start - 1 + count]
        body = {
            "schemas": [LIST],
            "totalResults": len(self.users),
            "itemsPerPage": len(page),
            "Resources": page,
        }
        if self.has_cursors and start - 1 + count < len(self.users):
            body["nextCursor"] = str(start + count)
        return make_response(200, body)


def make_ids(number: int) -> list[str]:
    return [str(n) for n in range(1, number + 1)]


async def read_all(pager: AsyncPager[scim.User], seen: list[str | None]) -> None:
    async for item in pager:
        seen.append(item.id)


async def take_pages(pages: AsyncGenerator[Page[Any]], number: int) -> list[Page[Any]]:
    """Return the next `number` pages and keep the iterator open."""
    found: list[Page[Any]] = []
    while len(found) < number:
        async for page in pages:
            found.append(page)
            break
        else:
            raise AssertionError("there are no more pages")
    return found


@each_value("concurrency", [1, 2, 8])
@each_value("max_page_size", [7, 10, 1000])
@each_value("size", [0, 1, 10, 95, 100])
async def test_index_pages_prefetched_keep_order(
    size: int, max_page_size: int, concurrency: int
) -> None:
    script = UserServer(size, max_page_size=max_page_size)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=concurrency)
        assert [item.id async for item in pager] == make_ids(size)
    assert pager.complete
    needed = max(1, -(-size // min(max_page_size, 10)))
    assert len(script.sent) <= needed + 1


async def test_short_pages_lose_no_user() -> None:
    script = UserServer(95, short_starts=(21, 41, 91))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=4)
        assert [item.id async for item in pager] == make_ids(95)
    assert pager.complete


@pytest.mark.parametrize("has_cursors", [False, True])
async def test_loop_left_early_stops_prefetching(has_cursors: bool) -> None:
    script = UserServer(10_000, has_cursors=has_cursors)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=4)
        async for item in pager:
            if item.id == "35":
                break
    assert len(script.sent) <= 4 + 4
    assert pager.complete is None


async def test_error_in_prefetched_page_is_raised_in_loop() -> None:
    script = UserServer(100)
    original = script.handle_request

    def reject_fifth_page(request: httpx.Request) -> httpx.Response:
        return make_error(403) if "startIndex=41&" in str(request.url) else original(request)

    script.handle_request = reject_fifth_page  # a server that rejects one page
    seen: list[str | None] = []
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden):
            await read_all(client.users.list(page_size=10, concurrency=4), seen)
    assert seen == make_ids(40)


@pytest.mark.parametrize("has_cursors", [False, True])
async def test_unreadable_page_error_hides_token(has_cursors: bool) -> None:
    script = UserServer(100, has_cursors=has_cursors)
    original = script.handle_request

    def echo_token(request: httpx.Request) -> httpx.Response:
        is_third_page = (
            dict(request.url.params).get("cursor" if has_cursors else "startIndex") == "31"
        )
        return make_response(200, f"<html>{TOKEN}".encode()) if is_third_page else original(request)

    script.handle_request = echo_token  # a server that echoes the token
    seen: list[str | None] = []
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="<html>") as caught:
            await read_all(client.users.list(page_size=10, concurrency=4), seen)
    assert seen == make_ids(30)
    assert (
        TOKEN
        not in f"{caught.value!r} {caught.value} {caught.value.to_dict()} {caught.value.body!r}"
    )


@each_value("wrong", [0, -1, 65, 1.5, True])
async def test_invalid_concurrency_raises(wrong: Any) -> None:
    client = AsyncScimClient(URL, TOKEN)
    with pytest.raises(errors.InputError, match="concurrency"):
        client.users.list(concurrency=wrong)


# ------------------------------------------------------------------------------------- cursors


@pytest.mark.parametrize("concurrency", [2, 8])
@pytest.mark.parametrize("size", [0, 1, 11, 95, 100])
async def test_cursor_pages_prefetched_keep_order(size: int, concurrency: int) -> None:
    script = UserServer(size, has_cursors=True)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=10, concurrency=concurrency)
        assert [item.id async for item in pager] == make_ids(size)
        assert [item.id async for item in pager] == make_ids(size)  # a second iteration
    assert pager.complete
    # The total of a single short page is proven once, by a further page.
    assert len(script.sent) == 2 * max(1, -(-size // 10)) + (size == 1)


async def test_cursor_pages_are_prefetched_while_loop_is_busy() -> None:
    """The fourth page is fetched before the loop requests the second; the fifth is not started."""
    script = UserServer(1000, has_cursors=True)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pages = client.users.list(page_size=10, concurrency=4).pages()
        assert [len(page) for page in await take_pages(pages, 1)] == [10]
        for _ in range(1000):
            if len(script.sent) >= 4:
                break
            await sleep(0.001)
        await sleep(0.001)
        assert len(script.sent) == 4
        assert [page.items[0].id for page in await take_pages(pages, 3)] == ["11", "21", "31"]
        await pages.aclose()
    assert len(script.sent) <= 4 + 3


async def test_error_at_cursor_is_raised_after_earlier_pages() -> None:
    script = UserServer(100, has_cursors=True)
    original = script.handle_request

    def reject_fifth_page(request: httpx.Request) -> httpx.Response:
        return make_error(403) if "cursor=41&" in str(request.url) else original(request)

    script.handle_request = reject_fifth_page  # a server that rejects one page
    seen: list[str | None] = []
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden):
            await read_all(client.users.list(page_size=10, concurrency=4), seen)
    assert seen == make_ids(40)
    assert len(script.sent) == 4  # none after the failed one


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_expired_cursor_error_contains_hint(concurrency: int) -> None:
    tenant = Tenant()
    tenant.populate(users=60)
    idp = tenant.identity_providers["Okta"]
    settings = Settings(paging="cursor", page_size=10)
    async with AsyncScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.async_transport(), settings=settings
    ) as okta:
        pages = okta.users.list(concurrency=concurrency).pages()
        await take_pages(pages, 1)
        for _ in range(1000):
            if len(tenant.requests) >= concurrency:
                break
            await sleep(0.001)
        tenant.clock.advance(minutes=11)
        await take_pages(pages, concurrency - 1)  # those were fetched in time
        with pytest.raises(errors.BadRequest, match=r"the cursor expired.*concurrency=2") as caught:
            await take_pages(pages, 1)
    assert caught.value.scim_type == "expiredCursor"


@each_value("paging", [None, "index", "cursor"])
async def test_next_cursor_in_response_is_followed(paging: Any) -> None:
    script = UserServer(25, has_cursors=True)
    settings = Settings(paging=paging, page_size=10)
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        pager = client.users.list()
        assert [item.id async for item in pager] == make_ids(25)
    assert pager.complete
    assert [query.get("cursor") for query in script.queries] == [
        "" if paging == "cursor" else None,
        "11",
        "21",
    ]


async def test_cursors_are_used_after_configuration_announced_them() -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    async with AsyncScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.async_transport()
    ) as okta:
        for n in range(25):
            await okta.users.create(
                scim.User.of(email=f"u{n:02}@a.com", given_name="U", family_name="x")
            )
        assert (await okta.check()).ok
        tenant.requests.clear()
        names = [item.user_name async for item in okta.users.list(page_size=10)]
    assert names == [f"u{n:02}@a.com" for n in range(25)]
    assert [dict(r.query).get("cursor") is not None for r in tenant.requests] == [True] * 3


async def test_server_ignoring_cursor_is_read_by_index() -> None:
    script = UserServer(25)
    settings = Settings(paging="cursor", page_size=10)
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        pager = client.users.list()
        assert [item.id async for item in pager] == make_ids(25)
    assert [query.get("startIndex") for query in script.queries] == [None, "11", "21"]


def make_cursor_page(cursor: Any, *numbers: int, total: int | None = 9) -> httpx.Response:
    body = {
        "schemas": [LIST],
        "totalResults": total,
        "Resources": [make_user(n) for n in numbers],
        "nextCursor": cursor,
    }
    return make_response(200, body)


@each_value("cursor", [{"a": 1}, "x" * 2049, "a\nb", True], label=lambda c: repr(c)[:20])
async def test_invalid_next_cursor_raises(cursor: Any) -> None:
    async with AsyncScimClient(
        URL, TOKEN, transport=FakeScimServer(make_cursor_page(cursor, 1))
    ) as client:
        with pytest.raises(errors.UnexpectedResponse, match="nextCursor"):
            _ = [item async for item in client.users.list()]


async def test_repeated_next_cursor_raises() -> None:
    script = FakeScimServer(make_cursor_page("a", 1), make_cursor_page("a", 2))
    seen: list[str | None] = []
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="same cursor twice"):
            await read_all(client.users.list(), seen)
    assert seen == ["1"]


async def test_cursors_without_new_items_raise() -> None:
    number = iter(range(1000))
    script = FakeScimServer(lambda _: make_cursor_page(f"c{next(number)}", 1))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="without new items"):
            _ = [item async for item in client.users.list()]
    assert len(script.sent) <= 8


async def test_cursor_list_ending_early_is_incomplete() -> None:
    script = FakeScimServer(make_cursor_page("a", 1), make_cursor_page(None, 2))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list()
        assert [item.id async for item in pager] == ["1", "2"]
    assert pager.complete is False


# --------------------------------------------------------------------------------- search and /Me


async def test_search_uses_post_and_is_allowed_when_read_only() -> None:
    script = UserServer(25)
    async with AsyncScimClient(URL, TOKEN, transport=script, read_only=True) as client:
        pager = client.users.search(
            filter='userName sw "u"',
            attributes=["userName", "id"],
            sort_by="userName",
            page_size=10,
        )
        assert [item.id async for item in pager] == make_ids(25)
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


async def test_search_failing_with_500_is_retried() -> None:
    script = FakeScimServer(make_error(500), make_list(make_user(1)))
    from support.fake_scim_server import FakeClock

    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=FakeClock())
    ) as client:
        assert [item.id async for item in client.users.search()] == ["1"]


async def test_search_across_types_returns_each_type() -> None:
    script = FakeScimServer(make_list(make_user(1), make_group(2)), make_list())
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        found = [
            item async for item in client.search(filter="id pr", excluded_attributes=["members"])
        ]
    assert [type(item) for item in found] == [scim.User, scim.Group]
    assert script.lines == ["POST /.search"] * 2
    assert script.bodies[0]["excludedAttributes"] == ["members"]


async def test_sort_parameters_are_sent() -> None:
    script = FakeScimServer(make_list(make_user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        _ = [item async for item in client.users.list(sort_by="name.familyName", descending=True)]
    assert script.queries[0]["sortBy"] == "name.familyName"
    assert script.queries[0]["sortOrder"] == "descending"


async def test_search_on_emulated_tenant_returns_matches() -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    async with AsyncScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.async_transport()
    ) as okta:
        for name in ("bo", "ana"):
            await okta.users.create(
                scim.User.of(email=f"{name}@a.com", given_name="x", family_name="y")
            )
        await okta.groups.create(scim.Group(display_name="Eng"))
        names = [u.user_name async for u in okta.users.search(sort_by="userName")]
        assert names == ["ana@a.com", "bo@a.com"]
        type_names = sorted([type(item).__name__ async for item in okta.search()])
        assert type_names == ["Group", "User", "User"]


async def test_me_methods_use_me_endpoint() -> None:
    script = FakeScimServer(
        make_response(200, make_user(1)),
        make_response(200, make_user(1, title="x")),
        make_response(204),
        make_response(200, make_user(1)),
        make_response(204),
        make_response(200, make_user(1)),
        make_response(200, make_user(1)),
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        me = await client.me.get(attributes=["userName"])
        assert me.id == "1"
        assert (await client.me.patch({"title": "x"}, if_match='"1"')).title == "x"
        assert (await client.me.patch({"title": "x"})).id == "1"
        assert (await client.me.replace(me)).id == "1"
        assert (await client.me.patch({})).id == "1"
    assert script.lines == [
        "GET /Me", "PATCH /Me", "PATCH /Me", "GET /Me", "PUT /Me", "GET /Me", "GET /Me",
    ]  # fmt: skip
    assert script.sent[1].headers["if-match"] == '"1"'


async def test_me_without_support_raises() -> None:
    async with AsyncScimClient(URL, TOKEN, transport=FakeScimServer(make_error(501))) as client:
        with pytest.raises(errors.ServerError):
            await client.me.get()


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_cursor_page_size_stays_below_max_page_size(
    concurrency: int,
) -> None:
    """A provider that pages by cursor may reject a larger count instead of reducing it (RFC 9865, invalidCount)."""
    tenant = Tenant(capabilities=Capabilities(max_page_size=2))
    tenant.populate(users=5, groups=0)
    okta = tenant.identity_providers["Okta"]
    async with AsyncScimClient(
        okta.scim_url, okta.scim_token, transport=tenant.async_transport()
    ) as client:
        await client.service_provider_config()
        pager = client.users.list(concurrency=concurrency)
        assert len([item async for item in pager]) == 5
        assert pager.complete
        assert len([item async for item in client.users.search(page_size=1)]) == 5
    queries = [dict(item.query) for item in tenant.requests if "cursor" in dict(item.query)]
    assert {query["count"] for query in queries} == {"2"}
