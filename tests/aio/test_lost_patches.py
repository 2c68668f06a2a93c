"""PATCH requests whose response is lost: those that are verified, and those that are not."""

import random
from typing import Annotated, Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"


class Badge(scim.Complex):
    """Complex value with a part that is never returned."""

    number: str | None = None
    pin: Annotated[str | None, scim.NEVER_RETURNED] = None


class Worker(scim.User):
    """User with attributes that responses do not show."""

    badge: Badge | None = None
    code: Annotated[str | None, scim.WRITE_ONLY] = None


def client_of(script: FakeScimServer) -> AsyncScimClient:
    return AsyncScimClient(URL, TOKEN, transport=script, settings=Settings(clock=FakeClock()))


def op(name: str, path: str | None = None, value: Any = scim.UNSET) -> scim.PatchOperation:
    return scim.PatchOperation(name, path, value)


JUDGED: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "a null value": ([op("replace", "title", None)], {"title": "x"}, {}),
    "a whole list": (
        {"emails": [{"value": "a@b.example", "type": "work"}]},
        {"emails": [{"value": "c@b.example", "type": "work"}]},
        {"emails": [{"value": "a@b.example", "type": "work"}]},
    ),
    "an empty list": ({"emails": []}, {"emails": [{"value": "a@b.example"}]}, {}),
    "an object without path": (
        [op("replace", None, {"title": "x", "name.familyName": "Roe", "schemas": []})],
        {"title": "x", "name": {"familyName": "Doe"}},
        {"title": "x", "name": {"familyName": "Roe"}},
    ),
    "an attribute of an extension": (
        {f"{ENTERPRISE}:department": "Sales"},
        {},
        {ENTERPRISE: {"department": "Sales"}},
    ),
    "a whole extension": (
        [op("replace", ENTERPRISE, {"department": "Sales", "division": "EU"})],
        {ENTERPRISE: {"department": "Sales"}},
        {ENTERPRISE: {"department": "Sales", "division": "EU"}},
    ),
    "an extension in an object": (
        [op("replace", None, {ENTERPRISE: {"department": "Sales"}})],
        {ENTERPRISE: {"department": "Ops"}},
        {ENTERPRISE: {"department": "Sales"}},
    ),
    "an undeclared attribute of an open extension": (
        {f"{CUSTOM}:costCode": "c1"},
        {CUSTOM: {"costCode": "c2"}},
        {CUSTOM: {"costCode": "c1"}},
    ),
    "the case of a name": ({"userName": "Ana"}, {"userName": "ana"}, {"userName": "Ana"}),
}

UNJUDGED: dict[str, Any] = {
    "an addition to a list": [op("add", "emails", [{"value": "a@b.example"}])],
    "an addition without path": [op("add", None, {"title": "x"})],
    "a removal": [op("remove", "title")],
    "a removal by filter": [op("remove", 'emails[type eq "work"]')],
    "a replacement and an addition": [op("replace", "title", "x"), op("add", "nickName", "y")],
    "a password": {"password": "Correct horse 1"},
    "a password in an object": [op("replace", None, {"title": "x", "password": "Correct horse 1"})],
    "an addition to a list called members": [op("add", f"{CUSTOM}:members", [{"value": "a"}])],
    "an unknown attribute": [op("replace", None, {"shoeSize": 42})],
    "an unknown extension": [op("replace", "urn:acme:scim:2.0:User:shoeSize", 42)],
    "something that is no object": [op("replace", None, "x")],
}


@each_value("name", JUDGED)
async def test_lost_patch_is_verified_by_the_resource(name: str) -> None:
    changes, before, after = JUDGED[name]
    for body, repeats in ((after, 0), (before, 1)):
        script = FakeScimServer(
            httpx.ReadError("reset"),
            make_response(200, make_user(1, **body)),
            make_response(200, make_user(1, **after)),
        )
        async with client_of(script) as client:
            await client.users.patch("1", changes)
        assert script.lines == ["PATCH /Users/1", "GET /Users/1"] + ["PATCH /Users/1"] * repeats


@each_value("name", UNJUDGED)
async def test_lost_patch_of_other_kind_raises_without_reading(name: str) -> None:
    script = FakeScimServer(httpx.ReadError("reset"), make_response(200, make_user(1)))
    async with client_of(script) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            await client.users.patch("1", UNJUDGED[name])
    assert script.lines == ["PATCH /Users/1"]
    assert caught.value.may_have_happened


async def test_lost_patch_of_hidden_attributes_of_own_class_raises() -> None:
    for changes in ({"code": "7"}, {"badge.pin": "1234"}, {"badge": {"number": "1", "pin": "2"}}):
        script = FakeScimServer(make_error(500), make_response(200, make_user(1)))
        async with client_of(script) as client:
            with pytest.raises(errors.ServerError):
                await client.collection(Worker).patch("1", changes)
        assert script.lines == ["PATCH /Users/1"]
    script = FakeScimServer(
        make_error(500), make_response(200, make_user(1, badge={"number": "1"}))
    )
    async with client_of(script) as client:
        await client.collection(Worker).patch("1", {"badge": {"number": "1"}})
    assert script.lines == ["PATCH /Users/1", "GET /Users/1"]


