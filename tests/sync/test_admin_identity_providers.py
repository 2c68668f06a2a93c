# Generated from tests/aio/test_admin_identity_providers.py by tools/unasync.py; edit that file instead.
"""Identity providers, their SCIM token and their mappings."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import AdminClient, RetryPolicy, admin
from britive_scim.errors import Ambiguous, InputError, NotFound, UnexpectedResponse
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi, SmallTenant

OKTA = {"id": "i1", "name": "Okta", "type": "SAML"}
LIST = "GET /api/identity-providers"
FULL = OKTA | {
    "description": "HR",
    "scimProvider": "Generic",
    "ssoProvider": "Azure",
    "mfaEnabled": False,
}
KNOWN = {"id": "k1", "type": "SCIM", "status": "Active", "tokenExpirationDays": 90}


def client(script: FakeAdminApi) -> AdminClient:
    return AdminClient("acme", TOKEN, transport=script, retry=RetryPolicy(attempts=1))


def test_identity_providers_list_returns_all() -> None:
    script = FakeAdminApi({LIST: (200, [OKTA, {"id": "i2", "name": "Britive", "type": "DEFAULT"}])})
    with client(script) as britive:
        result = britive.identity_providers.list()
    assert [item.name for item in result] == ["Okta", "Britive"]


@each_value("response", [OKTA, [OKTA], [OKTA, {"id": "i2", "name": "okta"}]])
def test_get_by_name_reads_object_or_list(response: Any) -> None:
    script = FakeAdminApi({LIST: (200, response)})
    with client(script) as britive:
        result = britive.identity_providers.get_by_name("Okta")
    assert result.id == "i1"
    assert script.sent[0].query == "name=Okta"


@each_value("response", [(200, None), (204, None), (200, []), (200, {**OKTA, "name": "okta"})])
def test_missing_name_find_returns_none_get_raises(response: tuple[int, Any]) -> None:
    script = FakeAdminApi({LIST: response})
    with client(script) as britive:
        assert britive.identity_providers.find_by_name("Okta") is None
        with pytest.raises(NotFound, match=r"'Okta'.*exactly"):
            britive.identity_providers.get_by_name("Okta")


def test_missing_name_is_the_error_if_no_list_can_be_read() -> None:
    script = FakeAdminApi({LIST: [(200, []), (403, None)]})
    with client(script) as britive:
        with pytest.raises(NotFound, match=r"'okta'; names are compared exactly$"):
            britive.identity_providers.get_by_name("okta")
    assert script.lines == [LIST, LIST]


def test_find_by_name_duplicate_raises_ambiguous() -> None:
    script = FakeAdminApi({LIST: (200, [OKTA, {**OKTA, "id": "i2"}])})
    with client(script) as britive:
        with pytest.raises(Ambiguous) as caught:
            britive.identity_providers.find_by_name("Okta")
    assert caught.value.candidates == ("i1", "i2")


def test_get_accepts_id_or_provider() -> None:
    script = FakeAdminApi({"GET /api/identity-providers/i1": (200, OKTA)})
    with client(script) as britive:
        result = britive.identity_providers.get("i1")
        assert britive.identity_providers.get(result) == result


@each_value("id_", ["", " ", ".", "..", "a/b", "a?b", "a#b", "a%2e", "x" * 257])
def test_id_that_changes_path_raises_input_error(id_: str) -> None:
    script = FakeAdminApi()
    with client(script) as britive:
        with pytest.raises(InputError):
            britive.identity_providers.get(id_)
        with pytest.raises(InputError):
            britive.identity_providers.scim_token.create(id_)
        with pytest.raises(InputError):
            britive.identity_providers.delete(admin.IdentityProvider(name="not created"))
    assert script.sent == []


def test_create_sends_arguments_with_default_type_saml() -> None:
    script = FakeAdminApi({"POST /api/identity-providers": (200, OKTA)})
    with client(script) as britive:
        created = britive.identity_providers.create("Okta")
        britive.identity_providers.create("Okta", description="HR", type="DEFAULT")
    assert created.id == "i1"
    assert script.bodies("POST /api/identity-providers") == [
        {"name": "Okta", "type": "SAML"},
        {"name": "Okta", "description": "HR", "type": "DEFAULT"},
    ]


@each_value("arguments", [{"name": "a--b"}, {"name": ""}, {"name": "x", "type": "OIDC"}])
def test_create_invalid_arguments_raises_input_error(arguments: dict[str, str]) -> None:
    script = FakeAdminApi()
    with client(script) as britive:
        with pytest.raises(InputError):
            britive.identity_providers.create(**arguments)
    assert script.sent == []


class TestUpdate:
    path = "/api/identity-providers/i1"

    def test_update_sends_current_values_of_omitted_fields(self) -> None:
        script = FakeAdminApi({f"GET {self.path}": (200, FULL), f"PATCH {self.path}": (204, None)})
        with client(script) as britive:
            britive.identity_providers.update("i1", scim_provider="Azure")
        assert script.bodies(f"PATCH {self.path}") == [
            {
                "name": "Okta",
                "description": "HR",
                "scimProvider": "Azure",
                "ssoProvider": "Azure",
            }
        ]

    def test_update_of_all_fields_reads_nothing(self) -> None:
        script = FakeAdminApi({f"PATCH {self.path}": (204, None)})
        with client(script) as britive:
            britive.identity_providers.update(
                "i1", name="New", description="", scim_provider="Azure", sso_provider="Generic"
            )
        assert script.lines == [f"PATCH {self.path}"]
        assert script.sent[0].body["description"] == ""

    @pytest.mark.parametrize(
        "change", [{}, {"name": "a--b"}, {"scim_provider": "azure"}, {"sso_provider": "Okta"}]
    )
    def test_update_invalid_or_empty_raises_input_error(self, change: dict[str, str]) -> None:
        script = FakeAdminApi()
        with client(script) as britive:
            with pytest.raises(InputError):
                britive.identity_providers.update("i1", **change)
        assert script.sent == []


@each_value("response", [(204, None), (200, {}), (200, None)])
def test_delete_accepts_every_success_response(response: tuple[int, Any]) -> None:
    script = FakeAdminApi({"DELETE /api/identity-providers/i1": response})
    with client(script) as britive:
        britive.identity_providers.delete("i1")


class TestScimToken:
    path = "/api/identity-providers/i1/scim-token"

    def test_create_returns_secret_token(self) -> None:
        script = FakeAdminApi({f"POST {self.path}": (201, {**KNOWN, "token": "s3cr3t"})})
        with client(script) as britive:
            token = britive.identity_providers.scim_token.create("i1")
            britive.identity_providers.scim_token.create("i1", days=1)
        assert token.token is not None
        assert token.token.get_secret_value() == "s3cr3t"
        assert "s3cr3t" not in repr(token)
        assert script.bodies(f"POST {self.path}") == [
            {"tokenExpirationDays": 90},
            {"tokenExpirationDays": 1},
        ]

    def test_unreadable_response_does_not_reveal_token(self) -> None:
        script = FakeAdminApi({f"POST {self.path}": (201, b'{"token": "s3cr3t", "status"')})
        with client(script) as britive:
            with pytest.raises(UnexpectedResponse) as caught:
                britive.identity_providers.scim_token.create("i1")
        assert "s3cr3t" not in repr(caught.value.to_dict()) + repr(vars(caught.value))

    def test_get_returns_token_without_secret(self) -> None:
        script = FakeAdminApi({f"GET {self.path}": (200, KNOWN)})
        with client(script) as britive:
            token = britive.identity_providers.scim_token.get("i1")
            assert britive.identity_providers.scim_token.find("i1") == token
        assert token.token is None
        assert token.is_active is True

    @pytest.mark.parametrize("response", [(404, None), (200, None), (204, None)])
    def test_missing_token_find_returns_none_get_raises(
        self, response: tuple[int, Any]
    ) -> None:
        script = FakeAdminApi({f"GET {self.path}": response})
        with client(script) as britive:
            assert britive.identity_providers.scim_token.find("i1") is None
            with pytest.raises(NotFound):
                britive.identity_providers.scim_token.get("i1")

    @pytest.mark.parametrize("response", [(204, None), (200, {})])
    def test_update_sends_validity_only(self, response: tuple[int, Any]) -> None:
        script = FakeAdminApi({f"PATCH {self.path}": response})
        with client(script) as britive:
            britive.identity_providers.scim_token.update("i1", days=30)
        assert script.lines == [f"PATCH {self.path}"]
        assert script.sent[0].body == {"tokenExpirationDays": 30}

    @pytest.mark.parametrize("days", [0, 91, True, "30", 1.5, None])
    def test_days_out_of_range_raises_input_error(self, days: Any) -> None:
        script = FakeAdminApi()
        with client(script) as britive:
            for method in (
                britive.identity_providers.scim_token.create,
                britive.identity_providers.scim_token.update,
            ):
                with pytest.raises(InputError, match="1 to 90"):
                    method("i1", days=days)
        assert script.sent == []


class TestMappings:
    @pytest.fixture
    def tenant(self) -> SmallTenant:
        tenant = SmallTenant()
        tenant.add_provider("Okta")
        tenant.attributes += [{"id": "c1", "name": "costCode"}, {"id": "c2", "name": "badge"}]
        return tenant

    def test_list_and_list_unmapped_read_provider(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            mapped = britive.identity_providers.mappings.list(idp)
            unmapped = britive.identity_providers.mappings.list_unmapped(idp)
        assert mapped[0].attribute_name == "Username"
        assert mapped[0].scim_attribute_name == "userName"
        assert [item.name for item in unmapped] == ["costCode", "badge"]

    def test_add_looks_up_attribute_ids_once(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            tenant.sent.clear()
            britive.identity_providers.mappings.add(idp, "costCode", "costCode")
            britive.identity_providers.mappings.add(
                idp, {"badge": "badge", "Mobile": "title"}
            )
        change = f"PATCH /api/identity-providers/{idp.id}/scim-attribute-mappings"
        assert tenant.lines == ["GET /api/users/attributes", change, change]
        assert tenant.bodies(change)[0] == [
            {
                "op": "add",
                "attributeId": "c1",
                "attributeName": "costCode",
                "scimAttributeName": "costCode",
            }
        ]
        assert len(tenant.bodies(change)[1]) == 2
        assert tenant.get_mappings("Okta")["Mobile"] == "title"

    def test_add_unknown_name_reads_attributes_again(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            britive.identity_providers.mappings.add(idp, "costCode", "costCode")
            tenant.attributes.append({"id": "c3", "name": "hired"})
            britive.identity_providers.mappings.add(idp, "hired", "hired")
            britive.identity_attributes.create("born", data_type="Date")
            tenant.sent.clear()
            britive.identity_providers.mappings.add(idp, "born", "born")
        assert len(tenant.sent) == 1, "the client caches attributes that it created"

    def test_add_unknown_attribute_raises_with_suggestion(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            with pytest.raises(
                InputError,
                match=r"no identity attribute is named 'costcode'; did you mean 'costCode'",
            ):
                britive.identity_providers.mappings.add(idp, "costcode", "x")
            with pytest.raises(InputError, match="mappings must not be empty"):
                britive.identity_providers.mappings.add(idp, {})
            with pytest.raises(InputError, match="SCIM attribute of 'Mobile'"):
                britive.identity_providers.mappings.add(idp, {"Mobile": ""})
        assert tenant.writes == []

    def test_remove_sends_id_and_both_names(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            britive.identity_providers.mappings.remove(idp, "Mobile", "Phone")
        change = f"PATCH /api/identity-providers/{idp.id}/scim-attribute-mappings"
        assert tenant.bodies(change)[0][1] == {
            "op": "remove",
            "attributeId": "attr6",
            "attributeName": "Phone",
            "scimAttributeName": 'phoneNumbers[type eq "work"]',
        }
        assert "Phone" not in tenant.get_mappings("Okta")

    def test_remove_unmapped_attribute_raises_input_error(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            with pytest.raises(InputError, match="'costCode' is not mapped"):
                britive.identity_providers.mappings.remove(idp, "costCode")
            with pytest.raises(InputError, match="names must not be empty"):
                britive.identity_providers.mappings.remove(idp)
        assert tenant.writes == []

    def test_scim_attributes_returns_names(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            names = britive.identity_providers.mappings.scim_attributes()
        assert "userName" in names
