"""Upsert of many resources: bounded memory, failures reported one by one, and when a run stops."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.provisioning import Upserted, UpsertReport
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_list,
    make_response,
)
from support.tenant_callers import USER


def make_user(number: int, **attributes: Any) -> scim.User[scim.CustomUser]:
    user = scim.User.of(email=f"u{number}@acme.com", given_name="U", family_name=str(number))
    for name, value in {"external_id": f"U{number}", **attributes}.items():
        setattr(user, name, value)
    return user


def make_tenant(**capabilities: Any) -> Tenant:
    return Tenant(capabilities=Capabilities(**capabilities))


def get_stored(tenant: Tenant) -> list[dict[str, Any]]:
    return tenant.identity_providers["Okta"].users


async def test_upsert_many_reports_counts() -> None:
    tenant = make_tenant()
    okta = tenant.identity_providers["Okta"]
    okta.add_user({"schemas": [USER], "userName": "u1@acme.com"})
    async with tenant.async_scim_client("Okta") as client:
        await client.users.upsert(make_user(2))
        await client.users.upsert(make_user(3))
        await client.users.upsert(make_user(4))
        wanted = [
            make_user(0),
            make_user(1),
            make_user(2),
            make_user(3, title="Guide"),
            make_user(4, user_name="new@acme.com"),
        ]
        report = await client.users.upsert_many(wanted)
        again = await client.users.upsert_many(iter(wanted))
    assert (report.created, report.adopted, report.unchanged) == (1, 1, 1)
    assert (report.updated, report.renamed, report.read) == (1, 1, 5)
    assert report.ok
    assert report.stopped is None
    assert str(report) == "5 read: 1 created, 1 adopted, 1 renamed, 1 updated, 1 unchanged"
    report.raise_for_failures()
    assert (again.unchanged, again.read) == (5, 5)
    assert len(get_stored(tenant)) == 5


@pytest.mark.heavy
@each_value(
    "capabilities",
    [
        {"filterable": ("userName", "displayName")},
        {"filters": "ignored"},
        {"filters": "refused"},
        {"unmapped_attributes": "dropped", "user_name_case": "lower"},
        {"patch": False},
    ],
)
async def test_upsert_many_comes_to_rest(capabilities: dict[str, Any]) -> None:
    tenant = make_tenant(**capabilities)
    wanted = [make_user(n, title="Guide", user_name=f"U{n}@acme.com") for n in range(8)]
    async with tenant.async_scim_client("Okta") as client:
        first = await client.users.upsert_many(wanted)
        assert (first.created, first.ok) == (8, True)
        start = len(tenant.requests)
        second = await client.users.upsert_many(wanted)
    assert (second.unchanged, second.ok) == (8, True)
    assert first.unkept == second.unkept
    assert {request.method for request in tenant.requests[start:]} == {"GET"}
    assert len(get_stored(tenant)) == 8


async def test_upsert_many_reads_list_once() -> None:
    """One listing for a run, not one for each user."""
    tenant = make_tenant(filterable=("userName", "displayName"))
    async with tenant.async_scim_client("Okta") as client:
        await client.users.upsert_many([make_user(n) for n in range(15)])
        report = await client.users.upsert_many(
            [make_user(n, user_name=f"new{n}@acme.com") for n in range(15)]
        )
    assert report.renamed == 15
    listings = [r for r in tenant.requests if "attributes" in dict(r.query)]
    assert 1 <= len(listings) <= 2  # a page, and the proof of its total
    assert len(get_stored(tenant)) == 15


async def test_upsert_many_failure_does_not_stop_the_rest() -> None:
    """R6: a failure belongs to one person, and is reported with the key and the words of the server."""
    tenant = make_tenant()
    bad = scim.User(user_name="bad@acme.com", external_id="BAD")
    wanted: list[Any] = [make_user(0), bad, scim.User(), {"userName": "x"}, make_user(1)]
    async with tenant.async_scim_client("Okta") as client:
        report = await client.users.upsert_many(wanted)
    assert (report.created, report.ok, report.stopped) == (2, False, None)
    assert [(f.position, f.key) for f in report.failures] == [(1, "BAD"), (2, None), (3, None)]
    refused, invalid, other = (failure.error for failure in report.failures)
    assert isinstance(refused, errors.BadRequest)
    assert "mandatory attributes" in str(refused)
    assert isinstance(invalid, errors.InvalidResource)
    assert "from_wire" in str(other)
    assert refused.__traceback__ is None
    lines = str(report).splitlines()
    assert lines[0] == "5 read: 2 created, 3 failed"
    assert lines[1].startswith("1 (BAD): POST /Users: HTTP 400")
    with pytest.raises(errors.BadRequest) as caught:
        report.raise_for_failures()
    assert caught.value.__notes__ == ["3 of 5 resources failed"]


async def test_upsert_many_refuses_second_of_equal_keys() -> None:
    tenant = make_tenant()
    wanted = [
        make_user(1),
        make_user(2),
        make_user(3, external_id="U1"),
        make_user(4, user_name="U2@ACME.com"),
    ]
    async with tenant.async_scim_client("Okta") as client:
        report = await client.users.upsert_many(wanted)
    assert report.created == 2
    assert [failure.position for failure in report.failures] == [2, 3]
    assert "each external_id once" in str(report.failures[0].error)
    assert "each user_name once" in str(report.failures[1].error)
    assert len(get_stored(tenant)) == 2


async def test_upsert_many_people_may_share_an_address() -> None:
    tenant = make_tenant()
    emails = [scim.Email(value="team@acme.com", type="work")]
    wanted = [make_user(1, emails=emails), make_user(2, emails=emails)]
    async with tenant.async_scim_client("Okta") as client:
        report = await client.users.upsert_many(wanted, match=("external_id", "user_name", "email"))
    assert report.read == 2
    assert not any("once" in str(failure.error) for failure in report.failures)


async def test_upsert_many_takes_items_as_they_are_worked_on() -> None:
    """The input may be of any length: at most `concurrency` items are taken and not done."""
    tenant = make_tenant()
    taken: list[int] = []
    done: list[str] = []
    most = 0

    def generate() -> Iterator[scim.User[scim.CustomUser]]:
        nonlocal most
        for number in range(20):
            taken.append(number)
            most = max(most, len(taken) - len(done))
            yield make_user(number)

    def record(result: Upserted[scim.User[scim.CustomUser]]) -> None:
        done.append(result.resource.external_id or "")

    async with tenant.async_scim_client("Okta") as client:
        report = await client.users.upsert_many(generate(), concurrency=4, on_result=record)
    assert report.created == 20
    assert sorted(done) == sorted(f"U{n}" for n in range(20))
    assert most <= 4 + 1  # one may be taken while its predecessor is recorded


async def test_upsert_many_works_concurrently() -> None:
    """As many resources as allowed are worked on at a time."""
    lock = threading.Lock()
    server = CountingServer(lock)
    async with AsyncScimClient(URL, TOKEN, transport=server) as client:
        report = await client.users.upsert_many((make_user(n) for n in range(12)), concurrency=3)
    assert report.created == 12
    assert len(server.posted) == 12


class CountingServer(FakeScimServer):
    """Server that creates every user."""

    def __init__(self, lock: Any) -> None:
        super().__init__(self.respond)
        self.lock = lock
        self.posted: list[str] = []

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return make_list()
        body = json.loads(request.content)
        with self.lock:
            self.posted.append(body["userName"])
        return make_response(201, {**body, "id": f"id{body['userName']}"})


async def test_upsert_many_takes_iterables_of_the_client() -> None:
    """An async client also takes an asynchronous iterable."""
    tenant = make_tenant()

    class Source:
        async def __aiter__(self) -> Any:
            for number in range(3):
                yield make_user(number)

    async with tenant.async_scim_client("Okta") as client:
        report = await client.users.upsert_many(Source())
    assert report.created == 3


async def test_upsert_many_error_of_input_is_raised_at_the_end() -> None:
    tenant = make_tenant()

    def generate() -> Iterator[scim.User[scim.CustomUser]]:
        yield make_user(0)
        yield make_user(1)
        raise OSError("disk")

    async with tenant.async_scim_client("Okta") as client:
        with pytest.raises(OSError, match="disk") as caught:
            await client.users.upsert_many(generate())
    assert caught.value.__notes__ == ["upsert_many: 2 read: 2 created"]
    assert len(get_stored(tenant)) == 2


async def test_upsert_many_error_of_callback_is_raised_at_the_end() -> None:
    tenant = make_tenant()

    def fail(result: Upserted[scim.User[scim.CustomUser]]) -> None:
        raise LookupError(result.action)

    async with tenant.async_scim_client("Okta") as client:
        with pytest.raises(LookupError, match="created") as caught:
            await client.users.upsert_many(
                (make_user(n) for n in range(100)), concurrency=2, on_result=fail
            )
    assert len(get_stored(tenant)) < 10
    assert "read" in caught.value.__notes__[0]


async def test_upsert_many_other_error_is_raised() -> None:
    """An error of the caller's code, such as a token function, ends the run."""

    def get_token() -> str:
        raise LookupError("vault")

    async with AsyncScimClient(URL, get_token, transport=FakeScimServer(make_list())) as client:
        with pytest.raises(LookupError, match="vault"):
            await client.users.upsert_many([make_user(0)])


