# Generated from tests/aio/test_scim_retries.py by tools/unasync.py; edit that file instead.
"""What is tried again after which trouble, how long it waits, and what the caller sees in the end."""

import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from scim_double import TOKEN, URL, Clock, Cut, Drip, Script, Step, answer, listed, refused, user

ANA = scim.User(user_name="u1@example.com")
CALLS: dict[str, Callable[[ScimClient], Awaitable[object]]] = {
    "GET": lambda c: c.users.get("1"),
    "POST": lambda c: c.users.create(ANA),
    "PUT": lambda c: c.users.replace(scim.User(id="1", user_name="u1@example.com")),
    "PATCH": lambda c: c.users.patch("1", {"title": "x"}, fetch=False),
    "DELETE": lambda c: c.users.delete("1"),
}
ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]
IDEMPOTENT = ["GET", "PUT", "DELETE"]


def certificate_error() -> httpx.ConnectError:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.__cause__ = ssl.SSLCertVerificationError(1, "certificate verify failed")
    return error


def tls_to_http() -> httpx.ConnectError:
    error = httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER]")
    cause = ssl.SSLError(1, "wrong version number")
    cause.reason = "WRONG_VERSION_NUMBER"
    error.__cause__ = cause
    return error


def cut_answer(status: int = 200) -> httpx.Response:
    return httpx.Response(status, stream=Cut(b'{"id": "1', httpx.ReadError("reset")))


def slow_body() -> httpx.Response:
    return httpx.Response(200, stream=Cut(b'{"id": "1', httpx.ReadTimeout("slow")))


FAULTS: dict[str, tuple[Callable[[], Step], list[str], type[Exception], bool | None]] = {
    # trouble: (what happens, methods that are tried again, the error in the end, may it have happened)
    "refused": (lambda: httpx.ConnectError("refused"), ALL, errors.ConnectionFailed, False),
    "connecting timed out": (lambda: httpx.ConnectTimeout("slow"), ALL, errors.TimedOut, False),
    "no free connection": (lambda: httpx.PoolTimeout("full"), ALL, errors.TimedOut, False),
    "proxy refused": (lambda: httpx.ProxyError("407"), ALL, errors.ConnectionFailed, False),
    "bad certificate": (certificate_error, [], errors.ConnectionFailed, False),
    "no TLS there": (tls_to_http, [], errors.ConnectionFailed, False),
    "not HTTP from us": (lambda: httpx.LocalProtocolError("x"), [], errors.ConnectionFailed, False),
    "reset before the answer": (
        lambda: httpx.ReadError("reset"),
        IDEMPOTENT,
        errors.ConnectionFailed,
        True,
    ),
    "reset while sending": (
        lambda: httpx.WriteError("reset"),
        IDEMPOTENT,
        errors.ConnectionFailed,
        True,
    ),
    "sending timed out": (lambda: httpx.WriteTimeout("slow"), IDEMPOTENT, errors.TimedOut, True),
    "reading timed out": (lambda: httpx.ReadTimeout("slow"), IDEMPOTENT, errors.TimedOut, True),
    "closed without an answer": (
        lambda: httpx.RemoteProtocolError("Server disconnected without sending a response."),
        IDEMPOTENT,
        errors.ConnectionFailed,
        True,
    ),
    "no HTTP from them": (
        lambda: httpx.RemoteProtocolError("x"),
        IDEMPOTENT,
        errors.ConnectionFailed,
        True,
    ),
    "broken pipe of a home-made transport": (
        lambda: BrokenPipeError(32, "broken"),
        IDEMPOTENT,
        errors.ConnectionFailed,
        True,
    ),
    "reset inside the body": (cut_answer, IDEMPOTENT, errors.ConnectionFailed, True),
    "slow body": (slow_body, IDEMPOTENT, errors.TimedOut, True),
    "429": (lambda: refused(429), ALL, errors.RateLimited, None),
    "429 with seconds": (
        lambda: refused(429, headers={"Retry-After": "2"}),
        ALL,
        errors.RateLimited,
        None,
    ),
    "429 too long": (
        lambda: refused(429, headers={"Retry-After": "600"}),
        [],
        errors.RateLimited,
        None,
    ),
    "429 unreadable": (
        lambda: refused(429, headers={"Retry-After": "soon"}),
        ALL,
        errors.RateLimited,
        None,
    ),
    "500": (lambda: refused(500), ["GET"], errors.ServerError, True),
    "501": (lambda: refused(501), [], errors.ServerError, False),
    "502": (lambda: refused(502), IDEMPOTENT, errors.ServerError, True),
    "503": (lambda: refused(503), IDEMPOTENT, errors.ServerError, True),
    "503 HTML": (lambda: answer(503, b"<html>no</html>"), IDEMPOTENT, errors.ServerError, True),
    "503 with seconds": (
        lambda: refused(503, headers={"Retry-After": "2"}),
        ALL,
        errors.ServerError,
        True,
    ),
    "503 maintenance": (
        lambda: answer(503, {"errorCode": "MAINT0001", "message": "m"}, {"Retry-After": "1"}),
        [],
        errors.Maintenance,
        False,
    ),
    "504": (lambda: refused(504), IDEMPOTENT, errors.ServerError, True),
    "504 cut": (lambda: cut_answer(504), IDEMPOTENT, errors.ServerError, True),
    "400": (lambda: refused(400), [], errors.BadRequest, None),
    "401": (lambda: refused(401), [], errors.Unauthorized, None),
    "403": (lambda: refused(403), [], errors.Forbidden, None),
    "404": (lambda: refused(404), [], errors.NotFound, None),
    "404 cut": (lambda: cut_answer(404), [], errors.NotFound, None),
    "408": (lambda: refused(408), [], errors.BadRequest, None),
    "409": (lambda: refused(409), [], errors.Conflict, None),
    "412": (lambda: refused(412), [], errors.PreconditionFailed, None),
    "413": (lambda: refused(413), [], errors.PayloadTooLarge, None),
}


