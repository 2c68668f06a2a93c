"""What filters cost: work and time grow with the text and no faster."""

import contextlib
import gc
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from britive_scim import errors, scim

ROOT = Path(__file__).parents[2]

FAMILIES: dict[str, Callable[[int], str]] = {
    "or": lambda n: " or ".join(["a pr"] * n),
    "and": lambda n: " and ".join(['a eq "x"'] * n),
    "groups": lambda n: "(a pr or b pr) and " * n + "c pr",
    "brackets": lambda n: " or ".join(['a[b eq 1 and c eq "\\n"]'] * n),
    "long text": lambda n: 'a eq "' + "x" * 20 * n + '"',
    "escapes": lambda n: 'a eq "' + "\\u00e9" * 5 * n + '"',
    "blanks": lambda n: "a" + " " * 20 * n + "pr",
    "blanks between": lambda n: ("a pr" + " " * 20 + "and ") * n + "b pr",
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


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions are called, Python's own included."""
    count = 0

    def tally(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tally)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_text_is_twice_the_work(family: str) -> None:
    short, long = (FAMILIES[family](n) for n in (500, 1000))

    assert calls_of(lambda: parse(long)) <= 2.1 * calls_of(lambda: parse(short)) + 50


def test_printing_checking_and_evaluating_are_linear_too() -> None:
    def steps(size: int) -> list[Callable[[], object]]:
        made = scim.Or(scim.attr("title").eq(str(n)) for n in range(size))
        predicate = made.compile()
        return [
            lambda: str(made),
            lambda: made.to_sexpr(),
            lambda: hash(made),
            lambda: made == scim.Or(list(made.items)),
            lambda: made.check(scim.User),
            lambda: made.compile(),
            lambda: predicate({"title": "none"}),
        ]

    for short, long in zip(steps(500), steps(1000), strict=True):
        assert calls_of(long) <= 2.1 * calls_of(short) + 50


def test_a_filter_read_before_is_not_read_again() -> None:
    text = 'userName eq "somebody" and active eq true'
    assert scim.parse_filter(text) is scim.parse_filter(text)
    assert calls_of(lambda: scim.parse_filter(text)) < 8


def seconds_of(work: Callable[[], object]) -> float:
    """Return the least processor time of five runs, without what the garbage collector takes."""
    best = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            start = time.process_time()
            work()
            best = min(best, time.process_time() - start)
    finally:
        gc.enable()
    return best


@pytest.mark.proof
@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_text_takes_at_most_a_little_more_than_twice_the_time(family: str) -> None:
    short, long = (FAMILIES[family](n) for n in (12_000, 24_000))
    ratios: list[float] = []
    for _ in range(5):  # the machine does other things as well
        ratios.append(seconds_of(lambda: parse(long)) / max(seconds_of(lambda: parse(short)), 1e-3))
        if ratios[-1] <= 2.3:
            return
    pytest.fail(f"{family}: {ratios}")


@pytest.mark.proof
def test_a_third_of_a_minute_of_nonsense_breaks_no_law() -> None:
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
