# Generated from tests/aio/test_scim_bulk_limits.py by tools/unasync.py; edit that file instead.
"""Bulk requests at the limits of a provider: splitting, size limits, failure limits."""

import json
from typing import Any

import httpx

from britive_scim import ScimClient, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.fake_scim_server import TOKEN, URL, Script, answer, refused


def make_user(name: str, **more: Any) -> scim.User:
    return scim.User.of(email=f"{name}@acme.com", given_name=name, family_name="x", **more)


def make_group(group: str, *members: str) -> scim.Group:
    return scim.Group(display_name=group, members=[scim.Member(value=m) for m in members])


class BulkServer(Script):
    """A provider that applies every operation: status 201 for a creation, 204 for any other.

    Args:
        announced: limit of operations per request, as announced.
        max_operations: real limit of operations per request.
        is_reversed: return the results in reverse order, with a bulkId for creations only.
    """

    def __init__(
        self, announced: int = 1000, max_operations: int = 1000, *, is_reversed: bool = False
    ) -> None:
        super().__init__(answer(404))
        self.announced = announced
        self.max_operations = max_operations
        self.is_reversed = is_reversed
        self.requests: list[Any] = []
        self.number = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.sent.append(request)
        if request.url.path.endswith("/ServiceProviderConfig"):
            bulk = {"supported": True, "maxOperations": self.announced}
            return answer(200, {"schemas": [], "bulk": bulk})
        body = json.loads(content) if content else None
        if not request.url.path.endswith("/Bulk"):
            path = request.url.path.removeprefix("/api/scim/v2")
            result = self.apply({"method": request.method, "path": path, "data": body})
            return answer(int(result["status"]), result.get("response"))
        if len(body["Operations"]) > self.max_operations or b"fat" in content:
            return refused(413)
        self.requests.append(body)
        results = [self.apply(operation) for operation in body["Operations"]]
        if self.is_reversed:
            results.reverse()
        return answer(200, {"Operations": results})

    def apply(self, operation: dict[str, Any]) -> dict[str, Any]:
        result = {
            "method": operation["method"],
            "status": "204",
            "location": f"https://x.y{operation['path']}",
        }
        if "taken" in json.dumps(operation.get("data")):
            return {**result, "bulkId": operation.get("bulkId"), "status": "409", "response": {}}
        if operation["method"] == "POST":
            self.number += 1
            created = {**operation["data"], "id": f"id-{self.number}"}
            result |= {
                "status": "201",
                "location": f"https://x.y{operation['path']}/{created['id']}",
            }
            return {**result, "bulkId": operation.get("bulkId"), "response": created}
        return result


def test_bulk_split_keeps_reference_and_target_together() -> None:
    script = BulkServer(max_operations=3)
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [
                client.users.deletion("0"),
                client.groups.creation(make_group("Eng", "bulkId:ana")),
                client.users.creation(make_user("ana"), bulk_id="ana"),
                client.users.creation(make_user("bo"), bulk_id="bo"),
                client.groups.change("g-1", {"externalId": "bulkId:ana"}),
            ]
        )
    assert report.ok, str(report)
    assert [len(request["Operations"]) for request in script.requests] == [3, 2]
    assert script.requests[1]["Operations"][1]["data"]["Operations"][0]["value"] == "id-2"


def test_bulk_circle_over_limit_raises_payload_too_large() -> None:
    script = BulkServer(max_operations=1)
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [
                client.groups.creation(make_group("A", "bulkId:b"), bulk_id="a"),
                client.groups.creation(make_group("B", "bulkId:a"), bulk_id="b"),
            ]
        )
    assert [type(outcome.error) for outcome in report] == [errors.PayloadTooLarge] * 2


def test_bulk_operation_over_limit_is_sent_individually() -> None:
    script = BulkServer()
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [
                client.users.creation(make_user("ana"), bulk_id="ana"),
                client.groups.creation(make_group("fat", "bulkId:ana")),
                client.users.deletion("7"),
            ]
        )
    assert report.ok, str(report)
    assert [outcome.id for outcome in report] == ["id-1", "id-2", "7"]
    (individual_request,) = [r for r in script.sent if r.url.path.endswith("/Groups")]
    assert json.loads(individual_request.content)["members"] == [{"value": "id-1"}]


def test_bulk_results_in_any_order_match_their_operations() -> None:
    script = BulkServer(is_reversed=True)
    users = [make_user("ana"), make_user("taken"), make_user("bo")]
    with ScimClient(URL, TOKEN, transport=script) as client:
        operations = [
            *(client.users.creation(user) for user in users),
            client.users.deletion("7"),
            client.users.deletion("a b"),
            client.users.change("9", {"title": "taken"}),
            client.users.change("8", {"title": "x"}),
        ]
        report = client.bulk(operations)
    assert [outcome.operation for outcome in report] == operations
    assert [outcome.ok for outcome in report] == [True, False, True, True, True, False, True]
    assert [outcome.value.user_name if outcome.value else None for outcome in report][:3] == [
        "ana@acme.com",
        None,
        "bo@acme.com",
    ]
    assert [outcome.id for outcome in report][3:] == ["7", "a b", None, "8"]


def test_bulk_failures_are_counted_over_all_requests() -> None:
    script = BulkServer(announced=2)
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [
                client.users.creation(make_user(f"{'taken' if n % 2 else 'ok'}{n}"))
                for n in range(10)
            ],
            fail_on_errors=3,
        )
    assert [request["failOnErrors"] for request in script.requests] == [3, 2, 1]
    assert [outcome.status for outcome in report] == [201, 409] * 3 + [None] * 4
    assert "not sent: 3 operations failed before" in str(report[6].error)


def test_bulk_operations_skipped_by_provider_are_reported() -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as okta:
        okta.users.create(make_user("ana"))
        report = okta.bulk(
            [okta.users.creation(make_user(name)) for name in ("bo", "ana", "cy", "di")],
            fail_on_errors=1,
        )
    assert [outcome.status for outcome in report] == [201, 409, None, None]
    assert all("1 operations failed before" in str(outcome.error) for outcome in report[2:])
    assert [user["userName"] for user in idp.users] == ["ana@acme.com", "bo@acme.com"]


def test_bulk_on_limited_tenant_respects_its_limits() -> None:
    tenant = Tenant(capabilities=Capabilities(max_operations=7, max_bulk_body=3000))
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as okta:
        operations: list[Any] = [
            okta.users.creation(make_user(f"u{n}"), bulk_id=f"u{n}") for n in range(30)
        ]
        operations.append(
            okta.groups.creation(make_group("Eng", *(f"bulkId:u{n}" for n in range(30))))
        )
        report = okta.bulk(operations)
        assert report.ok, str(report)
        created = okta.groups.get(report[30].id or "")
    assert {member.value for member in created.members or ()} == {
        outcome.id for outcome in report[:30]
    }
    assert report.requests >= 5


def test_bulk_reads_configuration_once_and_only_when_needed() -> None:
    script = BulkServer()
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.create(make_user("ana"))
        client.users.delete("1")
        client.bulk([])
        assert len(script.sent) == 2
        client.bulk([client.users.deletion("7")])
        client.bulk([client.users.deletion("8")])
    assert [line for line in script.lines if "Config" in line] == ["GET /ServiceProviderConfig"]
