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


def refusal(answer: Any) -> tuple[int, str | None]:
    error = answer.json()
    assert error["status"] == str(answer.status)
    return answer.status, error.get("scimType")


def send(caller: Caller, *operations: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = caller.post("/Bulk", {"schemas": [BULK], "Operations": operations, **more})
    assert answer.status == 200, answer.body
    document = answer.json()
    assert set(document) == {"schemas", "Operations"}
    assert document["schemas"] == [RESPONSE]
    return list(document["Operations"])


def user(name: str, bulk_id: str, **more: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/Users",
        "bulkId": bulk_id,
        "data": make_user(f"{name}@example.com", **more),
    }


def group(name: str, bulk_id: str, *members: str) -> dict[str, Any]:
    data = {
        "schemas": [GROUP],
        "displayName": name,
        "members": [{"value": member} for member in members],
    }
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}


def statuses(entries: list[dict[str, Any]]) -> list[str]:
    return [one["status"] for one in entries]


def test_operations_of_every_method(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    bob = okta.create_user("bob@example.com")
    made, replaced, patched, deleted = send(
        okta,
        user("cora", "c"),
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
    assert statuses([made, replaced, patched, deleted]) == ["201", "200", "200", "204"]
    cora = made["location"].rpartition("/")[2]
    assert made == {
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


def test_references_are_replaced_forward_and_backward(okta: Caller) -> None:
    entries = send(
        okta,
        group("Team", "g", "bulkId:a"),
        user("ada", "a", **{ENTERPRISE: {"manager": {"value": "bulkId:b"}}}),
        user("bob", "b"),
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


def test_a_circle_of_new_groups_is_resolved(okta: Caller) -> None:
    entries = send(okta, group("A", "a", "bulkId:b"), group("B", "b", "bulkId:a"))
    assert statuses(entries) == ["201", "201"]
    a, b = (one["location"].rpartition("/")[2] for one in entries)
    assert [one["value"] for one in okta.get(f"/Groups/{a}").json()["members"]] == [b]
    assert [one["value"] for one in okta.get(f"/Groups/{b}").json()["members"]] == [a]


def test_the_circle_of_the_rfc_is_resolved(okta: Caller) -> None:
    request = json.loads((RFC / "7644-3.7.1-bulk-circular-request.json").read_text("utf-8"))
    answer = okta.post("/Bulk", request["body"])
    assert answer.status == 200
    assert statuses(answer.json()["Operations"]) == ["201", "201"]
    shown = okta.get("/Groups").json()["Resources"]
    assert [len(one["members"]) for one in shown] == [1, 1]


def test_a_reference_to_what_was_not_created_is_409(okta: Caller) -> None:
    okta.create_user("taken@example.com")
    entries = send(
        okta,
        user("taken", "t"),
        group("Team", "g", "bulkId:t"),
        group("Lost", "l", "bulkId:nosuch"),
        {"method": "DELETE", "path": "/Users/bulkId:t"},
        user("ada", "a"),
    )
    assert statuses(entries) == ["409", "409", "409", "409", "201"]
    assert "location" not in entries[0]
    assert entries[0]["response"]["scimType"] == "uniqueness"
    assert entries[0]["response"]["status"] == "409"
    assert "bulkId t was not created" in entries[1]["response"]["detail"]


def test_a_circle_that_cannot_be_closed_is_409(okta: Caller) -> None:
    okta.create_group("B")
    entries = send(okta, group("A", "a", "bulkId:b"), group("B", "b", "bulkId:a"))
    assert statuses(entries) == ["409", "409"]
    okta.create_group("C")
    entries = send(okta, group("C", "c", "bulkId:d"), group("D", "d", "bulkId:c"))
    assert statuses(entries) == ["409", "409"]


def test_failures_do_not_stop_the_rest_unless_asked(okta: Caller) -> None:
    okta.create_user("taken@example.com")
    operations = (user("taken", "1"), user("taken", "2"), user("ada", "3"), user("bob", "4"))
    assert statuses(send(okta, *operations)) == ["409", "409", "201", "201"]
    more = (user("cora", "0"), *operations)
    entries = send(okta, *more, failOnErrors=2)
    assert statuses(entries) == ["201", "409", "409"]
    assert [one["bulkId"] for one in entries] == ["0", "1", "2"]
    assert okta.find_ids("/Users", 'userName eq "cora@example.com"')


def test_versions_are_held_to(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    path = f"/Users/{ada['id']}"
    stale, fresh = send(
        okta,
        {"method": "DELETE", "path": path, "version": 'W/"9"'},
        {"method": "DELETE", "path": path, "version": ada["meta"]["version"]},
    )
    assert (stale["status"], fresh["status"]) == ("412", "204")
    assert stale["location"] == f"{BASE}{path}"


def test_an_operation_elsewhere_is_404(okta: Caller) -> None:
    (entry,) = send(okta, {"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {}})
    assert entry["status"] == "404"
    (entry,) = send(okta, {"method": "PATCH", "path": "/Users/nobody", "data": {"Operations": []}})
    assert entry["status"] == "404"
    (entry,) = send(okta, {"method": "PUT", "path": "/Users", "data": {}})
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
def test_an_operation_that_does_not_read_refuses_the_whole(okta: Caller, operation: Any) -> None:
    body = {"schemas": [BULK], "Operations": [user("ada", "a"), operation]}
    answer = okta.post("/Bulk", body)
    assert refusal(answer) == (400, "invalidSyntax")
    assert "operation 1" in answer.json()["detail"]
    assert okta.get("/Users").json()["totalResults"] == 0


@pytest.mark.parametrize(
    ("change", "scim_type"),
    [
        ({"schemas": []}, "invalidSyntax"),
        ({"Operations": []}, "invalidSyntax"),
        ({"Operations": {}}, "invalidSyntax"),
        ({"failOnErrors": 0}, "invalidValue"),
        ({"failOnErrors": "1"}, "invalidValue"),
        ({"Operations": [user("a", "x"), user("b", "x")]}, "invalidSyntax"),
    ],
)
def test_a_message_that_does_not_read_is_refused(
    okta: Caller, change: dict[str, Any], scim_type: str
) -> None:
    body = {"schemas": [BULK], "Operations": [user("ada", "a")], **change}
    assert refusal(okta.post("/Bulk", body)) == (400, scim_type)


def test_limits_are_held_to_and_named(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(max_operations=1)
    body = {"schemas": [BULK], "Operations": [user("ada", "a"), user("bob", "b")]}
    answer = okta.post("/Bulk", body)
    assert refusal(answer) == (413, None)
    assert "maxOperations is 1" in answer.json()["detail"]
    tenant.capabilities = Capabilities(max_bulk_body=100)
    answer = okta.post("/Bulk", body)
    assert refusal(answer) == (413, None)
    assert "maxPayloadSize is 100" in answer.json()["detail"]
    assert okta.get("/Users").json()["totalResults"] == 0


def test_bulk_is_a_post(okta: Caller) -> None:
    assert okta.get("/Bulk").headers["Allow"] == "POST"
