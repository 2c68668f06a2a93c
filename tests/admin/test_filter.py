"""Filters of the admin API from Python."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.admin import where
from britive_scim.admin.filter import AUDIT_FILTER, USER_FILTER, check_filter_text, render_filter
from britive_scim.errors import InputError, InvalidFilter


def test_a_condition_is_written_in_the_apis_language() -> None:
    assert render_filter(where("name").co("Smith"), USER_FILTER) == 'name co "Smith"'
    assert render_filter(where("status").eq("active"), USER_FILTER) == 'status eq "active"'


def test_conditions_of_the_audit_log_are_joined() -> None:
    both = where("actor.username").sw("ana") & where("result.success").eq("false")
    assert (
        render_filter(both, AUDIT_FILTER) == 'actor.username sw "ana" and result.success eq "false"'
    )


def test_text_is_taken_as_it_is() -> None:
    assert render_filter("name eq x", USER_FILTER) == "name eq x"
    assert render_filter(None, USER_FILTER) is None


@pytest.mark.parametrize("value", ['a"b', "a\\b", 5, None])
def test_a_value_that_cannot_be_written_is_refused(value: Any) -> None:
    with pytest.raises(InvalidFilter):
        where("name").eq(value)


def test_what_the_endpoint_does_not_document_is_refused() -> None:
    with pytest.raises(InputError, match=r"field in a filter of users.*did you mean 'name'"):
        render_filter(where("nam").eq("x"), USER_FILTER)
    with pytest.raises(InputError, match="operator in a filter of users"):
        render_filter(where("name").sw("x"), USER_FILTER)
    with pytest.raises(InvalidFilter, match="one comparison"):
        render_filter(where("name").eq("x") & where("status").eq("active"), USER_FILTER)


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_filter_is_refused_as_scim_does(empty: str) -> None:
    with pytest.raises(InvalidFilter, match="filter of users is empty"):
        render_filter(empty, USER_FILTER)
    with pytest.raises(InvalidFilter, match="filter of owned tags is empty"):
        check_filter_text(empty, "owned tags")


@pytest.mark.parametrize(
    "given", [scim.attr("userName").eq("ana"), scim.parse_filter("userName pr"), 5, ["name"]]
)
def test_what_is_no_filter_of_this_language_is_refused_with_the_right_one(given: Any) -> None:
    with pytest.raises(InvalidFilter, match=r"SCIM filter .* use admin\.where\("):
        render_filter(given, AUDIT_FILTER)
    with pytest.raises(InvalidFilter, match=r"SCIM filter .* use admin\.where\("):
        check_filter_text(given, "owned tags")


def test_a_field_alone_is_refused_with_what_is_missing() -> None:
    with pytest.raises(InvalidFilter, match=r'admin\.where\("name"\)\.eq\('):
        render_filter(where("name"), USER_FILTER)  # pyright: ignore[reportArgumentType]  # the test is that this is refused


def test_a_condition_is_joined_with_conditions_alone() -> None:
    with pytest.raises(TypeError):
        where("name").eq("x") & "y"  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]  # the test is that this is refused
