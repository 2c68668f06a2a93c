"""Requests of Okta with their expected effects: recorded cases and the assertions of its SPEC test."""

from typing import Any

import pytest

from britive_scim.testing import Tenant, TenantResponse
from support.tenant_replays import (
    ADA,
    BO,
    TEAM,
    Expected,
    Scene,
    check_error,
    check_list,
    do_nothing,
    load_cases,
    replay_case,
)


def ada(scene: Scene) -> None:
    scene.add_user(ADA)


def ada_inactive(scene: Scene) -> None:
    scene.add_user(ADA, active=False)


def many_users(size: int) -> Any:
    return lambda scene: scene.add_users(size)


def team(*members: str, name: str = "Engineering") -> Any:
    def prepare(scene: Scene) -> None:
        scene.add_user(ADA)
        scene.add_user(BO)
        scene.add_group(*members, name=name)

    return prepare


def members_are(*ids: str) -> Any:
    def check(scene: Scene) -> None:
        assert scene.members == list(ids)

    return check


def user_is_created(scene: Scene) -> None:
    body = scene.body
    assert body["id"]
    assert body["meta"]["resourceType"] == "User"
    assert (body["userName"], body["externalId"]) == (
        "ada.byron@example.com",
        "00u1example0000000h7",
    )
    assert "groups" not in body
    assert scene.read(f"/Users/{body['id']}") == body


def active_is(value: bool) -> Any:
    def check(scene: Scene) -> None:
        assert scene.body["active"] is value
        assert scene.read(f"/Users/{ADA}")["active"] is value

    return check


def page_is(total: int, start: int, length: int) -> Any:
    def check(scene: Scene) -> None:
        check_list(scene, total)
        assert (scene.body["startIndex"], scene.body["itemsPerPage"]) == (start, length)
        names = [one["userName"] for one in scene.body["Resources"]]
        assert names == [f"user{start - 1 + n:04}@example.com" for n in range(length)]

    return check


def profile_is_updated(scene: Scene) -> None:
    assert scene.body["id"] == ADA
    assert scene.body["name"] == {"givenName": "Ada", "middleName": "King", "familyName": "Byron"}
    assert scene.body["emails"][0]["display"] == "ada.byron@example.com"


def server_fields_are_unchanged(scene: Scene) -> None:
    assert (scene.body["id"], scene.body["name"]["formatted"]) == (ADA, "Mona Octocat")
    assert scene.body["meta"]["location"].startswith("https://acme.britive-app.com/")
    assert not scene.body["meta"]["created"].startswith("2018")


def user_is_deprovisioned(scene: Scene) -> None:
    active_is(False)(scene)
    assert scene.body["emails"] == [{"primary": True, "value": "octocat@example.com"}]


USERS: Expected = {
    "okta-test-connection-users-probe": (do_nothing, lambda scene: check_list(scene, 0)),
    "okta-lookup-username-miss": (do_nothing, lambda scene: check_list(scene, 0)),
    "okta-lookup-username-hit": (ada, lambda scene: check_list(scene, 1, ADA)),
    "okta-create-user": (do_nothing, user_is_created),
    "okta-create-user-existing": (ada, lambda scene: check_error(scene, "409")),
    "okta-create-user-empty-answer-is-failure": (do_nothing, user_is_created),
    "okta-get-user-by-id": (ada_inactive, active_is(False)),
    "okta-get-user-gone": (do_nothing, lambda scene: check_error(scene, "404")),
    "okta-import-users-page-1": (many_users(150), page_is(150, 1, 100)),
    "okta-import-users-page-2": (many_users(150), page_is(150, 101, 50)),
    "okta-import-users-past-end": (many_users(2), page_is(2, 101, 0)),
    "okta-profile-update-put": (ada, profile_is_updated),
    "okta-deactivate-patch": (ada, active_is(False)),
    "okta-deactivate-put": (ada, active_is(False)),
    "okta-reactivate-patch": (ada_inactive, active_is(True)),
    "okta-put-keeps-server-fields": (ada, server_fields_are_unchanged),
    "okta-deprovision-put-no-groups-no-type": (ada, user_is_deprovisioned),
    "okta-test-connection-bad-token": (do_nothing, lambda scene: check_error(scene, "401")),
}


def group_is_created(*members: str) -> Any:
    def check(scene: Scene) -> None:
        body = scene.body
        assert body["id"] != TEAM
        assert body["meta"]["resourceType"] == "Group"
        shown = scene.read(f"/Groups/{body['id']}")
        assert [one["value"] for one in shown.get("members", [])] == list(members)

    return check


