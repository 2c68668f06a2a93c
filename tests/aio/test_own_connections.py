"""Options of the httpx transports that a client creates itself."""

from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, Settings
from support.fake_scim_server import TOKEN, URL, Script, answer, user


@pytest.fixture
def transport_options(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Options of every httpx transport that a client creates; each transport returns a user."""
    options: list[dict[str, Any]] = []

    def transport(**keywords: Any) -> Script:
        options.append(keywords)
        return Script(answer(200, user(1)))

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", transport)
    return options


async def test_own_connection_expires_before_server_closes_it(
    transport_options: list[dict[str, Any]],
) -> None:
    """Uvicorn closes idle connections after 5 seconds, most load balancers after 60."""
    async with AsyncScimClient(URL, TOKEN, settings=Settings(proxy=False)) as client:
        await client.users.get("1")
    assert [0 < options["limits"].keepalive_expiry < 5 for options in transport_options] == [True]


async def test_own_connection_has_no_retries_in_httpx(
    transport_options: list[dict[str, Any]],
) -> None:
    """Retries within httpx would ignore the retry policy and the client's clock."""
    async with AsyncScimClient(URL, TOKEN, settings=Settings(proxy=False)) as client:
        await client.users.get("1")
    assert [options["retries"] for options in transport_options] == [0]
