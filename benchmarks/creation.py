"""Creation of 2,000 users at a latency of 20 ms, 16 and 64 concurrently.

    python benchmarks/creation.py [--users 2000] [--rounds 3] [--all] [--sniffio FOLDER] [--save FOLDER]

britive_scim runs with retries, rate limit, connection limit and recovery of lost responses, and starts all calls at
once. Compared: httpx and httpx2 by hand with a semaphore; bare sockets, the practical minimum; and the peers. Peers
that create users sequentially take 45 seconds a round and run with `--all` only.
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

import harness
from fixtures import build_user
from paging import build_url, create_britive_client
from server import serve_in_process


def build_new_user(number: int) -> dict[str, Any]:
    """Return the body of a create request."""
    user = build_user(number)
    del user["id"], user["meta"]
    return user


# ---------------------------------------------------------------------------------------- by hand


def by_sockets(width: int) -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        yield 0

        async def main() -> int:
            numbers = iter(range(number))

            async def worker() -> None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                for user_number in numbers:
                    body = json.dumps(build_new_user(user_number)).encode()
                    head = f"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
                    writer.write(head.encode() + body)
                    response_head = await reader.readuntil(b"\r\n\r\n")
                    length = int(
                        response_head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
                    )
                    assert json.loads(await reader.readexactly(length))["id"]
                writer.close()

            await asyncio.gather(*(worker() for _ in range(width)))
            return number

        yield asyncio.run(main())

    return run


def by_hand(library: str, width: int) -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        module = import_module(library)
        yield 0

        async def main() -> int:
            async with module.AsyncClient(base_url=build_url(port)) as client:
                semaphore = asyncio.Semaphore(width)

                async def create(user_number: int) -> None:
                    async with semaphore:
                        response = await client.post("/Users", json=build_new_user(user_number))
                    assert json.loads(response.content)["id"]

                await asyncio.gather(*(create(user_number) for user_number in range(number)))
                return number

        yield asyncio.run(main())

    return run


# ------------------------------------------------------------------------------------------- ours


def ours_async(width: int) -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import AsyncScimClient, RetryPolicy, Settings, scim

        settings = Settings(max_connections=width, rate_limit=10_000)
        yield 0

        async def main() -> int:
            async with AsyncScimClient(
                build_url(port), "token", settings=settings, retry=RetryPolicy()
            ) as client:

                async def create(user_number: int) -> None:
                    user = scim.User.from_wire(build_new_user(user_number))
                    assert (await client.users.create(user)).id

                await asyncio.gather(*(create(user_number) for user_number in range(number)))
                return number

        yield asyncio.run(main())

    return run


def ours(width: int) -> harness.Run:
    def run(port: int, number: int) -> Iterator[int]:
        from britive_scim import RetryPolicy, ScimClient, Settings, scim

        settings = Settings(max_connections=width, rate_limit=10_000)
        yield 0
        with (
            ScimClient(build_url(port), "token", settings=settings, retry=RetryPolicy()) as client,
            ThreadPoolExecutor(width) as threads,
        ):

            def create(user_number: int) -> str | None:
                return client.users.create(scim.User.from_wire(build_new_user(user_number))).id

            yield sum(1 for id_ in threads.map(create, range(number)) if id_)

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
        async with httpx2.AsyncClient(base_url=build_url(port)) as http:
            client, semaphore = AsyncSCIMClient(http, provider=provider), asyncio.Semaphore(16)

            async def create(user_number: int) -> None:
                async with semaphore:
                    user = await client.create(model.model_validate(build_new_user(user_number)))
                assert user.id

            await asyncio.gather(*(create(user_number) for user_number in range(number)))
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
    client = SyncSCIMClient(httpx2.Client(base_url=build_url(port)), provider=provider)
    yield 0
    for user_number in range(number):
        assert client.create(model.model_validate(build_new_user(user_number))).id
    yield number


def britive(port: int, number: int) -> Iterator[int]:
    users = create_britive_client(port).identity_management.users
    users.base_url = f"{build_url(port)}/Users"
    yield 0
    for user_number in range(number):
        user = build_new_user(user_number)
        created = users.create(
            email=user["emails"][0]["value"],
            username=user["userName"],
            lastName=user["name"]["familyName"],
            firstName=user["name"]["givenName"],
            password="Secret-1234!",
        )
        assert created["id"]
    yield number


RUNS: dict[str, harness.Run] = {
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
    "scim2-client, sequential": scim2_client,
    "britive, sequential": britive,
}
BASES = ["httpx async 16", "httpx async 64"]
SLOW = ["scim2-client, sequential", "britive, sequential"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--all", action="store_true", help="include slow peers")
    parser.add_argument("--only", default="", help="only rows whose name contains this, and bases")
    parser.add_argument("--sniffio", help="folder with sniffio, if it is not installed")
    parser.add_argument("--save", help="folder to write the table to")
    options = parser.parse_args()

    with serve_in_process(100, 20) as port:
        bases = harness.build_sniffio_conditions(BASES, options.sniffio)
        others = [name for name in RUNS if name not in BASES and (options.all or name not in SLOW)]
        names = [*bases, *(name for name in others if options.only in name)]
        samples = harness.sample_runs(
            __file__, names, port, options.users, rounds=options.rounds, environments=bases
        )
    sixteen = tuple(name for name in bases if "16" in name)
    goals = [
        harness.Goal("ours async 16", 1.05, sixteen),
        harness.Goal("ours async 64", 0.7, sixteen),
        harness.Goal("ours, 16 threads", 1.05, sixteen),
        harness.Goal("ours, 64 threads", 0.7, sixteen),
    ]
    title = f"Create {options.users:,} users, 20 ms latency"
    harness.report_goals(title, samples, goals, options.save)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        harness.measure_run(RUNS[sys.argv[2]], *map(int, sys.argv[3:]))
    else:
        main()
