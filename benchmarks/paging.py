"""Listing of all users, page by page: time on loopback and at a latency of 20 ms, and memory.

    python benchmarks/paging.py [--users 20000] [--rounds 3] [--only TEXT] [--sniffio FOLDER] [--save FOLDER]
        [--tables loopback latency memory]

Compared: httpx and httpx2 by hand, with plain data and with minimal models, sequentially and with eight concurrent
pages; eight bare sockets, the practical minimum; and the peers scim2-client and britive (the vendor's package, which
reads the smaller users of the admin API). All rows keep the users in a list, except those labelled "streamed".
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import harness
from server import PAGE_SIZE, serve_in_process


def build_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/scim/v2"


# ---------------------------------------------------------------------------------------- by hand


def by_sockets(port: int, number: int) -> Iterator[int]:
    yield 0

    async def main() -> int:
        starts, users = iter(range(1, number + 1, PAGE_SIZE)), []

        async def worker() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
            for start in starts:
                line = f"GET /scim/v2/Users?startIndex={start}&count={PAGE_SIZE} HTTP/1.1\r\nHost: x\r\n\r\n"
                writer.write(line.encode())
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                users.extend(json.loads(await reader.readexactly(length))["Resources"])
            writer.close()

        await asyncio.gather(*(worker() for _ in range(8)))
        return len(users)

    yield asyncio.run(main())


Decoder = Callable[[bytes], list[Any]]


def create_minimal_decoder() -> Decoder:
    from minimal_models import MinimalPage

    decode = MinimalPage.__pydantic_validator__.validate_json
    return lambda body: decode(body).resources


def create_plain_decoder() -> Decoder:
    return lambda body: json.loads(body)["Resources"]


def sequential(library: str, create_decoder: Callable[[], Decoder]) -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        client = import_module(library).Client(base_url=build_url(port))
        decode = create_decoder()
        yield 0
        users: list[Any] = []
        for start in range(1, number + 1, PAGE_SIZE):
            response = client.get("/Users", params={"startIndex": start, "count": PAGE_SIZE})
            users += decode(response.content)
        yield len(users)

    return run


def eight_concurrent(library: str, create_decoder: Callable[[], Decoder]) -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        module, decode = import_module(library), create_decoder()
        yield 0

        async def main() -> int:
            async with module.AsyncClient(base_url=build_url(port)) as client:
                semaphore, users = asyncio.Semaphore(8), []

                async def fetch(start: int) -> None:
                    async with semaphore:
                        response = await client.get(
                            "/Users", params={"startIndex": start, "count": PAGE_SIZE}
                        )
                    users.extend(decode(response.content))

                await asyncio.gather(*(fetch(start) for start in range(1, number + 1, PAGE_SIZE)))
                return len(users)

        yield asyncio.run(main())

    return run


# ------------------------------------------------------------------------------------------- ours


def ours(concurrency: int, *, streamed: bool = False, path: str = "/scim/v2") -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import ScimClient

        client = ScimClient(f"http://127.0.0.1:{port}{path}", "token")
        if streamed:
            client.users.get("1")  # warm-up, so that its memory does not count
        yield 0
        pager = client.users.list(page_size=PAGE_SIZE, concurrency=concurrency)
        yield sum(1 for _ in pager) if streamed else len(list(pager))

    return run


def ours_async(concurrency: int, *, streamed: bool = False, path: str = "/scim/v2") -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import AsyncScimClient

        client = AsyncScimClient(f"http://127.0.0.1:{port}{path}", "token")
        loop = asyncio.new_event_loop()
        if streamed:
            loop.run_until_complete(client.users.get("1"))
        yield 0

        async def main() -> int:
            pager = client.users.list(page_size=PAGE_SIZE, concurrency=concurrency)
            if not streamed:
                return len([user async for user in pager])
            count = 0
            async for _ in pager:
                count += 1
            return count

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
    client = SyncSCIMClient(httpx2.Client(base_url=build_url(port)), provider=provider)
    yield 0
    users: list[Any] = []
    for start in range(1, number + 1, PAGE_SIZE):
        query = SearchRequest(start_index=start, count=PAGE_SIZE)
        users += client.query(model, query_parameters=query).resources
    yield len(users)


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
        async with httpx2.AsyncClient(base_url=build_url(port)) as http:
            client = AsyncSCIMClient(http, provider=provider)
            semaphore, users = asyncio.Semaphore(8), []

            async def fetch(start: int) -> None:
                async with semaphore:
                    query = SearchRequest(start_index=start, count=PAGE_SIZE)
                    page = await client.query(model, query_parameters=query)
                users.extend(page.resources)

            await asyncio.gather(*(fetch(start) for start in range(1, number + 1, PAGE_SIZE)))
            return len(users)

    yield asyncio.run(main())


def create_britive_client(port: int) -> Any:
    """Return the vendor's client for loopback; it has no argument for the address, so it is patched."""
    from britive import britive as vendor

    vendor.parse_tenant = lambda tenant, **_: "example.britive-app.com"
    client = vendor.Britive(tenant="example", token="x" * 30, query_features=False)
    client.base_url = f"http://127.0.0.1:{port}/api"
    client._initialize_components(False)
    return client


