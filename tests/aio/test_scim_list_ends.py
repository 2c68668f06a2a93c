"""Ends of lists: totals that count one page, further pages that fail, entries without id, cursors in a cycle."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    LIST,
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_list,
    make_response,
    make_user,
)


class PageTotalServer(FakeScimServer):
    """A server that sends at most 50 users, and the length of the page as the total (AWS, WSO2).

    Args:
        size: number of users.
        ignores_start: every page is the first.
        fails_at: the first index that is refused with 400.
        total: the total of each page; `None` for its length.
    """

    total: int | None = None

    def __init__(
        self, size: int = 120, *, ignores_start: bool = False, fails_at: int | None = None
    ) -> None:
        super().__init__(self.respond)
        self.users = [make_user(n) for n in range(1, size + 1)]
        self.ignores_start = ignores_start
        self.fails_at = fails_at

    def respond(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        start = 1 if self.ignores_start else int(query.get("startIndex", 1))
        if self.fails_at is not None and start >= self.fails_at:
            return make_error(400, "startIndex is beyond the end")
        page = self.users[start - 1 : start - 1 + min(int(query["count"]), 50)]
        return make_list(*page, total=self.total)


def client_of(script: FakeScimServer) -> AsyncScimClient:
    return AsyncScimClient(URL, TOKEN, transport=script, retry=RetryPolicy.none())


@each_value("concurrency", [1, 4])
@each_value("page_size", [100, 50, 20])
async def test_total_of_page_is_read_to_its_end(page_size: int, concurrency: int) -> None:
    async with client_of(PageTotalServer()) as client:
        for _ in range(2):  # the second list knows the totals, and still reads everything
            pager = client.users.list(page_size=page_size, concurrency=concurrency)
            ids = [user.id async for user in pager]
            assert ids == [str(n) for n in range(1, 121)]
            assert (pager.total, pager.complete, pager.why_incomplete) == (120, True, None)
        assert await client.users.list().count() == 120


async def test_short_list_first_does_not_prove_total_of_page() -> None:
    """A search with few results ends with an empty page, whose total is its length as well."""
    script = PageTotalServer()
    everyone, script.users = script.users, script.users[:3]
    async with client_of(script) as client:
        few = client.users.list(filter='userName sw "u"')
        assert len([user async for user in few]) == 3
        assert (few.complete, few.total) == (True, 3)
        script.users = everyone
        pager = client.users.list()
        assert len([user async for user in pager]) == 120
        assert (pager.complete, pager.total) == (True, 120)


@each_value("page_size", [100, 50])
async def test_repeated_page_with_its_total_is_incomplete(page_size: int) -> None:
    script = PageTotalServer(ignores_start=True)
    async with client_of(script) as client:
        pager = client.users.list(page_size=page_size)
        assert len([user async for user in pager]) == 50
        assert pager.complete is False
        assert "announced 50 items" in (pager.why_incomplete or "")
        assert len(script.sent) == 2
        pager = client.users.list(page_size=100)
        assert len([user async for user in pager]) == 50
        assert pager.complete is False, "remembered"
    assert len(script.sent) == 3, "a further page is requested once"


async def test_further_page_is_requested_once_per_endpoint() -> None:
    script = FakeScimServer(
        make_list(make_user(1)), make_list(total=1), make_list(make_user(1), make_user(2))
    )
    async with client_of(script) as client:
        first = client.users.list()
        assert [len(page) async for page in first.pages()] == [1], "the further page is not shown"
        assert first.complete
        second = client.users.list(filter="userName pr")
        assert len([user async for user in second]) == 2
        assert second.complete
        assert [query.get("startIndex") for query in script.queries] == ["1", "2", "1"]
        _ = [group async for group in client.groups.list()]
    assert script.lines[3:] == ["GET /Groups"] * 2, "another endpoint"


async def test_larger_total_spares_further_page() -> None:
    script = FakeScimServer(make_list(make_user(1), total=120), make_list(make_user(1)))
    async with client_of(script) as client:
        assert await client.users.list().first()
        pager = client.users.list()
        assert [user.id async for user in pager] == ["1"]
    assert pager.complete
    assert len(script.sent) == 2


@each_value("read", ["first", "count", "find"])
async def test_short_reads_request_no_further_page(read: str) -> None:
    script = FakeScimServer(make_list(make_user(1)))
    async with client_of(script) as client:
        if read == "first":
            assert await client.users.list().first()
        elif read == "find":
            assert await client.users.find_by_user_name("u1@example.com")
        else:
            script.steps[:] = [make_list(total=7)]
            assert await client.users.list().count() == 7
    assert len(script.sent) == 1


@each_value(
    "refusal, is_remembered",
    [
        (lambda: make_error(400), True),
        (lambda: make_error(501), True),
        (lambda: make_error(500), False),
        (lambda: make_error(401), False),
        (lambda: make_response(200, b"<html>"), False),
        (lambda: httpx.ReadError("reset"), False),
    ],
)
async def test_failed_further_page_leaves_list_incomplete(
    refusal: Callable[[], Any], is_remembered: bool
) -> None:
    script = FakeScimServer(make_list(make_user(1)), refusal(), make_list(make_user(1)))
    script.steps.append(make_list(total=1))
    async with client_of(script) as client:
        for concurrency in (1, 2):
            pager = client.users.list(concurrency=concurrency)
            assert [user.id async for user in pager] == ["1"]
            if concurrency == 1:
                assert pager.complete is False
                assert "request for a further page failed" in (pager.why_incomplete or "")
        assert pager.complete is not is_remembered
    assert len(script.sent) == 3 + (not is_remembered)


async def test_error_within_announced_total_is_raised() -> None:
    script = FakeScimServer(make_list(make_user(1), total=2), make_error(400))
    async with client_of(script) as client:
        with pytest.raises(errors.BadRequest):
            _ = [user async for user in client.users.list()]


async def test_error_after_refuted_total_is_raised() -> None:
    async with client_of(PageTotalServer(fails_at=101)) as client:
        pager = client.users.list()
        with pytest.raises(errors.BadRequest):
            _ = [user async for user in pager]
    assert pager.complete is None


async def test_tenant_with_page_totals_is_read_completely() -> None:
    tenant = Tenant(capabilities=Capabilities(total_results="page", max_page_size=20, cursor=False))
    tenant.populate(users=50, groups=0)
    async with tenant.async_scim_client("Okta") as okta:
        pager = okta.users.list()
        assert len([user async for user in pager]) == 50
        assert pager.complete
        assert await okta.users.list().count() == 50


# ------------------------------------------------------------------- servers without an end


def make_page(resources: list[dict[str, Any]], total: float | None, **more: Any) -> dict[str, Any]:
    return {"schemas": [LIST], "totalResults": total, "Resources": resources, **more}


ENDLESS: dict[str, tuple[Callable[[int], dict[str, Any]], int]] = {
    "the same user on each page": (lambda k: make_page([make_user(1)], 100_000), 1),
    "the same users without id": (
        lambda k: make_page([{"userName": f"u{n}"} for n in range(3)], 100_000),
        3,
    ),
    "empty objects": (lambda k: make_page([{}], 10**9), 6),
    "empty objects beyond the total": (lambda k: make_page([{}, {}, {}], 3), 3),
    "150 users without id for a count of 100": (
        lambda k: make_page([{"userName": f"u{n}"} for n in range(150)], 150),
        150,
    ),
    "no entries": (lambda k: make_page([], 10**9), 0),
    "entries that are no objects": (lambda k: {**make_page([], 9), "Resources": [None, 1]}, 0),
    "cursors in a cycle": (
        lambda k: make_page([make_user(k)], 5, nextCursor="ab"[k % 2]),
        3,
    ),
    "cursors in a cycle with empty objects": (
        lambda k: make_page([{}], 50, nextCursor="abc"[k % 3]),
        4,
    ),
    "a fractional total": (lambda k: make_page([make_user(1)], 1e18), 1),
    "a negative total": (lambda k: make_page([make_user(1)], -5), 1),
    "a total that grows over one user": (lambda k: make_page([make_user(1)], k + 1), 1),
}


@each_value("name", ENDLESS)
@each_value("concurrency", [1, 3])
async def test_endless_list_ends_as_incomplete(concurrency: int, name: str) -> None:
    build, expected = ENDLESS[name]
    script = FakeScimServer(lambda _: make_response(200, build(len(script.sent))))
    async with client_of(script) as client:
        pager = client.users.list(concurrency=concurrency)
        number = 0
        async for _ in pager:
            number += 1
            assert number < 1000, "the list does not end"
    if concurrency == 1 or "cursors" not in name:
        assert number == expected
    assert pager.complete is False
    assert pager.why_incomplete
    assert len(script.sent) <= 8


@each_value("cursor", ["same", "barren"])
async def test_unusable_cursor_raises(cursor: str) -> None:
    def build(number: int) -> dict[str, Any]:
        if cursor == "same":
            return make_page([make_user(number)], 9, nextCursor="a")
        return make_page([], 9, nextCursor=f"c{number}")

    script = FakeScimServer(lambda _: make_response(200, build(len(script.sent))))
    async with client_of(script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="cannot be read to its end"):
            _ = [user async for user in client.users.list()]
    assert len(script.sent) <= 8


class NoTotalServer(PageTotalServer):
    """A server that sends at most 50 users, ignores filters, and reports no total and no size of a page."""

    def respond(self, request: httpx.Request) -> httpx.Response:
        response = super().respond(request)
        body = response.json()
        body = {
            name: value
            for name, value in body.items()
            if name not in ("totalResults", "itemsPerPage")
        }
        return make_response(response.status_code, body)


@each_value("concurrency", [1, 4])
@each_value("page_size", [100, 50])
async def test_list_without_totals_is_read_to_its_end(page_size: int, concurrency: int) -> None:
    script = NoTotalServer()
    async with client_of(script) as client:
        pager = client.users.list(page_size=page_size, concurrency=concurrency)
        assert [user.id async for user in pager] == [str(n) for n in range(1, 121)]
        assert (pager.total, pager.complete) == (None, True)
        assert len(script.sent) == 4
        assert await client.users.list().count() == 120


@each_value("script", [NoTotalServer(30, ignores_start=True), NoTotalServer(30, fails_at=31)])
async def test_list_without_totals_and_proof_is_incomplete(script: NoTotalServer) -> None:
    async with client_of(script) as client:
        pager = client.users.list()
        assert len([user async for user in pager]) == 30
        assert pager.complete is False
        assert "no totalResults" in (pager.why_incomplete or "")


async def test_lookup_without_totals_reads_on_only_without_match() -> None:
    script = NoTotalServer()
    async with client_of(script) as client:
        found = await client.users.find_by_user_name(script.users[3]["userName"])
        assert (found and found.id, len(script.sent)) == ("4", 1)
        found = await client.users.find_by_user_name(script.users[110]["userName"])
        assert found is not None
        assert found.id == "111"


async def test_lookup_reads_on_where_the_filter_is_ignored() -> None:
    """The page has other users only, and its total may be that of the page."""
    script = PageTotalServer()
    async with client_of(script) as client:
        found = await client.users.find_by_user_name(script.users[110]["userName"])
        assert (found and found.id) == "111"
        missing = scim.User.of(email=script.users[110]["userName"], given_name="A", family_name="B")
        assert not (await client.users.ensure(missing))[1]
        assert await client.users.find_by_user_name("nobody@example.com") is None
    assert not any(line.startswith("POST") for line in script.lines)


async def test_lookup_without_match_requests_one_further_page() -> None:
    """Then the totals of the endpoint are proven."""
    script = PageTotalServer(3)
    script.total = 3
    async with client_of(script) as client:
        for number in (2, 3):
            assert await client.users.find_by_user_name("nobody@example.com") is None
            assert len(script.sent) == number
        script.users, script.total = [], 0
        assert await client.users.find_by_user_name("nobody@example.com") is None
        assert len(script.sent) == 4


@each_value("script", [PageTotalServer(3, ignores_start=True), PageTotalServer(3, fails_at=4)])
async def test_lookup_without_proof_believes_the_total(script: PageTotalServer) -> None:
    """Servers that match by wildcard return others, and may refuse or ignore a further page."""
    async with client_of(script) as client:
        assert await client.users.find_by_user_name("nobody@example.com") is None
        assert await client.users.find_by_user_name("nobody@example.com") is None
        assert len(script.sent) == 3, "requested once"
        assert await client.users.find_by_user_name("u1@example.com") is not None


async def test_lookup_whose_further_page_is_lost_raises() -> None:
    script = FakeScimServer(make_list(make_user(1)), make_error(503))
    async with client_of(script) as client:
        with pytest.raises(errors.ServerError):
            await client.users.find_by_user_name("nobody@example.com")
