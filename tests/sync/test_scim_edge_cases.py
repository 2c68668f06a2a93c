# Generated from tests/aio/test_scim_edge_cases.py by tools/unasync.py; edit that file instead.
"""Corners of a client's life that no other test comes to."""

import httpx

from britive_scim import ScimClient, Settings
from support.fake_scim_server import (
    LIST,
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    UnclosableBody,
    make_response,
    make_user,
)


def test_a_token_function_may_have_to_be_awaited() -> None:
    def token() -> str:
        return TOKEN

    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient(URL, token, transport=script) as client:
        client.users.get("1")
    assert script.sent[0].headers["authorization"] == f"Bearer {TOKEN}"


def uncounted(*numbers: int) -> httpx.Response:
    return make_response(200, {"schemas": [LIST], "Resources": [make_user(n) for n in numbers]})


def test_a_list_that_the_server_does_not_count_is_read_and_counted() -> None:
    script = FakeScimServer(uncounted(), uncounted(1), uncounted(1, 2), uncounted(3))
    with ScimClient(URL, TOKEN, transport=script) as client:
        assert client.users.list(page_size=2).count() == 3
    script = FakeScimServer(uncounted(), uncounted())
    with ScimClient(URL, TOKEN, transport=script) as client:
        assert client.users.list().count() == 0


def test_a_call_that_comes_during_a_pause_waits_for_its_end() -> None:
    clock = FakeClock()
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=clock)
    ) as client:
        client._session.pause(30)
        client.users.get("1")
        assert 30 <= clock.waited <= 35
        client.users.get("1")
        assert clock.waited <= 35


def test_trouble_in_closing_an_answer_changes_nothing_about_it() -> None:
    script = FakeScimServer(lambda _: httpx.Response(200, stream=UnclosableBody(b'{"id": "1"}')))
    with ScimClient(URL, TOKEN, transport=script) as client:
        assert (client.users.get("1")).id == "1"


def test_the_proxy_of_a_transport_brought_along_is_nobodys_business() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient(URL, TOKEN, transport=script) as client:
        assert (client.check()).proxy is None
