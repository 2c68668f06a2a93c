"""Changes whose response is lost: the result is read, and the change is sent again if it is not in effect."""

from typing import Any

import httpx
import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_response,
    make_user,
)
from support.lost_changes import CHANGES, LostChange


def make_client(
    change: LostChange, script: FakeScimServer, clock: FakeClock | None = None
) -> AsyncScimClient | AsyncAdminClient:
    settings = Settings(clock=clock or FakeClock())
    if change.api == "admin":
        return AsyncAdminClient("acme", TOKEN, transport=script, settings=settings)
    return AsyncScimClient(URL, TOKEN, transport=script, settings=settings)


def scim_client(script: FakeScimServer) -> AsyncScimClient:
    return AsyncScimClient(URL, TOKEN, transport=script, settings=Settings(clock=FakeClock()))


def make_success(change: LostChange) -> httpx.Response:
    """Return a response to the change that shows it in effect, if its body is read."""
    return change.make_reading(is_in_effect=True) if change.api == "scim" else make_response(204)


@pytest.mark.heavy
@each_value("name", CHANGES)
async def test_lost_change_in_effect_is_success(name: str) -> None:
    """The result is read even without retries."""
    change = CHANGES[name]
    for lose in change.losses.values():
        for options in ({}, {"retry": RetryPolicy.none()}):
            clock = FakeClock()
            script = FakeScimServer(
                *change.make_preparation(), lose(), change.make_reading(is_in_effect=True)
            )
            async with make_client(change, script, clock) as client:
                await change.call(client, **options)
            assert script.lines == [*change.prepared, change.write, change.reading]
            assert clock.waited == 0


@pytest.mark.heavy
@each_value("name", CHANGES)
async def test_lost_change_not_in_effect_is_sent_again(name: str) -> None:
    change = CHANGES[name]
    for lose in change.losses.values():
        script = FakeScimServer(
            *change.make_preparation(),
            lose(),
            change.make_reading(is_in_effect=False),
            make_success(change),
        )
        async with make_client(change, script) as client:
            await change.call(client)
        assert script.lines == [*change.prepared, change.write, change.reading, change.write]
        assert script.bodies[len(change.prepared)] == script.bodies[-1]


@each_value("name", CHANGES)
async def test_lost_change_without_retries_is_read_once(name: str) -> None:
    change = CHANGES[name]
    for lose in change.losses.values():
        script = FakeScimServer(
            *change.make_preparation(), lose(), change.make_reading(is_in_effect=False)
        )
        async with make_client(change, script) as client:
            with pytest.raises((errors.TransportError, errors.ServerError)) as caught:
                await change.call(client, retry=RetryPolicy.none())
        assert caught.value.may_have_happened
        assert caught.value.uncertain_request == change.write
        assert change.write in str(caught.value)
        assert script.lines == [*change.prepared, change.write, change.reading]


@each_value("name", CHANGES)
async def test_change_lost_each_time_is_sent_five_times(name: str) -> None:
    change, clock = CHANGES[name], FakeClock()
    steps: list[Any] = change.make_preparation()
    for _ in range(5):
        steps += [make_error(500), change.make_reading(is_in_effect=False)]
    script = FakeScimServer(*steps)
    async with make_client(change, script, clock) as client:
        with pytest.raises(errors.ServerError) as caught:
            await change.call(client)
    assert script.lines == [*change.prepared, *[change.write, change.reading] * 5]
    assert (caught.value.attempts, caught.value.may_have_happened) == (5, True)
    assert caught.value.uncertain_request == change.write
    assert len(clock.slept) == 4


@each_value("name", CHANGES)
async def test_lost_change_that_cannot_be_read_raises_first_error(name: str) -> None:
    change = CHANGES[name]
    for refusal in (401, 403, 500):
        script = FakeScimServer(*change.make_preparation(), make_error(507), make_error(refusal))
        async with make_client(change, script) as client:
            with pytest.raises(errors.ServerError) as caught:
                await change.call(client)
        assert caught.value.status == 507
        assert f"{caught.value.method} {caught.value.path}" == change.write
        assert caught.value.may_have_happened
        assert caught.value.uncertain_request == change.write


async def test_lost_patch_whose_target_vanished_raises() -> None:
    """The filter selects nothing, so the resource does not show whether the value was replaced."""
    script = FakeScimServer(httpx.ReadError("reset"), make_response(200, make_user(1)))
    async with scim_client(script) as client:
        with pytest.raises(errors.ConnectionFailed):
            await client.users.patch(
                "1", {'emails[value eq "a@b.example" or primary eq true].display': "x"}
            )
    assert script.lines == ["PATCH /Users/1", "GET /Users/1"]


async def test_change_of_members_not_shown_is_sent_again() -> None:
    """An empty or missing list does not prove that the members were removed."""
    for group in (make_group(1), make_group(1, members=[])):
        for call in ("add_members", "remove_members"):
            script = FakeScimServer(
                httpx.ReadError("reset"), make_response(200, group), make_response(204)
            )
            async with scim_client(script) as client:
                await getattr(client.groups, call)("g1", ["a"])
            assert script.lines == ["PATCH /Groups/g1", "GET /Groups/g1", "PATCH /Groups/g1"]


