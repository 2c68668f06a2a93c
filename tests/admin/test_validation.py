"""What Britive refuses is refused before sending, with the rule in the message."""

from __future__ import annotations

import pytest

from britive_scim import admin
from britive_scim.admin import lookup, validation
from britive_scim.errors import Ambiguous, InputError


@pytest.mark.parametrize("days", [1, 30, 90])
def test_a_validity_of_1_to_90_days_is_taken(days: int) -> None:
    assert validation.check_days(days) == days


@pytest.mark.parametrize("days", [0, -1, 91, True, "30", 30.0, None])
def test_another_validity_is_refused_with_the_rule(days: object) -> None:
    with pytest.raises(InputError, match=r"1 to 90"):
        validation.check_days(days)


@pytest.mark.parametrize("name", ["", "  ", " Okta", "Okta ", 5, None])
def test_a_name_that_cannot_be_meant_is_refused(name: object) -> None:
    with pytest.raises(InputError, match="name"):
        validation.check_name(name)


@pytest.mark.parametrize("odd", ["\x00", "\n", "\x7f", "\x85", "\u2028", "\ud800"])
def test_a_name_is_one_line_without_control_characters(odd: str) -> None:
    with pytest.raises(InputError, match=r"control character .* at position 2") as caught:
        validation.check_name(f"Ok{odd}ta")
    assert str(caught.value).isprintable()


def test_a_name_may_be_of_any_writing() -> None:
    for name in ("Müller & Söhne", "株式会社", "Zürich\u200d-1", "R&D (EU)"):
        assert validation.check_name(name) == name


def test_the_name_of_an_identity_provider_has_an_end() -> None:
    assert validation.check_identity_provider_name("x" * 255)
    with pytest.raises(InputError, match="256 characters"):
        validation.check_identity_provider_name("x" * 256)


@pytest.mark.parametrize("value", ["no", "", 0, 1, None])
def test_a_switch_is_true_or_false(value: object) -> None:
    assert validation.check_bool(False, label="rotate_token") is False
    with pytest.raises(InputError, match=r"rotate_token is .* True or False"):
        validation.check_bool(value, label="rotate_token")


def test_names_are_alike_but_for_what_people_overlook() -> None:
    assert validation.normalize_name("OKTA \u00a0EU\u200b") == validation.normalize_name("okta eu")
    assert validation.normalize_name("Okta") != validation.normalize_name("Okta2")


def test_two_hyphens_in_a_row_are_refused_in_the_name_of_an_identity_provider() -> None:
    assert validation.check_identity_provider_name("Okta-EU") == "Okta-EU"
    with pytest.raises(InputError, match="hyphens"):
        validation.check_identity_provider_name("Okta--EU")


def test_a_provider_is_generic_or_azure() -> None:
    assert validation.check_provider_type("Azure", label="scim_provider") == "Azure"
    with pytest.raises(InputError, match=r"Generic or Azure.*did you mean 'Azure'\?"):
        validation.check_provider_type("azure", label="scim_provider")
    with pytest.raises(InputError, match="Entra ID"):
        validation.check_provider_type(None, label="scim_provider")


ATTRIBUTES = [
    admin.IdentityAttribute(id="a1", name="First Name"),
    admin.IdentityAttribute(id="a2", name="Department"),
    admin.IdentityAttribute(id="a3", name="Twice"),
    admin.IdentityAttribute(id="a4", name="Twice"),
    admin.IdentityAttribute(id="a5"),
]


def test_an_identity_attribute_is_found_by_its_exact_name() -> None:
    assert lookup.get_attribute_by_name("Department", ATTRIBUTES).id == "a2"


def test_an_unknown_identity_attribute_is_refused_with_what_comes_near() -> None:
    with pytest.raises(InputError, match=r"did you mean 'Department'\?"):
        lookup.get_attribute_by_name("department", ATTRIBUTES)
    with pytest.raises(InputError, match=r"known names: Department, First Name, Twice"):
        lookup.get_attribute_by_name("xyz", ATTRIBUTES)
    with pytest.raises(InputError, match=r"no identity attribute 'x'$"):
        lookup.get_attribute_by_name("x", [])


def test_a_name_borne_twice_is_ambiguous() -> None:
    with pytest.raises(Ambiguous) as caught:
        lookup.get_attribute_by_name("Twice", ATTRIBUTES)
    assert caught.value.candidates == ("a3", "a4")


@pytest.mark.parametrize(
    "mappings", [["Username"], "Username", {"Username": None}, {5: "x"}, {"": "x"}]
)
def test_mappings_are_names_to_names(mappings: object) -> None:
    with pytest.raises(InputError):
        validation.check_attribute_mappings(mappings)
