"""Bulk calls: many changes in few requests, resolved references, one outcome per change."""

import json
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, errors, scim
from britive_scim.testing import Tenant
from britive_scim.wire.decoding.scim import decode_json, ignore_body
from britive_scim.wire.operation import GET, POST, RawBody
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def okta(tenant: Tenant) -> AsyncScimClient:
    idp = tenant.identity_providers["Okta"]
    return AsyncScimClient(idp.scim_url, idp.scim_token, transport=tenant.async_transport())


def build_user(name: str, **more: Any) -> scim.User:
    return scim.User.of(email=f"{name}@acme.com", given_name=name, family_name="x", **more)


def make_group(group: str, *members: str) -> scim.Group:
    return scim.Group(display_name=group, members=[scim.Member(value=m) for m in members])


class BulkServer(FakeScimServer):
    """A provider that creates everything it receives, in bulk or individually.

    Args:
        max_operations: limit of operations per request, `None` without bulk support.
        max_payload: limit of bytes per request.
    """

    def __init__(self, max_operations: int | None = 1000, max_payload: int = 1_000_000) -> None:
        super().__init__(make_response(404))
        self.max_operations = max_operations
        self.max_payload = max_payload
        self.bulks: list[list[Any]] = []
        self.number = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.sent.append(request)
        path = request.url.path.removeprefix("/api/scim/v2")
        if path == "/ServiceProviderConfig":
            bulk = {
                "supported": self.max_operations is not None,
                "maxOperations": self.max_operations,
                "maxPayloadSize": self.max_payload,
            }
            return make_response(200, {"schemas": [], "bulk": bulk})
        body = json.loads(content) if content else None
        if path != "/Bulk":
            result = self.apply(request.method, path, body)
            response = result.get("response")
            return make_response(int(result["status"]), response)
        operations = body["Operations"]
        if len(content) > self.max_payload:
            return make_error(413)
        self.bulks.append(operations)
        results = []
        for operation in operations:
            result = self.apply(operation["method"], operation["path"], operation.get("data"))
            results.append(
                {**result, "method": operation["method"], "bulkId": operation.get("bulkId")}
            )
        return make_response(
            200,
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
                "Operations": results,
            },
        )

    def apply(self, method: str, path: str, data: Any) -> dict[str, Any]:
        if method == "POST" and "taken" in json.dumps(data):
            return {"status": "409", "response": {"detail": "taken", "scimType": "uniqueness"}}
        if method == "POST":
            self.number += 1
            created = {**data, "id": f"id-{self.number}"}
            return {
                "status": "201",
                "location": f"https://else.where{path}/id-{self.number}",
                "response": created,
            }
        if method == "DELETE":
            return {"status": "204", "location": path}
        return {
            "status": "200",
            "location": path,
            "response": {**make_user(9), "id": path.rpartition("/")[2]},
        }


async def test_bulk_with_references_creates_users_and_groups(
    okta: AsyncScimClient, tenant: Tenant
) -> None:
    existing = await okta.users.create(build_user("cy"))
    obsolete = await okta.users.create(build_user("di"))
    report = await okta.bulk(
        [
            okta.users.creation(build_user("ana"), bulk_id="ana"),
            okta.users.creation(build_user("bo"), bulk_id="bo"),
            okta.groups.creation(make_group("Eng", "bulkId:ana", "bulkId:bo"), bulk_id="eng"),
            okta.users.change(existing, {"title": "CTO"}),
            okta.users.deletion(obsolete),
        ]
    )
    assert report.ok, str(report)
    assert report.requests == 1
    ana, bo, eng, *_ = report
    assert isinstance(ana.value, scim.User) or ana.value is None
    assert {m.value for m in (await okta.groups.get(eng.id or "")).members or ()} == {ana.id, bo.id}
    assert (await okta.users.get(existing)).title == "CTO"
    with pytest.raises(errors.NotFound):
        await okta.users.get(obsolete)
    assert [
        str(r.method) + " " + r.path.rpartition("/")[2]
        for r in tenant.requests
        if r.path.endswith("Bulk")
    ] == ["POST Bulk"]


