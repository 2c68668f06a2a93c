"""PATCH bodies, recorded or printed in the RFC, applied in the dialect of their client."""

import json
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidPath, PatchError
from britive_scim.scim.names import ENTERPRISE_USER, GROUP, PATCH_OP, USER
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data"
RFC = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((DATA / "rfc").glob("7644-3.5.2*"))
}
BABS, JAMES = "2819c223-7f76-453a-919d-413861904646", "08e1d05d-121c-4561-8b96-473d93df9210"


def wire_cases() -> list[Any]:
    """Return all recorded PATCH bodies, each with the dialect of its client."""
    cases: list[Any] = []
    for name in (
        "okta-users",
        "okta-groups",
        "okta-spec-test",
        "entra-users",
        "entra-groups",
        "entra-validator",
        "other-idps",
    ):
        for case in json.loads((DATA / "wire" / f"{name}.json").read_text("utf-8")):
            request = case["request"]
            if request["method"] == "PATCH" and case["expected_response"]["status"] < 300:
                dialect = "strict" if name.startswith("okta") else "entra"
                cases.append(pytest.param(request, dialect, id=case["name"]))
    return cases


def user() -> dict[str, Any]:
    return {
        "schemas": [USER, ENTERPRISE_USER],
        "id": "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c01",
        "userName": "ada.byron@example.com",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "title": "Countess",
        "nickName": "Lady",
        "active": True,
        "emails": [
            {"value": "ada@example.com", "type": "work", "primary": True},
            {"value": "ada@example.org", "type": "home"},
        ],
        "addresses": [{"type": "work", "formatted": "1 Main"}],
        ENTERPRISE_USER: {"employeeNumber": "7"},
    }


def group() -> dict[str, Any]:
    return {
        "schemas": [GROUP],
        "id": "c2f9a0b4-6f3d-4b8e-8d11-9b7c5a4e3f01",
        "displayName": "Engineering",
        "members": [
            {"value": "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c02", "display": "bo.lund@example.com"},
            {"value": "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c03"},
        ],
    }


def apply_body(body: Any, resource: dict[str, Any], dialect: Any = "strict") -> dict[str, Any]:
    """Apply to the mapping and to the model, and return the result of both."""
    request = scim.PatchRequest.parse(json.dumps(body), dialect=dialect)
    after = request.apply(resource)
    model = scim.Group if GROUP in resource["schemas"] else scim.User
    on_model = request.apply(model.from_wire(resource))
    assert on_model.to_wire() == model.from_wire(after).to_wire()
    return after


@each_value("request_, dialect", wire_cases())
def test_recorded_body_applies_in_its_dialect(request_: Any, dialect: Any) -> None:
    resource = user() if "/Users/" in request_["path"] else group()
    before = json.dumps(resource)
    apply_body(request_["body"], resource, dialect)
    assert json.dumps(resource) == before


def read_case(name: str, case: str) -> Any:
    recorded = json.loads((DATA / "wire" / f"{name}.json").read_text("utf-8"))
    return next(each["request"]["body"] for each in recorded if each["name"] == case)


def test_entra_active_as_string_disables() -> None:
    body = read_case("entra-users", "entra-disable-user-string-no-flag")
    assert apply_body(body, user(), "entra")["active"] is False
    with pytest.raises(PatchError, match="active must be true or false, got a string"):
        apply_body(body, user())


def test_entra_keys_with_paths_are_applied() -> None:
    after = apply_body(read_case("entra-users", "entra-replace-many-flag"), user(), "entra")
    assert after["name"] == {"givenName": "Cora", "familyName": "Lund"}
    assert after["emails"][0]["value"] == "cora.lund@example.com"
    assert after[ENTERPRISE_USER] == {"employeeNumber": "E-77"}
    assert not {
        key for key in after if "." in key and not key.startswith("urn:ietf:params:scim:schemas:")
    }


@pytest.mark.parametrize("case", ["entra-add-manager-array", "entra-add-manager-string-urn-path"])
def test_entra_manager_as_string_is_set(case: str) -> None:
    body = read_case("entra-users", case)
    after = apply_body(body, user(), "entra")
    assert after[ENTERPRISE_USER]["manager"]["value"] == "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c01"
    with pytest.raises((PatchError, InvalidPath)):
        apply_body(body, user())


def test_entra_remove_is_written_without_value() -> None:
    after = apply_body(read_case("entra-users", "entra-remove-email-with-value"), user(), "entra")
    assert after["emails"][0] == {"type": "work", "primary": True}


@pytest.mark.parametrize("dialect", ["strict", "entra"])
def test_entra_remove_only_listed_members(dialect: Any) -> None:
    after = apply_body(read_case("entra-groups", "entra-remove-member-no-flag"), group(), dialect)
    assert [member["value"][-2:] for member in after["members"]] == ["02"]


def test_entra_add_existing_member_changes_nothing() -> None:
    body = read_case("entra-groups", "entra-readd-existing-member")
    assert apply_body(body, group(), "entra") == group()


def test_okta_rename_with_id_is_accepted() -> None:
    after = apply_body(read_case("okta-groups", "okta-rename-group-patch"), group())
    assert after == {**group(), "displayName": "Engineering EU"}


