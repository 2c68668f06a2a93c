"""Filters built in Python."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from britive_scim import errors, scim
from britive_scim.scim.filters.tokens import OPERATORS
from support.each_value import each_value
from support.filter_strategies import paths, special_strings, strings, value_filters

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class EmailType(StrEnum):
    WORK = "work"


class Level(IntEnum):
    HIGH = 3


class Plain(Enum):
    TEXT = "x"
    NUMBER = 1.5
    NOTHING = None
    OTHER = b"x"


class DifferentStr(str):
    """A string with a different `str()`."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.upper()


class FixedOffset(tzinfo):
    """A time zone with a given offset, or with no offset."""

    def __init__(self, offset: timedelta | None) -> None:
        self.offset = offset

    def __repr__(self) -> str:  # the identifier of a test, the same in every process
        return f"FixedOffset({self.offset!r})"

    def utcoffset(self, _: datetime | None) -> timedelta | None:
        return self.offset


DATETIME = datetime(2024, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("x", '"x"'),
        ('" or title pr or a eq "', '"\\" or title pr or a eq \\""'),
        ("a\nb\\", '"a\\nb\\\\"'),
        (DifferentStr("quiet"), '"quiet"'),
        (True, "true"),
        (None, "null"),
        (5, "5"),
        (5.0, "5.0"),
        (Decimal(5), "5"),
        (Decimal("5.0"), "5.0"),
        (Decimal("1E+2"), "100.0"),
        (Decimal("0.1"), "0.1"),
        (EmailType.WORK, '"work"'),
        (Level.HIGH, "3"),
        (Plain.TEXT, '"x"'),
        (Plain.NUMBER, "1.5"),
        (Plain.NOTHING, "null"),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (DATETIME, '"2024-03-01T10:00:00Z"'),
        (DATETIME.replace(microsecond=5), '"2024-03-01T10:00:00.000005Z"'),
        (date(2024, 3, 1), '"2024-03-01T00:00:00Z"'),
    ],
    ids=repr,
)
def test_builder_value_becomes_literal(value: scim.Comparable, literal: str) -> None:
    filter_ = scim.attr("a").eq(value)

    assert str(filter_) == f"a eq {literal}"
    assert scim.parse_filter(str(filter_)) == filter_


@pytest.mark.parametrize(
    "value",
    [
        SecretStr("hunter2"),
        b"x",
        ["a"],
        {"a": 1},
        pytest.param(object(), id="object()"),
        Plain.OTHER,
        float("nan"),
        float("-inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+400"),
        10**600,
        datetime(2024, 3, 1),
        datetime(2024, 3, 1, tzinfo=FixedOffset(None)),
        datetime(2024, 3, 1, tzinfo=FixedOffset(timedelta(days=2))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    ],
    ids=repr,
)
def test_builder_invalid_value_raises_error(value: object) -> None:
    with pytest.raises(errors.InvalidFilter) as caught:
        scim.attr("a").eq(value)
    assert "hunter2" not in str(caught.value)


def test_builder_datetime_without_zone_raises_error() -> None:
    with pytest.raises(errors.InvalidFilter, match="with a time zone; add tzinfo=UTC"):
        scim.attr("meta.created").gt(datetime(2024, 3, 1))
    assert str(scim.attr("meta.created").gt(datetime(2024, 3, 1, tzinfo=UTC)))


@each_value("op", ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
def test_builder_every_operator_has_method(op: str) -> None:
    filter_ = getattr(scim.attr("userName"), op)("x")
    assert filter_ == scim.parse_filter(f'userName {op} "x"')


def test_builder_presence_brackets_and_names() -> None:
    attr = scim.attr

    assert attr("title").present() == scim.parse_filter("title pr")
    assert str(attr("emails")[attr("type").eq("work") | ~attr("primary").eq(True)]) == (
        'emails[type eq "work" or not (primary eq true)]'
    )
    assert str(attr("name.familyName").co("é")) == 'name.familyName co "é"'
    assert str(attr(f"{ENTERPRISE}:manager.value").eq("m")) == f'{ENTERPRISE}:manager.value eq "m"'
    assert str(attr(ENTERPRISE).present()) == f"{ENTERPRISE} pr"
    assert attr(scim.parse_path("title")).eq("x") == attr("title").eq("x")
    assert attr("title") == attr("title")
    assert repr(attr("name.givenName")) == "attr('name.givenName')"


@each_value("name", ["", "a b", "a pr or b", 'a eq "x"', "1a", "a..b", "a.b.c", "emails[a pr]"])
def test_builder_invalid_attribute_name_raises_error(name: str) -> None:
    with pytest.raises(errors.InvalidPath):
        scim.attr(name)


def test_builder_nested_brackets_raise_error() -> None:
    with pytest.raises(errors.InvalidFilter, match="must not contain brackets"):
        scim.attr("emails")[scim.attr("ims")[scim.attr("type").present()]]


@given(paths, st.sampled_from(OPERATORS), strings | special_strings | st.integers() | st.booleans())
def test_builder_comparison_parses_to_same_filter(
    path: scim.Path, op: str, value: scim.Comparable
) -> None:
    filter_ = getattr(scim.attr(path), op)(value)

    assert scim.parse_filter(str(filter_)) == filter_
    assert isinstance(filter_, scim.Compare), "any value gives one comparison"


@given(
    paths,
    st.datetimes(timezones=st.timezones()) | st.dates() | st.uuids() | st.decimals(allow_nan=False),
)
def test_builder_python_value_parses_to_same_filter(
    path: scim.Path, value: scim.Comparable
) -> None:
    try:
        filter_ = scim.attr(path).eq(value)
    except errors.InvalidFilter:
        return  # out of range or infinite
    assert scim.parse_filter(str(filter_)) == filter_


@given(paths, value_filters)
def test_builder_brackets_parse_to_same_filter(path: scim.Path, inner: scim.Filter) -> None:
    filter_ = scim.attr(path)[inner]
    assert scim.parse_filter(str(filter_), max_depth=99) == filter_


def test_filter_bool_raises_error() -> None:
    """`a and b` would return `b` alone."""
    one, other = scim.attr("active").eq(True), scim.attr("title").eq("x")
    with pytest.raises(TypeError, match=r"combine filters with &, \| and ~"):
        _ = one and other
    with pytest.raises(TypeError, match="combine filters with"):
        _ = not scim.parse_filter("a pr or b pr")
    assert str(one & other) == 'active eq true and title eq "x"'


def test_builder_python_comparison_raises_error() -> None:
    active = scim.attr("active")
    with pytest.raises(TypeError, match=r"use attr\('active'\)\.eq\(…\)"):
        _ = active == True  # noqa: E712 - a likely mistake
    with pytest.raises(TypeError, match=r"\.ne\(…\)"):
        _ = active != True  # noqa: E712 - a likely mistake
    with pytest.raises(TypeError, match=r"attr\('active'\) has no truth value"):
        _ = active and scim.attr("title").eq("x")


def test_builder_attributes_equal_by_path() -> None:
    assert scim.attr("active") == scim.attr("active")
    assert scim.attr("active") != scim.attr("title")
    assert len({scim.attr("active"), scim.attr("active"), scim.attr("title")}) == 2


def test_builder_in_operator_raises_error() -> None:
    with pytest.raises(TypeError, match=r"use attr\('title'\)\.co"):
        _ = "a" in scim.attr("title")
