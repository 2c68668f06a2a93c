"""How an identity provider differs from what it should be, and which tokens end soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from britive_scim.admin import AttributeMapping, Difference, IdentityProvider, ScimToken
from britive_scim.admin.drift import compare_identity_providers
from britive_scim.admin.token_expiry import check_within, filter_expiring, is_expiring
from britive_scim.errors import InputError

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def mapping(name: str, scim_name: str) -> AttributeMapping:
    return AttributeMapping(attribute_name=name, scim_attribute_name=scim_name)


def test_what_is_as_expected_makes_no_difference() -> None:
    found = IdentityProvider(
        name="Okta", description="HR", user_attribute_scim_mappings=[mapping("a", "b")]
    )
    assert compare_identity_providers(found, found) == []
    assert compare_identity_providers(IdentityProvider(name="Okta"), found) == [], (
        "what is left open is not compared"
    )


def test_fields_and_mappings_are_compared() -> None:
    expected = IdentityProvider(
        name="Okta",
        scim_provider="Generic",
        user_attribute_scim_mappings=[mapping("Mobile", "title"), mapping("costCode", "costCode")],
    )
    found = IdentityProvider(
        name="Okta",
        scim_provider="Azure",
        user_attribute_scim_mappings=[mapping("Mobile", "nickName"), mapping("Phone", "x")],
    )
    assert compare_identity_providers(expected, found) == [
        Difference("scim_provider", "Generic", "Azure"),
        Difference("mapping of Mobile", "title", "nickName"),
        Difference("mapping of costCode", "costCode", None),
        Difference("mapping of Phone", None, "x"),
    ]
    assert (
        str(compare_identity_providers(expected, found)[0])
        == "scim_provider: expected 'Generic', found 'Azure'"
    )


def test_a_missing_identity_provider_is_one_difference() -> None:
    assert compare_identity_providers(IdentityProvider(name="Okta"), None) == [
        Difference("identity provider", "Okta", None)
    ]


def token(days: int, status: str = "Active") -> ScimToken:
    return ScimToken(status=status, expires_on=NOW + timedelta(days=days))


def test_tokens_that_end_soon_come_next_first() -> None:
    found = filter_expiring(
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
    assert [(one.token_type, one.owner) for one in found] == [("API", "ci"), ("SCIM", "Okta")]
    assert str(found[0]).startswith("API token of ci: ended 2.0 days ago, 2026-04-29")
    assert str(found[1]).startswith("SCIM token of Okta: ends in 5.0 days")
    assert found[1].remaining == timedelta(days=5)


@pytest.mark.parametrize(
    ("known", "ends"),
    [(token(5), True), (token(60), False), (token(60, "Inactive"), True), (ScimToken(), False)],
)
def test_an_inactive_token_counts_as_ended(known: ScimToken, ends: bool) -> None:
    assert is_expiring(known, timedelta(days=14), NOW) is ends


def test_a_time_behind_is_refused() -> None:
    assert check_within(timedelta(0)) == timedelta(0)
    with pytest.raises(InputError, match="negative"):
        check_within(timedelta(seconds=-1))
