"""Identity providers, SCIM tokens, SCIM attributes and mappings through the admin API."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import Caller, make_admin_caller, make_scim_caller, make_user


@pytest.fixture
def okta_id(tenant: Tenant) -> str:
    return tenant.identity_providers["Okta"].id


def refusal(answer: Any) -> tuple[int, str]:
    """Return status and errorCode of an error envelope, after checking its shape."""
    envelope = answer.json()
    assert set(envelope) == {"status", "message", "errorCode", "details"}
    assert envelope["status"] == answer.status
    assert envelope["message"]
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status, envelope["errorCode"]


# ----------------------------------------------------------------------------- who may ask


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", "AU-0000"), ("TOKEN", "AU-0000"), ("TOKEN wrong", "AU-0018"), ("Basic abc", "AU-0018")],
)
def test_a_request_without_a_good_token_is_401(
    tenant: Tenant, authorization: str, code: str
) -> None:
    caller = Caller(tenant, "/api", authorization)
    assert refusal(caller.get("/identity-providers")) == (401, code)


def test_the_scim_token_is_refused_by_the_admin_api(tenant: Tenant) -> None:
    secret = tenant.identity_providers["Okta"].scim_token.get_secret_value()
    for scheme in ("TOKEN", "Bearer"):
        assert refusal(Caller(tenant, "/api", f"{scheme} {secret}").get("/users"))[0] == 401


def test_a_static_token_as_bearer_is_a_switch(tenant: Tenant) -> None:
    caller = Caller(tenant, "/api", f"Bearer {tenant.api_token.get_secret_value()}")
    assert caller.get("/users").status == 200
    tenant.capabilities = Capabilities(bearer_api_tokens=False)
    assert refusal(caller.get("/users")) == (401, "AU-0018")


def test_health_needs_no_token(tenant: Tenant) -> None:
    assert tenant.respond("HEAD", "/api/health").status == 200


def test_an_unknown_path_is_404_and_a_wrong_method_405(tenant: Tenant, admin: Caller) -> None:
    assert refusal(admin.get("/nowhere")) == (404, "E1004")
    assert refusal(admin.get("/identity-providers/a/b/c"))[0] == 404
    wrong = admin.put("/identity-providers", {})
    assert refusal(wrong)[0] == 405
    assert wrong.headers["Allow"] == "GET, POST"
    assert tenant.respond("GET", "/", {"Authorization": admin.authorization}).status == 404


@pytest.mark.parametrize("body", ["", "{", "[]", "1", b"\xff", '{"a":' * 10_000])
def test_a_body_that_is_no_object_is_400(admin: Caller, body: Any) -> None:
    assert refusal(admin.post("/identity-providers", body)) == (400, "E1003")


# ----------------------------------------------------------------------------- identity providers


def test_an_identity_provider_is_shown_with_its_mappings(admin: Caller, okta_id: str) -> None:
    okta = admin.get(f"/identity-providers/{okta_id}").json()
    mappings = {one["attributeName"]: one for one in okta["userAttributeScimMappings"]}
    assert {name: one["scimAttributeName"] for name, one in mappings.items()} == {
        "Username": "userName",
        "Email": 'emails[type eq "work"].value',
        "First Name": "name.givenName",
        "Last Name": "name.familyName",
        "Status": "active",
        "Mobile": 'phoneNumbers[type eq "mobile"].value',
        "Phone": 'phoneNumbers[type eq "work"]',
    }
    assert {one["identityProviderId"] for one in mappings.values()} == {okta_id}
    assert all(one["builtIn"] for one in mappings.values())
    assert set(okta) == {
        "id", "name", "description", "type", "scimProvider", "ssoProvider", "scimEnabled",
        "samlMetadata", "ssoConfig", "mfaEnabled", "mfaRootUserEnabled", "apiToken",
        "userAttributeScimMappings",
    }  # fmt: skip


def test_lists_show_no_mappings(admin: Caller) -> None:
    assert {
        len(idp["userAttributeScimMappings"]) for idp in admin.get("/identity-providers").json()
    } == {0}


def test_a_name_finds_one_object_or_an_empty_body(admin: Caller, okta_id: str) -> None:
    assert admin.get("/identity-providers", name="Okta").json()["id"] == okta_id
    missed = admin.get("/identity-providers", name="okta")
    assert (missed.status, missed.body) == (200, b"")


def test_a_name_may_find_an_array_instead(tenant: Tenant, admin: Caller, okta_id: str) -> None:
    tenant.capabilities = Capabilities(identity_provider_by_name="array")
    assert [one["id"] for one in admin.get("/identity-providers", name="Okta").json()] == [okta_id]
    assert admin.get("/identity-providers", name="nobody").json() == []


def test_an_identity_provider_is_made_changed_and_deleted(tenant: Tenant, admin: Caller) -> None:
    made = admin.post(
        "/identity-providers", {"name": "Ping", "description": "PingOne", "type": "SAML"}
    )
    assert made.status == 200
    ping = made.json()
    assert (ping["scimProvider"], len(ping["userAttributeScimMappings"])) == ("Generic", 7)
    assert ping["ssoConfig"]["scimUrl"] == f"{tenant.base_url}/api/scim/v2"
    with pytest.raises(LookupError, match="has no SCIM token"):
        _ = tenant.identity_providers["Ping"].scim_token

    path = f"/identity-providers/{ping['id']}"
    assert admin.patch(path, {"name": "PingOne", "scimProvider": "Azure"}).status == 204
    changed = admin.get(path).json()
    assert (changed["name"], changed["description"]) == ("PingOne", "PingOne")
    assert (changed["scimProvider"], changed["ssoProvider"]) == ("Azure", "Generic")
    assert admin.patch(path, {"description": "new", "ssoProvider": "Azure"}).status == 204
    assert admin.get(path).json()["description"] == "new"

    assert admin.delete(path).status == 204
    assert refusal(admin.get(path)) == (404, "E1004")
    assert "PingOne" not in tenant.identity_providers


def test_deleting_an_identity_provider_takes_its_users_tags_and_token_along(
    tenant: Tenant, okta: Caller, admin: Caller, okta_id: str
) -> None:
    ada = okta.create_user("ada@example.com")
    okta.create_group("Engineering", ada["id"])
    assert admin.delete(f"/identity-providers/{okta_id}").status == 204
    assert okta.get("/Users").status == 401
    assert admin.get("/users").json()["count"] == 0
    assert admin.get("/user-tags").json() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "SAML"}, "E1003"),
        ({"name": " "}, "E1003"),
        ({"name": 5}, "E1003"),
        ({"name": "a--b"}, "E1003"),
        ({"name": "Okta"}, "E1005"),
        ({"name": "x", "type": "DEFAULT"}, "E1003"),
        ({"name": "x", "type": "OIDC"}, "E1003"),
        ({"name": "x", "scimProvider": "Okta"}, "E1003"),
    ],
)
def test_an_identity_provider_that_cannot_be_is_refused(
    admin: Caller, body: dict[str, Any], code: str
) -> None:
    assert refusal(admin.post("/identity-providers", body)) == (400, code)
    assert len(admin.get("/identity-providers").json()) == 3


def test_the_default_identity_provider_stays(tenant: Tenant, admin: Caller) -> None:
    path = f"/identity-providers/{tenant.identity_providers['Britive'].id}"
    assert refusal(admin.delete(path))[0] == 400
    assert refusal(admin.patch(path, {"name": "Mine"}))[0] == 400
    assert admin.patch(path, {"name": "Britive", "description": "Default"}).status == 204
    assert refusal(admin.post(f"{path}/scim-token", {"tokenExpirationDays": 5}))[0] == 400
    assert refusal(admin.patch(f"{path}/scim-attribute-mappings", []))[0] == 400


def test_mfa_is_for_the_default_identity_provider(
    tenant: Tenant, admin: Caller, okta_id: str
) -> None:
    assert refusal(admin.patch(f"/identity-providers/{okta_id}/mfa", {"mfaEnabled": True})) == (
        400,
        "E1001",
    )
    path = f"/identity-providers/{tenant.identity_providers['Britive'].id}"
    assert admin.patch(f"{path}/mfa", {"mfaEnabled": True}).json() == {
        "mfaEnabled": True,
        "mfaRootUserEnabled": False,
    }
    assert admin.get(path).json()["mfaEnabled"] is True
    assert refusal(admin.patch(f"{path}/mfa", {"mfaRootUserEnabled": "yes"}))[0] == 400


# ----------------------------------------------------------------------------- SCIM tokens


def test_a_new_scim_token_is_shown_once_and_kills_the_old_one(
    tenant: Tenant, okta: Caller, admin: Caller, okta_id: str
) -> None:
    assert okta.get("/Users").status == 200
    made = admin.post(f"/identity-providers/{okta_id}/scim-token", {"tokenExpirationDays": 30})
    assert made.status == 201
    token = made.json()
    assert (token["type"], token["status"], token["tokenExpirationDays"]) == ("SCIM", "Active", 30)
    assert okta.get("/Users").status == 401
    assert tenant.identity_providers["Okta"].scim_token.get_secret_value() == token["token"]
    assert make_scim_caller(tenant, "Okta").get("/Users").status == 200

    read = admin.get(f"/identity-providers/{okta_id}/scim-token").json()
    assert "token" not in read
    assert read["id"] == token["id"]


def test_recreating_one_token_leaves_the_other_providers_alone(
    entra: Caller, admin: Caller, okta_id: str
) -> None:
    admin.post(f"/identity-providers/{okta_id}/scim-token", {"tokenExpirationDays": 30})
    assert entra.get("/Users").status == 200


def test_a_token_without_body_is_valid_for_ninety_days(admin: Caller, okta_id: str) -> None:
    path = f"/identity-providers/{okta_id}/scim-token"
    assert admin.post(path).json()["tokenExpirationDays"] == 90


@pytest.mark.parametrize("days", [0, 91, -1, 1.5, "30", True, None])
def test_a_validity_out_of_range_is_refused(admin: Caller, okta_id: str, days: Any) -> None:
    path = f"/identity-providers/{okta_id}/scim-token"
    assert refusal(admin.post(path, {"tokenExpirationDays": days}))[0] == 400
    assert refusal(admin.patch(path, {"tokenExpirationDays": days}))[0] == 400


def test_a_token_that_was_never_made_is_404(admin: Caller) -> None:
    made = admin.post("/identity-providers", {"name": "Ping"}).json()
    path = f"/identity-providers/{made['id']}/scim-token"
    assert refusal(admin.get(path)) == (404, "E1004")
    assert refusal(admin.patch(path, {"tokenExpirationDays": 5})) == (404, "E1004")
    assert refusal(admin.get("/identity-providers/nobody/scim-token")) == (404, "E1004")


def test_changing_validity_needs_the_days(admin: Caller, okta_id: str) -> None:
    assert refusal(admin.patch(f"/identity-providers/{okta_id}/scim-token", {})) == (400, "E1003")


# ----------------------------------------------------------------------------- mappings


def attribute_id(admin: Caller, name: str) -> str:
    (found,) = [one for one in admin.get("/users/attributes").json() if one["name"] == name]
    return str(found["id"])


def mapped(admin: Caller, provider: str) -> dict[str, str]:
    shown = admin.get(f"/identity-providers/{provider}").json()
    return {
        one["attributeName"]: one["scimAttributeName"] for one in shown["userAttributeScimMappings"]
    }


def test_known_scim_attributes_are_a_list_of_names(admin: Caller) -> None:
    names = admin.get("/identity-providers/scim-attributes").json()
    assert {"userName", "active", 'emails[type eq "work"].value'} <= set(names)
    assert all(isinstance(name, str) for name in names)


def test_adding_a_mapping_replaces_that_of_the_same_attribute(admin: Caller, okta_id: str) -> None:
    phone = attribute_id(admin, "Phone")
    path = f"/identity-providers/{okta_id}/scim-attribute-mappings"
    item = {
        "op": "add",
        "attributeId": phone,
        "attributeName": "Phone",
        "scimAttributeName": 'phoneNumbers[type eq "home"].value',
        "builtIn": True,
    }
    answer = admin.patch(path, [item])
    assert (answer.status, answer.body) == (204, b"")
    assert mapped(admin, okta_id)["Phone"] == 'phoneNumbers[type eq "home"].value'
    assert len(mapped(admin, okta_id)) == 7

    assert refusal(admin.patch(path, [{**item, "op": "remove", "scimAttributeName": "title"}])) == (
        400,
        "E1004",
    )
    assert admin.patch(path, [{**item, "op": "remove"}]).status == 204
    assert "Phone" not in mapped(admin, okta_id)


def test_a_change_of_mappings_happens_whole_or_not_at_all(admin: Caller, okta_id: str) -> None:
    phone = attribute_id(admin, "Phone")
    items = [
        {"op": "add", "attributeId": phone, "attributeName": "Phone", "scimAttributeName": "title"},
        {"op": "add", "attributeId": "nobody", "attributeName": "x", "scimAttributeName": "title"},
    ]
    before = mapped(admin, okta_id)
    assert refusal(
        admin.patch(f"/identity-providers/{okta_id}/scim-attribute-mappings", items)
    ) == (
        400,
        "E1004",
    )
    assert mapped(admin, okta_id) == before


@pytest.mark.parametrize(
    "change",
    [
        {"op": "replace"},
        {"op": None},
        {"attributeId": None},
        {"attributeName": "Mobile"},
        {"scimAttributeName": ""},
        {"scimAttributeName": 5},
    ],
)
def test_an_item_that_does_not_hold_is_refused(
    admin: Caller, okta_id: str, change: dict[str, Any]
) -> None:
    item = {
        "op": "add",
        "attributeId": attribute_id(admin, "Phone"),
        "attributeName": "Phone",
        "scimAttributeName": "title",
        **change,
    }
    path = f"/identity-providers/{okta_id}/scim-attribute-mappings"
    assert refusal(admin.patch(path, [item])) == (400, "E1003")


@pytest.mark.parametrize("body", [{}, ["x"], 5])
def test_mappings_that_are_no_array_of_objects_are_refused(
    admin: Caller, okta_id: str, body: Any
) -> None:
    path = f"/identity-providers/{okta_id}/scim-attribute-mappings"
    assert refusal(admin.patch(path, body)) == (400, "E1003")


def test_without_the_mapping_of_a_mandatory_attribute_no_user_can_be_made(
    okta: Caller, admin: Caller, okta_id: str
) -> None:
    item = {
        "op": "remove",
        "attributeId": attribute_id(admin, "Email"),
        "attributeName": "Email",
        "scimAttributeName": 'emails[type eq "work"].value',
    }
    admin.patch(f"/identity-providers/{okta_id}/scim-attribute-mappings", [item])
    refused = okta.post("/Users", make_user("ada@example.com"))
    assert refused.status == 400
    assert "Email (not mapped)" in refused.json()["detail"]


# ----------------------------------------------------------------------------- identity attributes


def new_attribute(admin: Caller, called: str, **more: Any) -> Any:
    return admin.post(
        "/users/attributes",
        {
            "name": called,
            "description": called,
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User"],
            **more,
        },
    )


def test_seven_identity_attributes_are_built_in(admin: Caller) -> None:
    attributes = admin.get("/users/attributes").json()
    assert [one["name"] for one in attributes] == [
        "Username", "Email", "First Name", "Last Name", "Status", "Mobile", "Phone",
    ]  # fmt: skip
    assert all(one["builtIn"] for one in attributes)
    assert set(attributes[0]) == {
        "id", "name", "description", "dataType", "multiValued", "builtIn", "identityTypes",
    }  # fmt: skip


def test_an_identity_attribute_is_made_read_changed_and_deleted(admin: Caller) -> None:
    made = new_attribute(admin, "Cost Center")
    assert made.status == 200
    attribute = made.json()
    assert attribute["builtIn"] is False
    path = f"/users/attributes/{attribute['id']}"
    assert admin.get(path).json() == attribute
    assert [
        one["id"] for one in admin.get("/users/attributes", filter='name eq "Cost Center"').json()
    ] == [attribute["id"]]

    changed = admin.patch(
        path,
        {
            "name": "CostCenter",
            "description": "new",
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User", "ServiceIdentity"],
        },
    )
    assert changed.status == 200
    assert changed.json()["name"] == "CostCenter"
    assert admin.patch(path, {}).json() == changed.json()
    assert len(admin.get("/users/attributes", type="ServiceIdentity").json()) == 8
    assert len(admin.get("/users/attributes", type="AIIdentity").json()) == 7

    deleted = admin.delete(path)
    assert (deleted.status, deleted.body) == (200, b"")
    assert refusal(admin.get(path)) == (404, "E1004")


@pytest.mark.parametrize(
    "change",
    [
        {"dataType": "Number"},
        {"multiValued": True},
        {"identityTypes": ["ServiceIdentity"]},
        {"name": "email"},
        {"name": ""},
    ],
)
def test_what_cannot_change_in_an_identity_attribute_is_refused(
    admin: Caller, change: dict[str, Any]
) -> None:
    attribute = new_attribute(admin, "Level").json()
    assert refusal(admin.patch(f"/users/attributes/{attribute['id']}", change))[0] == 400
    assert admin.get(f"/users/attributes/{attribute['id']}").json() == attribute


def test_built_in_attributes_are_protected(admin: Caller) -> None:
    path = f"/users/attributes/{attribute_id(admin, 'Email')}"
    assert refusal(admin.delete(path)) == (400, "E1003")
    assert refusal(admin.patch(path, {"name": "Mail"})) == (400, "E1003")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": None}, "E1003"),
        ({"description": None}, "E1003"),
        ({"dataType": "Text"}, "E1003"),
        ({"multiValued": "no"}, "E1003"),
        ({"identityTypes": []}, "E1003"),
        ({"identityTypes": ["Robot"]}, "E1003"),
        ({"identityTypes": None}, "E1003"),
        ({"identityTypes": "User"}, "E1003"),
        ({"name": "EMAIL"}, "E1005"),
    ],
)
def test_an_identity_attribute_that_cannot_be_is_refused(
    admin: Caller, change: dict[str, Any], code: str
) -> None:
    assert refusal(new_attribute(admin, "Level", **change)) == (400, code)


def test_identity_types_are_listed(admin: Caller) -> None:
    assert admin.get("/users/attributes/identity-types").json() == [
        "User",
        "ServiceIdentity",
        "AIIdentity",
    ]


def test_deleting_an_identity_attribute_removes_its_mappings(admin: Caller, okta_id: str) -> None:
    attribute = new_attribute(admin, "Level").json()
    path = f"/identity-providers/{okta_id}/scim-attribute-mappings"
    item = {
        "op": "add",
        "attributeId": attribute["id"],
        "attributeName": "Level",
        "scimAttributeName": "level",
    }
    admin.patch(path, [item])
    assert mapped(admin, okta_id)["Level"] == "level"
    admin.delete(f"/users/attributes/{attribute['id']}")
    assert "Level" not in mapped(admin, okta_id)


def test_a_second_admin_of_the_same_tenant_sees_the_same(tenant: Tenant, admin: Caller) -> None:
    admin.post("/identity-providers", {"name": "Ping"})
    assert len(make_admin_caller(tenant).get("/identity-providers").json()) == 4
