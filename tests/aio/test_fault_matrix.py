"""Every fault of the table with every method of both clients: attempts, waits and result."""

import pickle
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, Settings, admin, errors, scim
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, FakeClock, FakeScimServer, Step
from support.fault_table import (
    FAULTS,
    FIRST_FAULTS,
    LATER_FAULTS,
    METHODS,
    WINDOWS,
    Api,
    Fault,
    ends_in_success,
    html_labelled_response,
)

ANA = scim.User(id="1", user_name="u1@example.com")
OIDC = admin.WorkloadProvider(
    id="1", name="ci", idp_type="OIDC", issuer_url="https://ci.example", allowed_audiences=["b"]
)

Call = tuple[str, Callable[[Any], Awaitable[object]]]

CALLS: dict[Api, dict[str, Call]] = {
    "scim": {
        "GET": ("GET /Users/1", lambda c: c.users.get("1")),
        "POST": ("POST /Users", lambda c: c.users.create(scim.User(user_name="u1@example.com"))),
        "PUT": ("PUT /Users/1", lambda c: c.users.replace(ANA)),
        "PATCH": ("PATCH /Users/1", lambda c: c.users.patch("1", {"title": "x"})),
        "DELETE": ("DELETE /Users/1", lambda c: c.users.delete("1")),
    },
    "admin": {
        "GET": ("GET /api/users/1", lambda c: c.users.get("1")),
        "POST": ("POST /api/user-tags", lambda c: c.tags.create("Doors")),
        "PUT": (
            "PUT /api/workload/identity-providers",
            lambda c: c.workload.identity_providers.replace(OIDC),
        ),
        "PATCH": ("PATCH /api/user-tags/1", lambda c: c.tags.update("1", name="Doors")),
        "DELETE": ("DELETE /api/user-tags/1", lambda c: c.tags.delete("1")),
    },
}
APIS: tuple[Api, ...] = ("scim", "admin")


def make_client(
    api: Api, script: FakeScimServer, clock: FakeClock
) -> AsyncScimClient | AsyncAdminClient:
    if api == "admin":
        return AsyncAdminClient("acme", TOKEN, transport=script, settings=Settings(clock=clock))
    settings = Settings(clock=clock, changes="patch")  # otherwise 501 causes a read and a PUT
    return AsyncScimClient(URL, TOKEN, transport=script, settings=settings)


def make_server(make: Callable[[], Step]) -> FakeScimServer:
    """Return a server with the same fault for every request."""
    step = make()
    return FakeScimServer(step if isinstance(step, Exception) else lambda _: make())


def are_within(slept: list[float], windows: list[tuple[float, float]]) -> bool:
    """Return whether each wait is within its window."""
    return len(slept) == len(windows) and all(
        least <= wait <= most for wait, (least, most) in zip(slept, windows, strict=True)
    )


def list_readings(
    api: Api, method: str, fault: Fault, error: Any
) -> tuple[list[str], list[tuple[float, float]]]:
    """Return the readings that follow a change of unknown outcome if the fault persists, and their waits."""
    if api == "admin" or not error.may_have_happened:
        return [], []
    is_paused = fault.wait == "Retry-After"  # the requested wait holds for the readings, too
    pause: list[tuple[float, float]] = [(2, 4)] if is_paused else []
    if method == "POST":
        look_ups = 1 if isinstance(error, errors.UnexpectedResponse) else 3
        waits: list[tuple[float, float]] = [(1, 1), *([(1, 3)] if is_paused else []), (2, 2)]
        return ["GET /Users"] * look_ups, pause + waits if look_ups > 1 else []
    if method == "PATCH" and not isinstance(error, errors.UnexpectedResponse):
        return ["GET /Users/1"] * 5, pause + WINDOWS[fault.wait]
    return [], []


@pytest.mark.heavy
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("method", METHODS)
@each_value("name", FAULTS)
async def test_persistent_fault_has_result_of_table(name: str, method: str, api: Api) -> None:
    """Compare attempts, waits and error with the table; no other request is sent."""
    fault = FAULTS[name]
    line, call = CALLS[api][method]
    script, clock = make_server(fault.make), FakeClock()
    async with make_client(api, script, clock) as client:
        if fault.succeeds(api, method):
            await call(client)
            assert (script.lines, clock.slept) == ([line], [])
            return
        with pytest.raises(errors.BritiveScimError) as caught:
            await call(client)
    error: Any = caught.value
    assert type(error) is fault.error
    assert error.method == method
    assert f"{error.method} {error.path}" == line
    assert error.may_have_happened is (fault.happened and method != "GET")
    assert error.uncertain_request == (line if error.may_have_happened else None)
    attempts = 5 if method in fault.retried else 1
    assert error.attempts == attempts
    readings, waits = list_readings(api, method, fault, error)
    assert script.lines == [line] * attempts + readings
    windows = WINDOWS[fault.wait] if method in fault.retried else []
    assert are_within(clock.slept, windows + waits)
    assert clock.waited <= 60


@pytest.mark.heavy
@pytest.mark.parametrize("numbers", [(1, 4), pytest.param((2, 3), marks=pytest.mark.proof)])
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("method", METHODS)
@each_value("name", [name for name, fault in FAULTS.items() if fault.retried])
async def test_passing_fault_is_retried_until_success(
    name: str, method: str, api: Api, numbers: tuple[int, ...]
) -> None:
    """Return the result after any number of retried faults; raise other faults at once."""
    fault = FAULTS[name]
    line, call = CALLS[api][method]
    for faults in numbers if method in fault.retried else numbers[:1]:
        script, clock = (
            FakeScimServer(*[fault.make() for _ in range(faults)], html_labelled_response()),
            FakeClock(),
        )
        async with make_client(api, script, clock) as client:
            if method in fault.retried:
                await call(client)
                assert script.lines == [line] * (faults + 1)
                assert are_within(clock.slept, WINDOWS[fault.wait][:faults])
            elif api == "admin" or method not in ("POST", "PATCH"):  # readings have their own tests
                assert fault.error is not None
                with pytest.raises(fault.error):
                    await call(client)
                assert script.lines == [line]


@pytest.mark.heavy
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("method", [method for method in METHODS if method != "GET"])
@each_value("first", FIRST_FAULTS)
async def test_two_faults_in_one_change_are_both_reported(
    first: str, method: str, api: Api
) -> None:
    """After an uncertain attempt, every error of the call is uncertain."""
    line, call = CALLS[api][method]
    is_uncertain, is_retried = FIRST_FAULTS[first], method in FAULTS[first].retried
    for later in LATER_FAULTS if is_retried else LATER_FAULTS[:1]:
        step = FAULTS[later].make
        script = FakeScimServer(
            FAULTS[first].make(),
            step() if isinstance(step(), Exception) else lambda _, step=step: step(),
        )
        async with make_client(api, script, FakeClock()) as client:
            if is_retried and ends_in_success(first, later, method):
                await call(client)
                continue
            with pytest.raises((errors.TransportError, errors.ApiError)) as caught:
                await call(client)
        error: Any = caught.value
        context = f"{first}, then {later}: {error!r}"
        assert f"{error.method} {error.path}" == line, context
        if not is_uncertain:
            assert error.may_have_happened is FAULTS[later].happened, context
            continue
        assert error.may_have_happened, context
        assert "nothing was sent" not in str(error), context
        assert line in str(error), context
        if is_retried:
            assert error.uncertain_request == line, context
            assert getattr(error, "sent", None) is None, context
        assert pickle.loads(pickle.dumps(error)).may_have_happened, context