def test_okta_empty_group_without_schema_is_accepted() -> None:
    body = read_case("okta-groups", "okta-pathless-replace-empties-members")
    assert "schemas" not in body
    assert "members" not in apply_body(body, group())


def test_microsoft_validator_empty_operations_are_accepted() -> None:
    body = read_case("entra-validator", "validator-empty-operations")
    assert apply_body(body, user(), "entra") == user()
    with pytest.raises(PatchError) as caught:
        apply_body(body, user())
    assert caught.value.scim_type == "invalidSyntax"


# ----------------------------------------------------------------------------- RFC 7644 §3.5.2


def make_rfc_group() -> dict[str, Any]:
    member = {
        "value": BABS,
        "$ref": f"https://example.com/v2/Users/{BABS}",
        "display": "Babs Jensen",
    }
    return {"schemas": [GROUP], "id": "g", "displayName": "Tour Guides", "members": [member]}


def make_rfc_user() -> dict[str, Any]:
    return {
        "schemas": [USER],
        "id": BABS,
        "userName": "bjensen@example.com",
        "emails": [{"value": "bjensen@example.com", "type": "work"}],
        "addresses": [
            {"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood"},
            {"type": "home", "streetAddress": "456 Hollywood Blvd"},
        ],
    }


def read_body(name: str) -> Any:
    return RFC[f"7644-3.5.2{name}"]["body"]


def test_rfc_every_path_is_parsed() -> None:
    for path in read_body("-paths"):
        scim.PatchOperation("remove", path)


def test_rfc_add_member() -> None:
    for name in ("-patch-structure", ".1-patch-add-member"):
        after = apply_body(read_body(name), {"schemas": [GROUP], "displayName": "Tour Guides"})
        assert [member["display"] for member in after["members"]] == ["Babs Jensen"]


def test_rfc_add_existing_member_changes_nothing() -> None:
    resource = make_rfc_group()
    resource["members"][0]["$ref"] = read_body(".1-patch-add-member")["Operations"][0]["value"][0][
        "$ref"
    ]
    assert apply_body(read_body(".1-patch-add-member"), resource) == resource


def test_rfc_add_without_path() -> None:
    after = apply_body(read_body(".1-patch-add-no-path"), make_rfc_user())
    assert after["emails"] == [
        *make_rfc_user()["emails"],
        {"value": "babs@jensen.org", "type": "home"},
    ]
    assert after["nickName"] == "Babs"


def test_rfc_remove_member() -> None:
    resource = make_rfc_group()
    shortened = "2819c223-7f76-...413861904646"  # shortened in the RFC
    resource["members"][0]["value"] = shortened
    assert "members" not in apply_body(read_body(".2-patch-remove-member"), resource)
    assert apply_body(read_body(".2-patch-remove-member"), make_rfc_group()) == make_rfc_group()


def test_rfc_remove_all_members() -> None:
    assert "members" not in apply_body(read_body(".2-patch-remove-all-members"), make_rfc_group())


def test_rfc_remove_email() -> None:
    assert "emails" not in apply_body(read_body(".2-patch-remove-email"), make_rfc_user())


def test_rfc_remove_and_add_member() -> None:
    resource = make_rfc_group()
    resource["members"][0]["value"] = "2819c223...919d-413861904646"
    after = apply_body(read_body(".2-patch-remove-and-add-member"), resource)
    assert [member["display"] for member in after["members"]] == ["James Smith"]


def test_rfc_remove_all_then_add() -> None:
    after = apply_body(read_body(".2-patch-remove-all-then-add"), make_rfc_group())
    assert [member["value"] for member in after["members"]] == [BABS, JAMES]


def test_rfc_replace_members() -> None:
    after = apply_body(read_body(".3-patch-replace-members"), make_rfc_group())
    assert [member["display"] for member in after["members"]] == ["Babs Jensen", "James Smith"]


def test_rfc_replace_without_path() -> None:
    after = apply_body(read_body(".3-patch-replace-no-path"), make_rfc_user())
    assert (
        after["emails"] == read_body(".3-patch-replace-no-path")["Operations"][0]["value"]["emails"]
    )
    assert after["nickName"] == "Babs"
    assert after["userName"] == make_rfc_user()["userName"]


def test_rfc_replace_work_address() -> None:
    after = apply_body(read_body(".3-patch-replace-work-address"), make_rfc_user())
    assert (
        after["addresses"][0]
        == read_body(".3-patch-replace-work-address")["Operations"][0]["value"]
    )
    assert after["addresses"][1] == make_rfc_user()["addresses"][1]


def test_rfc_replace_street_address() -> None:
    after = apply_body(read_body(".3-patch-replace-street-address"), make_rfc_user())
    streets = [address["streetAddress"] for address in after["addresses"]]
    assert streets == ["1010 Broadway Ave", "456 Hollywood Blvd"]


def test_rfc_every_request_of_section_is_applied() -> None:
    requests = {name for name, each in RFC.items() if each["kind"] == "request"}
    assert all(
        each["body"]["schemas"] == [PATCH_OP] for name, each in RFC.items() if name in requests
    )
    assert len(requests) == 12
