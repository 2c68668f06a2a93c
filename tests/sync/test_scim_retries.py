# Generated from tests/aio/test_scim_retries.py by tools/unasync.py; edit that file instead.
"""Retries: conditions, waits, and the final result or error."""

import math
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
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


class FrozenClock(FakeClock):
    """A clock that `sleep` does not advance, so that every pause is still pending."""

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def client_of(
    script: FakeScimServer, clock: FakeClock | None = None, **more: Any
) -> ScimClient:
    return ScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=clock or FakeClock()), **more
    )


def test_retry_of_closed_idle_connection_does_not_wait() -> None:
    """The first retry on an idle connection that the server had closed does not wait."""
    clock = FakeClock()
    closed = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    with client_of(FakeScimServer(closed, make_response(200, make_user(1))), clock) as client:
        client.users.get("1")
    assert clock.waited == 0


def set_cause(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "closed",
    [
        set_cause(httpx.WriteError("lost"), BrokenPipeError(32, "Broken pipe")),
        set_cause(httpx.ReadError("lost"), ConnectionResetError(104, "Connection reset by peer")),
        BrokenPipeError(32, "Broken pipe"),
    ],
    ids=["broken pipe", "reset", "bare broken pipe"],
)
def test_retry_of_closed_connection_waits_only_second_time(closed: Exception) -> None:
    clock = FakeClock()
    with client_of(
        FakeScimServer(closed, closed, make_response(200, make_user(1))), clock
    ) as client:
        client.users.get("1")
    first, second = clock.slept
    assert first == 0 < second


def test_create_with_refused_connection_is_retried() -> None:
    """A transport of the caller may raise the unwrapped OSError; nothing was sent."""
    script = FakeScimServer(
        ConnectionRefusedError(111, "Connection refused"), make_response(201, make_user(1))
    )
    with client_of(script) as client:
        client.users.create(ANA)
    assert script.lines == ["POST /Users"] * 2


def test_retry_of_500_with_retry_after_ignores_it() -> None:
    """Retry-After is observed for 429, 502, 503 and 504 only."""
    clock = FakeClock()
    script = FakeScimServer(
        make_error(500, headers={"Retry-After": "30"}), make_response(200, make_user(1))
    )
    with client_of(script, clock) as client:
        client.users.get("1")
    assert clock.waited <= 0.5


def test_retry_of_429_waits_for_retry_after() -> None:
    clock = FakeClock()
    script = FakeScimServer(
        make_error(429, headers={"Retry-After": "7"}), make_response(200, make_user(1))
    )
    with client_of(script, clock) as client:
        client.users.get("1")
    assert 7.0 <= clock.waited <= 7.7


EPOCH = 1_800_000_000  # Fri, 15 Jan 2027 08:00:00 GMT


@each_value(
    "headers",
    [
        {"X-Rate-Limit-Reset": str(EPOCH + 20)},
        {"X-RateLimit-Reset": str(EPOCH + 20), "X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Reset": "20"},
        {"RateLimit-Reset": "20"},
        {"RateLimit": '"default";r=0;t=20'},
        {"Retry-After-Ms": "20000"},
        {"Retry-After": "20"},
        {"Retry-After": "Fri, 15 Jan 2027 08:00:20 +0000"},
        {"Retry-After": "Fri, 15 Jan 2027 08:00:20 UTC"},
    ],
)
def test_retry_of_429_waits_for_end_of_rate_limit(headers: dict[str, str]) -> None:
    clock = FakeClock()
    refusal = make_error(429, headers={**headers, "Date": "Fri, 15 Jan 2027 08:00:00 GMT"})
    script = FakeScimServer(refusal, make_response(201, make_user(1)))
    with client_of(script, clock) as client:
        client.users.create(ANA)
    assert len(script.sent) == 2
    assert 20.0 <= clock.waited <= 22.0


@each_value("headers", [{"Retry-After": "600"}, {"X-RateLimit-Reset": "600"}])
def test_wait_beyond_total_raises_and_pauses_client(headers: dict[str, str]) -> None:
    clock = FakeClock()
    script = FakeScimServer(make_error(429, headers=headers), make_response(200, make_user(1)))
    with client_of(script, clock) as client:
        with pytest.raises(errors.RateLimited) as caught:
            client.users.get("1")
        assert (caught.value.retry_after, clock.waited) == (600.0, 0.0)
        client.users.get("1")
    assert len(script.sent) == 2
    assert 600.0 <= clock.waited <= 605.0


