"""Bulk requests (RFC 7644 §3.7)."""

import json
from pathlib import Path
from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import ENTERPRISE, GROUP, PATCH_OP, Caller, make_user

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
BASE = "https://acme.britive-app.com/api/scim/v2"
RFC = Path(__file__).parent.parent / "data" / "rfc"


def parse_error(response: Any) -> tuple[int, str | None]:
    error = response.json()
    assert error["status"] == str(response.status)
    return response.status, error.get("scimType")


def send_bulk(caller: Caller, *operations: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    response = caller.post("/Bulk", {"schemas": [BULK], "Operations": operations, **more})
    assert response.status == 200, response.body
    document = response.json()
    assert set(document) == {"schemas", "Operations"}
    assert document["schemas"] == [RESPONSE]
    return list(document["Operations"])


def user_operation(name: str, bulk_id: str, **more: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/Users",
        "bulkId": bulk_id,
        "data": make_user(f"{name}@example.com", **more),
    }


def group_operation(name: str, bulk_id: str, *members: str) -> dict[str, Any]:
    data = {
        "schemas": [GROUP],
        "displayName": name,
        "members": [{"value": member} for member in members],
    }
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}


def statuses(entries: list[dict[str, Any]]) -> list[str]:
    return [one["status"] for one in entries]


def test_bulk_runs_operations_of_every_method(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    bob = okta.create_user("bob@example.com")
    created, replaced, patched, deleted = send_bulk(
        okta,
        user_operation("cora", "c"),
        {
            "method": "put",
            "path": f"Users/{ada['id']}",
            "data": make_user("ada@example.com", title="x"),
        },
        {
            "method": "PATCH",
            "path": f"/Users/{ada['id']}",
            "data": {
                "schemas": [PATCH_OP],
                "Operations": [{"op": "add", "path": "nickName", "value": "A"}],
            },
        },
        {"method": "DELETE", "path": f"/Users/{bob['id']}", "bulkId": "gone"},
    )
    assert statuses([created, replaced, patched, deleted]) == ["201", "200", "200", "204"]
    cora = created["location"].rpartition("/")[2]
    assert created == {
        "method": "POST",
        "bulkId": "c",
        "version": 'W/"1"',
        "location": f"{BASE}/Users/{cora}",
        "status": "201",
    }
    assert (replaced["version"], patched["version"]) == ('W/"2"', 'W/"3"')
    assert deleted == {
        "method": "DELETE",
        "bulkId": "gone",
        "location": f"{BASE}/Users/{bob['id']}",
        "status": "204",
    }
    assert okta.get(f"/Users/{ada['id']}").json()["nickName"] == "A"


def test_bulk_id_references_resolve_in_both_directions(okta: Caller) -> None:
    entries = send_bulk(
        okta,
        group_operation("Team", "g", "bulkId:a"),
        user_operation("ada", "a", **{ENTERPRISE: {"manager": {"value": "bulkId:b"}}}),
        user_operation("bob", "b"),
        {
            "method": "PATCH",
            "path": "/Groups/bulkId:g",
            "data": {
                "Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:b"}]}]
            },
        },
    )
    assert statuses(entries) == ["201", "201", "201", "200"]
    assert [one.get("bulkId") for one in entries] == ["g", "a", "b", None]
    ids = {one["bulkId"]: one["location"].rpartition("/")[2] for one in entries[:3]}
    team = okta.get(f"/Groups/{ids['g']}").json()
    assert [one["value"] for one in team["members"]] == [ids["a"], ids["b"]]
    assert okta.get(f"/Users/{ids['a']}").json()[ENTERPRISE]["manager"]["value"] == ids["b"]


def test_bulk_circular_groups_are_resolved(okta: Caller) -> None:
    entries = send_bulk(
        okta, group_operation("A", "a", "bulkId:b"), group_operation("B", "b", "bulkId:a")
    )
    assert statuses(entries) == ["201", "201"]
    a, b = (one["location"].rpartition("/")[2] for one in entries)
    assert [one["value"] for one in okta.get(f"/Groups/{a}").json()["members"]] == [b]
    assert [one["value"] for one in okta.get(f"/Groups/{b}").json()["members"]] == [a]


def test_bulk_circular_example_of_rfc_is_resolved(okta: Caller) -> None:
    request = json.loads((RFC / "7644-3.7.1-bulk-circular-request.json").read_text("utf-8"))
    response = okta.post("/Bulk", request["body"])
    assert response.status == 200
    assert statuses(response.json()["Operations"]) == ["201", "201"]
    shown = okta.get("/Groups").json()["Resources"]
    assert [len(one["members"]) for one in shown] == [1, 1]