def client_of(script: Script, clock: Clock | None = None, **more: Any) -> ScimClient:
    return ScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=clock or Clock()), **more
    )


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_table(fault: str, method: str) -> None:
    """Each trouble that stays has one outcome for each method, after a known number of tries."""
    make, repeated, kind, happened = FAULTS[fault]
    step = make()
    script = Script(step if isinstance(step, Exception) else lambda _: make())  # type: ignore[arg-type,return-value]
    clock = Clock()
    with client_of(script, clock) as client:
        with pytest.raises(errors.BritiveScimError) as caught:
            CALLS[method](client)
    error = caught.value
    assert type(error) is kind
    tries = 5 if method in repeated else 1
    assert [line.split()[0] for line in script.lines].count(method) >= tries
    own = [line for line in script.lines if line.split()[0] == method and line != "GET /Users"]
    assert len(own) == tries
    assert error.attempts == tries  # type: ignore[attr-defined]
    assert clock.waited <= 60
    if isinstance(error, errors.TransportError):
        assert error.may_have_happened is happened
        assert error.method == method
    elif isinstance(error, errors.ServerError) and method != "GET":
        assert error.may_have_happened is happened


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("fault", [f for f, (_, repeated, *_) in FAULTS.items() if repeated])
def test_trouble_that_passes_is_not_seen(fault: str, method: str) -> None:
    make, repeated, *_ = FAULTS[fault]
    if method not in repeated:
        return
    good = answer(204) if method in ("DELETE", "PATCH") else answer(200, user(1))
    script = Script(make(), make(), good)
    with client_of(script) as client:
        CALLS[method](client)
    assert [line.split()[0] for line in script.lines] == [method] * 3


