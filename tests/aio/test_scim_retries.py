"""What is tried again after which trouble, how long it waits, and what the caller sees in the end."""

import math
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    SlowBody,
    Step,
    make_error,
    make_list,
    make_response,
    make_user,
)
from support.fault_table import broken_response

ANA = scim.User(user_name="u1@example.com")


class StandingClock(FakeClock):
    """Time that does not pass while somebody sleeps: whatever is waited for is still to come."""

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def client_of(
    script: FakeScimServer, clock: FakeClock | None = None, **more: Any
) -> AsyncScimClient:
    return AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=clock or FakeClock()), **more
    )


async def test_a_connection_found_closed_is_made_anew_at_once() -> None:
    """An idle connection that the server had closed costs no wait, once."""
    clock = FakeClock()
    closed = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    async with client_of(FakeScimServer(closed, make_response(200, make_user(1))), clock) as client:
        await client.users.get("1")
    assert clock.waited == 0


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "closed",
    [
        caused(httpx.WriteError("lost"), BrokenPipeError(32, "Broken pipe")),
        caused(httpx.ReadError("lost"), ConnectionResetError(104, "Connection reset by peer")),
        BrokenPipeError(32, "Broken pipe"),
    ],
    ids=["broken pipe", "reset", "bare broken pipe"],
)
async def test_retry_of_closed_connection_waits_only_the_second_time(closed: Exception) -> None:
    clock = FakeClock()
    async with client_of(
        FakeScimServer(closed, closed, make_response(200, make_user(1))), clock
    ) as client:
        await client.users.get("1")
    first, second = clock.slept
    assert first == 0 < second


async def test_create_refused_by_bare_transport_is_retried() -> None:
    """A transport of the caller may raise the system's error as it is; nothing was sent."""
    script = FakeScimServer(
        ConnectionRefusedError(111, "Connection refused"), make_response(201, make_user(1))
    )
    async with client_of(script) as client:
        await client.users.create(ANA)
    assert script.lines == ["POST /Users"] * 2


async def test_retry_of_500_with_retry_after_keeps_to_own_window() -> None:
    """Only 429, 502, 503 and 504 say when to send the request again."""
    clock = FakeClock()
    script = FakeScimServer(
        make_error(500, headers={"Retry-After": "30"}), make_response(200, make_user(1))
    )
    async with client_of(script, clock) as client:
        await client.users.get("1")
    assert clock.waited <= 0.5


async def test_a_wait_that_the_server_asks_for_is_kept() -> None:
    clock = FakeClock()
    script = FakeScimServer(
        make_error(429, headers={"Retry-After": "7"}), make_response(200, make_user(1))
    )
    async with client_of(script, clock) as client:
        await client.users.get("1")
    assert 7.0 <= clock.waited <= 7.7


async def test_one_pause_holds_for_every_call_of_the_client() -> None:
    """A call that comes during the pause waits for its end before it sends."""
    clock = FakeClock()
    times: list[float] = []

    def note(request: httpx.Request) -> httpx.Response:
        times.append(clock.time)
        return make_response(200, make_user(1))

    script = FakeScimServer(make_error(429, headers={"Retry-After": "30"}), note)
    async with client_of(script, clock) as client:
        started = clock.time
        await client.users.get("1")
        await client.users.get("1")
    assert all(time >= started + 30 for time in times)


async def test_pause_asked_for_during_longer_pause_does_not_shorten_it() -> None:
    clock = StandingClock()
    script = FakeScimServer(
        make_error(429, headers={"Retry-After": "30"}),
        make_error(429, headers={"Retry-After": "2"}),
        make_response(200, make_user(1)),
    )
    async with client_of(script, clock) as client:
        await client.users.get("1")
    assert len(script.sent) == 3
    assert clock.slept[-1] >= 30  # what is left of the first pause, before the last attempt


async def test_pause_met_by_two_responses_halves_the_places_once() -> None:
    script = FakeScimServer(make_error(429, headers={"Retry-After": "30"}))
    settings = Settings(max_connections=8, clock=StandingClock())
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        for _ in range(2):
            with pytest.raises(errors.RateLimited):
                await client.users.get("1", retry=RetryPolicy(attempts=2))
        connections = client._session._connection_pool._connections
        assert connections is not None
        assert connections.limiter.capacity == 4


async def test_long_pause_spreads_calls_over_five_seconds_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, most: most)
    clock = StandingClock()
    script = FakeScimServer(
        make_error(429, headers={"Retry-After": "30"}), make_response(200, make_user(1))
    )
    async with client_of(script, clock) as client:
        await client.users.get("1")
    assert clock.slept == pytest.approx([33.0, 33.0 + 5.0])


