# Generated from tests/aio/test_scim_lifecycle.py by tools/unasync.py; edit that file instead.
"""Making, using and closing a client."""

import gzip
import inspect
import json
from typing import Any

import httpx
import pytest

from britive_scim import (
    AdminClient,
    ScimClient,
    RetryPolicy,
    Settings,
    errors,
    scim,
)
from britive_scim.wire.decoding.scim import decode_json, ignore_body
from britive_scim.wire.operation import DELETE, GET
from britive_scim.wire.settings import AttemptEvent
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_list,
    make_response,
    make_user,
)


def test_making_a_client_opens_nothing() -> None:
    client = ScimClient("https://unreachable.invalid/scim", TOKEN)
    assert not client._session._connection_pool.is_open
    assert repr(client) == "<ScimClient of https://unreachable.invalid/scim>"
    assert repr(client.users) == "<Users of https://unreachable.invalid/scim>"
    client.close()
    client.close()


def test_a_client_works_without_with() -> None:
    client = ScimClient(URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1))))
    assert (client.users.get("1")).id == "1"
    client.close()


def test_a_closed_client_says_so() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.get("1")
    assert script.closed == 1
    with pytest.raises(errors.ConfigurationError, match="closed"):
        client.users.get("1")


def test_a_transport_is_closed_with_the_client_even_if_nothing_was_sent() -> None:
    script = FakeScimServer(make_response(200))
    with ScimClient(URL, TOKEN, transport=script):
        pass
    assert script.closed == 1


def test_an_http_client_of_the_caller_is_used_and_left_open() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with httpx.Client(transport=script, headers={"X-Mine": "1"}) as own:
        with ScimClient(URL, TOKEN, http_client=own) as client:
            assert (client.users.get("1")).id == "1"
        assert not own.is_closed
    (request,) = script.sent
    assert request.headers["x-mine"] == "1"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert str(request.url) == f"{URL}/Users/1"


def test_a_transport_and_a_client_are_too_much() -> None:
    with httpx.Client(transport=FakeScimServer(make_response(200))) as own:
        with pytest.raises(errors.ConfigurationError, match="mutually exclusive"):
            ScimClient(
                URL, TOKEN, transport=FakeScimServer(make_response(200)), http_client=own
            )


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "http://acme.example/scim"},
        {"base_url": "acme"},
        {"token": ""},
        {"timeout": 0},
        {"timeout": "30"},
    ],
    ids=repr,
)
def test_what_cannot_work_is_refused_when_the_client_is_made(wrong: dict[str, Any]) -> None:
    given = {"base_url": URL, "token": TOKEN, **wrong}
    with pytest.raises(errors.ConfigurationError):
        ScimClient(given.pop("base_url"), given.pop("token"), **given)


def test_a_client_from_the_environment() -> None:
    environment = {"BRITIVE_SCIM_URL": f"{URL}/", "BRITIVE_SCIM_TOKEN": TOKEN}
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient.from_env(environment, transport=script) as client:
        client.users.get("1")
    assert client.base_url == URL
    with pytest.raises(errors.ConfigurationError) as caught:
        ScimClient.from_env({})
    assert "BRITIVE_SCIM_URL" in str(caught.value)
    assert "BRITIVE_SCIM_TOKEN" in str(caught.value)


def test_requests_say_what_they_accept_and_who_sends_them() -> None:
    script = FakeScimServer(make_response(201, make_user(1)))
    settings = Settings(user_agent="acme-sync/2")
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        client.users.create(scim.User(user_name="Ä"))
    (request,) = script.sent
    assert request.headers["accept"].startswith("application/scim+json")
    assert request.headers["accept-encoding"] == "gzip"
    assert request.headers["content-type"] == "application/scim+json"
    assert request.headers["user-agent"].startswith("acme-sync/2 britive-scim/")
    assert json.loads(request.content)["userName"] == "Ä"


def test_a_read_only_client_sends_no_change() -> None:
    script = FakeScimServer(make_list(make_user(1)))
    with ScimClient(URL, TOKEN, transport=script, read_only=True) as client:
        assert [u.id for u in client.users.list()] == ["1"]
        with pytest.raises(errors.ReadOnly, match="POST /Users"):
            client.users.create(scim.User(user_name="a"))
        with pytest.raises(errors.ReadOnly):
            client.users.delete("1")
        with pytest.raises(errors.ReadOnly):
            client.users.deactivate("1")
        with pytest.raises(errors.ReadOnly):
            client.groups.add_members("g", ["1"])
    assert script.lines == ["GET /Users"]


def test_operations_of_ones_own_can_be_sent() -> None:
    script = FakeScimServer(make_response(200, {"anything": 1}))
    with ScimClient(URL, TOKEN, transport=script) as client:
        assert client.send(GET("/Things/{}", "7", returns=decode_json)) == {"anything": 1}
        client.send(DELETE("/Things/{}", "7", returns=ignore_body), timeout=1)
    assert script.lines == ["GET /Things/7", "DELETE /Things/7"]


