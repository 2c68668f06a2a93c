# Generated from tests/aio/test_custom_http_client.py by tools/unasync.py; edit that file instead.
"""HTTP clients and transports of the caller that read responses before the client does."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, RetryPolicy, errors, scim
from britive_scim.sync.concurrency import IS_ASYNC
from britive_scim.testing import Tenant
from support.fake_scim_server import TOKEN, URL, Script, answer, refused, user

READ = "aread" if IS_ASYNC else "read"


def read(response: httpx.Response) -> None:
    getattr(response, READ)()


def raise_for_status(response: httpx.Response) -> None:
    response.raise_for_status()


def read_and_raise_for_status(response: httpx.Response) -> None:
    read(response)
    response.raise_for_status()


def close(response: httpx.Response) -> None:
    response.close()


class ReadingTransport(httpx.HTTPTransport):
    """A transport that reads every response before returning it, like one that logs or caches."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        read(response)
        return response


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant behind real sockets, where a body can be read only once."""
    tenant = Tenant(seed=1)
    tenant.populate(users=3, groups=0)
    with tenant.serve():
        yield tenant


def run_session(client: ScimClient) -> None:
    """Read, write, and raise an error whose body must be read."""
    assert len([item for item in client.users.list()]) == 3
    ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    created = client.users.create(ana)
    client.users.deactivate(created)
    assert (client.users.get(created)).active is False
    with pytest.raises(errors.Conflict) as caught:
        client.users.create(ana)
    assert caught.value.scim_type == "uniqueness"
    client.users.delete(created)


@pytest.mark.parametrize("hook", [read, read_and_raise_for_status])
def test_response_hook_may_read_body(tenant: Tenant, hook: Any) -> None:
    okta = tenant.identity_providers["Okta"]
    with (
        httpx.Client(event_hooks={"response": [hook]}) as http_client,
        ScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client,
    ):
        run_session(client)


def test_transport_may_read_body(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    with ScimClient(
        okta.scim_url, okta.scim_token, transport=ReadingTransport()
    ) as client:
        run_session(client)


def test_response_hook_may_raise_for_status(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    tenant.requests.clear()
    with (
        httpx.Client(event_hooks={"response": [raise_for_status]}) as http_client,
        ScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client,
    ):
        with pytest.raises(errors.NotFound) as caught:
            client.users.get("nobody")
    assert (caught.value.status, len(tenant.requests)) == (404, 1)


def test_response_hook_raising_for_503_is_retried() -> None:
    script = Script(refused(503), answer(200, user(1)))
    policy = RetryPolicy(first_wait=0, throttle_wait=0)
    with (
        httpx.Client(
            transport=script, event_hooks={"response": [raise_for_status]}
        ) as http_client,
        ScimClient(URL, TOKEN, http_client=http_client, retry=policy) as client,
    ):
        assert (client.users.get("1")).id == "1"


def test_response_hook_closing_unread_body_raises(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    with (
        httpx.Client(event_hooks={"response": [close]}) as http_client,
        ScimClient(okta.scim_url, okta.scim_token, http_client=http_client) as client,
    ):
        with pytest.raises(httpx.ResponseNotRead):
            client.users.list().first()


def test_closed_http_client_raises() -> None:
    with httpx.Client(transport=Script(answer(200, user(1)))) as http_client:
        client = ScimClient(URL, TOKEN, http_client=http_client)
    with pytest.raises(errors.ConfigurationError, match="http_client"):
        client.users.get("1")