async def test_lost_change_of_part_of_members_raises() -> None:
    """Only whole members are changed by their ids."""
    script = FakeScimServer(make_error(500))
    async with client_of(script) as client:
        for path in ('members[value eq "a"].type', "members.type"):
            with pytest.raises(errors.ServerError):
                await client.groups.patch("g1", [op("remove", path)])
    assert script.lines == ["PATCH /Groups/g1"] * 2


async def test_lost_edit_of_password_raises() -> None:
    """Additions and removals of an edit are verified, except values that the resource does not show."""

    def change(user: scim.User[Any]) -> None:
        user.title = None
        user.password = "Correct horse 1"

    script = FakeScimServer(
        make_response(200, make_user(1, title="x")),
        make_error(500),
        make_response(200, make_user(1)),
    )
    async with client_of(script) as client:
        with pytest.raises(errors.ServerError):
            await client.users.edit("1", change)
    assert script.lines == ["GET /Users/1", "PATCH /Users/1"]


async def test_pause_beyond_total_prevents_reading() -> None:
    """A 429 of another call requested ten minutes; the total of this call is one."""
    script = FakeScimServer(make_error(500))
    async with client_of(script) as client:

        def fail(_: httpx.Request) -> httpx.Response:
            client._session.pause(600)
            return make_error(500)

        script.steps[:] = [fail]
        with pytest.raises(errors.ServerError):
            await client.users.patch("1", {"title": "x"})
    assert script.lines == ["PATCH /Users/1"]


async def test_lost_patch_by_retries_of_other_call_keeps_budget() -> None:
    """Successful repetitions return their tokens to the retry budget."""
    script = FakeScimServer(make_response(200, make_user(1)))
    async with client_of(script) as client:
        full = client._session.retry_budget.remaining
        for _ in range(50):
            script.steps[:] = [
                make_error(500),
                make_response(200, make_user(1)),
                make_response(200, make_user(1, title="x")),
            ]
            await client.users.patch("1", {"title": "x"})
            script.steps[:] = [
                make_error(500),
                make_response(200, make_user(1)),
                make_error(500),
                make_response(200, make_user(1, title="x")),
            ]
            await client.users.patch("1", {"title": "x"})
        assert client._session.retry_budget.remaining == full
        while client._session.retry_budget.acquire("broken"):
            pass
        script.sent.clear()
        script.steps[:] = [make_error(500), make_response(200, make_user(1))]
        with pytest.raises(errors.ServerError):
            await client.users.patch("1", {"title": "x"})
    assert script.lines == ["PATCH /Users/1", "GET /Users/1"]


async def test_lost_patch_waits_as_the_server_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy server has its own window; `Retry-After` is used for the statuses of gateways, but not for 500."""
    monkeypatch.setattr(random, "uniform", lambda minimum, _: minimum)
    waits = {
        (500, None): 0.0,
        (500, "7"): 0.0,
        (502, "7"): 7.0,
        (504, "7"): 7.0,
        (503, None): 0.05,
        (503, "soon"): 0.05,
    }
    for (status, header), wait in waits.items():
        clock = FakeClock()
        script = FakeScimServer(
            make_error(status, headers={"Retry-After": header} if header else None),
            make_response(200, make_user(1)),
            make_response(200, make_user(1)),
        )
        settings = Settings(clock=clock)
        async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
            await client.users.patch("1", {"title": "x"}, timeout=3)
        assert clock.slept == [wait]
        assert {request.extensions["timeout"]["read"] for request in script.sent} == {3.0}


async def test_lost_patch_throttled_when_sent_again_has_rest_of_policy() -> None:
    clock = FakeClock()
    script = FakeScimServer(make_error(500), make_response(200, make_user(1)), make_error(429))
    settings = Settings(clock=clock)
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with pytest.raises(errors.RateLimited) as caught:
            await client.users.patch("1", {"title": "x"})
        assert script.lines == ["PATCH /Users/1", "GET /Users/1"] + ["PATCH /Users/1"] * 4
        assert (caught.value.attempts, caught.value.may_have_happened) == (5, True)

        def read_slowly(_: httpx.Request) -> httpx.Response:
            clock.time += 50
            return make_response(200, make_user(1))

        busy = make_error(429, headers={"Retry-After": "20"})
        script.steps[:] = [make_error(500), read_slowly, busy]
        clock.slept.clear()
        clock.time += 100
        with pytest.raises(errors.RateLimited):
            await client.users.patch("1", {"title": "x"})
    assert clock.waited < 2


async def test_lost_reading_before_put_for_patch_is_certain() -> None:
    settings = Settings(clock=FakeClock(), changes="put")
    script = FakeScimServer(httpx.ReadError("reset"))
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with pytest.raises(errors.ConnectionFailed):
            await client.users.deactivate("1")
    assert script.lines == ["GET /Users/1"] * 5


async def test_lost_patch_with_attempts_of_policy_is_sent_as_often() -> None:
    for attempts in (1, 2, 3):
        script = FakeScimServer(*[make_error(500), make_response(200, make_user(1))] * 3)
        async with client_of(script) as client:
            with pytest.raises(errors.ServerError) as caught:
                await client.users.patch("1", {"title": "x"}, retry=RetryPolicy(attempts=attempts))
        assert script.lines == ["PATCH /Users/1", "GET /Users/1"] * attempts
        assert caught.value.attempts == attempts