def group_is_renamed(scene: Scene) -> None:
    assert scene.read(f"/Groups/{TEAM}")["displayName"] == "Engineering EU"
    assert scene.members == [BO]


def member_has_type_user(scene: Scene) -> None:
    (member,) = scene.read(f"/Groups/{TEAM}")["members"]
    assert (member["value"], member["type"]) == (ADA, "User")
    assert member["display"] == "Ada.Byron@example.com"


def two_users(scene: Scene) -> None:
    scene.add_user(ADA)
    scene.add_user(BO)


def group_is_deleted(scene: Scene) -> None:
    assert scene.tenant.identity_providers["Okta"].groups == []
    assert len(scene.tenant.identity_providers["Okta"].users) == 2


def admins_group_is_empty(scene: Scene) -> None:
    assert scene.body["displayName"] == "APP-Admins"
    assert scene.members == []


GROUPS: Expected = {
    "okta-test-connection-groups-probe": (do_nothing, lambda scene: check_list(scene, 0)),
    "okta-link-group-by-name": (team(), lambda scene: check_list(scene, 1, TEAM)),
    "okta-create-group": (do_nothing, group_is_created()),
    "okta-get-group": (team(ADA), lambda scene: members_are(ADA)(scene)),
    "okta-rename-group-patch": (team(BO), group_is_renamed),
    "okta-membership-remove-then-add": (team(BO), members_are(ADA)),
    "okta-add-member-no-type": (team(), member_has_type_user),
    "okta-replace-members": (team(BO), members_are(ADA, BO)),
    "okta-pathless-replace-empties-members": (team(ADA, BO), members_are()),
    "okta-group-put-null-display": (team(BO), members_are(ADA, BO)),
    "okta-import-groups": (team(ADA), lambda scene: check_list(scene, 1, TEAM)),
    "okta-delete-group": (team(ADA), group_is_deleted),
    "okta-aiw-group-push-create-with-members": (two_users, group_is_created(ADA, BO)),
    "okta-aiw-group-push-put-empty-members": (team(ADA), admins_group_is_empty),
}


@pytest.mark.parametrize("case", load_cases("okta-users.json"), ids=lambda case: case["name"])
def test_okta_user_request_has_expected_effect(case: dict[str, Any]) -> None:
    replay_case(case, "Okta", USERS)


@pytest.mark.parametrize("case", load_cases("okta-groups.json"), ids=lambda case: case["name"])
def test_okta_group_request_has_expected_effect(case: dict[str, Any]) -> None:
    replay_case(case, "Okta", GROUPS)


def test_okta_spec_test_passes_in_order() -> None:
    """Send the ten requests of Okta's SPEC test in order to one tenant, with its assertions."""
    scene = Scene(Tenant(), "Okta", TenantResponse(0, {}, b""))
    scene.add_user(ADA)
    spec = {case["name"]: case for case in load_cases("okta-spec-test.json")}
    seen: list[str] = []
    ids = {"{id of the listed user}": ADA, "{UserIdThatDoesNotExist}": "01919288221112222"}

    def run(name: str) -> dict[str, Any]:
        case = spec[name]
        request = dict(case["request"])
        for placeholder, id_ in ids.items():
            request["path"] = request["path"].replace(placeholder, id_)
        scene.response = scene.send(request)
        assert scene.response.status == case["expected_response"]["status"], scene.response.body
        seen.append(name)
        return scene.body

    def check_user(user: dict[str, Any]) -> None:
        for value in (
            user["id"],
            user["userName"],
            user["name"]["familyName"],
            user["name"]["givenName"],
        ):
            assert value
        assert user["emails"][0]["value"]
        assert user["active"] is True

    listed = run("okta-spec-users-endpoint")
    check_list(scene, 1)
    check_user(listed["Resources"][0])
    user = run("okta-spec-get-user")
    check_user(user)
    assert user["id"] == ADA
    run("okta-spec-unknown-username")
    check_list(scene, 0)
    run("okta-spec-unknown-id")
    check_error(scene, "404")
    sent = spec["okta-spec-create"]["request"]["body"]
    created = run("okta-spec-create")
    check_user(created)
    assert (created["userName"], created["name"]) == (sent["userName"], sent["name"])
    assert sent["schemas"][0] in created["schemas"]
    ids["{idUserOne}"] = created["id"]
    assert run("okta-spec-created-is-readable") == created
    run("okta-spec-duplicate")
    assert run("okta-spec-username-other-case")["Resources"][0]["id"] == created["id"]
    assert run("okta-spec-groups-optional")["Resources"] == []
    run("okta-spec-bad-token")
    check_error(scene, "401")
    assert sorted(seen) == sorted(spec)
