"""Deviations of other servers, enabled by `Capabilities`: members, filters, totals, PUT, deactivation."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant, TenantResponse
from support.tenant_callers import CUSTOM, ENTERPRISE, GROUP, Caller, make_scim_caller, make_user


@pytest.fixture(params=["Okta", "Entra"])
def caller(request: pytest.FixtureRequest, tenant: Tenant) -> Caller:
    return make_scim_caller(tenant, request.param)


def stored_members(caller: Caller, group: str) -> list[str]:
    """Return the stored members of a group, independent of responses."""
    groups = [
        one
        for provider in caller.tenant.identity_providers.values()
        if provider.name != "Britive"
        for one in provider.groups
    ]
    found = next(one for one in groups if one["id"] == group)
    return [member["value"] for member in found.get("members", [])]


def users(caller: Caller, count: int = 3) -> list[str]:
    return [caller.create_user(f"p{number}@x.org")["id"] for number in range(count)]


def detail(response: TenantResponse) -> tuple[int, str | None]:
    return response.status, response.json().get("scimType")


# ----------------------------------------------------------------------------- members


@pytest.mark.parametrize(("shown", "expected"), [("absent", None), ("empty", [])])
def test_hidden_members_are_in_no_response(
    tenant: Tenant, caller: Caller, shown: Any, expected: list[Any] | None
) -> None:
    ids = users(caller)
    tenant.capabilities = Capabilities(members_in_get=shown, group_patch_body=True)
    created = caller.create_group("Admins", *ids[:2])
    path = f"/Groups/{created['id']}"
    add = {"op": "add", "path": "members", "value": [{"value": ids[2]}]}
    body = {"schemas": [GROUP], "displayName": "Admins", "members": [{"value": ids[0]}]}
    responses = [
        created,
        caller.get(path).json(),
        caller.get(path, attributes="members").json(),
        caller.get("/Groups").json()["Resources"][0],
        caller.get("/Groups", filter='displayName eq "admins"').json()["Resources"][0],
        caller.send_operations(path, add).json(),
    ]
    assert [one.get("members") for one in responses] == [expected] * len(responses)
    assert stored_members(caller, created["id"]) == ids, "stored all the same"
    assert caller.put(path, body).json().get("members") == expected
    assert stored_members(caller, created["id"]) == ids[:1]
    assert "members" not in caller.get(path, excludedAttributes="members").json()


def test_hidden_members_are_changed_by_patch(tenant: Tenant, caller: Caller) -> None:
    ids = users(caller)
    tenant.capabilities = Capabilities(members_in_get="empty")
    group = caller.create_group("Admins", *ids)["id"]
    caller.send_operations(
        f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
    )
    caller.send_operations(
        f"/Groups/{group}", {"op": "replace", "value": {"displayName": "Operators"}}
    )
    assert stored_members(caller, group) == ids[1:]
    assert caller.get(f"/Groups/{group}").json()["displayName"] == "Operators"


def test_refused_replace_of_members_changes_nothing(tenant: Tenant, caller: Caller) -> None:
    ids = users(caller)
    tenant.capabilities = Capabilities(replace_members=False)
    group = caller.create_group("Admins", *ids)["id"]
    path = f"/Groups/{group}"
    one = [{"value": ids[0]}]
    for operation in (
        {"op": "replace", "path": "members", "value": one},
        {"op": "Replace", "path": "MEMBERS", "value": []},
        {"op": "replace", "path": f"{GROUP}:members", "value": one},
        {"op": "replace", "value": {"displayName": "X", "members": one}},
    ):
        assert caller.send_operations(path, operation).status == 400, operation
        assert stored_members(caller, group) == ids
    rename = {"op": "replace", "path": "displayName", "value": "Operators"}
    leave = {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
    assert caller.send_operations(path, rename, leave).status in (200, 204)
    assert stored_members(caller, group) == ids[1:]
    assert caller.send_operations(path, {"op": "remove", "path": "members"}).status in (200, 204)
    assert stored_members(caller, group) == []
    body = {"schemas": [GROUP], "displayName": "Operators", "members": one}
    assert caller.put(path, body).status == 200, "PUT is not a PATCH"
    assert stored_members(caller, group) == ids[:1]


def test_large_new_group_is_half_made_with_500(tenant: Tenant, caller: Caller) -> None:
    ids = users(caller)
    tenant.capabilities = Capabilities(max_created_members=2)
    body = {
        "schemas": [GROUP],
        "displayName": "Admins",
        "members": [{"value": id_} for id_ in ids],
    }
    assert caller.post("/Groups", body).status == 500
    (found,) = caller.find_ids("/Groups", 'displayName eq "admins"')
    assert stored_members(caller, found) == ids[:2]
    assert detail(caller.post("/Groups", body)) == (409, "uniqueness")
    caller.create_group("Small", *ids[:2])
    tenant.capabilities = Capabilities(max_created_members=0)
    assert caller.post("/Groups", {**body, "displayName": "None"}).status == 500
    assert len(caller.find_ids("/Groups", 'displayName eq "none"')) == 1


# ----------------------------------------------------------------------------- lists


def test_total_of_page_counts_only_the_page(tenant: Tenant, caller: Caller) -> None:
    ids = users(caller, 5)
    tenant.capabilities = Capabilities(total_results="page", max_page_size=2)
    for query, length in (
        ({}, 2),
        ({"startIndex": 5}, 1),
        ({"startIndex": 6}, 0),
        ({"count": 0}, 0),
        ({"cursor": ""}, 2),
        ({"filter": f'id eq "{ids[0]}"'}, 1),
    ):
        tenant.capabilities = Capabilities(total_results="page", max_page_size=2, page_size=2)
        page = caller.get("/Users", **query).json()
        assert (page["totalResults"], len(page["Resources"])) == (length, length), query
    tenant.capabilities = Capabilities(max_page_size=2)
    assert caller.get("/Users").json()["totalResults"] == 5


def test_refused_filters_are_invalid(tenant: Tenant, caller: Caller) -> None:
    users(caller)
    tenant.capabilities = Capabilities(filters="refused")
    for path in ("/Users", "/Groups"):
        response = caller.get(path, filter='userName eq "p0@x.org"')
        assert detail(response) == (400, "invalidFilter")
    search = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": 'userName eq "p0@x.org"',
    }
    assert detail(caller.post("/Users/.search", search)) == (400, "invalidFilter")
    assert caller.get("/Users").json()["totalResults"] == 3
    assert caller.get("/ServiceProviderConfig").json()["filter"]["supported"] is False


@pytest.mark.parametrize(
    ("filter_", "accepted"),
    [
        ('userName eq "a"', True),
        ('USERNAME sw "a"', True),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "a"', True),
        ('userName eq "a" or not (userName eq "b")', True),
        ('emails[type eq "work"]', True),
        ('emails.value eq "a"', True),
        ('emails[type eq "work" and value co "a"]', True),
        ('name.familyName eq "a"', True),
        (f'{ENTERPRISE}:department eq "a"', True),
        ('externalId eq "a"', False),
        ("name pr", False),
        ('name.givenName eq "a"', False),
        ('userName eq "a" and externalId eq "b"', False),
        ("not (title pr)", False),
        ('phoneNumbers[value eq "1"]', False),
        (f'{ENTERPRISE}:costCenter eq "a"', False),
        (f'{ENTERPRISE}:userName eq "a"', False),
    ],
)
def test_filterable_limits_the_attributes_of_filters(
    tenant: Tenant, caller: Caller, filter_: str, accepted: bool
) -> None:
    tenant.capabilities = Capabilities(
        filterable=(
            "userName",
            "displayName",
            "emails",
            "Name.FamilyName",
            f"{ENTERPRISE}:department",
        )
    )
    response = caller.get("/Users", filter=filter_)
    if accepted:
        assert response.status == 200
    else:
        assert detail(response) == (400, "invalidFilter")
        assert "userName, displayName" in response.json()["detail"]


def test_filterable_names_apply_to_each_resource_type(tenant: Tenant, caller: Caller) -> None:
    caller.create_group("Admins", externalId="g1")
    tenant.capabilities = Capabilities(filterable=("userName", "displayName"))
    assert len(caller.find_ids("/Groups", 'displayName eq "admins"')) == 1
    assert detail(caller.get("/Groups", filter='externalId eq "g1"')) == (400, "invalidFilter")
    tenant.capabilities = Capabilities(filterable=())
    response = caller.get("/Groups", filter='displayName eq "admins"')
    assert "filters may name no attribute, got displayName" in response.json()["detail"]


# ----------------------------------------------------------------------------- PUT, deactivation


def test_put_keeps_omitted_attributes(tenant: Tenant, caller: Caller) -> None:
    ada = caller.create_user(
        "ada@x.org",
        title="Countess",
        nickName="A",
        phoneNumbers=[{"value": "1"}, {"value": "2"}],
        **{
            ENTERPRISE: {"department": "R&D", "costCenter": "7", "manager": {"value": "m1"}},
            CUSTOM: {"badge": "b7"},
        },
    )
    tenant.capabilities = Capabilities(put_keeps_omitted=True)
    path = f"/Users/{ada['id']}"
    body = {
        "schemas": ada["schemas"],
        "USERNAME": "Ada@x.org",
        "name": {"GivenName": "Augusta"},
        "title": None,
        "phoneNumbers": [{"value": "3"}],
        ENTERPRISE.upper(): {"department": None, "costCenter": "8"},
    }
    put = caller.put(path, body)
    assert put.status == 200, put.body
    stored = caller.get(path).json()
    assert put.json() == stored
    assert stored["userName"] == "Ada@x.org"
    assert stored["name"] == {"givenName": "Augusta", "familyName": "Byron"}
    assert stored["nickName"] == "A"
    assert "title" not in stored
    assert stored["emails"] == ada["emails"]
    assert [one["value"] for one in stored["phoneNumbers"]] == ["3"]
    assert stored[ENTERPRISE] == {"costCenter": "8", "manager": {"value": "m1"}}
    assert stored[CUSTOM] == {"badge": "b7"}
    for empty in (None, {}):
        cleared = {"schemas": ada["schemas"], "phoneNumbers": [], ENTERPRISE: empty}
        stored = caller.put(path, cleared).json()
        assert not stored.keys() & {"phoneNumbers", ENTERPRISE}
        assert stored["nickName"] == "A"
        caller.put(path, body)


def test_put_keeps_omitted_members(tenant: Tenant, caller: Caller) -> None:
    ids = users(caller)
    group = caller.create_group("Admins", *ids, externalId="g1")["id"]
    path = f"/Groups/{group}"
    tenant.capabilities = Capabilities(put_keeps_omitted=True)
    caller.put(path, {"schemas": [GROUP], "displayName": "Operators"})
    shown = caller.get(path).json()
    assert (shown["displayName"], shown["externalId"]) == ("Operators", "g1")
    assert stored_members(caller, group) == ids
    caller.put(path, {"schemas": [GROUP], "displayName": "Operators", "members": []})
    assert stored_members(caller, group) == []
    tenant.capabilities = Capabilities()
    caller.put(path, {"schemas": [GROUP], "displayName": "Operators"})
    assert "externalId" not in caller.get(path).json()


def test_deactivated_user_is_removed_after_response(tenant: Tenant, caller: Caller) -> None:
    tenant.capabilities = Capabilities(deactivate_deletes=True)
    for number, change in enumerate(("patch", "put", "bulk")):
        name = f"u{number}@x.org"
        user = caller.create_user(name)["id"]
        group = caller.create_group(f"G{number}", user)["id"]
        operation = {"op": "replace", "path": "active", "value": False}
        if change == "patch":
            response = caller.send_operations(f"/Users/{user}", operation)
            assert response.json()["active"] is False
        elif change == "put":
            response = caller.put(f"/Users/{user}", make_user(name, active=False))
            assert response.json()["active"] is False
        else:
            data = {"Operations": [operation]}
            bulk = {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [{"method": "PATCH", "path": f"/Users/{user}", "data": data}],
            }
            response = caller.post("/Bulk", bulk)
        assert response.status == 200
        assert caller.get(f"/Users/{user}").status == 404
        assert caller.find_ids("/Users", f'userName eq "{name}"') == []
        assert stored_members(caller, group) == []


def test_user_that_stays_as_it_was_is_not_removed(tenant: Tenant, caller: Caller) -> None:
    """Only the change to inactive removes: neither an inactive user created, nor another change."""
    tenant.capabilities = Capabilities(deactivate_deletes=True)
    inactive = caller.create_user("a@x.org", active=False)["id"]
    active = caller.create_user("b@x.org")["id"]
    title = {"op": "replace", "path": "title", "value": "X"}
    for user in (inactive, active):
        assert caller.send_operations(f"/Users/{user}", title).status == 200
        assert caller.get(f"/Users/{user}").status == 200