async def test_a_call_may_bring_its_own_policy_and_timeout() -> None:
    script = FakeScimServer(make_error(503))
    async with client_of(script) as client:
        with pytest.raises(errors.ServerError):
            await client.users.get("1", retry=RetryPolicy(attempts=2), timeout=3)
        with pytest.raises(errors.ConfigurationError):
            await client.users.get("1", timeout=-1)
    assert len(script.sent) == 2
    assert script.sent[0].extensions["timeout"] == {
        "connect": 3.0,
        "read": 3.0,
        "write": 3.0,
        "pool": 3.0,
    }


async def test_connecting_gets_less_time_than_reading() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    async with client_of(script, timeout=math.inf) as client:
        await client.users.get("1", timeout=60)
        await client.users.get("1")
    times = [request.extensions["timeout"] for request in script.sent]
    assert times[0] == {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}
    assert times[1] == {"connect": None, "read": None, "write": None, "pool": None}


async def test_tries_end_when_the_total_is_used_up() -> None:
    clock = FakeClock()

    def slow(_: httpx.Request) -> httpx.Response:
        clock.time += 25
        return make_error(503)

    script = FakeScimServer(slow)
    async with client_of(script, clock) as client:
        with pytest.raises(errors.ServerError):
            await client.users.get("1")
    assert len(script.sent) == 3  # at 0, 25 and 50 seconds


async def test_a_dripping_body_is_given_up() -> None:
    clock = FakeClock()
    script = FakeScimServer(lambda _: httpx.Response(200, stream=SlowBody(clock)))
    async with client_of(script, clock, retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.TimedOut, match="in time"):
            await client.users.get("1")
    assert clock.time < 1040


async def test_a_dead_server_is_not_hammered() -> None:
    """300 calls that all fail make a few more requests than calls, not five times as many."""
    script = FakeScimServer(make_error(503))
    async with client_of(script) as client:
        for _ in range(300):
            with pytest.raises(errors.ServerError):
                await client.users.get("1")
    assert len(script.sent) <= 300 + 36


async def use_up_budget(client: AsyncScimClient, script: FakeScimServer) -> None:
    """Make calls that fail until the client affords no further retry."""
    sent = 0
    while len(script.sent) != sent + 1:
        sent = len(script.sent)
        with pytest.raises(errors.ServerError):
            await client.users.get("1")


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (lambda: make_response(200, make_user(1)), None),
        (
            lambda: make_response(200, make_user(1), {"Content-Encoding": "br"}),
            errors.UnexpectedResponse,
        ),
    ],
    ids=["read", "not taken in"],
)
async def test_retry_budget_used_up_is_refilled_by_answered_requests(
    response: Callable[[], httpx.Response], error: type[errors.BritiveScimError] | None
) -> None:
    """Each request that is answered at its first attempt gives one back, even if its body is refused."""
    script = FakeScimServer(make_error(503))
    async with client_of(script) as client:
        await use_up_budget(client, script)
        script.steps = [response()]
        for _ in range(14):
            if error is None:
                await client.users.get("1")
            else:
                with pytest.raises(error):
                    await client.users.get("1")
        script.steps = [make_error(503)]
        script.sent.clear()
        with pytest.raises(errors.ServerError):
            await client.users.get("1")
    assert len(script.sent) == 2


async def test_retry_budget_after_successful_retries_stays_full() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    async with client_of(script) as client:
        for _ in range(50):
            script.steps = [make_error(503), make_response(200, make_user(1))]
            await client.users.get("1")
    assert len(script.sent) == 100


async def test_a_delete_that_finds_nothing_after_a_lost_answer_has_succeeded() -> None:
    for lost in (httpx.ReadError("reset"), make_error(504)):
        script = FakeScimServer(lost, make_error(404))
        async with client_of(script) as client:
            await client.users.delete("1")
        assert script.lines == ["DELETE /Users/1"] * 2


@pytest.mark.parametrize(
    "first", [httpx.ConnectError("refused"), make_error(429)], ids=["unsent", "refused"]
)
async def test_a_delete_that_finds_nothing_though_nothing_was_lost_has_failed(first: Step) -> None:
    async with client_of(FakeScimServer(first, make_error(404))) as client:
        with pytest.raises(errors.NotFound):
            await client.users.delete("1")


async def test_delete_not_found_after_lost_and_throttled_attempts_succeeds() -> None:
    """That the second attempt was refused does not undo what the first may have done."""
    script = FakeScimServer(httpx.ReadError("reset"), make_error(429), make_error(404))
    async with client_of(script) as client:
        await client.users.delete("1")
    assert script.lines == ["DELETE /Users/1"] * 3


async def test_what_is_no_fault_of_a_transport_goes_to_the_caller() -> None:
    async with client_of(FakeScimServer(RuntimeError("a bug"))) as client:
        with pytest.raises(RuntimeError, match="a bug"):
            await client.users.get("1")


