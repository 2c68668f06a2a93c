"""Decorator that runs one test with many values, and reports every value that failed.

`pytest.mark.parametrize` creates one test per row, and collecting and running a test costs more than most rows do.
Use it only for values that need new fixtures.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

FAILURES = (Exception, pytest.fail.Exception)
"""Exceptions of a failed test; `pytest.raises` raises the second, which is not an `Exception`."""

Row = tuple[str, dict[str, Any]]
"""Label of a value, and the arguments of the test."""


class Failures:
    """Failed values of a test, each with its error."""

    def __init__(self) -> None:
        self.failed: list[tuple[str, BaseException]] = []

    @contextmanager
    def collect(self, label: str) -> Iterator[None]:
        """Record a failure of the block under `label`, and continue."""
        try:
            yield
        except FAILURES as error:
            self.failed.append((label, error))

    def check(self, total: int) -> None:
        """Raise an error that lists all failures, with the traceback of the first."""
        if self.failed:
            lines = [f"{len(self.failed)} of {total} values failed"]
            for label, error in self.failed:
                message = f"{type(error).__name__}: {error}".replace("\n", "\n    ")
                lines.append(f"{label}: {message}")
            raise AssertionError("\n".join(lines)) from self.failed[0][1]


def each_value(
    names: str,
    values: Iterable[Any],
    *,
    label: Callable[..., object] | None = None,
    group: Callable[..., str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that calls a test with each value in turn.

    Args:
        names: parameters of the test, separated by commas.
        values: one value per call; a tuple or a `pytest.param` for several parameters.
        label: returns the label of a value in the error message; default: its shortened `repr`.
        group: returns the name of the group of a value; each group is one test.
    """
    parameters = [name.strip() for name in names.split(",")]
    groups: dict[str, list[Row]] = {}
    for value in values:
        arguments = _arguments(parameters, value)
        name = "" if group is None else group(*arguments.values())
        groups.setdefault(name, []).append((_label(value, arguments, label), arguments))
    if not groups:
        raise ValueError("values must not be empty; a test of no values checks nothing")

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
                for label, arguments in rows:
                    with failures.collect(label):
                        await test(*args, **fixtures, **arguments)
                failures.check(len(rows))
        else:

            @wraps(test)
            def run(*args: Any, **fixtures: Any) -> None:
                rows = groups["" if group is None else fixtures.pop("value_group")]
                failures = Failures()
                for label, arguments in rows:
                    with failures.collect(label):
                        test(*args, **fixtures, **arguments)
                failures.check(len(rows))

        remaining = [p for name, p in signature.parameters.items() if name not in parameters]
        if group is not None:
            remaining.append(inspect.Parameter("value_group", inspect.Parameter.KEYWORD_ONLY))
        run.__signature__ = signature.replace(parameters=remaining)  # type: ignore[attr-defined]  # PEP 362; not in the stubs
        return run if group is None else pytest.mark.parametrize("value_group", groups)(run)

    return decorate


def _arguments(parameters: list[str], value: Any) -> dict[str, Any]:
    """Return the arguments of the test for one value."""
    if isinstance(value, type(pytest.param())):
        if value.marks:
            raise ValueError("a value must not have marks")
        arguments = value.values
    else:
        arguments = (value,) if len(parameters) == 1 else value
    return dict(zip(parameters, arguments, strict=True))


def _label(value: Any, arguments: dict[str, Any], label: Callable[..., object] | None) -> str:
    """Return the label of a value."""
    if label is not None:
        return str(label(*arguments.values()))
    if isinstance(value, type(pytest.param())) and value.id is not None:
        return str(value.id)
    return ", ".join(f"{argument!a:.60}" for argument in arguments.values())
