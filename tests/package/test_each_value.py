"""Decorator `each_value`: it runs every value, and reports each failure."""

from __future__ import annotations

from typing import Any

import pytest

from support.each_value import each_value


def test_each_value_reports_all_failed_values() -> None:
    tried = []

    @each_value("n", range(5))
    def test(n: int) -> None:
        tried.append(n)
        assert n % 2 == 0, "odd"
        if n == 4:
            with pytest.raises(ValueError):  # noqa: PT011  # nothing is raised
                pass

    with pytest.raises(AssertionError) as caught:
        test()
    assert tried == [0, 1, 2, 3, 4]
    first, item, three, four = [
        line for line in str(caught.value).splitlines() if not line.startswith(" ")
    ]
    assert first == "3 of 5 values failed"
    assert item.startswith("1: AssertionError: odd")
    assert three.startswith("3: AssertionError: odd")
    assert four.startswith("4: Failed: DID NOT RAISE")
    assert "odd" in str(caught.value.__cause__)


async def test_each_value_awaits_coroutine_test() -> None:
    @each_value("a, b", [(1, 1), pytest.param(1, 2, id="two")], label=None)
    async def test(a: int, b: int) -> None:
        assert a == b

    with pytest.raises(AssertionError, match=r"1 of 2 values failed\ntwo: AssertionError"):
        await test()


def test_each_value_group_creates_one_test_per_group() -> None:
    tried = []

    @each_value("n", range(5), label="no {}".format, group=lambda n: "odd" if n % 2 else "even")
    def test(n: int) -> None:
        tried.append(n)
        assert n != 3

    (mark,) = test.pytestmark  # type: ignore[attr-defined]  # set by the decorator
    assert list(mark.args[1]) == ["even", "odd"]
    test(value_group="even")
    assert tried == [0, 2, 4]
    with pytest.raises(AssertionError, match=r"1 of 2 values failed\nno 3: "):
        test(value_group="odd")


def test_each_value_twice_runs_all_pairs() -> None:
    tried = []

    @each_value("a", "xy")
    @each_value("b", (1, 2))
    def test(a: str, b: int) -> None:
        tried.append((a, b))
        assert (a, b) != ("y", 2)

    with pytest.raises(AssertionError) as caught:
        test()
    assert tried == [("x", 1), ("x", 2), ("y", 1), ("y", 2)]
    assert "'y': AssertionError: 1 of 2 values failed\n    2: " in str(caught.value)


@each_value("expected", [True])
def test_each_value_passes_fixtures(tmp_path: Any, expected: bool) -> None:
    assert tmp_path.is_dir() is expected


def test_each_value_invalid_arguments_raise() -> None:
    with pytest.raises(ValueError, match="no values"):
        each_value("n", [])
    with pytest.raises(ValueError, match="marks"):
        each_value("n", [pytest.param(1, marks=pytest.mark.proof)])
    with pytest.raises(TypeError, match="no parameters"):
        each_value("n", [1])(lambda m: None)
