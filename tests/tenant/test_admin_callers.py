"""Callers of the admin API: permissions, owners, and changes made in the console."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import Caller

RULE = "/user-tags/{}/attribute-criteria"


def parse_error(response: Any) -> tuple[int, str]:
    return response.status, response.json()["errorCode"]


def create_user(admin: Caller, name: str, **more: Any) -> str:
    fields = {"username": name, "email": f"{name}@x.org", "firstName": name, "lastName": "X"}
    response = admin.post("/users", {**fields, "password": "Secret-1x", **more})
    assert response.status == 200, response.body
    return str(response.json()["userId"])


def create_tag(admin: Caller, name: str, **more: Any) -> str:
    response = admin.post("/user-tags", {"name": name, **more})
    assert response.status == 200, response.body
    return str(response.json()["userTagId"])


def set_owners(admin: Caller, tag_id: str, *owners: tuple[str, str]) -> None:
    relationships = [{"relatedEntityId": id_, "relatedEntityType": kind} for id_, kind in owners]
    body = {"userTagId": tag_id, "relationships": {"owners": relationships}}
    assert admin.patch("/user-tags", body).status == 200


def make_caller(tenant: Tenant, name: str) -> Caller:
    token = tenant.console.create_api_token(name).get_secret_value()
    return Caller(tenant, "/api", f"TOKEN {token}")


def list_managed_tags(caller: Caller) -> list[str]:
    page = caller.get("/access/user-tags/my-managed-tags", page=0).json()
    return [one["name"] for one in page["userTags"]]


# ----------------------------------------------------------------------------- owners


def test_owner_user_lists_only_its_managed_tags(tenant: Tenant, admin: Caller) -> None:
    ana, bob = create_user(admin, "ana"), create_user(admin, "bob")
    doors, gates = create_tag(admin, "Doors"), create_tag(admin, "Gates")
    set_owners(admin, doors, (ana, "User"))
    caller = make_caller(tenant, "ana")
    assert list_managed_tags(caller) == ["Doors"]
    assert list_managed_tags(make_caller(tenant, "bob")) == []
    added = caller.post(f"/access/user-tags/{doors}/users/{bob}")
    assert added.json() == {
        "id": bob,
        "userName": "bob",
        "firstName": "bob",
        "lastName": "X",
        "email": "bob@x.org",
    }
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/users", None),
        ("GET", "/available-users", None),
        ("GET", "/matched-users", None),
        ("GET", "/requested-memberships", None),
        ("GET", "/attribute-criteria", None),
        ("POST", "/attribute-criteria", []),
        ("PATCH", "/attribute-criteria", []),
        ("POST", f"/users/{bob}", None),
        ("DELETE", f"/users/{bob}", None),
        ("DELETE", f"/requested-memberships/{bob}", None),
    ):
        refused = caller.call(method, f"/access/user-tags/{gates}{path}", body)
        assert parse_error(refused) == (403, "G-0001"), path
        missing = caller.call(method, f"/access/user-tags/nobody{path}", body)
        assert parse_error(missing) == (404, "E1004"), path
    assert caller.get(f"/access/user-tags/{gates}/members").status == 200, "readable by every user"


def test_owning_tag_members_manage_its_tags(tenant: Tenant, admin: Caller) -> None:
    ana, bob = create_user(admin, "ana"), create_user(admin, "bob")
    doors, keepers = create_tag(admin, "Doors"), create_tag(admin, "Keepers")
    set_owners(admin, doors, (keepers, "Tag"))
    email = next(
        one["id"] for one in admin.get("/users/attributes").json() if one["name"] == "Email"
    )
    admin.post(
        RULE.format(keepers), [{"attributeId": email, "operator": "is", "value": "BOB@x.org"}]
    )
    admin.post(f"/user-tags/{keepers}/users/{ana}")
    assert list_managed_tags(make_caller(tenant, "ana")) == ["Doors"]
    assert list_managed_tags(make_caller(tenant, "bob")) == ["Doors"], (
        "a member by a membership rule"
    )
    members = admin.get(
        f"/access/user-tags/{keepers}/members", fetchDynamicallyAssignedUsers="true"
    ).json()
    assert [one["id"] for one in members] == [ana, bob]
    shown = admin.get(f"/user-tags/{doors}").json()["relationships"]["owners"]
    assert shown == [
        {"relatedEntityId": keepers, "relatedEntityName": "Keepers", "relatedEntityType": "Tag"}
    ]


def test_tag_owner_deleted_is_removed_from_owners(tenant: Tenant, admin: Caller) -> None:
    ana = create_user(admin, "ana")
    doors, keepers = create_tag(admin, "Doors"), create_tag(admin, "Keepers")
    set_owners(admin, doors, (ana, "User"), (keepers, "Tag"), (doors, "Tag"))
    set_owners(admin, keepers, (ana, "User"))
    admin.delete(f"/user-tags/{keepers}")
    admin.delete(f"/users/{ana}")
    assert [one["relatedEntityName"] for one in list_owners(admin, doors)] == ["Doors"]
    set_owners(admin, doors)
    assert list_owners(admin, doors) == []
    assert admin.delete(f"/user-tags/{doors}").status == 200


def list_owners(admin: Caller, tag_id: str) -> list[dict[str, str]]:
    shown = admin.get(f"/user-tags/{tag_id}").json()["relationships"]["owners"]
    assert isinstance(shown, list)
    return shown


# ----------------------------------------------------------------------------- tokens of callers


def test_api_token_of_user_follows_user_status(tenant: Tenant, admin: Caller) -> None:
    ana = create_user(admin, "ana")
    caller = make_caller(tenant, ana)
    created = caller.post("/token", {"name": "second", "tokenExpirationDays": 5}).json()
    assert (created["assignedTo"], created["createdBy"]) == (ana, ana)
    second = Caller(tenant, "/api", f"TOKEN {created['token']}")
    assert second.get("/users").status == 200
    admin.post(f"/users/{ana}/disabled-statuses")
    assert parse_error(second.get("/users")) == (401, "AU-0004")
    admin.post(f"/users/{ana}/enabled-statuses")
    admin.delete(f"/users/{ana}")
    assert parse_error(second.get("/users")) == (401, "AU-0018")
    assert [one["name"] for one in admin.get("/token").json()] == ["API token"]


def test_tenant_api_token_revoked_raises_lookup_error(tenant: Tenant, admin: Caller) -> None:
    create_user(admin, "ana")
    caller = make_caller(tenant, "ana")
    mine = next(one for one in admin.get("/token").json() if one["assignedTo"] is None)
    assert caller.delete(f"/token/{mine['id']}").status == 200
    assert parse_error(admin.get("/users")) == (401, "AU-0016")
    with pytest.raises(LookupError, match="revoked"):
        _ = tenant.api_token


# ----------------------------------------------------------------------------- membership requests and factors


def test_requested_membership_counts_until_withdrawn(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    ana, bob = create_user(admin, "ana"), create_user(admin, "bob")
    doors = create_tag(admin, "Doors")
    path = f"/user-tags/{doors}"
    admin.post(f"{path}/users/{bob}")
    tenant.console.request_membership("Doors", "ana")
    page = admin.get(f"{path}/requested-memberships").json()
    assert (page["count"], [one["userName"] for one in page["users"]]) == (1, ["ana"])
    assert admin.get(path).json()["userCount"] == 2
    assert parse_error(admin.delete(f"{path}/requested-memberships/{bob}")) == (404, "E1004")
    assert admin.delete(f"{path}/requested-memberships/{ana}").status == 200
    assert admin.get(path).json()["userCount"] == 1
    tenant.console.request_membership(doors, ana)
    admin.delete(f"{path}/users/{ana}")
    assert admin.get(f"{path}/requested-memberships").json()["count"] == 0
    with pytest.raises(ValueError, match="already a member"):
        tenant.console.request_membership("Doors", "bob")
    okta.create_group("Pushed")
    with pytest.raises(ValueError, match="must be internal, got Pushed of Okta"):
        tenant.console.request_membership("Pushed", "ana")
    for wrong in (("Nobody", "ana"), ("Doors", "nobody")):
        with pytest.raises(LookupError, match="matches 0"):
            tenant.console.request_membership(*wrong)


def test_access_request_settings_are_validated(admin: Caller) -> None:
    path = "/user-tags/access-request-settings"
    medium = {"id": "m", "name": "Mail", "channels": ["hr@x.org"]}
    good = {
        "allowAccessRequest": True,
        "approvalTimeOut": "60",
        "managerApproval": {"required": True, "condition": "All"},
        "notificationMediums": [medium],
    }
    for wrong in (
        {"allowAccessRequest": "yes"},
        {"approvalTimeOut": 60},
        {"managerApproval": []},
        {"managerApproval": {"required": True, "condition": "None"}},
        {"managerApproval": {"condition": "Any"}},
        {"notificationMediums": [5]},
        {"notificationMediums": [{"channels": "mail"}]},
        {"notificationMediums": [{"channels": [5]}]},
    ):
        assert parse_error(admin.post(path, {**good, **wrong})) == (400, "E1003")
    assert admin.post(path, {**good, "unknown": 1}).json() == good
    assert admin.patch(path, {"managerApproval": {"required": False}}).status == 204
    assert admin.get(path).json() == {**good, "managerApproval": {"required": False}}


def test_mfa_factor_exists_until_deleted_or_reset(tenant: Tenant, admin: Caller) -> None:
    ana = create_user(admin, "ana")
    path = f"/mfa/admin/registrations/{{}}/users/{ana}"
    tenant.console.register_factor("ana", "TOTP")
    tenant.console.register_factor(ana, "WEB_AUTHN", "CHALLENGE")
    assert admin.get(path.format("WEB_AUTHN")).json() == {
        "status": "CHALLENGE",
        "factor": "WEB_AUTHN",
        "additionalDetails": {},
    }
    assert admin.delete(path.format("WEB_AUTHN")).status == 204
    assert parse_error(admin.delete(path.format("WEB_AUTHN"))) == (404, "E1004")
    assert admin.patch(f"/users/{ana}/resetmfa", "").json()["userId"] == ana
    assert parse_error(admin.get(path.format("TOTP"))) == (404, "E1004")
    provider = tenant.identity_providers["Okta"].id
    eve = create_user(admin, "eve", identityProvider={"id": provider})
    assert parse_error(admin.patch(f"/users/{eve}/resetmfa", "")) == (400, "U-0011")
    with pytest.raises(ValueError, match="TOTP or WEB_AUTHN"):
        tenant.console.register_factor("ana", "SMS")
    with pytest.raises(ValueError, match="CHALLENGE_FAILED"):
        tenant.console.register_factor("ana", "TOTP", "DONE")


def test_console_sets_banner_and_features(tenant: Tenant, admin: Caller) -> None:
    tenant.console.set_banner("Closed on Sunday", "CAUTION")
    assert admin.get("/banner").json() == {"messageType": "CAUTION", "message": "Closed on Sunday"}
    tenant.console.set_banner(None)
    assert admin.get("/banner").body == b""
    tenant.console.set_feature("a", enabled=True)
    tenant.console.set_feature("b", enabled=True)
    tenant.console.set_feature("a", enabled=False)
    assert admin.get("/features").json() == [
        {"name": "b", "enabled": True},
        {"name": "a", "enabled": False},
    ]
    with pytest.raises(ValueError, match="INFO, WARNING or CAUTION"):
        tenant.console.set_banner("x", "LOUD")


def test_username_of_two_users_is_ambiguous(tenant: Tenant, admin: Caller) -> None:
    create_user(admin, "ana")
    create_user(admin, "ana", identityProvider={"id": tenant.identity_providers["Okta"].id})
    with pytest.raises(LookupError, match="matches 2"):
        tenant.console.create_api_token("ana")


# ----------------------------------------------------------------------------- passwords, rules, tags


def test_password_policy_applies_when_switched_on(tenant: Tenant, admin: Caller) -> None:
    ana = create_user(admin, "ana")
    path = f"/users/{ana}/resetpassword"
    assert admin.post(path, {"password": "x"}).status == 200
    tenant.capabilities = Capabilities(password_policy=True)
    refused = admin.post(path, {"password": "x"})
    assert parse_error(refused) == (400, "U-0010")
    assert "8 characters, an upper-case letter, a digit, a symbol" in refused.json()["message"]
    fields = {"username": "bob", "email": "b@x.org", "firstName": "B", "lastName": "X"}
    assert parse_error(admin.post("/users", {**fields, "password": "SECRET-1"})) == (400, "U-0004")
    assert admin.post(path, {"password": "Secret-1"}).status == 200
    admin.post("/identity-providers/password-policy", {"requiredSymbols": False, "minLength": 3})
    assert admin.post(path, {"password": "aB1"}).status == 200
    for wrong in ({"recipients": "hr@x.org"}, {"sharePasswordToUser": "yes"}):
        assert parse_error(admin.post(path, {"password": "aB1", **wrong})) == (400, "E1003")


def test_rule_on_number_attribute_compares_numerically(admin: Caller) -> None:
    ana, bob = create_user(admin, "ana"), create_user(admin, "bob")
    robot = admin.post("/users", {"name": "ci", "type": "ServiceIdentity"}).json()["userId"]
    fields = {"description": "", "multiValued": False, "identityTypes": ["User"]}
    level = admin.post("/users/attributes", {**fields, "name": "level", "dataType": "Number"})
    id_ = level.json()["id"]
    for user_id, value in ((ana, "7.0"), (bob, "seven"), (robot, "7")):
        attribute = {"attributeId": id_, "attributeValue": value}
        admin.patch(
            f"/users/{user_id}/custom-attributes", [{"op": "add", "customUserAttribute": attribute}]
        )
    rule = {"attributeId": id_, "operator": "is", "value": "7"}
    found = admin.post("/user-tags/tag-attributes/matched-users", [rule]).json()["data"]
    assert [one["username"] for one in found] == ["ana"], "service identities never match"
    assert admin.post("/user-tags/tag-attributes/matched-users", []).json()["count"] == 0


def test_rule_on_built_in_attribute_matches_external_users(okta: Caller, admin: Caller) -> None:
    ada = okta.create_user("ada@example.com")["id"]
    okta.create_user("bob@example.com", active=False)
    ids = {one["name"]: one["id"] for one in admin.get("/users/attributes").json()}
    rules = [
        {"attributeId": ids["Status"], "operator": "is", "value": "Active"},
        {"attributeId": ids["Last Name"], "operator": "is", "value": "byron"},
    ]
    found = admin.post("/user-tags/tag-attributes/matched-users", rules).json()["data"]
    assert [one["userId"] for one in found] == [ada]
    phone = {"attributeId": ids["Phone"], "operator": "contains", "value": "1"}
    assert admin.post("/user-tags/tag-attributes/matched-users", [phone]).json()["count"] == 0


def test_tag_with_all_fields_is_created_and_validated(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    ana = create_user(admin, "ana")
    email = next(
        one["id"] for one in admin.get("/users/attributes").json() if one["name"] == "Email"
    )
    rule = {"attributeId": email, "operator": "contains", "value": "@x.org"}
    owner = {"relatedEntityId": ana, "relatedEntityType": "User"}
    body = {
        "status": "Inactive",
        "requestable": True,
        "attributeCriteriaBeans": [rule],
        "attributes": [{"attributeId": "a", "attributeName": "Site", "attributeValue": "HQ"}],
        "relationships": {"owners": [owner]},
    }
    doors = create_tag(admin, "Doors", **body)
    shown = admin.get(f"/user-tags/{doors}").json()
    assert shown["relationships"]["owners"][0]["relatedEntityName"] == "ana"
    assert {name: shown[name] for name in body if name != "relationships"} == {
        name: value for name, value in body.items() if name != "relationships"
    }
    assert admin.get(f"/user-tags/{doors}/matched-users").json()["count"] == 1
    for wrong in (
        {"status": "active"},
        {"attributes": 5},
        {"attributes": ["x"]},
        {"attributes": [{"attributeName": 5}]},
        {"attributeCriteriaBeans": [{}]},
        {"attributeCriteriaBeans": "x"},
    ):
        assert parse_error(admin.patch(f"/user-tags/{doors}", wrong)) == (400, "E1003")
        assert parse_error(admin.post("/user-tags", {"name": "Gates", **wrong})) == (400, "E1003")
    assert [one["name"] for one in admin.get("/user-tags").json()] == ["Doors"]
    link = [{"identityProvider": {"id": tenant.identity_providers["Okta"].id}}]
    external = {"name": "E", "external": True, "userTagIdentityProviders": link}
    assert parse_error(
        admin.post("/user-tags", {**external, "attributeCriteriaBeans": [rule]})
    ) == (
        400,
        "E1003",
    )


# ----------------------------------------------------------------------------- audit log


def test_audit_event_has_actor_target_and_result(tenant: Tenant, admin: Caller) -> None:
    ana = create_user(admin, "ana", adminRoles=[{"name": "TenantAdmin"}, {"name": "Auditor"}])
    caller = make_caller(tenant, "ana")
    caller.patch(f"/users/{ana}", {"firstName": 5})
    caller.call("DELETE", f"/users/{ana}", headers={"User-Agent": "test"})
    deleted, refused, created = admin.get("/logs").json()
    assert created["actor"] == {
        "displayName": "API token",
        "role": "TenantAdmin",
        "type": "API",
        "userId": None,
        "username": "API token",
    }
    assert deleted["actor"] == {
        "displayName": "ana",
        "role": "TenantAdmin, Auditor",
        "type": "User",
        "userId": ana,
        "username": "ana",
    }
    assert deleted["client"]["userAgent"] == "test"
    assert (refused["event"]["eventType"], refused["result"]) == (
        "admin.users.update",
        {"success": False, "status": 400},
    )
    for one in (deleted, refused, created):
        assert one["target"] == {"targetId": ana, "displayName": "ana"}
    assert len(admin.get("/logs", filter="result.success eq false").json()) == 1
    assert parse_error(admin.get("/logs", **{"from": "yesterday"})) == (400, "E1003")
    assert len(admin.get("/logs", **{"from": "2026-05-01T12:00:00", "to": ""}).json()) == 3


def test_read_only_requests_create_no_audit_event(admin: Caller) -> None:
    create_user(admin, "ana")
    admin.post("/user-tags/tag-attributes/matched-users", [])
    admin.post("/users/minimized-user-details", [])
    admin.post("/user-tags/minimized-tag-details", [])
    admin.get("/users")
    assert len(admin.get("/logs").json()) == 1


def test_audit_events_default_to_7_days_and_expire_after_90(tenant: Tenant, admin: Caller) -> None:
    create_user(admin, "ana")
    everything = {"from": "2020-01-01T00:00:00Z"}
    tenant.clock.advance(days=8)
    assert admin.get("/logs").json() == []
    assert len(admin.get("/logs", **everything).json()) == 1
    tenant.clock.advance(days=83)
    fresh = make_caller(tenant, "ana")
    fresh.post("/user-tags", {"name": "Doors"})
    assert [one["event"]["eventType"] for one in fresh.get("/logs", **everything).json()] == [
        "admin.user-tags.create"
    ]


def test_audit_log_pages_exclude_later_events(tenant: Tenant, admin: Caller) -> None:
    for name in ("a", "b", "c", "d"):
        create_tag(admin, name)
    first = admin.get("/logs", size=2)
    create_tag(admin, "late")
    second = tenant.respond(
        "GET",
        first.headers["next-page"].removeprefix(tenant.base_url),
        {"Authorization": admin.authorization},
    )
    assert "next-page" not in second.headers
    names = [one["target"]["displayName"] for one in [*first.json(), *second.json()]]
    assert names == ["d", "c", "b", "a"]


def test_saved_tenant_restores_console_state(tenant: Tenant, admin: Caller, tmp_path: Any) -> None:
    ana = create_user(admin, "ana")
    doors, keepers = create_tag(admin, "Doors"), create_tag(admin, "Keepers", attributes=[])
    set_owners(admin, doors, (keepers, "Tag"), (ana, "User"))
    tenant.console.request_membership("Doors", "ana")
    tenant.console.register_factor("ana", "TOTP")
    spare = admin.post("/token", {"tokenExpirationDays": 5}).json()
    admin.delete(f"/token/{spare['id']}")
    tenant.save(tmp_path / "tenant.json")
    other = Tenant()
    other.load_state(tmp_path / "tenant.json")
    caller = Caller(other, "/api", admin.authorization)
    assert caller.get(f"/user-tags/{doors}").json() == admin.get(f"/user-tags/{doors}").json()
    assert caller.get(f"/user-tags/{doors}/requested-memberships").json()["count"] == 1
    assert caller.get(f"/mfa/admin/registrations/TOTP/users/{ana}").status == 200
    assert parse_error(Caller(other, "/api", f"TOKEN {spare['token']}").get("/users")) == (
        401,
        "AU-0016",
    )
    assert len(caller.get("/logs", **{"from": "2020-01-01"}).json()) == len(
        admin.get("/logs", **{"from": "2020-01-01"}).json()
    )
    caller.delete(f"/user-tags/{keepers}")
    assert [one["relatedEntityName"] for one in list_owners(caller, doors)] == ["ana"]
