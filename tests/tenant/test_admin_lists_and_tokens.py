"""Further API resources of the admin API: tokens, service identities, rules, settings, workload, audit log."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from britive_scim.testing import Tenant
from support.tenant_callers import CUSTOM, ENTERPRISE, PATCH_OP, Caller, make_user


def parse_error(response: Any) -> tuple[int, str]:
    envelope = response.json()
    assert envelope["status"] == response.status
    return response.status, envelope["errorCode"]


def create_internal_user(admin: Caller, username: str, **more: Any) -> str:
    response = admin.post(
        "/users",
        {
            "username": username,
            "email": f"{username}@example.com",
            "firstName": "Ida",
            "lastName": "Root",
            "password": "x",
            **more,
        },
    )
    assert response.status == 200, response.body
    return str(response.json()["userId"])


def create_attribute(admin: Caller, name: str, data_type: str = "String") -> str:
    return str(
        admin.post(
            "/users/attributes",
            {
                "name": name,
                "description": "",
                "dataType": data_type,
                "multiValued": True,
                "identityTypes": ["User"],
            },
        ).json()["id"]
    )


def ids(response: Any) -> list[str]:
    assert response.status == 200, response.body
    document = response.json()
    entries = (
        document if isinstance(document, list) else document.get("data", document.get("users"))
    )
    return [one.get("userId") or one.get("id") for one in entries]


# ----------------------------------------------------------------------------- users


def test_users_by_tag_accepts_tag_id_or_name(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")["id"]
    group = okta.create_group("Engineering", ada)["id"]
    for tag_reference in (group, "Engineering"):
        assert admin.get(f"/users/by-tag/{tag_reference}").json() == {
            "count": 1,
            "page": 0,
            "size": 20,
            "data": [
                {
                    "id": ada,
                    "userName": "ada@example.com",
                    "firstName": "Ada",
                    "lastName": "Byron",
                    "email": "ada@example.com",
                    "type": "User",
                    "status": "active",
                }
            ],
        }
    assert parse_error(admin.get("/users/by-tag/Nobody")) == (400, "UT-0003")


def test_subordinates_lists_users_with_that_manager(okta: Caller, admin: Caller) -> None:
    boss = okta.create_user("boss@example.com")["id"]
    ada = okta.create_user("ada@example.com", **{ENTERPRISE: {"manager": {"value": boss}}})["id"]
    okta.create_user("bob@example.com", **{ENTERPRISE: {"department": "D"}})
    assert ids(admin.get(f"/access/users/{boss}/subordinates")) == [ada]
    assert ids(admin.get(f"/access/users/{ada}/subordinates")) == []
    assert parse_error(admin.get("/access/users/nobody/subordinates")) == (404, "E1004")


def test_minimized_details_return_id_and_name(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")["id"]
    group = okta.create_group("G")["id"]
    (user,) = admin.post("/users/minimized-user-details", [ada, "nobody"]).json()
    assert (user["userId"], user["username"]) == (ada, "ada@example.com")
    assert admin.post("/user-tags/minimized-tag-details", [group]).json() == [
        {"userTagId": group, "name": "G"}
    ]
    assert parse_error(admin.post("/users/minimized-user-details", {})) == (400, "E1003")
    assert parse_error(admin.post("/user-tags/minimized-tag-details", {})) == (400, "E1003")


def test_password_and_mfa_reset_internal_users_only(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    root = create_internal_user(admin, "root")
    ada = okta.create_user("ada@example.com")["id"]
    assert admin.post(f"/users/{root}/resetpassword", {"password": "Secret-1x"}).body == b""
    assert b"Secret" not in tenant.requests[-1].request_body
    assert admin.patch(f"/users/{root}/resetmfa", "").status == 200
    assert parse_error(admin.post(f"/users/{root}/resetpassword", {})) == (400, "E1003")
    assert parse_error(admin.post(f"/users/{ada}/resetpassword", {"password": "x"})) == (
        400,
        "U-0003",
    )
    assert parse_error(admin.patch(f"/users/{ada}/resetmfa", "")) == (400, "U-0003")
    provider = tenant.identity_providers["Okta"].id
    eve = create_internal_user(admin, "eve", identityProvider={"id": provider})
    assert parse_error(admin.post(f"/users/{eve}/resetpassword", {"password": "x"})) == (
        400,
        "U-0010",
    )


def test_mfa_registration_missing_is_not_found(admin: Caller) -> None:
    root = create_internal_user(admin, "root")
    for method in ("GET", "DELETE"):
        assert parse_error(admin.call(method, f"/mfa/admin/registrations/TOTP/users/{root}")) == (
            404,
            "E1004",
        )
    assert parse_error(admin.get(f"/mfa/admin/registrations/SMS/users/{root}")) == (400, "E1003")


# ----------------------------------------------------------------------------- service identities


def test_service_identity_lifecycle(tenant: Tenant, admin: Caller) -> None:
    created = admin.post(
        "/users",
        {"name": "robot", "description": "runs", "type": "ServiceIdentity", "status": "active"},
    ).json()
    robot = created["userId"]
    assert (created["name"], created["description"], created["type"]) == (
        "robot",
        "runs",
        "ServiceIdentity",
    )
    assert ids(admin.get("/users", type="ServiceIdentity")) == [robot]
    assert ids(admin.get("/users")) == []
    path = f"/users/{robot}"
    assert (
        admin.patch(path, {"name": "robot2", "type": "ServiceIdentity", "roleName": ""}).status
        == 204
    )
    assert admin.patch(path, {"description": "walks"}).status == 204
    shown = admin.get(path, type="ServiceIdentity").json()
    assert (shown["name"], shown["description"]) == ("robot2", "walks")

    assert parse_error(admin.get(f"{path}/tokens")) == (404, "E1004")
    token = admin.post(f"{path}/tokens", {"tokenExpirationDays": 10}).json()
    assert (token["type"], token["name"], token["tokenExpirationDays"]) == (
        "ServiceIdentity",
        robot,
        10,
    )
    assert "token" not in admin.get(f"{path}/tokens").json()
    caller = Caller(tenant, "/api", f"TOKEN {token['token']}")
    assert caller.get("/users").status == 200
    assert admin.patch(f"{path}/tokens", {"tokenExpirationDays": 20}).status == 200
    assert admin.get(f"{path}/tokens").json()["tokenExpirationDays"] == 20
    assert parse_error(admin.patch(f"{path}/tokens", {})) == (400, "E1003")

    admin.post(f"{path}/disabled-statuses")
    assert parse_error(caller.get("/users")) == (401, "AU-0004")
    admin.post(f"{path}/enabled-statuses")
    second_token = admin.post(f"{path}/tokens").json()
    assert parse_error(caller.get("/users")) == (401, "AU-0018")
    assert Caller(tenant, "/api", f"TOKEN {second_token['token']}").get("/users").status == 200
    assert admin.delete(path).status == 200
    assert Caller(tenant, "/api", f"TOKEN {second_token['token']}").get("/users").status == 401


def test_service_identity_invalid_is_rejected(admin: Caller) -> None:
    root = create_internal_user(admin, "root")
    assert parse_error(admin.post("/users", {"type": "Robot", "name": "x"})) == (400, "E1003")
    assert parse_error(admin.post("/users", {"type": "ServiceIdentity"})) == (400, "E1003")
    assert parse_error(admin.post("/users", {"type": "AIIdentity", "name": "ROOT"})) == (
        400,
        "U-0009",
    )
    assert parse_error(admin.post(f"/users/{root}/tokens", {})) == (400, "E1003")


# ----------------------------------------------------------------------------- API tokens


def test_api_token_lifecycle(tenant: Tenant, admin: Caller) -> None:
    created = admin.post("/token", {"name": "mine", "tokenExpirationDays": 30}).json()
    path = f"/token/{created['id']}"
    caller = Caller(tenant, "/api", f"TOKEN {created['token']}")
    assert caller.get("/users").status == 200
    assert [one["name"] for one in admin.get("/token").json()] == ["API token", "mine"]
    assert "token" not in admin.get(path).json()
    assert admin.put(path, {"name": "yours", "tokenExpirationDays": 20}).status == 204
    assert admin.patch(path, {"tokenExpirationDays": 10}).status == 200
    shown = admin.get(path).json()
    assert (shown["name"], shown["tokenExpirationDays"], shown["type"]) == ("yours", 10, "DEFAULT")
    assert parse_error(admin.put(path, {"tokenExpirationDays": 10})) == (400, "E1003")
    assert parse_error(admin.patch(path, {})) == (400, "E1003")
    assert admin.delete(path).body == b"Successfully revoked token"
    assert parse_error(caller.get("/users")) == (401, "AU-0016")
    assert parse_error(admin.get(path)) == (404, "E1004")
    (last,) = admin.get("/token").json()
    assert parse_error(admin.delete(f"/token/{last['id']}")) == (400, "AT-0003")


# ----------------------------------------------------------------------------- tag rules


def test_tag_rules_match_users_by_attribute(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    squad = create_attribute(admin, "Squad")
    provider = tenant.identity_providers["Okta"].id
    admin.patch(
        f"/identity-providers/{provider}/scim-attribute-mappings",
        [
            {
                "op": "add",
                "attributeId": squad,
                "attributeName": "Squad",
                "scimAttributeName": "squad",
            }
        ],
    )
    email = next(
        one["id"] for one in admin.get("/users/attributes").json() if one["name"] == "Email"
    )
    ada = okta.create_user("ada@example.com", **{CUSTOM: {"squad": ["red", "blue"]}})["id"]
    bob = okta.create_user("bob@example.org", **{CUSTOM: {"squad": "Red"}})["id"]
    cora = okta.create_user("cora@example.com", **{CUSTOM: {"squad": "green"}})["id"]
    tag = admin.post("/user-tags", {"name": "Dynamic"}).json()["userTagId"]
    path = f"/user-tags/{tag}"

    def rule(attribute_id: str, operator: str, value: str) -> dict[str, str]:
        return {"attributeId": attribute_id, "operator": operator, "value": value}

    assert admin.get(f"{path}/attribute-criteria").json() == []
    assert ids(admin.get(f"{path}/matched-users")) == []
    added = admin.post(f"{path}/attribute-criteria", [rule(squad, "is", "red")]).json()
    assert added == [{"id": 1, **rule(squad, "is", "red")}]
    assert ids(admin.get(f"{path}/matched-users")) == [ada, bob]
    admin.post(f"{path}/attribute-criteria", [rule(email, "contains", ".COM")])
    assert ids(admin.get(f"{path}/matched-users")) == [ada]
    assert admin.get(path).json()["membershipRule"] is True
    assert admin.get(path).json()["attributeCriteriaBeans"] == [
        rule(squad, "is", "red"),
        rule(email, "contains", ".COM"),
    ]
    replaced = [rule(squad, "is", "green"), rule(squad, "contains", "re")]
    assert admin.patch(f"{path}/attribute-criteria", replaced).status == 204
    assert ids(admin.get(f"{path}/matched-users", filter='name co "ada"')) == [ada, bob, cora]

    admin.post(f"{path}/users/{cora}")
    assert ids(admin.get(f"{path}/users")) == [cora]
    assert ids(admin.get(f"{path}/users", fetchDynamicallyAssignedUsers="true")) == [cora, ada, bob]
    preview = admin.post("/user-tags/tag-attributes/matched-users", [rule(squad, "is", "blue")])
    assert ids(preview) == [ada]
    admin.patch(f"{path}/attribute-criteria", [])
    assert ids(admin.get(f"{path}/matched-users")) == []
    admin.patch(f"{path}/attribute-criteria", [rule(squad, "is", "green")])
    admin.delete(f"/users/attributes/{squad}")
    assert ids(admin.get(f"{path}/matched-users")) == []


def test_tag_rule_invalid_is_rejected(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    date = create_attribute(admin, "Joined", "Date")
    squad = create_attribute(admin, "Squad")
    tag = admin.post("/user-tags", {"name": "Dynamic"}).json()["userTagId"]
    good = {"attributeId": squad, "operator": "is", "value": "x"}
    for change in (
        {"attributeId": "nobody"},
        {"attributeId": date},
        {"operator": "eq"},
        {"value": ""},
    ):
        response = admin.post(f"/user-tags/{tag}/attribute-criteria", [{**good, **change}])
        assert parse_error(response) == (400, "E1003")
    pushed = okta.create_group("Pushed")["id"]
    assert parse_error(admin.post(f"/user-tags/{pushed}/attribute-criteria", [good])) == (
        400,
        "UT-0002",
    )
    link = [{"identityProvider": {"id": tenant.identity_providers["Okta"].id}}]
    external = admin.post(
        "/user-tags", {"name": "E", "external": True, "userTagIdentityProviders": link}
    ).json()
    response = admin.patch(f"/user-tags/{external['userTagId']}/attribute-criteria", [good])
    assert parse_error(response) == (400, "E1003")


def test_tag_owners_and_requestable_are_updated(admin: Caller) -> None:
    root = create_internal_user(admin, "root")
    tag = admin.post("/user-tags", {"name": "Local"}).json()["userTagId"]
    owner = {"relatedEntityId": root, "relatedEntityName": "root", "relatedEntityType": "User"}
    body = {"userTagId": tag, "requestable": True, "relationships": {"owners": [owner]}}
    shown = admin.patch("/user-tags", body).json()
    assert (shown["requestable"], shown["relationships"]) == (True, {"owners": [owner]})
    assert admin.patch(f"/user-tags/{tag}", {"description": "d"}).json()["relationships"]["owners"]
    for wrong in (
        {"requestable": "yes"},
        {"relationships": {}},
        {"relationships": {"owners": ["root"]}},
        {"relationships": {"owners": [{**owner, "relatedEntityType": "Robot"}]}},
        {"relationships": {"owners": [{**owner, "relatedEntityId": "nobody"}]}},
    ):
        assert parse_error(admin.patch(f"/user-tags/{tag}", wrong)) == (400, "E1003")


def test_tag_owner_manages_internal_tags(okta: Caller, admin: Caller) -> None:
    ada, bob = okta.create_user("ada@example.com")["id"], okta.create_user("bob@example.com")["id"]
    pushed = okta.create_group("Pushed")["id"]
    tag = admin.post("/user-tags", {"name": "Local"}).json()["userTagId"]
    path = f"/access/user-tags/{tag}"
    assert [one["userTagId"] for one in admin.get("/access/user-tags/my-managed-tags").json()] == [
        tag
    ]
    assert admin.get("/access/user-tags/my-managed-tags", page=0).json()["count"] == 1
    assert admin.get(path).json()["name"] == "Local"
    assert admin.post(f"{path}/users/{ada}").status == 200
    assert [one["userName"] for one in admin.get(f"{path}/members").json()] == ["ada@example.com"]
    assert ids(admin.get(f"{path}/users")) == [ada]
    assert ids(admin.get(f"{path}/available-users")) == [bob]
    assert admin.delete(f"{path}/users/{ada}").status == 200
    assert ids(admin.get(f"{path}/requested-memberships")) == []
    assert parse_error(admin.delete(f"{path}/requested-memberships/{ada}")) == (404, "E1004")
    assert admin.get(f"{path}/attribute-criteria").json() == []
    assert ids(admin.get(f"{path}/matched-users")) == []
    assert parse_error(admin.get(f"/access/user-tags/{pushed}")) == (403, "G-0001")
    assert len(admin.get("/access/users/attributes").json()) == 7
    assert ids(admin.get(f"/user-tags/{tag}/requested-memberships")) == []


# ----------------------------------------------------------------------------- settings


def test_banner_and_features_follow_tenant_settings(tenant: Tenant, admin: Caller) -> None:
    assert (admin.get("/banner").status, admin.get("/banner").body) == (200, b"")
    assert admin.get("/features").json() == []
    tenant.settings["banner"] = {"messageType": "INFO", "message": "hello"}
    tenant.settings["features"] = [{"name": "x", "enabled": True}]
    assert admin.get("/banner").json()["message"] == "hello"
    assert admin.get("/features").json()[0]["enabled"] is True


def test_password_policy_is_updated_and_validated(admin: Caller) -> None:
    path = "/identity-providers/password-policy"
    assert admin.get(path).json()["minLength"] == 8
    assert admin.post(path, {"minLength": 12}).json()["minLength"] == 12
    assert admin.get(path).json()["requiredSymbols"] is True
    assert parse_error(admin.post(path, {"minLength": "12"})) == (400, "E1003")
    assert parse_error(admin.post(path, {"minLength": -1})) == (400, "E1003")
    nested = {"passwordExpirationPolicy": {"days": 30}, "unknown": 1}
    assert admin.post(path, nested).json()["passwordExpirationPolicy"] == {
        "days": 30,
        "enabled": False,
    }
    assert parse_error(admin.post(path, {"passwordExpirationPolicy": {"days": True}})) == (
        400,
        "E1003",
    )
    assert "unknown" not in admin.get(path).json()


def test_access_request_settings_are_created_and_updated(admin: Caller) -> None:
    path = "/user-tags/access-request-settings"
    assert admin.get(path).body == b""
    assert parse_error(admin.patch(path, {"allowAccessRequest": True})) == (404, "E1004")
    assert admin.post(path, {"allowAccessRequest": True}).json() == {"allowAccessRequest": True}
    assert parse_error(admin.post(path, {})) == (400, "E1005")
    admin.patch(path, {"approvalTimeOut": "60"})
    assert admin.get(path).json() == {"allowAccessRequest": True, "approvalTimeOut": "60"}


def test_tenant_lists_provider_and_data_types(admin: Caller) -> None:
    assert set(admin.get("/identity-providers/types").json()) == {"DEFAULT", "SAML"}
    assert set(admin.get("/users/attributes/data-types").json()) == {
        "String",
        "Number",
        "Boolean",
        "Date",
    }


# ----------------------------------------------------------------------------- workload


def test_workload_provider_lifecycle(admin: Caller) -> None:
    path = "/workload/identity-providers"
    aws = admin.post(path, {"name": "aws", "idpType": "AWS"}).json()
    oidc = admin.post(path, {"name": "gitlab", "idpType": "OIDC", "issuerUrl": "https://g"}).json()
    assert (aws["id"], oidc["id"]) == (1, 2)
    assert [one["name"] for one in admin.get(path, type="OIDC").json()] == ["gitlab"]
    assert [one["name"] for one in admin.get(path, name="A").json()] == ["aws"]
    assert [one["name"] for one in admin.get(path, page=1, size=1).json()] == ["gitlab"]
    replaced = admin.put(path, {**oidc, "name": "github"}).json()
    assert admin.get(f"{path}/2").json() == replaced
    for wrong in (
        {"name": "aws2", "idpType": "AWS"},
        {"name": "x", "idpType": "LDAP"},
        {"idpType": "OIDC", "issuerUrl": "https://g"},
        {"name": "x", "idpType": "OIDC"},
        {"name": "x", "idpType": "OIDC", "issuerUrl": "https://g", "allowedAudiences": "a"},
        {"name": "x", "idpType": "OIDC", "issuerUrl": "https://g", "validationWindow": "1"},
        {"name": "x", "idpType": "OIDC", "issuerUrl": "https://g", "attributesMap": [{}]},
        {
            "name": "x",
            "idpType": "SPIFFE",
            "trustDomain": "d",
            "bundleEndpoint": "https://b",
            "bundleProfile": "http",
        },
    ):
        assert parse_error(admin.post(path, wrong)) == (400, "E1003")
    assert parse_error(admin.post(path, {**oidc, "name": "aws"})) == (400, "E1005")
    assert parse_error(admin.put(path, {"id": 9, "name": "x", "idpType": "OIDC"})) == (404, "E1004")
    assert admin.delete(f"{path}/2").status == 200
    assert parse_error(admin.get(f"{path}/2")) == (404, "E1004")
    assert admin.post(path, oidc).json()["id"] == 3, "ids are never reused"


def test_workload_assignment_and_scim_user_lifecycle(tenant: Tenant, admin: Caller) -> None:
    robot = admin.post("/users", {"name": "robot", "type": "ServiceIdentity"}).json()["userId"]
    root = create_internal_user(admin, "root")
    oidc = {"name": "g", "idpType": "OIDC", "issuerUrl": "https://g"}
    provider = admin.post("/workload/identity-providers", oidc).json()
    squad = create_attribute(admin, "Squad")
    path = f"/workload/users/{robot}/identity-provider"
    body = {"idpId": provider["id"], "tokenDuration": 300, "mappingAttributes": []}
    for method in ("GET", "DELETE"):
        assert parse_error(admin.call(method, path)) == (404, "E1004")
    assert admin.post(path, body).json()["idp"]["name"] == "g"
    assert admin.get(path).json()["tokenDuration"] == 300
    assert parse_error(admin.post(path, {**body, "idpId": 9})) == (404, "E1004")
    assert parse_error(admin.post(path, {"idpId": 1})) == (400, "E1003")
    nobody = [{"attrId": "nobody", "values": ["a"]}]
    assert parse_error(admin.post(path, {**body, "mappingAttributes": nobody})) == (400, "E1003")
    mappings = [{"attrId": squad, "values": ["a", "b"]}]
    assert (
        admin.post(path, {**body, "mappingAttributes": mappings}).json()["mappingAttributes"]
        == mappings
    )
    admin.delete(f"/users/attributes/{squad}")
    assert admin.get(path).json()["mappingAttributes"] == []
    assert parse_error(admin.get(f"/workload/users/{root}/identity-provider")) == (400, "E1003")
    assert admin.delete(path).status == 200
    admin.post(path, body)
    admin.delete(f"/workload/identity-providers/{provider['id']}")
    assert parse_error(admin.get(path)) == (404, "E1004")

    caller = "/workload/scim-user/identity-provider"
    for method in ("GET", "DELETE"):
        assert parse_error(admin.call(method, f"{caller}/Okta")) == (404, "E1004")
    shown = admin.post(caller, {"idpName": "Okta", "userId": robot}).json()
    assert shown == {"idpName": "Okta", "userId": robot, "username": "robot"}
    assert admin.get(f"{caller}/Okta").json() == shown
    assert parse_error(admin.post(caller, {"idpName": "Nobody", "userId": robot})) == (404, "E1004")
    assert parse_error(admin.post(caller, {"idpName": "Okta", "userId": root})) == (400, "E1003")
    assert parse_error(admin.post(caller, {"idpName": "Britive", "userId": robot})) == (
        400,
        "E1003",
    )
    assert admin.delete(f"{caller}/Okta").status == 200
    for deleted_path in (
        f"/identity-providers/{tenant.identity_providers['Entra'].id}",
        f"/users/{robot}",
    ):
        admin.post(caller, {"idpName": "Entra", "userId": robot})
        admin.post(caller, {"idpName": "Okta", "userId": robot})
        admin.delete(deleted_path)
        assert parse_error(admin.get(f"{caller}/Entra")) == (404, "E1004")
    assert parse_error(admin.get(f"{caller}/Okta")) == (404, "E1004")


# ----------------------------------------------------------------------------- audit log


def test_audit_log_records_every_change(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")["id"]
    tenant.clock.advance(60)
    okta.put(f"/Users/{ada}", make_user("ada@example.com", title="x"))
    okta.get("/Users")
    okta.post("/Users", make_user("ada@example.com"))
    okta.post("/Users/.search", {})
    admin.post("/user-tags", {"name": "Local"})
    okta.post(
        "/Bulk",
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [{"method": "DELETE", "path": f"/Users/{ada}"}],
        },
    )
    events = admin.get("/logs").json()
    assert [(one["event"]["eventType"], one["result"]["success"]) for one in events] == [
        ("scim.users.delete", True),
        ("admin.user-tags.create", True),
        ("scim.users.create", False),
        ("scim.users.replace", True),
        ("scim.users.create", True),
    ]
    created = events[-1]
    assert created["timestamp"] == "2026-05-01T12:00:00Z"
    assert (created["actor"]["displayName"], created["actor"]["type"]) == ("Okta", "SCIM")
    assert created["target"] == {"targetId": ada, "displayName": "ada@example.com"}
    assert created["result"] == {"success": True, "status": 201}
    assert events[0]["target"] == created["target"], "a deleted user is still named"
    assert events[1]["target"]["displayName"] == "Local"


def test_audit_log_is_filtered_and_paged_by_links(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    for number in range(5):
        okta.create_user(f"user{number}@example.com")
        tenant.clock.advance(60)
    admin.post("/user-tags", {"name": "Local"})

    def count(**query: Any) -> int:
        return len(admin.get("/logs", **query).json())

    assert count() == 6
    assert count(filter='actor.displayName eq "Okta"') == 5
    assert count(filter="event.eventType sw admin and result.success eq true") == 1
    assert count(filter="target.displayName co 'loca'") == 1
    assert count(search="LOCAL") == 1
    assert count(search="okta") == 5
    assert count(**{"from": "2026-05-01T12:01:00Z", "to": "2026-05-01T12:03:00Z"}) == 3
    assert parse_error(admin.get("/logs", filter="shoe eq 5")) == (400, "E1003")
    assert parse_error(admin.get("/logs", filter="actor.role pr")) == (400, "E1003")
    assert parse_error(admin.get("/logs", size="many")) == (400, "E1003")

    seen: list[Any] = []
    link: str | None = "/api/logs?size=4&search=okta"
    while link:
        page = tenant.respond("GET", link, {"Authorization": admin.authorization})
        seen += page.json()
        link = page.headers.get("next-page")
        if link:
            assert link.startswith(tenant.base_url)
            link = link.removeprefix(tenant.base_url)
    assert len(seen) == 5
    assert len({one["target"]["targetId"] for one in seen}) == 5


def test_audit_log_is_exported_as_csv(okta: Caller, admin: Caller) -> None:
    okta.create_user("ada@example.com")
    response = admin.get("/logs/csv")
    assert response.headers["Content-Type"] == "text/csv"
    assert response.body.startswith(b'"timestamp","actor.display_name"')
    rows = list(csv.DictReader(io.StringIO(response.body.decode())))
    assert [row["event.event_type"] for row in rows] == ["scim.users.create"]
    assert len(admin.get("/logs/fields").json()) == 18
    assert {"eq", "co", "sw"} == set(admin.get("/logs/operators").json())


def test_snapshot_restores_tokens_settings_and_events(tenant: Tenant, admin: Caller) -> None:
    robot = admin.post("/users", {"name": "robot", "type": "ServiceIdentity"}).json()["userId"]
    token = admin.post(f"/users/{robot}/tokens").json()["token"]
    tenant.settings["features"] = [{"name": "x", "enabled": True}]
    snapshot = tenant.snapshot()
    tenant.settings["features"].clear()
    admin.delete(f"/users/{robot}")
    tenant.restore(snapshot)
    caller = Caller(tenant, "/api", f"TOKEN {token}")
    assert caller.get("/features").json() == [{"name": "x", "enabled": True}]
    assert [one["event"]["eventType"] for one in caller.get("/logs").json()] == [
        "admin.users.tokens.create",
        "admin.users.create",
    ]


# ----------------------------------------------------------------------------- rate limits


def test_rate_limit_rejects_requests_until_window_ends(tenant: Tenant, okta: Caller) -> None:
    limit = tenant.faults.limit_rate(2, 60, method="GET", path="*/Users")
    assert [okta.get("/Users").status for _ in range(3)] == [200, 200, 429]
    tenant.clock.advance(20.5)
    refused = okta.get("/Users")
    assert refused.headers["Retry-After"] == "40"
    assert okta.get("/Groups").status == 200
    assert okta.create_user("ada@example.com")
    assert limit.hits == 2
    tenant.clock.advance(39.5)
    assert okta.get("/Users").status == 200
    tenant.faults.clear()
    assert [okta.get("/Users").status for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    ("form", "header"),
    [("fraction", "59.500"), ("date", "Fri, 01 May 2026 12:01:01 GMT"), (None, None)],
)
def test_rate_limit_sends_retry_after_in_each_form(
    tenant: Tenant, okta: Caller, form: Any, header: str | None
) -> None:
    tenant.faults.limit_rate(1, 60, retry_after=form)
    okta.get("/Users")
    tenant.clock.advance(timedelta(milliseconds=500).total_seconds())
    assert okta.get("/Users").headers.get("Retry-After") == header


@pytest.mark.parametrize(("requests", "seconds"), [(0, 1), (1, 0)])
def test_rate_limit_invalid_arguments_are_rejected(
    tenant: Tenant, requests: int, seconds: float
) -> None:
    with pytest.raises(ValueError, match="requests must be 1 or more"):
        tenant.faults.limit_rate(requests, seconds)


@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
@pytest.mark.parametrize("in_bulk", [False, True])
def test_audit_log_records_every_scim_change(
    tenant: Tenant, okta: Caller, admin: Caller, endpoint: str, in_bulk: bool
) -> None:
    schema = f"urn:ietf:params:scim:schemas:core:2.0:{endpoint[:-1]}"
    body = make_user("ada@example.com")
    if endpoint == "Groups":
        body = {"schemas": [schema], "displayName": "Readers"}
    patch = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": {"externalId": "7"}}]}

    def change(method: str, path: str, data: Any = None) -> int:
        if not in_bulk:
            return okta.call(method, path, data).status
        operation = {"method": method, "path": path, "bulkId": "1", "data": data}
        message = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
        response = okta.post("/Bulk", {"schemas": [message], "Operations": [operation]}).json()
        return int(response["Operations"][0]["status"])

    assert change("POST", f"/{endpoint}", body) == 201
    resource_path = f"/{endpoint}/{okta.get(f'/{endpoint}').json()['Resources'][0]['id']}"
    assert change("PUT", resource_path, body) == 200
    assert change("PATCH", resource_path, patch) in (200, 204)
    assert change("POST", f"/{endpoint}", body) == 409
    assert change("DELETE", resource_path) == 204
    assert change("DELETE", resource_path) == 404
    name = body.get("userName") or body["displayName"]
    events = admin.get("/logs").json()[::-1]
    assert [
        (one["event"]["eventType"].rpartition(".")[2], one["result"]["success"]) for one in events
    ] == [
        ("create", True),
        ("replace", True),
        ("update", True),
        ("create", False),
        ("delete", True),
        ("delete", False),
    ]
    assert {one["target"]["displayName"] for one in (*events[:3], events[4])} == {name}


def test_audit_log_records_one_event_per_user_of_a_batch(admin: Caller) -> None:
    created = [
        admin.post("/users", {"name": name, "type": "ServiceIdentity"}).json()["userId"]
        for name in ("a", "b")
    ]
    admin.post("/users/disabled-statuses", created)
    admin.post("/users/enabled-statuses", "nonsense")
    targets = [
        (one["event"]["eventType"], one["target"]["displayName"], one["result"]["success"])
        for one in admin.get("/logs").json()[:3]
    ]
    assert targets == [
        ("admin.users.enabled-statuses.create", None, False),
        ("admin.users.disabled-statuses.create", "b", True),
        ("admin.users.disabled-statuses.create", "a", True),
    ]
