"""PATCH bodies that are seen on the wire or printed in the RFC, applied as their senders mean them."""

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
    """All recorded PATCH bodies, each in the dialect of its sender."""
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


def applied(body: Any, resource: dict[str, Any], dialect: Any = "strict") -> dict[str, Any]:
    """Apply to the mapping and to the model, and return what both make of it."""
    request = scim.PatchRequest.parse(json.dumps(body), dialect=dialect)
    after = request.apply(resource)
    kind = scim.Group if GROUP in resource["schemas"] else scim.User
    on_model = request.apply(kind.from_wire(resource))
    assert on_model.to_wire() == kind.from_wire(after).to_wire()
    return after


@each_value("request_, dialect", wire_cases())
def test_recorded_bodies_apply_in_the_dialect_of_their_sender(request_: Any, dialect: Any) -> None:
    resource = user() if "/Users/" in request_["path"] else group()
    before = json.dumps(resource)
    applied(request_["body"], resource, dialect)
    assert json.dumps(resource) == before


def wire(name: str, case: str) -> Any:
    recorded = json.loads((DATA / "wire" / f"{name}.json").read_text("utf-8"))
    return next(each["request"]["body"] for each in recorded if each["name"] == case)


def test_entra_disables_by_a_text() -> None:
    body = wire("entra-users", "entra-disable-user-string-no-flag")
    assert applied(body, user(), "entra")["active"] is False
    with pytest.raises(PatchError, match="active must be true or false, got a string"):
        applied(body, user())


def test_entra_sends_paths_as_keys() -> None:
    after = applied(wire("entra-users", "entra-replace-many-flag"), user(), "entra")
    assert after["name"] == {"givenName": "Cora", "familyName": "Lund"}
    assert after["emails"][0]["value"] == "cora.lund@example.com"
    assert after[ENTERPRISE_USER] == {"employeeNumber": "E-77"}
    assert not {
        key for key in after if "." in key and not key.startswith("urn:ietf:params:scim:schemas:")
    }


@pytest.mark.parametrize("case", ["entra-add-manager-array", "entra-add-manager-string-urn-path"])
def test_entra_sets_a_manager_in_short(case: str) -> None:
    body = wire("entra-users", case)
    after = applied(body, user(), "entra")
    assert after[ENTERPRISE_USER]["manager"]["value"] == "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c01"
    with pytest.raises((PatchError, InvalidPath)):
        applied(body, user())


def test_entra_never_writes_the_value_of_a_remove() -> None:
    after = applied(wire("entra-users", "entra-remove-email-with-value"), user(), "entra")
    assert after["emails"][0] == {"type": "work", "primary": True}


@pytest.mark.parametrize("dialect", ["strict", "entra"])
def test_entra_removes_only_the_members_it_lists(dialect: Any) -> None:
    after = applied(wire("entra-groups", "entra-remove-member-no-flag"), group(), dialect)
    assert [member["value"][-2:] for member in after["members"]] == ["02"]


def test_entra_adds_a_member_again() -> None:
    body = wire("entra-groups", "entra-readd-existing-member")
    assert applied(body, group(), "entra") == group()


def test_okta_repeats_the_id_in_a_rename() -> None:
    after = applied(wire("okta-groups", "okta-rename-group-patch"), group())
    assert after == {**group(), "displayName": "Engineering EU"}


def test_okta_empties_a_group_without_naming_the_schema() -> None:
    body = wire("okta-groups", "okta-pathless-replace-empties-members")
    assert "schemas" not in body
    assert "members" not in applied(body, group())


def test_the_validator_of_microsoft_sends_no_operations() -> None:
    body = wire("entra-validator", "validator-empty-operations")
    assert applied(body, user(), "entra") == user()
    with pytest.raises(PatchError) as caught:
        applied(body, user())
    assert caught.value.scim_type == "invalidSyntax"


# ----------------------------------------------------------------------------- RFC 7644 §3.5.2


