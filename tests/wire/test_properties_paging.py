"""The law of fetching ahead: a list reads the same however many pages are held, in both colours."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings, errors
from britive_scim.testing import Capabilities, Tenant
from support.fake_scim_server import (
    LIST,
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What a server does to its lists.

    Attributes:
        size: how many users there are.
        asked: size of a page that the client asks for.
        cap: most entries a page.
        total: what it says about the number of all.
        start: how it takes `startIndex`.
        short: places whose entry is left out of pages, as of users that the token may not see.
        odd: places whose entry is no object.
        twins: places whose entry is the one before once more.
        cursors: whether it gives cursors, and to whom.
        fault: place at which it refuses, or breaks the walk.
        overlong: entries that a page after the first has beyond those asked for.
    """

    size: int = 0
    asked: int = 3
    cap: int = 100
    total: Literal["right", "text", "none", "page", "high", "low"] = "right"
    start: Literal["honoured", "ignored", "from 0"] = "honoured"
    short: frozenset[int] = frozenset()
    odd: frozenset[int] = frozenset()
    twins: frozenset[int] = frozenset()
    cursors: Literal["never", "asked", "always", "late", "same", "barren"] = "never"
    fault: tuple[int, Literal["403", "HTML"]] | None = None
    overlong: int = 0
    begins: Literal["index", "cursor"] = "index"


class Server(FakeScimServer):
    """Pages through its users as its habits are; always the same answer to the same question."""

    def __init__(self, habits: Habits) -> None:
        super().__init__(make_response(404))
        self.habits = habits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        habits = self.habits
        query = dict(request.url.params)
        cursor = query.get("cursor")
        by_cursor = habits.cursors not in ("never", "late") and (
            habits.cursors != "asked" or cursor is not None
        )
        start = int(query.get("startIndex", 1)) - (habits.start != "from 0")
        if habits.start == "ignored":
            start = 0
        if cursor and cursor.isdecimal():
            start, by_cursor = int(cursor), True
        count = min(int(query["count"]), habits.cap) + (habits.overlong if start else 0)
        places = range(start, min(start + count, habits.size))
        if habits.fault is not None and habits.fault[0] in places:
            return make_error(403) if habits.fault[1] == "403" else make_response(200, b"<html>")
        entries = [entry(place, habits) for place in places if place not in habits.short]
        body: dict[str, Any] = {"schemas": [LIST], "Resources": entries}
        total = {
            "right": habits.size,
            "text": str(habits.size),
            "page": len(entries),
            "high": habits.size + 7,
            "low": habits.size // 2,
        }
        if habits.total != "none":
            body["totalResults"] = total[habits.total]
        after = start + count
        if habits.cursors == "late" and start and after < habits.size:
            by_cursor = True
        if by_cursor and after < habits.size:
            body["nextCursor"] = str(after)
        if by_cursor and habits.cursors == "same" and start:
            body["nextCursor"] = "0" if cursor == "0" else str(start)
        if by_cursor and habits.cursors == "barren" and after >= habits.size:
            body["nextCursor"] = str(after)
        return make_response(200, body)


def entry(place: int, habits: Habits) -> Any:
    if place in habits.odd:
        return None
    return make_user(place - (place in habits.twins))


def settings_of(habits: Habits) -> Settings:
    return Settings(paging=habits.begins, page_size=habits.asked)


def read_by_threads(habits: Habits, concurrency: int) -> tuple[tuple[Any, ...], int]:
    server = Server(habits)
    seen: list[str | None] = []
    failed: errors.ApiError | None = None
    with ScimClient(
        URL, TOKEN, transport=server, retry=RetryPolicy.none(), settings=settings_of(habits)
    ) as client:
        pager = client.users.list(concurrency=concurrency)
        try:
            seen.extend(one.id for one in pager)
        except errors.ApiError as error:
            failed = error
    told = (type(failed), str(failed)) if failed else None
    return (seen, told, pager.total, pager.complete, pager.why_incomplete), len(server.sent)


