"""Attribute paths: parsing, printing, limits."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import errors, scim
from support.each_value import each_value
from support.filter_strategies import names, paths, value_filters

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@each_value(
    "text, urn, name, sub",
    [
        ("userName", None, "userName", None),
        ("name.familyName", None, "name", "familyName"),
        ("manager.$ref", None, "manager", "$ref"),
        (f"{ENTERPRISE}:department", ENTERPRISE, "department", None),
        (f"{ENTERPRISE}:manager.value", ENTERPRISE, "manager", "value"),
        (ENTERPRISE, ENTERPRISE.removesuffix(":User"), "User", None),
        ("urn:example:badge:2.0", "urn:example:badge", "2.0", None),
        ("https://example.com/s:number", "https://example.com/s", "number", None),
        ("https://example.com:8443/s", "https://example.com", "8443/s", None),
        ("https://example.com/s", "https", "//example.com/s", None),
        ("URN:X:Y", "URN:X", "Y", None),
    ],
)
def test_path_splits_at_last_colon_and_first_dot(
    text: str, urn: str | None, name: str, sub: str | None
) -> None:
    path = scim.parse_path(text)

    assert (path.urn, path.name, path.filter, path.sub) == (urn, name, None, sub)
    assert str(path) == text


def test_path_brackets_hold_filter_before_sub_attribute() -> None:
    path = scim.parse_path('emails[type eq "work" and not (primary eq true)].value')

    assert path.name == "emails"
    assert path.sub == "value"
    assert path.filter == scim.parse_filter('type eq "work" and not (primary eq true)')
    assert path.to_sexpr() == '(path emails (and (eq type "work") (not (eq primary true))) value)'
    assert scim.parse_path(f"{ENTERPRISE}:x[a pr]").to_sexpr() == f"(path {ENTERPRISE}:x (pr a))"
    assert scim.parse_path("name.familyName").to_sexpr() == "name.familyName"


def test_path_string_directly_after_operator_is_read() -> None:
    assert scim.parse_path('members[value eq"2819c223"]') == scim.parse_path(
        'members[value eq "2819c223"]'
    )
    with pytest.raises(errors.InvalidFilter):
        scim.parse_filter('members[value eq"2819c223"]')


@each_value(
    "text, position",
    [
        ("", 0),
        (" title", 0),
        ("title ", 5),
        ("name..givenName", 0),
        ("name.a.b", 0),
        ("1name", 0),
        ("a b", 1),
        ("[type pr]", 0),
        ("urn:", 0),
        ("a:b", 0),
        ("http://", 0),
        (f"{ENTERPRISE}:", 0),
        ("urn:a:2.0[b pr]", 0),
        ("https://example.com/s[b pr]", 21),
        ("name.sub[a pr]", 8),
        ('emails[type eq "work"', 21),
        ("emails[type", 11),
        ("emails[type eq", 14),
        ("emails[", 7),
        ("emails[a pr]x", 12),
        ("emails[a pr].", 12),
        ("emails[a pr].1", 12),
        ("emails[a pr].b.c", 12),
        ("emails[a pr][b pr]", 12),
        ("emails[a pr] ", 12),
        ('emails"x"', 6),
        ("emails(a pr)", 6),
    ],
)
def test_path_invalid_raises_error_with_position(text: str, position: int) -> None:
    with pytest.raises(errors.InvalidPath) as caught:
        scim.parse_path(text)

    assert caught.value.position == position
    assert caught.value.scim_type == "invalidPath"


@each_value(
    "text, position",
    [
        ('emails[type xx "work"].value', 12),
        ("emails[]", 7),
        ("emails[ims[a pr]]", 10),
        ('emails[type eq "work)]', 15),
        ("emails[type eq 'work']", 15),
        ("emails[(a pr]", 12),
    ],
)
def test_path_invalid_value_filter_raises_invalid_filter(text: str, position: int) -> None:
    with pytest.raises(errors.InvalidFilter) as caught:
        scim.parse_path(text)

    assert caught.value.position == position


def test_path_length_is_limited() -> None:
    with pytest.raises(errors.InvalidPath, match="at most 1,000,000 characters"):
        scim.parse_path("a" * 1_000_001)

    ids = " or ".join(f'value eq "{number}"' for number in range(1000))
    assert str(scim.parse_path(f"members[{ids}]")) == f"members[{ids}]"


def test_path_uri_is_set_for_whole_uri() -> None:
    assert scim.parse_path(ENTERPRISE).uri == ENTERPRISE
    assert scim.parse_path("urn:a:b.c").uri == "urn:a:b.c"
    assert scim.parse_path("title").uri is None
    assert scim.parse_path("urn:a:b[c pr]").uri is None


@each_value(
    "parts, message",
    [
        ((None, "a b"), "name must be an attribute name, got 'a b'"),
        ((None, ""), "name must be an attribute name, got ''"),
        (("urn:x:y", ""), "name must be an attribute name, got ''"),
        (("urn:x:y", "2 0"), "name must be an attribute name, got '2 0'"),
        (("urn:x:y", "2:0"), "name must be an attribute name, got '2:0'"),
        (("User", "a"), "urn must be the URI of a schema, got 'User'"),
        (("urn:x y", "a"), "urn must be the URI of a schema, got 'urn:x y'"),
        ((None, "a", None, "b.c"), "sub must be the name of a sub-attribute, got 'b.c'"),
        ((None, "a", None, ""), "sub must be the name of a sub-attribute, got ''"),
        (("urn:x:y", "2.0", None, "b"), "name must be an attribute name, got '2.0'"),
        ((None, "a", scim.parse_filter("b[c pr]")), "brackets"),
    ],
)
def test_path_constructor_unparsable_parts_raise_error(
    parts: tuple[object, ...], message: str
) -> None:
    with pytest.raises(errors.InvalidPath) as caught:
        scim.Path(*parts)  # parts of every type

    assert message in str(caught.value)


@given(paths, st.none() | value_filters, st.none() | names)
def test_path_printed_parses_to_same_path(
    path: scim.Path, condition: scim.Filter | None, sub: str | None
) -> None:
    built = path if condition is None else scim.Path(path.urn, path.name, condition, sub)

    assert scim.parse_path(str(built)) == built
    assert hash(scim.parse_path(str(built))) == hash(built)
    assert pickle.loads(pickle.dumps(built)) == built
    assert copy.deepcopy(built) == built


def test_path_is_immutable_and_repr_shows_parse_call() -> None:
    path = scim.parse_path("name.familyName")

    assert repr(path) == "parse_path('name.familyName')"
    with pytest.raises(AttributeError):
        path.name = "title"