def britive(port: int, number: int) -> Iterator[int]:
    client = create_britive_client(port)
    yield 0
    yield len(client.identity_management.users.list())


RUNS: dict[str, harness.Run] = {
    "8 sockets, plain data": by_sockets,
    "httpx, plain data": sequential("httpx", create_plain_decoder),
    "httpx, minimal models": sequential("httpx", create_minimal_decoder),
    "httpx2, minimal models": sequential("httpx2", create_minimal_decoder),
    "httpx async 8, plain data": eight_concurrent("httpx", create_plain_decoder),
    "httpx async 8, minimal models": eight_concurrent("httpx", create_minimal_decoder),
    "httpx2 async 8, minimal models": eight_concurrent("httpx2", create_minimal_decoder),
    "ours": ours(1),
    "ours, 8 pages": ours(8),
    "ours async, 8 pages": ours_async(8),
    "ours, by cursor": ours(1, path="/cursors"),
    "ours, by cursor, 8 pages": ours(8, path="/cursors"),
    "ours async, by cursor, 8 pages": ours_async(8, path="/cursors"),
    "ours, streamed": ours(1, streamed=True),
    "ours, 8 pages, streamed": ours(8, streamed=True),
    "ours async, 8 pages, streamed": ours_async(8, streamed=True),
    "scim2-client": scim2_client,
    "scim2-client async, 8 by hand": scim2_client_async,
    "britive": britive,
}

LOOPBACK_RUNS = [
    "httpx, plain data",
    "httpx, minimal models",
    "httpx2, minimal models",
    "ours",
    "ours, by cursor",
    "ours, streamed",
    "ours, 8 pages, streamed",
    "ours async, 8 pages, streamed",
    "scim2-client",
    "britive",
]
LATENCY_RUNS = [
    "8 sockets, plain data",
    "httpx2 async 8, minimal models",
    "ours, 8 pages",
    "ours async, 8 pages",
    "ours, by cursor",
    "ours, by cursor, 8 pages",
    "scim2-client async, 8 by hand",
]
LATENCY_BASE = "httpx async 8, minimal models"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only rows whose name contains this, and bases")
    parser.add_argument("--sniffio", help="folder with sniffio, if it is not installed")
    parser.add_argument("--save", help="folder to write the tables to")
    parser.add_argument("--tables", nargs="*", default=list(TABLES), choices=list(TABLES))
    options = parser.parse_args()
    for name in options.tables:
        TABLES[name](options)


def measure_loopback(options: argparse.Namespace) -> None:
    number: int = options.users
    with serve_in_process(number) as port:
        names = [
            name
            for name in LOOPBACK_RUNS
            if options.only in name or name == "httpx, minimal models"
        ]
        samples = harness.sample_runs(
            __file__, names, port, number, rounds=options.rounds, once=["scim2-client"]
        )
    goals = [
        harness.Goal("ours", 1.3, ("httpx, minimal models",)),
        harness.Goal("ours, streamed", 15),
        harness.Goal("ours, 8 pages, streamed", 15),
        harness.Goal("ours async, 8 pages, streamed", 15),
    ]
    harness.report_goals(f"List {number:,} users on loopback", samples, goals, options.save)


def measure_latency(options: argparse.Namespace) -> None:
    number: int = options.users
    with serve_in_process(number, 20) as port:
        bases = harness.build_sniffio_conditions([LATENCY_BASE], options.sniffio)
        names = [*bases, *(name for name in LATENCY_RUNS if options.only in name)]
        samples = harness.sample_runs(
            __file__,
            names,
            port,
            number,
            rounds=options.rounds,
            once=["scim2-client async, 8 by hand"],
            environments=bases,
        )
    goals = [
        harness.Goal(name, 1.2, tuple(bases)) for name in ("ours async, 8 pages", "ours, 8 pages")
    ]
    title = f"List {number:,} users, 20 ms latency, 8 concurrent pages"
    harness.report_goals(title, samples, goals, options.save)


def measure_memory(options: argparse.Namespace) -> None:
    number: int = options.users * 5
    with serve_in_process(number) as port:
        names = [name for name in RUNS if "streamed" in name]
        samples = harness.sample_runs(__file__, names, port, number, rounds=1)
    goals = [harness.Goal(name, 15) for name in names]
    harness.report_goals(f"Memory for {number:,} users", samples, goals, options.save)


TABLES: dict[str, Callable[[argparse.Namespace], None]] = {
    "loopback": measure_loopback,
    "latency": measure_latency,
    "memory": measure_memory,
}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        harness.measure_run(RUNS[sys.argv[2]], *map(int, sys.argv[3:]))
    else:
        main()