async def test_change_of_hidden_members_is_sent_again_without_reading() -> None:
    script = FakeScimServer(make_response(200, make_group(1)))
    async with scim_client(script) as client:
        await client.groups.get("g1")
        for call in ("add_members", "remove_members"):
            script.steps[:] = [make_error(500), httpx.ReadError("reset"), make_response(204)]
            await getattr(client.groups, call)("g1", ["a"])
        assert script.lines == ["GET /Groups/g1"] + ["PATCH /Groups/g1"] * 6
        script.sent.clear()
        script.steps[:] = [
            make_error(500),
            make_response(200, make_group(1, members=[{"value": "a"}])),
        ]
        await client.groups.add_members("g1", ["a"], retry=RetryPolicy.none())
        script.steps[:] = [make_error(500), make_response(200, make_group(1, members=[]))]
        await client.groups.remove_members("g1", ["a"])
    assert script.lines == ["PATCH /Groups/g1", "GET /Groups/g1"] * 2


# ----------------------------------------------------------------------------------------- If-Match

TAGGED = {"resourceType": "User", "version": 'W/"1"'}


async def test_lost_edit_is_sent_again_with_same_if_match() -> None:
    before = make_user(1, meta=TAGGED)
    script = FakeScimServer(
        make_response(200, before),
        httpx.ReadError("reset"),
        make_response(200, before),
        make_response(200, make_user(1, title="CTO")),
    )
    async with scim_client(script) as client:
        await client.users.edit("1", lambda user: user.model_copy(update={"title": "CTO"}))
    assert [r.headers.get("If-Match") for r in script.sent if r.method == "PATCH"] == ['W/"1"'] * 2


async def test_412_after_lost_patch_is_compared_once() -> None:
    """The lost request, or another client, changed the version between the two attempts."""
    late = make_user(1, title="CTO")
    for state, succeeds in ((late, True), (make_user(1, title="other"), False)):
        script = FakeScimServer(
            httpx.ReadError("reset"),
            make_response(200, make_user(1)),
            make_error(412),
            make_response(200, state),
        )
        async with scim_client(script) as client:
            if succeeds:
                user = await client.users.patch("1", {"title": "CTO"}, if_match='W/"1"')
                assert user.title == "CTO"
            else:
                with pytest.raises(errors.PreconditionFailed) as caught:
                    await client.users.patch("1", {"title": "CTO"}, if_match='W/"1"')
                assert caught.value.may_have_happened
        assert script.lines == ["PATCH /Users/1", "GET /Users/1"] * 2


async def test_412_of_first_attempt_raises_without_reading() -> None:
    script = FakeScimServer(make_error(412))
    async with scim_client(script) as client:
        with pytest.raises(errors.PreconditionFailed) as caught:
            await client.users.patch("1", {"title": "CTO"}, if_match='W/"1"')
    assert script.lines == ["PATCH /Users/1"]
    assert not caught.value.may_have_happened


async def test_edit_refused_after_lost_attempt_may_have_happened() -> None:
    """The 412 that follows the lost attempt is overtaken; what ends the call is not."""
    before, other = make_user(1, meta=TAGGED), make_user(1, title="CEO", meta=TAGGED)
    for ending in (make_error(403), httpx.ConnectError("refused")):
        script = FakeScimServer(
            make_response(200, before),
            httpx.ReadError("reset"),
            make_response(200, other),
            make_error(412),
            make_response(200, other),
            make_response(200, other),
            ending,
        )
        async with scim_client(script) as client:
            with pytest.raises((errors.Forbidden, errors.ConnectionFailed)) as caught:
                await client.users.edit("1", lambda user: user.model_copy(update={"title": "CTO"}))
        assert caught.value.may_have_happened
        assert "PATCH /Users/1" in str(caught.value)


# --------------------------------------------------------------------------------- PUT in place of PATCH


async def test_lost_removal_of_last_member_by_put_is_verified() -> None:
    """A provider without PATCH keeps omitted attributes: the empty list is sent, and read afterwards."""
    group = make_group(1, members=[{"value": "a"}])
    empty = make_group(1, members=[])
    unsupported = make_error(501)
    script = FakeScimServer(
        unsupported, make_response(200, group), make_error(500), make_response(200, empty)
    )
    async with scim_client(script) as client:
        await client.groups.remove_members("g1", ["a"])
        assert script.lines[-2:] == ["PUT /Groups/g1", "GET /Groups/g1"]
        assert script.bodies[-2]["members"] == []
        script.steps[:] = [
            make_response(200, group),
            make_error(500),
            make_response(200, group),  # not in effect
            make_response(200, group),
            make_response(204),
            make_response(200, empty),
        ]
        await client.groups.remove_members("g1", ["a"])
    assert [line for line in script.lines if line.startswith("PUT")] == ["PUT /Groups/g1"] * 3
    assert script.bodies[-2]["members"] == []


