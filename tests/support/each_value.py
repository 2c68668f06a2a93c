"""One test for many values: it tries all of them, and its failure names each that failed, and how.

Of a table with hundreds of rows, `pytest.mark.parametrize` makes hundreds of tests, and collecting and running a test
costs more than most rows do. A value whose fixtures must be fresh is a test of its own all the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

FAILURES = (Exception, pytest.fail.Exception)
"""What a test fails with; the second is no `Exception`, and is what `pytest.raises` raises."""

Row = tuple[str, dict[str, Any]]
"""What a value is called, and the arguments of the test."""


class Failures:
    """The values of a test that failed, each with its error."""

    def __init__(self) -> None:
        self.found: list[tuple[str, BaseException]] = []

    @contextmanager
    def of(self, label: str) -> Iterator[None]:
        """Note a failure of the block as that of one value, and go on."""
        try:
            yield
        except FAILURES as error:
            self.found.append((label, error))

    def check(self, tried: int) -> None:
        """Fail where a value did, with all of them in the message and the traceback of the first."""
        if self.found:
            lines = [f"{len(self.found)} of {tried} values failed"]
            for label, error in self.found:
                told = f"{type(error).__name__}: {error}".replace("\n", "\n    ")
                lines.append(f"{label}: {told}")
            raise AssertionError("\n".join(lines)) from self.found[0][1]


def each_value(
    names: str,
    values: Iterable[Any],
    *,
    label: Callable[..., object] | None = None,
    group: Callable[..., str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that calls a test with each value in turn, where `parametrize` makes a test of each.

    Args:
        names: the parameters of the test that are given, with commas between.
        values: what they are given; of several parameters, a tuple, or a `pytest.param` of them.
        label: makes what a failure calls a value; else it is shown by `repr`, shortened.
        group: makes the name of a group from a value: one test for each group.
    """
    parameters = [name.strip() for name in names.split(",")]
    groups: dict[str, list[Row]] = {}
    for value in values:
        given = _given(parameters, value)
        name = "" if group is None else group(*given.values())
        groups.setdefault(name, []).append((_label(value, given, label), given))
    if not groups:
        raise ValueError("a test of no values proves nothing")

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(test)
        unknown = set(parameters) - set(signature.parameters)
        if unknown:
            raise TypeError(f"{test.__name__} has no parameters {sorted(unknown)}")

        if inspect.iscoroutinefunction(test):

            @wraps(test)
            async def run(*args: Any, **fixtures: Any) -> None:
                rows = groups["" if group is None else fixtures.pop("value_group")]
                failures = Failures()
                for label, given in rows:
                    with failures.of(label):
                        await test(*args, **fixtures, **given)
                failures.check(len(rows))
        else:

            @wraps(test)
            def run(*args: Any, **fixtures: Any) -> None:
                rows = groups["" if group is None else fixtures.pop("value_group")]
                failures = Failures()
                for label, given in rows:
                    with failures.of(label):
                        test(*args, **fixtures, **given)
                failures.check(len(rows))

        kept = [one for name, one in signature.parameters.items() if name not in parameters]
        if group is not None:
            kept.append(inspect.Parameter("value_group", inspect.Parameter.KEYWORD_ONLY))
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run if group is None else pytest.mark.parametrize("value_group", groups)(run)

    return decorate


def _given(parameters: list[str], value: Any) -> dict[str, Any]:
    """Return the arguments that a value is."""
    if isinstance(value, type(pytest.param())):
        if value.marks:
            raise ValueError("a value cannot have marks of its own")
        arguments = value.values
    else:
        arguments = (value,) if len(parameters) == 1 else value
    return dict(zip(parameters, arguments, strict=True))


def _label(value: Any, given: dict[str, Any], label: Callable[..., object] | None) -> str:
    """Return what a failure calls a value."""
    if label is not None:
        return str(label(*given.values()))
    if isinstance(value, type(pytest.param())) and value.id is not None:
        return str(value.id)
    return ", ".join(f"{one!a:.60}" for one in given.values())
