"""Validation of arguments before a request."""

from __future__ import annotations

import pytest

from britive_scim import admin
from britive_scim.admin import lookup, validation
from britive_scim.errors import Ambiguous, InputError
from support.each_value import each_value


@each_value("days", [1, 30, 90])
def test_check_days_accepts_1_to_90(days: int) -> None:
    assert validation.check_days(days) == days


@each_value("days", [0, -1, 91, True, "30", 30.0, None])
def test_check_days_out_of_range_raises(days: object) -> None:
    with pytest.raises(InputError, match=r"1 to 90"):
        validation.check_days(days)


@each_value("name", ["", "  ", " Okta", "Okta ", 5, None])
def test_check_name_invalid_raises(name: object) -> None:
    with pytest.raises(InputError, match="name"):
        validation.check_name(name)


@each_value("unusual", ["\x00", "\n", "\x7f", "\x85", "\u2028", "\ud800"])
def test_check_name_control_character_raises(unusual: str) -> None:
    with pytest.raises(InputError, match=r"control character, got .* at position 2") as caught:
        validation.check_name(f"Ok{unusual}ta")
    assert str(caught.value).isprintable()


def test_check_name_accepts_any_script() -> None:
    for name in ("Müller & Söhne", "株式会社", "Zürich\u200d-1", "R&D (EU)"):
        assert validation.check_name(name) == name


def test_check_idp_name_too_long_raises() -> None:
    assert validation.check_identity_provider_name("x" * 255)
    with pytest.raises(InputError, match="at most 255 characters, got 256"):
        validation.check_identity_provider_name("x" * 256)


@each_value("value", ["no", "", 0, 1, None])
def test_check_bool_other_type_raises(value: object) -> None:
    assert validation.check_bool(False, label="rotate_token") is False
    with pytest.raises(InputError, match=r"rotate_token must be True or False"):
        validation.check_bool(value, label="rotate_token")


def test_similar_names_ignore_case_and_spaces() -> None:
    assert validation.normalize_name("OKTA \u00a0EU\u200b") == validation.normalize_name("okta eu")
    assert validation.normalize_name("Okta") != validation.normalize_name("Okta2")


def test_check_idp_name_double_hyphen_raises() -> None:
    assert validation.check_identity_provider_name("Okta-EU") == "Okta-EU"
    with pytest.raises(InputError, match="hyphens"):
        validation.check_identity_provider_name("Okta--EU")


def test_check_provider_type_other_value_raises() -> None:
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


def test_find_attribute_matches_exact_name() -> None:
    assert lookup.get_attribute_by_name("Department", ATTRIBUTES).id == "a2"


def test_find_attribute_unknown_raises_with_suggestion() -> None:
    with pytest.raises(InputError, match=r"did you mean 'Department'\?"):
        lookup.get_attribute_by_name("department", ATTRIBUTES)
    with pytest.raises(InputError, match=r"known names: Department, First Name, Twice"):
        lookup.get_attribute_by_name("xyz", ATTRIBUTES)
    with pytest.raises(InputError, match=r"no identity attribute is named 'x'$"):
        lookup.get_attribute_by_name("x", [])


def test_find_attribute_duplicate_raises_ambiguous() -> None:
    with pytest.raises(Ambiguous) as caught:
        lookup.get_attribute_by_name("Twice", ATTRIBUTES)
    assert caught.value.candidates == ("a3", "a4")


@each_value("mappings", [{"Username": None}, {5: "x"}, {"": "x"}])
def test_check_mappings_invalid_raises(mappings: object) -> None:
    with pytest.raises(InputError):
        validation.check_attribute_mappings(mappings)
