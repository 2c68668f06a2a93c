"""Requests of Entra, its validator and other identity providers, with their expected effects."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities
from support.tenant_callers import ENTERPRISE, GROUP, USER
from support.tenant_replays import (
    ADA,
    CORA,
    TEAM,
    Expected,
    Scene,
    check_error,
    check_list,
    do_nothing,
    load_cases,
    replay_case,
)


def cora(**more: Any) -> Any:
    return lambda scene: scene.add_user(CORA, **more)


def read_cora(scene: Scene) -> dict[str, Any]:
    """Return Cora's current user."""
    return scene.read(f"/Users/{CORA}")


def cora_has(**expected: Any) -> Any:
    def check(scene: Scene) -> None:
        user = read_cora(scene)
        assert {name: user.get(name) for name in expected} == expected

    return check


def user_is_created(**expected: Any) -> Any:
    def check(scene: Scene) -> None:
        body = scene.body
        assert body["id"]
        assert {name: body.get(name) for name in expected} == expected
        assert scene.read(f"/Users/{body['id']}") == body

    return check


def manager_and_cora(scene: Scene) -> None:
    scene.add_user(ADA)
    scene.add_user(CORA)


def manager_is(value: str | None) -> Any:
    def check(scene: Scene) -> None:
        assert read_cora(scene)[ENTERPRISE]["manager"]["value"] == value

    return check


def attributes_are_replaced(scene: Scene) -> None:
    user = read_cora(scene)
    assert (user["displayName"], user["name"]) == (
        "Cora Lund",
        {"givenName": "Cora", "familyName": "Lund"},
    )
    assert user["emails"][0]["value"] == "cora.lund@example.com"
    assert user[ENTERPRISE] == {"employeeNumber": "E-77"}
    assert not [name for name in user if "." in name and name != ENTERPRISE]


def address_and_department_are_added(scene: Scene) -> None:
    user = read_cora(scene)
    assert user["addresses"] == [{"type": "work", "formatted": "18/2111"}]
    assert user[ENTERPRISE]["department"] == "Retail"
    assert ENTERPRISE in user["schemas"]


def email_is_removed(scene: Scene) -> None:
    """The address is removed regardless of the value in the remove operation, and that value is not stored."""
    assert "old@example.com" not in str(read_cora(scene))
    assert read_cora(scene)["emails"] == [
        {"type": "work"},
        {"value": "home@example.com", "type": "home"},
    ]


def delete_cora(scene: Scene) -> None:
    scene.add_user(CORA)
    case = next(one for one in load_cases("entra-users.json") if one["name"] == "entra-delete-user")
    assert scene.send({**case["request"], "path": f"/Users/{CORA}"}).status == 204


def cora_with_manager(scene: Scene) -> None:
    scene.add_user(ADA)
    scene.add_user(CORA, **{ENTERPRISE: {"manager": {"value": ADA}}})


def schemas_are_listed(scene: Scene) -> None:
    names = {one["id"] for one in scene.body["Resources"]}
    assert {USER, GROUP, ENTERPRISE} <= names
    check_list(scene, len(names))


