"""Many threads and tasks with faults in a fifth of the requests and closed idle connections."""

import asyncio
import logging
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer, _RequestHandler

FAST = RetryPolicy(attempts=8, total=600, first_wait=0.002, throttle_wait=0.002, max_wait=0.02)
"""Attempts decide: on a busy machine, a retry may wait long for one of the connections."""

CONNECTIONS = 16

Call = tuple[str, str, tuple[Any, ...]]
"""HTTP method of a call, name of the method of `users`, and its arguments."""


AFTER_FAULTS = errors.TransportError | errors.ServerError | errors.RateLimited
"""Errors that the faults of `serve_with_faults` cause."""


class ClosingHandler(_RequestHandler):
    """Handler that closes each connection after some requests without `Connection: close`."""

    served = 0

    def handle_one_request(self) -> None:
        super().handle_one_request()
        self.served += 1
        if self.served == 25:
            self.close_connection = True


@contextmanager
def serve_with_faults(seed: int) -> Iterator[Tenant]:
    """Serve a tenant with faults in a fifth of the requests, which closes idle connections."""
    tenant = Tenant(seed=seed)
    server = TenantServer(tenant)
    server._server.RequestHandlerClass = ClosingHandler
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
class Observations:
    """Results of one thread or task.

    Attributes:
        there: names of users that were created and not deleted.
        gone: names of users that were deleted.
        unsure: names whose creation or deletion ended in an error.
        seen: number of each error.
        wrong: errors that are not in the fault table.
    """

    there: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, errors.BritiveScimError]] = field(default_factory=list)

    def judge(self, method: str, error: errors.BritiveScimError) -> None:
        """Record an error, and whether a call with this method may raise it."""
        self.seen[f"{method} {type(error).__name__}"] += 1
        used_up = getattr(error, "attempts", None) == FAST.attempts
        lost = isinstance(error, errors.TransportError | errors.ServerError)
        may = used_up and (lost or isinstance(error, errors.RateLimited))
        if not may and not (lost and method in ("POST", "PATCH")):
            self.wrong.append((method, error))


class BudgetLog(logging.Handler):
    """Counter of the calls that were not retried because the client's retry budget was used up."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.calls += "the retry budget of this client is used up" in record.getMessage()

    def __enter__(self) -> Self:
        logging.getLogger("britive_scim").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("britive_scim").removeHandler(self)


def generate_calls(number: int, calls: int, notes: Observations) -> Generator[Call, Any, None]:
    """Yield the calls of one thread or task; each result is sent back."""
    user: Any = None
    for n in range(calls):
        if user is None:
            name = f"u{number}-{n}@acme.com"
            new = scim.User.of(email=name, given_name="U", family_name=str(n), external_id=name)
            created = yield "POST", "create", (new,)
            if isinstance(created, errors.BritiveScimError):
                notes.unsure.add(name)
            else:
                notes.there.add(name)
                user = created
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


def run_calls(client: ScimClient, number: int, calls: int) -> Observations:
    notes, response = Observations(), None
    steps = generate_calls(number, calls, notes)
    while True:
        try:
            method, name, given = steps.send(response)
        except StopIteration:
            return notes
        try:
            response = getattr(client.users, name)(*given)
        except errors.BritiveScimError as error:
            notes.judge(method, error)
            response = error


async def run_calls_as_task(client: AsyncScimClient, number: int, calls: int) -> Observations:
    notes, response = Observations(), None
    steps = generate_calls(number, calls, notes)
    while True:
        try:
            method, name, given = steps.send(response)
        except StopIteration:
            return notes
        try:
            response = await getattr(client.users, name)(*given)
        except errors.BritiveScimError as error:
            notes.judge(method, error)
            response = error


def check_observations(
    tenant: Tenant, notes: list[Observations], free_places: int, out_of_budget: int
) -> None:
    """Compare the results of the callers with the state of the server.

    Args:
        tenant: the tenant that was served.
        notes: results of the callers.
        free_places: connections that the client could still open.
        out_of_budget: calls that the retry budget of the client ended early. On a busy machine many
            retries wait at the same time, and the budget is meant to end further ones.
    """
    wrong = [item for each in notes for item in each.wrong]
    assert len(wrong) <= out_of_budget, wrong
    assert all(isinstance(error, AFTER_FAULTS) for _, error in wrong)
    assert free_places == CONNECTIONS
    faults = sum(exchange.has_fault for exchange in tenant.requests)
    assert faults > 0.1 * len(tenant.requests)
    tenant.faults.clear()
    provider = tenant.identity_providers["Okta"]
    with ScimClient(provider.scim_url, provider.scim_token) as calm:
        stored = Counter(user.user_name or "" for user in calm.users.list(page_size=200))
    assert [name for name, times in stored.items() if times > 1] == []
    there = set().union(*(each.there for each in notes))
    gone = set().union(*(each.gone for each in notes))
    unsure = set().union(*(each.unsure for each in notes))
    assert there <= stored.keys()
    assert not gone & stored.keys()
    assert stored.keys() - there <= unsure
    assert len(there | gone) > 2 * len(unsure)  # a create with status 503 is not retried


def run_threads(threads: int, calls: int) -> None:
    with serve_with_faults(11) as tenant:
        provider = tenant.identity_providers["Okta"]
        settings = Settings(max_connections=CONNECTIONS)
        client = ScimClient(provider.scim_url, provider.scim_token, retry=FAST, settings=settings)
        with BudgetLog() as log, client, ThreadPoolExecutor(threads) as pool:
            notes = list(pool.map(lambda number: run_calls(client, number, calls), range(threads)))
            free = client._session._connection_pool._connections.limiter.free
        check_observations(tenant, notes, free, log.calls)


def run_tasks(tasks: int, calls: int) -> None:
    async def main(url: str, token: Any) -> tuple[list[Observations], int]:
        settings = Settings(max_connections=CONNECTIONS)
        async with AsyncScimClient(url, token, retry=FAST, settings=settings) as client:
            notes = await asyncio.gather(
                *(run_calls_as_task(client, n, calls) for n in range(tasks))
            )
            return notes, client._session._connection_pool._connections.limiter.free

    with serve_with_faults(12) as tenant:
        provider = tenant.identity_providers["Okta"]
        with BudgetLog() as log:
            notes, free = asyncio.run(main(provider.scim_url, provider.scim_token))
        check_observations(tenant, notes, free, log.calls)


def test_threads_with_faults_see_only_allowed_errors() -> None:
    run_threads(12, 16)


def test_tasks_with_faults_see_only_allowed_errors() -> None:
    run_tasks(30, 6)


@pytest.mark.proof
def test_64_threads_with_faults_see_only_allowed_errors() -> None:
    run_threads(64, 100)


@pytest.mark.proof
def test_500_tasks_with_faults_see_only_allowed_errors() -> None:
    run_tasks(500, 12)
