# Generated from tests/aio/test_custom_http_client.py by tools/unasync.py; edit that file instead.
"""HTTP clients and transports of the caller's that look at answers before the client does."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, RetryPolicy, errors, scim
from britive_scim.sync.concurrency import IS_ASYNC
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


def read(response: httpx.Response) -> None:
    getattr(response, READ)()


def refuse(response: httpx.Response) -> None:
    response.raise_for_status()


def read_and_refuse(response: httpx.Response) -> None:
    read(response)
    response.raise_for_status()


def close(response: httpx.Response) -> None:
    response.close()


class Logging(httpx.HTTPTransport):
    """A transport that reads every answer before it hands it on, as one that logs or caches does."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        read(response)
        return response


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant behind real sockets, where a body can be read once."""
    tenant = Tenant(seed=1)
    tenant.populate(users=3, groups=0)
    with tenant.serve():
        yield tenant


def talk(client: ScimClient) -> None:
    """Read, write, and meet an error that says something."""
    assert len([one for one in client.users.list()]) == 3
    ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    made = client.users.create(ana)
    client.users.deactivate(made)
    assert (client.users.get(made)).active is False
    with pytest.raises(errors.Conflict) as caught:
        client.users.create(ana)
    assert caught.value.scim_type == "uniqueness"
    client.users.delete(made)


@pytest.mark.parametrize("hook", [read, read_and_refuse])
def test_a_hook_may_read_the_answer(tenant: Tenant, hook: Any) -> None:
    okta = tenant.identity_providers["Okta"]
    with (
        httpx.Client(event_hooks={"response": [hook]}) as own,
        ScimClient(okta.scim_url, okta.scim_token, http_client=own) as client,
    ):
        talk(client)


def test_a_transport_may_read_the_answer(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    with ScimClient(okta.scim_url, okta.scim_token, transport=Logging()) as client:
        talk(client)


def test_a_hook_may_raise_for_the_status(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    tenant.requests.clear()
    with (
        httpx.Client(event_hooks={"response": [refuse]}) as own,
        ScimClient(okta.scim_url, okta.scim_token, http_client=own) as client,
    ):
        with pytest.raises(errors.NotFound) as caught:
            client.users.get("nobody")
    assert (caught.value.status, len(tenant.requests)) == (404, 1)


def test_what_a_hook_raises_for_is_tried_again_as_ever() -> None:
    script = FakeScimServer(make_error(503), make_response(200, make_user(1)))
    quick = RetryPolicy(first_wait=0, throttle_wait=0)
    with (
        httpx.Client(transport=script, event_hooks={"response": [refuse]}) as own,
        ScimClient(URL, TOKEN, http_client=own, retry=quick) as client,
    ):
        assert (client.users.get("1")).id == "1"


def test_a_success_that_a_hook_closed_unread_is_none(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    with (
        httpx.Client(event_hooks={"response": [close]}) as own,
        ScimClient(okta.scim_url, okta.scim_token, http_client=own) as client,
    ):
        with pytest.raises(httpx.ResponseNotRead):
            client.users.list().first()


def test_a_closed_http_client_is_told() -> None:
    with httpx.Client(transport=FakeScimServer(make_response(200, make_user(1)))) as own:
        client = ScimClient(URL, TOKEN, http_client=own)
    with pytest.raises(errors.ConfigurationError, match="http_client"):
        client.users.get("1")
