"""The changes, callers and times of recorded requests, and their description on the page of a request."""

import html
import json
import re
from typing import Any

import pytest

from britive_scim.testing import Tenant
from support.tenant_callers import Caller, make_user

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def read_request(tenant: Tenant, number: int) -> str:
    """Return the details of a request without tags."""
    page = tenant.pages.render(f"/requests/{number}").body.decode()
    text = html.unescape(re.sub(r"<[^>]*>", " ", page.partition("<aside")[2]))
    return " ".join(text.split())


def read_words(tenant: Tenant, body: Any, okta: Caller) -> str:
    """Send a PATCH and return its description in words."""
    okta.patch("/Users/none", body)
    text = read_request(tenant, len(tenant.requests))
    words = re.search(r"In words (.*?) (?:Changes|Request) ", text)
    return "" if words is None else words[1]


def test_exchange_has_changes_before_and_after(tenant: Tenant, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com", title="Engineer")
    (created,) = tenant.requests[-1].changes
    assert (created.type, created.name, created.identity_provider) == (
        "User",
        "ana@acme.com",
        "Okta",
    )
    assert created.before is None
    okta.send_operations(f"/Users/{ana['id']}", {"op": "remove", "path": "title"})
    (changed,) = tenant.requests[-1].changes
    assert changed.before is not None
    assert changed.after is not None
    assert changed.before["title"] == "Engineer"
    assert "title" not in changed.after
    okta.delete(f"/Users/{ana['id']}")
    (removed,) = tenant.requests[-1].changes
    assert (removed.before, removed.after) == (changed.after, None)
    okta.get("/Users")
    assert tenant.requests[-1].changes == ()
    assert [exchange.caller for exchange in tenant.requests] == ["Okta"] * 4
    assert all(exchange.seconds > 0 for exchange in tenant.requests)


def test_exchange_has_changes_of_members(tenant: Tenant, okta: Caller) -> None:
    ids = [okta.create_user(f"{name}@acme.com")["id"] for name in ("a", "b", "c")]
    group = okta.create_group("G", *ids[:2])
    assert list(tenant.requests[-1].changes[0].added) == ids[:2]
    path = f"/Groups/{group['id']}"
    replaced = {**group, "members": [{"value": ids[1]}, {"value": ids[2]}]}
    assert okta.put(path, replaced).status == 200
    (change,) = tenant.requests[-1].changes
    assert (list(change.added), list(change.removed)) == ([ids[2]], [ids[0]])
    okta.send_operations(
        path,
        {"op": "add", "path": "members", "value": [{"value": ids[0]}]},
        {"op": "remove", "path": f'members[value eq "{ids[0]}"]'},
        {"op": "add", "path": "members", "value": [{"value": ids[1]}]},
    )
    assert tenant.requests[-1].changes == ()
    okta.delete(f"/Users/{ids[1]}")
    by_name = {change.name: change for change in tenant.requests[-1].changes}
    assert by_name["b@acme.com"].after is None
    assert list(by_name["G"].removed) == [ids[1]]


def test_user_created_and_removed_at_once_is_no_change(tenant: Tenant, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com")
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "1", "data": make_user("bo@acme.com")},
        {"method": "DELETE", "path": f"/Users/{ana['id']}"},
        {"method": "DELETE", "path": "/Users/bulkId:1"},
    ]
    okta.post("/Bulk", {"schemas": [BULK_REQUEST], "Operations": operations})
    names = [change.name for change in tenant.requests[-1].changes]
    assert "ana@acme.com" in names


