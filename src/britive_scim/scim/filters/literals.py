"""Literals of filters: JSON's strings, numbers, `true`, `false` and `null` (RFC 7644 §3.4.2.2)."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal

from britive_scim.errors import InvalidFilter

__all__ = [
    "MAX_DIGITS",
    "FilterValue",
    "format_literal",
    "format_sexpr_literal",
    "join_surrogates",
    "normalize_literal",
]

FilterValue = str | bool | int | float | None
"""Type of a filter literal: a JSON value other than an array or object."""

MAX_DIGITS = 600
"""Maximum number of digits of a number; `int` accepts as many under every interpreter setting."""

_INTEGER_LIMIT = 10**MAX_DIGITS

_SURROGATE = re.compile("[\ud800-\udfff]")


def normalize_literal(value: FilterValue) -> FilterValue:
    """Return the value as a literal that survives printing and parsing.

    Raises:
        InvalidFilter: the type is not a literal type, or the number is out of range.
    """
    if type(value) is str:
        return join_surrogates(value)
    if type(value) is int:
        if not -_INTEGER_LIMIT < value < _INTEGER_LIMIT:
            raise InvalidFilter(f"value must be an integer of at most {MAX_DIGITS} digits")
    elif type(value) is float:
        if not math.isfinite(value):
            raise InvalidFilter(f"value must be a finite number, got {value!r}")
    elif value is not None and type(value) is not bool:
        raise InvalidFilter(
            f"value must be a string, a number, True, False or None, got {type(value).__name__}"
        )
    return value


def join_surrogates(string: str) -> str:
    """Return `string` with each surrogate pair replaced by its character, as in JSON.

    A lone surrogate stays: JSON can escape it, so a literal can contain it.
    """
    if string.isascii() or _SURROGATE.search(string) is None:
        return string
    return string.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def format_literal(value: FilterValue) -> str:
    """Return the literal as JSON text that UTF-8 can encode: lone surrogates are escaped."""
    if type(value) is str:
        text = json.dumps(value, ensure_ascii=False)
        return text if text.isascii() else _SURROGATE.sub(_escape_surrogate, text)
    return json.dumps(value)


def _escape_surrogate(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def format_sexpr_literal(value: FilterValue) -> str:
    """Return the literal for an s-expression: minimal escapes, no exponents."""
    if type(value) is float:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    return json.dumps(value, ensure_ascii=False)
