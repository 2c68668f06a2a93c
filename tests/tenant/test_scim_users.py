"""SCIM Users: create, read, replace, patch, delete, and Britive's rules for them."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import CUSTOM, ENTERPRISE, ERROR, USER, Caller, make_user


def parse_error(response: Any) -> tuple[int, str | None]:
    """Return status and scimType of a SCIM Error, after checking its shape."""
    error = response.json()
    assert error["schemas"] == [ERROR]
    assert error["status"] == str(response.status)
    assert error["detail"]
    assert response.headers["Content-Type"] == "application/scim+json"
    return response.status, error.get("scimType")


# ----------------------------------------------------------------------------- create and read


def test_user_create_returns_id_meta_and_location(okta: Caller) -> None:
    created = okta.post("/Users", make_user("ada@example.com", displayName="Ada"))
    assert created.status == 201
    ada = created.json()
    assert ada["schemas"] == [USER]
    assert len(ada["id"]) == 20
    location = f"https://acme.britive-app.com/api/scim/v2/Users/{ada['id']}"
    assert created.headers["Location"] == location
    assert ada["meta"] == {
        "resourceType": "User",
        "created": "2026-05-01T12:00:00.000Z",
        "lastModified": "2026-05-01T12:00:00.000Z",
        "location": location,
        "version": 'W/"1"',
    }
    assert created.headers["ETag"] == 'W/"1"'
    assert (ada["userName"], ada["displayName"], ada["active"]) == ("ada@example.com", "Ada", True)
    assert okta.get(f"/Users/{ada['id']}").json() == ada


def test_user_create_ignores_read_only_and_unknown_attributes(okta: Caller) -> None:
    ada = okta.create_user(
        "ada@example.com",
        id="mine",
        meta={"resourceType": "Robot"},
        groups=[{"value": "g1"}],
        password="Generated-1x",
        shoeSize=43,
        department="top level",
        **{
            ENTERPRISE: {"manager": {"value": "m1", "displayName": "readOnly"}},
            "urn:x:y": {"a": 1},
        },
    )
    assert ada["id"] != "mine"
    assert ada["meta"]["resourceType"] == "User"
    assert {"groups", "password", "shoeSize", "department", "urn:x:y"}.isdisjoint(ada)
    assert ada[ENTERPRISE] == {"manager": {"value": "m1"}}
    assert ada["schemas"] == [USER, ENTERPRISE]


def test_user_names_ignore_case_and_nulls_are_dropped(okta: Caller) -> None:
    ada = okta.post(
        "/Users",
        {
            "SCHEMAS": [USER.upper()],
            "UserName": "ada@example.com",
            "NAME": {"GivenName": "Ada", "familyname": "Byron", "middleName": None},
            "Emails": [{"Value": "ada@example.com", "TYPE": "work"}, None, {}],
            "Active": True,
            "title": None,
            "phoneNumbers": [],
            "roles": None,
            ENTERPRISE.upper(): {"Department": "R&D", "costCenter": None},
            CUSTOM: None,
        },
    ).json()
    assert ada["name"] == {"familyName": "Byron", "givenName": "Ada"}
    assert ada["emails"] == [{"value": "ada@example.com", "type": "work"}]
    assert ada[ENTERPRISE] == {"department": "R&D"}
    assert {"title", "phoneNumbers", "roles", CUSTOM}.isdisjoint(ada)


def test_user_custom_attributes_have_any_name(okta: Caller) -> None:
    custom = {"Cost Center": "42", "squads": ["a", "b"], "nested": {"x": 1}, "none": None}
    ada = okta.create_user("ada@example.com", **{CUSTOM: custom})
    assert ada[CUSTOM] == {"Cost Center": "42", "squads": ["a", "b"], "nested": {"x": 1}}
    assert ada["schemas"] == [USER, CUSTOM]


def test_user_values_of_every_type_are_stored(okta: Caller) -> None:
    ada = okta.create_user(
        "ada@example.com",
        profileUrl="https://example.com/ada",
        x509Certificates=[{"value": "MIIDQzCCAqw"}],
        photos=[{"value": "https://example.com/ada.png", "type": "photo"}],
        addresses=[{"type": "work", "country": "GB"}],
        entitlements=[{"value": "e1"}],
        ims=[{"value": "ada", "type": "xmpp"}],
    )
    assert ada["x509Certificates"] == [{"value": "MIIDQzCCAqw"}]
    assert ada["addresses"] == [{"type": "work", "country": "GB"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"userName": ""},
        {"userName": "  "},
        {"userName": None},
        {"userName": 5},
        {"active": "True"},
        {"active": 1},
        {"name": "Ada"},
        {"emails": "ada@example.com"},
        {"emails": {"value": "ada@example.com"}},
        {"emails": ["ada@example.com"]},
        {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
        {"x509Certificates": [{"value": "not base64!"}]},
        {"x509Certificates": [{"value": 5}]},
        {ENTERPRISE: "R&D"},
        {ENTERPRISE: {"manager": "m1"}},
        {"schemas": None},
        {"schemas": []},
        {"schemas": USER},
        {"schemas": [5]},
        {"schemas": ["urn:example:robot"]},
    ],
)
def test_user_invalid_value_is_rejected(okta: Caller, wrong: dict[str, Any]) -> None:
    assert parse_error(okta.post("/Users", {**make_user("ada@example.com"), **wrong})) == (
        400,
        "invalidValue",
    )
    assert okta.get("/Users").json()["totalResults"] == 0


def test_user_duplicate_member_name_is_rejected(okta: Caller) -> None:
    for body in (
        {**make_user("ada@example.com"), "USERNAME": "eve@example.com"},
        make_user("ada@example.com", name={"givenName": "A", "GIVENNAME": "B", "familyName": "C"}),
    ):
        assert parse_error(okta.post("/Users", body)) == (400, "invalidSyntax")


def test_user_scim_1_urn_means_core_schema(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com", schemas=["urn:scim:schemas:core:1.0"])
    assert ada["schemas"] == [USER]


# ----------------------------------------------------------------------------- mandatory attributes


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ({"active": None}, "Status (active)"),
        ({"emails": []}, 'Email (emails[type eq "work"].value)'),
        ({"emails": [{"type": "work"}]}, "Email"),
        ({"name": {"familyName": "Byron"}}, "First Name (name.givenName)"),
        ({"name": {"givenName": "Ada", "familyName": ""}}, "Last Name (name.familyName)"),
        ({"name": None}, "First Name (name.givenName), Last Name (name.familyName)"),
    ],
)
def test_user_without_mandatory_attribute_is_rejected(
    okta: Caller, missing: dict[str, Any], message: str
) -> None:
    refused = okta.post("/Users", make_user("ada@example.com", **missing))
    assert parse_error(refused) == (400, "invalidValue")
    assert message in refused.json()["detail"]
    assert okta.get("/Users").json()["totalResults"] == 0


def test_user_put_without_mandatory_attribute_is_rejected(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    refused = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com", active=None))
    assert parse_error(refused) == (400, "invalidValue")
    assert okta.get(f"/Users/{ada['id']}").json() == ada


def test_mandatory_attributes_false_accepts_minimal_user(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(mandatory_attributes=False)
    created = okta.post("/Users", {"schemas": [USER], "userName": "ada"})
    assert created.status == 201
    assert (
        okta.put(f"/Users/{created.json()['id']}", {"schemas": [USER], "userName": "eve"}).status
        == 200
    )


# ----------------------------------------------------------------------------- uniqueness


def test_user_name_is_unique_ignoring_case(okta: Caller) -> None:
    okta.create_user("ada@example.com")
    eve = okta.create_user("eve@example.com")
    assert parse_error(okta.post("/Users", make_user("ADA@Example.com"))) == (409, "uniqueness")
    assert parse_error(okta.put(f"/Users/{eve['id']}", make_user("Ada@example.com"))) == (
        409,
        "uniqueness",
    )
    rename = {"op": "replace", "path": "userName", "value": "ada@EXAMPLE.com"}
    assert parse_error(okta.send_operations(f"/Users/{eve['id']}", rename)) == (409, "uniqueness")
    assert okta.get(f"/Users/{eve['id']}").json() == eve
    same = okta.put(f"/Users/{eve['id']}", make_user("EVE@example.com"))
    assert same.json()["userName"] == "EVE@example.com"


def test_user_name_is_free_after_delete_or_rename(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    okta.put(f"/Users/{ada['id']}", make_user("countess@example.com"))
    eve = okta.create_user("ada@example.com")
    okta.delete(f"/Users/{eve['id']}")
    assert okta.create_user("ada@example.com")["id"] not in (ada["id"], eve["id"])


def test_users_of_identity_providers_are_separate(
    okta: Caller, entra: Caller, admin: Caller
) -> None:
    one, other = okta.create_user("ada@example.com"), entra.create_user("ada@example.com")
    assert one["id"] != other["id"]
    assert parse_error(okta.get(f"/Users/{other['id']}")) == (404, None)
    assert parse_error(okta.delete(f"/Users/{other['id']}")) == (404, None)
    assert okta.find_ids("/Users", "userName pr") == [one["id"]]
    assert admin.get("/users").json()["count"] == 2
    assert parse_error(
        okta.post("/Groups", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "G",
                              "members": [{"value": other["id"]}]})
    ) == (400, "invalidValue")  # fmt: skip


# ----------------------------------------------------------------------------- replace, patch, delete


def test_user_put_clears_omitted_attributes(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com", title="Countess", **{CUSTOM: {"a": 1}})
    replaced = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com", nickName="A"))
    assert replaced.status == 200
    assert replaced.headers["Location"] == ada["meta"]["location"]
    assert "title" not in replaced.json()
    assert CUSTOM not in replaced.json()
    assert replaced.json()["nickName"] == "A"
    assert replaced.json()["id"] == ada["id"]


def test_user_patch_returns_the_user(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    response = okta.send_operations(
        f"/Users/{ada['id']}",
        {"op": "add", "path": "title", "value": "Countess"},
        {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "R&D"},
        {"op": "add", "path": f"{CUSTOM}:squad", "value": "a"},
    )
    assert response.status == 200
    patched = response.json()
    assert (patched["title"], patched[ENTERPRISE], patched[CUSTOM]) == (
        "Countess",
        {"department": "R&D"},
        {"squad": "a"},
    )
    assert set(patched["schemas"]) == {USER, ENTERPRISE, CUSTOM}
    assert okta.get(f"/Users/{ada['id']}").json() == patched


def test_user_extension_schemas_member_is_ignored(okta: Caller) -> None:
    """scim2-models writes `schemas` into extensions."""
    ada = okta.create_user("ada@example.com", **{CUSTOM: {"schemas": [CUSTOM], "squad": "a"}})
    assert ada[CUSTOM] == {"squad": "a"}
    extension = {"schemas": [ENTERPRISE], "department": "R&D"}
    for operation in (
        {"op": "add", "path": ENTERPRISE, "value": extension},
        {"op": "replace", "value": {ENTERPRISE: {**extension, "division": "D"}, "title": "x"}},
    ):
        response = okta.send_operations(f"/Users/{ada['id']}", operation)
        assert response.status == 200
    assert response.json()[ENTERPRISE] == {"department": "R&D", "division": "D"}
    assert okta.patch(f"/Users/{ada['id']}", {"Operations": ["x"]}).status == 400


def test_user_patch_with_one_error_changes_nothing(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    refused = okta.send_operations(
        f"/Users/{ada['id']}",
        {"op": "replace", "path": "title", "value": "Countess"},
        {"op": "replace", "path": 'emails[type eq "home"].value', "value": "x"},
    )
    assert parse_error(refused) == (400, "noTarget")
    assert okta.get(f"/Users/{ada['id']}").json() == ada


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "replace", "path": "emails[", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "emails[type eq].value", "value": "x"}, "invalidFilter"),
        ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
        ({"op": "replace", "path": "groups", "value": []}, "mutability"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "path": "active", "value": "False"}, "invalidValue"),
        ({"op": "move", "path": "active"}, "invalidSyntax"),
    ],
)
def test_user_patch_invalid_operation_has_scim_type(
    okta: Caller, operation: dict[str, Any], scim_type: str
) -> None:
    ada = okta.create_user("ada@example.com")
    assert parse_error(okta.send_operations(f"/Users/{ada['id']}", operation)) == (400, scim_type)


@pytest.mark.parametrize("body", [{}, {"Operations": []}, {"Operations": {}}, {"operations": []}])
def test_user_patch_without_operations_is_rejected(
    okta: Caller, entra: Caller, body: dict[str, Any]
) -> None:
    for caller in (okta, entra):
        ada = caller.create_user("ada@example.com")
        assert parse_error(caller.patch(f"/Users/{ada['id']}", body)) == (400, "invalidSyntax")


def test_patch_false_is_not_implemented(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.capabilities = Capabilities(patch=False)
    assert parse_error(okta.send_operations(f"/Users/{ada['id']}")) == (501, None)


def test_user_deleted_is_not_found(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    deleted = okta.delete(f"/Users/{ada['id']}")
    assert (deleted.status, deleted.body) == (204, b"")
    for response in (
        okta.get(f"/Users/{ada['id']}"),
        okta.delete(f"/Users/{ada['id']}"),
        okta.put(f"/Users/{ada['id']}", make_user("ada@example.com")),
        okta.send_operations(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}}),
    ):
        assert parse_error(response) == (404, None)
    assert okta.find_ids("/Users", 'userName eq "ada@example.com"') == []


def test_user_put_unknown_id_is_not_found(okta: Caller) -> None:
    assert parse_error(okta.put("/Users/nobody", make_user("ada@example.com"))) == (404, None)


def test_user_password_is_accepted_and_never_returned(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com", password="Generated-1x")
    assert "password" not in ada
    patched = okta.send_operations(
        f"/Users/{ada['id']}", {"op": "replace", "path": "password", "value": "Generated-2x"}
    )
    assert patched.status == 200
    assert "Generated" not in patched.body.decode()
    assert "Generated" not in str(tenant.identity_providers["Okta"].users)
    assert okta.find_ids("/Users", 'userName pr and not (userName eq "x")') == [ada["id"]]


def test_user_inactive_is_read_and_found(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    okta.send_operations(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}})
    assert okta.get(f"/Users/{ada['id']}").json()["active"] is False
    assert okta.find_ids("/Users", 'userName eq "ada@example.com"') == [ada["id"]]


# ----------------------------------------------------------------------------- the Azure dialect


def test_azure_dialect_reads_entra_values(entra: Caller) -> None:
    ada = entra.create_user(
        "ada@example.com",
        active="True",
        roles=[{"value": "r1", "primary": "True"}],
        emails={"value": "ada@example.com", "type": "work"},
        **{ENTERPRISE: {"manager": "boss@example.com", "department": "R&D"}},
    )
    assert ada["active"] is True
    assert ada["roles"] == [{"value": "r1", "primary": True}]
    assert ada["emails"] == [{"value": "ada@example.com", "type": "work"}]
    assert ada[ENTERPRISE]["manager"] == {"value": "boss@example.com"}


def test_azure_dialect_reads_lists_of_one_and_missing_schemas(entra: Caller) -> None:
    body = make_user(
        "ada@example.com", title=["Countess"], **{ENTERPRISE: {"manager": "", "division": "D"}}
    )
    del body["schemas"]
    created = entra.post("/Users", body)
    assert created.status == 201
    assert created.json()["title"] == "Countess"
    assert created.json()[ENTERPRISE] == {"division": "D"}
    assert parse_error(entra.post("/Users", make_user("e@example.com", title=["a", "b"])))[0] == 400


def test_azure_dialect_replace_creates_missing_value(entra: Caller) -> None:
    ada = entra.create_user("ada@example.com")
    patched = entra.send_operations(
        f"/Users/{ada['id']}",
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+44"},
        {"op": "Replace", "path": "active", "value": "False"},
    ).json()
    assert patched["phoneNumbers"] == [{"type": "mobile", "value": "+44"}]
    assert patched["active"] is False


# ----------------------------------------------------------------------------- capabilities


def test_unmapped_attributes_dropped_omits_them(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    attribute = admin.post(
        "/users/attributes",
        {
            "name": "Squad",
            "description": "",
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User"],
        },
    ).json()
    provider = tenant.identity_providers["Okta"].id
    for name in ("squad", f"{ENTERPRISE}:department"):
        admin.patch(
            f"/identity-providers/{provider}/scim-attribute-mappings",
            [
                {
                    "op": "add",
                    "attributeId": attribute["id"],
                    "attributeName": "Squad",
                    "scimAttributeName": name,
                }
            ],
        )
        tenant.capabilities = Capabilities(unmapped_attributes="dropped")
        ada = okta.create_user(
            f"{len(name)}@example.com",
            externalId="00u1",
            title="Countess",
            **{
                CUSTOM: {"squad": "a", "level": 2},
                ENTERPRISE: {"department": "R&D", "division": "D"},
            },
        )
        assert "title" not in ada
        assert ada["externalId"] == "00u1"
        assert ada["name"] == {"givenName": "Ada", "familyName": "Byron"}
        assert ada.get(CUSTOM) == ({"squad": "a"} if name == "squad" else None)
        assert ada.get(ENTERPRISE) == (None if name == "squad" else {"department": "R&D"})


def test_user_name_case_lower_stores_lower_case(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(user_name_case="lower")
    ada = okta.create_user("Ada@Example.com")
    assert ada["userName"] == "ada@example.com"
    renamed = okta.send_operations(
        f"/Users/{ada['id']}", {"op": "replace", "path": "userName", "value": "EVE@example.com"}
    )
    assert renamed.json()["userName"] == "eve@example.com"


def test_delete_deactivates_leaves_inactive_user(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.capabilities = Capabilities(delete_deactivates=True)
    assert okta.delete(f"/Users/{ada['id']}").status == 204
    assert okta.get(f"/Users/{ada['id']}").json()["active"] is False


def test_visible_after_hides_new_user_for_a_time(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(visible_after=30)
    ada = okta.create_user("ada@example.com")
    filter_ = 'userName eq "ada@example.com"'
    assert okta.find_ids("/Users", filter_) == []
    assert okta.get("/Users").json()["totalResults"] == 0
    assert okta.get(f"/Users/{ada['id']}").status == 200
    assert okta.post("/Users", make_user("ada@example.com")).status == 409
    tenant.clock.advance(30)
    assert okta.find_ids("/Users", filter_) == [ada["id"]]


# ----------------------------------------------------------------------------- users and groups added by a test


def test_add_user_accepts_ids(tenant: Tenant, okta: Caller) -> None:
    provider = tenant.identity_providers["Okta"]
    added = provider.add_user({"userName": "ada", "active": False}, id="7d5c1f0e")
    assert added["id"] == "7d5c1f0e"
    assert okta.get("/Users/7d5c1f0e").json() == added
    assert provider.add_user({"id": "second", "userName": "eve"})["id"] == "second"
    assert len(provider.add_user({"userName": "bob"})["id"]) == 20
    assert [one["userName"] for one in provider.users] == ["ada", "eve", "bob"]


def test_add_user_and_add_group_accept_models(tenant: Tenant) -> None:
    from britive_scim import scim

    provider = tenant.identity_providers["Okta"]
    user = scim.User.of(email="ada@example.com", given_name="Ada", family_name="Byron")
    ada = provider.add_user(user, id="a1")
    assert (ada["userName"], ada["name"]["familyName"]) == ("ada@example.com", "Byron")
    group = provider.add_group(
        scim.Group(display_name="Engineering", members=[scim.Member(value="a1")]), id="g1"
    )
    assert [one["value"] for one in group["members"]] == ["a1"]
    assert provider.groups == [group]


def test_add_user_or_group_conflict_is_rejected(tenant: Tenant) -> None:
    provider = tenant.identity_providers["Okta"]
    provider.add_user({"userName": "ada"}, id="a1")
    with pytest.raises(ValueError, match="a1 is taken"):
        provider.add_user({"userName": "eve"}, id="a1")
    with pytest.raises(ValueError, match="userName 'ADA' is taken"):
        provider.add_user({"userName": "ADA"})
    with pytest.raises(ValueError, match="a1 is taken"):
        provider.add_group({"displayName": "G"}, id="a1")
    with pytest.raises(ValueError, match="member nobody does not exist"):
        provider.add_group({"displayName": "G", "members": [{"value": "nobody"}]})
