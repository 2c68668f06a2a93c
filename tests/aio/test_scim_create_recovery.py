"""A creation whose answer was lost, or does not read: what is found is returned only if it is ours."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Tenant
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_list,
    make_response,
    make_user,
)

LOST = httpx.ReadTimeout("")
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
ANA = scim.User(user_name="u1@example.com", external_id="00u1")


def found(created: datetime | None, *, date: datetime | None = NOW, **more: Any) -> httpx.Response:
    """Return a list that holds the user, made at a time, from a server whose clock says `date`."""
    if created is not None:
        more["meta"] = {"created": created.isoformat()}
    response = make_list(make_user(1, externalId="00u1", **more))
    if date is not None:
        response.headers["Date"] = format_datetime(date, usegmt=True)
    return response


def client(*steps: Any, clock: FakeClock | None = None, **options: Any) -> AsyncScimClient:
    settings = Settings(clock=clock or FakeClock())
    return AsyncScimClient(
        URL, TOKEN, transport=FakeScimServer(*steps), settings=settings, **options
    )


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=4), -timedelta(hours=1)], ids=str)
async def test_a_record_as_young_as_the_call_is_ours(age: timedelta) -> None:
    async with client(LOST, found(NOW - age)) as okta:
        assert (await okta.users.create(ANA)).id == "1"


async def test_a_record_that_does_not_say_when_it_was_made_is_ours() -> None:
    async with client(LOST, found(None)) as okta:
        assert (await okta.users.create(ANA)).id == "1"


async def test_a_record_clearly_older_than_the_call_is_not_ours() -> None:
    async with client(LOST, found(NOW - timedelta(minutes=10))) as okta:
        with pytest.raises(errors.TimedOut) as caught:
            await okta.users.create(ANA)
    assert caught.value.may_have_happened


@pytest.mark.parametrize(
    ("kept", "ours"), [(["a@acme.com"], False), (["b@acme.com", "a@acme.com"], True)], ids=str
)
async def test_record_found_by_name_is_ours_only_with_every_value_of_a_list(
    kept: list[str], ours: bool
) -> None:
    wanted = scim.User(
        user_name="u1@example.com",
        emails=[scim.Email(value="a@acme.com"), scim.Email(value="b@acme.com")],
    )
    record = make_user(1, emails=[{"value": one} for one in kept])
    async with client(LOST, make_list(record)) as okta:
        if ours:
            assert (await okta.users.create(wanted)).id == "1"
        else:
            with pytest.raises(errors.TimedOut):
                await okta.users.create(wanted)


async def test_without_a_date_of_the_server_our_own_clock_is_gone_by() -> None:
    now = datetime.now(UTC)
    async with client(LOST, found(now, date=None)) as okta:
        assert (await okta.users.create(ANA)).id == "1"
    async with client(LOST, found(now - timedelta(hours=1), date=None)) as okta:
        with pytest.raises(errors.TimedOut):
            await okta.users.create(ANA)


async def test_the_age_is_measured_from_the_first_try() -> None:
    clock = FakeClock()

    def late(request: httpx.Request) -> httpx.Response:
        clock.sleep(600)
        raise LOST

    async with client(late, found(NOW - timedelta(minutes=10)), clock=clock) as okta:
        assert (await okta.users.create(ANA)).id == "1"


async def test_an_emulated_tenant_tells_the_time_of_its_own_clock() -> None:
    tenant = Tenant()
    tenant.clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    okta = tenant.identity_providers["Okta"]
    transport = tenant.async_transport()
    async with AsyncScimClient(okta.scim_url, okta.scim_token, transport=transport) as scim_client:
        tenant.faults.add(cut="after", method="POST")
        wanted = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        assert (await scim_client.users.create(wanted)).id


# ------------------------------------------------------------------------------------- waiting


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (None, [1.0, 2.0]),
        (RetryPolicy(first_wait=0.01), [0.02, 0.04]),
        (RetryPolicy(max_wait=0.1), [0.1, 0.1]),
        (RetryPolicy(total=1.5), [1.0]),
        (RetryPolicy(total=2.5), [1.0]),
        (RetryPolicy(total=0), []),
        (RetryPolicy.none(), []),
    ],
    ids=str,
)
async def test_looking_again_keeps_to_the_policy(
    policy: RetryPolicy | None, waits: list[float]
) -> None:
    clock = FakeClock()
    script = FakeScimServer(LOST, make_list())
    settings = Settings(clock=clock)
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        with pytest.raises(errors.TimedOut):
            await okta.users.create(scim.User(user_name="a"), retry=policy)
    assert clock.slept == waits
    assert len(script.sent) == 2 + len(waits)


# ------------------------------------------------------------------------------------- unreadable


@pytest.mark.parametrize(
    "body",
    [
        b'{"schemas":["urn:ietf:params:scim:sch',
        b"<html>ok</html>",
        b"created",
        b"[]",
        b'{"ok":true}',
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [200, 201])
async def test_an_answer_that_does_not_read_is_looked_up(body: bytes, status: int) -> None:
    async with client(make_response(status, body), found(NOW)) as okta:
        assert (await okta.users.create(ANA)).id == "1"


async def test_an_answer_that_does_not_read_is_raised_where_nothing_is_found() -> None:
    async with client(make_response(201, b"<html>"), make_list()) as okta:
        with pytest.raises(errors.UnexpectedResponse, match="HTML") as caught:
            await okta.users.create(ANA)
    assert caught.value.may_have_happened
    assert caught.value.to_dict()["may_have_happened"] is True


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_an_answer_that_says_nothing_keeps_its_status(status: int) -> None:
    async with client(make_response(status, headers={"X-Request-Id": "r1"}), make_list()) as okta:
        with pytest.raises(errors.UnexpectedResponse, match="contains no resource") as caught:
            await okta.users.create(ANA)
    assert caught.value.status == status
    assert caught.value.request_id == "r1"
    assert caught.value.may_have_happened


async def test_reading_never_happened() -> None:
    async with client(make_response(200, b"<html>")) as okta:
        for read in (lambda: okta.users.get("1"), lambda: okta.users.search().first()):
            with pytest.raises(errors.UnexpectedResponse) as caught:
                await read()
            assert not caught.value.may_have_happened
    async with client(make_error(400)) as okta:
        with pytest.raises(errors.BadRequest) as refusal:
            await okta.users.create(ANA)
        assert refusal.value.may_have_happened is False