@each_value("max_operations", [1, 2, 3, 1000, None])
async def test_bulk_references_resolve_for_any_request_size(max_operations: int | None) -> None:
    script = BulkServer(max_operations)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(build_user("ana"), bulk_id="ana"),
                client.users.creation(build_user("bo"), bulk_id="bo"),
                client.groups.creation(
                    make_group("Eng", "bulkId:ana", "bulkId:bo", "u-7"), bulk_id="eng"
                ),
                client.groups.change("bulkId:eng", {"externalId": "bulkId:ana"}),
            ]
        )
    assert report.ok, str(report)
    assert [outcome.id for outcome in report][:3] == ["id-1", "id-2", "id-3"]
    assert [outcome.status for outcome in report] == [201, 201, 201, 200]
    if max_operations is None:
        assert script.lines[1:] == [
            "POST /Users",
            "POST /Users",
            "POST /Groups",
            "PATCH /Groups/id-3",
        ]
        assert script.bodies[3]["members"] == [
            {"value": "id-1"},
            {"value": "id-2"},
            {"value": "u-7"},
        ]
    else:
        assert [len(operations) for operations in script.bulks] == [
            len(range(first, min(first + max_operations, 4)))
            for first in range(0, 4, max_operations)
        ]
        group = next(o for operations in script.bulks for o in operations if o["path"] == "/Groups")
        is_id_known = max_operations < 3
        assert group["data"]["members"][0]["value"] == (
            "id-1" if is_id_known or max_operations == 1 else "bulkId:ana"
        )
    assert report.requests == (4 if max_operations is None else -(-4 // max_operations))


async def test_bulk_request_stays_below_max_payload_size() -> None:
    script = BulkServer(max_payload=2000)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk([client.users.creation(build_user(f"u{n}")) for n in range(40)])
    assert report.ok
    assert len(report) == 40
    assert max(len(request.content) for request in script.sent[1:]) <= 2000
    assert len(script.bulks) < 12


async def test_bulk_request_of_long_values_stays_below_limit() -> None:
    """The bytes around the operations count, too."""
    for length in range(100, 300, 20):
        script = BulkServer(max_payload=3000)
        async with AsyncScimClient(URL, TOKEN, transport=script) as client:
            changes = [client.users.change(f"u{n}", {"title": "x" * length}) for n in range(40)]
            report = await client.bulk(changes)
        assert report.ok
        assert max(len(request.content) for request in script.sent[1:]) <= 3000
        assert len(script.bulks) == report.requests


async def test_bulk_request_rejected_with_413_is_halved() -> None:
    script = BulkServer()
    script.max_payload = 1_000_000
    original = script.handle_request

    def reject_over_three(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/Bulk") and len(json.loads(request.read())["Operations"]) > 3:
            script.sent.append(request)
            return make_error(413)
        return original(request)

    script.handle_request = reject_over_three  # the real limit is below the announced one
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk([client.users.creation(build_user(f"u{n}")) for n in range(10)])
    assert report.ok
    assert [outcome.id for outcome in report] == [f"id-{n}" for n in range(1, 11)]


@each_value("max_operations", [1000, 1, None])
async def test_bulk_failure_is_reported_and_others_continue(max_operations: int | None) -> None:
    script = BulkServer(max_operations)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(build_user("ana"), bulk_id="ana"),
                client.users.creation(build_user("taken"), bulk_id="taken"),
                client.users.deletion("7"),
            ]
        )
    assert not report.ok
    assert [outcome.ok for outcome in report] == [True, False, True]
    (failed,) = report.failures
    assert isinstance(failed.error, errors.Conflict)
    assert failed.status == 409
    assert "taken" in str(report)
    assert "<table>" in report._repr_html_()


@pytest.mark.parametrize("max_operations", [1, None])
async def test_bulk_reference_to_failed_creation_is_not_sent(max_operations: int | None) -> None:
    script = BulkServer(max_operations)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(build_user("taken"), bulk_id="x"),
                client.groups.creation(make_group("Eng", "bulkId:x")),
                client.users.deletion("7"),
            ]
        )
    assert [outcome.ok for outcome in report] == [False, False, True]
    assert "refers to a creation that failed" in str(report[1].error)


@pytest.mark.parametrize("max_operations", [1, None])
async def test_bulk_after_fail_on_errors_failures_stops(max_operations: int | None) -> None:
    script = BulkServer(max_operations)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(build_user("taken")),
                client.users.creation(build_user("taken")),
                client.users.deletion("7"),
            ],
            fail_on_errors=2,
        )
    assert [outcome.status for outcome in report] == [409, 409, None]
    assert "2 operations failed before" in str(report[2].error)


async def test_bulk_fail_on_errors_is_sent_to_provider() -> None:
    script = BulkServer()
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.bulk([client.users.deletion("7")], fail_on_errors=3)
        with pytest.raises(errors.InputError, match="fail_on_errors"):
            await client.bulk([client.users.deletion("7")], fail_on_errors=0)
    assert script.bodies[-1]["failOnErrors"] == 3


async def test_bulk_if_match_is_sent_as_version() -> None:
    script = BulkServer()
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.bulk(
            [
                client.users.replacement(scim.User(id="1", user_name="a"), if_match='W/"3"'),
                client.users.deletion("2"),
            ]
        )
    first, second = script.bulks[0]
    assert (first["method"], first["path"], first["version"]) == ("PUT", "/Users/1", 'W/"3"')
    assert second == {"method": "DELETE", "path": "/Users/2"}


