"""HTTP and discovery of the SCIM service."""

import json
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.tenant_callers import (
    CUSTOM,
    ENTERPRISE,
    ERROR,
    GROUP,
    USER,
    Caller,
    make_scim_caller,
    make_user,
)

BASE = "https://acme.britive-app.com/api/scim/v2"


def parse_error(response: Any) -> tuple[int, str | None]:
    error = response.json()
    assert error["schemas"] == [ERROR]
    assert error["status"] == str(response.status)
    return response.status, error.get("scimType")


# ----------------------------------------------------------------------------- authentication


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic abc", "naked"]
)
def test_scim_request_without_valid_token_is_unauthorized(
    tenant: Tenant, authorization: str
) -> None:
    refused = Caller(tenant, "/api/scim/v2", authorization).get("/Users")
    assert parse_error(refused) == (401, None)
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_scim_request_with_api_token_is_unauthorized(tenant: Tenant) -> None:
    secret = tenant.api_token.get_secret_value()
    for scheme in ("Bearer", "TOKEN"):
        assert (
            parse_error(Caller(tenant, "/api/scim/v2", f"{scheme} {secret}").get("/Users"))[0]
            == 401
        )


def test_auth_scheme_and_header_names_ignore_case(tenant: Tenant, okta: Caller) -> None:
    secret = okta.authorization.partition(" ")[2]
    response = tenant.respond("get", "/api/scim/v2/Users", {"AUTHORIZATION": f"bearer {secret}"})
    assert response.status == 200


def test_scim_caller_without_token_raises_lookup_error(tenant: Tenant, admin: Caller) -> None:
    admin.post("/identity-providers", {"name": "Ping"})
    with pytest.raises(LookupError):
        make_scim_caller(tenant, "Ping")


# ----------------------------------------------------------------------------- paths and methods


def test_path_version_is_optional_and_validated(tenant: Tenant, okta: Caller) -> None:
    unversioned = Caller(tenant, "/api/scim", okta.authorization)
    assert unversioned.get("/Users").status == 200
    assert unversioned.get("/V2/Users").status == 200
    assert parse_error(unversioned.get("/v1/Users")) == (400, "invalidVers")
    assert parse_error(unversioned.get("/v3/Users")) == (400, "invalidVers")


@pytest.mark.parametrize(
    "path",
    [
        "/Robots",
        "/users",
        "/Users/a/b",
        "/Me/x",
        "/ServiceProviderConfig/x",
        "/ResourceTypes/Robot",
        "/Schemas/urn:x",
        "/ResourceTypes/User/x",
    ],
)
def test_path_unknown_is_not_found(okta: Caller, path: str) -> None:
    assert parse_error(okta.get(path)) == (404, None)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/Users", "GET, POST"),
        ("PUT", "/Groups", "GET, POST"),
        ("POST", "/Users/x", "GET, PUT, PATCH, DELETE"),
        ("HEAD", "/Users/x", "GET, PUT, PATCH, DELETE"),
        ("POST", "/Schemas", "GET"),
        ("DELETE", "/ResourceTypes/User", "GET"),
        ("PATCH", "/ServiceProviderConfig", "GET"),
    ],
)
def test_method_not_allowed_lists_allowed_methods(
    okta: Caller, method: str, path: str, allow: str
) -> None:
    refused = okta.call(method, path)
    assert refused.status == 405
    assert refused.headers["Allow"] == allow


def test_path_accepts_trailing_slash_and_percent_encoding(tenant: Tenant, okta: Caller) -> None:
    tenant.identity_providers["Okta"].add_user({"userName": "ada"}, id="a b/c")
    assert okta.get("/Users/").status == 200
    assert okta.get("/Users/a%20b%2Fc").json()["id"] == "a b/c"


def test_query_unknown_parameter_is_ignored(okta: Caller) -> None:
    assert okta.get("/Users", aadOptscim062020="", nosuch="1").status == 200


# ----------------------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '"x"', "nan", '{"a": NaN}', b"\xff\xfe", '{"a":' * 100_000, "{'a': 1}",
     '{"userName": "\\ud800"}', '{"a": ' + "1" * 5000 + "}"],
)  # fmt: skip
def test_body_not_a_json_object_is_rejected(okta: Caller, body: Any) -> None:
    assert parse_error(okta.post("/Users", body)) == (400, "invalidSyntax")