def test_a_connection_found_closed_is_made_anew_at_once() -> None:
    """An idle connection that the server had closed costs no wait, once."""
    clock = Clock()
    closed = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    with client_of(Script(closed, answer(200, user(1))), clock) as client:
        client.users.get("1")
    assert clock.waited == 0


def test_a_wait_that_the_server_asks_for_is_kept() -> None:
    clock = Clock()
    script = Script(refused(429, headers={"Retry-After": "7"}), answer(200, user(1)))
    with client_of(script, clock) as client:
        client.users.get("1")
    assert 7.0 <= clock.waited <= 7.7


def test_one_pause_holds_for_every_call_of_the_client() -> None:
    """A call that comes during the pause waits for its end before it sends."""
    clock = Clock()
    times: list[float] = []

    def note(request: httpx.Request) -> httpx.Response:
        times.append(clock.time)
        return answer(200, user(1))

    script = Script(refused(429, headers={"Retry-After": "30"}), note)
    with client_of(script, clock) as client:
        started = clock.time
        client.users.get("1")
        client.users.get("1")
    assert all(time >= started + 30 for time in times)


def test_a_call_may_bring_its_own_policy_and_timeout() -> None:
    script = Script(refused(503))
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


def test_connecting_gets_less_time_than_reading() -> None:
    script = Script(answer(200, user(1)))
    with client_of(script, timeout=None) as client:
        client.users.get("1", timeout=60)
        client.users.get("1")
    times = [request.extensions["timeout"] for request in script.sent]
    assert times[0] == {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}
    assert times[1] == {"connect": None, "read": None, "write": None, "pool": None}


def test_tries_end_when_the_total_is_used_up() -> None:
    clock = Clock()

    def slow(_: httpx.Request) -> httpx.Response:
        clock.time += 25
        return refused(503)

    script = Script(slow)
    with client_of(script, clock) as client:
        with pytest.raises(errors.ServerError):
            client.users.get("1")
    assert len(script.sent) == 3  # at 0, 25 and 50 seconds


def test_a_dripping_body_is_given_up() -> None:
    clock = Clock()
    script = Script(lambda _: httpx.Response(200, stream=Drip(clock)))
    with client_of(script, clock, retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.TimedOut, match="in time"):
            client.users.get("1")
    assert clock.time < 1040


def test_a_dead_server_is_not_hammered() -> None:
    """300 calls that all fail make a few more requests than calls, not five times as many."""
    script = Script(refused(503))
    with client_of(script) as client:
        for _ in range(300):
            with pytest.raises(errors.ServerError):
                client.users.get("1")
    assert len(script.sent) <= 300 + 36


def test_a_delete_that_finds_nothing_after_a_lost_answer_has_succeeded() -> None:
    for lost in (httpx.ReadError("reset"), refused(504)):
        script = Script(lost, refused(404))
        with client_of(script) as client:
            client.users.delete("1")
        assert script.lines == ["DELETE /Users/1"] * 2


@pytest.mark.parametrize(
    "first", [httpx.ConnectError("refused"), refused(429)], ids=["unsent", "refused"]
)
def test_a_delete_that_finds_nothing_though_nothing_was_lost_has_failed(first: Step) -> None:
    with client_of(Script(first, refused(404))) as client:
        with pytest.raises(errors.NotFound):
            client.users.delete("1")


def test_what_is_no_fault_of_a_transport_goes_to_the_caller() -> None:
    with client_of(Script(RuntimeError("a bug"))) as client:
        with pytest.raises(RuntimeError, match="a bug"):
            client.users.get("1")


# ------------------------------------------------------------------------ creates whose answer is lost

LOST: dict[str, Callable[[], Step]] = {
    "reset": lambda: httpx.ReadError("reset"),
    "cut": cut_answer,
    "timed out": lambda: httpx.ReadTimeout("slow"),
    "500": lambda: refused(500),
    "502": lambda: answer(502, b"<html>"),
    "503": lambda: refused(503),
    "504": lambda: refused(504),
    "empty 201": lambda: answer(201),
    "cut JSON": lambda: answer(201, b'{"id": "9", "userName'),
    "201 without id": lambda: answer(201, {"schemas": [], "userName": "u1@example.com"}),
}