# ------------------------------------------------------------------------------------------ stopping


async def run_against(status: int, count: int = 40, **more: Any) -> tuple[UpsertReport, int]:
    """Return the report of a run whose POST requests get this status, and their number."""

    def respond(request: httpx.Request) -> httpx.Response:
        return make_list() if request.method == "GET" else make_error(status, **more)

    server = FakeScimServer(respond)
    async with AsyncScimClient(
        URL,
        TOKEN,
        transport=server,
        retry=RetryPolicy.none(),
        settings=Settings(clock=FakeClock()),
    ) as client:
        report = await client.users.upsert_many((make_user(n) for n in range(count)), concurrency=1)
    return report, sum(line.startswith("POST") for line in server.lines)


@each_value("status, posts, message", [
    (401, 1, "the token was rejected"),
    (403, 1, "refused"),
    (500, 10, "10 changes failed in a row"),
    (503, 10, "10 changes failed in a row"),
])  # fmt: skip
async def test_upsert_many_stops(status: int, posts: int, message: str) -> None:
    """R6: only what concerns everybody stops a run."""
    report, sent = await run_against(status)
    assert sent == posts
    assert report.read == posts
    assert report.stopped is not None
    assert message in report.stopped
    assert not report.ok
    assert "stopped: " in str(report)


