"""SCIM Groups: external tags with members."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import GROUP, Caller, make_scim_caller, make_user

BASE = "https://acme.britive-app.com/api/scim/v2"


def parse_error(response: Any) -> tuple[int, str | None]:
    error = response.json()
    assert error["status"] == str(response.status)
    return response.status, error.get("scimType")


@pytest.fixture
def ada(okta: Caller) -> str:
    return str(okta.create_user("ada@example.com", displayName="Ada")["id"])


@pytest.fixture
def bob(okta: Caller) -> str:
    return str(okta.create_user("bob@example.com")["id"])


def members(caller: Caller, group: str) -> list[str]:
    response = caller.get(f"/Groups/{group}")
    assert response.status == 200
    return [one["value"] for one in response.json().get("members", [])]


def test_group_create_returns_members(okta: Caller, ada: str) -> None:
    created = okta.post(
        "/Groups",
        {
            "schemas": [GROUP],
            "displayName": "Engineering",
            "externalId": "g1",
            "members": [{"value": ada, "display": "ada@example.com", "$ref": None}, {"value": ada}],
        },
    )
    assert created.status == 201
    group = created.json()
    assert group["schemas"] == [GROUP]
    assert group["members"] == [
        {
            "value": ada,
            "$ref": f"{BASE}/Users/{ada}",
            "type": "User",
            "display": "ada@example.com",
        }
    ]
    assert (
        created.headers["Location"] == f"{BASE}/Groups/{group['id']}" == group["meta"]["location"]
    )
    assert group["meta"]["resourceType"] == "Group"
    assert okta.get(f"/Groups/{group['id']}").json() == group


def test_user_lists_its_groups(okta: Caller, ada: str) -> None:
    group = okta.create_group("Engineering", ada)
    assert okta.get(f"/Users/{ada}").json()["groups"] == [
        {
            "value": group["id"],
            "$ref": f"{BASE}/Groups/{group['id']}",
            "display": "Engineering",
            "type": "direct",
        }
    ]
    assert okta.find_ids("/Users", f'groups.value eq "{group["id"]}"') == [ada]
    assert okta.find_ids("/Users", 'groups.display eq "engineering"') == [ada]


def test_user_lists_indirect_groups(okta: Caller, ada: str) -> None:
    """Circular memberships are allowed."""
    inner = okta.create_group("Inner", ada)
    outer = okta.create_group("Outer", inner["id"])
    assert outer["members"] == [
        {"value": inner["id"], "$ref": f"{BASE}/Groups/{inner['id']}", "type": "Group"}
    ]
    add = {"op": "add", "path": "members", "value": [{"value": outer["id"]}]}
    assert okta.send_operations(f"/Groups/{inner['id']}", add).status == 200
    shown = okta.get(f"/Users/{ada}").json()["groups"]
    assert [(one["display"], one["type"]) for one in shown] == [
        ("Inner", "direct"),
        ("Outer", "indirect"),
    ]


def test_group_display_name_is_unique_ignoring_case(okta: Caller, entra: Caller) -> None:
    group = okta.create_group("Engineering")
    other = okta.create_group("Sales")
    duplicate = {"schemas": [GROUP], "displayName": "ENGINEERING"}
    assert parse_error(okta.post("/Groups", duplicate)) == (409, "uniqueness")
    assert parse_error(okta.put(f"/Groups/{other['id']}", duplicate)) == (409, "uniqueness")
    rename = {"op": "replace", "value": {"displayName": "engineering"}}
    assert parse_error(okta.send_operations(f"/Groups/{other['id']}", rename)) == (
        409,
        "uniqueness",
    )
    assert entra.create_group("Engineering")["id"] != group["id"]


def test_unique_display_names_false_allows_duplicates(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(unique_display_names=False)
    ids = [okta.create_group("Engineering")["id"] for _ in range(2)]
    assert okta.find_ids("/Groups", 'displayName eq "engineering"') == ids


@pytest.mark.parametrize(
    "wrong",
    [
        {"displayName": None},
        {"displayName": ""},
        {"members": [{"value": "nobody"}]},
        {"members": [{"display": "nobody"}]},
        {"members": "nobody"},
        {"members": [{"value": 5}]},
    ],
)
def test_group_invalid_is_rejected(okta: Caller, wrong: dict[str, Any]) -> None:
    body = {"schemas": [GROUP], "displayName": "Engineering", **wrong}
    assert parse_error(okta.post("/Groups", body)) == (400, "invalidValue")
    assert okta.get("/Groups").json()["totalResults"] == 0


def test_members_must_exist_false_allows_unknown_members(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    tenant.capabilities = Capabilities(members_must_exist=False)
    group = okta.create_group("Early", "not-yet-there")
    assert [(one["value"], one["type"]) for one in group["members"]] == [("not-yet-there", "User")]
    assert admin.get(f"/user-tags/{group['id']}/users").json()["count"] == 0
    okta.delete(f"/Groups/{group['id']}")


def test_group_put_replaces_members(okta: Caller, ada: str, bob: str) -> None:
    group = okta.create_group("Engineering", ada)["id"]
    body = {"schemas": [GROUP], "displayName": "Engineering", "members": [{"value": bob}]}
    assert okta.put(f"/Groups/{group}", body).status == 200
    assert members(okta, group) == [bob]
    assert "groups" not in okta.get(f"/Users/{ada}").json()
    del body["members"]
    okta.put(f"/Groups/{group}", body)
    assert members(okta, group) == []


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "remove", "path": "members.value"}, None),
        ({"op": "add", "path": "urn:x:members", "value": [{"value": "u2"}]}, None),
        ({"op": "add", "path": "members", "value": {"value": "u2"}}, ["u1", "u2"]),
        ({"op": "add", "path": "members", "value": []}, ["u1"]),
        ({"op": "add", "path": "members", "value": ["u2"]}, None),
        ({"op": "add", "path": "members", "value": [{"display": "u2"}]}, None),
        ({"op": "add", "path": "members", "value": [{"value": "u2", "shoe": 1}]}, None),
        ({"op": "add", "path": "members", "value": [{"value": 5}]}, None),
        ({"op": "remove", "path": 'members[type eq "User"]'}, []),
        ({"op": "remove", "path": "members", "value": [{"value": "u1", "type": "User"}]}, []),
        ({"op": "remove", "path": "members", "value": [{"value": "u1", "type": "Group"}]}, ["u1"]),
        ({"op": "add", "path": 'members[value eq "u1"].display', "value": "x"}, ["u1"]),
    ],
)
def test_group_patch_of_members_uncommon_forms(
    tenant: Tenant, okta: Caller, operation: dict[str, Any], expected: list[str] | None
) -> None:
    provider = tenant.identity_providers["Okta"]
    for name in ("u1", "u2"):
        provider.add_user({"userName": name}, id=name)
    provider.add_group({"displayName": "G", "members": [{"value": "u1"}]}, id="g")
    response = okta.send_operations("/Groups/g", operation)
    assert response.status == (400 if expected is None else 200), response.body
    assert members(okta, "g") == (["u1"] if expected is None else expected)


def test_group_patch_adds_and_removes_members(okta: Caller, ada: str, bob: str) -> None:
    group = okta.create_group("Engineering", ada)["id"]
    path = f"/Groups/{group}"
    assert (
        okta.send_operations(
            path, {"op": "add", "path": "members", "value": [{"value": bob}]}
        ).status
        == 200
    )
    assert members(okta, group) == [ada, bob]
    response = okta.send_operations(path, {"op": "remove", "path": f'members[value eq "{ada}"]'})
    assert response.status == 200
    assert [one["value"] for one in response.json()["members"]] == [bob]
    assert "groups" not in okta.get(f"/Users/{ada}").json()


def test_group_patch_without_effect_changes_nothing(
    tenant: Tenant, okta: Caller, ada: str, bob: str
) -> None:
    group = okta.create_group("Engineering", ada)
    path = f"/Groups/{group['id']}"
    tenant.clock.advance(60)
    for operation in (
        {"op": "add", "path": "members", "value": [{"value": ada}]},
        {"op": "remove", "path": f'members[value eq "{bob}"]'},
        {"op": "remove", "path": "members", "value": [{"value": bob}]},
        {"op": "replace", "value": {"id": group["id"], "displayName": "Engineering"}},
    ):
        assert okta.send_operations(path, operation).status == 200
    assert okta.get(path).json() == group


def test_group_patch_with_unknown_member_changes_nothing(okta: Caller, ada: str) -> None:
    group = okta.create_group("Engineering", ada)
    refused = okta.send_operations(
        f"/Groups/{group['id']}",
        {"op": "replace", "path": "displayName", "value": "Other"},
        {"op": "add", "path": "members", "value": [{"value": "nobody"}]},
    )
    assert parse_error(refused) == (400, "invalidValue")
    assert "nobody" in refused.json()["detail"]
    assert okta.get(f"/Groups/{group['id']}").json() == group


def test_group_patch_response_follows_dialect_and_capability(
    tenant: Tenant, okta: Caller, entra: Caller
) -> None:
    rename = {"op": "replace", "path": "displayName", "value": "New"}
    for caller, status in ((okta, 200), (entra, 204)):
        group = caller.create_group("Old")
        response = caller.send_operations(f"/Groups/{group['id']}", rename)
        assert response.status == status
        if status == 204:
            assert response.body == b""
            assert response.headers["Location"] == group["meta"]["location"]
            projected = caller.send_operations(
                f"/Groups/{group['id']}", rename, attributes="displayName"
            )
            assert projected.status == 200
            assert set(projected.json()) == {"schemas", "id", "displayName"}
        tenant.capabilities = Capabilities(group_patch_body=status != 200)
        other = caller.send_operations(f"/Groups/{group['id']}", rename)
        assert other.status == (204 if status == 200 else 200)
        tenant.capabilities = Capabilities()


def test_group_delete_ends_its_memberships(okta: Caller, ada: str) -> None:
    inner = okta.create_group("Inner", ada)["id"]
    outer = okta.create_group("Outer", inner, ada)["id"]
    assert okta.delete(f"/Groups/{inner}").status == 204
    assert members(okta, outer) == [ada]
    assert [one["value"] for one in okta.get(f"/Users/{ada}").json()["groups"]] == [outer]
    assert parse_error(okta.delete(f"/Groups/{inner}")) == (404, None)


def test_user_delete_ends_its_memberships(tenant: Tenant, okta: Caller, ada: str, bob: str) -> None:
    group = okta.create_group("Engineering", ada, bob)
    tenant.clock.advance(60)
    okta.delete(f"/Users/{ada}")
    shown = okta.get(f"/Groups/{group['id']}").json()
    assert [one["value"] for one in shown["members"]] == [bob]
    assert shown["meta"]["lastModified"] == "2026-05-01T12:01:00.000Z"


def test_members_in_lists_false_omits_members(tenant: Tenant, okta: Caller, ada: str) -> None:
    group = okta.create_group("Engineering", ada)["id"]
    assert "members" in okta.get("/Groups").json()["Resources"][0]
    assert "members" not in okta.get("/Groups", excludedAttributes="members").json()["Resources"][0]
    assert "members" not in okta.get("/Groups", attributes="displayName").json()["Resources"][0]
    tenant.capabilities = Capabilities(members_in_lists=False)
    assert "members" not in okta.get("/Groups").json()["Resources"][0]
    assert members(okta, group) == [ada]


def test_groups_filter_matches_members(okta: Caller, ada: str, bob: str) -> None:
    one = okta.create_group("One", ada)["id"]
    both = okta.create_group("Both", ada, bob)["id"]
    assert okta.find_ids("/Groups", f'members.value eq "{ada}"') == [one, both]
    assert okta.find_ids("/Groups", f'members[value eq "{bob}"]') == [both]
    assert okta.find_ids("/Groups", "not (members pr)") == []


def test_max_member_changes_limits_one_patch(
    tenant: Tenant, okta: Caller, ada: str, bob: str
) -> None:
    tenant.capabilities = Capabilities(max_member_changes=1)
    group = okta.create_group("Engineering")
    path = f"/Groups/{group['id']}"
    both = {"op": "add", "path": "members", "value": [{"value": ada}, {"value": bob}]}
    assert parse_error(okta.send_operations(path, both)) == (400, "invalidValue")
    one = {"op": "add", "path": "members", "value": [{"value": ada}]}
    assert okta.send_operations(path, one).status == 200
    assert members(okta, group["id"]) == [ada]


_PEOPLE = [f"u{n}" for n in range(6)]
_ids = st.lists(st.sampled_from(_PEOPLE), max_size=4)
_change = st.one_of(
    st.builds(lambda ids: {"op": "add", "path": "members", "value": [{"value": i} for i in ids]}, _ids),
    st.builds(lambda ids: {"op": "replace", "path": "members", "value": [{"value": i} for i in ids]}, _ids),
    st.builds(lambda ids: {"op": "remove", "path": "members", "value": [{"value": i} for i in ids]},
              _ids.filter(bool)),
    st.builds(lambda i: {"op": "remove", "path": f'members[value eq "{i}"]'}, st.sampled_from(_PEOPLE)),
    st.just({"op": "remove", "path": "members"}),
    st.builds(lambda n: {"op": "replace", "path": "displayName", "value": n}, st.sampled_from("ab")),
)  # fmt: skip


@given(st.lists(st.lists(_change, min_size=1, max_size=4), max_size=5))
def test_group_patches_leave_users_and_groups_consistent(
    requests: list[list[dict[str, Any]]],
) -> None:
    """A set of ids, updated in the test, is the reference."""
    tenant = Tenant(seed=1)
    provider = tenant.identity_providers["Okta"]
    for name in _PEOPLE:
        provider.add_user({"userName": name}, id=name)
    provider.add_group({"displayName": "a"}, id="g1")
    okta = make_scim_caller(tenant, "Okta")
    expected: list[str] = []
    for operations in requests:
        assert okta.send_operations("/Groups/g1", *operations).status == 200
        for operation in operations:
            ids = [one["value"] for one in operation.get("value", []) if isinstance(one, dict)]
            if operation["path"] == "displayName":
                continue
            if operation["op"] == "add":
                expected = list(dict.fromkeys([*expected, *ids]))
            elif operation["op"] == "replace":
                expected = list(dict.fromkeys(ids))
            elif "[" in operation["path"]:
                expected = [i for i in expected if f'"{i}"' not in operation["path"]]
            else:
                expected = [i for i in expected if ids and i not in ids]
        assert members(okta, "g1") == expected
        assert okta.find_ids("/Users", 'groups.value eq "g1"') == [
            i for i in _PEOPLE if i in expected
        ]


_member = st.fixed_dictionaries(
    {"value": st.sampled_from([*_PEOPLE, "nobody"])},
    optional={
        "display": st.sampled_from(["x", "y", None]),
        "type": st.sampled_from(["User", "Group", None]),
        "$ref": st.none(),
    },
)
_member_operation = st.one_of(
    st.builds(
        lambda members: {"op": "Add", "path": "Members", "value": members},
        st.lists(_member, min_size=1, max_size=3),
    ),
    st.builds(
        lambda members: {"op": "remove", "path": f"{GROUP}:members", "value": members},
        st.lists(_member, min_size=1, max_size=3),
    ),
    st.builds(
        lambda i: {"op": "remove", "path": f'members[VALUE eq "{i}"]'}, st.sampled_from(_PEOPLE)
    ),
    st.just({"op": "remove", "path": 'members[display eq "x"]'}),
)


@given(st.lists(_member_operation, min_size=1, max_size=4))
def test_group_patch_of_members_alone_equals_mixed_patch(
    operations: list[dict[str, Any]],
) -> None:
    tenant = Tenant(seed=1)
    outcomes: list[Any] = []
    for name in _PEOPLE:
        tenant.identity_providers["Okta"].add_user({"userName": name}, id=name)
    tenant.identity_providers["Okta"].add_group(
        {"displayName": "a", "members": [{"value": "u0", "display": "x"}, {"value": "u1"}]}, id="g1"
    )
    tenant.identity_providers["Okta"].add_group(
        {"displayName": "b", "members": [{"value": "u0", "display": "x"}, {"value": "u1"}]}, id="g2"
    )
    okta = make_scim_caller(tenant, "Okta")
    for group, more in (
        ("g1", []),
        ("g2", [{"op": "replace", "path": "displayName", "value": "b"}]),
    ):
        response = okta.send_operations(f"/Groups/{group}", *operations, *more)
        body = response.json()
        outcomes.append((response.status, body.get("scimType"), body.get("members")))
    assert outcomes[0] == outcomes[1]


def test_group_put_by_entra_needs_no_schemas(entra: Caller) -> None:
    group = entra.create_group("Old")["id"]
    user = entra.post("/Users", make_user("ada@example.com")).json()["id"]
    assert (
        entra.put(f"/Groups/{group}", {"displayName": "New", "members": {"value": user}}).status
        == 200
    )
    assert members(entra, group) == [user]
