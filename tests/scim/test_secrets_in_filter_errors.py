"""Errors about filters and paths: values of secret attributes are masked, and the caret stays at its token."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import errors, scim
from britive_scim.errors.secret_names import mask_invalid_expression
from support.costs import check_growth, count_calls
from support.each_value import each_value

SECRET = "hunter2"


@each_value(
    "text",
    [
        'password eq "hunter2" und active pr',
        'userName eq "ana" and (password eq "hunter2" or',
        'password = "hunter2"',
        "password=hunter2",
        'password:"hunter2"',
        "password eq hunter2",
        "password eq 'hunter2'",
        'password "hunter2"',
        'password equal-to "hunter2"',
        'password.eq("hunter2")',
        'password eq "hunter2',
        'password eq "\\xhunter2" and title pr',
        'password eq "a"hunter2"',
        'title eq "password" and password eq "hunter2" x',
        'userName eq "ana and password eq "hunter2"',
        'emails[type eq "work" and password eq "hunter2"',
        'tokens[value eq "hunter2" und',
        'urn:acme:2.0:User:clientSecret eq "hunter2" ]',
    ],
)
@each_value("parse", [scim.parse_filter, scim.parse_path])
def test_syntax_error_masks_value_of_secret(text: str, parse: Callable[[str], object]) -> None:
    with pytest.raises((errors.InvalidFilter, errors.InvalidPath)) as caught:
        parse(text)
    assert SECRET not in str(caught.value)
    assert caught.value.text == text


def test_caret_of_masked_filter_stays_at_its_token() -> None:
    with pytest.raises(errors.InvalidFilter) as caught:
        scim.parse_filter('password eq "hunter2" und active pr')
    assert str(caught.value).splitlines()[1:] == [
        '  password eq "***" und active pr',
        "                    ^",
    ]
    with pytest.raises(errors.InvalidFilter) as caught:
        scim.parse_filter("title pr and password eq hunter2")
    first, excerpt, caret = str(caught.value).splitlines()
    assert first.endswith("got '***'")
    assert excerpt.index("***") == caret.index("^")


@each_value(
    "filter_",
    [
        scim.attr("password").gt("hunter2"),
        scim.attr("password").co(471147),
        scim.attr("custom.apiToken").co(471147),
        scim.parse_filter('active eq "x" and password eq "hunter2"'),
        scim.parse_filter('password eq "hunter2" and active co "x"'),
    ],
)
def test_error_of_check_masks_value_of_secret(filter_: scim.Filter) -> None:
    with pytest.raises(errors.InvalidFilter) as caught:
        filter_.check(scim.User, strict=True)
    assert SECRET not in str(caught.value)
    assert "471147" not in str(caught.value)


def test_error_about_brackets_masks_value_of_secret() -> None:
    inner = scim.parse_filter('emails[password eq "hunter2"]')
    for build in (
        lambda: scim.attr("emails")[inner],
        lambda: scim.Compare(scim.parse_path('emails[password eq "hunter2"]'), "eq", "x"),
    ):
        with pytest.raises(errors.InvalidFilter, match=r"\*\*\*") as caught:
            build()
        assert SECRET not in str(caught.value)


@each_value(
    "text", ['title eq "x" and active pr', "passwordPolicy eq hunter2", "password pr and x"]
)
def test_expression_without_secret_is_unchanged(text: str) -> None:
    assert mask_invalid_expression(text, 5) == (text, 5)


@given(
    st.lists(
        st.sampled_from(
            [
                "password",
                "title",
                " ",
                " eq ",
                '"',
                "'",
                "[",
                "]",
                "(",
                ")",
                "\\",
                "=",
                "pr",
                " and ",
                "x1",
            ]
        ),
        max_size=30,
    ).map("".join),
    st.integers(0, 60),
)
def test_masked_position_is_within_text(text: str, position: int) -> None:
    position = min(position, len(text))
    masked, start = mask_invalid_expression(text, position)
    assert 0 <= start <= len(masked)
    if text[position:] and "password" not in text:
        assert masked[start:] == text[position:]


UNITS = [
    text + spaces
    for spaces in ("", " " * 20)
    for text in (
        'password eq "',
        "password",
        "password eq '",
        "password(",
        " password eq [",
        "password ",
        '{"token":"',
        "password=",
    )
]


def mask_repeated(unit: str, size: int) -> Callable[[], object]:
    text = unit * (size // len(unit))
    return lambda: mask_invalid_expression(text, len(text))


@each_value("unit", UNITS)
def test_masking_work_is_linear(unit: str) -> None:
    mask_repeated(unit, 1000)()  # fills the caches
    short, long = (count_calls(mask_repeated(unit, size)) for size in (3000, 6000))
    assert long <= 2.2 * short + 50


@pytest.mark.proof
@each_value("unit", UNITS)
def test_masking_takes_linear_time(unit: str) -> None:
    check_growth(mask_repeated(unit, 12_000), mask_repeated(unit, 48_000), factor=10)
