"""Load tests: no duplicate, no lost call, no growth.

The quick forms run always; `pytest -m proof` runs them at full size.
"""

import asyncio
import json
import logging
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from britive_scim import AsyncScimClient, ScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from support.fake_scim_server import URL, FakeClock
from support.repeated_requests import CONNECTIONS, SENDERS, Usage
from support.socket_server import run_socket_server

PROGRAM = Path(__file__).parent.parent / "support" / "repeated_requests.py"


def make_user(number: int) -> scim.User:
    return scim.User.of(
        email=f"u{number}@acme.com",
        given_name="U",
        family_name=str(number),
        external_id=f"x-{number}",
    )


def add_faults(tenant: Tenant) -> None:
    """Add faults to a third of the requests, such as responses lost after the change was made."""
    for fault in (
        {"cut": "after", "probability": 0.1},
        {"cut": "before", "probability": 0.06},
        {"cut": "connect", "probability": 0.06},
        {"status": 429, "headers": {"Retry-After": "1"}, "probability": 0.06},
        {"status": 503, "body": "<html>", "probability": 0.03},
        {"status": 500, "probability": 0.03},
    ):
        tenant.faults.add(times=None, **fault)


def create_with_faults(number: int) -> Counter[str]:
    tenant = Tenant(seed=7)
    add_faults(tenant)
    idp = tenant.identity_providers["Okta"]
    outcomes: Counter[str] = Counter()
    settings = Settings(clock=tenant.clock)
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport(), settings=settings
    ) as okta:
        for n in range(number):
            try:
                okta.users.create(make_user(n))
                outcomes["created"] += 1
            except errors.Conflict:
                outcomes["conflict"] += 1
            except (errors.TransportError, errors.ServerError, errors.RateLimited) as error:
                outcomes[
                    "reported" if getattr(error, "may_have_happened", False) else "failed"
                ] += 1
        tenant.faults.clear()
    names = [item["userName"] for item in tenant.identity_providers["Okta"].users]
    outcomes["duplicates"] = len(names) - len(set(names))
    outcomes["kept"] = len(names)
    return outcomes


def test_create_with_faults_has_no_duplicate_or_loss() -> None:
    outcomes = create_with_faults(150)
    assert outcomes["duplicates"] == 0
    assert outcomes["conflict"] == 0
    assert outcomes["created"] <= outcomes["kept"] <= 150 - outcomes["failed"]
    assert outcomes["created"] > 120


@pytest.mark.proof
def test_10000_creates_with_faults_have_no_duplicate() -> None:
    outcomes = create_with_faults(10_000)
    assert outcomes["duplicates"] == 0
    assert outcomes["conflict"] == 0