def test_last_attempt_refused_with_wait_pauses_client() -> None:
    """The call ends, and the others of the client wait, as after a longer wait."""
    for headers, waited in (({"Retry-After": "30"}, 30.0), ({}, 0.0)):
        clock = FakeClock()
        script = FakeScimServer(make_error(429, headers=headers), make_response(200, make_user(1)))
        with client_of(script, clock, retry=RetryPolicy.none()) as client:
            with pytest.raises(errors.RateLimited):
                client.users.get("1")
            assert clock.waited == 0.0
            client.users.get("1")
        assert waited <= clock.waited <= waited + 5.0


def test_wait_of_years_pauses_client_for_a_day() -> None:
    clock = FakeClock()
    refusal = make_error(429, headers={"Retry-After": "999999999"})
    with client_of(
        FakeScimServer(refusal, make_response(200, make_user(1))), clock
    ) as client:
        with pytest.raises(errors.RateLimited):
            client.users.get("1")
        client.users.get("1")
    assert 86_400 <= clock.waited <= 86_405


def test_create_refused_by_503_with_rate_limit_is_not_retried() -> None:
    """Every response has the headers of rate limits; only `Retry-After` means that the request was not processed."""
    script = FakeScimServer(make_error(503, headers={"X-RateLimit-Reset": "1"}), make_list())
    with client_of(script) as client:
        with pytest.raises(errors.ServerError):
            client.users.create(ANA)
    assert script.lines.count("POST /Users") == 1


def test_pause_applies_to_every_call_of_client() -> None:
    """A call that starts during the pause sends its request after the end of the pause."""
    clock = FakeClock()
    times: list[float] = []

    def note_time(request: httpx.Request) -> httpx.Response:
        times.append(clock.time)
        return make_response(200, make_user(1))

    script = FakeScimServer(make_error(429, headers={"Retry-After": "30"}), note_time)
    with client_of(script, clock) as client:
        started = clock.time
        client.users.get("1")
        client.users.get("1")
    assert all(time >= started + 30 for time in times)


def test_pause_during_longer_pause_does_not_shorten_it() -> None:
    clock = FrozenClock()
    script = FakeScimServer(
        make_error(429, headers={"Retry-After": "30"}),
        make_error(429, headers={"Retry-After": "2"}),
        make_response(200, make_user(1)),
    )
    with client_of(script, clock) as client:
        client.users.get("1")
    assert len(script.sent) == 3
    assert clock.slept[-1] >= 30  # the rest of the first pause, before the last attempt


def test_pause_after_two_responses_halves_concurrency_once() -> None:
    script = FakeScimServer(make_error(429, headers={"Retry-After": "30"}))
    settings = Settings(max_connections=8, clock=FrozenClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        for _ in range(2):
            with pytest.raises(errors.RateLimited):
                client.users.get("1", retry=RetryPolicy(attempts=2))
        connections = client._session._connection_pool._connections
        assert connections is not None
        assert connections.limiter.capacity == 4


def test_long_pause_spreads_calls_over_at_most_five_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, maximum: maximum)
    clock = FrozenClock()
    script = FakeScimServer(
        make_error(429, headers={"Retry-After": "30"}), make_response(200, make_user(1))
    )
    with client_of(script, clock) as client:
        client.users.get("1")
    assert clock.slept == pytest.approx([33.0, 33.0 + 5.0])


def test_call_with_own_retry_and_timeout_uses_them() -> None:
    script = FakeScimServer(make_error(503))
    with client_of(script) as client:
        with pytest.raises(errors.ServerError):
            client.users.get("1", retry=RetryPolicy(attempts=2), timeout=3)
        with pytest.raises(errors.ConfigurationError):
            client.users.get("1", timeout=-1)
    assert len(script.sent) == 2
    assert script.sent[0].extensions["timeout"] == {
        "connect": 3.0,
        "read": 3.0,
        "write": 3.0,
        "pool": 3.0,
    }


