"""JSON values as servers write them: names in any case, numbers as texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

__all__ = [
    "describe_json_type",
    "find_lone_surrogate",
    "format_body_for_log",
    "format_one_line",
    "get_field",
    "get_schemas",
    "is_list",
    "is_object",
    "parse_integer",
]


def get_field(value: Mapping[str, Any], name: str) -> Any:
    """Return `value[name]` with `name` in any case, or `None` (RFC 7643 §2.1)."""
    if name in value:
        return value[name]
    wanted = name.lower()
    return next((v for k, v in value.items() if k.lower() == wanted), None)


def parse_integer(value: Any) -> int | None:
    """Return a whole number, written as a number or as text, or `None`."""
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


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a JSON value is an array."""
    return isinstance(value, list)


def describe_json_type(value: Any) -> str:
    """Return what a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if is_list(value) else "an object"


def get_schemas(value: Mapping[str, Any]) -> list[str]:
    """Return the schemas of a message, which may be a list, one text, or JSON within a text."""
    schemas = get_field(value, "schemas")
    if isinstance(schemas, str):
        return [schemas.strip('[]" ')]
    if is_list(schemas):
        return [urn for urn in schemas if isinstance(urn, str)]
    return []


def find_lone_surrogate(text: str) -> int | None:
    r"""Return where half of a surrogate pair stands in a text, which makes it none of Unicode, or `None`.

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
    """Return `value` on one line, control characters made visible, at most `max_length` characters."""
    value = " ".join(value[: 4 * max_length].split())
    value = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value)
    return value if len(value) <= max_length else value[: max_length - 1] + "…"


_SECRET_FIELD = re.compile(
    r'("[^"]{0,40}(?:password|token|secret)"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE
)


def format_body_for_log(body: bytes, max_length: int = 4000) -> str:
    """Return a body for the log: on one line, passwords and tokens hidden, at most `max_length` characters."""
    text = body[: 4 * max_length].decode("utf-8", "replace")
    return format_one_line(_SECRET_FIELD.sub(r'\1"***"', text), max_length)
