"""Identity providers, SCIM tokens, SCIM attributes and mappings through the admin API."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import Caller, make_admin_caller, make_scim_caller, make_user


@pytest.fixture
def okta_id(tenant: Tenant) -> str:
    return tenant.identity_providers["Okta"].id


def parse_error(response: Any) -> tuple[int, str]:
    """Return status and errorCode of an error envelope, after checking its shape."""
    envelope = response.json()
    assert set(envelope) == {"status", "message", "errorCode", "details"}
    assert envelope["status"] == response.status
    assert envelope["message"]
    assert response.headers["Content-Type"] == "application/json"
    return response.status, envelope["errorCode"]


# ----------------------------------------------------------------------------- authentication


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", "AU-0000"), ("TOKEN", "AU-0000"), ("TOKEN wrong", "AU-0018"), ("Basic abc", "AU-0018")],
)
def test_admin_request_without_valid_token_is_unauthorized(
    tenant: Tenant, authorization: str, code: str
) -> None:
    caller = Caller(tenant, "/api", authorization)
    assert parse_error(caller.get("/identity-providers")) == (401, code)


def test_admin_request_with_scim_token_is_unauthorized(tenant: Tenant) -> None:
    secret = tenant.identity_providers["Okta"].scim_token.get_secret_value()
    for scheme in ("TOKEN", "Bearer"):
        assert parse_error(Caller(tenant, "/api", f"{scheme} {secret}").get("/users"))[0] == 401


def test_bearer_api_tokens_false_rejects_bearer(tenant: Tenant) -> None:
    caller = Caller(tenant, "/api", f"Bearer {tenant.api_token.get_secret_value()}")
    assert caller.get("/users").status == 200
    tenant.capabilities = Capabilities(bearer_api_tokens=False)
    assert parse_error(caller.get("/users")) == (401, "AU-0018")


def test_health_needs_no_token(tenant: Tenant) -> None:
    assert tenant.respond("HEAD", "/api/health").status == 200


def test_admin_request_to_unknown_route_is_rejected(tenant: Tenant, admin: Caller) -> None:
    assert parse_error(admin.get("/nowhere")) == (404, "E1004")
    assert parse_error(admin.get("/identity-providers/a/b/c"))[0] == 404
    wrong = admin.put("/identity-providers", {})
    assert parse_error(wrong)[0] == 405
    assert wrong.headers["Allow"] == "GET, POST"
    assert tenant.respond("GET", "/", {"Authorization": admin.authorization}).status == 404


@pytest.mark.parametrize("body", ["", "{", "[]", "1", b"\xff", '{"a":' * 10_000])
def test_admin_request_body_not_an_object_is_rejected(admin: Caller, body: Any) -> None:
    assert parse_error(admin.post("/identity-providers", body)) == (400, "E1003")


# ----------------------------------------------------------------------------- identity providers


def test_identity_provider_get_includes_mappings(admin: Caller, okta_id: str) -> None:
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


def test_identity_provider_list_omits_mappings(admin: Caller) -> None:
    assert {
        len(idp["userAttributeScimMappings"]) for idp in admin.get("/identity-providers").json()
    } == {0}


def test_identity_provider_by_name_returns_object_or_empty(admin: Caller, okta_id: str) -> None:
    assert admin.get("/identity-providers", name="Okta").json()["id"] == okta_id
    missing = admin.get("/identity-providers", name="okta")
    assert (missing.status, missing.body) == (200, b"")


def test_identity_provider_by_name_array_capability(
    tenant: Tenant, admin: Caller, okta_id: str
) -> None:
    tenant.capabilities = Capabilities(identity_provider_by_name="array")
    assert [one["id"] for one in admin.get("/identity-providers", name="Okta").json()] == [okta_id]
    assert admin.get("/identity-providers", name="nobody").json() == []


def test_identity_provider_lifecycle(tenant: Tenant, admin: Caller) -> None:
    created = admin.post(
        "/identity-providers", {"name": "Ping", "description": "PingOne", "type": "SAML"}
    )
    assert created.status == 200
    ping = created.json()
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
    assert parse_error(admin.get(path)) == (404, "E1004")
    assert "PingOne" not in tenant.identity_providers


def test_identity_provider_delete_removes_users_tags_and_token(
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
def test_identity_provider_invalid_is_rejected(
    admin: Caller, body: dict[str, Any], code: str
) -> None:
    assert parse_error(admin.post("/identity-providers", body)) == (400, code)
    assert len(admin.get("/identity-providers").json()) == 3


def test_identity_provider_default_is_protected(tenant: Tenant, admin: Caller) -> None:
    path = f"/identity-providers/{tenant.identity_providers['Britive'].id}"
    assert parse_error(admin.delete(path))[0] == 400
    assert parse_error(admin.patch(path, {"name": "Mine"}))[0] == 400
    assert admin.patch(path, {"name": "Britive", "description": "Default"}).status == 204
    assert parse_error(admin.post(f"{path}/scim-token", {"tokenExpirationDays": 5}))[0] == 400
    assert parse_error(admin.patch(f"{path}/scim-attribute-mappings", []))[0] == 400


def test_mfa_settings_belong_to_default_identity_provider(
    tenant: Tenant, admin: Caller, okta_id: str
) -> None:
    assert parse_error(admin.patch(f"/identity-providers/{okta_id}/mfa", {"mfaEnabled": True})) == (
        400,
        "E1001",
    )
    path = f"/identity-providers/{tenant.identity_providers['Britive'].id}"
    assert admin.patch(f"{path}/mfa", {"mfaEnabled": True}).json() == {
        "mfaEnabled": True,
        "mfaRootUserEnabled": False,
    }
    assert admin.get(path).json()["mfaEnabled"] is True
    assert parse_error(admin.patch(f"{path}/mfa", {"mfaRootUserEnabled": "yes"}))[0] == 400


# ----------------------------------------------------------------------------- SCIM tokens


def test_scim_token_create_replaces_old_token(
    tenant: Tenant, okta: Caller, admin: Caller, okta_id: str
) -> None:
    assert okta.get("/Users").status == 200
    created = admin.post(f"/identity-providers/{okta_id}/scim-token", {"tokenExpirationDays": 30})
    assert created.status == 201
    token = created.json()
    assert (token["type"], token["status"], token["tokenExpirationDays"]) == ("SCIM", "Active", 30)
    assert okta.get("/Users").status == 401
    assert tenant.identity_providers["Okta"].scim_token.get_secret_value() == token["token"]
    assert make_scim_caller(tenant, "Okta").get("/Users").status == 200

    read = admin.get(f"/identity-providers/{okta_id}/scim-token").json()
    assert "token" not in read
    assert read["id"] == token["id"]


def test_scim_token_create_keeps_other_providers_token(
    entra: Caller, admin: Caller, okta_id: str
) -> None:
    admin.post(f"/identity-providers/{okta_id}/scim-token", {"tokenExpirationDays": 30})
    assert entra.get("/Users").status == 200


def test_scim_token_without_body_is_valid_90_days(admin: Caller, okta_id: str) -> None:
    path = f"/identity-providers/{okta_id}/scim-token"
    assert admin.post(path).json()["tokenExpirationDays"] == 90


@pytest.mark.parametrize("days", [0, 91, -1, 1.5, "30", True, None])
def test_scim_token_days_out_of_range_are_rejected(admin: Caller, okta_id: str, days: Any) -> None:
    path = f"/identity-providers/{okta_id}/scim-token"
    assert parse_error(admin.post(path, {"tokenExpirationDays": days}))[0] == 400
    assert parse_error(admin.patch(path, {"tokenExpirationDays": days}))[0] == 400


def test_scim_token_missing_is_not_found(admin: Caller) -> None:
    created = admin.post("/identity-providers", {"name": "Ping"}).json()
    path = f"/identity-providers/{created['id']}/scim-token"
    assert parse_error(admin.get(path)) == (404, "E1004")
    assert parse_error(admin.patch(path, {"tokenExpirationDays": 5})) == (404, "E1004")
    assert parse_error(admin.get("/identity-providers/nobody/scim-token")) == (404, "E1004")


def test_scim_token_update_without_days_is_rejected(admin: Caller, okta_id: str) -> None:
    assert parse_error(admin.patch(f"/identity-providers/{okta_id}/scim-token", {})) == (
        400,
        "E1003",
    )


# ----------------------------------------------------------------------------- mappings


def attribute_id(admin: Caller, name: str) -> str:
    (found,) = [one for one in admin.get("/users/attributes").json() if one["name"] == name]
    return str(found["id"])


def get_mappings(admin: Caller, provider: str) -> dict[str, str]:
    shown = admin.get(f"/identity-providers/{provider}").json()
    return {
        one["attributeName"]: one["scimAttributeName"] for one in shown["userAttributeScimMappings"]
    }


def test_scim_attributes_is_a_list_of_names(admin: Caller) -> None:
    names = admin.get("/identity-providers/scim-attributes").json()
    assert {"userName", "active", 'emails[type eq "work"].value'} <= set(names)
    assert all(isinstance(name, str) for name in names)


def test_mapping_add_replaces_mapping_of_same_attribute(admin: Caller, okta_id: str) -> None:
    phone = attribute_id(admin, "Phone")
    path = f"/identity-providers/{okta_id}/scim-attribute-mappings"
    item = {
        "op": "add",
        "attributeId": phone,
        "attributeName": "Phone",
        "scimAttributeName": 'phoneNumbers[type eq "home"].value',
        "builtIn": True,
    }
    response = admin.patch(path, [item])
    assert (response.status, response.body) == (204, b"")
    assert get_mappings(admin, okta_id)["Phone"] == 'phoneNumbers[type eq "home"].value'
    assert len(get_mappings(admin, okta_id)) == 7

    assert parse_error(
        admin.patch(path, [{**item, "op": "remove", "scimAttributeName": "title"}])
    ) == (
        400,
        "E1004",
    )
    assert admin.patch(path, [{**item, "op": "remove"}]).status == 204
    assert "Phone" not in get_mappings(admin, okta_id)


def test_mapping_update_with_one_error_changes_nothing(admin: Caller, okta_id: str) -> None:
    phone = attribute_id(admin, "Phone")
    items = [
        {"op": "add", "attributeId": phone, "attributeName": "Phone", "scimAttributeName": "title"},
        {"op": "add", "attributeId": "nobody", "attributeName": "x", "scimAttributeName": "title"},
    ]
    before = get_mappings(admin, okta_id)
    assert parse_error(
        admin.patch(f"/identity-providers/{okta_id}/scim-attribute-mappings", items)
    ) == (
        400,
        "E1004",
    )
    assert get_mappings(admin, okta_id) == before


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
def test_mapping_item_invalid_is_rejected(
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
    assert parse_error(admin.patch(path, [item])) == (400, "E1003")


@pytest.mark.parametrize("body", [{}, ["x"], 5])
def test_mapping_body_not_an_array_of_objects_is_rejected(
    admin: Caller, okta_id: str, body: Any
) -> None:
    path = f"/identity-providers/{okta_id}/scim-attribute-mappings"
    assert parse_error(admin.patch(path, body)) == (400, "E1003")


def test_user_create_without_mandatory_mapping_is_rejected(
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


def create_attribute(admin: Caller, default_name: str, **more: Any) -> Any:
    return admin.post(
        "/users/attributes",
        {
            "name": default_name,
            "description": default_name,
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User"],
            **more,
        },
    )


def test_identity_attributes_has_seven_built_in(admin: Caller) -> None:
    attributes = admin.get("/users/attributes").json()
    assert [one["name"] for one in attributes] == [
        "Username", "Email", "First Name", "Last Name", "Status", "Mobile", "Phone",
    ]  # fmt: skip
    assert all(one["builtIn"] for one in attributes)
    assert set(attributes[0]) == {
        "id", "name", "description", "dataType", "multiValued", "builtIn", "identityTypes",
    }  # fmt: skip


def test_identity_attribute_lifecycle(admin: Caller) -> None:
    created = create_attribute(admin, "Cost Center")
    assert created.status == 200
    attribute = created.json()
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
    assert parse_error(admin.get(path)) == (404, "E1004")


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
def test_identity_attribute_immutable_change_is_rejected(
    admin: Caller, change: dict[str, Any]
) -> None:
    attribute = create_attribute(admin, "Level").json()
    assert parse_error(admin.patch(f"/users/attributes/{attribute['id']}", change))[0] == 400
    assert admin.get(f"/users/attributes/{attribute['id']}").json() == attribute


def test_identity_attribute_built_in_is_protected(admin: Caller) -> None:
    path = f"/users/attributes/{attribute_id(admin, 'Email')}"
    assert parse_error(admin.delete(path)) == (400, "E1003")
    assert parse_error(admin.patch(path, {"name": "Mail"})) == (400, "E1003")


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
def test_identity_attribute_invalid_is_rejected(
    admin: Caller, change: dict[str, Any], code: str
) -> None:
    assert parse_error(create_attribute(admin, "Level", **change)) == (400, code)


def test_identity_types_are_listed(admin: Caller) -> None:
    assert admin.get("/users/attributes/identity-types").json() == [
        "User",
        "ServiceIdentity",
        "AIIdentity",
    ]


def test_identity_attribute_delete_removes_its_mappings(admin: Caller, okta_id: str) -> None:
    attribute = create_attribute(admin, "Level").json()
    path = f"/identity-providers/{okta_id}/scim-attribute-mappings"
    item = {
        "op": "add",
        "attributeId": attribute["id"],
        "attributeName": "Level",
        "scimAttributeName": "level",
    }
    admin.patch(path, [item])
    assert get_mappings(admin, okta_id)["Level"] == "level"
    admin.delete(f"/users/attributes/{attribute['id']}")
    assert "Level" not in get_mappings(admin, okta_id)


def test_admin_callers_of_one_tenant_share_state(tenant: Tenant, admin: Caller) -> None:
    admin.post("/identity-providers", {"name": "Ping"})
    assert len(make_admin_caller(tenant).get("/identity-providers").json()) == 4
