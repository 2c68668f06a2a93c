"""Calls with several faults: the error reports the possible effect of the first one."""

import json
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    Step,
    make_error,
    make_list,
    make_response,
    make_user,
)

ANA = scim.User(user_name="u1@example.com")


def client_of(
    script: FakeScimServer, clock: FakeClock | None = None, **more: Any
) -> AsyncScimClient:
    settings = Settings(clock=clock or FakeClock(), **more)
    return AsyncScimClient(URL, TOKEN, transport=script, settings=settings)


def lost() -> Step:
    return httpx.ReadError("Connection reset")


def refused() -> Step:
    return httpx.ConnectError("[Errno 111] Connection refused")


def throttled() -> Step:
    return make_error(503, headers={"Retry-After": "1"})


async def test_deletion_acted_upon_then_refused_does_not_say_unsent() -> None:
    """The user is gone, though every later attempt finds no connection."""
    tenant = Tenant("acme")
    async with tenant.async_scim_client("Okta") as okta:
        ana = await okta.users.create(
            scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        )
        tenant.faults.add(method="DELETE", cut="after")
        tenant.faults.add(method="DELETE", cut="connect", times=None)
        with pytest.raises(errors.TransportError) as caught:
            await okta.users.delete(ana)
        assert await okta.users.find_by_user_name("ana@acme.com") is None
    error = caught.value
    assert (error.sent, error.may_have_happened) == (None, True)
    assert error.uncertain_request == f"DELETE /Users/{ana.id}"
    assert f"DELETE /Users/{ana.id} may have been processed" in str(error)
    assert "nothing was sent" not in str(error).lower()


CHANGES: dict[str, Callable[[AsyncScimClient], Any]] = {
    "PUT": lambda c: c.users.replace(scim.User(id="1", user_name="u1@example.com")),
    "DELETE": lambda c: c.users.delete("1"),
}


@each_value("method", CHANGES)
async def test_change_refused_after_lost_response_may_have_happened(method: str) -> None:
    for later in (make_error(401), make_error(403), make_error(429), make_error(409), refused()):
        for first in (lost(), make_error(502), throttled()):
            async with client_of(FakeScimServer(first, later)) as client:
                with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
                    await CHANGES[method](client)
            error: Any = caught.value
            assert error.may_have_happened
            assert error.to_dict()["may_have_happened"] is True
            assert error.uncertain_request == f"{method} /Users/1"


@pytest.mark.parametrize("first", [refused, lambda: make_error(429)], ids=["unsent", "429"])
async def test_change_refused_after_certain_failure_did_not_happen(first: Any) -> None:
    for call in CHANGES.values():
        async with client_of(FakeScimServer(first(), make_error(403))) as client:
            with pytest.raises(errors.Forbidden) as caught:
                await call(client)
        assert not caught.value.may_have_happened
        assert caught.value.uncertain_request is None


async def test_create_refused_after_503_is_looked_up() -> None:
    """The gateway that requested a wait may have forwarded the request."""
    for later in (make_error(400), make_error(403), httpx.ConnectError("refused")):
        script = FakeScimServer(throttled(), *[later] * 4, make_list(make_user(1)))
        if isinstance(later, httpx.Response):
            script.steps[1:5] = [later]
        async with client_of(script) as client:
            assert (await client.users.create(ANA)).id == "1"


async def test_create_refused_after_503_and_missing_may_have_happened() -> None:
    script = FakeScimServer(throttled(), make_error(400), make_list())
    async with client_of(script) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.users.create(ANA)
    assert caught.value.may_have_happened
    assert script.lines == ["POST /Users"] * 2 + ["GET /Users"] * 3


async def test_511_after_lost_response_does_not_say_unchanged() -> None:
    async with client_of(FakeScimServer(lost(), make_error(511))) as client:
        with pytest.raises(errors.ServerError, match="may have been processed") as caught:
            await client.users.delete("1")
    assert "nothing was changed" not in str(caught.value)
    assert caught.value.may_have_happened
    async with client_of(FakeScimServer(make_error(511))) as client:
        with pytest.raises(errors.ServerError, match=r"nothing was changed$"):
            await client.users.delete("1")


async def test_search_is_never_uncertain() -> None:
    """A search by POST changes nothing."""
    for steps in ((throttled(), make_error(400)), (lost(),)):
        script = FakeScimServer(*steps)
        async with client_of(script) as client:
            with pytest.raises((errors.BadRequest, errors.TransportError)) as caught:
                await client.users.search().first()
        assert not caught.value.may_have_happened


QUERIES: dict[str, Callable[[AsyncAdminClient], Any]] = {
    "POST /api/users/minimized-user-details": lambda b: b.users.list_minimized(["u1"]),
    "POST /api/user-tags/minimized-tag-details": lambda b: b.tags.list_minimized(["t1"]),
}


@each_value("line", QUERIES)
async def test_query_of_admin_api_is_never_uncertain(line: str) -> None:
    """A query by POST changes nothing; only the operation knows that."""
    for fault in (lost(), make_error(500), make_error(502), make_response(200, b"<html>")):
        script = FakeScimServer(fault)
        async with AsyncAdminClient(
            "acme", TOKEN, transport=script, retry=RetryPolicy.none()
        ) as britive:
            with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
                await QUERIES[line](britive)
        assert script.lines == [line]
        assert (caught.value.may_have_happened, caught.value.uncertain_request) == (False, None)
        assert "check before" not in str(caught.value)
        assert not pickle.loads(pickle.dumps(caught.value)).may_have_happened


# ----------------------------------------------------------------------------------- other 5xx statuses