def read_by_tasks(habits: Habits, concurrency: int) -> tuple[tuple[Any, ...], int]:
    server = Server(habits)
    seen: list[str | None] = []

    async def main() -> tuple[Any, ...]:
        failed: errors.ApiError | None = None
        async with AsyncScimClient(
            URL, TOKEN, transport=server, retry=RetryPolicy.none(), settings=settings_of(habits)
        ) as client:
            pager = client.users.list(concurrency=concurrency)
            try:
                async for one in pager:
                    seen.append(one.id)
            except errors.ApiError as error:
                failed = error
        told = (type(failed), str(failed)) if failed else None
        return seen, told, pager.total, pager.complete, pager.why_incomplete

    return asyncio.run(main()), len(server.sent)


READ = {"threads": read_by_threads, "tasks": read_by_tasks}

places = st.frozensets(st.integers(0, 29), max_size=4)
habits_of_all_kinds = st.builds(
    Habits,
    size=st.integers(0, 30),
    asked=st.integers(1, 7),
    cap=st.sampled_from([2, 3, 5, 100]),
    total=st.sampled_from(["right", "text", "none", "page", "high", "low"]),
    start=st.sampled_from(["honoured", "ignored", "from 0"]),
    short=places,
    odd=places,
    twins=places,
    cursors=st.sampled_from(["never", "asked", "always", "late", "same", "barren"]),
    overlong=st.sampled_from([0, 0, 0, 4]),
    begins=st.sampled_from(["index", "cursor"]),
)
faulty_habits = st.builds(
    Habits,
    size=st.integers(0, 30),
    asked=st.integers(1, 7),
    total=st.sampled_from(["right", "none", "high"]),
    short=places,
    odd=places,
    cursors=st.sampled_from(["never", "asked", "always", "late"]),
    fault=st.tuples(st.integers(0, 29), st.sampled_from(["403", "HTML"])),
    begins=st.sampled_from(["index", "cursor"]),
)


@pytest.mark.parametrize("colour", READ)
@given(habits=habits_of_all_kinds | faulty_habits, concurrency=st.sampled_from([2, 3, 8]))
@example(habits=Habits(size=95, asked=10, short=frozenset({0, 20})), concurrency=4)
@example(habits=Habits(size=9, asked=3, short=frozenset({4}), fault=(8, "403")), concurrency=2)
def test_a_list_reads_the_same_however_many_pages_are_held(
    colour: str, habits: Habits, concurrency: int
) -> None:
    expected, needed = READ[colour](habits, 1)
    found, sent = READ[colour](habits, concurrency)
    assert found == expected
    assert sent <= needed * 2 + concurrency


@pytest.mark.parametrize("paging", ["index", "cursor"])
@pytest.mark.parametrize("cursor", [True, False])
@pytest.mark.parametrize("last_page", [True, False])
@pytest.mark.parametrize("most", [7, 200])
def test_a_tenant_reads_the_same_however_many_pages_are_held(
    paging: Any, cursor: bool, last_page: bool, most: int
) -> None:
    tenant = Tenant(
        capabilities=Capabilities(cursor=cursor, last_page=last_page, max_page_size=most)
    )
    tenant.populate(users=60)
    idp = tenant.identity_providers["Okta"]
    found: list[Any] = []
    for concurrency in (1, 2, 8):
        with ScimClient(
            idp.scim_url,
            idp.scim_token,
            transport=tenant.transport(),
            settings=Settings(paging=paging, page_size=min(most, 9)),
        ) as okta:
            pager = okta.users.list(concurrency=concurrency, sort_by="userName")
            told = None
            names: list[str | None] = []
            try:
                names.extend(one.user_name for one in pager)
            except errors.ApiError as error:
                told = str(error)
            found.append((names, told, pager.total, pager.complete, pager.why_incomplete))
    assert found[0] == found[1] == found[2]
    assert found[0][0] or found[0][1]
