"""Reading all users of a directory, page by page: time on loopback and at a distance of 20 ms, and memory.

    python benchmarks/paging.py [--users 20000] [--rounds 3] [--only TEXT] [--sniffio FOLDER] [--save FOLDER]
        [--tables loopback distance memory]

Beside ours: httpx and httpx2 as one would use them by hand, with plain data and with the least typed
models, sequentially and with eight pages at a time; eight bare sockets, the practical floor; and the
peers scim2-client and britive (the vendor's, which reads the smaller users of the admin API). Every one
keeps all users in a list, save the rows that say "streamed".
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import measuring
from serving import PAGE, served


def url_of(port: int) -> str:
    return f"http://127.0.0.1:{port}/scim/v2"


# ---------------------------------------------------------------------------------------- by hand


def by_sockets(port: int, number: int) -> Iterator[int]:
    yield 0

    async def main() -> int:
        starts, found = iter(range(1, number + 1, PAGE)), []

        async def worker() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
            for start in starts:
                line = f"GET /scim/v2/Users?startIndex={start}&count={PAGE} HTTP/1.1\r\nHost: x\r\n\r\n"
                writer.write(line.encode())
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                found.extend(json.loads(await reader.readexactly(length))["Resources"])
            writer.close()

        await asyncio.gather(*(worker() for _ in range(8)))
        return len(found)

    yield asyncio.run(main())


def least() -> Callable[[bytes], list[Any]]:
    from least import LeastPage

    read = LeastPage.__pydantic_validator__.validate_json
    return lambda body: read(body).resources


def plain() -> Callable[[bytes], list[Any]]:
    return lambda body: json.loads(body)["Resources"]


def one_by_one(library: str, reader: Callable[[], Callable[[bytes], list[Any]]]) -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        client = import_module(library).Client(base_url=url_of(port))
        read = reader()
        yield 0
        found: list[Any] = []
        for start in range(1, number + 1, PAGE):
            answer = client.get("/Users", params={"startIndex": start, "count": PAGE})
            found += read(answer.content)
        yield len(found)

    return run


def eight_at_a_time(
    library: str, reader: Callable[[], Callable[[bytes], list[Any]]]
) -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        module, read = import_module(library), reader()
        yield 0

        async def main() -> int:
            async with module.AsyncClient(base_url=url_of(port)) as client:
                places, found = asyncio.Semaphore(8), []

                async def page(start: int) -> None:
                    async with places:
                        answer = await client.get(
                            "/Users", params={"startIndex": start, "count": PAGE}
                        )
                    found.extend(read(answer.content))

                await asyncio.gather(*(page(start) for start in range(1, number + 1, PAGE)))
                return len(found)

        yield asyncio.run(main())

    return run


# ------------------------------------------------------------------------------------------- ours


def ours(concurrency: int, *, streamed: bool = False, below: str = "/scim/v2") -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import ScimClient

        client = ScimClient(f"http://127.0.0.1:{port}{below}", "token")
        if streamed:
            client.users.get("1")  # so that "ready" is a client that has worked
        yield 0
        pager = client.users.list(page_size=PAGE, concurrency=concurrency)
        yield sum(1 for _ in pager) if streamed else len(list(pager))

    return run


def ours_async(
    concurrency: int, *, streamed: bool = False, below: str = "/scim/v2"
) -> measuring.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import AsyncScimClient

        client = AsyncScimClient(f"http://127.0.0.1:{port}{below}", "token")
        loop = asyncio.new_event_loop()
        if streamed:
            loop.run_until_complete(client.users.get("1"))
        yield 0

        async def main() -> int:
            pager = client.users.list(page_size=PAGE, concurrency=concurrency)
            if not streamed:
                return len([one async for one in pager])
            counted = 0
            async for _ in pager:
                counted += 1
            return counted

        yield loop.run_until_complete(main())

    return run


# ------------------------------------------------------------------------------------------ peers


def scim2_client(port: int, number: int) -> Iterator[int]:
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_models import EnterpriseUser, ResourceType, ScimProvider, SearchRequest, User

    model: Any = User[EnterpriseUser]
    provider = ScimProvider(
        models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(model)]
    )
    client = SyncSCIMClient(httpx2.Client(base_url=url_of(port)), provider=provider)
    yield 0
    found: list[Any] = []
    for start in range(1, number + 1, PAGE):
        asked = SearchRequest(start_index=start, count=PAGE)
        found += client.query(model, query_parameters=asked).resources
    yield len(found)


def scim2_client_async(port: int, number: int) -> Iterator[int]:
    import httpx2
    from scim2_client.engines.httpx2 import AsyncSCIMClient
    from scim2_models import EnterpriseUser, ResourceType, ScimProvider, SearchRequest, User

    model: Any = User[EnterpriseUser]
    provider = ScimProvider(
        models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(model)]
    )
    yield 0

    async def main() -> int:
        async with httpx2.AsyncClient(base_url=url_of(port)) as http:
            client = AsyncSCIMClient(http, provider=provider)
            places, found = asyncio.Semaphore(8), []

            async def page(start: int) -> None:
                async with places:
                    asked = SearchRequest(start_index=start, count=PAGE)
                    answer = await client.query(model, query_parameters=asked)
                found.extend(answer.resources)

            await asyncio.gather(*(page(start) for start in range(1, number + 1, PAGE)))
            return len(found)

    yield asyncio.run(main())


def britive_at(port: int) -> Any:
    """Return the vendor's client, pointed at loopback: its address is no argument, and it asks one first."""
    from britive import britive as vendor

    vendor.parse_tenant = lambda tenant, **_: "example.britive-app.com"
    client = vendor.Britive(tenant="example", token="x" * 30, query_features=False)
    client.base_url = f"http://127.0.0.1:{port}/api"
    client._initialize_components(False)
    return client


