"""Field access to JSON of servers: names in any case, numbers as strings; one-line display."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from britive_scim.scim.json_values import is_list

__all__ = [
    "BEFORE_MARKUP",
    "find_lone_surrogate",
    "format_body_for_log",
    "format_one_line",
    "get_field",
    "get_schemas",
    "parse_integer",
]

BEFORE_MARKUP = b"\xef\xbb\xbf \t\r\n"
"""Byte order mark and whitespace, which may precede JSON, XML and HTML."""

_MAX_LOGGED_LENGTH = 4000


def get_field(value: Mapping[str, Any], name: str) -> Any:
    """Return the field with this name in any case, or `None` (RFC 7643 §2.1)."""
    if name in value:
        return value[name]
    folded = name.lower()
    return next((v for k, v in value.items() if k.lower() == folded), None)


def parse_integer(value: Any) -> int | None:
    """Return an integer, given as a number or as a string, or `None`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    return None


_INTEGER = re.compile(r"-?[0-9]{1,18}")


def get_schemas(value: Mapping[str, Any]) -> list[str]:
    """Return the schemas of a message, given as a list, as one string, or as JSON in a string."""
    schemas = get_field(value, "schemas")
    if isinstance(schemas, str):
        return [schemas.strip('[]" ')]
    if is_list(schemas):
        return [urn for urn in schemas if isinstance(urn, str)]
    return []


def find_lone_surrogate(text: str) -> int | None:
    r"""Return the position of a lone surrogate, which is not valid Unicode, or `None`.

    Examples:
        >>> find_lone_surrogate("a\ud800"), find_lone_surrogate("\U0001f600")
        (1, None)
    """
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def format_one_line(value: str, max_length: int) -> str:
    """Return `value` on one line of at most `max_length` characters, control characters escaped."""
    value = " ".join(value[: 4 * max_length].split())
    value = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value)
    return value if len(value) <= max_length else value[: max_length - 1] + "…"


def format_body_for_log(body: bytes) -> str:
    """Return a redacted body for the log: one line of limited length."""
    return format_one_line(
        body[: 4 * _MAX_LOGGED_LENGTH].decode("utf-8", "replace"), _MAX_LOGGED_LENGTH
    )
