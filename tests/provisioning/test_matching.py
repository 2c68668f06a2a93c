"""Matching of an entry of the source with resources of the target; `upsert` and plans share it."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim.errors import Ambiguous, InputError
from britive_scim.provisioning.plans.matching import Match, check_match_keys, decide_match
from support.each_value import each_value

E1 = {"id": "1", "externalId": "E1", "userName": "ann@example.com"}
E2 = {"id": "2", "externalId": "E2", "userName": "bob@example.com"}
FREE = {
    "id": "3",
    "userName": "Eve@example.com",
    "emails": [{"value": "eve@mail.example", "type": "work"}],
}


def find(wanted: dict[str, Any], *candidates: dict[str, Any], **options: Any) -> Match:
    return decide_match(wanted, candidates or (E1, E2, FREE), **options)


def test_match_by_external_id_keeps_the_account_of_a_new_name() -> None:
    """R15: a new userName is a rename."""
    match = find({"externalId": "E1", "userName": "ann.new@example.com"})
    assert match == Match(E1, "external_id")
    # Also where another account has the new name.
    assert find({"externalId": "E1", "userName": "bob@example.com"}) == Match(E1, "external_id")


def test_match_by_name_ignores_case_blanks_and_unicode_form() -> None:
    """R22, R23: keys are compared folded and trimmed."""
    assert find({"userName": " ANN@Example.com "}) == Match(E1, "user_name")
    composed = {"id": "4", "userName": "re\u0301ne\u0301"}
    assert find({"userName": "R\u00c9N\u00c9"}, composed) == Match(composed, "user_name")


def test_match_of_nobody_is_a_new_resource() -> None:
    assert find({"externalId": "E9", "userName": "zoe@example.com"}) == Match(None)
    assert find({"externalId": "", "userName": None}) == Match(None)


def test_match_of_an_unclaimed_account_is_adopted() -> None:
    wanted = {"externalId": "E3", "userName": "eve@example.com"}
    assert find(wanted) == Match(FREE, "user_name", is_adopted=True)
    assert find(wanted, adopt="all") == Match(FREE, "user_name", is_adopted=True)
    assert find(wanted, adopt="never") == Match(None, unclaimed=FREE)
    # A source without externalId claims nothing.
    assert find({"userName": "eve@example.com"}, adopt="never") == Match(FREE, "user_name")


def test_match_with_another_external_id_is_ambiguous() -> None:
    """R32: an account is not handed to another identity."""
    wanted = {"externalId": "E9", "userName": "bob@example.com"}
    with pytest.raises(Ambiguous, match=r"people\.csv:7 matches resource 2 by userName") as caught:
        find(wanted, label="people.csv:7")
    assert caught.value.candidates == ("2",)
    assert "bob" not in str(caught.value)  # R39
    assert find(wanted, adopt="all") == Match(E2, "user_name", is_adopted=True)


def test_match_by_email_only_if_named() -> None:
    """R32: e-mail is a key only if it is named."""
    wanted = {"externalId": "E3", "userName": "new", "emails": [{"value": "EVE@mail.example"}]}
    assert find(wanted) == Match(None)
    keys = ("external_id", "user_name", "email")
    assert find(wanted, match=keys) == Match(FREE, "email", is_adopted=True)
    assert find({"emails": "eve@mail.example"}, match=keys) == Match(FREE, "email")
    assert find({"emails": {"value": "eve@mail.example"}}, match=keys).found is FREE
    assert find({"emails": [None, {"value": 5}]}, match=keys) == Match(None)


def test_match_of_twins_is_ambiguous_unless_one_is_exact() -> None:
    """R23, R24: twins are refused by name."""
    twins = ({"id": "b", "userName": "ANN"}, {"id": "a", "userName": "Ann"})
    with pytest.raises(Ambiguous, match="one resource by userName, got 2: a, b") as caught:
        find({"userName": "ann"}, *twins)
    assert caught.value.candidates == ("a", "b")
    assert find({"userName": "Ann"}, *twins).found is twins[1]


def test_match_of_a_candidate_given_twice_is_one() -> None:
    assert find({"userName": "ann@example.com"}, E1, E1).found is E1


def test_match_of_external_id_in_other_case_needs_the_name() -> None:
    """A provider that changes case: the name must agree, too."""
    stored = {"id": "1", "externalId": "e1", "userName": "ann"}
    assert find({"externalId": "E1", "userName": "Ann"}, stored) == Match(stored, "external_id")
    assert find({"externalId": "E1", "userName": "bob"}, stored) == Match(None)
    keys = ("user_name", "external_id")
    assert find({"externalId": "E1", "userName": "Ann"}, stored, match=keys) == Match(
        stored, "user_name"
    )


def test_match_by_known_id_precedes_names() -> None:
    """R16: a stored id is a hint; another externalId at the target wins."""
    wanted = {"externalId": "E3", "userName": "other"}
    assert find(wanted, known_id="3") == Match(FREE, "id")
    assert find(wanted, known_id="1") == Match(None)
    assert find(wanted, known_id="gone") == Match(None)


def test_match_reads_names_of_attributes_in_any_case() -> None:
    other = {"id": "5", "USERNAME": "ann"}
    assert find({"username": "Ann"}, other) == Match(other, "user_name")


def test_match_of_groups_by_display_name() -> None:
    group = {"id": "g", "displayName": "Guides"}
    match = find({"displayName": "guides"}, group, match=("external_id", "display_name"))
    assert match == Match(group, "display_name")


@each_value(
    "keys, message",
    [
        ((), "must be a sequence of keys"),
        ("user_name", "must be a sequence of keys"),
        (("userName",), "got 'userName'; did you mean 'user_name'"),
        (("user_name", "user_name"), "each key once"),
    ],
)
def test_match_keys_are_checked(keys: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_match_keys(keys)