def test_bulk_id_of_failed_operation_is_a_conflict(okta: Caller) -> None:
    okta.create_user("taken@example.com")
    entries = send_bulk(
        okta,
        user_operation("taken", "t"),
        group_operation("Team", "g", "bulkId:t"),
        group_operation("Lost", "l", "bulkId:nosuch"),
        {"method": "DELETE", "path": "/Users/bulkId:t"},
        user_operation("ada", "a"),
    )
    assert statuses(entries) == ["409", "409", "409", "409", "201"]
    assert "location" not in entries[0]
    assert entries[0]["response"]["scimType"] == "uniqueness"
    assert entries[0]["response"]["status"] == "409"
    assert "bulkId t was not created" in entries[1]["response"]["detail"]


def test_bulk_circle_with_failed_member_is_a_conflict(okta: Caller) -> None:
    okta.create_group("B")
    entries = send_bulk(
        okta, group_operation("A", "a", "bulkId:b"), group_operation("B", "b", "bulkId:a")
    )
    assert statuses(entries) == ["409", "409"]
    okta.create_group("C")
    entries = send_bulk(
        okta, group_operation("C", "c", "bulkId:d"), group_operation("D", "d", "bulkId:c")
    )
    assert statuses(entries) == ["409", "409"]


def test_bulk_fail_on_errors_limits_failures(okta: Caller) -> None:
    okta.create_user("taken@example.com")
    operations = (
        user_operation("taken", "1"),
        user_operation("taken", "2"),
        user_operation("ada", "3"),
        user_operation("bob", "4"),
    )
    assert statuses(send_bulk(okta, *operations)) == ["409", "409", "201", "201"]
    more = (user_operation("cora", "0"), *operations)
    entries = send_bulk(okta, *more, failOnErrors=2)
    assert statuses(entries) == ["201", "409", "409"]
    assert [one["bulkId"] for one in entries] == ["0", "1", "2"]
    assert okta.find_ids("/Users", 'userName eq "cora@example.com"')


def test_bulk_version_makes_operation_conditional(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    path = f"/Users/{ada['id']}"
    stale, fresh = send_bulk(
        okta,
        {"method": "DELETE", "path": path, "version": 'W/"9"'},
        {"method": "DELETE", "path": path, "version": ada["meta"]["version"]},
    )
    assert (stale["status"], fresh["status"]) == ("412", "204")
    assert stale["location"] == f"{BASE}{path}"


def test_bulk_operation_on_wrong_path_fails(okta: Caller) -> None:
    (entry,) = send_bulk(okta, {"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {}})
    assert entry["status"] == "404"
    (entry,) = send_bulk(
        okta, {"method": "PATCH", "path": "/Users/nobody", "data": {"Operations": []}}
    )
    assert entry["status"] == "404"
    (entry,) = send_bulk(okta, {"method": "PUT", "path": "/Users", "data": {}})
    assert entry["status"] == "405"


@pytest.mark.parametrize(
    "operation",
    [
        5,
        {},
        {"method": "GET", "path": "/Users"},
        {"method": "POST", "path": "", "bulkId": "a", "data": {}},
        {"method": "POST", "path": "/Users", "data": {}},
        {"method": "POST", "path": "/Users", "bulkId": 5, "data": {}},
        {"method": "DELETE", "path": "/Users/x", "version": 1},
        {"method": "PUT", "path": "/Users/x"},
    ],
)
def test_bulk_with_one_invalid_operation_is_rejected(okta: Caller, operation: Any) -> None:
    body = {"schemas": [BULK], "Operations": [user_operation("ada", "a"), operation]}
    response = okta.post("/Bulk", body)
    assert parse_error(response) == (400, "invalidSyntax")
    assert "operation 1" in response.json()["detail"]
    assert okta.get("/Users").json()["totalResults"] == 0


@pytest.mark.parametrize(
    ("change", "scim_type"),
    [
        ({"schemas": []}, "invalidSyntax"),
        ({"Operations": []}, "invalidSyntax"),
        ({"Operations": {}}, "invalidSyntax"),
        ({"failOnErrors": 0}, "invalidValue"),
        ({"failOnErrors": "1"}, "invalidValue"),
        ({"Operations": [user_operation("a", "x"), user_operation("b", "x")]}, "invalidSyntax"),
    ],
)
def test_bulk_invalid_message_is_rejected(
    okta: Caller, change: dict[str, Any], scim_type: str
) -> None:
    body = {"schemas": [BULK], "Operations": [user_operation("ada", "a")], **change}
    assert parse_error(okta.post("/Bulk", body)) == (400, scim_type)


def test_bulk_limits_are_enforced_and_named(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(max_operations=1)
    body = {
        "schemas": [BULK],
        "Operations": [user_operation("ada", "a"), user_operation("bob", "b")],
    }
    response = okta.post("/Bulk", body)
    assert parse_error(response) == (413, None)
    assert "maxOperations is 1" in response.json()["detail"]
    tenant.capabilities = Capabilities(max_bulk_body=100)
    response = okta.post("/Bulk", body)
    assert parse_error(response) == (413, None)
    assert "maxPayloadSize is 100" in response.json()["detail"]
    assert okta.get("/Users").json()["totalResults"] == 0


def test_bulk_allows_post_only(okta: Caller) -> None:
    assert okta.get("/Bulk").headers["Allow"] == "POST"
