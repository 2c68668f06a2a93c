"""Interruptions of a request, such as Ctrl-C, that an HTTP library replaced by an exception of its own."""

from __future__ import annotations

__all__ = ["find_interruption"]

_RAISED_BY_LIBRARIES = ("CancelledError", "GeneratorExit")
"""Classes that libraries use for their own time limits and generators."""


def find_interruption(error: Exception, outer: BaseException | None) -> BaseException | None:
    """Return the interruption that led to `error`, or `None`.

    httpcore 1.0 closes its connection while a `KeyboardInterrupt` is raised through it. If that fails, as h11 does in
    the middle of an event, the failure replaces the interruption, which remains in its context.

    Args:
        error: exception of an HTTP library.
        outer: exception that was being handled before the library was called; it and its causes are excluded.
    """
    seen: set[int] = {id(outer)}
    to_visit: list[BaseException | None] = [error]
    while to_visit:
        cause = to_visit.pop()
        if cause is None or id(cause) in seen:
            continue
        if not isinstance(cause, Exception) and type(cause).__name__ not in _RAISED_BY_LIBRARIES:
            return cause
        seen.add(id(cause))
        to_visit += (cause.__cause__, cause.__context__)
    return None
