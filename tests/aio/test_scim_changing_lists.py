"""Lists that change while they are read, and totals that count the items up to a page."""

from collections.abc import Callable
from typing import Any

import httpx

from britive_scim import AsyncScimClient, Settings
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_list, make_user


class ChangingServer(FakeScimServer):
    """Server of users that are deleted or created after pages.

    Args:
        size: number of users.
        after: number of pages -> function that changes the users after that many.
        total: returns the total of a page, given start, length of the page and number of users.
    """

    def __init__(
        self,
        size: int,
        after: dict[int, Callable[[list[dict[str, Any]]], Any]] | None = None,
        total: Callable[[int, int, int], int] = lambda start, length, size: size,
    ) -> None:
        super().__init__(self.respond)
        self.users = [make_user(number) for number in range(size)]
        self.after = after or {}
        self.total = total
        self.pages = 0

    def respond(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/Users"):
            return make_list()
        start = int(request.url.params["startIndex"]) - 1
        page = self.users[start : start + int(request.url.params["count"])]
        response = make_list(*page, total=self.total(start, len(page), len(self.users)))
        self.pages += 1
        if change := self.after.get(self.pages):
            change(self.users)
        return response


def delete_first(users: list[dict[str, Any]]) -> None:
    del users[0]


def create_one(users: list[dict[str, Any]]) -> None:
    users.append(make_user(1000 + len(users)))


async def read(
    server: FakeScimServer, *, page_size: int = 2, concurrency: int = 1
) -> tuple[list[str | None], bool | None, str | None]:
    settings = Settings(page_size=page_size)
    async with AsyncScimClient(URL, TOKEN, transport=server, settings=settings) as client:
        pager = client.users.list(concurrency=concurrency)
        ids = [user.id async for user in pager]
        return ids, pager.complete, pager.why_incomplete


@each_value("concurrency", [1, 4])
async def test_user_deleted_while_reading_is_incomplete(concurrency: int) -> None:
    """The deletion moves the next user to the page that was read already."""
    result = await read(ChangingServer(5, {1: delete_first}), concurrency=concurrency)
    changed = "4 of 5 items received: the list changed while it was read"
    assert result == (["0", "1", "3", "4"], False, changed)


async def test_last_user_deleted_while_reading_is_incomplete() -> None:
    _, complete, _ = await read(ChangingServer(5, {1: list.pop}))
    assert complete is False


async def test_everyone_deleted_while_reading_is_incomplete() -> None:
    """The further page is empty and has the total 0, as that of a server whose totals count a page."""
    _, complete, reason = await read(ChangingServer(5, {1: list.clear}))
    assert (complete, reason) == (
        False,
        "2 of 5 items received: the list changed while it was read",
    )


async def test_user_deleted_and_another_created_is_incomplete() -> None:
    ids, complete, reason = await read(ChangingServer(5, {1: delete_first, 2: create_one}))
    assert (len(ids), complete) == (5, False)
    assert "fell and rose" in (reason or "")


async def test_user_created_while_reading_is_no_loss() -> None:
    for page in (1, 2):
        ids, complete, _ = await read(ChangingServer(5, {page: create_one}))
        assert (len(ids), complete) == (6, True)


async def test_deletion_within_the_only_page_is_no_loss() -> None:
    """All users had been received when the further page showed a smaller total."""
    ids, complete, _ = await read(ChangingServer(3, {1: delete_first}), page_size=5)
    assert (len(ids), complete) == (3, True)


async def test_directory_that_changed_while_read_is_incomplete() -> None:
    server = ChangingServer(150, {1: delete_first})
    async with AsyncScimClient(URL, TOKEN, transport=server) as client:
        found = await client.read_directory()
    assert found.completeness.users is False
    assert len(found.users) == 149


# --------------------------------------------------------------- totals of what precedes or remains


@each_value("size, page_size", [(12, 3), (11, 3), (2, 1)])
@each_value("concurrency", [1, 3])
async def test_total_up_to_the_page_is_read_to_its_end(
    concurrency: int, size: int, page_size: int
) -> None:
    server = ChangingServer(size, total=lambda start, length, size: start + length)
    ids, complete, _ = await read(server, page_size=page_size, concurrency=concurrency)
    assert (len(ids), complete) == (size, True)


async def test_total_up_to_the_page_is_known_to_later_lists() -> None:
    server = ChangingServer(12, total=lambda start, length, size: start + length)
    async with AsyncScimClient(
        URL, TOKEN, transport=server, settings=Settings(page_size=3)
    ) as client:
        for _ in range(2):
            pager = client.users.list()
            assert len([user async for user in pager]) == 12
            assert (pager.complete, pager.total) == (True, 12)
        assert await client.users.list().count() == 12


async def test_total_of_what_remains_is_read_to_its_end() -> None:
    server = ChangingServer(12, total=lambda start, length, size: size - start)
    ids, complete, _ = await read(server, page_size=3)
    assert (len(ids), complete) == (12, True)


async def test_total_below_the_number_of_items_is_read_to_its_end() -> None:
    server = ChangingServer(10, total=lambda start, length, size: 5)
    ids, complete, _ = await read(server, page_size=3)
    assert (len(ids), complete) == (10, True)