ENTRA_USERS: Expected = {
    "entra-test-connection": (cora(), lambda scene: check_list(scene, 0)),
    "entra-schemas": (do_nothing, schemas_are_listed),
    "entra-query-username-hit": (cora(active=False), lambda scene: check_list(scene, 1, CORA)),
    "entra-query-username-zero": (cora(), lambda scene: check_list(scene, 0)),
    "entra-query-externalid-unquoted": (
        cora(externalId="jyoung"),
        lambda scene: check_list(scene, 1, CORA),
    ),
    "entra-query-externalid-quoted": (
        cora(externalId="0f9e6f20-95f4-4b0e-8a58-111111111111"),
        lambda scene: check_list(scene, 1, CORA),
    ),
    "entra-query-work-email": (cora(), lambda scene: check_list(scene, 1, CORA)),
    "entra-get-user": (cora(), lambda scene: read_cora(scene) == scene.body),
    "entra-get-user-missing": (cora(), lambda scene: check_error(scene, "404")),
    "entra-create-user": (do_nothing, user_is_created(schemas=[USER], roles=None, active=True)),
    "entra-create-user-with-nulls": (
        do_nothing,
        user_is_created(
            externalId="cdiaz",
            title=None,
            addresses=None,
            department=None,
            manager=None,
            schemas=[USER],
        ),
    ),
    "entra-create-user-manager-string": (
        do_nothing,
        user_is_created(
            **{ENTERPRISE: {"department": "Research", "manager": {"value": "boss@example.com"}}}
        ),
    ),
    "entra-disable-user-string-no-flag": (cora(), cora_has(active=False)),
    "entra-disable-user-boolean": (cora(), cora_has(active=False)),
    "entra-disable-user-flag": (cora(), cora_has(active=False)),
    "entra-patch-email-and-surname": (
        cora(
            emails=[
                {"type": "work", "value": "w@example.com"},
                {"type": "home", "value": "h@example.com"},
            ]
        ),
        cora_has(
            emails=[
                {"type": "work", "value": "cora.d@example.com"},
                {"type": "home", "value": "h@example.com"},
            ],
            name={"givenName": "Cora", "familyName": "Diaz-Lund"},
        ),
    ),
    "entra-patch-username": (cora(), cora_has(userName="cora.lund@example.com")),
    "entra-add-nickname-no-flag": (cora(nickName="C"), cora_has(nickName="Co")),
    "entra-replace-many-no-flag": (cora(), attributes_are_replaced),
    "entra-replace-many-flag": (cora(), attributes_are_replaced),
    "entra-add-department-and-address": (cora(), address_and_department_are_added),
    "entra-add-email-when-absent": (
        cora(emails=[]),
        cora_has(emails=[{"type": "work", "value": "cora@example.com"}]),
    ),
    "entra-add-manager-array": (manager_and_cora, manager_is(ADA)),
    "entra-add-manager-string-urn-path": (manager_and_cora, manager_is(ADA)),
    "entra-remove-email-with-value": (
        cora(
            emails=[
                {"value": "old@example.com", "type": "work"},
                {"value": "home@example.com", "type": "home"},
            ]
        ),
        email_is_removed,
    ),
    "entra-reference-check-manager": (cora_with_manager, lambda scene: check_list(scene, 1, CORA)),
    "entra-delete-user": (
        cora(),
        lambda scene: scene.tenant.identity_providers["Entra"].users == [],
    ),
}


def team(*members: str) -> Any:
    def prepare(scene: Scene) -> None:
        scene.add_user(CORA)
        scene.add_group(*members, name="Research")

    return prepare


def members_are(*ids: str) -> Any:
    def check(scene: Scene) -> None:
        assert scene.members == list(ids)

    return check


def members_are_excluded(scene: Scene) -> None:
    assert "members" not in scene.body
    assert scene.members == [CORA]


def group_is_created(scene: Scene) -> None:
    assert scene.body["schemas"] == [GROUP]
    assert scene.body["externalId"] == "3b9f3a52-0f57-4b5e-8c0e-333333333333"
    assert "members" not in scene.body


def group_is_renamed(scene: Scene) -> None:
    assert scene.read(f"/Groups/{TEAM}")["displayName"] == "Research and Development"


def group_with_spaces(scene: Scene) -> None:
    scene.add_group(name="EDU All personal")


def only_group_is_deleted(scene: Scene) -> None:
    entra = scene.tenant.identity_providers["Entra"]
    assert entra.groups == []
    assert [one["id"] for one in entra.users] == [CORA]
    assert "groups" not in read_cora(scene)


ENTRA_GROUPS: Expected = {
    "entra-create-group": (do_nothing, group_is_created),
    "entra-get-group-excluding-members": (team(CORA), members_are_excluded),
    "entra-query-group-by-name": (team(CORA), lambda scene: check_list(scene, 1, TEAM)),
    "entra-query-group-name-with-spaces": (
        group_with_spaces,
        lambda scene: check_list(scene, 1, TEAM),
    ),
    "entra-rename-group": (team(), group_is_renamed),
    "entra-add-member": (team(), members_are(CORA)),
    "entra-remove-member-no-flag": (team(CORA), members_are()),
    "entra-remove-member-flag": (team(CORA), members_are()),
    "entra-readd-existing-member": (team(CORA), members_are(CORA)),
    "entra-delete-group": (team(CORA), only_group_is_deleted),
}


def no_mandatory_attributes(scene: Scene) -> None:
    """The validator's users lack Britive's mandatory attributes; the rule is switched off for them."""
    scene.tenant.capabilities = Capabilities(mandatory_attributes=False)


def pascal_case_is_read(scene: Scene) -> None:
    user_is_created(userName="UserName123", active=True, displayName="Bob")(scene)
    assert [one["primary"] for one in scene.body["emails"]] == [True, False]