REQUEST_FAILURES: dict[str, Any] = {
    "reset": httpx.ReadError("reset"),
    "500": make_error(500),
    "400": make_error(400),
    "HTML": make_response(200, b"<html>"),
    "other JSON": make_response(200, {"ok": True}),
}


@each_value("name", REQUEST_FAILURES)
async def test_bulk_request_failing_as_whole_ends_run(name: str) -> None:
    config = make_response(200, {"schemas": [], "bulk": {"supported": True, "maxOperations": 2}})
    script = FakeScimServer(config, REQUEST_FAILURES[name])
    async with AsyncScimClient(URL, TOKEN, transport=script, retry=RetryPolicy.none()) as client:
        report = await client.bulk([client.users.deletion(str(n)) for n in range(3)])
    assert [type(outcome.error) for outcome in report][:2] == [type(report[0].error)] * 2
    assert "an earlier request failed" in str(report[2].error)
    assert len(script.sent) == 2


async def test_bulk_result_missing_or_malformed_is_reported() -> None:
    config = make_response(200, {"schemas": [], "bulk": {"supported": True}})
    results = [
        {"method": "DELETE", "status": {"code": "204"}, "location": "/Users/2"},
        {"method": "POST", "status": "201", "bulkId": "a", "location": "https://x/Users/9"},
        {"method": "POST", "bulkId": "b"},
        {"method": "PATCH", "status": 200, "location": "/Users/4", "response": {"ok": True}},
        {"method": "GET", "status": "200"},
        {"method": "POST", "status": "201", "bulkId": "a"},
    ]
    script = FakeScimServer(config, make_response(200, {"Operations": results}))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(build_user("a"), bulk_id="a"),
                client.users.creation(build_user("b"), bulk_id="b"),
                client.users.deletion("1"),
                client.users.deletion("2"),
                client.users.change("4", {"title": "x"}),
            ]
        )
    assert [outcome.ok for outcome in report] == [True, False, False, True, False]
    assert report[0].id == "9"
    assert "no status" in str(report[1].error)
    assert "no result for operation 2" in str(report[2].error)
    assert "neither id nor schemas" in str(report[4].error)


async def test_bulk_invalid_operation_raises_before_sending() -> None:
    script = BulkServer(2)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        users = client.users
        for wrong, message in [
            (
                [
                    users.creation(build_user("a"), bulk_id="x"),
                    users.creation(build_user("b"), bulk_id="x"),
                ],
                "got 'x' twice",
            ),
            ([client.groups.creation(make_group("G", "bulkId:nobody"))], "nobody"),
            ([GET("/Users", returns=decode_json)], "a change with a JSON body"),
            (
                [POST("/x", body=RawBody(b"", "text/xml"), returns=ignore_body)],
                "a change with a JSON body",
            ),
        ]:
            with pytest.raises(errors.InputError, match=message):
                await client.bulk(wrong)
        late = [
            client.groups.creation(make_group("G", "bulkId:late")),
            users.deletion("1"),
            users.creation(build_user("a"), bulk_id="late"),
        ]
        with pytest.raises(errors.InputError, match="earlier request"):
            await client.bulk(late)
        with pytest.raises(errors.InputError):
            users.creation(build_user("a"), bulk_id="a/b")
        with pytest.raises(errors.InputError, match="changes must contain an operation"):
            users.change("1", {})
        assert (await client.bulk([])).ok
    assert script.bulks == []


async def test_bulk_circular_references_are_sent_to_provider() -> None:
    script = BulkServer()
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.groups.creation(make_group("A", "bulkId:b"), bulk_id="a"),
                client.groups.creation(make_group("B", "bulkId:a"), bulk_id="b"),
            ]
        )
    assert report.ok
    assert len(script.bulks) == 1


async def test_bulk_in_dry_run_collects_every_change(okta: AsyncScimClient) -> None:
    with okta.dry_run() as changes:
        report = await okta.bulk(
            [
                okta.users.creation(build_user("ana"), bulk_id="ana"),
                okta.groups.creation(make_group("Eng", "bulkId:ana")),
            ]
        )
    assert report.ok
    assert [change.method for change in changes] == ["POST", "POST"]
    assert changes[1].body["members"] == [{"value": "dry-run-1"}]


async def test_bulk_without_support_limits_failure_to_its_operation() -> None:
    config = make_response(200, {"schemas": []})
    script = FakeScimServer(config, httpx.ReadError("reset"), make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script, retry=RetryPolicy.none()) as client:
        report = await client.bulk([client.users.deletion("1"), client.users.deletion("2")])
    assert [outcome.ok for outcome in report] == [False, True]
    assert isinstance(report[0].error, errors.ConnectionFailed)