@each_value("status", [500, 506, 507, 508, 520, 521, 522, 525, 527, 530, 599])
async def test_server_error_is_uncertain_for_writes(status: int) -> None:
    html = make_response(status, b"<html>origin</html>")
    async with client_of(FakeScimServer(html)) as client:
        with pytest.raises(errors.ServerError, match="unknown whether the change") as caught:
            await client.users.delete("1")
        assert caught.value.may_have_happened
    script = FakeScimServer(html, make_list(make_user(1)))
    async with client_of(script) as client:
        assert (await client.users.create(ANA)).id == "1"
    script = FakeScimServer(html, make_response(200, make_user(1)))
    async with client_of(script) as client:
        assert (await client.users.get("1")).id == "1"
    assert script.lines == ["GET /Users/1"] * 2


@each_value("status", [501, 505, 511])
async def test_refusing_server_error_did_not_happen(status: int) -> None:
    """Message and property agree."""
    for call in CHANGES.values():
        script = FakeScimServer(make_error(status))
        async with client_of(script) as client:
            with pytest.raises(errors.ServerError) as caught:
                await call(client)
        assert not caught.value.may_have_happened
        assert "unknown whether" not in str(caught.value)
        assert len(script.sent) == 1


# ------------------------------------------------------------------------------------------------- total


async def test_attempt_delayed_beyond_total_does_not_start() -> None:
    """The pause that another call caused is longer than the total of this one."""
    clock = FakeClock()

    async with client_of(FakeScimServer(make_response(200, make_user(1))), clock) as client:

        def fail_and_pause(_: httpx.Request) -> httpx.Response:
            client._session.pause(500)
            return make_error(502)

        script = FakeScimServer(fail_and_pause)
        client._session._connection_pool._transport = script
        started = clock.time
        with pytest.raises(errors.ServerError) as caught:
            await client.users.get("1")
    assert caught.value.status == 502
    assert len(script.sent) == len(clock.slept) == 1
    assert clock.time - started <= 60


async def test_attempt_started_late_by_rate_limit_is_not_sent() -> None:
    clock = FakeClock()
    script = FakeScimServer(make_error(502))
    async with client_of(script, clock, rate_limit=0.05) as client:  # one request in 20 s
        with pytest.raises(errors.ServerError):
            await client.users.get("1", retry=RetryPolicy(attempts=9, total=30))
    assert len(script.sent) == 2  # at 0 and 20 s


async def test_lost_change_is_not_sent_again_after_total() -> None:
    """The result may be read after the total, but not written again."""
    clock = FakeClock()

    def read_slowly(_: httpx.Request) -> httpx.Response:
        clock.time += 70
        return make_response(200, make_user(1))

    script = FakeScimServer(lost(), read_slowly)
    async with client_of(script, clock) as client:
        with pytest.raises(errors.ConnectionFailed):
            await client.users.patch("1", {"title": "CTO"})
    assert script.lines == ["PATCH /Users/1", "GET /Users/1"]


async def test_lost_change_is_read_though_total_is_over() -> None:
    clock = FakeClock()

    def lose_slowly(_: httpx.Request) -> httpx.Response:
        clock.time += 70
        raise httpx.ReadTimeout("slow")

    script = FakeScimServer(lose_slowly, make_response(200, make_user(1, title="CTO")))
    async with client_of(script, clock) as client:
        assert (await client.users.patch("1", {"title": "CTO"})).title == "CTO"


async def test_late_look_ups_of_lost_creation_are_left_out() -> None:
    clock = FakeClock()

    def lose_slowly(_: httpx.Request) -> httpx.Response:
        clock.time += 58
        raise httpx.ReadTimeout("slow")

    script = FakeScimServer(lose_slowly, make_list())
    async with client_of(script, clock) as client:
        with pytest.raises(errors.TimedOut):
            await client.users.create(ANA)
    assert script.lines == ["POST /Users", "GET /Users", "GET /Users"]


def test_errors_with_done_ids_may_have_happened() -> None:
    """A call of several requests had an effect once one of them was acknowledged."""
    refusal = errors.Forbidden("no", status=403, method="PATCH", path="/Groups/g1")
    assert not refusal.may_have_happened
    refusal.done = ("a",)
    assert refusal.may_have_happened
    assert refusal.uncertain_request == "PATCH /Groups/g1"
    assert json.loads(json.dumps(refusal.to_dict()))["may_have_happened"] is True


# --------------------------------------------------------------------------------- calls of several requests


async def test_ensure_refused_after_conflict_may_have_happened() -> None:
    script = FakeScimServer(
        make_list(), throttled(), make_error(409), *[make_list()] * 3, make_error(403)
    )
    async with client_of(script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.users.ensure(ANA)
    assert caught.value.uncertain_request == "POST /Users"
    assert caught.value.may_have_happened


async def test_replace_without_nulls_keeps_earlier_uncertainty() -> None:
    script = FakeScimServer(lost(), make_error(400), make_error(403))
    async with client_of(script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.users.replace(scim.User(id="1", user_name="u1@example.com", title=None))
    assert ["title" in body for body in script.bodies] == [True, True, False]
    assert caught.value.uncertain_request == "PUT /Users/1"


async def test_set_up_refused_after_first_step_may_have_happened() -> None:
    tenant = Tenant("acme")
    async with tenant.async_admin_client() as britive:
        tenant.faults.add(403, method="POST", path="*/scim-token")
        with pytest.raises(errors.Forbidden) as caught:
            await britive.set_up_provisioning("Okta 2")
        assert any(step.is_change for step in caught.value.steps)
        assert caught.value.may_have_happened
        assert caught.value.uncertain_request == "POST /api/identity-providers"
        assert "had acknowledged POST /api/identity-providers" in str(caught.value)
        tenant.faults.add(403, method="GET")
        with pytest.raises(errors.Forbidden) as caught:
            await britive.set_up_provisioning("Okta 3")
    assert not caught.value.may_have_happened
