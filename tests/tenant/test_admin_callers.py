"""Who calls the admin API, what they own, and what they do in the console."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import Caller

RULE = "/user-tags/{}/attribute-criteria"


def code(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json()["errorCode"]


def user(admin: Caller, name: str, **more: Any) -> str:
    fields = {"username": name, "email": f"{name}@x.org", "firstName": name, "lastName": "X"}
    answer = admin.post("/users", {**fields, "password": "Secret-1x", **more})
    assert answer.status == 200, answer.body
    return str(answer.json()["userId"])


def tag(admin: Caller, name: str, **more: Any) -> str:
    answer = admin.post("/user-tags", {"name": name, **more})
    assert answer.status == 200, answer.body
    return str(answer.json()["userTagId"])


def own(admin: Caller, tag_id: str, *owners: tuple[str, str]) -> None:
    named = [{"relatedEntityId": id_, "relatedEntityType": kind} for id_, kind in owners]
    body = {"userTagId": tag_id, "relationships": {"owners": named}}
    assert admin.patch("/user-tags", body).status == 200


def calling(tenant: Tenant, name: str) -> Caller:
    token = tenant.console.create_api_token(name).get_secret_value()
    return Caller(tenant, "/api", f"TOKEN {token}")


def managed(caller: Caller) -> list[str]:
    page = caller.get("/access/user-tags/my-managed-tags", page=0).json()
    return [one["name"] for one in page["userTags"]]


# ----------------------------------------------------------------------------- owners


def test_a_user_manages_the_tags_that_name_it(tenant: Tenant, admin: Caller) -> None:
    ana, bob = user(admin, "ana"), user(admin, "bob")
    doors, gates = tag(admin, "Doors"), tag(admin, "Gates")
    own(admin, doors, (ana, "User"))
    caller = calling(tenant, "ana")
    assert managed(caller) == ["Doors"]
    assert managed(calling(tenant, "bob")) == []
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
        assert code(refused) == (403, "G-0001"), path
        missing = caller.call(method, f"/access/user-tags/nobody{path}", body)
        assert code(missing) == (404, "E1004"), path
    assert caller.get(f"/access/user-tags/{gates}/members").status == 200, "for everybody"


def test_members_of_an_owning_tag_are_owners(tenant: Tenant, admin: Caller) -> None:
    ana, bob = user(admin, "ana"), user(admin, "bob")
    doors, keepers = tag(admin, "Doors"), tag(admin, "Keepers")
    own(admin, doors, (keepers, "Tag"))
    email = next(
        one["id"] for one in admin.get("/users/attributes").json() if one["name"] == "Email"
    )
    admin.post(
        RULE.format(keepers), [{"attributeId": email, "operator": "is", "value": "BOB@x.org"}]
    )
    admin.post(f"/user-tags/{keepers}/users/{ana}")
    assert managed(calling(tenant, "ana")) == ["Doors"]
    assert managed(calling(tenant, "bob")) == ["Doors"], "a member by a rule"
    members = admin.get(
        f"/access/user-tags/{keepers}/members", fetchDynamicallyAssignedUsers="true"
    ).json()
    assert [one["id"] for one in members] == [ana, bob]
    shown = admin.get(f"/user-tags/{doors}").json()["relationships"]["owners"]
    assert shown == [
        {"relatedEntityId": keepers, "relatedEntityName": "Keepers", "relatedEntityType": "Tag"}
    ]


def test_owners_that_are_no_more_own_nothing(tenant: Tenant, admin: Caller) -> None:
    ana = user(admin, "ana")
    doors, keepers = tag(admin, "Doors"), tag(admin, "Keepers")
    own(admin, doors, (ana, "User"), (keepers, "Tag"), (doors, "Tag"))
    own(admin, keepers, (ana, "User"))
    admin.delete(f"/user-tags/{keepers}")
    admin.delete(f"/users/{ana}")
    assert [one["relatedEntityName"] for one in owners(admin, doors)] == ["Doors"]
    own(admin, doors)
    assert owners(admin, doors) == []
    assert admin.delete(f"/user-tags/{doors}").status == 200


def owners(admin: Caller, tag_id: str) -> list[dict[str, str]]:
    shown = admin.get(f"/user-tags/{tag_id}").json()["relationships"]["owners"]
    assert isinstance(shown, list)
    return shown


# ----------------------------------------------------------------------------- tokens of callers


def test_a_token_belongs_to_the_user_who_made_it(tenant: Tenant, admin: Caller) -> None:
    ana = user(admin, "ana")
    caller = calling(tenant, ana)
    made = caller.post("/token", {"name": "second", "tokenExpirationDays": 5}).json()
    assert (made["assignedTo"], made["createdBy"]) == (ana, ana)
    second = Caller(tenant, "/api", f"TOKEN {made['token']}")
    assert second.get("/users").status == 200
    admin.post(f"/users/{ana}/disabled-statuses")
    assert code(second.get("/users")) == (401, "AU-0004")
    admin.post(f"/users/{ana}/enabled-statuses")
    admin.delete(f"/users/{ana}")
    assert code(second.get("/users")) == (401, "AU-0018")
    assert [one["name"] for one in admin.get("/token").json()] == ["API token"]


def test_a_tenant_whose_token_was_revoked_says_so(tenant: Tenant, admin: Caller) -> None:
    user(admin, "ana")
    caller = calling(tenant, "ana")
    mine = next(one for one in admin.get("/token").json() if one["assignedTo"] is None)
    assert caller.delete(f"/token/{mine['id']}").status == 200
    assert code(admin.get("/users")) == (401, "AU-0016")
    with pytest.raises(LookupError, match="revoked"):
        _ = tenant.api_token


# ----------------------------------------------------------------------------- requests and factors


def test_a_requested_membership_is_one_until_it_is_taken_back(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    ana, bob = user(admin, "ana"), user(admin, "bob")
    doors = tag(admin, "Doors")
    path = f"/user-tags/{doors}"
    admin.post(f"{path}/users/{bob}")
    tenant.console.request_membership("Doors", "ana")
    asked = admin.get(f"{path}/requested-memberships").json()
    assert (asked["count"], [one["userName"] for one in asked["users"]]) == (1, ["ana"])
    assert admin.get(path).json()["userCount"] == 2
    assert code(admin.delete(f"{path}/requested-memberships/{bob}")) == (404, "E1004")
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


def test_settings_of_requests_are_checked(admin: Caller) -> None:
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
        assert code(admin.post(path, {**good, **wrong})) == (400, "E1003")
    assert admin.post(path, {**good, "unknown": 1}).json() == good
    assert admin.patch(path, {"managerApproval": {"required": False}}).status == 204
    assert admin.get(path).json() == {**good, "managerApproval": {"required": False}}


def test_a_factor_is_registered_until_it_is_deleted_or_reset(tenant: Tenant, admin: Caller) -> None:
    ana = user(admin, "ana")
    path = f"/mfa/admin/registrations/{{}}/users/{ana}"
    tenant.console.register_factor("ana", "TOTP")
    tenant.console.register_factor(ana, "WEB_AUTHN", "CHALLENGE")
    assert admin.get(path.format("WEB_AUTHN")).json() == {
        "status": "CHALLENGE",
        "factor": "WEB_AUTHN",
        "additionalDetails": {},
    }
    assert admin.delete(path.format("WEB_AUTHN")).status == 204
    assert code(admin.delete(path.format("WEB_AUTHN"))) == (404, "E1004")
    assert admin.patch(f"/users/{ana}/resetmfa", "").json()["userId"] == ana
    assert code(admin.get(path.format("TOTP"))) == (404, "E1004")
    provider = tenant.identity_providers["Okta"].id
    eve = user(admin, "eve", identityProvider={"id": provider})
    assert code(admin.patch(f"/users/{eve}/resetmfa", "")) == (400, "U-0011")
    with pytest.raises(ValueError, match="TOTP or WEB_AUTHN"):
        tenant.console.register_factor("ana", "SMS")
    with pytest.raises(ValueError, match="CHALLENGE_FAILED"):
        tenant.console.register_factor("ana", "TOTP", "DONE")


def test_banner_and_features_are_set_in_the_console(tenant: Tenant, admin: Caller) -> None:
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


def test_a_name_that_two_have_names_nobody(tenant: Tenant, admin: Caller) -> None:
    user(admin, "ana")
    user(admin, "ana", identityProvider={"id": tenant.identity_providers["Okta"].id})
    with pytest.raises(LookupError, match="matches 2"):
        tenant.console.create_api_token("ana")


# ----------------------------------------------------------------------------- passwords, rules, tags


def test_the_password_policy_is_applied_where_it_is_switched_on(
    tenant: Tenant, admin: Caller
) -> None:
    ana = user(admin, "ana")
    path = f"/users/{ana}/resetpassword"
    assert admin.post(path, {"password": "x"}).status == 200
    tenant.capabilities = Capabilities(password_policy=True)
    refused = admin.post(path, {"password": "x"})
    assert code(refused) == (400, "U-0010")
    assert "8 characters, an upper-case letter, a digit, a symbol" in refused.json()["message"]
    fields = {"username": "bob", "email": "b@x.org", "firstName": "B", "lastName": "X"}
    assert code(admin.post("/users", {**fields, "password": "SECRET-1"})) == (400, "U-0004")
    assert admin.post(path, {"password": "Secret-1"}).status == 200
    admin.post("/identity-providers/password-policy", {"requiredSymbols": False, "minLength": 3})
    assert admin.post(path, {"password": "aB1"}).status == 200
    for wrong in ({"recipients": "hr@x.org"}, {"sharePasswordToUser": "yes"}):
        assert code(admin.post(path, {"password": "aB1", **wrong})) == (400, "E1003")


def test_numbers_are_compared_as_numbers(admin: Caller) -> None:
    ana, bob = user(admin, "ana"), user(admin, "bob")
    robot = admin.post("/users", {"name": "ci", "type": "ServiceIdentity"}).json()["userId"]
    fields = {"description": "", "multiValued": False, "identityTypes": ["User"]}
    level = admin.post("/users/attributes", {**fields, "name": "level", "dataType": "Number"})
    id_ = level.json()["id"]
    for who, value in ((ana, "7.0"), (bob, "seven"), (robot, "7")):
        given = {"attributeId": id_, "attributeValue": value}
        admin.patch(
            f"/users/{who}/custom-attributes", [{"op": "add", "customUserAttribute": given}]
        )
    rule = {"attributeId": id_, "operator": "is", "value": "7"}
    found = admin.post("/user-tags/tag-attributes/matched-users", [rule]).json()["data"]
    assert [one["username"] for one in found] == ["ana"], "and never a service identity"
    assert admin.post("/user-tags/tag-attributes/matched-users", []).json()["count"] == 0


def test_rules_read_built_in_attributes_of_pushed_users_too(okta: Caller, admin: Caller) -> None:
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


def test_a_tag_is_made_with_rules_owners_status_and_attributes(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    ana = user(admin, "ana")
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
    doors = tag(admin, "Doors", **body)
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
        assert code(admin.patch(f"/user-tags/{doors}", wrong)) == (400, "E1003")
        assert code(admin.post("/user-tags", {"name": "Gates", **wrong})) == (400, "E1003")
    assert [one["name"] for one in admin.get("/user-tags").json()] == ["Doors"]
    link = [{"identityProvider": {"id": tenant.identity_providers["Okta"].id}}]
    external = {"name": "E", "external": True, "userTagIdentityProviders": link}
    assert code(admin.post("/user-tags", {**external, "attributeCriteriaBeans": [rule]})) == (
        400,
        "E1003",
    )


# ----------------------------------------------------------------------------- the audit log


def test_events_tell_who_and_what_and_whether_it_was_refused(tenant: Tenant, admin: Caller) -> None:
    ana = user(admin, "ana", adminRoles=[{"name": "TenantAdmin"}, {"name": "Auditor"}])
    caller = calling(tenant, "ana")
    caller.patch(f"/users/{ana}", {"firstName": 5})
    caller.call("DELETE", f"/users/{ana}", headers={"User-Agent": "test"})
    deleted, refused, made = admin.get("/logs").json()
    assert made["actor"] == {
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
    for one in (deleted, refused, made):
        assert one["target"] == {"targetId": ana, "displayName": "ana"}
    assert len(admin.get("/logs", filter="result.success eq false").json()) == 1
    assert code(admin.get("/logs", **{"from": "yesterday"})) == (400, "E1003")
    assert len(admin.get("/logs", **{"from": "2026-05-01T12:00:00", "to": ""}).json()) == 3


def test_what_only_reads_is_no_event(admin: Caller) -> None:
    user(admin, "ana")
    admin.post("/user-tags/tag-attributes/matched-users", [])
    admin.post("/users/minimized-user-details", [])
    admin.post("/user-tags/minimized-tag-details", [])
    admin.get("/users")
    assert len(admin.get("/logs").json()) == 1


def test_events_are_shown_for_seven_days_and_kept_for_ninety(tenant: Tenant, admin: Caller) -> None:
    user(admin, "ana")
    everything = {"from": "2020-01-01T00:00:00Z"}
    tenant.clock.advance(days=8)
    assert admin.get("/logs").json() == []
    assert len(admin.get("/logs", **everything).json()) == 1
    tenant.clock.advance(days=83)
    fresh = calling(tenant, "ana")
    fresh.post("/user-tags", {"name": "Doors"})
    assert [one["event"]["eventType"] for one in fresh.get("/logs", **everything).json()] == [
        "admin.user-tags.create"
    ]


def test_pages_of_one_query_stay_together(tenant: Tenant, admin: Caller) -> None:
    for name in ("a", "b", "c", "d"):
        tag(admin, name)
    first = admin.get("/logs", size=2)
    tag(admin, "late")
    second = tenant.respond(
        "GET",
        first.headers["next-page"].removeprefix(tenant.base_url),
        {"Authorization": admin.authorization},
    )
    assert "next-page" not in second.headers
    names = [one["target"]["displayName"] for one in [*first.json(), *second.json()]]
    assert names == ["d", "c", "b", "a"]


def test_all_of_it_survives_saving(tenant: Tenant, admin: Caller, tmp_path: Any) -> None:
    ana = user(admin, "ana")
    doors, keepers = tag(admin, "Doors"), tag(admin, "Keepers", attributes=[])
    own(admin, doors, (keepers, "Tag"), (ana, "User"))
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
    assert code(Caller(other, "/api", f"TOKEN {spare['token']}").get("/users")) == (401, "AU-0016")
    assert len(caller.get("/logs", **{"from": "2020-01-01"}).json()) == len(
        admin.get("/logs", **{"from": "2020-01-01"}).json()
    )
    caller.delete(f"/user-tags/{keepers}")
    assert [one["relatedEntityName"] for one in owners(caller, doors)] == ["ana"]
