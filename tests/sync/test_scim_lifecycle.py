# Generated from tests/aio/test_scim_lifecycle.py by tools/unasync.py; edit that file instead.
"""Lifecycle of a client: construction, use, closing."""

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
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_list,
    make_response,
    make_user,
)
from support.large_bodies import build_gzip_bomb


def test_client_construction_opens_no_connection() -> None:
    client = ScimClient("https://unreachable.invalid/scim", TOKEN)
    assert not client._session._connection_pool.is_open
    assert repr(client) == "<ScimClient of https://unreachable.invalid/scim>"
    assert repr(client.users) == "<Users of https://unreachable.invalid/scim>"
    client.close()
    client.close()


def test_client_without_context_manager_works() -> None:
    client = ScimClient(URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1))))
    assert (client.users.get("1")).id == "1"
    client.close()


def test_closed_client_raises() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.get("1")
    assert script.closed == 1
    with pytest.raises(errors.ConfigurationError, match="closed"):
        client.users.get("1")


def test_client_close_without_requests_closes_transport() -> None:
    script = FakeScimServer(make_response(200))
    with ScimClient(URL, TOKEN, transport=script):
        pass
    assert script.closed == 1


def test_http_client_of_caller_is_used_and_left_open() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with httpx.Client(transport=script, headers={"X-Mine": "1"}) as http_client:
        with ScimClient(URL, TOKEN, http_client=http_client) as client:
            assert (client.users.get("1")).id == "1"
        assert not http_client.is_closed
    (request,) = script.sent
    assert request.headers["x-mine"] == "1"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert str(request.url) == f"{URL}/Users/1"


def test_client_with_transport_and_http_client_raises() -> None:
    with httpx.Client(transport=FakeScimServer(make_response(200))) as http_client:
        with pytest.raises(errors.ConfigurationError, match="mutually exclusive"):
            ScimClient(
                URL, TOKEN, transport=FakeScimServer(make_response(200)), http_client=http_client
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
def test_client_with_invalid_argument_raises(wrong: dict[str, Any]) -> None:
    arguments = {"base_url": URL, "token": TOKEN, **wrong}
    with pytest.raises(errors.ConfigurationError):
        ScimClient(arguments.pop("base_url"), arguments.pop("token"), **arguments)


def test_from_env_reads_url_and_token() -> None:
    environment = {"BRITIVE_SCIM_URL": f"{URL}/", "BRITIVE_SCIM_TOKEN": TOKEN}
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient.from_env(environment, transport=script) as client:
        client.users.get("1")
    assert client.base_url == URL
    with pytest.raises(errors.ConfigurationError) as caught:
        ScimClient.from_env({})
    assert "BRITIVE_SCIM_URL" in str(caught.value)
    assert "BRITIVE_SCIM_TOKEN" in str(caught.value)


def test_request_headers_name_formats_and_user_agent() -> None:
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


def test_read_only_client_sends_no_change() -> None:
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
    assert script.lines == ["GET /Users"] * 2  # the further page that proves the total


def test_send_of_custom_operation_returns_decoded_body() -> None:
    script = FakeScimServer(make_response(200, {"anything": 1}))
    with ScimClient(URL, TOKEN, transport=script) as client:
        assert client.send(GET("/Things/{}", "7", returns=decode_json)) == {"anything": 1}
        client.send(DELETE("/Things/{}", "7", returns=ignore_body), timeout=1)
    assert script.lines == ["GET /Things/7", "DELETE /Things/7"]


def test_hooks_receive_an_event_for_every_attempt() -> None:
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


def test_gzip_response_is_decompressed() -> None:
    compressed = gzip.compress(json.dumps(make_user(1)).encode())

    class Raw(FakeScimServer):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            self.sent.append(request)
            return httpx.Response(
                200, stream=httpx.ByteStream(compressed), headers={"Content-Encoding": "gzip"}
            )

    with ScimClient(URL, TOKEN, transport=Raw(make_response(200))) as client:
        assert (client.users.get("1")).id == "1"


def test_response_over_max_response_bytes_raises() -> None:
    bomb = build_gzip_bomb(64)

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
    assert len(script.sent) == 2, "neither is retried"


def test_collection_returns_instances_of_its_class() -> None:
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
    # The device does not show its externalId: another filter shows that filters are ignored, and the list decides.
    assert script.lines == ["GET /Users/1", "GET /Devices/d1", *["GET /Devices"] * 3]


@each_value("endpoint", ["", "/", "/a/../b", "/a b", "//a", "/a?b", "/a{}", "/ä", "https://evil"])
def test_collection_with_invalid_endpoint_raises(endpoint: str) -> None:
    class Device(scim.Resource):
        __schema__ = "urn:acme:2.0:Device"

    client = ScimClient(URL, TOKEN)
    with pytest.raises(errors.InputError):
        client.collection(Device, endpoint)


def test_collection_of_discovered_class_uses_its_endpoint() -> None:
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
        device = client.collection(models["Device"]).list().first()
        client.collection(models["User"]).list().first()
        client.collection(models["Device"], "/Others").list().first()
        for name in ("Group", "Nowhere"):
            with pytest.raises(errors.InputError, match="endpoint"):
                client.collection(models[name])
    assert device is not None
    assert device.at("serial") == "x"
    assert script.lines == ["GET /Things", "GET /People", "GET /Others"]


def test_collection_of_other_class_without_endpoint_raises() -> None:
    class Device(scim.Resource):
        __schema__ = "urn:acme:2.0:Device"

    client = ScimClient(URL, TOKEN)
    with pytest.raises(errors.InputError, match="/Devices"):
        client.collection(Device)


@pytest.mark.parametrize(
    "client_class", [ScimClient, AdminClient], ids=lambda c: c.__name__
)
def test_client_signature_shows_default_values(client_class: Any) -> None:
    """Completion and `help()` show the default values themselves."""
    defaults = {
        "retry": RetryPolicy(),
        "timeout": 30,
        "transport": None,
        "http_client": None,
        "read_only": False,
        "settings": Settings(),
    }
    for constructor in (client_class, client_class.from_env):
        parameters = inspect.signature(constructor).parameters
        assert {name: parameters[name].default for name in defaults} == defaults
        assert all(parameters[name].kind is inspect.Parameter.KEYWORD_ONLY for name in defaults)
