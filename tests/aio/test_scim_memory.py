"""Lists of any length in the memory of a few pages."""

import json
import tracemalloc

import httpx
import pytest

from britive_scim import AsyncScimClient
from support.fake_scim_server import LIST, TOKEN, URL, FakeScimServer, make_response, make_user

PAGE = 20


class Directory(FakeScimServer):
    """Makes each page when it is asked for, so that the server keeps nothing.

    Args:
        size: how many users there are.
        cursors: whether it pages by cursor.
    """

    def __init__(self, size: int, *, cursors: bool) -> None:
        super().__init__(make_response(404))
        self.size = size
        self.cursors = cursors

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = dict(request.url.params)
        start = int(asked.get("cursor") or asked.get("startIndex") or 1)
        found = [
            make_user(n, title="x" * 1000) for n in range(start, min(start + PAGE, self.size + 1))
        ]
        body = {"schemas": [LIST], "totalResults": self.size, "Resources": found}
        if self.cursors and start + PAGE <= self.size:
            body["nextCursor"] = str(start + PAGE)
        return httpx.Response(200, content=json.dumps(body).encode())


async def most_memory(size: int, *, cursors: bool, concurrency: int) -> int:
    """Return the largest number of bytes beyond those of a client that has worked."""
    script = Directory(size, cursors=cursors)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert await client.users.list(page_size=PAGE).first()
        tracemalloc.start()
        try:
            number = 0
            async for _ in client.users.list(page_size=PAGE, concurrency=concurrency):
                number += 1
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert number == size
    return most


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("cursors", [False, True])
async def test_a_long_list_takes_no_more_memory_than_a_short_one(
    cursors: bool, concurrency: int
) -> None:
    short = await most_memory(20 * PAGE, cursors=cursors, concurrency=concurrency)
    long = await most_memory(120 * PAGE, cursors=cursors, concurrency=concurrency)
    kept = 100 * PAGE * 1000  # what the users of the further pages hold at least
    assert long - short < kept / 4
