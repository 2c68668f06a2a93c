"""Comparison of identity providers, and tokens that expire soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from britive_scim.admin import AttributeMapping, Difference, IdentityProvider, ScimToken
from britive_scim.admin.drift import compare_identity_providers
from britive_scim.admin.token_expiry import check_within, filter_expiring, is_expiring
from britive_scim.errors import InputError
from support.each_value import each_value

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def mapping(name: str, scim_name: str) -> AttributeMapping:
    return AttributeMapping(attribute_name=name, scim_attribute_name=scim_name)


def test_compare_equal_or_unset_fields_returns_nothing() -> None:
    result = IdentityProvider(
        name="Okta", description="HR", user_attribute_scim_mappings=[mapping("a", "b")]
    )
    assert compare_identity_providers(result, result) == []
    assert compare_identity_providers(IdentityProvider(name="Okta"), result) == [], (
        "unset fields are not compared"
    )


def test_compare_reports_fields_and_mappings() -> None:
    expected = IdentityProvider(
        name="Okta",
        scim_provider="Generic",
        user_attribute_scim_mappings=[mapping("Mobile", "title"), mapping("costCode", "costCode")],
    )
    result = IdentityProvider(
        name="Okta",
        scim_provider="Azure",
        user_attribute_scim_mappings=[mapping("Mobile", "nickName"), mapping("Phone", "x")],
    )
    assert compare_identity_providers(expected, result) == [
        Difference("scim_provider", "Generic", "Azure"),
        Difference("mapping of Mobile", "title", "nickName"),
        Difference("mapping of costCode", "costCode", None),
        Difference("mapping of Phone", None, "x"),
    ]
    assert (
        str(compare_identity_providers(expected, result)[0])
        == "scim_provider: expected 'Generic', found 'Azure'"
    )


def test_compare_missing_provider_is_one_difference() -> None:
    assert compare_identity_providers(IdentityProvider(name="Okta"), None) == [
        Difference("identity provider", "Okta", None)
    ]


def token(days: int, status: str = "Active") -> ScimToken:
    return ScimToken(status=status, expires_on=NOW + timedelta(days=days))


def test_filter_expiring_sorts_by_expiry() -> None:
    result = filter_expiring(
        [
            ("SCIM", "Okta", token(5)),
            ("SCIM", "Entra", token(60)),
            ("API", "ci", token(-2)),
            ("API", "dead", token(1, "Inactive")),
            ("service identity", "bot", ScimToken()),
        ],
        timedelta(days=14),
        NOW,
    )
    assert [(item.token_type, item.owner) for item in result] == [("API", "ci"), ("SCIM", "Okta")]
    assert str(result[0]).startswith("API token of ci: ended 2.0 days ago, 2026-04-29")
    assert str(result[1]).startswith("SCIM token of Okta: ends in 5.0 days")
    assert result[1].remaining == timedelta(days=5)


@each_value(
    "known, ends",
    [(token(5), True), (token(60), False), (token(60, "Inactive"), True), (ScimToken(), False)],
)
def test_is_expiring_inactive_token_is_true(known: ScimToken, ends: bool) -> None:
    assert is_expiring(known, timedelta(days=14), NOW) is ends


def test_check_within_negative_raises_input_error() -> None:
    assert check_within(timedelta(0)) == timedelta(0)
    with pytest.raises(InputError, match="negative"):
        check_within(timedelta(seconds=-1))
