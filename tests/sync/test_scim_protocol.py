# Generated from tests/aio/test_scim_protocol.py by tools/unasync.py; edit that file instead.
"""Protocol features of RFC 7644 for any resource type, and effects of the provider's configuration."""

import json
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, ScimClient, Settings, errors, scim
from britive_scim.sync.concurrent_iteration import ordered_map
from britive_scim.testing import Capabilities, Tenant
from britive_scim.wire.decoding.scim import (
    decode_list_response,
    decode_model,
    decode_optional_body,
    ignore_body,
)
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, PUT
from support.each_value import each_value
from support.fake_scim_server import (
    LIST,
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_response,
    make_user,
)


class Device(scim.Resource):
    """A custom resource type."""

    __schema__ = "urn:acme:2.0:Device"
    serial: str | None = None
    floor: int | None = None


class DeviceServer(FakeScimServer):
    """A server that stores devices with versions and finds them by externalId."""

    def __init__(self) -> None:
        super().__init__(make_response(404))
        self.stored: dict[str, dict[str, Any]] = {}
        self.changed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.sent.append(request)
        body = json.loads(content) if content else {}
        _, _, id_ = request.url.path.removeprefix("/api/scim/v2/Devices").rpartition("/")
        query = {**dict(request.url.params), **(body if id_ == ".search" else {})}
        if request.method == "POST" and id_ != ".search":
            return self.store(f"d{len(self.stored) + 1}", body, 201)
        if not id_ or id_ == ".search":
            wanted = str(query.get("filter", "")).partition('"')[2].rstrip('"')
            found = [d for d in self.stored.values() if wanted in ("", d.get("externalId"))]
            return make_response(
                200, {"schemas": [LIST], "totalResults": len(found), "Resources": found}
            )
        present = self.stored.get(id_)
        if present is None:
            return make_error(404)
        if (
            request.headers.get("if-match", present["meta"]["version"])
            != present["meta"]["version"]
        ):
            return make_error(412)
        if request.method == "DELETE":
            del self.stored[id_]
            return make_response(204)
        if request.method == "PATCH":
            for operation in body["Operations"]:
                value = operation["value"]
                present |= {operation["path"]: value} if "path" in operation else value
            return self.store(id_, present, 200)
        return (
            self.store(id_, body, 200) if request.method == "PUT" else make_response(200, present)
        )

    def store(self, id_: str, body: dict[str, Any], status: int) -> httpx.Response:
        self.changed += 1
        self.stored[id_] = {**body, "id": id_, "meta": {"version": f'W/"{self.changed}"'}}
        return make_response(status, self.stored[id_])


def test_collection_of_custom_type_supports_every_method() -> None:
    script = DeviceServer()
    with ScimClient(URL, TOKEN, transport=script) as client:
        devices = client.collection(Device, "/Devices")
        created_device = devices.create(Device(serial="x", external_id="e-1"))
        assert (created_device.id, created_device.serial) == ("d1", "x")
        same, created = devices.ensure(Device(serial="y", external_id="e-1"))
        assert (same.id, created) == ("d1", False)
        other, created = devices.ensure(Device(serial="y", external_id="e-2"))
        assert (other.id, created) == ("d2", True)
        assert (devices.patch(created_device, {"floor": 3})).floor == 3
        with pytest.raises(errors.PreconditionFailed):
            devices.replace(created_device, if_match=True)

        def increment_floor(device: Device) -> None:
            device.floor = (device.floor or 0) + 1

        assert (devices.edit(created_device, increment_floor)).floor == 4
        assert [device.id for device in devices.list()] == ["d1", "d2"]
        assert [device.id for device in devices.search(filter='externalId eq "e-2"')] == [
            "d2"
        ]
        report = client.bulk([devices.deletion(other), devices.change("d1", {"serial": "z"})])
        assert report.ok, str(report)
        assert (devices.get("d1")).serial == "z"
        with pytest.raises(errors.NotFound):
            devices.get(other)