def test_hooks_see_every_try_and_nothing_personal() -> None:
    seen: list[AttemptEvent] = []
    script = FakeScimServer(
        httpx.ReadError("x"),
        make_response(503),
        make_response(200, make_user(1), {"X-Request-Id": "r1"}),
    )
    settings = Settings(clock=FakeClock(), hooks=(seen.append,))
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        client.users.get("1")
    assert [(e.attempt, e.status, e.failure_reason is None) for e in seen] == [
        (1, None, False),
        (2, 503, True),
        (3, 200, True),
    ]
    assert seen[2].template == "/Users/{}"
    assert seen[2].path == "/Users/1"
    assert seen[2].request_id == "r1"


def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(json.dumps(make_user(1)).encode())

    class Raw(FakeScimServer):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            self.sent.append(request)
            return httpx.Response(
                200, stream=httpx.ByteStream(packed), headers={"Content-Encoding": "gzip"}
            )

    with ScimClient(URL, TOKEN, transport=Raw(make_response(200))) as client:
        assert (client.users.get("1")).id == "1"


def test_a_bomb_and_an_oversized_answer_are_refused() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))

    class Raw(FakeScimServer):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            self.sent.append(request)
            if len(self.sent) == 1:
                return httpx.Response(
                    200, stream=httpx.ByteStream(bomb), headers={"Content-Encoding": "gzip"}
                )
            return httpx.Response(200, content=b"x" * 5000)

    script = Raw(make_response(200))
    settings = Settings(max_response_bytes=2048)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with pytest.raises(errors.UnexpectedResponse, match="decompresses to more than"):
            client.users.get("1")
        with pytest.raises(errors.UnexpectedResponse, match="larger than 2048 bytes"):
            client.users.get("1")
    assert len(script.sent) == 2, "neither is asked for again"


def test_collections_are_read_as_the_class_given() -> None:
    class Badge(scim.Extension):
        number: int | None = None

    class Person(scim.User):
        badge: Badge | None = scim.extension("urn:acme:2.0:Badge")

    class Device(scim.Resource):
        __schema__ = "urn:acme:2.0:Device"
        serial: str | None = None

    script = FakeScimServer(
        make_response(200, make_user(1, **{"urn:acme:2.0:Badge": {"number": 7}})),
        make_response(200, {"schemas": ["urn:acme:2.0:Device"], "id": "d1", "serial": "x"}),
        make_list({"schemas": ["urn:acme:2.0:Device"], "id": "d1"}),
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        person = client.collection(Person).get("1")
        assert person.badge is not None
        assert person.badge.number == 7
        devices = client.collection(Device, "/Devices")
        assert (devices.get("d1")).serial == "x"
        assert devices.find_by_external_id("zz") is None
    assert script.lines == ["GET /Users/1", "GET /Devices/d1", "GET /Devices"]


@pytest.mark.parametrize(
    "endpoint", ["", "/", "/a/../b", "/a b", "//a", "/a?b", "/a{}", "/ä", "https://evil"]
)
def test_an_endpoint_that_is_no_path_is_refused(endpoint: str) -> None:
    class Device(scim.Resource):
        __schema__ = "urn:acme:2.0:Device"

    client = ScimClient(URL, TOKEN)
    with pytest.raises(errors.InputError):
        client.collection(Device, endpoint)


def test_a_collection_of_a_class_that_knows_its_endpoint_needs_no_other() -> None:
    schema = {
        "id": "urn:acme:2.0:Device",
        "name": "Device",
        "attributes": [{"name": "serial", "type": "string", "multiValued": False}],
    }
    models = scim.models_from_discovery(
        [schema],
        [
            {"name": "Device", "schema": "urn:acme:2.0:Device", "endpoint": "/Things"},
            {"name": "User", "schema": scim.User.__schema__, "endpoint": "People"},
            {"name": "Group", "schema": scim.Group.__schema__, "endpoint": "/Users/../Groups"},
            {"name": "Nowhere", "schema": "urn:acme:2.0:Device"},
        ],
    )
    script = FakeScimServer(
        make_list({"id": "d1", "serial": "x"}), make_list(make_user(1)), make_list()
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        found = client.collection(models["Device"]).list().first()
        client.collection(models["User"]).list().first()
        client.collection(models["Device"], "/Others").list().first()
        for name in ("Group", "Nowhere"):
            with pytest.raises(errors.InputError, match="endpoint"):
                client.collection(models[name])
    assert found is not None
    assert found.at("serial") == "x"
    assert script.lines == ["GET /Things", "GET /People", "GET /Others"]


def test_a_collection_of_another_class_needs_an_endpoint() -> None:
    class Device(scim.Resource):
        __schema__ = "urn:acme:2.0:Device"

    client = ScimClient(URL, TOKEN)
    with pytest.raises(errors.InputError, match="/Devices"):
        client.collection(Device)


@pytest.mark.parametrize("maker", [ScimClient, AdminClient], ids=lambda c: c.__name__)
def test_a_client_shows_what_it_is_made_with(maker: Any) -> None:
    """Completion and `help()` tell the defaults themselves, not that there are some."""
    usual = {
        "retry": RetryPolicy(),
        "timeout": 30,
        "transport": None,
        "http_client": None,
        "read_only": False,
        "settings": Settings(),
    }
    for makes in (maker, maker.from_env):
        parameters = inspect.signature(makes).parameters
        assert {name: parameters[name].default for name in usual} == usual
        assert all(parameters[name].kind is inspect.Parameter.KEYWORD_ONLY for name in usual)
