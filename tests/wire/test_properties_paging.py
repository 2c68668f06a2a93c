"""Property of prefetching: a list is the same for any number of prefetched pages, in both clients."""

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
class ServerBehavior:
    """Paging behavior of a server.

    Attributes:
        size: number of users.
        requested: requested page size.
        cap: greatest number of entries per page.
        total: how it reports the total.
        start: how it interprets `startIndex`.
        short: positions whose entry is omitted, like users that the token may not read.
        unusual: positions whose entry is not an object.
        twins: positions whose entry repeats the previous one.
        cursors: when it returns cursors.
        fault: position at which the request fails, and the fault.
        overlong: additional entries of a page after the first.
    """

    size: int = 0
    requested: int = 3
    cap: int = 100
    total: Literal["right", "text", "none", "page", "high", "low"] = "right"
    start: Literal["honoured", "ignored", "from 0"] = "honoured"
    short: frozenset[int] = frozenset()
    unusual: frozenset[int] = frozenset()
    twins: frozenset[int] = frozenset()
    cursors: Literal["never", "asked", "always", "late", "same", "barren"] = "never"
    fault: tuple[int, Literal["403", "HTML"]] | None = None
    overlong: int = 0
    begins: Literal["index", "cursor"] = "index"


class PagingServer(FakeScimServer):
    """Server of users with one paging behavior; equal requests have equal responses."""

    def __init__(self, behavior: ServerBehavior) -> None:
        super().__init__(make_response(404))
        self.behavior = behavior

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        behavior = self.behavior
        query = dict(request.url.params)
        cursor = query.get("cursor")
        by_cursor = behavior.cursors not in ("never", "late") and (
            behavior.cursors != "asked" or cursor is not None
        )
        start = int(query.get("startIndex", 1)) - (behavior.start != "from 0")
        if behavior.start == "ignored":
            start = 0
        if cursor and cursor.isdecimal():
            start, by_cursor = int(cursor), True
        count = min(int(query["count"]), behavior.cap) + (behavior.overlong if start else 0)
        places = range(start, min(start + count, behavior.size))
        if behavior.fault is not None and behavior.fault[0] in places:
            return make_error(403) if behavior.fault[1] == "403" else make_response(200, b"<html>")
        entries = [make_entry(place, behavior) for place in places if place not in behavior.short]
        body: dict[str, Any] = {"schemas": [LIST], "Resources": entries}
        total = {
            "right": behavior.size,
            "text": str(behavior.size),
            "page": len(entries),
            "high": behavior.size + 7,
            "low": behavior.size // 2,
        }
        if behavior.total != "none":
            body["totalResults"] = total[behavior.total]
        after = start + count
        if behavior.cursors == "late" and start and after < behavior.size:
            by_cursor = True
        if by_cursor and after < behavior.size:
            body["nextCursor"] = str(after)
        if by_cursor and behavior.cursors == "same" and start:
            body["nextCursor"] = "0" if cursor == "0" else str(start)
        if by_cursor and behavior.cursors == "barren" and after >= behavior.size:
            body["nextCursor"] = str(after)
        return make_response(200, body)


def make_entry(place: int, behavior: ServerBehavior) -> Any:
    if place in behavior.unusual:
        return None
    return make_user(place - (place in behavior.twins))


def make_settings(behavior: ServerBehavior) -> Settings:
    return Settings(paging=behavior.begins, page_size=behavior.requested)


def read_with_threads(behavior: ServerBehavior, concurrency: int) -> tuple[tuple[Any, ...], int]:
    server = PagingServer(behavior)
    seen: list[str | None] = []
    failed: errors.ApiError | None = None
    with ScimClient(
        URL, TOKEN, transport=server, retry=RetryPolicy.none(), settings=make_settings(behavior)
    ) as client:
        pager = client.users.list(concurrency=concurrency)
        try:
            seen.extend(item.id for item in pager)
        except errors.ApiError as error:
            failed = error
    message = (type(failed), str(failed)) if failed else None
    return (seen, message, pager.total, pager.complete, pager.why_incomplete), len(server.sent)


def read_with_tasks(behavior: ServerBehavior, concurrency: int) -> tuple[tuple[Any, ...], int]:
    server = PagingServer(behavior)
    seen: list[str | None] = []

    async def main() -> tuple[Any, ...]:
        failed: errors.ApiError | None = None
        async with AsyncScimClient(
            URL, TOKEN, transport=server, retry=RetryPolicy.none(), settings=make_settings(behavior)
        ) as client:
            pager = client.users.list(concurrency=concurrency)
            try:
                async for item in pager:
                    seen.append(item.id)
            except errors.ApiError as error:
                failed = error
        message = (type(failed), str(failed)) if failed else None
        return seen, message, pager.total, pager.complete, pager.why_incomplete

    return asyncio.run(main()), len(server.sent)


