# Generated from tests/aio/test_scim_create_recovery.py by tools/unasync.py; edit that file instead.
"""Recovery of a creation whose response was lost or is unreadable: the user found must be the created one."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Tenant
from support.each_value import each_value
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


def make_search_response(
    created: datetime | None, *, date: datetime | None = NOW, **more: Any
) -> httpx.Response:
    """Return a ListResponse with the user, created at this time, and this Date header."""
    if created is not None:
        more["meta"] = {"created": created.isoformat()}
    response = make_list(make_user(1, externalId="00u1", **more))
    if date is not None:
        response.headers["Date"] = format_datetime(date, usegmt=True)
    return response


def client_of(*steps: Any, clock: FakeClock | None = None, **options: Any) -> ScimClient:
    settings = Settings(clock=clock or FakeClock())
    return ScimClient(
        URL, TOKEN, transport=FakeScimServer(*steps), settings=settings, **options
    )


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=4), -timedelta(hours=1)], ids=str)
def test_create_recovers_user_created_during_call(age: timedelta) -> None:
    with client_of(LOST, make_search_response(NOW - age)) as okta:
        assert (okta.users.create(ANA)).id == "1"


def test_create_recovers_user_without_created_date() -> None:
    with client_of(LOST, make_search_response(None)) as okta:
        assert (okta.users.create(ANA)).id == "1"


def test_create_ignores_user_older_than_call() -> None:
    with client_of(LOST, make_search_response(NOW - timedelta(minutes=10))) as okta:
        with pytest.raises(errors.TimedOut) as caught:
            okta.users.create(ANA)
    assert caught.value.may_have_happened
    assert caught.value.uncertain_request == "POST /Users"
    assert caught.value.to_dict()["uncertain_request"] == "POST /Users"


@pytest.mark.parametrize(
    ("stored", "is_recovered"),
    [(["a@acme.com"], False), (["b@acme.com", "a@acme.com"], True)],
    ids=str,
)
def test_create_recovers_user_only_with_every_list_value(
    stored: list[str], is_recovered: bool
) -> None:
    wanted = scim.User(
        user_name="u1@example.com",
        emails=[scim.Email(value="a@acme.com"), scim.Email(value="b@acme.com")],
    )
    record = make_user(1, emails=[{"value": value} for value in stored])
    with client_of(LOST, make_list(record)) as okta:
        if is_recovered:
            assert (okta.users.create(wanted)).id == "1"
        else:
            with pytest.raises(errors.TimedOut):
                okta.users.create(wanted)


def test_create_without_external_id_does_not_return_user_with_one() -> None:
    """A user of this name that has an `externalId` belongs to another source."""
    with client_of(LOST, make_search_response(None)) as okta:
        with pytest.raises(errors.TimedOut) as caught:
            okta.users.create(scim.User(user_name="u1@example.com"))
    assert caught.value.may_have_happened


def test_create_recovery_without_date_header_uses_own_clock() -> None:
    now = datetime.now(UTC)
    with client_of(LOST, make_search_response(now, date=None)) as okta:
        assert (okta.users.create(ANA)).id == "1"
    with client_of(LOST, make_search_response(now - timedelta(hours=1), date=None)) as okta:
        with pytest.raises(errors.TimedOut):
            okta.users.create(ANA)


def test_create_recovery_measures_age_from_first_attempt() -> None:
    clock = FakeClock()

    def time_out_after_600_seconds(request: httpx.Request) -> httpx.Response:
        clock.sleep(600)
        raise LOST

    with client_of(
        time_out_after_600_seconds, make_search_response(NOW - timedelta(minutes=10)), clock=clock
    ) as okta:
        assert (okta.users.create(ANA)).id == "1"


def test_create_recovery_uses_clock_of_emulated_tenant() -> None:
    tenant = Tenant()
    tenant.clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    okta = tenant.identity_providers["Okta"]
    transport = tenant.transport()
    with ScimClient(okta.scim_url, okta.scim_token, transport=transport) as scim_client:
        tenant.faults.add(cut="after", method="POST")
        wanted = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        assert (scim_client.users.create(wanted)).id


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
def test_create_recovery_waits_follow_retry_policy(
    policy: RetryPolicy | None, waits: list[float]
) -> None:
    clock = FakeClock()
    script = FakeScimServer(LOST, make_list())
    settings = Settings(clock=clock)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        with pytest.raises(errors.TimedOut):
            okta.users.create(scim.User(user_name="a"), retry=policy)
    assert clock.slept == waits
    assert len(script.sent) == 2 + len(waits)


def test_create_recovery_looks_up_once_after_each_wait() -> None:
    script = FakeScimServer(LOST, make_error(503))
    settings = Settings(clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        with pytest.raises(errors.TimedOut):
            okta.users.create(ANA)
    assert script.lines == ["POST /Users", *["GET /Users"] * 3]


def test_create_recovery_ends_at_a_page_instead_of_a_list() -> None:
    script = FakeScimServer(LOST, make_response(200, b"<html>log in</html>"))
    settings = Settings(clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        with pytest.raises(errors.TimedOut):
            okta.users.create(ANA)
    assert script.lines == ["POST /Users", "GET /Users"]


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
def test_create_with_unreadable_response_is_recovered(body: bytes, status: int) -> None:
    with client_of(make_response(status, body), make_search_response(NOW)) as okta:
        assert (okta.users.create(ANA)).id == "1"


def test_create_with_unreadable_response_not_found_raises() -> None:
    with client_of(make_response(201, b"<html>"), make_list()) as okta:
        with pytest.raises(errors.UnexpectedResponse, match="HTML") as caught:
            okta.users.create(ANA)
    assert caught.value.may_have_happened
    assert caught.value.to_dict()["may_have_happened"] is True


@each_value("status", [200, 202, 204])
def test_create_with_empty_response_raises_with_status(status: int) -> None:
    with client_of(
        make_response(status, headers={"X-Request-Id": "r1"}), make_list()
    ) as okta:
        with pytest.raises(errors.UnexpectedResponse, match="contains no resource") as caught:
            okta.users.create(ANA)
    assert caught.value.status == status
    assert caught.value.request_id == "r1"
    assert caught.value.may_have_happened


def test_failed_read_has_may_have_happened_false() -> None:
    with client_of(make_response(200, b"<html>")) as okta:
        for read in (lambda: okta.users.get("1"), lambda: okta.users.search().first()):
            with pytest.raises(errors.UnexpectedResponse) as caught:
                read()
            assert not caught.value.may_have_happened
    with client_of(make_error(400)) as okta:
        with pytest.raises(errors.BadRequest) as bad_request:
            okta.users.create(ANA)
        assert bad_request.value.may_have_happened is False