def test_connect_timeout_is_at_most_five_seconds() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with client_of(script, timeout=math.inf) as client:
        client.users.get("1", timeout=60)
        client.users.get("1")
    times = [request.extensions["timeout"] for request in script.sent]
    assert times[0] == {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}
    assert times[1] == {"connect": None, "read": None, "write": None, "pool": None}


def test_retries_end_when_total_time_is_used_up() -> None:
    clock = FakeClock()

    def slow(_: httpx.Request) -> httpx.Response:
        clock.time += 25
        return make_error(503)

    script = FakeScimServer(slow)
    with client_of(script, clock) as client:
        with pytest.raises(errors.ServerError):
            client.users.get("1")
    assert len(script.sent) == 3  # at 0, 25 and 50 seconds


def test_wait_before_first_attempt_is_excluded_from_total() -> None:
    """The call waits for the pause of another one, which is longer than the total time of the policy."""
    clock = FakeClock()
    busy = make_error(429, headers={"Retry-After": "100"})
    script = FakeScimServer(busy, make_error(503), make_response(200, make_user(1)))
    with client_of(script, clock, retry=RetryPolicy(total=60)) as client:
        with pytest.raises(errors.RateLimited):
            client.users.get("1")
        assert (client.users.get("1")).id == "1"
    assert clock.waited >= 100


def test_slow_body_raises_timeout() -> None:
    clock = FakeClock()
    script = FakeScimServer(lambda _: httpx.Response(200, stream=SlowBody(clock)))
    with client_of(script, clock, retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.TimedOut, match="in time"):
            client.users.get("1")
    assert clock.time < 1040


def test_retry_budget_limits_requests_to_failing_server() -> None:
    """300 failing calls send a few more than 300 requests, not five times as many."""
    script = FakeScimServer(make_error(503))
    with client_of(script) as client:
        for _ in range(300):
            with pytest.raises(errors.ServerError):
                client.users.get("1")
    assert len(script.sent) <= 300 + 36


def use_up_budget(client: ScimClient, script: FakeScimServer) -> None:
    """Make failing calls until the retry budget of the client is used up."""
    sent = 0
    while len(script.sent) != sent + 1:
        sent = len(script.sent)
        with pytest.raises(errors.ServerError):
            client.users.get("1")


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (lambda: make_response(200, make_user(1)), None),
        (
            lambda: make_response(200, make_user(1), {"Content-Encoding": "br"}),
            errors.UnexpectedResponse,
        ),
    ],
    ids=["readable", "unreadable"],
)
def test_retry_budget_used_up_is_refilled_by_responses(
    response: Callable[[], httpx.Response], error: type[errors.BritiveScimError] | None
) -> None:
    """Each response to a first attempt returns one retry, even if its body is rejected."""
    script = FakeScimServer(make_error(503))
    with client_of(script) as client:
        use_up_budget(client, script)
        script.steps = [response()]
        for _ in range(14):
            if error is None:
                client.users.get("1")
            else:
                with pytest.raises(error):
                    client.users.get("1")
        script.steps = [make_error(503)]
        script.sent.clear()
        with pytest.raises(errors.ServerError):
            client.users.get("1")
    assert len(script.sent) == 2


def test_retry_budget_after_successful_retries_stays_full() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with client_of(script) as client:
        for _ in range(50):
            script.steps = [make_error(503), make_response(200, make_user(1))]
            client.users.get("1")
    assert len(script.sent) == 100


def test_delete_not_found_after_lost_response_succeeds() -> None:
    for lost in (httpx.ReadError("reset"), make_error(504)):
        script = FakeScimServer(lost, make_error(404))
        with client_of(script) as client:
            client.users.delete("1")
        assert script.lines == ["DELETE /Users/1"] * 2


@pytest.mark.parametrize(
    "first", [httpx.ConnectError("refused"), make_error(429)], ids=["unsent", "refused"]
)
def test_delete_not_found_without_lost_response_raises(first: Step) -> None:
    with client_of(FakeScimServer(first, make_error(404))) as client:
        with pytest.raises(errors.NotFound):
            client.users.delete("1")