def test_body_escaped_characters_are_decoded(okta: Caller) -> None:
    body = json.dumps(make_user("\u00e4", name={"givenName": "\U0001f600", "familyName": "x"}))
    assert "\\ud83d\\ude00" in body
    response = okta.post("/Users", "\ufeff" + body)
    assert response.status == 201
    assert (response.json()["userName"], response.json()["name"]["givenName"]) == (
        "\u00e4",
        "\U0001f600",
    )


def test_body_over_limit_is_too_large(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(max_body=1000)
    assert parse_error(okta.post("/Users", make_user("ada@example.com", title="x" * 1000))) == (
        413,
        None,
    )


@pytest.mark.parametrize(
    "content_type",
    [None, "application/json", "application/scim+json; charset=utf-8", "text/plain", "x"],
)
def test_content_type_is_not_checked(okta: Caller, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type, "Accept": content_type}
    created = okta.call("POST", "/Users", make_user("ada@example.com"), headers=headers)
    assert created.status == 201
    assert created.headers["Content-Type"] == "application/scim+json"


# ----------------------------------------------------------------------------- disabled features


@pytest.mark.parametrize(
    ("method", "path", "query", "without"),
    [
        ("GET", "/Me", {}, {}),
        ("POST", "/Bulk", {}, {"bulk": False}),
        ("POST", "/.search", {}, {"search": False}),
        ("POST", "/Users/.search", {}, {"search": False}),
        ("GET", "", {}, {"search": False}),
        ("GET", "/Users", {"sortBy": "userName"}, {"sort": False}),
        ("GET", "/Users", {"cursor": ""}, {"cursor": False}),
    ],
)
def test_feature_disabled_is_not_implemented(
    tenant: Tenant,
    okta: Caller,
    method: str,
    path: str,
    query: dict[str, str],
    without: dict[str, Any],
) -> None:
    tenant.capabilities = Capabilities(**without)
    assert parse_error(okta.call(method, path, **query)) == (501, None)


def test_etag_false_omits_versions_and_ignores_conditions(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(etag=False)
    created = okta.post("/Users", make_user("ada@example.com"))
    assert "ETag" not in created.headers
    assert "version" not in created.json()["meta"]
    path = f"/Users/{created.json()['id']}"
    assert okta.call("DELETE", path, headers={"If-Match": 'W/"9"'}).status == 204


@each_value(
    "wrong, message",
    [
        ({"bulk": 1}, "bulk must be true or false, got 1"),
        ({"page_size": 1.5}, "page_size must be a whole number, got 1.5"),
        ({"filters": "odd"}, "'honoured' or 'ignored' or 'refused' or 'wildcard'"),
        ({"filterable": "userName"}, "filterable must be a list of attribute names, or None"),
        ({"filterable": [1]}, "filterable must be a list of attribute names, or None"),
        ({"group_patch_body": "yes"}, "must be true or false or None"),
        ({"visible_after": "soon"}, "must be a number"),
    ],
)
def test_capabilities_invalid_value_is_rejected(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Capabilities(**wrong)


# ----------------------------------------------------------------------------- discovery


def test_service_provider_config_follows_capabilities(tenant: Tenant, okta: Caller) -> None:
    config = okta.get("/ServiceProviderConfig").json()
    assert config["patch"] == {"supported": True}
    assert config["filter"] == {"supported": True, "maxResults": 200}
    assert config["authenticationSchemes"][0]["type"] == "oauthbearertoken"
    assert config["meta"] == {
        "resourceType": "ServiceProviderConfig",
        "location": f"{BASE}/ServiceProviderConfig",
    }
    tenant.capabilities = Capabilities(patch=False, max_page_size=50)
    config = okta.get("/ServiceProviderConfig").json()
    assert config["patch"] == {"supported": False}
    assert config["filter"]["maxResults"] == 50
    assert scim.ServiceProviderConfig.from_wire(config).unread == ()


def test_service_provider_config_needs_no_token(tenant: Tenant) -> None:
    assert tenant.respond("GET", "/api/scim/v2/ServiceProviderConfig").status == 200
    wrong = {"Authorization": "Bearer wrong"}
    assert tenant.respond("GET", "/api/scim/v2/ServiceProviderConfig", wrong).status == 401
    assert tenant.respond("GET", "/api/scim/v2/Schemas").status == 401


def test_resource_types_are_listed_and_found(okta: Caller) -> None:
    listed = okta.get("/ResourceTypes").json()
    assert listed["totalResults"] == 2
    user, group = listed["Resources"]
    assert (user["name"], user["endpoint"], user["schema"]) == ("User", "/Users", USER)
    assert (group["name"], group["endpoint"], group["schema"]) == ("Group", "/Groups", GROUP)
    assert [one["schema"] for one in user["schemaExtensions"]] == [ENTERPRISE]
    assert not any(one["required"] for one in user["schemaExtensions"])
    assert okta.get("/ResourceTypes/User").json() == user
    assert user["meta"]["location"] == f"{BASE}/ResourceTypes/User"


def test_schemas_are_listed_and_found(okta: Caller) -> None:
    listed = okta.get("/Schemas").json()
    by_id = {one["id"]: one for one in listed["Resources"]}
    assert set(by_id) == {USER, GROUP, ENTERPRISE}
    assert listed["totalResults"] == listed["itemsPerPage"] == 3
    assert okta.get(f"/Schemas/{USER}").json() == by_id[USER]
    assert okta.get(f"/Schemas/{USER.replace(':', '%3A').lower()}").json() == by_id[USER]
    for urn, document in by_id.items():
        assert document["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:Schema"]
        assert document["meta"] == {"resourceType": "Schema", "location": f"{BASE}/Schemas/{urn}"}
        assert "null" not in str(document)
    assert "password" in [one["name"] for one in by_id[USER]["attributes"]]


def test_schema_requires_mandatory_attributes(tenant: Tenant, okta: Caller) -> None:
    def required() -> set[str]:
        attributes = okta.get(f"/Schemas/{USER}").json()["attributes"]
        names = {one["name"] for one in attributes if one["required"]}
        (name,) = [one for one in attributes if one["name"] == "name"]
        return names | {f"name.{one['name']}" for one in name["subAttributes"] if one["required"]}

    assert required() == {
        "userName",
        "active",
        "emails",
        "name",
        "name.givenName",
        "name.familyName",
    }
    tenant.capabilities = Capabilities(mandatory_attributes=False)
    assert required() == {"userName"}


def test_custom_schema_lists_mapped_attributes(
    tenant: Tenant, okta: Caller, entra: Caller, admin: Caller
) -> None:
    attribute = admin.post(
        "/users/attributes",
        {
            "name": "Level",
            "description": "Seniority",
            "dataType": "Number",
            "multiValued": True,
            "identityTypes": ["User"],
        },
    ).json()
    provider = tenant.identity_providers["Okta"].id
    for name in ("level", f"{CUSTOM}:level"):
        admin.patch(
            f"/identity-providers/{provider}/scim-attribute-mappings",
            [
                {
                    "op": "add",
                    "attributeId": attribute["id"],
                    "attributeName": "Level",
                    "scimAttributeName": name,
                }
            ],
        )
        (shown,) = okta.get(f"/Schemas/{CUSTOM}").json()["attributes"]
        assert (shown["name"], shown["type"], shown["multiValued"]) == ("level", "decimal", True)
        assert shown["description"] == "Seniority"
    user = okta.get("/ResourceTypes/User").json()
    assert [one["schema"] for one in user["schemaExtensions"]] == [ENTERPRISE, CUSTOM]
    assert entra.get(f"/Schemas/{CUSTOM}").status == 404


@pytest.mark.parametrize(
    "path", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", f"/Schemas/{USER}"]
)
def test_discovery_filter_is_forbidden(okta: Caller, path: str) -> None:
    assert parse_error(okta.get(path, filter='name eq "User"')) == (403, None)
    assert okta.get(path, startIndex=2, attributes="id").json() == okta.get(path).json()
