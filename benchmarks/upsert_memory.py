"""Memory of `upsert_many` for each resource of its input, and with it of a run of 100,000.

    python benchmarks/upsert_memory.py [--users 600] [--concurrency 16]

Two runs, of a quarter of the users and of all, in one process against a transport that responds at once. The peak of
traced memory (`tracemalloc`) of both, and their difference for each further user, is printed; the goal is 4 kB for each
pending user. Creates started together with `asyncio.gather` hold 16 to 20 kB each.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import tracemalloc
from collections.abc import Iterator

import httpx
from fixtures import build_user

from britive_scim import AsyncScimClient, scim

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


class EmptyProvider(httpx.AsyncBaseTransport):
    """Provider without users, which accepts every creation."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if request.method == "GET":
            body = {"schemas": [LIST], "totalResults": 0, "itemsPerPage": 0, "Resources": []}
            return httpx.Response(200, json=body)
        sent = json.loads(request.content)
        return httpx.Response(201, json={**sent, "id": f"id-{sent['externalId']}"})


def generate_users(count: int) -> Iterator[scim.User[scim.CustomUser]]:
    """Yield users one at a time."""
    for number in range(count):
        user = build_user(number)
        del user["id"], user["meta"]
        yield scim.User.from_wire(user)


async def measure_peak(count: int, concurrency: int) -> int:
    """Return the peak of traced memory of one run in bytes."""
    gc.collect()
    tracemalloc.start()
    async with AsyncScimClient(
        "https://acme.example/scim/v2", "k" * 32, transport=EmptyProvider()
    ) as client:
        report = await client.users.upsert_many(generate_users(count), concurrency=concurrency)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    if report.created != count:
        raise SystemExit(f"expected {count} created users:\n{report}")
    return peak


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=600)
    parser.add_argument("--concurrency", type=int, default=16)
    options = parser.parse_args()
    await measure_peak(100, options.concurrency)  # imports and caches
    small, large = [
        await measure_peak(count, options.concurrency)
        for count in (options.users // 4, options.users)
    ]
    each = (large - small) / (options.users - options.users // 4)
    print(f"peak of {options.users // 4:,} users: {small / 1024:,.0f} kB")
    print(f"peak of {options.users:,} users: {large / 1024:,.0f} kB")
    print(f"each further user: {each:,.0f} bytes; 100,000 users: {each * 1e5 / 1e6:,.1f} MB")


if __name__ == "__main__":
    asyncio.run(main())
