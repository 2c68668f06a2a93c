"""Filters of the admin API from Python."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim.admin import where
from britive_scim.admin.condition import AUDIT, USERS, render
from britive_scim.errors import InputError, InvalidFilter


def test_a_condition_is_written_in_the_apis_language() -> None:
    assert render(where("name").co("Smith"), USERS) == 'name co "Smith"'
    assert render(where("status").eq("active"), USERS) == 'status eq "active"'


def test_conditions_of_the_audit_log_are_joined() -> None:
    both = where("actor.username").sw("ana") & where("result.success").eq("false")
    assert render(both, AUDIT) == 'actor.username sw "ana" and result.success eq "false"'


def test_text_is_taken_as_it_is() -> None:
    assert render("name eq x", USERS) == "name eq x"
    assert render(None, USERS) is None


@pytest.mark.parametrize("value", ['a"b', "a\\b", 5, None])
def test_a_value_that_cannot_be_written_is_refused(value: Any) -> None:
    with pytest.raises(InvalidFilter):
        where("name").eq(value)


def test_what_the_endpoint_does_not_document_is_refused() -> None:
    with pytest.raises(InputError, match=r"field in a filter of users.*Did you mean 'name'"):
        render(where("nam").eq("x"), USERS)
    with pytest.raises(InputError, match="operator in a filter of users"):
        render(where("name").sw("x"), USERS)
    with pytest.raises(InvalidFilter, match="one comparison"):
        render(where("name").eq("x") & where("status").eq("active"), USERS)
