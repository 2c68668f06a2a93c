"""Creating 2,000 users at a server 20 ms away, 16 and 64 at a time.

    python benchmarks/creating.py [--users 2000] [--rounds 3] [--all] [--sniffio FOLDER] [--save FOLDER]

Ours runs with retries, the rate limit, its limit of connections and the recovery of lost answers on: it
is given all users at once. Beside it: httpx and httpx2 by hand, with a semaphore and nothing else; bare
sockets, the practical floor; and the peers, of which those that create one user after the other take 45
seconds a round and run with `--all` only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import measuring
from paging import britive_at, url_of
from people import user
from serving import served


def given(number: int) -> dict[str, Any]:
    """Return a user that is to be created."""
    one = user(number)
    del one["id"], one["meta"]
    return one


# ---------------------------------------------------------------------------------------- by hand


def by_sockets(width: int) -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        yield 0

        async def main() -> int:
            todo = iter(range(number))

            async def worker() -> None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                for place in todo:
                    body = json.dumps(given(place)).encode()
                    head = f"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
                    writer.write(head.encode() + body)
                    said = await reader.readuntil(b"\r\n\r\n")
                    length = int(said.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                    assert json.loads(await reader.readexactly(length))["id"]
                writer.close()

            await asyncio.gather(*(worker() for _ in range(width)))
            return number

        yield asyncio.run(main())

    return run


def by_hand(library: str, width: int) -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        module = import_module(library)
        yield 0

        async def main() -> int:
            async with module.AsyncClient(base_url=url_of(port)) as client:
                places = asyncio.Semaphore(width)

                async def create(place: int) -> None:
                    async with places:
                        answer = await client.post("/Users", json=given(place))
                    assert json.loads(answer.content)["id"]

                await asyncio.gather(*(create(place) for place in range(number)))
                return number

        yield asyncio.run(main())

    return run


# ------------------------------------------------------------------------------------------- ours


def ours_async(width: int) -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import AsyncScimClient, RetryPolicy, Settings, scim

        settings = Settings(max_connections=width, rate_limit=10_000)
        yield 0

        async def main() -> int:
            async with AsyncScimClient(
                url_of(port), "token", settings=settings, retry=RetryPolicy()
            ) as client:

                async def create(place: int) -> None:
                    made = await client.users.create(scim.User.from_wire(given(place)))
                    assert made.id

                await asyncio.gather(*(create(place) for place in range(number)))
                return number

        yield asyncio.run(main())

    return run


def ours(width: int) -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import RetryPolicy, ScimClient, Settings, scim

        settings = Settings(max_connections=width, rate_limit=10_000)
        yield 0
        with (
            ScimClient(url_of(port), "token", settings=settings, retry=RetryPolicy()) as client,
            ThreadPoolExecutor(width) as threads,
        ):

            def create(place: int) -> str | None:
                return client.users.create(scim.User.from_wire(given(place))).id

            yield sum(1 for made in threads.map(create, range(number)) if made)

    return run


# ------------------------------------------------------------------------------------------ peers


def scim2_client_async(port: int, number: int) -> Iterator[int]:
    import httpx2
    from scim2_client.engines.httpx2 import AsyncSCIMClient
    from scim2_models import EnterpriseUser, ResourceType, ScimProvider, User

    model: Any = User[EnterpriseUser]
    provider = ScimProvider(
        models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(model)]
    )
    yield 0

    async def main() -> int:
        async with httpx2.AsyncClient(base_url=url_of(port)) as http:
            client, places = AsyncSCIMClient(http, provider=provider), asyncio.Semaphore(16)

            async def create(place: int) -> None:
                async with places:
                    made = await client.create(model.model_validate(given(place)))
                assert made.id

            await asyncio.gather(*(create(place) for place in range(number)))
            return number

    yield asyncio.run(main())


def scim2_client(port: int, number: int) -> Iterator[int]:
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_models import EnterpriseUser, ResourceType, ScimProvider, User

    model: Any = User[EnterpriseUser]
    provider = ScimProvider(
        models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(model)]
    )
    client = SyncSCIMClient(httpx2.Client(base_url=url_of(port)), provider=provider)
    yield 0
    for place in range(number):
        assert client.create(model.model_validate(given(place))).id
    yield number


def britive(port: int, number: int) -> Iterator[int]:
    users = britive_at(port).identity_management.users
    users.base_url = f"{url_of(port)}/Users"
    yield 0
    for place in range(number):
        one = given(place)
        made = users.create(
            email=one["emails"][0]["value"],
            username=one["userName"],
            lastName=one["name"]["familyName"],
            firstName=one["name"]["givenName"],
            password="Secret-1234!",
        )
        assert made["id"]
    yield number


RUNS: dict[str, measuring.Run] = {
    "16 sockets": by_sockets(16),
    "64 sockets": by_sockets(64),
    "httpx async 16": by_hand("httpx", 16),
    "httpx async 64": by_hand("httpx", 64),
    "httpx2 async 16": by_hand("httpx2", 16),
    "httpx2 async 64": by_hand("httpx2", 64),
    "ours async 16": ours_async(16),
    "ours async 64": ours_async(64),
    "ours, 16 threads": ours(16),
    "ours, 64 threads": ours(64),
    "scim2-client async 16, by hand": scim2_client_async,
    "scim2-client, one by one": scim2_client,
    "britive, one by one": britive,
}
BASES = ["httpx async 16", "httpx async 64"]
SLOW = ["scim2-client, one by one", "britive, one by one"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--users", type=int, default=2000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--all", action="store_true", help="the slow ones, too")
    arguments.add_argument("--only", default="", help="rows whose name holds this, and the bases")
    arguments.add_argument("--sniffio", help="folder that has sniffio, where it is not installed")
    arguments.add_argument("--save", help="folder to write the table to")
    asked = arguments.parse_args()

    with served(100, 20) as port:
        bases = measuring.with_and_without_sniffio(BASES, asked.sniffio)
        others = [name for name in RUNS if name not in BASES and (asked.all or name not in SLOW)]
        names = [*bases, *(name for name in others if asked.only in name)]
        samples = measuring.sampled(
            __file__, names, port, asked.users, rounds=asked.rounds, environments=bases
        )
    sixteen = tuple(name for name in bases if "16" in name)
    goals = [
        measuring.Goal("ours async 16", 1.05, sixteen),
        measuring.Goal("ours async 64", 0.7, sixteen),
        measuring.Goal("ours, 16 threads", 1.05, sixteen),
        measuring.Goal("ours, 64 threads", 0.7, sixteen),
    ]
    measuring.report(f"Create {asked.users:,} users, 20 ms away", samples, goals, asked.save)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        measuring.one_run(RUNS[sys.argv[2]], *map(int, sys.argv[3:]))
    else:
        main()