READ = {"threads": read_with_threads, "tasks": read_with_tasks}

places = st.frozensets(st.integers(0, 29), max_size=4)
habits_of_all_kinds = st.builds(
    ServerBehavior,
    size=st.integers(0, 30),
    requested=st.integers(1, 7),
    cap=st.sampled_from([2, 3, 5, 100]),
    total=st.sampled_from(["right", "text", "none", "page", "high", "low"]),
    start=st.sampled_from(["honoured", "ignored", "from 0"]),
    short=places,
    unusual=places,
    twins=places,
    cursors=st.sampled_from(["never", "asked", "always", "late", "same", "barren"]),
    overlong=st.sampled_from([0, 0, 0, 4]),
    begins=st.sampled_from(["index", "cursor"]),
)
faulty_habits = st.builds(
    ServerBehavior,
    size=st.integers(0, 30),
    requested=st.integers(1, 7),
    total=st.sampled_from(["right", "none", "high"]),
    short=places,
    unusual=places,
    cursors=st.sampled_from(["never", "asked", "always", "late"]),
    fault=st.tuples(st.integers(0, 29), st.sampled_from(["403", "HTML"])),
    begins=st.sampled_from(["index", "cursor"]),
)


@pytest.mark.parametrize("client_type", READ)
@given(behavior=habits_of_all_kinds | faulty_habits, concurrency=st.sampled_from([2, 3, 8]))
@example(behavior=ServerBehavior(size=95, requested=10, short=frozenset({0, 20})), concurrency=4)
@example(
    behavior=ServerBehavior(size=9, requested=3, short=frozenset({4}), fault=(8, "403")),
    concurrency=2,
)
def test_list_is_same_with_any_prefetch(
    client_type: str, behavior: ServerBehavior, concurrency: int
) -> None:
    expected, needed = READ[client_type](behavior, 1)
    result, sent = READ[client_type](behavior, concurrency)
    assert result == expected
    assert sent <= needed * 2 + concurrency


honest_servers = st.builds(
    ServerBehavior,
    size=st.integers(0, 20),
    requested=st.integers(1, 7),
    cap=st.sampled_from([2, 3, 5, 100]),
    total=st.sampled_from(["right", "page"]),
    start=st.sampled_from(["honoured", "ignored"]),
    cursors=st.sampled_from(["never", "asked", "always"]),
)


@pytest.mark.parametrize("concurrency", [1, 3])
@given(behavior=honest_servers)
@example(behavior=ServerBehavior(size=5, requested=7, cap=3, total="page"))
def test_complete_list_has_every_item(behavior: ServerBehavior, concurrency: int) -> None:
    """This includes the second list, which shares the evidence of the first about totals."""
    everything = [make_user(n)["id"] for n in range(behavior.size)]
    with ScimClient(
        URL, TOKEN, transport=PagingServer(behavior), settings=make_settings(behavior)
    ) as client:
        for _ in range(2):
            pager = client.users.list(concurrency=concurrency)
            ids = [user.id for user in pager]
            assert ids == everything[: len(ids)]
            if behavior.start == "honoured":
                assert pager.complete
            if pager.complete:
                assert ids == everything
                assert pager.total == behavior.size


@pytest.mark.parametrize("paging", ["index", "cursor"])
@pytest.mark.parametrize("cursor", [True, False])
@pytest.mark.parametrize("last_page", [True, False])
@pytest.mark.parametrize("most", [7, 200])
def test_tenant_list_is_same_with_any_prefetch(
    paging: Any, cursor: bool, last_page: bool, most: int
) -> None:
    tenant = Tenant(
        capabilities=Capabilities(cursor=cursor, last_page=last_page, max_page_size=most)
    )
    tenant.populate(users=60)
    idp = tenant.identity_providers["Okta"]
    result: list[Any] = []
    for concurrency in (1, 2, 8):
        with ScimClient(
            idp.scim_url,
            idp.scim_token,
            transport=tenant.transport(),
            settings=Settings(paging=paging, page_size=min(most, 9)),
        ) as okta:
            pager = okta.users.list(concurrency=concurrency, sort_by="userName")
            message = None
            names: list[str | None] = []
            try:
                names.extend(item.user_name for item in pager)
            except errors.ApiError as error:
                message = str(error)
            result.append((names, message, pager.total, pager.complete, pager.why_incomplete))
    assert result[0] == result[1] == result[2]
    assert result[0][0] or result[0][1]
