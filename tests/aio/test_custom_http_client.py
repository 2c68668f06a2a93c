"""HTTP clients and transports of the caller's that look at answers before the client does."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, errors, scim
from britive_scim.aio.concurrency import IS_ASYNC
from britive_scim.testing import Tenant
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)

READ = "aread" if IS_ASYNC else "read"


async def read(response: httpx.Response) -> None:
    await getattr(response, READ)()


async def refuse(response: httpx.Response) -> None:
    response.raise_for_status()


async def read_and_refuse(response: httpx.Response) -> None:
    await read(response)
    response.raise_for_status()


async def close(response: httpx.Response) -> None:
    await response.aclose()


class Logging(httpx.AsyncHTTPTransport):
    """A transport that reads every answer before it hands it on, as one that logs or caches does."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        await read(response)
        return response


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant behind real sockets, where a body can be read once."""
    tenant = Tenant(seed=1)
    tenant.populate(users=3, groups=0)
    with tenant.serve():
        yield tenant


async def talk(client: AsyncScimClient) -> None:
    """Read, write, and meet an error that says something."""
    assert len([one async for one in client.users.list()]) == 3
    ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    made = await client.users.create(ana)
    await client.users.deactivate(made)
    assert (await client.users.get(made)).active is False
    with pytest.raises(errors.Conflict) as caught:
        await client.users.create(ana)
    assert caught.value.scim_type == "uniqueness"
    await client.users.delete(made)


@pytest.mark.parametrize("hook", [read, read_and_refuse])
async def test_a_hook_may_read_the_answer(tenant: Tenant, hook: Any) -> None:
    okta = tenant.identity_providers["Okta"]
    async with (
        httpx.AsyncClient(event_hooks={"response": [hook]}) as own,
        AsyncScimClient(okta.scim_url, okta.scim_token, http_client=own) as client,
    ):
        await talk(client)


async def test_a_transport_may_read_the_answer(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    async with AsyncScimClient(okta.scim_url, okta.scim_token, transport=Logging()) as client:
        await talk(client)


async def test_a_hook_may_raise_for_the_status(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    tenant.requests.clear()
    async with (
        httpx.AsyncClient(event_hooks={"response": [refuse]}) as own,
        AsyncScimClient(okta.scim_url, okta.scim_token, http_client=own) as client,
    ):
        with pytest.raises(errors.NotFound) as caught:
            await client.users.get("nobody")
    assert (caught.value.status, len(tenant.requests)) == (404, 1)


async def test_what_a_hook_raises_for_is_tried_again_as_ever() -> None:
    script = FakeScimServer(make_error(503), make_response(200, make_user(1)))
    quick = RetryPolicy(first_wait=0, throttle_wait=0)
    async with (
        httpx.AsyncClient(transport=script, event_hooks={"response": [refuse]}) as own,
        AsyncScimClient(URL, TOKEN, http_client=own, retry=quick) as client,
    ):
        assert (await client.users.get("1")).id == "1"


async def test_a_success_that_a_hook_closed_unread_is_none(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    async with (
        httpx.AsyncClient(event_hooks={"response": [close]}) as own,
        AsyncScimClient(okta.scim_url, okta.scim_token, http_client=own) as client,
    ):
        with pytest.raises(httpx.ResponseNotRead):
            await client.users.list().first()


async def test_a_closed_http_client_is_told() -> None:
    async with httpx.AsyncClient(transport=FakeScimServer(make_response(200, make_user(1)))) as own:
        client = AsyncScimClient(URL, TOKEN, http_client=own)
    with pytest.raises(errors.ConfigurationError, match="http_client"):
        await client.users.get("1")
