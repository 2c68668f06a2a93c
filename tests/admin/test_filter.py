"""Filter builder of the admin API."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.admin import where
from britive_scim.admin.filter import AUDIT_FILTER, USER_FILTER, check_filter_text, render_filter
from britive_scim.errors import InputError, InvalidFilter
from support.each_value import each_value


def test_render_filter_writes_admin_filter() -> None:
    assert render_filter(where("name").co("Smith"), USER_FILTER) == 'name co "Smith"'
    assert render_filter(where("status").eq("active"), USER_FILTER) == 'status eq "active"'


def test_render_filter_joins_audit_log_conditions() -> None:
    both = where("actor.username").sw("ana") & where("result.success").eq("false")
    assert (
        render_filter(both, AUDIT_FILTER) == 'actor.username sw "ana" and result.success eq "false"'
    )


def test_render_filter_returns_string_unchanged() -> None:
    assert render_filter("name eq x", USER_FILTER) == "name eq x"
    assert render_filter(None, USER_FILTER) is None


@pytest.mark.parametrize("value", ['a"b', "a\\b"])
def test_filter_value_with_quote_or_backslash_raises(value: Any) -> None:
    with pytest.raises(InvalidFilter):
        where("name").eq(value)


def test_render_filter_undocumented_field_or_operator_raises() -> None:
    with pytest.raises(InputError, match=r"field in a filter of users.*did you mean 'name'"):
        render_filter(where("nam").eq("x"), USER_FILTER)
    with pytest.raises(InputError, match="operator in a filter of users"):
        render_filter(where("name").sw("x"), USER_FILTER)
    with pytest.raises(InvalidFilter, match="one comparison"):
        render_filter(where("name").eq("x") & where("status").eq("active"), USER_FILTER)


@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_filter_raises_invalid_filter(empty: str) -> None:
    with pytest.raises(InvalidFilter, match="filter of users must not be empty"):
        render_filter(empty, USER_FILTER)
    with pytest.raises(InvalidFilter, match="filter of owned tags must not be empty"):
        check_filter_text(empty, "owned tags")


@each_value(
    "given", [scim.attr("userName").eq("ana"), scim.parse_filter("userName pr"), 5, ["name"]]
)
def test_scim_filter_raises_with_hint(given: Any) -> None:
    with pytest.raises(InvalidFilter, match=r"SCIM filter .* use admin\.where\("):
        render_filter(given, AUDIT_FILTER)
    with pytest.raises(InvalidFilter, match=r"SCIM filter .* use admin\.where\("):
        check_filter_text(given, "owned tags")


def test_render_filter_field_alone_raises_with_hint() -> None:
    with pytest.raises(InvalidFilter, match=r'admin\.where\("name"\)\.eq\('):
        render_filter(where("name"), USER_FILTER)  # pyright: ignore[reportArgumentType]  # the test is that this is refused


def test_condition_and_string_raises_type_error() -> None:
    with pytest.raises(TypeError):
        where("name").eq("x") & "y"  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]  # the test is that this is refused
