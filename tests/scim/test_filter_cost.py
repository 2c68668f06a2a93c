"""Cost of filters: work and time grow linearly with the length of the filter."""

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from britive_scim import errors, scim
from support.costs import check_growth, count_calls
from support.each_value import each_value

ROOT = Path(__file__).parents[2]

FAMILIES: dict[str, Callable[[int], str]] = {
    "or": lambda n: " or ".join(["a pr"] * n),
    "and": lambda n: " and ".join(['a eq "x"'] * n),
    "groups": lambda n: "(a pr or b pr) and " * n + "c pr",
    "brackets": lambda n: " or ".join(['a[b eq 1 and c eq "\\n"]'] * n),
    "long text": lambda n: 'a eq "' + "x" * 20 * n + '"',
    "escapes": lambda n: 'a eq "' + "\\u00e9" * 5 * n + '"',
    "whitespace": lambda n: "a" + " " * 20 * n + "pr",
    "whitespace between": lambda n: ("a pr" + " " * 20 + "and ") * n + "b pr",
    "colons": lambda n: "urn:" + "a:" * 10 * n + "b pr",
    "colons that end wrong": lambda n: "urn:" + "a:1" * 10 * n + " pr",
    "dots": lambda n: "a." * 20 * n,
    "one long word": lambda n: "a" * 20 * n,
    "quotes": lambda n: "a eq " + '"' * 20 * n,
    "backslashes": lambda n: 'a eq "' + "\\" * 20 * n,
    "digits": lambda n: "a eq " + "1" * 20 * n,
    "parentheses": lambda n: "(" * 20 * n,
    "brackets that open": lambda n: "a[" * 20 * n,
    "not": lambda n: "not(" * 20 * n,
    "operands without words between": lambda n: "a pr " * n,
}


def parse(text: str) -> None:
    with contextlib.suppress(errors.InvalidFilter):
        scim.parse_filter(text)


@each_value("family", FAMILIES)
def test_parse_work_is_linear(family: str) -> None:
    short, long = (FAMILIES[family](n) for n in (500, 1000))
    parse(short)  # imports what an error needs

    assert count_calls(lambda: parse(long)) <= 2.1 * count_calls(lambda: parse(short)) + 50


def test_print_check_and_evaluate_work_is_linear() -> None:
    def steps(size: int) -> list[Callable[[], object]]:
        filter_ = scim.Or(scim.attr("title").eq(str(n)) for n in range(size))
        predicate = filter_.compile()
        return [
            lambda: str(filter_),
            lambda: filter_.to_sexpr(),
            lambda: hash(filter_),
            lambda: filter_ == scim.Or(list(filter_.items)),
            lambda: filter_.check(scim.User),
            lambda: filter_.compile(),
            lambda: predicate({"title": "none"}),
        ]

    for short, long in zip(steps(500), steps(1000), strict=True):
        short()  # imports what it needs
        assert count_calls(long) <= 2.1 * count_calls(short) + 50


def test_parse_repeated_filter_uses_cache() -> None:
    text = 'userName eq "somebody" and active eq true'
    assert scim.parse_filter(text) is scim.parse_filter(text)
    assert count_calls(lambda: scim.parse_filter(text)) < 8


@pytest.mark.proof
@pytest.mark.parametrize("family", FAMILIES)
def test_parse_time_is_linear(family: str) -> None:
    short, long = (FAMILIES[family](n) for n in (12_000, 24_000))
    check_growth(lambda: parse(short), lambda: parse(long), factor=2.7)


@pytest.mark.proof
def test_parse_fuzzing_finds_no_failure() -> None:
    ended = subprocess.run(
        [
            sys.executable,
            ROOT / "tools" / "fuzz_scim.py",
            "--seconds",
            "20",
            "filter",
            "path",
            "match",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "trials of filter, path, match" in ended.stdout