async def test_lost_put_for_patch_is_verified() -> None:
    for state, repeats in ((make_user(1, active=False), 0), (make_user(1, active=True), 1)):
        script = FakeScimServer(
            make_response(200, make_user(1, active=True)),
            make_error(500),
            make_response(200, state),
            *[make_response(200, make_user(1, active=True))] * repeats,
            make_response(200, make_user(1, active=False)),
        )
        settings = Settings(clock=FakeClock(), changes="put")
        async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
            assert (await client.users.deactivate("1")).active is False
        again = ["GET /Users/1", "PUT /Users/1"] * repeats
        assert script.lines == ["GET /Users/1", "PUT /Users/1", "GET /Users/1", *again]


async def test_put_after_uncertain_patch_keeps_uncertainty() -> None:
    """The gateway may have forwarded the first PATCH, although the second is refused as unsupported."""
    wait = make_error(503, headers={"Retry-After": "1"})
    script = FakeScimServer(
        wait, make_error(501), make_response(200, make_user(1)), make_error(403)
    )
    async with scim_client(script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.users.deactivate("1")
    assert script.lines == ["PATCH /Users/1"] * 2 + ["GET /Users/1", "PUT /Users/1"]
    assert caught.value.may_have_happened
    assert caught.value.uncertain_request == "PATCH /Users/1"


async def test_put_and_patch_that_were_both_uncertain_are_both_named() -> None:
    wait = make_error(503, headers={"Retry-After": "1"})
    script = FakeScimServer(
        wait,
        make_error(501),
        make_response(200, make_user(1)),
        make_error(502),
        make_error(403),
    )
    async with scim_client(script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.users.patch("1", [scim.PatchOperation("add", "title", "x")])
    assert caught.value.uncertain_request == "PUT /Users/1"
    for request in ("PUT /Users/1", "PATCH /Users/1"):
        assert f"{request} may have been processed" in str(caught.value)


# ------------------------------------------------------------------------------------------ results


async def test_status_change_with_empty_response_returns_read_state() -> None:
    now = make_user(1, active=False, title="CTO")
    group = make_group(1, displayName="Doors", members=[{"value": "a"}])
    script = FakeScimServer(make_response(204), make_response(200, now))
    async with scim_client(script) as client:
        assert (await client.users.deactivate("1")).title == "CTO"
        script.steps[:] = [make_response(204), make_response(200, {**now, "active": True})]
        assert (await client.users.reactivate("1")).active is True
        script.steps[:] = [make_response(204), make_response(200, group)]
        assert (await client.groups.rename("g1", "Doors")).members
    assert script.lines == [
        "PATCH /Users/1",
        "GET /Users/1",
        "PATCH /Users/1",
        "GET /Users/1",
        "PATCH /Groups/g1",
        "GET /Groups/g1",
    ]


async def test_acknowledged_change_not_readable_may_have_happened() -> None:
    """The error of the GET names the write, which the server has acknowledged."""
    calls = {
        "PATCH /Users/1": [
            lambda c: c.users.patch("1", {"title": "x"}),
            lambda c: c.users.deactivate("1"),
        ],
        "PATCH /Groups/g1": [lambda c: c.groups.rename("g1", "Doors")],
        "PUT /Users/1": [lambda c: c.users.replace(scim.User(id="1", user_name="u"))],
        "PATCH /Me": [lambda c: c.me.patch({"title": "x"})],
        "PUT /Me": [lambda c: c.me.replace(scim.User(user_name="u"))],
    }
    for write, each in calls.items():
        for call in each:
            for failing in (httpx.ConnectError("refused"), make_error(403), make_error(404)):
                script = FakeScimServer(make_response(204), failing)
                async with scim_client(script) as client:
                    with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
                        await call(client)
                error: Any = caught.value
                assert error.may_have_happened
                assert error.uncertain_request == write
                assert f"acknowledged {write}" in str(error)
                assert "nothing was sent" not in str(error)
                assert getattr(error, "sent", None) is None


async def test_lost_change_of_members_reads_members_alone() -> None:
    script = FakeScimServer(
        make_error(500), make_response(200, make_group(1, members=[{"value": "a"}]))
    )
    async with scim_client(script) as client:
        await client.groups.add_members("g1", ["a"])
        assert script.queries[-1] == {"attributes": "members"}
        script.steps[:] = [make_error(500), make_response(200, make_group(1, displayName="Doors"))]
        await client.groups.rename("g1", "Doors")
    assert script.queries[-1] == {}


@each_value("status", [400, 404, 409, 412])
async def test_refused_repetition_is_read_once(status: int) -> None:
    change = CHANGES["users.patch, a new value"]
    for is_in_effect in (True, False):
        script = FakeScimServer(
            make_error(500),
            change.make_reading(is_in_effect=False),
            make_error(status),
            change.make_reading(is_in_effect=is_in_effect),
        )
        async with make_client(change, script) as client:
            if is_in_effect:
                await change.call(client)
            else:
                with pytest.raises(errors.ApiError) as caught:
                    await change.call(client)
                assert (caught.value.status, caught.value.may_have_happened) == (status, True)
        assert script.lines == [change.write, change.reading] * 2
