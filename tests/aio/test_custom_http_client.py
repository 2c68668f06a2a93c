"""HTTP clients and transports of the caller that read responses before the client does."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, errors, scim
from britive_scim.aio.concurrency import IS_ASYNC
from britive_scim.testing import Tenant
from support.fake_scim_server import TOKEN, URL, Script, answer, refused, user

READ = "aread" if IS_ASYNC else "read"


async def read(response: httpx.Response) -> None:
    await getattr(response, READ)()


async def raise_for_status(response: httpx.Response) -> None:
    response.raise_for_status()


async def read_and_raise_for_status(response: httpx.Response) -> None:
    await read(response)
    response.raise_for_status()


async def close(response: httpx.Response) -> None:
    await response.aclose()


class ReadingTransport(httpx.AsyncHTTPTransport):
    """A transport that reads every response before returning it, like one that logs or caches."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        await read(response)
        return response


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant behind real sockets, where a body can be read only once."""
    tenant = Tenant(seed=1)
    tenant.populate(users=3, groups=0)
    with tenant.serve():
        yield tenant


async def run_session(client: AsyncScimClient) -> None:
    """Read, write, and raise an error whose body must be read."""
    assert len([item async for item in client.users.list()]) == 3
    ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    created = await client.users.create(ana)
    await client.users.deactivate(created)
    assert (await client.users.get(created)).active is False
    with pytest.raises(errors.Conflict) as caught:
        await client.users.create(ana)
    assert caught.value.scim_type == "uniqueness"
    await client.users.delete(created)


@pytest.mark.parametrize("hook", [read, read_and_raise_for_status])
async def test_response_hook_may_read_body(tenant: Tenant, hook: Any) -> None:
    okta = tenant.identity_providers["Okta"]
    async with (
        httpx.AsyncClient(event_hooks={"response": [hook]}) as http_client,
        AsyncScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client,
    ):
        await run_session(client)


async def test_transport_may_read_body(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    async with AsyncScimClient(
        okta.scim_url, okta.scim_token, transport=ReadingTransport()
    ) as client:
        await run_session(client)


async def test_response_hook_may_raise_for_status(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    tenant.requests.clear()
    async with (
        httpx.AsyncClient(event_hooks={"response": [raise_for_status]}) as http_client,
        AsyncScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client,
    ):
        with pytest.raises(errors.NotFound) as caught:
            await client.users.get("nobody")
    assert (caught.value.status, len(tenant.requests)) == (404, 1)


async def test_response_hook_raising_for_503_is_retried() -> None:
    script = Script(refused(503), answer(200, user(1)))
    policy = RetryPolicy(first_wait=0, throttle_wait=0)
    async with (
        httpx.AsyncClient(
            transport=script, event_hooks={"response": [raise_for_status]}
        ) as http_client,
        AsyncScimClient(URL, TOKEN, http_client=http_client, retry=policy) as client,
    ):
        assert (await client.users.get("1")).id == "1"


async def test_response_hook_closing_unread_body_raises(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    async with (
        httpx.AsyncClient(event_hooks={"response": [close]}) as http_client,
        AsyncScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client,
    ):
        with pytest.raises(httpx.ResponseNotRead):
            await client.users.list().first()


async def test_closed_http_client_raises() -> None:
    async with httpx.AsyncClient(transport=Script(answer(200, user(1)))) as http_client:
        client = AsyncScimClient(URL, TOKEN, http_client=http_client)
    with pytest.raises(errors.ConfigurationError, match="http_client"):
        await client.users.get("1")