def test_member_removed_and_added_at_once_is_no_change(tenant: Tenant, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com")
    group = okta.create_group("G", ana["id"])
    changes = (
        {"op": "remove", "path": f'members[value eq "{ana["id"]}"]'},
        {"op": "add", "path": "members", "value": [{"value": ana["id"]}]},
    )
    operations = [
        {"method": "PATCH", "path": f"/Groups/{group['id']}", "data": {"Operations": [change]}}
        for change in changes
    ]
    okta.post("/Bulk", {"schemas": [BULK_REQUEST], "Operations": operations})
    (change,) = tenant.requests[-1].changes
    assert (change.before, change.added, change.removed) == (change.after, {}, {})
    assert "No SCIM attribute changed." in read_request(tenant, 3)


def test_changes_outside_requests_are_not_recorded(tenant: Tenant, okta: Caller) -> None:
    tenant.populate(users=3, groups=1)
    okta.get("/Users")
    tenant.populate(users=3, groups=1)
    assert [exchange.changes for exchange in tenant.requests] == [()]


def test_request_number_continues_after_clear(tenant: Tenant, okta: Caller) -> None:
    okta.get("/Users")
    tenant.requests.clear()
    okta.get("/Groups")
    assert tenant.requests.total == 2
    assert "GET /api/scim/v2/Groups" in read_request(tenant, 2)
    assert tenant.pages.render("/requests/1").status == 404


def test_details_show_bodies_headers_and_changes(tenant: Tenant, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com", title="Engineer")
    group = okta.create_group("G")
    okta.send_operations(
        f"/Users/{ana['id']}",
        {"op": "replace", "path": "title", "value": "Director"},
        {"op": "replace", "path": "name", "value": {"givenName": "Ana"}},
    )
    text = read_request(tenant, 3)
    assert "Caller Okta" in text
    assert "Set title to Director" in text
    assert "User ana@acme.com changed" in text
    assert "title Engineer Director" in text
    assert '"path": "title"' in text
    assert "authorization ***" in text.lower()
    assert "Content-Type application/scim+json" in text
    okta.send_operations(
        f"/Groups/{group['id']}",
        {"op": "add", "path": "members", "value": [{"value": ana["id"]}]},
    )
    text = read_request(tenant, 4)
    assert "Add ana@acme.com to members" in text
    assert "Tag G changed" in text
    assert "Members added: ana@acme.com" in text
    okta.delete(f"/Users/{ana['id']}")
    text = read_request(tenant, 5)
    assert "User ana@acme.com removed" in text
    assert "Members removed: " in text
    assert "No body." in text


def test_details_show_cut_connection_and_text_body(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.add(cut="before")
    with pytest.raises(ConnectionError):
        okta.post("/Users", "not JSON")
    text = read_request(tenant, 1)
    assert "Status connection cut" in text
    assert "Scripted fault yes" in text
    assert "Caller not authenticated" in text
    assert "not JSON" in text
    tenant.faults.add(200, body="x" * 30_000)
    okta.get("/Users")
    assert "20,000 of 30,000 bytes" in read_request(tenant, 2)
    okta.post("/Users", json.dumps({"x": "y" * 1_000_000}))
    assert "20,000 of 1,000,009 bytes" in read_request(tenant, 3)


def test_details_cut_long_bodies_and_many_changes(tenant: Tenant, okta: Caller) -> None:
    operations = [
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": str(number),
            "data": make_user(f"user{number}@acme.com"),
        }
        for number in range(60)
    ]
    okta.post(
        "/Bulk",
        {
            "schemas": [BULK_REQUEST],
            "Operations": operations,
        },
    )
    text = read_request(tenant, 1)
    assert "POST /Users (0): user0@acme.com" in text
    assert "50 of 60 operations" in text
    assert "20 of 60 users and tags" in text
    assert re.search(r"20,000 of \d\d,\d{3} characters", text)
    ids = [user["id"] for user in tenant.identity_providers["Okta"].users]
    okta.create_group("All", *ids)
    assert "and 40 more" in read_request(tenant, 2)


def test_patch_in_words(tenant: Tenant, okta: Caller) -> None:
    def describe(*operations: dict[str, Any]) -> str:
        return read_words(tenant, {"Operations": list(operations)}, okta)

    assert describe({"op": "Add", "value": {"title": "X", "active": True}}) == (
        "Set title to X Set active to true"
    )
    assert describe({"op": "remove", "path": 'emails[type eq "home"]'}) == (
        'Remove emails[type eq "home"]'
    )
    assert describe({"op": "remove", "path": "members", "value": [{"value": "7"}]}) == (
        "Remove 7 from members"
    )
    many = [{"value": str(number), "type": "User"} for number in range(8)]
    assert describe({"op": "add", "path": "members", "value": many}) == (
        "Add 8 values: 0 , 1 , 2 , 3 , 4 and 3 more to members"
    )
    assert describe({"op": "replace", "path": "name", "value": {"givenName": "A"}}) == (
        'Set name to {"givenName": "A"}'
    )
    assert describe({"op": "replace", "path": "title", "value": "x" * 90}) == (
        f"Set title to {'x' * 80} …"
    )
    assert describe({"op": "replace", "value": 7}) == "Set the resource to 7"
    assert describe({"op": "move", "path": "title"}) == "Unknown operation move at title"
    assert describe({"path": "title"}) == "Unknown operation without op at title"
    assert describe({"op": "replace", "path": "password", "value": "Hidden-1"}) == (
        "Set password to ***"
    )


def test_other_bodies_have_no_words(tenant: Tenant, okta: Caller) -> None:
    for body in ([], 7, {"Operations": 7}, {"x": []}, "[" * 100_000):
        assert read_words(tenant, body, okta) == ""
    nested = {
        "method": "PATCH",
        "path": "/Users/7",
        "data": {"Operations": [{"op": "remove", "path": "x"}]},
    }
    other = {"method": "DELETE", "path": "/Users/8", "data": 7}
    words = read_words(tenant, json.dumps({"operations": [nested, other, 7]}), okta)
    assert words == "PATCH /Users/7 Remove x DELETE /Users/8"
