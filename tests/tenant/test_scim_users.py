"""SCIM Users: made, read, replaced, patched, removed; Britive's rules for them."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import CUSTOM, ENTERPRISE, ERROR, USER, Caller, make_user


def refusal(answer: Any) -> tuple[int, str | None]:
    """Return status and scimType of a SCIM Error, after checking its shape."""
    error = answer.json()
    assert error["schemas"] == [ERROR]
    assert error["status"] == str(answer.status)
    assert error["detail"]
    assert answer.headers["Content-Type"] == "application/scim+json"
    return answer.status, error.get("scimType")


# ----------------------------------------------------------------------------- create and read


def test_a_user_is_created_with_id_meta_and_location(okta: Caller) -> None:
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


def test_what_a_client_may_not_set_is_left_out(okta: Caller) -> None:
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


def test_names_are_taken_in_any_case_and_nulls_are_no_values(okta: Caller) -> None:
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


def test_custom_attributes_are_kept_under_any_name(okta: Caller) -> None:
    custom = {"Cost Center": "42", "squads": ["a", "b"], "nested": {"x": 1}, "none": None}
    ada = okta.create_user("ada@example.com", **{CUSTOM: custom})
    assert ada[CUSTOM] == {"Cost Center": "42", "squads": ["a", "b"], "nested": {"x": 1}}
    assert ada["schemas"] == [USER, CUSTOM]


def test_every_type_of_value_is_taken(okta: Caller) -> None:
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
def test_a_value_that_does_not_fit_is_refused(okta: Caller, wrong: dict[str, Any]) -> None:
    assert refusal(okta.post("/Users", {**make_user("ada@example.com"), **wrong})) == (
        400,
        "invalidValue",
    )
    assert okta.get("/Users").json()["totalResults"] == 0


def test_a_name_given_twice_is_refused(okta: Caller) -> None:
    for body in (
        {**make_user("ada@example.com"), "USERNAME": "eve@example.com"},
        make_user("ada@example.com", name={"givenName": "A", "GIVENNAME": "B", "familyName": "C"}),
    ):
        assert refusal(okta.post("/Users", body)) == (400, "invalidSyntax")


def test_the_urn_of_scim_1_is_read_as_the_core_schema(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com", schemas=["urn:scim:schemas:core:1.0"])
    assert ada["schemas"] == [USER]


# ----------------------------------------------------------------------------- mandatory attributes


@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        ({"active": None}, "Status (active)"),
        ({"emails": []}, 'Email (emails[type eq "work"].value)'),
        ({"emails": [{"type": "work"}]}, "Email"),
        ({"name": {"familyName": "Byron"}}, "First Name (name.givenName)"),
        ({"name": {"givenName": "Ada", "familyName": ""}}, "Last Name (name.familyName)"),
        ({"name": None}, "First Name (name.givenName), Last Name (name.familyName)"),
    ],
)
def test_a_user_without_a_mandatory_attribute_is_refused_by_name(
    okta: Caller, lacking: dict[str, Any], named: str
) -> None:
    refused = okta.post("/Users", make_user("ada@example.com", **lacking))
    assert refusal(refused) == (400, "invalidValue")
    assert named in refused.json()["detail"]
    assert okta.get("/Users").json()["totalResults"] == 0


def test_replacing_needs_the_mandatory_attributes_too(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    refused = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com", active=None))
    assert refusal(refused) == (400, "invalidValue")
    assert okta.get(f"/Users/{ada['id']}").json() == ada


def test_mandatory_attributes_are_a_switch(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(mandatory_attributes=False)
    created = okta.post("/Users", {"schemas": [USER], "userName": "ada"})
    assert created.status == 201
    assert (
        okta.put(f"/Users/{created.json()['id']}", {"schemas": [USER], "userName": "eve"}).status
        == 200
    )


# ----------------------------------------------------------------------------- uniqueness


def test_a_user_name_is_taken_in_any_case(okta: Caller) -> None:
    okta.create_user("ada@example.com")
    eve = okta.create_user("eve@example.com")
    assert refusal(okta.post("/Users", make_user("ADA@Example.com"))) == (409, "uniqueness")
    assert refusal(okta.put(f"/Users/{eve['id']}", make_user("Ada@example.com"))) == (
        409,
        "uniqueness",
    )
    rename = {"op": "replace", "path": "userName", "value": "ada@EXAMPLE.com"}
    assert refusal(okta.send_operations(f"/Users/{eve['id']}", rename)) == (409, "uniqueness")
    assert okta.get(f"/Users/{eve['id']}").json() == eve
    same = okta.put(f"/Users/{eve['id']}", make_user("EVE@example.com"))
    assert same.json()["userName"] == "EVE@example.com"


def test_a_user_name_is_free_again_after_a_delete_and_after_a_rename(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    okta.put(f"/Users/{ada['id']}", make_user("countess@example.com"))
    eve = okta.create_user("ada@example.com")
    okta.delete(f"/Users/{eve['id']}")
    assert okta.create_user("ada@example.com")["id"] not in (ada["id"], eve["id"])


def test_users_are_not_linked_between_identity_providers(
    okta: Caller, entra: Caller, admin: Caller
) -> None:
    one, other = okta.create_user("ada@example.com"), entra.create_user("ada@example.com")
    assert one["id"] != other["id"]
    assert refusal(okta.get(f"/Users/{other['id']}")) == (404, None)
    assert refusal(okta.delete(f"/Users/{other['id']}")) == (404, None)
    assert okta.find_ids("/Users", "userName pr") == [one["id"]]
    assert admin.get("/users").json()["count"] == 2
    assert refusal(
        okta.post("/Groups", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "G",
                              "members": [{"value": other["id"]}]})
    ) == (400, "invalidValue")  # fmt: skip


# ----------------------------------------------------------------------------- replace, patch, delete


def test_replacing_clears_what_is_left_out(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com", title="Countess", **{CUSTOM: {"a": 1}})
    replaced = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com", nickName="A"))
    assert replaced.status == 200
    assert replaced.headers["Location"] == ada["meta"]["location"]
    assert "title" not in replaced.json()
    assert CUSTOM not in replaced.json()
    assert replaced.json()["nickName"] == "A"
    assert replaced.json()["id"] == ada["id"]


def test_a_patch_answers_the_user(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    answer = okta.send_operations(
        f"/Users/{ada['id']}",
        {"op": "add", "path": "title", "value": "Countess"},
        {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "R&D"},
        {"op": "add", "path": f"{CUSTOM}:squad", "value": "a"},
    )
    assert answer.status == 200
    patched = answer.json()
    assert (patched["title"], patched[ENTERPRISE], patched[CUSTOM]) == (
        "Countess",
        {"department": "R&D"},
        {"squad": "a"},
    )
    assert set(patched["schemas"]) == {USER, ENTERPRISE, CUSTOM}
    assert okta.get(f"/Users/{ada['id']}").json() == patched


def test_an_extension_may_name_its_schema_once_more(okta: Caller) -> None:
    """scim2-models writes `schemas` into extensions."""
    ada = okta.create_user("ada@example.com", **{CUSTOM: {"schemas": [CUSTOM], "squad": "a"}})
    assert ada[CUSTOM] == {"squad": "a"}
    extension = {"schemas": [ENTERPRISE], "department": "R&D"}
    for operation in (
        {"op": "add", "path": ENTERPRISE, "value": extension},
        {"op": "replace", "value": {ENTERPRISE: {**extension, "division": "D"}, "title": "x"}},
    ):
        answer = okta.send_operations(f"/Users/{ada['id']}", operation)
        assert answer.status == 200
    assert answer.json()[ENTERPRISE] == {"department": "R&D", "division": "D"}
    assert okta.patch(f"/Users/{ada['id']}", {"Operations": ["x"]}).status == 400


def test_a_patch_happens_whole_or_not_at_all(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    refused = okta.send_operations(
        f"/Users/{ada['id']}",
        {"op": "replace", "path": "title", "value": "Countess"},
        {"op": "replace", "path": 'emails[type eq "home"].value', "value": "x"},
    )
    assert refusal(refused) == (400, "noTarget")
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
def test_a_patch_that_cannot_be_applied_says_why(
    okta: Caller, operation: dict[str, Any], scim_type: str
) -> None:
    ada = okta.create_user("ada@example.com")
    assert refusal(okta.send_operations(f"/Users/{ada['id']}", operation)) == (400, scim_type)


@pytest.mark.parametrize("body", [{}, {"Operations": []}, {"Operations": {}}, {"operations": []}])
def test_a_patch_without_operations_is_refused(
    okta: Caller, entra: Caller, body: dict[str, Any]
) -> None:
    for caller in (okta, entra):
        ada = caller.create_user("ada@example.com")
        assert refusal(caller.patch(f"/Users/{ada['id']}", body)) == (400, "invalidSyntax")


def test_patch_is_a_switch(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.capabilities = Capabilities(patch=False)
    assert refusal(okta.send_operations(f"/Users/{ada['id']}")) == (501, None)


def test_a_deleted_user_is_gone(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    deleted = okta.delete(f"/Users/{ada['id']}")
    assert (deleted.status, deleted.body) == (204, b"")
    for answer in (
        okta.get(f"/Users/{ada['id']}"),
        okta.delete(f"/Users/{ada['id']}"),
        okta.put(f"/Users/{ada['id']}", make_user("ada@example.com")),
        okta.send_operations(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}}),
    ):
        assert refusal(answer) == (404, None)
    assert okta.find_ids("/Users", 'userName eq "ada@example.com"') == []


def test_a_put_never_creates(okta: Caller) -> None:
    assert refusal(okta.put("/Users/nobody", make_user("ada@example.com"))) == (404, None)


def test_a_password_is_taken_and_never_shown_or_found(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com", password="Generated-1x")
    assert "password" not in ada
    patched = okta.send_operations(
        f"/Users/{ada['id']}", {"op": "replace", "path": "password", "value": "Generated-2x"}
    )
    assert patched.status == 200
    assert "Generated" not in patched.body.decode()
    assert "Generated" not in str(tenant.identity_providers["Okta"].users)
    assert okta.find_ids("/Users", 'userName pr and not (userName eq "x")') == [ada["id"]]


def test_an_inactive_user_is_still_read_and_found(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    okta.send_operations(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}})
    assert okta.get(f"/Users/{ada['id']}").json()["active"] is False
    assert okta.find_ids("/Users", 'userName eq "ada@example.com"') == [ada["id"]]


# ----------------------------------------------------------------------------- the Azure dialect


def test_azure_reads_what_entra_sends(entra: Caller) -> None:
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


def test_azure_reads_lists_of_one_blanks_and_bodies_without_schemas(entra: Caller) -> None:
    body = make_user(
        "ada@example.com", title=["Countess"], **{ENTERPRISE: {"manager": "", "division": "D"}}
    )
    del body["schemas"]
    created = entra.post("/Users", body)
    assert created.status == 201
    assert created.json()["title"] == "Countess"
    assert created.json()[ENTERPRISE] == {"division": "D"}
    assert refusal(entra.post("/Users", make_user("e@example.com", title=["a", "b"])))[0] == 400


def test_azure_creates_what_a_replace_does_not_find(entra: Caller) -> None:
    ada = entra.create_user("ada@example.com")
    patched = entra.send_operations(
        f"/Users/{ada['id']}",
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+44"},
        {"op": "Replace", "path": "active", "value": "False"},
    ).json()
    assert patched["phoneNumbers"] == [{"type": "mobile", "value": "+44"}]
    assert patched["active"] is False


# ----------------------------------------------------------------------------- switches


def test_unmapped_attributes_may_be_dropped(tenant: Tenant, okta: Caller, admin: Caller) -> None:
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


def test_the_case_of_a_user_name_may_change_on_storing(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(user_name_case="lower")
    ada = okta.create_user("Ada@Example.com")
    assert ada["userName"] == "ada@example.com"
    renamed = okta.send_operations(
        f"/Users/{ada['id']}", {"op": "replace", "path": "userName", "value": "EVE@example.com"}
    )
    assert renamed.json()["userName"] == "eve@example.com"


def test_a_delete_may_deactivate(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.capabilities = Capabilities(delete_deactivates=True)
    assert okta.delete(f"/Users/{ada['id']}").status == 204
    assert okta.get(f"/Users/{ada['id']}").json()["active"] is False


def test_a_new_user_may_be_invisible_for_a_while(tenant: Tenant, okta: Caller) -> None:
    tenant.capabilities = Capabilities(visible_after=30)
    ada = okta.create_user("ada@example.com")
    filter_ = 'userName eq "ada@example.com"'
    assert okta.find_ids("/Users", filter_) == []
    assert okta.get("/Users").json()["totalResults"] == 0
    assert okta.get(f"/Users/{ada['id']}").status == 200
    assert okta.post("/Users", make_user("ada@example.com")).status == 409
    tenant.clock.advance(30)
    assert okta.find_ids("/Users", filter_) == [ada["id"]]


# ----------------------------------------------------------------------------- given by a test


def test_a_test_may_add_users_under_its_own_ids(tenant: Tenant, okta: Caller) -> None:
    provider = tenant.identity_providers["Okta"]
    added = provider.add_user({"userName": "ada", "active": False}, id="7d5c1f0e")
    assert added["id"] == "7d5c1f0e"
    assert okta.get("/Users/7d5c1f0e").json() == added
    assert provider.add_user({"id": "second", "userName": "eve"})["id"] == "second"
    assert len(provider.add_user({"userName": "bob"})["id"]) == 20
    assert [one["userName"] for one in provider.users] == ["ada", "eve", "bob"]


def test_a_test_may_add_models(tenant: Tenant) -> None:
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


def test_what_a_test_adds_must_fit(tenant: Tenant) -> None:
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
