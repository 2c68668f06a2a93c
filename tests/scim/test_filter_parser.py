"""Filter parser beyond the vectors: messages, limits, hostile input."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import errors, scim
from support.each_value import each_value
from support.filter_strategies import filters

URL = "https://example.com/schemas/2.0/badge"


def parse_error(text: str, **limits: int) -> errors.InvalidFilter:
    with pytest.raises(errors.InvalidFilter) as caught:
        scim.parse_filter(text, **limits)
    return caught.value


@each_value(
    "text, message",
    [
        ("", 'expected an attribute, "(" or "not (", got the end'),
        ("(a pr", 'expected "and", "or" or ")", got the end'),
        ("a pr b pr", 'expected "and", "or" or the end, got \'b\''),
        ("(a pr)and b pr", 'expected a space, then "and" or "or", or the end, got \'and\''),
        ("a[b pr]c", 'expected a space, then "and" or "or", or the end, got \'c\''),
        ("a pr and(b pr)", 'expected a space, then an attribute, "(" or "not (", got \'(\''),
        ("a", "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), got the end"),
        ('a "x"', "got '\"x\"'"),
        ('a eq"x"', "expected a space before the value, got '\"x\"'"),
        ("a eq x", "expected a value (\"text\", a number, true, false or null), got 'x'"),
        (
            'a eq "x',
            "got a string that is not closed, or contains an invalid escape or control character",
        ),
        (
            "a eq 1e999",
            "expected a number in the range of a double, up to 1.8e308, got '1e999'",
        ),
        (f"a eq 1{'0' * 600}", "expected a number of at most 600 digits, got '1000"),
        (f"a eq 0.{'1' * 2000}", "expected a number of at most 600 digits, got '0.111"),
        ("a eq [", "got '['"),
        ("1" * 100, f"got '{'1' * 37}...'"),
    ],
)
def test_parse_error_states_expected_and_actual(text: str, message: str) -> None:
    assert message in str(parse_error(text))


def test_parse_error_points_at_token() -> None:
    assert str(parse_error('userName eq "a" and title = "b"')).splitlines() == [
        "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), got '='",
        '  userName eq "a" and title = "b"',
        "                            ^",
    ]


@each_value(
    "text, position",
    [
        ("a eq 5(", 6),
        ("a eq true(b pr)", 9),
        ('a eq "x"(', 8),
        ("a pr(", 4),
        ('a pr"x"', 4),
        ("a(", 1),
        ('a"x', 1),
        ("not(a", 5),
        ("not(a pr]", 8),
        ("a[b pr)]", 6),
        ("a[(b pr])", 7),
        ("a[b pr].", 7),
        ("a[b pr].c.d pr", 7),
        ("a[b pr].c[d pr]", 9),
        ("a[b pr]and c pr", 7),
        ("a pr andx pr", 5),
        ('a pr and"x"', 8),
        ("a eq\x0b1", 2),
        ("a\u00a0eq 1", 0),
        ("urn:x pr", 0),
        ("urn:x:1 pr", 0),
        ("core:userName pr", 0),
        ("urn://a.1 pr", 0),
        ("http://:a pr", 0),
        ("http://x/y: pr", 0),
        ("a eq -", 5),
        ("a eq --1", 5),
        ("a eq 1_0", 5),
        ("a eq \u0661", 5),
        ("a eq tr\u00fce", 5),
        ("a EQ \u017f", 5),
        ("\u212a pr", 0),
        ('a eq "\\ud83"', 5),
        ('a eq "\\"', 5),
        ('a eq "\x1f"', 5),
        ("a eq 1 and", 10),
        ("a eq 1 or ", 10),
        ("a eq 1 and )", 11),
    ],
)
def test_parse_error_position_is_first_invalid_token(text: str, position: int) -> None:
    assert parse_error(text).position == position


@each_value(
    "text, tree",
    [
        (f"{URL}:number eq 5", f"(eq {URL}:number 5)"),
        (f"{URL}:owner.value pr", f"(pr {URL}:owner.value)"),
        (f"{URL} pr", f"(pr {URL})"),
        (f"{URL}:tags[value eq 1]", f"(path {URL}:tags (eq value 1))"),
        ("not[a pr]", "(path not (pr a))"),
        ("not not (a pr)", None),
        ("nOt\t(a pr)", "(not (pr a))"),
        ("a[b pr and c pr].d eq 1", "(path a (and (pr b) (pr c) (eq d 1)))"),
        ("a.b[c pr]", "(path a.b (pr c))"),
        ('a eq "\x7f"', '(eq a "\x7f")'),
        ('a eq "\\u0000"', '(eq a "\\u0000")'),
        ('a eq "\\ud800"', '(eq a "\ud800")'),
        ('a eq "\\ud83d\ude00"', '(eq a "😀")'),
        ('a eq "\ud83d\ude00"', '(eq a "😀")'),
        ("a eq 123456789012345678901234567890", "(eq a 123456789012345678901234567890)"),
        ("a eq 0.0", "(eq a 0.0)"),
        ("a eq -0.0", "(eq a -0.0)"),
        ("a eq 1E400", None),
        ("a eq 1e-400", "(eq a 0.0)"),
        ("\r\n a\tpr\n", "(pr a)"),
        ("a[\nb pr\n]", "(path a (pr b))"),
        ("a eq nULL", "(eq a null)"),
    ],
)
def test_parse_edge_case_gives_tree_or_error(text: str, tree: str | None) -> None:
    if tree is None:
        parse_error(text)
    else:
        assert scim.parse_filter(text).to_sexpr() == tree


@given(filters)
def test_parse_keyword_case_and_whitespace_are_free(filter_: scim.Filter) -> None:
    text = str(~filter_)
    if '"' not in text:
        spaced = (
            text.replace("not (", "NoT \r\n(").replace(" and ", "\tAND ").replace(" pr", "  PR")
        )
        read = scim.parse_filter(f" {spaced}\n", max_depth=99)
        assert read.to_sexpr().lower() == (~filter_).to_sexpr().lower()


# ----------------------------------------------------------------------------- limits


@each_value("opening", ["(", "not(", "not (", "a[(", "a pr and (", "(a pr or ("])
def test_parse_depth_is_limited(opening: str) -> None:
    error = parse_error(opening * 100_000)
    assert error.position is not None
    assert error.position < 1_000


def test_parse_open_brackets_at_limit_are_accepted() -> None:
    deep = "(" * 63 + "a[b pr]" + ")" * 63
    assert scim.parse_filter(deep) == scim.parse_filter("a[b pr]")
    assert "at most 64 deep" in str(parse_error(f"({deep})"))
    assert parse_error(deep, max_depth=10).position == 10
    assert parse_error("(a pr)", max_depth=0).position == 0


def test_parse_depth_setting_cannot_overflow_stack() -> None:
    assert "at most 128 deep" in str(parse_error("(" * 100_000, max_depth=10**9))
    assert scim.parse_filter("(" * 128 + "a pr" + ")" * 128, max_depth=10**9).to_sexpr() == "(pr a)"


def test_parse_expanded_value_filter_depth_is_limited() -> None:
    error = parse_error("not (" * 127 + "a[b pr or c pr].d pr" + ")" * 127, max_depth=128)
    assert "a filter must nest at most 128 brackets" in str(error)
    assert error.position is not None


def test_parse_length_is_limited() -> None:
    error = parse_error("a pr", max_length=3)
    assert error.position == 3
    assert "filter must have at most 3 characters, got 4" in str(error)
    assert parse_error("a" * 1_000_001).position == 1_000_000
    scim.parse_filter("a pr", max_length=4)


sizes = pytest.mark.parametrize("size", [50_000, pytest.param(900_000, marks=pytest.mark.proof)])
"""Approximate number of characters; the second is near the limit."""

LONG: dict[str, Callable[[int], str]] = {
    "or": lambda n: " or ".join(["a pr"] * (n // 18)),
    "and": lambda n: " and ".join(["a eq 1"] * (n // 18)),
    "long string": lambda n: "a eq " + '"' + "x" * n + '"',
    "escapes": lambda n: "a eq " + '"' + "\\n" * (n // 2) + '"',
    "whitespace": lambda n: " " * n + "a pr",
    "groups": lambda n: "(a pr) and " * (n // 22) + "a pr",
    "colons": lambda n: "urn:" + "a:" * (n // 2) + "b pr",
    "long name": lambda n: "a" * n + " pr",
}


@sizes
@pytest.mark.parametrize("name", LONG)
def test_parse_long_filter_is_accepted(name: str, size: int) -> None:
    parsed = scim.parse_filter(LONG[name](size))
    assert scim.parse_filter(str(parsed)) == parsed


HOSTILE: tuple[Callable[[int], str], ...] = (
    lambda n: "a" * n,
    lambda n: "a." * (n // 2),
    lambda n: "urn:" + ":a" * (n // 2) + ":",
    lambda n: "urn:" + "a:1" * (n // 3) + " pr",
    lambda n: "http://" + "a:" * (n // 2),
    lambda n: " " * n,
    lambda n: "a pr" + " " * n + "x",
    lambda n: "a eq " + '"' * n,
    lambda n: "a eq " + '"\\' * (n // 2),
    lambda n: 'a eq "' + "\\u00" * (n // 4),
    lambda n: "a eq " + "1" * n,
    lambda n: "a eq 1" + "e1" * (n // 2),
    lambda n: ")" * n,
    lambda n: "]" * n,
    lambda n: "not " * (n // 4),
    lambda n: "a pr " * (n // 5),
    lambda n: "a pr and " * (n // 9),
    lambda n: "\x00" * n,
)


@sizes
@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: repr(make(10)[:12]))
def test_parse_hostile_text_raises_error(make: Callable[[int], str], size: int) -> None:
    parse_error(make(size))


@given(
    st.text(st.sampled_from("ab $.:-_eqprandot()[]\"'\\ \t1e+urn/,"), max_size=40)
    | st.text(max_size=30)
)
def test_parse_any_string_gives_filter_or_position(text: str) -> None:
    try:
        parsed = scim.parse_filter(text)
    except errors.InvalidFilter as error:
        position = error.position
    else:
        position = 0
        assert scim.parse_filter(str(parsed)) == parsed
    assert position is not None
    assert 0 <= position <= len(text)


@given(st.text(st.sampled_from('ab $.:-_eqpr()[]"\\ 1urn/'), max_size=40) | st.text(max_size=30))
def test_parse_path_any_string_gives_path_or_position(text: str) -> None:
    try:
        parsed = scim.parse_path(text)
    except (errors.InvalidPath, errors.InvalidFilter) as error:
        position = error.position
    else:
        position = 0
        assert scim.parse_path(str(parsed)) == parsed
    assert position is not None
    assert 0 <= position <= len(text)


def test_parse_closed_brackets_do_not_count() -> None:
    for text, depth in (
        ("(a pr) and (b pr) and c[d pr] and not (e pr)", 1),
        ("((a pr) and (b pr)) or (c[d pr])", 2),
    ):
        assert scim.parse_filter(text, max_depth=depth) == scim.parse_filter(text)
    assert parse_error("(a pr) and ((b pr))", max_depth=1).position == 12
    assert parse_error("(a pr) or c[(d pr)]", max_depth=1).position == 12
    assert parse_error("a pr or not (not (b pr))", max_depth=1).position == 17
    assert parse_error("(a pr)", max_depth=0).position == 0


@each_value("depth", [1, 64, 128])
def test_parse_brackets_at_each_limit_are_accepted(depth: int) -> None:
    text = "not (" * depth + "a pr" + ")" * depth
    assert str(scim.parse_filter(text, max_depth=depth)) == text
    assert parse_error(text, max_depth=depth - 1).position == 5 * depth - 1
    filter_ = scim.parse_filter("a pr")
    for _ in range(depth):
        filter_ = scim.Not(filter_)
    assert str(filter_) == text


def test_builder_nesting_limit_is_that_of_parser() -> None:
    inner = scim.parse_filter("a pr")
    for _ in range(127):
        inner = scim.Not(inner)
    whole = scim.Not(inner)
    assert scim.parse_filter(str(whole), max_depth=128) == whole
    for too_much in (lambda: scim.Not(whole), lambda: ~whole):
        with pytest.raises(errors.InvalidFilter, match="nest at most 128 brackets"):
            too_much()
    value_path = scim.ValuePath(scim.parse_path("b"), inner)
    with pytest.raises(errors.InvalidFilter, match="nest at most 128 brackets"):
        scim.Not(value_path)
    with pytest.raises(errors.InvalidFilter, match="nest at most 128 brackets"):
        scim.ValuePath(scim.parse_path("b"), whole)
    joined = scim.Or((inner, scim.parse_filter("c pr")))
    assert isinstance(scim.And((joined, scim.parse_filter("d pr"))), scim.And)
    with pytest.raises(errors.InvalidFilter, match="nest at most 128 brackets"):
        scim.And((scim.Or((whole, scim.parse_filter("c pr"))), scim.parse_filter("d pr")))


def test_parse_length_at_limit_is_accepted() -> None:
    text = "a pr or b pr"
    assert scim.parse_filter(text, max_length=len(text)) == scim.parse_filter(text)
    assert parse_error(text, max_length=len(text) - 1).position == len(text) - 1
    longest = "x" * 1_000_000
    assert scim.parse_path(longest).name == longest
    with pytest.raises(errors.InvalidPath) as caught:
        scim.parse_path(longest + "x")
    assert caught.value.position == 1_000_000


@pytest.mark.parametrize("digits", [600, 601])
@pytest.mark.parametrize("sign", ["", "-"])
def test_parse_digits_at_limit_are_accepted(sign: str, digits: int) -> None:
    text, number = f"a eq {sign}{'9' * digits}", int(f"{sign}{'9' * digits}")
    if digits == 600:
        assert scim.parse_filter(text) == scim.attr("a").eq(number)
        assert str(scim.attr("a").eq(number)) == text
    else:
        assert parse_error(text).position == 5
        with pytest.raises(errors.InvalidFilter, match="at most 600 digits"):
            scim.attr("a").eq(number)


@each_value("keyword", ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
def test_parse_keyword_in_every_case_is_read(keyword: str) -> None:
    for spelled in (keyword, keyword.upper(), keyword.title(), keyword[0] + keyword[1].upper()):
        assert scim.parse_filter(f'a {spelled} "x"') == scim.Compare(
            scim.parse_path("a"), keyword, "x"
        )
    for spelled in ("PR", "Pr", "pR"):
        for joint in ("and", "AND", "aNd", "Or", "OR", "oR"):
            whole = scim.parse_filter(f"a {spelled} {joint} NOT (b pR)")
            assert str(whole) == f"a pr {joint.lower()} not (b pr)"
    for word, value in (("TRUE", True), ("False", False), ("nULL", None)):
        assert scim.parse_filter(f"a eq {word}") == scim.attr("a").eq(value)