class NonIdempotentServer(httpx.BaseTransport):
    """Server that stores every create, also a repeated one, with a fault in half of the requests.

    Args:
        seed: seed of the random faults.

    Attributes:
        kept: userNames of the stored users, in order of creation.
        met: number of each fault.
    """

    def __init__(self, seed: int) -> None:
        self.kept: list[str] = []
        self.met: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._bodies: dict[str, list[dict[str, object]]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        trouble = self._random.choices(
            list(TROUBLES), weights=[item[0] for item in TROUBLES.values()]
        )[0]
        self.met[f"{request.method} {trouble}"] += 1
        _, acts, outcome = TROUBLES[trouble]
        response = self._answer(request) if acts else None
        if callable(outcome):
            raise outcome(trouble)
        if isinstance(outcome, int):
            headers = {"Retry-After": "1"} if trouble == "busy" else {}
            return httpx.Response(outcome, json={"status": str(outcome)}, headers=headers)
        assert response is not None
        return httpx.Response(201, content=response.content[:20]) if outcome == "cut" else response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            body = json.loads(request.read())
            self.kept.append(body["userName"])
            created = {**body, "id": str(len(self.kept))}
            for key in (body["userName"], body["externalId"]):
                self._bodies.setdefault(key, []).append(created)
            return httpx.Response(201, json=created)
        value = request.url.params["filter"].partition('"')[2].rstrip('"')
        return httpx.Response(200, json={"Resources": self._bodies.get(value, [])})


TROUBLES: dict[str, tuple[int, bool, object]] = {
    "none": (50, True, None),
    "lost": (12, True, httpx.ReadError),
    "late": (6, True, httpx.ReadTimeout),
    "failed after all": (6, True, 500),
    "cut": (4, True, "cut"),
    "gateway": (4, True, 504),
    "closed": (6, False, httpx.ReadError),
    "refused": (6, False, httpx.ConnectError),
    "busy": (4, False, 429),
    "down": (2, False, 503),
}
"""Fault -> percentage, whether the server acts before it, and its result."""


def create_on_non_idempotent_server(number: int) -> tuple[NonIdempotentServer, Counter[str]]:
    server, outcomes = NonIdempotentServer(3), Counter[str]()
    settings = Settings(clock=FakeClock())
    with ScimClient(URL, "t", transport=server, settings=settings) as client:
        for n in range(number):
            try:
                assert client.users.create(make_user(n)).user_name == f"u{n}@acme.com"
                outcomes["created"] += 1
            except errors.BritiveScimError as error:
                message = getattr(error, "may_have_happened", False)
                there = f"u{n}@acme.com" in server.kept[-1:]
                outcomes["reported" if message else "silently there" if there else "not there"] += 1
    return server, outcomes


def check_no_duplicates(server: NonIdempotentServer, outcomes: Counter[str], number: int) -> None:
    """Compare the results of the callers with the state of the server."""
    twice = [name for name, times in Counter(server.kept).items() if times > 1]
    assert twice == []
    assert outcomes["silently there"] == 0
    assert outcomes["created"] <= len(server.kept) <= number - outcomes["not there"]
    assert outcomes["created"] > 0.8 * number
    assert all(server.met[f"POST {trouble}"] for trouble in TROUBLES)


def test_create_on_non_idempotent_server_is_not_repeated() -> None:
    check_no_duplicates(*create_on_non_idempotent_server(250), 250)


@pytest.mark.proof
def test_10000_creates_on_server_are_not_repeated() -> None:
    check_no_duplicates(*create_on_non_idempotent_server(10_000), 10_000)


def call_from_threads(threads: int, calls: int) -> list[object]:
    """Return the errors of threads that call one client whose server closes connections unannounced.

    A connection that was just being closed costs one more try, which goes on a new one: never two.
    """
    wrong: list[object] = []
    tries: Counter[int] = Counter()
    settings = Settings(hooks=(lambda exchange: tries.update((exchange.attempt,)),))
    with (
        run_socket_server(close_after=5) as server,
        ScimClient(server.url, "t", settings=settings) as client,
    ):

        def work(_: int) -> None:
            for _ in range(calls):
                try:
                    assert client.users.get("1").id == "1"
                except errors.BritiveScimError as error:
                    wrong.append(error)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
        assert server.requests >= threads * calls - len(wrong)
        assert server.most <= settings.max_connections
    assert set(tries) <= {1, 2}
    return wrong


def test_threads_with_closing_connections_have_no_error() -> None:
    assert call_from_threads(16, 20) == []


@pytest.mark.proof
def test_64_threads_with_closing_connections_have_no_error() -> None:
    assert call_from_threads(64, 500) == []


def call_from_tasks(tasks: int) -> list[object]:
    tries: Counter[int] = Counter()
    settings = Settings(hooks=(lambda exchange: tries.update((exchange.attempt,)),))

    async def main(url: str) -> list[object]:
        async with AsyncScimClient(url, "t", settings=settings) as client:
            results = await asyncio.gather(
                *(client.users.get("1") for _ in range(tasks)), return_exceptions=True
            )
        return [item for item in results if isinstance(item, BaseException)]

    with run_socket_server(close_after=5) as server:
        wrong = asyncio.run(main(server.url))
    assert set(tries) <= {1, 2}
    return wrong


def test_tasks_with_closing_connections_have_no_error() -> None:
    assert call_from_tasks(250) == []


def find_growth(usages: list[Usage], name: str) -> int:
    """Return the least growth from one round to the next: a leak grows in every round."""
    return min(after[name] - before[name] for before, after in pairwise(usages))


def check_usages(usages: list[Usage], most_objects: int) -> None:
    for name in usages[0].keys() - {"objects", "bytes"}:
        assert len({usage[name] for usage in usages}) == 1, name
    assert find_growth(usages, "objects") <= most_objects


@pytest.fixture
def disable_logging() -> Iterator[None]:
    """Disable logging: records that pytest captures would grow."""
    logger = logging.getLogger("britive_scim")
    before = logger.level
    logger.setLevel(logging.WARNING)
    yield
    logger.setLevel(before)


@pytest.mark.usefixtures("disable_logging")
@pytest.mark.parametrize("sender", SENDERS)
def test_requests_leave_nothing_open(sender: str) -> None:
    usages = SENDERS[sender](96, 3)
    check_usages(usages, most_objects=48)
    assert usages[0]["connections"] == {"thread": 1, "tasks": CONNECTIONS}[sender]


@pytest.mark.proof
@pytest.mark.parametrize(("sender", "number"), [("thread", 20_000), ("tasks", 6_000)])
def test_100000_requests_leak_nothing(sender: str, number: int) -> None:
    """Four rounds in a process of its own; the memory must stop growing."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), sender, str(number), "4"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    usages: list[Usage] = json.loads(done.stdout)
    check_usages(usages, most_objects=100)
    if "bytes" in usages[0]:
        assert find_growth(usages, "bytes") <= 512 * 1024