def test_delete_not_found_after_lost_and_429_attempts_succeeds() -> None:
    """The first attempt may have deleted the user, although the second was rejected."""
    script = FakeScimServer(httpx.ReadError("reset"), make_error(429), make_error(404))
    with client_of(script) as client:
        client.users.delete("1")
    assert script.lines == ["DELETE /Users/1"] * 3


def test_foreign_exception_of_transport_is_not_caught() -> None:
    with client_of(FakeScimServer(RuntimeError("a bug"))) as client:
        with pytest.raises(RuntimeError, match="a bug"):
            client.users.get("1")


# ------------------------------------------------------------------------ creations whose response is lost

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


@each_value("lost", LOST)
def test_create_with_lost_response_is_recovered_by_search(lost: str) -> None:
    found = make_user(9, userName="u1@example.com")
    script = FakeScimServer(LOST[lost](), make_list(found))
    with client_of(script) as client:
        created = client.users.create(ANA)
    assert created.id == "9"
    assert script.lines == ["POST /Users", "GET /Users"]


@each_value("lost", LOST)
def test_create_with_lost_response_not_found_may_have_happened(lost: str) -> None:
    clock = FakeClock()
    script = FakeScimServer(LOST[lost](), make_list())
    with client_of(script, clock) as client:
        with pytest.raises(errors.BritiveScimError) as caught:
            client.users.create(ANA)
    assert script.lines == ["POST /Users"] + ["GET /Users"] * 3
    assert clock.waited == 3.0
    if "201" not in lost:
        assert caught.value.may_have_happened


def test_create_with_html_response_raises_without_wait() -> None:
    clock = FakeClock()
    script = FakeScimServer(make_response(200, b"<html>Sign in</html>"))
    with client_of(script, clock) as client:
        with pytest.raises(errors.UnexpectedResponse, match="HTML"):
            client.users.create(ANA)
    assert clock.waited == 0


def test_create_recovery_with_delayed_index_searches_again() -> None:
    script = FakeScimServer(
        httpx.ReadError("reset"), make_list(), make_list(make_user(9, userName="u1@example.com"))
    )
    with client_of(script) as client:
        created = client.users.create(ANA)
    assert created.id == "9"


def test_create_recovery_searches_external_id_then_user_name() -> None:
    found = make_user(9, userName="u1@example.com", externalId="x-1")
    script = FakeScimServer(
        httpx.ReadError("reset"), make_error(400, scimType="invalidFilter"), make_list(found)
    )
    with client_of(script) as client:
        created = client.users.create(
            scim.User(user_name="u1@example.com", external_id="x-1")
        )
    assert created.id == "9"
    assert [q["filter"] for q in script.queries if "filter" in q] == [
        'externalId eq "x-1"',
        'userName eq "u1@example.com"',
    ]


def test_create_recovery_ignores_user_of_other_external_id() -> None:
    other = make_user(9, userName="u1@example.com", externalId="x-2")
    script = FakeScimServer(httpx.ReadError("reset"), make_list(other))
    with client_of(script) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            client.users.create(scim.User(user_name="u1@example.com", external_id="x-1"))
    assert caught.value.may_have_happened


def test_create_recovery_on_failing_server_searches_three_times() -> None:
    script = FakeScimServer(httpx.ReadError("reset"))
    with client_of(script) as client:
        with pytest.raises(errors.ConnectionFailed):
            client.users.create(ANA)
    assert script.lines == ["POST /Users"] + ["GET /Users"] * 3


def test_create_recovery_without_retries_searches_once() -> None:
    script = FakeScimServer(httpx.ReadError("reset"), make_list())
    with client_of(script, retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.ConnectionFailed):
            client.users.create(ANA)
    assert script.lines == ["POST /Users", "GET /Users"]


def test_create_conflict_after_retry_is_recovered_by_search() -> None:
    """A proxy may return 429 after forwarding the request; the second attempt then conflicts with the first."""
    found = make_user(9, userName="u1@example.com")
    script = FakeScimServer(make_error(429), make_error(409), make_list(found))
    with client_of(script) as client:
        created = client.users.create(ANA)
    assert created.id == "9"


def test_create_conflict_at_first_attempt_raises() -> None:
    script = FakeScimServer(make_error(409))
    with client_of(script) as client:
        with pytest.raises(errors.Conflict):
            client.users.create(ANA)
    assert len(script.sent) == 1
