"""Users and tags through the admin API: external ones are read-only, internal ones can be changed."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import CUSTOM, ENTERPRISE, GROUP, Caller, make_user


def parse_error(response: Any) -> tuple[int, str]:
    envelope = response.json()
    assert envelope["status"] == response.status
    return response.status, envelope["errorCode"]


def create_internal_user(admin: Caller, username: str, **more: Any) -> dict[str, Any]:
    response = admin.post(
        "/users",
        {
            "username": username,
            "email": f"{username}@example.com",
            "firstName": "Ida",
            "lastName": "Root",
            "password": "Generated-1x",
            "type": "User",
            **more,
        },
    )
    assert response.status == 200, response.body
    return dict(response.json())


# ----------------------------------------------------------------------------- external users


def test_user_from_scim_is_external(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    ada = okta.create_user(
        "ada@example.com",
        externalId="00u1",
        phoneNumbers=[
            {"type": "work", "value": "+44 1"},
            {"type": "mobile", "value": "+44 2"},
        ],
    )
    shown = admin.get(f"/users/{ada['id']}").json()
    assert shown == {
        "userId": ada["id"],
        "username": "ada@example.com",
        "email": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Byron",
        "status": "active",
        "mobile": "+44 2",
        "phone": "+44 1",
        "name": "Ada Byron",
        "type": "User",
        "externalId": "00u1",
        "external": True,
        "identityProvider": {
            "id": tenant.identity_providers["Okta"].id,
            "name": "Okta",
            "type": "SAML",
            "mfaEnabled": False,
        },
        "created": "2026-05-01T12:00:00Z",
        "modified": None,
        "lastLogin": None,
        "adminRoles": [],
        "userTags": [],
        "mappedAccounts": [],
        "canChangeOrResetPassword": False,
    }


def test_user_deactivated_by_scim_is_inactive(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.clock.advance(minutes=5)
    okta.send_operations(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}})
    shown = admin.get(f"/users/{ada['id']}").json()
    assert (shown["status"], shown["modified"]) == ("inactive", "2026-05-01T12:05:00Z")


def test_user_fields_follow_current_mappings(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com", title="Countess")
    (first_name,) = [a for a in admin.get("/users/attributes").json() if a["name"] == "First Name"]
    item = {
        "op": "add",
        "attributeId": first_name["id"],
        "attributeName": "First Name",
        "scimAttributeName": "title",
    }
    provider = tenant.identity_providers["Okta"].id
    admin.patch(f"/identity-providers/{provider}/scim-attribute-mappings", [item])
    assert admin.get(f"/users/{ada['id']}").json()["firstName"] == "Countess"


def test_user_email_accepts_address_without_type(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user(
        "ada@example.com",
        emails=[{"value": "home@example.com"}, {"value": "main@example.com", "primary": True}],
    )
    assert admin.get(f"/users/{ada['id']}").json()["email"] == "main@example.com"


@pytest.mark.parametrize(
    ("scim_name", "pushed", "values"),
    [
        ("costCenter", {CUSTOM: {"COSTCENTER": "42"}}, ["42"]),
        (f"{CUSTOM}:costCenter", {CUSTOM: {"costCenter": 42}}, ["42"]),
        ("Cost Center", {CUSTOM: {"Cost Center": True}}, ["true"]),
        ("squad", {CUSTOM: {"squad": ["a", "b"]}}, ["a", "b"]),
        ("squad", {CUSTOM: {"other": "a"}}, []),
        ("department", {ENTERPRISE: {"department": "R&D"}}, ["R&D"]),
        (f"{ENTERPRISE}:manager", {ENTERPRISE: {"manager": {"value": "m1"}}}, ["m1"]),
        ("title", {"title": "Countess"}, ["Countess"]),
        (
            'addresses[type eq "home"].country',
            {"addresses": [{"type": "home", "country": "GB"}]},
            ["GB"],
        ),
        ("emails", {}, ["ada@example.com"]),
        ("name", {}, []),
        ('title[value eq "x"]', {"title": "Countess"}, []),
    ],
)
def test_custom_attribute_is_read_through_its_mapping(
    tenant: Tenant,
    okta: Caller,
    admin: Caller,
    scim_name: str,
    pushed: dict[str, Any],
    values: list[str],
) -> None:
    attribute = admin.post(
        "/users/attributes",
        {
            "name": "Mine",
            "description": "",
            "dataType": "String",
            "multiValued": True,
            "identityTypes": ["User"],
        },
    ).json()
    item = {
        "op": "add",
        "attributeId": attribute["id"],
        "attributeName": "Mine",
        "scimAttributeName": scim_name,
    }
    provider = tenant.identity_providers["Okta"].id
    assert (
        admin.patch(f"/identity-providers/{provider}/scim-attribute-mappings", [item]).status == 204
    )
    ada = okta.create_user("ada@example.com", **pushed)
    shown = admin.get(f"/users/{ada['id']}/custom-attributes").json()
    assert [one["attributeValue"] for one in shown] == values
    assert {one["attributeName"] for one in shown} <= {"Mine"}
    assert {one["attributeId"] for one in shown} <= {attribute["id"]}
    assert all(isinstance(one["id"], int) for one in shown)


def test_custom_attribute_single_valued_has_one_value(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    attribute = admin.post(
        "/users/attributes",
        {
            "name": "Squad",
            "description": "",
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User"],
        },
    ).json()
    provider = tenant.identity_providers["Okta"].id
    admin.patch(
        f"/identity-providers/{provider}/scim-attribute-mappings",
        [
            {
                "op": "add",
                "attributeId": attribute["id"],
                "attributeName": "Squad",
                "scimAttributeName": "squad",
            }
        ],
    )
    ada = okta.create_user("ada@example.com", **{CUSTOM: {"squad": ["a", "b"]}})
    shown = admin.get(f"/users/{ada['id']}/custom-attributes").json()
    assert [one["attributeValue"] for one in shown] == ["a"]


def test_user_external_change_is_rejected(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    path = f"/users/{ada['id']}"
    before = admin.get(path).json()
    for response in (
        admin.patch(path, {"firstName": "Eve"}),
        admin.delete(path),
        admin.post(f"{path}/disabled-statuses"),
        admin.post(f"{path}/enabled-statuses"),
        admin.post("/users/disabled-statuses", [ada["id"]]),
        admin.post("/users/enabled-statuses", [ada["id"]]),
        admin.patch(f"{path}/custom-attributes", []),
    ):
        assert parse_error(response) == (400, "U-0003")
    assert admin.get(path).json() == before


def test_user_or_tag_unknown_is_not_found(admin: Caller) -> None:
    for response in (
        admin.get("/users/nobody"),
        admin.get("/users/nobody/custom-attributes"),
        admin.patch("/users/nobody", {}),
        admin.post("/users/disabled-statuses", ["nobody"]),
        admin.get("/user-tags/nobody"),
        admin.get("/user-tags/nobody/users"),
        admin.patch("/user-tags", {"userTagId": "nobody"}),
    ):
        assert parse_error(response) == (404, "E1004")


# ----------------------------------------------------------------------------- lists


def test_users_list_is_paged(okta: Caller, admin: Caller) -> None:
    ids = [okta.create_user(f"user{n}@example.com")["id"] for n in range(5)]
    page = admin.get("/users", page=1, size=2).json()
    assert (page["count"], page["page"], page["size"]) == (5, 1, 2)
    assert [one["userId"] for one in page["data"]] == ids[2:4]
    assert admin.get("/users").json()["size"] == 20
    assert admin.get("/users", size=1000).json()["size"] == 100
    assert admin.get("/users", page=9, size=2).json()["data"] == []
    assert admin.get("/users", page="", size="").json()["page"] == 0


@pytest.mark.parametrize(
    "query",
    [{"page": -1}, {"page": "one"}, {"size": 0}, {"size": "9" * 20}, {"includeTags": "maybe"}],
)
def test_users_list_invalid_parameter_is_rejected(admin: Caller, query: dict[str, Any]) -> None:
    assert parse_error(admin.get("/users", **query)) == (400, "E1003")


def test_users_list_is_filtered_searched_and_sorted(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")["id"]
    bob = okta.create_user(
        "bob@example.com", name={"givenName": "Bob", "familyName": "Smith"}, active=False
    )["id"]
    create_internal_user(admin, "root", adminRoles=[{"name": "TenantAdmin"}])

    def ids(**query: Any) -> list[str]:
        return [one["userId"] for one in admin.get("/users", page=0, **query).json()["data"]]

    assert ids(filter='name co "smith"') == [bob]
    assert ids(filter="name eq 'Bob Smith'") == [bob]
    assert ids(filter="status eq active")[0] == ada
    assert ids(filter='username eq "ADA@example.com"') == [ada]
    assert len(ids(filter="role co admin")) == 1
    assert ids(filter="role eq Auditor") == []
    assert ids(searchText="BOB@") == [bob]
    assert ids(sort="name,desc")[-1] == ada
    assert ids(sort="firstName,asc")[:2] == [ada, bob]
    assert ids(sort="phone")[0] == ada
    assert ids(type="ServiceIdentity") == []
    assert len(ids(type="User")) == 3


@pytest.mark.parametrize("text", ["name", "shoe eq 5", 'name sw "x"', "name eq a b", "name eq 'x"])
def test_users_list_invalid_filter_or_sort_is_rejected(admin: Caller, text: str) -> None:
    assert parse_error(admin.get("/users", filter=text)) == (400, "E1003")
    assert parse_error(admin.get("/users", sort="name,up")) == (400, "E1003")


def test_users_filter_reads_escaped_quotes(okta: Caller, admin: Caller) -> None:
    okta.create_user("ada@example.com", name={"givenName": 'Ada "A"', "familyName": "Byron"})
    assert admin.get("/users", filter=r'name eq "Ada \"A\" Byron"').json()["count"] == 1


def test_users_by_username_without_page_returns_object_or_empty(
    okta: Caller, admin: Caller
) -> None:
    ada = okta.create_user("ada@example.com")
    found = admin.get("/users", filter='username eq "ada@example.com"').json()
    assert found["userId"] == ada["id"]
    missing = admin.get("/users", filter='username eq "bob@example.com"')
    assert (missing.status, missing.body) == (200, b"")
    assert admin.get("/users", filter='name co "ada"').json()["count"] == 1


def test_users_list_include_tags_returns_tags(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    okta.create_group("Engineering", ada["id"])
    assert admin.get("/users").json()["data"][0]["userTags"] == []
    (tag,) = admin.get("/users", includeTags="true").json()["data"][0]["userTags"]
    assert tag["name"] == "Engineering"


# ----------------------------------------------------------------------------- internal users


def test_user_internal_lifecycle(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    root = create_internal_user(admin, "root", phone="1", mobile="2")
    assert root["external"] is False
    assert (root["phone"], root["mobile"], root["email"]) == ("1", "2", "root@example.com")
    assert root["identityProvider"]["name"] == "Britive"
    path = f"/users/{root['userId']}"
    assert admin.patch(path, {"firstName": "Idun", "phone": "", "status": "inactive"}).status == 204
    shown = admin.get(path).json()
    assert (shown["name"], shown["phone"], shown["status"]) == ("Idun Root", None, "inactive")
    assert admin.post(f"{path}/enabled-statuses").json()["status"] == "active"
    assert (
        admin.post("/users/disabled-statuses", [root["userId"]]).json()[0]["status"] == "inactive"
    )
    assert admin.post("/users/enabled-statuses", [root["userId"]]).json()[0]["status"] == "active"
    assert admin.post(f"{path}/disabled-statuses").json()["status"] == "inactive"
    assert admin.patch(path, {"adminRoles": [{"name": "Auditor"}]}).status == 204
    assert admin.get(path).json()["adminRoles"] == [{"name": "Auditor"}]
    assert okta.get("/Users").json()["totalResults"] == 0
    deleted = admin.delete(path)
    assert (deleted.status, deleted.body) == (200, b"")
    assert admin.get(path).status == 404
    assert tenant.identity_providers["Britive"].users == []


def test_custom_attributes_of_internal_user_are_updated(admin: Caller) -> None:
    root = create_internal_user(admin, "root")
    ids = [
        admin.post(
            "/users/attributes",
            {
                "name": name,
                "description": "",
                "dataType": "String",
                "multiValued": many,
                "identityTypes": ["User"],
            },
        ).json()["id"]
        for name, many in (("Squad", True), ("Level", False))
    ]
    path = f"/users/{root['userId']}/custom-attributes"

    def change(op: str, attribute: str, value: str) -> Any:
        item = {
            "op": op,
            "customUserAttribute": {"attributeId": attribute, "attributeValue": value},
        }
        return admin.patch(path, [item])

    def values() -> list[tuple[str, str]]:
        return [(one["attributeName"], one["attributeValue"]) for one in admin.get(path).json()]

    for attribute, value in ((ids[0], "a"), (ids[0], "b"), (ids[1], "1"), (ids[1], "2")):
        assert change("add", attribute, value).status == 204
    assert values() == [("Squad", "a"), ("Squad", "b"), ("Level", "2")]
    assert change("remove", ids[0], "a").status == 204
    assert values() == [("Squad", "b"), ("Level", "2")]
    assert parse_error(change("remove", ids[0], "a")) == (400, "E1003")
    assert parse_error(change("set", ids[0], "a")) == (400, "E1003")
    assert parse_error(change("add", "nobody", "a")) == (400, "E1003")
    assert parse_error(admin.patch(path, [{"op": "add"}])) == (400, "E1003")
    admin.delete(f"/users/attributes/{ids[0]}")
    assert values() == [("Level", "2")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"username": None}, "E1003"),
        ({"email": ""}, "E1003"),
        ({"firstName": 5}, "E1003"),
        ({"password": None}, "U-0004"),
        ({"username": " root"}, "U-0001"),
        ({"username": "TAKEN"}, "U-0009"),
        ({"status": "dormant"}, "E1003"),
        ({"adminRoles": "boss"}, "E1003"),
        ({"adminRoles": [{"id": 1}]}, "E1003"),
    ],
)
def test_user_invalid_is_rejected(admin: Caller, change: dict[str, Any], expected: str) -> None:
    create_internal_user(admin, "taken")
    body = {
        "username": "root",
        "email": "root@example.com",
        "firstName": "Ida",
        "lastName": "Root",
        "password": "x",
        **change,
    }
    assert parse_error(admin.post("/users", body)) == (400, expected)
    assert admin.get("/users").json()["count"] == 1


def test_user_created_for_other_provider_is_taken_over(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    """The identity provider finds the user and updates it; the admin API can no longer change it."""
    provider = tenant.identity_providers["Okta"].id
    eve = create_internal_user(
        admin, "eve@example.com", identityProvider={"id": provider}, password=None
    )
    assert eve["external"] is True
    assert okta.find_ids("/Users", 'userName eq "eve@example.com"') == [eve["userId"]]
    assert okta.put(f"/Users/{eve['userId']}", make_user("eve@example.com")).status == 200
    assert parse_error(admin.patch(f"/users/{eve['userId']}", {"firstName": "E"})) == (
        400,
        "U-0003",
    )
    assert parse_error(
        admin.post(
            "/users",
            {
                "username": "x",
                "email": "x",
                "firstName": "x",
                "lastName": "x",
                "identityProvider": "no",
            },
        )
    ) == (404, "E1004")


@pytest.mark.parametrize("body", [{}, "x"])
def test_user_statuses_body_must_be_an_array_of_ids(admin: Caller, body: Any) -> None:
    assert parse_error(admin.post("/users/disabled-statuses", body)) == (400, "E1003")


# ----------------------------------------------------------------------------- tags


def test_group_from_scim_is_an_external_tag(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    inner = okta.create_group("Inner")
    group = okta.create_group("Engineering", ada["id"], inner["id"], externalId="g1")
    shown = admin.get(f"/user-tags/{group['id']}").json()
    assert shown == {
        "userTagId": group["id"],
        "name": "Engineering",
        "description": None,
        "status": "Active",
        "external": True,
        "userCount": 1,
        "created": "2026-05-01T12:00:00Z",
        "modified": None,
        "membershipRule": False,
        "userTagIdentityProviders": [
            {
                "identityProvider": {
                    "id": tenant.identity_providers["Okta"].id,
                    "name": "Okta",
                    "type": "SAML",
                },
                "externalId": "g1",
            }
        ],
        "attributeCriteriaBeans": [],
        "requestable": False,
        "attributes": [],
        "relationships": {"owners": []},
    }
    (member,) = admin.get(f"/user-tags/{group['id']}/users", page=0).json()["data"]
    assert member["userId"] == ada["id"]


def test_tag_external_change_is_rejected(okta: Caller, admin: Caller) -> None:
    ada, bob = okta.create_user("ada@example.com"), okta.create_user("bob@example.com")
    group = okta.create_group("Engineering", ada["id"])
    path = f"/user-tags/{group['id']}"
    before = admin.get(path).json()
    for response in (
        admin.patch(path, {"name": "Other"}),
        admin.patch("/user-tags", {"userTagId": group["id"], "name": "Other"}),
        admin.delete(path),
        admin.post(f"{path}/disabled-statuses"),
        admin.post(f"{path}/enabled-statuses"),
        admin.post(f"{path}/users/{bob['id']}"),
        admin.delete(f"{path}/users/{ada['id']}"),
    ):
        assert parse_error(response) == (400, "UT-0002")
    assert admin.get(path).json() == before


def test_tags_list_is_an_array_or_a_page(okta: Caller, admin: Caller) -> None:
    ids = [okta.create_group(name)["id"] for name in ("B", "A", "C")]
    assert [one["userTagId"] for one in admin.get("/user-tags").json()] == ids
    page = admin.get("/user-tags", page=0, size=2, sort="name,asc").json()
    assert page["count"] == 3
    assert [one["name"] for one in page["data"]] == ["A", "B"]
    assert [one["name"] for one in admin.get("/user-tags", filter='name eq "c"').json()] == ["C"]
    assert admin.get("/user-tags", filter="status eq 'Inactive'").json() == []
    assert len(admin.get("/user-tags", searchText="a").json()) == 3  # every status contains "a"


def test_tag_internal_lifecycle(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    tag = admin.post("/user-tags", {"name": "Local", "description": "here"}).json()
    assert (tag["external"], tag["description"]) == (False, "here")
    path = f"/user-tags/{tag['userTagId']}"
    assert admin.patch(path, {"name": "Local 2"}).json()["name"] == "Local 2"
    renamed = admin.patch(
        "/user-tags", {"userTagId": tag["userTagId"], "description": "there"}
    ).json()
    assert (renamed["name"], renamed["description"]) == ("Local 2", "there")
    assert admin.post(f"{path}/disabled-statuses", {}).json()["status"] == "Inactive"
    assert admin.post(f"{path}/enabled-statuses").json()["status"] == "Active"

    member = f"{path}/users/{ada['id']}"
    assert admin.get(member).body == b""
    assert admin.post(member).json()["userId"] == ada["id"]
    assert admin.post(member).status == 200
    assert admin.get(member).json()["username"] == "ada@example.com"
    assert admin.get(path).json()["userCount"] == 1
    assert "groups" not in okta.get(f"/Users/{ada['id']}").json()
    assert admin.delete(member).body == b""
    assert parse_error(admin.delete(member)) == (400, "UT-0006")
    assert admin.get(f"/user-tags/{tag['userTagId']}/users/nobody").status == 404

    assert admin.delete(path).status == 200
    assert admin.get("/user-tags").json() == []


def test_tag_members_list_is_filtered(okta: Caller, admin: Caller) -> None:
    ada, bob = okta.create_user("ada@example.com"), okta.create_user("bob@example.com")
    group = okta.create_group("Engineering", ada["id"])
    path = f"/user-tags/{group['id']}/users"

    def ids(response: Any) -> list[str]:
        document = response.json()
        entries = document if isinstance(document, list) else document["data"]
        return [one["userId"] for one in entries]

    assert ids(admin.get(path)) == [ada["id"]]
    assert ids(admin.get(path, filter="assigned")) == [ada["id"]]
    assert ids(admin.get(path, filter="available")) == [bob["id"]]
    assert ids(admin.get(path, filter="available", page=0)) == [bob["id"]]
    assert ids(admin.get(path, filter='name co "nobody"')) == []
    assert ids(admin.get(path, searchText="ada")) == [ada["id"]]


def test_tag_created_for_other_provider_is_taken_over(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    link = [{"identityProvider": {"id": tenant.identity_providers["Okta"].id}}]
    tag = admin.post(
        "/user-tags", {"name": "Linked", "userTagIdentityProviders": link, "external": True}
    ).json()
    assert tag["external"] is True
    path = f"/user-tags/{tag['userTagId']}"
    assert admin.patch(path, {"description": "still mine"}).status == 200
    assert okta.find_ids("/Groups", 'displayName eq "linked"') == [tag["userTagId"]]
    body = {"schemas": [GROUP], "displayName": "Linked", "members": []}
    assert okta.put(f"/Groups/{tag['userTagId']}", body).status == 200
    assert parse_error(admin.delete(path)) == (400, "UT-0002")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": None}, (400, "E1003")),
        ({"name": "taken"}, (400, "E1005")),
        ({"userTagIdentityProviders": [{}]}, (400, "E1003")),
        ({"userTagIdentityProviders": 5}, (400, "E1003")),
        ({"userTagIdentityProviders": [{"identityProvider": {"id": "nobody"}}]}, (404, "E1004")),
    ],
)
def test_tag_invalid_is_rejected(
    admin: Caller, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    admin.post("/user-tags", {"name": "Taken"})
    assert parse_error(admin.post("/user-tags", {"name": "New", **change})) == expected


def test_tag_for_other_provider_without_external_is_rejected(tenant: Tenant, admin: Caller) -> None:
    link = [{"identityProvider": {"id": tenant.identity_providers["Okta"].id}}]
    body = {"name": "Linked", "userTagIdentityProviders": link}
    assert parse_error(admin.post("/user-tags", body)) == (400, "E1003")


def test_max_admin_page_limits_page_size(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    tenant.capabilities = Capabilities(max_admin_page=2)
    for name in ("a@example.com", "b@example.com", "c@example.com"):
        okta.create_user(name)
    assert len(admin.get("/users", size=50).json()["data"]) == 2