@pytest.mark.parametrize("lost", LOST)
def test_a_create_whose_answer_was_lost_is_found_and_never_sent_twice(lost: str) -> None:
    found = user(9, userName="u1@example.com")
    script = Script(LOST[lost](), listed(found))
    with client_of(script) as client:
        made = client.users.create(ANA)
    assert made.id == "9"
    assert script.lines == ["POST /Users", "GET /Users"]


@pytest.mark.parametrize("lost", LOST)
def test_a_create_that_cannot_be_found_says_that_it_may_have_happened(lost: str) -> None:
    clock = Clock()
    script = Script(LOST[lost](), listed())
    with client_of(script, clock) as client:
        with pytest.raises(errors.BritiveScimError) as caught:
            client.users.create(ANA)
    assert script.lines == ["POST /Users"] + ["GET /Users"] * 3
    assert clock.waited == 3.0
    if "201" not in lost:
        assert caught.value.may_have_happened  # type: ignore[attr-defined]


def test_a_page_in_place_of_an_answer_is_told_at_once() -> None:
    clock = Clock()
    script = Script(answer(200, b"<html>Sign in</html>"))
    with client_of(script, clock) as client:
        with pytest.raises(errors.UnexpectedAnswer, match="HTML"):
            client.users.create(ANA)
    assert clock.waited == 0


def test_an_index_that_lags_is_asked_again() -> None:
    script = Script(httpx.ReadError("reset"), listed(), listed(user(9, userName="u1@example.com")))
    with client_of(script) as client:
        made = client.users.create(ANA)
    assert made.id == "9"


def test_the_external_id_is_asked_for_first_and_the_name_where_it_cannot_be() -> None:
    found = user(9, userName="u1@example.com", externalId="x-1")
    script = Script(httpx.ReadError("reset"), refused(400, scimType="invalidFilter"), listed(found))
    with client_of(script) as client:
        made = client.users.create(scim.User(user_name="u1@example.com", external_id="x-1"))
    assert made.id == "9"
    assert [q["filter"] for q in script.queries if "filter" in q] == [
        'externalId eq "x-1"',
        'userName eq "u1@example.com"',
    ]


def test_another_persons_record_of_the_same_name_is_not_adopted() -> None:
    other = user(9, userName="u1@example.com", externalId="x-2")
    script = Script(httpx.ReadError("reset"), listed(other))
    with client_of(script) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            client.users.create(scim.User(user_name="u1@example.com", external_id="x-1"))
    assert caught.value.may_have_happened


def test_a_server_that_stays_down_is_asked_three_times_and_no_more() -> None:
    script = Script(httpx.ReadError("reset"))
    with client_of(script) as client:
        with pytest.raises(errors.ConnectionFailed):
            client.users.create(ANA)
    assert script.lines == ["POST /Users"] + ["GET /Users"] * 3


def test_without_retries_a_lost_create_is_looked_up_once() -> None:
    script = Script(httpx.ReadError("reset"), listed())
    with client_of(script, retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.ConnectionFailed):
            client.users.create(ANA)
    assert script.lines == ["POST /Users", "GET /Users"]


def test_a_conflict_after_a_repetition_may_be_our_own_creation() -> None:
    """A proxy may say 429 after the request went through; the second try then meets the first."""
    found = user(9, userName="u1@example.com")
    script = Script(refused(429), refused(409), listed(found))
    with client_of(script) as client:
        made = client.users.create(ANA)
    assert made.id == "9"


def test_a_conflict_at_the_first_try_is_one() -> None:
    script = Script(refused(409))
    with client_of(script) as client:
        with pytest.raises(errors.Conflict):
            client.users.create(ANA)
    assert len(script.sent) == 1
