"""Selections of a policy: filters and globs."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InputError, InvalidFilter
from britive_scim.provisioning.plans.patterns import (
    check_selection,
    compile_pattern,
    describe_pattern,
)

ANN = {"userName": "Ann@Example.com", "displayName": "Ann Bee", "userType": "Employee"}


@pytest.mark.parametrize(
    ("pattern", "is_selected"),
    [
        ("*@example.com", True),
        ("ANN*", True),
        ("ann bee", True),
        (" ann bee ", True),
        ("ann", False),
        (["x*", "*bee"], True),
        ('filter: userType eq "employee"', True),
        ('filter:userType eq "guest"', False),
        (["x*", 'filter: userType sw "E"'], True),
        (scim.parse_filter('userType eq "employee"'), True),
    ],
    ids=str,
)
def test_pattern_selects_users(pattern: Any, is_selected: bool) -> None:
    """R17, R19, R33: scope by glob and filter, without case."""
    assert compile_pattern("users", pattern)(ANN) is is_selected


def test_pattern_compares_unicode_forms_and_odd_spellings() -> None:
    assert compile_pattern("users", "RE\u0301N\u00c9*")({"userName": "r\u00e9n\u00e9 x"})
    assert compile_pattern("users", "ann*")({"USERNAME": "Ann"})
    assert not compile_pattern("users", "ann*")({"userName": None})


def test_pattern_of_groups_is_compared_with_the_display_name() -> None:
    test = compile_pattern("groups", "AWS*")
    assert test({"displayName": "aws-admins"})
    assert not test({"userName": "aws-admins"})


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ("*@example.com", "scope must be a mapping"),
        ({"people": "*"}, "keys 'users' and 'groups', got 'people'"),
        ({"users": 5}, r"scope\['users'\] must be a scim.Filter, text or several globs, got int"),
        ({"users": []}, "must be a scim.Filter, text or several globs, got list"),
        ({"users": ["a", 5]}, "must be a scim.Filter, text or several globs, got list"),
        ({"users": " "}, "must be a filter or a glob"),
        ({"users": "filter: "}, "must be a filter or a glob"),
    ],
    ids=str,
)
def test_selection_is_checked(selection: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_selection("scope", selection)


@pytest.mark.parametrize("text", ["filter: userType eq", 'filter: userTyp eq "x"'])
def test_selection_refuses_invalid_filters(text: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        check_selection("exclude", {"users": ["a*", text]})
    assert caught.value.__notes__ == ["in exclude['users']"]


def test_selection_becomes_immutable() -> None:
    globs = ["a*"]
    checked = check_selection("scope", {"users": globs})
    globs.append("*")
    assert checked == {"users": ("a*",)}


def test_pattern_is_described() -> None:
    assert describe_pattern(["a*", "filter: title pr"]) == "a*, filter: title pr"
    assert describe_pattern(scim.parse_filter("title pr")) == "filter: title pr"
