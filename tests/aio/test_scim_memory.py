"""Memory of lists: a few pages at any length."""

import json
import tracemalloc

import httpx
import pytest

from britive_scim import AsyncScimClient
from support.fake_scim_server import LIST, TOKEN, URL, FakeScimServer, make_response, make_user

PAGE = 20


class UserServer(FakeScimServer):
    """A server that builds each page on request and stores no users.

    Args:
        size: number of users.
        has_cursors: page by cursor.
    """

    def __init__(self, size: int, *, has_cursors: bool) -> None:
        super().__init__(make_response(404))
        self.size = size
        self.has_cursors = has_cursors

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        start = int(query.get("cursor") or query.get("startIndex") or 1)
        found = [
            make_user(n, title="x" * 1000) for n in range(start, min(start + PAGE, self.size + 1))
        ]
        body = {"schemas": [LIST], "totalResults": self.size, "Resources": found}
        if self.has_cursors and start + PAGE <= self.size:
            body["nextCursor"] = str(start + PAGE)
        return httpx.Response(200, content=json.dumps(body).encode())


async def measure_peak_memory(size: int, *, has_cursors: bool, concurrency: int) -> int:
    """Return the peak number of bytes that a used client allocates to read the list."""
    script = UserServer(size, has_cursors=has_cursors)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert await client.users.list(page_size=PAGE).first()
        tracemalloc.start()
        try:
            number = 0
            async for _ in client.users.list(page_size=PAGE, concurrency=concurrency):
                number += 1
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert number == size
    return peak


@pytest.mark.heavy
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("has_cursors", [False, True])
async def test_list_memory_is_independent_of_its_length(
    has_cursors: bool, concurrency: int
) -> None:
    short = await measure_peak_memory(10 * PAGE, has_cursors=has_cursors, concurrency=concurrency)
    long = await measure_peak_memory(60 * PAGE, has_cursors=has_cursors, concurrency=concurrency)
    further_users = 50 * PAGE * 1000  # minimum size of the users on the further pages
    assert long - short < further_users / 4