def test_send_of_custom_type_uses_given_decoder() -> None:
    script = DeviceServer()
    with ScimClient(URL, TOKEN, transport=script) as client:
        created = client.send(
            POST("/Devices", body={"serial": "x"}, returns=decode_model(Device))
        )
        assert isinstance(created, Device)
        assert created.id == "d1"
        page = client.send(
            GET("/Devices", returns=decode_list_response(Device), query={"count": 5})
        )
        assert [device.serial for device in page.items] == ["x"]
        body = {"Operations": [{"op": "replace", "value": {"floor": 2}}]}
        patched = client.send(
            PATCH("/Devices/{}", created, body=body, returns=decode_optional_body(Device))
        )
        assert patched is not None
        assert patched.floor == 2
        put = client.send(
            PUT("/Devices/{}", created, body={"serial": "y"}, returns=decode_model(Device))
        )
        assert (put.serial, put.floor) == ("y", None)
        last = client.last_response
        assert last is not None
        assert (last.status, last.method, last.path) == (200, "PUT", "/Devices/d1")
        client.send(DELETE("/Devices/{}", created, returns=ignore_body))
        with pytest.raises(errors.InputError):
            client.send(GET("/Devices/{}", "..", returns=decode_model(Device)))
    assert script.queries[1] == {"count": "5"}


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("cursors", [False, True])
def test_search_across_types_reads_every_page(cursors: bool, concurrency: int) -> None:
    resources = [make_user(n) if n % 3 else make_group(n) for n in range(1, 31)]

    def page(request: httpx.Request) -> httpx.Response:
        query = json.loads(request.content)
        start = int(query.get("cursor") or query.get("startIndex") or 1)
        found = resources[start - 1 : start - 1 + query["count"]]
        body = {"schemas": [LIST], "totalResults": 30, "Resources": found}
        if cursors and start + len(found) <= 30:
            body["nextCursor"] = str(start + len(found))
        return make_response(200, body)

    script = FakeScimServer(page)
    with ScimClient(URL, TOKEN, transport=script, read_only=True) as client:
        pager = client.search(filter="id pr", page_size=4, concurrency=concurrency)
        found = [type(item) for item in pager]
    assert found == [scim.User if n % 3 else scim.Group for n in range(1, 31)]
    assert pager.complete
    assert set(script.lines) == {"POST /.search"}


# ------------------------------------------------------------------------------ announced features


@each_value("etag", [None, True, False])
def test_edit_without_etag_support_sends_no_if_match(
    etag: bool | None,
) -> None:
    script = DeviceServer()
    script.store("d1", {"serial": "x"}, 201)
    with ScimClient(URL, TOKEN, transport=script) as client:
        if etag is not None:
            original, config = script.handle_request, {"schemas": [], "etag": {"supported": etag}}
            script.handle_request = lambda _: make_response(200, config)
            client.service_provider_config()
            script.handle_request = original
        devices = client.collection(Device, "/Devices")
        devices.edit("d1", lambda device: device.model_copy(update={"floor": 1}))
    assert script.sent[-1].headers.get("if-match") == (None if etag is False else 'W/"1"')


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("paging", ["index", "cursor"])
def test_list_of_changing_directory_returns_nobody_twice(
    paging: Any, concurrency: int
) -> None:
    """After each page every user moves by one index; with cursors the provider keeps a snapshot.

    Pages that are fetched concurrently may show different states: then a user can be missing, and the pager
    says that the list is incomplete.
    """
    tenant = Tenant()
    tenant.populate(users=60)
    idp = tenant.identity_providers["Okta"]
    settings = Settings(paging=paging, page_size=10)
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport(), settings=settings
    ) as okta:
        seen: list[str | None] = []
        before = {item["id"] for item in idp.users}
        pager = okta.users.list(concurrency=concurrency, sort_by="userName")
        for page in pager.pages():
            seen.extend(item.id for item in page.items)
            email = f"aaa{len(seen)}@acme.com"
            first = scim.User.of(email=email, given_name="A", family_name="B")
            okta.users.create(first)
    assert len(set(seen)) == len(seen)
    if paging == "cursor" or concurrency == 1:
        assert before <= set(seen)
    else:
        assert before <= set(seen) or pager.complete is False


