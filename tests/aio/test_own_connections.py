"""What the connections that a client makes itself are told, seen where httpx makes them."""

from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, Settings
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response, make_user


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options of every transport of httpx that a client makes; each answers with a user."""
    options: list[dict[str, Any]] = []

    def transport(**given: Any) -> FakeScimServer:
        options.append(given)
        return FakeScimServer(make_response(200, make_user(1)))

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", transport)
    return options


async def test_own_connection_left_idle_is_closed_before_servers_do(
    made: list[dict[str, Any]],
) -> None:
    """Uvicorn closes after 5 seconds, most balancers after 60: a request must not meet that."""
    async with AsyncScimClient(URL, TOKEN, settings=Settings(proxy=False)) as client:
        await client.users.get("1")
    assert [0 < one["limits"].keepalive_expiry < 5 for one in made] == [True]


async def test_own_connection_refused_is_retried_by_the_policy_alone(
    made: list[dict[str, Any]],
) -> None:
    """Retries within httpx would know neither the policy nor the client's clock."""
    async with AsyncScimClient(URL, TOKEN, settings=Settings(proxy=False)) as client:
        await client.users.get("1")
    assert [one["retries"] for one in made] == [0]
