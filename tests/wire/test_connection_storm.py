"""Many threads and many tasks, while a fifth of the requests meets something and connections go stale."""

import asyncio
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer, _RequestHandler

FAST = RetryPolicy(attempts=8, total=30, first_wait=0.002, throttle_wait=0.002, max_wait=0.02)
CONNECTIONS = 16

Call = tuple[str, str, tuple[Any, ...]]
"""HTTP method of a call, the name of its own method of `users`, and what that is given."""


class Closing(_RequestHandler):
    """Closes each connection after so many requests without a word: the client believes it open."""

    served = 0

    def handle_one_request(self) -> None:
        super().handle_one_request()
        self.served += 1
        if self.served == 25:
            self.close_connection = True


@contextmanager
def stormy(seed: int) -> Iterator[Tenant]:
    """Serve a tenant where a fifth of the requests meets trouble, and idle connections are closed."""
    tenant = Tenant(seed=seed)
    server = TenantServer(tenant)
    server._server.RequestHandlerClass = Closing
    with server:
        for fault in (
            {"status": 429, "headers": {"Retry-After": "0"}},
            {"status": 503},
            {"status": 503, "body": "<html>"},
            {"cut": "before"},
            {"cut": "after"},
        ):
            tenant.faults.add(times=None, probability=0.0436, **fault)
        yield tenant


@dataclass
class Notes:
    """What one thread or task saw.

    Attributes:
        there: names of users that were created and not deleted.
        gone: names of users that were deleted.
        unsure: names whose creation or deletion ended in an error.
        seen: how often each error was met.
        wrong: errors that the table of faults does not have.
    """

    there: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, errors.BritiveScimError]] = field(default_factory=list)

    def judge(self, method: str, error: errors.BritiveScimError) -> None:
        """Note an error, and whether it may come of a call with this method."""
        self.seen[f"{method} {type(error).__name__}"] += 1
        used_up = getattr(error, "attempts", None) == FAST.attempts
        lost = isinstance(error, errors.TransportError | errors.ServerError)
        may = used_up and (lost or isinstance(error, errors.RateLimited))
        if not may and not (lost and method in ("POST", "PATCH")):
            self.wrong.append((method, error))


def life(number: int, calls: int, notes: Notes) -> Generator[Call, Any, None]:
    """Yield the calls of one thread or task; what came of each is sent back."""
    user: Any = None
    for n in range(calls):
        if user is None:
            name = f"u{number}-{n}@acme.com"
            new = scim.User.of(email=name, given_name="U", family_name=str(n), external_id=name)
            made = yield "POST", "create", (new,)
            if isinstance(made, errors.BritiveScimError):
                notes.unsure.add(name)
            else:
                notes.there.add(name)
                user = made
        elif n % 40 == 39:
            name = user.user_name
            end = yield "DELETE", "delete", (user,)
            notes.there.remove(name)
            (notes.unsure if isinstance(end, errors.BritiveScimError) else notes.gone).add(name)
            user = None
        elif n % 10 == 3:
            yield "PATCH", "patch", (user, {"title": f"No {n}"})
        elif n % 10 == 6:
            yield "PUT", "replace", (user,)
        else:
            read = yield "GET", "get", (user,)
            if not isinstance(read, errors.BritiveScimError):
                assert read.id == user.id


def lived(client: ScimClient, number: int, calls: int) -> Notes:
    notes, answer = Notes(), None
    steps = life(number, calls, notes)
    while True:
        try:
            method, name, given = steps.send(answer)
        except StopIteration:
            return notes
        try:
            answer = getattr(client.users, name)(*given)
        except errors.BritiveScimError as error:
            notes.judge(method, error)
            answer = error


async def lived_as_task(client: AsyncScimClient, number: int, calls: int) -> Notes:
    notes, answer = Notes(), None
    steps = life(number, calls, notes)
    while True:
        try:
            method, name, given = steps.send(answer)
        except StopIteration:
            return notes
        try:
            answer = await getattr(client.users, name)(*given)
        except errors.BritiveScimError as error:
            notes.judge(method, error)
            answer = error


def hold(tenant: Tenant, notes: list[Notes], free_places: int) -> None:
    """Compare what the callers saw with what the server has."""
    wrong = [one for each in notes for one in each.wrong]
    assert wrong == []
    assert free_places == CONNECTIONS
    faults = sum(exchange.has_fault for exchange in tenant.requests)
    assert faults > 0.1 * len(tenant.requests)
    tenant.faults.clear()
    provider = tenant.identity_providers["Okta"]
    with ScimClient(provider.scim_url, provider.scim_token) as calm:
        kept = Counter(user.user_name or "" for user in calm.users.list(page_size=200))
    assert [name for name, times in kept.items() if times > 1] == []
    there = set().union(*(each.there for each in notes))
    gone = set().union(*(each.gone for each in notes))
    unsure = set().union(*(each.unsure for each in notes))
    assert there <= kept.keys()
    assert not gone & kept.keys()
    assert kept.keys() - there <= unsure
    assert len(there | gone) > 2 * len(unsure)  # a create that met 503 is not sent again


def storm_of_threads(threads: int, calls: int) -> None:
    with stormy(11) as tenant:
        provider = tenant.identity_providers["Okta"]
        settings = Settings(max_connections=CONNECTIONS)
        client = ScimClient(provider.scim_url, provider.scim_token, retry=FAST, settings=settings)
        with client, ThreadPoolExecutor(threads) as pool:
            notes = list(pool.map(lambda number: lived(client, number, calls), range(threads)))
            free = len(client._session._connection_pool._connections.limiter._free_slots)
        hold(tenant, notes, free)


def storm_of_tasks(tasks: int, calls: int) -> None:
    async def main(url: str, token: Any) -> tuple[list[Notes], int]:
        settings = Settings(max_connections=CONNECTIONS)
        async with AsyncScimClient(url, token, retry=FAST, settings=settings) as client:
            notes = await asyncio.gather(*(lived_as_task(client, n, calls) for n in range(tasks)))
            return notes, len(client._session._connection_pool._connections.limiter._free_slots)

    with stormy(12) as tenant:
        provider = tenant.identity_providers["Okta"]
        notes, free = asyncio.run(main(provider.scim_url, provider.scim_token))
        hold(tenant, notes, free)


def test_threads_in_a_storm_see_only_what_the_table_allows() -> None:
    storm_of_threads(16, 20)


def test_tasks_in_a_storm_see_only_what_the_table_allows() -> None:
    storm_of_tasks(50, 6)


@pytest.mark.proof
def test_sixty_four_threads_of_five_hundred_calls_see_only_what_the_table_allows() -> None:
    storm_of_threads(64, 500)


@pytest.mark.proof
def test_five_hundred_tasks_see_only_what_the_table_allows() -> None:
    storm_of_tasks(500, 12)