async def test_upsert_many_bad_requests_do_not_stop() -> None:
    report, sent = await run_against(400, count=15)
    assert sent == 15
    assert report.stopped is None
    assert len(report.failures) == 15


# --------------------------------------------------------------------------------------------- input


async def test_upsert_many_refuses_bad_input_before_sending() -> None:
    tenant = make_tenant()
    bad: list[tuple[Any, dict[str, Any], str]] = [
        (make_user(0), {}, "resources must be several resources, got User"),
        ("ana", {}, "got str"),
        ({"userName": "x"}, {}, "got dict"),
        (None, {}, "got NoneType"),
        ([], {"concurrency": 0}, "concurrency must be an integer from 1 to 64"),
        ([], {"concurrency": 65}, "concurrency must be an integer from 1 to 64"),
        ([], {"match": ("name",)}, "match must contain known keys"),
        ([], {"adopt": None}, "adopt must be"),
    ]
    async with tenant.async_scim_client("Okta") as client:
        for resources, options, message in bad:
            with pytest.raises(errors.InputError, match=message):
                await client.users.upsert_many(resources, **options)
        report = await client.users.upsert_many([])
    assert str(report) == "0 read: nothing done"
    assert report.ok
    assert not tenant.requests


async def test_upsert_many_dry_run_sends_nothing() -> None:
    tenant = make_tenant()
    async with tenant.async_scim_client("Okta") as client:
        await client.users.upsert(make_user(0))
        with client.dry_run() as sent:
            report = await client.users.upsert_many([make_user(0), make_user(1, title="Guide")])
    assert (report.created, report.unchanged) == (1, 1)
    assert len(sent) == 1
    assert len(get_stored(tenant)) == 1