def rfc_group() -> dict[str, Any]:
    member = {
        "value": BABS,
        "$ref": f"https://example.com/v2/Users/{BABS}",
        "display": "Babs Jensen",
    }
    return {"schemas": [GROUP], "id": "g", "displayName": "Tour Guides", "members": [member]}


def rfc_user() -> dict[str, Any]:
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


def body(name: str) -> Any:
    return RFC[f"7644-3.5.2{name}"]["body"]


def test_every_path_of_the_rfc_reads() -> None:
    for path in body("-paths"):
        scim.PatchOperation("remove", path)


def test_rfc_add_member() -> None:
    for name in ("-patch-structure", ".1-patch-add-member"):
        after = applied(body(name), {"schemas": [GROUP], "displayName": "Tour Guides"})
        assert [member["display"] for member in after["members"]] == ["Babs Jensen"]


def test_rfc_add_member_who_is_one_changes_nothing() -> None:
    resource = rfc_group()
    resource["members"][0]["$ref"] = body(".1-patch-add-member")["Operations"][0]["value"][0][
        "$ref"
    ]
    assert applied(body(".1-patch-add-member"), resource) == resource


def test_rfc_add_without_path() -> None:
    after = applied(body(".1-patch-add-no-path"), rfc_user())
    assert after["emails"] == [*rfc_user()["emails"], {"value": "babs@jensen.org", "type": "home"}]
    assert after["nickName"] == "Babs"


def test_rfc_remove_member() -> None:
    resource = rfc_group()
    shortened = "2819c223-7f76-...413861904646"  # as the RFC prints it
    resource["members"][0]["value"] = shortened
    assert "members" not in applied(body(".2-patch-remove-member"), resource)
    assert applied(body(".2-patch-remove-member"), rfc_group()) == rfc_group()


def test_rfc_remove_all_members() -> None:
    assert "members" not in applied(body(".2-patch-remove-all-members"), rfc_group())


def test_rfc_remove_email() -> None:
    assert "emails" not in applied(body(".2-patch-remove-email"), rfc_user())


def test_rfc_remove_and_add_member() -> None:
    resource = rfc_group()
    resource["members"][0]["value"] = "2819c223...919d-413861904646"
    after = applied(body(".2-patch-remove-and-add-member"), resource)
    assert [member["display"] for member in after["members"]] == ["James Smith"]


def test_rfc_remove_all_then_add() -> None:
    after = applied(body(".2-patch-remove-all-then-add"), rfc_group())
    assert [member["value"] for member in after["members"]] == [BABS, JAMES]


def test_rfc_replace_members() -> None:
    after = applied(body(".3-patch-replace-members"), rfc_group())
    assert [member["display"] for member in after["members"]] == ["Babs Jensen", "James Smith"]


def test_rfc_replace_without_path() -> None:
    after = applied(body(".3-patch-replace-no-path"), rfc_user())
    assert after["emails"] == body(".3-patch-replace-no-path")["Operations"][0]["value"]["emails"]
    assert after["nickName"] == "Babs"
    assert after["userName"] == rfc_user()["userName"]


def test_rfc_replace_work_address() -> None:
    after = applied(body(".3-patch-replace-work-address"), rfc_user())
    assert after["addresses"][0] == body(".3-patch-replace-work-address")["Operations"][0]["value"]
    assert after["addresses"][1] == rfc_user()["addresses"][1]


def test_rfc_replace_street_address() -> None:
    after = applied(body(".3-patch-replace-street-address"), rfc_user())
    streets = [address["streetAddress"] for address in after["addresses"]]
    assert streets == ["1010 Broadway Ave", "456 Hollywood Blvd"]


def test_every_request_of_the_section_is_applied_here() -> None:
    requests = {name for name, each in RFC.items() if each["kind"] == "request"}
    assert all(
        each["body"]["schemas"] == [PATCH_OP] for name, each in RFC.items() if name in requests
    )
    assert len(requests) == 12
