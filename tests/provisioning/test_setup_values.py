"""Comparison and validation of a set-up, without a tenant."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim.admin import (
    MANDATORY_ATTRIBUTES,
    AttributeMapping,
    IdentityAttribute,
    IdentityProvider,
)
from britive_scim.errors import ConfigurationError, InputError
from britive_scim.provisioning import Step, compare
from britive_scim.provisioning.wanted import WantedSetup
from britive_scim.steps import build_steps_table
from support import hostile_input
from support.each_value import each_value

KNOWN = [
    IdentityAttribute(id=f"a{n}", name=name, data_type="String", multi_valued=False, built_in=True)
    for n, name in enumerate([*MANDATORY_ATTRIBUTES, "Mobile", "Phone"])
] + [IdentityAttribute(id="c1", name="costCode", data_type="String", multi_valued=False)]

SCIM_NAMES = ["userName", "active", "title", 'emails[type eq "work"].value']


def make_mappings(**pairs: str) -> list[AttributeMapping]:
    return [AttributeMapping(attribute_name=k, scim_attribute_name=v) for k, v in pairs.items()]


class TestWantedSetup:
    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ({"name": ""}, "empty"),
            ({"name": "a--b"}, "hyphens"),
            ({"name": "Ok\nta"}, "control character"),
            ({"name": "x" * 256}, "at most 255 characters, got 256"),
            ({"scim_provider": "Okta"}, "Generic or Azure"),
            ({"token_days": 0}, "1 to 90"),
            ({"token_days": "90"}, "1 to 90"),
            ({"custom_attributes": "costCode"}, "several"),
            ({"custom_attributes": {"name": "costCode"}}, "several"),
            ({"custom_attributes": IdentityAttribute(name="costCode")}, "several"),
            ({"custom_attributes": ["costCode", "COSTCODE"]}, "twice"),
            ({"custom_attributes": [None]}, "names or definitions, got None"),
            ({"custom_attributes": [5]}, "names or definitions, got 5"),
            ({"custom_attributes": [{5: "x"}]}, "unusable definition"),
            ({"custom_attributes": ["Cost Code"]}, "RFC 7643"),
            ({"custom_attributes": [{"name": "x", "data_type": "Text"}]}, "String or Number"),
            ({"custom_attributes": [{"name": "x", "multi_valued": "perhaps"}]}, "multi_valued"),
            (
                {"custom_attributes": [{"name": "x", "datatype": "String"}]},
                "unknown fields datatype",
            ),
            ({"custom_attributes": [{"data_type": "String"}]}, "name of a custom attribute"),
        ],
    )
    def test_from_arguments_invalid_raises(self, change: dict[str, Any], rule: str) -> None:
        with pytest.raises(InputError, match=rule):
            WantedSetup.from_arguments(**{"name": "Okta", **change})

    def test_from_arguments_reads_custom_attributes(self) -> None:
        expected = WantedSetup.from_arguments(
            "Okta",
            custom_attributes=[
                "costCode",
                IdentityAttribute(name="badges", data_type="Number", multi_valued=True),
                {"name": "hired", "dataType": "Date", "description": "First day"},
            ],
        )
        assert [item.name for item in expected.custom_attributes] == ["costCode", "badges", "hired"]
        assert [item.description for item in expected.custom_attributes] == [
            "costCode",
            "badges",
            "First day",
        ]

    def test_custom_attribute_mapping_defaults_to_its_name(self) -> None:
        expected = WantedSetup.from_arguments(
            "Okta", mappings={"Cost Code": "title"}, custom_attributes=["Cost Code", "badge"]
        )
        assert expected.mappings == {"Cost Code": "title", "badge": "badge"}


class TestProviderType:
    @pytest.mark.parametrize("kind", ["SAML", "saml", None])
    def test_check_saml_passes(self, kind: str | None) -> None:
        compare.check_identity_provider_type(IdentityProvider(name="Okta", type=kind))

    def test_check_default_provider_raises(self) -> None:
        with pytest.raises(ConfigurationError, match="'Britive' must be of type SAML, got DEFAULT"):
            compare.check_identity_provider_type(IdentityProvider(name="Britive", type="DEFAULT"))


class TestProviderName:
    @pytest.mark.parametrize("name", ["okta", "OKTA", "Ok ta", "Okta\u200b", "\uff2fkta"])
    def test_similar_name_raises_with_hint(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match="give 'Okta'") as caught:
            compare.check_new_name(name, ["Britive", "Okta"])
        assert f"identity_providers.create({name!r})" in str(caught.value)

    def test_different_name_passes(self) -> None:
        compare.check_new_name("Okta2", ["Britive", "Okta"])


class TestCustomAttributes:
    def test_existing_attributes_are_not_missing(self) -> None:
        expected = WantedSetup.from_arguments("Okta", custom_attributes=["costCode", "badge"])
        assert [item.name for item in compare.find_missing_attributes(expected, KNOWN)] == ["badge"]

    @pytest.mark.parametrize(
        ("custom", "rule"),
        [
            ("Mobile", "built-in"),
            ("CostCode", "give 'costCode'"),
            (
                {"name": "costCode", "data_type": "Number"},
                "data_type .* must be 'String' .* got 'Number'",
            ),
            (
                {"name": "costCode", "multi_valued": True},
                "multi_valued .* must be False .* got True",
            ),
        ],
    )
    def test_existing_attribute_of_other_type_raises(self, custom: Any, rule: str) -> None:
        expected = WantedSetup.from_arguments("Okta", custom_attributes=[custom])
        with pytest.raises(ConfigurationError, match=rule):
            compare.find_missing_attributes(expected, KNOWN)


class TestMappings:
    def test_existing_mappings_are_not_missing(self) -> None:
        expected = WantedSetup.from_arguments(
            "Okta", mappings={"Mobile": "title", "Phone": "userName"}
        )
        missing = compare.find_missing_mappings(
            expected, KNOWN, make_mappings(Mobile="title", Phone="x"), SCIM_NAMES
        )
        assert missing == {"Phone": "userName"}

    def test_reversed_mapping_raises_with_hint(self) -> None:
        expected = WantedSetup.from_arguments("Okta", mappings={"title": "Mobile"})
        with pytest.raises(InputError, match=r"got the reverse.*give \{'Mobile': 'title'\}"):
            compare.find_missing_mappings(expected, KNOWN, [], SCIM_NAMES)

    def test_unknown_attribute_raises_with_suggestion(self) -> None:
        expected = WantedSetup.from_arguments("Okta", mappings={"Mobil": "title"})
        with pytest.raises(InputError, match=r"create a custom one with.*did you mean 'Mobile'"):
            compare.find_missing_mappings(expected, KNOWN, [], SCIM_NAMES)

    def test_unknown_scim_attribute_raises_with_suggestion(self) -> None:
        expected = WantedSetup.from_arguments("Okta", mappings={"Mobile": "tilte"})
        with pytest.raises(InputError, match=r"that the tenant lists.*did you mean 'title'\?"):
            compare.find_missing_mappings(expected, KNOWN, [], SCIM_NAMES)

    @pytest.mark.parametrize(
        "value",
        ["badge", "urn:ietf:params:scim:schemas:extension:custom:2.0:User:badge"],
    )
    def test_custom_scim_attribute_is_accepted(self, value: str) -> None:
        expected = WantedSetup.from_arguments(
            "Okta", mappings={"badge": value}, custom_attributes=["badge"]
        )
        assert compare.find_missing_mappings(expected, KNOWN, [], SCIM_NAMES) == {"badge": value}

    @pytest.mark.parametrize(
        ("name", "value", "near"),
        [
            ("Mobile", "nosuchattr", ""),
            ("Mobile", "nosuchattr.value", ""),
            ("Mobile", "emails", ""),
            ("Mobile", "email", r"did you mean 'emails\[type eq \"work\"\].value'"),
            ("costCode", "costcode", "did you mean 'costCode'"),
            ("Mobile", "Title", "did you mean 'title'"),
        ],
    )
    def test_unlisted_scim_attribute_raises(self, name: str, value: str, near: str) -> None:
        """A mapping replaces the existing one: a misspelling would remove a valid mapping."""
        expected = WantedSetup.from_arguments("Okta", mappings={name: value})
        with pytest.raises(InputError, match=rf"that the tenant lists.*same name on both.*{near}"):
            compare.find_missing_mappings(expected, KNOWN, [], SCIM_NAMES)

    def test_other_sub_attribute_of_listed_is_accepted(self) -> None:
        expected = WantedSetup.from_arguments(
            "Okta", mappings={"Mobile": "emails[primary eq true].display"}
        )
        assert compare.find_missing_mappings(expected, KNOWN, [], SCIM_NAMES) == expected.mappings

    def test_existing_unlisted_mapping_is_accepted(self) -> None:
        expected = WantedSetup.from_arguments("Okta", mappings={"Mobile": "pagerNumber"})
        there = make_mappings(Mobile="pagerNumber")
        assert compare.find_missing_mappings(expected, KNOWN, there, SCIM_NAMES) == {}

    def test_tenant_without_list_accepts_all(self) -> None:
        expected = WantedSetup.from_arguments("Okta", mappings={"Mobile": "whatever"})
        assert compare.find_missing_mappings(expected, KNOWN, []) == {"Mobile": "whatever"}


class TestMandatoryAttributes:
    def test_mandatory_attributes_mapped_or_given_pass(self) -> None:
        present = make_mappings(Status="active", Email="x", Username="userName")
        compare.check_mandatory_mappings(
            present, {"First Name": "name.givenName", "Last Name": "y"}
        )

    def test_missing_mandatory_attributes_raise(self) -> None:
        with pytest.raises(ConfigurationError, match=r"mapped to First Name, Last Name; give"):
            compare.check_mandatory_mappings(
                make_mappings(Status="active", Email="x", Username="userName"), {}
            )


class TestScimUrl:
    @pytest.mark.parametrize(
        ("url", "base"),
        [
            ("https://acme.britive-app.com/api/scim/v2", "https://acme.britive-app.com"),
            ("https://acme.britive-app.com:443/api/scim/v2", "https://acme.britive-app.com"),
            ("https://acme.britive-app.com/api/scim/v2/", "https://acme.britive-app.com:443"),
            ("https://acme.britive-app.com:8443/scim", "https://acme.britive-app.com:8443"),
            ("http://127.0.0.1:8080/api/scim/v2", "http://localhost:8080"),
            ("http://[::1]:8080/api/scim/v2", "http://localhost:8080"),
            ("https://localhost/api/scim/v2", "https://localhost"),
        ],
    )
    def test_scim_url_of_tenant_is_accepted(self, url: str, base: str) -> None:
        result = IdentityProvider(name="Okta", sso_config={"scimUrl": url})
        assert compare.check_scim_url(result, base) == url

    @each_value("url", hostile_input.HOSTILE_URLS, label=ascii)
    def test_scim_url_of_other_host_raises(self, url: str) -> None:
        result = IdentityProvider(name="Okta", sso_config={"scimUrl": url})
        with pytest.raises(ConfigurationError) as caught:
            compare.check_scim_url(result, hostile_input.TENANT)
        assert ascii(url) in str(caught.value)
        assert hostile_input.TENANT in str(caught.value)

    @pytest.mark.parametrize(
        ("url", "base"),
        [
            ("https://acme.britive-app.com/api/scim/v2", "https://acme.britive-app.com:8443"),
            ("http://127.0.0.1:8081/api/scim/v2", "http://127.0.0.1:8080"),
            ("https://127.0.0.1:8080/api/scim/v2", "http://127.0.0.1:8080"),
            ("https://acme.britive-app.com/api/scim/v2", "http://127.0.0.1:8080"),
        ],
    )
    def test_scim_url_of_other_port_or_scheme_raises(self, url: str, base: str) -> None:
        result = IdentityProvider(name="Okta", sso_config={"scimUrl": url})
        with pytest.raises(ConfigurationError, match="scheme, host and port"):
            compare.check_scim_url(result, base)

    def test_missing_scim_url_raises(self) -> None:
        with pytest.raises(ConfigurationError, match="has no SCIM URL"):
            compare.check_scim_url(IdentityProvider(name="Okta"), "https://acme.britive-app.com")


def test_steps_have_table_and_escaped_html() -> None:
    steps = [Step("identity provider", "created", "<Okta>"), Step("SCIM token", "unchanged")]
    assert str(build_steps_table(steps)).splitlines()[1] == "identity provider  created    <Okta>"
    assert "&lt;Okta&gt;" in build_steps_table(steps).to_html(caption="Set-up")