def britive(port: int, number: int) -> Iterator[int]:
    client = britive_at(port)
    yield 0
    yield len(client.identity_management.users.list())


RUNS: dict[str, measuring.Run] = {
    "8 sockets, plain data": by_sockets,
    "httpx, plain data": one_by_one("httpx", plain),
    "httpx, least models": one_by_one("httpx", least),
    "httpx2, least models": one_by_one("httpx2", least),
    "httpx async 8, plain data": eight_at_a_time("httpx", plain),
    "httpx async 8, least models": eight_at_a_time("httpx", least),
    "httpx2 async 8, least models": eight_at_a_time("httpx2", least),
    "ours": ours(1),
    "ours, 8 pages": ours(8),
    "ours async, 8 pages": ours_async(8),
    "ours, by cursor": ours(1, below="/cursors"),
    "ours, by cursor, 8 pages": ours(8, below="/cursors"),
    "ours async, by cursor, 8 pages": ours_async(8, below="/cursors"),
    "ours, streamed": ours(1, streamed=True),
    "ours, 8 pages, streamed": ours(8, streamed=True),
    "ours async, 8 pages, streamed": ours_async(8, streamed=True),
    "scim2-client": scim2_client,
    "scim2-client async, 8 by hand": scim2_client_async,
    "britive": britive,
}

ON_LOOPBACK = [
    "httpx, plain data",
    "httpx, least models",
    "httpx2, least models",
    "ours",
    "ours, by cursor",
    "ours, streamed",
    "ours, 8 pages, streamed",
    "ours async, 8 pages, streamed",
    "scim2-client",
    "britive",
]
AT_A_DISTANCE = [
    "8 sockets, plain data",
    "httpx2 async 8, least models",
    "ours, 8 pages",
    "ours async, 8 pages",
    "ours, by cursor",
    "ours, by cursor, 8 pages",
    "scim2-client async, 8 by hand",
]
EIGHT = "httpx async 8, least models"


def main() -> None:
    given = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    given.add_argument("--users", type=int, default=20_000)
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--only", default="", help="rows whose name holds this, and the bases")
    given.add_argument("--sniffio", help="folder that has sniffio, where it is not installed")
    given.add_argument("--save", help="folder to write the tables to")
    given.add_argument("--tables", nargs="*", default=list(TABLES), choices=list(TABLES))
    asked = given.parse_args()
    for name in asked.tables:
        TABLES[name](asked)


def on_loopback(asked: argparse.Namespace) -> None:
    number: int = asked.users
    with served(number) as port:
        names = [
            name for name in ON_LOOPBACK if asked.only in name or name == "httpx, least models"
        ]
        samples = measuring.sampled(
            __file__, names, port, number, rounds=asked.rounds, once=["scim2-client"]
        )
    goals = [
        measuring.Goal("ours", 1.3, ("httpx, least models",)),
        measuring.Goal("ours, streamed", 15),
        measuring.Goal("ours, 8 pages, streamed", 15),
        measuring.Goal("ours async, 8 pages, streamed", 15),
    ]
    measuring.report(f"List {number:,} users on loopback", samples, goals, asked.save)


def at_a_distance(asked: argparse.Namespace) -> None:
    number: int = asked.users
    with served(number, 20) as port:
        bases = measuring.with_and_without_sniffio([EIGHT], asked.sniffio)
        names = [*bases, *(name for name in AT_A_DISTANCE if asked.only in name)]
        samples = measuring.sampled(
            __file__,
            names,
            port,
            number,
            rounds=asked.rounds,
            once=["scim2-client async, 8 by hand"],
            environments=bases,
        )
    goals = [
        measuring.Goal(name, 1.2, tuple(bases)) for name in ("ours async, 8 pages", "ours, 8 pages")
    ]
    title = f"List {number:,} users, 20 ms away, 8 pages at a time"
    measuring.report(title, samples, goals, asked.save)


def memory(asked: argparse.Namespace) -> None:
    number: int = asked.users * 5
    with served(number) as port:
        names = [name for name in RUNS if "streamed" in name]
        samples = measuring.sampled(__file__, names, port, number, rounds=1)
    goals = [measuring.Goal(name, 15) for name in names]
    measuring.report(f"Memory for {number:,} users", samples, goals, asked.save)


TABLES: dict[str, Callable[[argparse.Namespace], None]] = {
    "loopback": on_loopback,
    "distance": at_a_distance,
    "memory": memory,
}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        measuring.one_run(RUNS[sys.argv[2]], *map(int, sys.argv[3:]))
    else:
        main()
