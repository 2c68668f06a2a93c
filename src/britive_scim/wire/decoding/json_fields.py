"""JSON values as servers write them: names in any case, numbers as texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

__all__ = [
    "half_of_a_pair",
    "is_list",
    "is_object",
    "kind_of",
    "masked",
    "member",
    "schemas_of",
    "shown",
    "whole",
]


def member(value: Mapping[str, Any], name: str) -> Any:
    """Return `value[name]` with `name` in any case, or `None` (RFC 7643 §2.1)."""
    if name in value:
        return value[name]
    wanted = name.lower()
    return next((v for k, v in value.items() if k.lower() == wanted), None)


def whole(value: Any) -> int | None:
    """Return a whole number, written as a number or as text, or `None`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    return None


_WHOLE = re.compile(r"-?[0-9]{1,18}")


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a JSON value is an array."""
    return isinstance(value, list)


def kind_of(value: Any) -> str:
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


def schemas_of(value: Mapping[str, Any]) -> list[str]:
    """Return the schemas of a message, which may be a list, one text, or JSON within a text."""
    schemas = member(value, "schemas")
    if isinstance(schemas, str):
        return [schemas.strip('[]" ')]
    if is_list(schemas):
        return [urn for urn in schemas if isinstance(urn, str)]
    return []


def half_of_a_pair(text: str) -> int | None:
    r"""Return where half of a surrogate pair stands in a text, which makes it none of Unicode, or `None`.

    Examples:
        >>> half_of_a_pair("a\ud800"), half_of_a_pair("\U0001f600")
        (1, None)
    """
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def shown(value: str, width: int) -> str:
    """Return `value` on one line, control characters made visible, at most `width` characters."""
    value = " ".join(value[: 4 * width].split())
    value = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value)
    return value if len(value) <= width else value[: width - 1] + "…"


_SECRET = re.compile(
    r'("[^"]{0,40}(?:password|token|secret)"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE
)


def masked(body: bytes, width: int = 4000) -> str:
    """Return a body for the log: on one line, passwords and tokens hidden, at most `width` characters."""
    text = body[: 4 * width].decode("utf-8", "replace")
    return shown(_SECRET.sub(r'\1"***"', text), width)
