# Generated from tests/aio/test_admin_identity_providers.py by tools/unasync.py; edit that file instead.
"""Identity providers, their SCIM token and their mappings."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import AdminClient, RetryPolicy, admin
from britive_scim.errors import Ambiguous, InputError, NotFound, UnexpectedResponse
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


def test_all_are_listed() -> None:
    script = FakeAdminApi({LIST: (200, [OKTA, {"id": "i2", "name": "Britive", "type": "DEFAULT"}])})
    with client(script) as britive:
        found = britive.identity_providers.list()
    assert [one.name for one in found] == ["Okta", "Britive"]


@pytest.mark.parametrize("answer", [OKTA, [OKTA], [OKTA, {"id": "i2", "name": "okta"}]])
def test_one_is_found_by_its_exact_name_in_either_shape(answer: Any) -> None:
    script = FakeAdminApi({LIST: (200, answer)})
    with client(script) as britive:
        found = britive.identity_providers.get_by_name("Okta")
    assert found.id == "i1"
    assert script.sent[0].query == "name=Okta"


@pytest.mark.parametrize(
    "answer", [(200, None), (204, None), (200, []), (200, {**OKTA, "name": "okta"})]
)
def test_a_missing_name_is_none_to_find_and_an_error_to_get(answer: tuple[int, Any]) -> None:
    script = FakeAdminApi({LIST: answer})
    with client(script) as britive:
        assert britive.identity_providers.find_by_name("Okta") is None
        with pytest.raises(NotFound, match=r"'Okta'.*exactly"):
            britive.identity_providers.get_by_name("Okta")


def test_a_name_borne_twice_is_ambiguous() -> None:
    script = FakeAdminApi({LIST: (200, [OKTA, {**OKTA, "id": "i2"}])})
    with client(script) as britive:
        with pytest.raises(Ambiguous) as caught:
            britive.identity_providers.find_by_name("Okta")
    assert caught.value.candidates == ("i1", "i2")


def test_one_is_got_by_id_or_by_itself() -> None:
    script = FakeAdminApi({"GET /api/identity-providers/i1": (200, OKTA)})
    with client(script) as britive:
        found = britive.identity_providers.get("i1")
        assert britive.identity_providers.get(found) == found


@pytest.mark.parametrize("id_", ["", " ", ".", "..", "a/b", "a?b", "a#b", "a%2e", "x" * 257])
def test_an_id_that_changes_the_address_is_refused(id_: str) -> None:
    script = FakeAdminApi()
    with client(script) as britive:
        with pytest.raises(InputError):
            britive.identity_providers.get(id_)
        with pytest.raises(InputError):
            britive.identity_providers.scim_token.create(id_)
        with pytest.raises(InputError):
            britive.identity_providers.delete(admin.IdentityProvider(name="not created"))
    assert script.sent == []


def test_creation_asks_for_the_type_saml_and_sends_what_was_given() -> None:
    script = FakeAdminApi({"POST /api/identity-providers": (200, OKTA)})
    with client(script) as britive:
        made = britive.identity_providers.create("Okta")
        britive.identity_providers.create("Okta", description="HR", type="DEFAULT")
    assert made.id == "i1"
    assert script.bodies("POST /api/identity-providers") == [
        {"name": "Okta", "type": "SAML"},
        {"name": "Okta", "description": "HR", "type": "DEFAULT"},
    ]


@pytest.mark.parametrize(
    "arguments", [{"name": "a--b"}, {"name": ""}, {"name": "x", "type": "OIDC"}]
)
def test_creation_refuses_what_britive_would(arguments: dict[str, str]) -> None:
    script = FakeAdminApi()
    with client(script) as britive:
        with pytest.raises(InputError):
            britive.identity_providers.create(**arguments)
    assert script.sent == []


class TestUpdate:
    path = "/api/identity-providers/i1"

    def test_sends_all_four_fields_those_not_given_as_they_are(self) -> None:
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

    def test_reads_nothing_where_all_four_are_given(self) -> None:
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
    def test_refuses_what_britive_would_and_an_empty_change(
        self, change: dict[str, str]
    ) -> None:
        script = FakeAdminApi()
        with client(script) as britive:
            with pytest.raises(InputError):
                britive.identity_providers.update("i1", **change)
        assert script.sent == []


@pytest.mark.parametrize("answer", [(204, None), (200, {}), (200, None)])
def test_deletion_is_told_in_several_ways(answer: tuple[int, Any]) -> None:
    script = FakeAdminApi({"DELETE /api/identity-providers/i1": answer})
    with client(script) as britive:
        britive.identity_providers.delete("i1")


class TestScimToken:
    path = "/api/identity-providers/i1/scim-token"

    def test_is_created_with_its_secret(self) -> None:
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

    def test_is_not_shown_by_an_answer_that_does_not_read(self) -> None:
        script = FakeAdminApi({f"POST {self.path}": (201, b'{"token": "s3cr3t", "status"')})
        with client(script) as britive:
            with pytest.raises(UnexpectedResponse) as caught:
                britive.identity_providers.scim_token.create("i1")
        assert "s3cr3t" not in repr(caught.value.to_dict()) + repr(vars(caught.value))

    def test_is_read_without_its_secret(self) -> None:
        script = FakeAdminApi({f"GET {self.path}": (200, KNOWN)})
        with client(script) as britive:
            token = britive.identity_providers.scim_token.get("i1")
            assert britive.identity_providers.scim_token.find("i1") == token
        assert token.token is None
        assert token.is_active is True

    @pytest.mark.parametrize("answer", [(404, None), (200, None), (204, None)])
    def test_that_is_missing_is_none_to_find_and_an_error_to_get(
        self, answer: tuple[int, Any]
    ) -> None:
        script = FakeAdminApi({f"GET {self.path}": answer})
        with client(script) as britive:
            assert britive.identity_providers.scim_token.find("i1") is None
            with pytest.raises(NotFound):
                britive.identity_providers.scim_token.get("i1")

    @pytest.mark.parametrize("answer", [(204, None), (200, {})])
    def test_changes_its_validity_and_nothing_else(self, answer: tuple[int, Any]) -> None:
        script = FakeAdminApi({f"PATCH {self.path}": answer})
        with client(script) as britive:
            britive.identity_providers.scim_token.update("i1", days=30)
        assert script.lines == [f"PATCH {self.path}"]
        assert script.sent[0].body == {"tokenExpirationDays": 30}

    @pytest.mark.parametrize("days", [0, 91, True, "30", 1.5, None])
    def test_is_valid_for_1_to_90_days(self, days: Any) -> None:
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

    def test_are_read_from_the_identity_provider(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            mapped = britive.identity_providers.mappings.list(idp)
            unmapped = britive.identity_providers.mappings.list_unmapped(idp)
        assert mapped[0].attribute_name == "Username"
        assert mapped[0].scim_attribute_name == "userName"
        assert [one.name for one in unmapped] == ["costCode", "badge"]

    def test_are_added_by_name_with_the_ids_looked_up_once(self, tenant: SmallTenant) -> None:
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

    def test_are_read_anew_where_a_name_is_missing(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            britive.identity_providers.mappings.add(idp, "costCode", "costCode")
            tenant.attributes.append({"id": "c3", "name": "hired"})
            britive.identity_providers.mappings.add(idp, "hired", "hired")
            britive.identity_attributes.create("born", data_type="Date")
            tenant.sent.clear()
            britive.identity_providers.mappings.add(idp, "born", "born")
        assert len(tenant.sent) == 1, "what the client created itself is known"

    def test_of_unknown_attributes_are_refused_with_what_comes_near(
        self, tenant: SmallTenant
    ) -> None:
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

    def test_are_removed_with_all_three_names(self, tenant: SmallTenant) -> None:
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

    def test_that_are_not_there_are_not_removed(self, tenant: SmallTenant) -> None:
        with client(tenant) as britive:
            idp = britive.identity_providers.get_by_name("Okta")
            with pytest.raises(InputError, match="'costCode' is not mapped"):
                britive.identity_providers.mappings.remove(idp, "costCode")
            with pytest.raises(InputError, match="names must not be empty"):
                britive.identity_providers.mappings.remove(idp)
        assert tenant.writes == []

    def test_have_their_scim_attributes_from_a_list_of_names(
        self, tenant: SmallTenant
    ) -> None:
        with client(tenant) as britive:
            names = britive.identity_providers.mappings.scim_attributes()
        assert "userName" in names
