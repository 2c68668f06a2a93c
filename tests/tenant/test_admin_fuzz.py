"""Random requests to the admin API: each response is a published one, or an error in the envelope.

Requests are generated from the table of the published API, with valid and invalid values.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from britive_scim.testing import Tenant
from support.admin_responses import KNOWN_DEVIATIONS, OPERATIONS, find_deviations
from support.each_value import each_value
from support.tenant_callers import Caller, make_admin_caller

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 100) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.sampled_from(
    [
        "add",
        "remove",
        "is",
        "contains",
        "User",
        "ServiceIdentity",
        "OIDC",
        "active",
        "Active",
        "x",
        "",
    ]
)


FURTHER = {
    r"GET /api/(access/)?user-tags(/my-managed-tags)?:  is list": "documented: without `page`, an array",
    r".* is left out": "nothing is marked as required; what is not set is not shown",
    r"GET /api/(banner|users|user-tags/\{userTagId\}/users/\{userId\}): no body": "empty when the object is missing",
    r"GET /api/user-tags/\{userTagId\}/users:  is list": "`available` without `page`: the vendor's package",
}
"""Deviations of requests that the client does not send -> reason."""


def make_tenant() -> tuple[Tenant, Caller, list[str]]:
    """Return a tenant, its administrator, and the ids of every object in it."""
    tenant = Tenant(seed=1)
    admin = make_admin_caller(tenant)
    okta = tenant.identity_providers["Okta"]
    attribute = admin.post(
        "/users/attributes",
        {
            "name": "team",
            "description": "",
            "dataType": "String",
            "multiValued": True,
            "identityTypes": ["User"],
        },
    ).json()["id"]
    ana = admin.post(
        "/users",
        {
            "username": "ana",
            "email": "ana@example.com",
            "firstName": "A",
            "lastName": "B",
            "password": "x",
        },
    ).json()["userId"]
    robot = admin.post("/users", {"name": "ci", "type": "ServiceIdentity"}).json()["userId"]
    tag = admin.post("/user-tags", {"name": "Doors"}).json()["userTagId"]
    token = admin.post("/token", {"tokenExpirationDays": 5}).json()["id"]
    admin.post("/workload/identity-providers", {"name": "w", "idpType": "AWS"})
    admin.post(f"/users/{robot}/tokens")
    admin.post("/user-tags/access-request-settings", {"allowAccessRequest": True})
    tenant.console.register_factor("ana", "TOTP")
    tenant.console.request_membership("Doors", "ana")
    bob = okta.add_user({"userName": "bob", "emails": [{"value": "b@example.com"}]})["id"]
    default = tenant.identity_providers["Britive"].id
    return (
        tenant,
        admin,
        [attribute, ana, robot, tag, token, okta.id, default, bob, "1", "TOTP", "Okta"],
    )


def draw_body(schema: Any, ids: list[str]) -> st.SearchStrategy[Any]:
    """Return bodies of a published shape, with parts missing or of another type."""
    if isinstance(schema, dict):
        return st.fixed_dictionaries(
            {}, optional={name: draw_body(inner, ids) for name, inner in schema.items()}
        )
    if isinstance(schema, list):
        return st.lists(draw_body(schema[0], ids), max_size=3) | JSON
    valid: dict[str, st.SearchStrategy[Any]] = {
        "string": WORDS | st.sampled_from(ids),
        "integer": st.integers(-1, 100),
        "boolean": st.booleans(),
    }
    return st.one_of(valid.get(schema, JSON), valid.get(schema, JSON), JSON)


TENANT, ADMIN, IDS = make_tenant()
FRESH = TENANT.snapshot()


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@settings(max_examples=settings.default.max_examples // 4)
@given(data=st.data())
def test_admin_request_random_never_fails_the_server(operation: str, data: st.DataObject) -> None:
    method, _, template = operation.partition(" ")
    path = re.sub(
        r"\{\w+\}", lambda _: data.draw(st.sampled_from([*IDS, "nobody"])), template
    ).removeprefix("/api")
    query = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                name: WORDS | st.sampled_from(["0", "1", "true", 'name co "a"', "name,desc", "-1"])
                for name in OPERATIONS[operation]["query"]
            },
        )
    )
    body: Any = None
    if "body" in OPERATIONS[operation]:
        body = data.draw(draw_body(OPERATIONS[operation]["body"], IDS) | JSON)
    TENANT.restore(FRESH)
    response = ADMIN.call(method, path, "" if body is None else json.dumps(body), **query)
    assert response.status < 500
    if response.status >= 400:
        envelope = response.json()
        assert set(envelope) == {"status", "message", "errorCode", "details"}
        assert (envelope["status"], envelope["details"]) == (response.status, None)
        assert envelope["message"]
        assert re.fullmatch(r"[A-Z]+-?\d{4}", envelope["errorCode"])
    unlisted = [
        one
        for one in find_deviations(TENANT.requests[-1])
        if not any(re.fullmatch(rule, one) for rule in [*KNOWN_DEVIATIONS, *FURTHER])
    ]
    assert unlisted == []


@each_value("operation", [one for one in sorted(OPERATIONS) if "{" in one])
def test_admin_request_with_unknown_id_is_not_found(operation: str) -> None:
    TENANT.restore(FRESH)
    method, _, template = operation.partition(" ")
    path = template.removeprefix("/api").replace("{factor}", "TOTP")
    path = re.sub(r"\{\w+\}", "nobody", path)
    response = ADMIN.call(method, path, "[]" if "criteria" in path else "{}")
    by_tag = "by-tag" in path  # documented: 400
    assert (response.status, response.json()["errorCode"]) == (
        (400, "UT-0003") if by_tag else (404, "E1004")
    )


@pytest.mark.parametrize(
    "operation", [one for one in sorted(OPERATIONS) if "body" in OPERATIONS[one]]
)
@each_value("body", [b"", b"{", b"5", b"null", b'"x"', b"\xff", b"[" * 2000])
def test_admin_request_with_invalid_json_is_rejected(operation: str, body: bytes) -> None:
    TENANT.restore(FRESH)
    method, _, template = operation.partition(" ")
    if body == b"" and template.endswith(("/scim-token", "/tokens")) and method == "POST":
        return  # the vendor's older pages send no body: 90 days
    ids = {
        "id": IDS[5],
        "tagId": IDS[3],
        "userTagId": IDS[3],
        "targetUserId": IDS[2],
        "tokenId": IDS[4],
    }
    if template.startswith("/api/users/attributes"):
        ids["id"] = IDS[0]
    if template.endswith("resetpassword"):
        ids["targetUserId"] = IDS[1]
    path = re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], template.removeprefix("/api"))
    response = ADMIN.call(method, path, body)
    assert (response.status, response.json()["errorCode"]) == (400, "E1003")
