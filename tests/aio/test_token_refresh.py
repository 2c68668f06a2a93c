"""A token function is called again after a 401; a literal token is final."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.aio.concurrent_iteration import ordered_map
from support.each_value import each_value
from support.fake_scim_server import (
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)

OLD, NEW = "token-one-0123456789", "token-two-0123456789"


class ExpiringServer(FakeScimServer):
    """Server that accepts one token; the others get a 401."""

    def __init__(self, valid: str = NEW, status: int = 200) -> None:
        super().__init__(self.respond)
        self.valid = valid
        self.status = status

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"].split()[1] != self.valid:
            return make_error(401, "token expired")
        return make_response(self.status, None if self.status == 204 else make_user(1))

    @property
    def tokens(self) -> list[str]:
        return [request.headers["Authorization"].split()[1] for request in self.sent]


class Vault:
    """Token function with `invalidate`."""

    def __init__(self, *tokens: Any) -> None:
        self.tokens = list(tokens)
        self.calls = 0
        self.invalidated: list[Any] = []

    def __call__(self) -> Any:
        self.calls += 1
        return self.tokens[0]

    def invalidate(self, token: Any) -> None:
        self.invalidated.append(token)
        if len(self.tokens) > 1:
            del self.tokens[0]


def client_of(
    token: Any, script: FakeScimServer, clock: FakeClock | None = None, **more: Any
) -> AsyncScimClient:
    settings = Settings(clock=clock or FakeClock())
    return AsyncScimClient(URL, token, transport=script, settings=settings, **more)


def make_sequence(*tokens: str) -> Callable[[], str]:
    """Return a function that returns these tokens in turn, and then always the last one."""
    rest = list(tokens)
    return lambda: rest.pop(0) if len(rest) > 1 else rest[0]


CALLS: dict[str, Callable[[AsyncScimClient], Any]] = {
    "GET": lambda c: c.users.get("1"),
    "POST": lambda c: c.users.create(scim.User(user_name="u1@example.com")),
    "PUT": lambda c: c.users.replace(scim.User(id="1", user_name="u1@example.com")),
    "PATCH": lambda c: c.users.patch("1", {"title": "x"}),
    "DELETE": lambda c: c.users.delete("1"),
    "list": lambda c: c.users.search().first(),
}


@each_value("method", [name for name in CALLS if name != "list"])
async def test_rejected_token_is_replaced_for_any_method(method: str) -> None:
    """The server did not process the request, so a creation is sent once more, even without retries."""
    for retry in (RetryPolicy(), RetryPolicy.none()):
        clock, script = FakeClock(), ExpiringServer()
        async with client_of(make_sequence(OLD, NEW), script, clock, retry=retry) as client:
            await CALLS[method](client)
        assert script.tokens == [OLD, NEW]
        assert clock.slept == []


async def test_same_token_after_401_is_final() -> None:
    for call in CALLS.values():
        calls: list[int] = []

        def get_token(calls: list[int] = calls) -> str:
            calls.append(1)
            return OLD

        script = ExpiringServer()
        async with client_of(get_token, script) as client:
            with pytest.raises(errors.Unauthorized) as caught:
                await call(client)
        assert script.tokens == [OLD]
        assert len(calls) == 2
        assert (caught.value.attempts, caught.value.may_have_happened) == (1, False)


async def test_second_token_rejected_is_final() -> None:
    script = ExpiringServer("another-token-0123456789")
    tokens = iter([f"token-{number}-0123456789" for number in range(9)])
    async with client_of(lambda: next(tokens), script) as client:
        with pytest.raises(errors.Unauthorized):
            await client.users.get("1")
    assert len(script.sent) == 2


async def test_call_refreshes_its_token_once() -> None:
    script = FakeScimServer(make_error(401), make_error(503), make_error(401))
    tokens = iter([f"token-{number}-0123456789" for number in range(9)])
    async with client_of(lambda: next(tokens), script) as client:
        with pytest.raises(errors.Unauthorized):
            await client.users.get("1")
    assert len(script.sent) == 3


async def test_same_token_is_final_for_its_call_alone() -> None:
    """The next call invokes the function again."""
    script = ExpiringServer()
    async with client_of(make_sequence(OLD, OLD, OLD, NEW), script) as client:
        with pytest.raises(errors.Unauthorized):
            await client.users.get("1")
        assert (await client.users.get("1")).id == "1"
    assert script.tokens == [OLD, OLD, NEW]


async def test_literal_token_rejected_is_final() -> None:
    for token in (OLD, SecretStr(OLD)):
        script = ExpiringServer()
        async with client_of(token, script) as client:
            with pytest.raises(errors.Unauthorized):
                await client.users.get("1")
        assert len(script.sent) == 1


@pytest.mark.parametrize("kind", [str, SecretStr])
async def test_invalidate_receives_token_as_function_returned_it(kind: Any) -> None:
    script, vault = ExpiringServer(), Vault(kind(OLD), kind(NEW))
    async with client_of(vault, script) as client:
        await client.users.get("1")
        await client.users.get("1")
    assert vault.invalidated == [kind(OLD)]
    assert script.tokens == [OLD, NEW, NEW]


async def test_admin_client_replaces_rejected_token() -> None:
    script, vault = ExpiringServer(), Vault(OLD, NEW)
    settings = Settings(clock=FakeClock())
    async with AsyncAdminClient("acme", vault, transport=script, settings=settings) as britive:
        await britive.tags.enable("1")
    assert script.tokens == [OLD, NEW]
    assert vault.invalidated == [OLD]


async def test_refresh_counts_no_attempt_but_time() -> None:
    """Five attempts remain for other faults; the token of a function that takes longer than `total` is not used."""
    script = FakeScimServer(
        make_error(401), *[make_error(503)] * 4, make_response(200, make_user(1))
    )
    async with client_of(make_sequence(OLD, NEW), script) as client:
        await client.users.get("1")
    assert len(script.sent) == 6

    clock = FakeClock()

    def get_token_slowly() -> str:
        clock.time += 70
        return f"token-{clock.time:.0f}-0123456789"

    script = FakeScimServer(make_error(401))
    async with client_of(get_token_slowly, script, clock) as client:
        with pytest.raises(errors.Unauthorized):
            await client.users.get("1")
    assert len(script.sent) == 1


async def test_refresh_in_middle_of_retries_keeps_uncertainty() -> None:
    script = FakeScimServer(httpx.ReadError("lost"), make_error(401), make_error(403))
    async with client_of(make_sequence(OLD, OLD, NEW), script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.users.delete("1")
    assert len(script.sent) == 3
    assert caught.value.may_have_happened


async def test_conflict_after_refresh_is_not_a_lost_creation() -> None:
    """The request with 401 had no effect, so the conflict is with a resource of someone else."""
    script = FakeScimServer(make_error(401), make_error(409))
    async with client_of(make_sequence(OLD, NEW), script) as client:
        with pytest.raises(errors.Conflict):
            await client.users.create(scim.User(user_name="u1@example.com"))
    assert script.lines == ["POST /Users"] * 2


async def test_function_that_fails_after_401_raises_its_error() -> None:
    tokens = iter([OLD])
    async with client_of(lambda: next(tokens, None), ExpiringServer()) as client:
        with pytest.raises(errors.ConfigurationError, match="token must be a string"):
            await client.users.get("1")


async def test_function_that_fails_once_does_not_block_the_next_call() -> None:
    results: list[Any] = [OLD, RuntimeError("vault is sealed"), OLD, NEW]

    def get_token() -> str:
        result = results.pop(0) if len(results) > 1 else results[0]
        if isinstance(result, Exception):
            raise result
        return result

    script = ExpiringServer()
    async with client_of(get_token, script) as client:
        with pytest.raises(RuntimeError, match="sealed"):
            await client.users.get("1")
        assert (await client.users.get("1")).id == "1"


async def test_calls_at_once_share_one_refresh() -> None:
    """Each call that met the 401 uses the token of the first refresh."""
    script, vault = ExpiringServer(), Vault(OLD, NEW)
    async with client_of(vault, script) as client:

        async def get(number: int) -> str | None:
            return (await client.users.get(str(number))).id

        ids = [id_ async for id_ in ordered_map(get, range(8), 8)]
    assert ids == ["1"] * 8
    assert vault.invalidated == [OLD]
    assert set(script.tokens) <= {OLD, NEW}


async def test_stale_token_after_refresh_is_refreshed_again() -> None:
    """The function still returns the rejected token to a later call, and the new one afterwards."""
    script = ExpiringServer()
    async with client_of(make_sequence(OLD, NEW, OLD, NEW), script) as client:
        await client.users.get("1")
        await client.users.get("1")
    assert script.tokens == [OLD, NEW, OLD, NEW]