@pytest.mark.parametrize("provider", ["Generic", "Azure"])
def test_connection_dialect_depends_on_scim_provider(provider: str) -> None:
    tenant = Tenant()
    britive = AdminClient(tenant.name, tenant.api_token, transport=tenant.transport())
    with britive:
        connection = britive.set_up_provisioning("New", scim_provider=provider)
        for options, is_entra in ({}, provider == "Azure"), ({"settings": Settings()}, False):
            with connection.client(**options) as scim_client:
                with scim_client.dry_run() as changes:
                    scim_client.groups.remove_members("g", ["u"])
            entra = {"op": "Remove", "path": "members", "value": [{"value": "u"}]}
            okta = {"op": "remove", "path": 'members[value eq "u"]'}
            assert changes[0].body["Operations"] == [entra if is_entra else okta]


# ------------------------------------------------------------------------------------ busy servers


def test_throttled_client_reduces_concurrent_requests() -> None:
    script = FakeScimServer(make_error(429), make_response(200, make_user(1)))
    settings = Settings(max_connections=8, clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        client.users.get("1")
        connections = client._session._connection_pool._connections
        assert connections is not None
        assert connections.limiter.capacity == 5  # halved by the 429, then increased by one
        for _ in range(3):
            client.users.get("1")
        assert connections.limiter.capacity == 8


def test_rate_limit_is_shared_by_concurrent_calls() -> None:
    clock = FakeClock()
    settings = Settings(rate_limit=2, clock=clock)
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        started = clock.time

        def call(_: int) -> str | None:
            return (client.users.get("1")).id

        results = [user_id for user_id in ordered_map(call, range(20), 4)]
    assert results == ["1"] * 20
    assert clock.time - started >= 9.4  # four independent limits would take 2 seconds


# -------------------------------------------------------------------------------------- dry runs


def test_dry_run_reads_from_server_and_writes_nothing() -> None:
    tenant = Tenant(capabilities=Capabilities(max_page_size=20))
    tenant.populate(users=50)
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as okta:
        existing = [item for item in okta.users.list(page_size=20)]
        before = json.dumps([idp.users, idp.groups])
        with okta.dry_run() as changes:
            for concurrency in (1, 4):
                pager = okta.users.list(page_size=20, concurrency=concurrency)
                assert [item.id for item in pager] == [item.id for item in existing]
                assert pager.complete
            assert [item.id for item in okta.users.search()] == [item.id for item in existing]
            assert okta.users.list().count() == 50
            assert changes == []
            assert okta.users.ensure(existing[0]) == (existing[0], False)
            bo = scim.User.of(email="bo@acme.com", given_name="Bo", family_name="x")
            new, created = okta.users.ensure(bo)
            assert (new.id, created) == ("dry-run-1", True)
            team = okta.groups.create(scim.Group(display_name="New"))
            okta.groups.set_members(team, [*existing, new])
            okta.groups.add_members(team, [f"u-{n}" for n in range(150)])
            okta.users.edit(
                existing[0], lambda item: item.model_copy(update={"title": "CTO"})
            )
            okta.users.reactivate(existing[1])
            report = okta.bulk(
                [okta.users.deletion(existing[2]), okta.users.creation(bo, bulk_id="bo")]
            )
            assert report.ok
        assert [(item.method, item.template) for item in changes] == [
            ("POST", "/Users"),
            ("POST", "/Groups"),
            ("PATCH", "/Groups/{}"),
            ("PATCH", "/Groups/{}"),
            ("PATCH", "/Groups/{}"),
            ("PATCH", "/Users/{}"),
            ("PATCH", "/Users/{}"),
            ("DELETE", "/Users/{}"),
            ("POST", "/Users"),
        ]
        assert all(not item.safe for item in changes)
    assert json.dumps([idp.users, idp.groups]) == before
