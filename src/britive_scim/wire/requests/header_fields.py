"""Header fields that a caller adds to a request, checked before sending (RFC 9110 §5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from britive_scim.errors import InputError

__all__ = ["check_header_fields", "flatten_headers"]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_INVALID_CHARACTER = re.compile(r"[^\x20-\x7e\t]")

_CLIENT_FIELDS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Fields that route, frame or authenticate a request, in lower case."""


def flatten_headers(headers: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    """Return the header fields of a mapping as pairs, not checked.

    Raises:
        InputError: `headers` is not a mapping.
    """
    if not headers:
        return ()
    if not isinstance(headers, Mapping):
        raise InputError(
            f"headers must be a mapping of names and values, got {type(headers).__name__}"
        )
    return tuple(headers.items())


def check_header_fields(fields: Iterable[tuple[object, object]]) -> None:
    """Check names and values of header fields; errors omit the value, which may be a secret.

    Raises:
        InputError: a name is not a token, a value is not visible ASCII, or the client sets the field itself.
    """
    for name, value in fields:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise InputError(
                f"header name must be a token of letters, digits and hyphens, got {name!a:.60}"
            )
        if name.lower() in _CLIENT_FIELDS:
            raise InputError(
                f"headers must not contain {name}, which the client sets itself; remove it"
            )
        problem = _find_problem(value)
        if problem:
            raise InputError(f"header {name} must be visible ASCII on one line, got {problem}")


def _find_problem(value: object) -> str | None:
    if not isinstance(value, str):
        return type(value).__name__
    if match := _INVALID_CHARACTER.search(value):
        return f"{match.group()!a} at position {match.start()}"
    if value != value.strip(" \t"):
        return "whitespace at its beginning or end"
    return None