# ------------------------------------------------------------------------ creates whose answer is lost

LOST: dict[str, Callable[[], Step]] = {
    "reset": lambda: httpx.ReadError("reset"),
    "cut": broken_response,
    "timed out": lambda: httpx.ReadTimeout("slow"),
    "500": lambda: make_error(500),
    "502": lambda: make_response(502, b"<html>"),
    "503": lambda: make_error(503),
    "504": lambda: make_error(504),
    "empty 201": lambda: make_response(201),
    "cut JSON": lambda: make_response(201, b'{"id": "9", "userName'),
    "201 without id": lambda: make_response(201, {"schemas": [], "userName": "u1@example.com"}),
}


@pytest.mark.parametrize("lost", LOST)
async def test_a_create_whose_answer_was_lost_is_found_and_never_sent_twice(lost: str) -> None:
    found = make_user(9, userName="u1@example.com")
    script = FakeScimServer(LOST[lost](), make_list(found))
    async with client_of(script) as client:
        made = await client.users.create(ANA)
    assert made.id == "9"
    assert script.lines == ["POST /Users", "GET /Users"]


@pytest.mark.parametrize("lost", LOST)
async def test_a_create_that_cannot_be_found_says_that_it_may_have_happened(lost: str) -> None:
    clock = FakeClock()
    script = FakeScimServer(LOST[lost](), make_list())
    async with client_of(script, clock) as client:
        with pytest.raises(errors.BritiveScimError) as caught:
            await client.users.create(ANA)
    assert script.lines == ["POST /Users"] + ["GET /Users"] * 3
    assert clock.waited == 3.0
    if "201" not in lost:
        assert caught.value.may_have_happened


async def test_a_page_in_place_of_an_answer_is_told_at_once() -> None:
    clock = FakeClock()
    script = FakeScimServer(make_response(200, b"<html>Sign in</html>"))
    async with client_of(script, clock) as client:
        with pytest.raises(errors.UnexpectedResponse, match="HTML"):
            await client.users.create(ANA)
    assert clock.waited == 0


async def test_an_index_that_lags_is_asked_again() -> None:
    script = FakeScimServer(
        httpx.ReadError("reset"), make_list(), make_list(make_user(9, userName="u1@example.com"))
    )
    async with client_of(script) as client:
        made = await client.users.create(ANA)
    assert made.id == "9"


async def test_the_external_id_is_asked_for_first_and_the_name_where_it_cannot_be() -> None:
    found = make_user(9, userName="u1@example.com", externalId="x-1")
    script = FakeScimServer(
        httpx.ReadError("reset"), make_error(400, scimType="invalidFilter"), make_list(found)
    )
    async with client_of(script) as client:
        made = await client.users.create(scim.User(user_name="u1@example.com", external_id="x-1"))
    assert made.id == "9"
    assert [q["filter"] for q in script.queries if "filter" in q] == [
        'externalId eq "x-1"',
        'userName eq "u1@example.com"',
    ]


async def test_another_persons_record_of_the_same_name_is_not_adopted() -> None:
    other = make_user(9, userName="u1@example.com", externalId="x-2")
    script = FakeScimServer(httpx.ReadError("reset"), make_list(other))
    async with client_of(script) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            await client.users.create(scim.User(user_name="u1@example.com", external_id="x-1"))
    assert caught.value.may_have_happened


async def test_a_server_that_stays_down_is_asked_three_times_and_no_more() -> None:
    script = FakeScimServer(httpx.ReadError("reset"))
    async with client_of(script) as client:
        with pytest.raises(errors.ConnectionFailed):
            await client.users.create(ANA)
    assert script.lines == ["POST /Users"] + ["GET /Users"] * 3


async def test_without_retries_a_lost_create_is_looked_up_once() -> None:
    script = FakeScimServer(httpx.ReadError("reset"), make_list())
    async with client_of(script, retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.ConnectionFailed):
            await client.users.create(ANA)
    assert script.lines == ["POST /Users", "GET /Users"]


async def test_a_conflict_after_a_repetition_may_be_our_own_creation() -> None:
    """A proxy may say 429 after the request went through; the second try then meets the first."""
    found = make_user(9, userName="u1@example.com")
    script = FakeScimServer(make_error(429), make_error(409), make_list(found))
    async with client_of(script) as client:
        made = await client.users.create(ANA)
    assert made.id == "9"


async def test_a_conflict_at_the_first_try_is_one() -> None:
    script = FakeScimServer(make_error(409))
    async with client_of(script) as client:
        with pytest.raises(errors.Conflict):
            await client.users.create(ANA)
    assert len(script.sent) == 1