VALIDATOR: Expected = {
    "validator-create-user-pascal-case": (do_nothing, pascal_case_is_read),
    "validator-create-user-active-string": (no_mandatory_attributes, user_is_created(active=True)),
    "validator-roles-primary-string": (
        no_mandatory_attributes,
        user_is_created(roles=[{"value": "role-1", "display": "R", "type": "t", "primary": True}]),
    ),
    "validator-pathless-replace-with-active": (
        cora(),
        cora_has(
            active=False,
            userName="val2@example.com",
            name={"givenName": "Josie", "familyName": "Russell"},
        ),
    ),
    "validator-empty-operations": (cora(), lambda scene: check_error(scene, "400")),
    "validator-filter-disabled-user": (
        cora(userName="val@example.com", active=False),
        lambda scene: check_list(scene, 1, CORA) or scene.body["Resources"][0]["active"] is False,
    ),
    "validator-delete-then-get": (delete_cora, lambda scene: check_error(scene, "404")),
    "validator-null-update-empty-strings": (
        cora(title="T", nickName="N"),
        lambda scene: not read_cora(scene).get("title") and not read_cora(scene).get("nickName"),
    ),
    "validator-null-update-null": (
        cora(title="T", nickName="N"),
        cora_has(title=None, nickName=None),
    ),
    "validator-user-page-2-of-5": (
        lambda scene: scene.add_users(11),
        lambda scene: (check_list(scene, 11), scene.body["startIndex"])[1] == 6,
    ),
    "validator-schemas-has-group": (do_nothing, schemas_are_listed),
    "validator-direct-create-roundtrip": (
        do_nothing,
        user_is_created(userName="direct@example.com"),
    ),
}

OTHERS: Expected = {
    "cyberark-probe-users": (lambda scene: scene.add_users(3), lambda scene: check_list(scene, 3)),
    "cyberark-serviceproviderconfig": (do_nothing, lambda scene: "Resources" not in scene.body),
    "cyberark-resourcetype-user": (do_nothing, lambda scene: scene.body["name"] == "User"),
    "cyberark-resourcetype-group": (do_nothing, lambda scene: scene.body["name"] == "Group"),
    "cyberark-schema-by-id": (do_nothing, lambda scene: scene.body["id"] == USER),
    "google-create-user-mixed-schemas": (
        do_nothing,
        user_is_created(schemas=[USER], userName="gina@example.com"),
    ),
    "onelogin-create-user-core-1-0-only": (
        no_mandatory_attributes,
        user_is_created(schemas=[USER], userName="olga@example.com"),
    ),
    "ping-filter-capital-operator": (
        lambda scene: scene.add_user(ADA, userName="ada@example.com"),
        lambda scene: check_list(scene, 1, ADA),
    ),
    "authentik-unquoted-filter": (do_nothing, lambda scene: check_error(scene, "400")),
}


def strict(expected: Expected) -> Expected:
    """Make a check that is an expression fail when it is false."""

    def assert_check(check: Any) -> Any:
        def run(scene: Scene) -> None:
            assert check(scene) in (None, True)

        return run

    return {name: (prepare, assert_check(check)) for name, (prepare, check) in expected.items()}


@pytest.mark.parametrize("case", load_cases("entra-users.json"), ids=lambda case: case["name"])
def test_entra_user_request_has_expected_effect(case: dict[str, Any]) -> None:
    replay_case(case, "Entra", strict(ENTRA_USERS))


@pytest.mark.parametrize("case", load_cases("entra-groups.json"), ids=lambda case: case["name"])
def test_entra_group_request_has_expected_effect(case: dict[str, Any]) -> None:
    replay_case(case, "Entra", strict(ENTRA_GROUPS))


@pytest.mark.parametrize("case", load_cases("entra-validator.json"), ids=lambda case: case["name"])
def test_entra_validator_request_has_expected_effect(case: dict[str, Any]) -> None:
    replay_case(case, "Entra", strict(VALIDATOR))


@pytest.mark.parametrize("case", load_cases("other-idps.json"), ids=lambda case: case["name"])
def test_other_provider_request_has_expected_effect(case: dict[str, Any]) -> None:
    replay_case(case, "Okta", strict(OTHERS))


def test_onelogin_template_without_mandatory_attributes_fails() -> None:
    """The same request without the switch is rejected with the missing attributes."""
    (case,) = [one for one in load_cases("other-idps.json") if one["name"].startswith("onelogin")]
    case["expected_response"]["status"] = 400

    def lists_both(scene: Scene) -> bool:
        return "Status" in scene.body["detail"] and "Email" in scene.body["detail"]

    replay_case(case, "Okta", strict({case["name"]: (do_nothing, lists_both)}))
