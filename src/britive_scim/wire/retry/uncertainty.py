"""Errors that end a call in which an earlier request had, or may have had, an effect."""

from __future__ import annotations

from typing import TypeVar

from britive_scim.errors import ApiError, TransportError

__all__ = [
    "LOOKUP_ADVICE",
    "NOTHING_CHANGED",
    "NOTHING_CHANGED_ADVICE",
    "NOTHING_SENT_ADVICE",
    "inherit_uncertainty",
    "mark_acknowledged",
    "mark_uncertain",
]

E = TypeVar("E", bound=ApiError | TransportError)

LOOKUP_ADVICE = "; look up the existing resource"
"""End of the message of a request that conflicts with an existing resource."""

NOTHING_SENT_ADVICE = "; nothing was sent"
"""End of the message of a request that was not sent."""

NOTHING_CHANGED = "nothing was changed"
"""Hint of an error before the first change, which an earlier uncertain request makes untrue."""

NOTHING_CHANGED_ADVICE = f"; {NOTHING_CHANGED}"
"""End of the message of a request that was not forwarded to the server."""


def mark_uncertain(error: E, request: str) -> E:
    """Return `error` with the statement that an earlier request may have been processed.

    Args:
        error: error that ends the call; changed in place.
        request: method and path of the earlier request.
    """
    return _mark(
        error,
        request,
        f"an earlier attempt of {request} may have been processed: check before repeating it",
    )


def mark_acknowledged(error: E, request: str, *, progress: str = "") -> E:
    """Return `error` with the statement that the server acknowledged an earlier request of the call.

    Args:
        error: error of a later request, such as the one that reads the result; changed in place.
        request: method and path of the earlier request.
        progress: part of the call that was done before.
    """
    statement = f"the server had acknowledged {request}"
    if progress:
        return _mark(error, request, f"{statement}: {progress}", is_always_said=True)
    return _mark(error, request, statement)


def inherit_uncertainty(error: E, earlier: ApiError | TransportError | None) -> E:
    """Return `error` with the statement of an earlier error of the same call, if that one was uncertain.

    Args:
        error: error that ends the call; changed in place.
        earlier: error after which the call continued, or `None`.
    """
    if earlier is None or not earlier.may_have_happened:
        return error
    return mark_uncertain(error, earlier.uncertain_request or f"{earlier.method} {earlier.path}")


def _mark(error: E, request: str, statement: str, *, is_always_said: bool = False) -> E:
    own_request = f"{error.method} {error.path}"
    is_said = not is_always_said and error.may_have_happened and request == own_request
    error._earlier_request = error._earlier_request or request
    if isinstance(error, TransportError):
        error.sent = None
    if not is_said and statement not in error.message:
        message = error.message.removesuffix(NOTHING_SENT_ADVICE)
        error.message = f"{message.removesuffix(NOTHING_CHANGED_ADVICE)}; {statement}"
        error.args = (error.message, *error.args[1:])
    return error
