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
"""A literal of a filter: what JSON knows, without arrays and objects."""

MAX_DIGITS = 600
"""Most digits of a number: below what any setting of the interpreter lets `int` read."""

_INTEGER_LIMIT = 10**MAX_DIGITS

_SURROGATE = re.compile("[\ud800-\udfff]")


def normalize_literal(value: FilterValue) -> FilterValue:
    """Return a value that text can say and that reads back as itself.

    Raises:
        InvalidFilter: it is no such value.
    """
    if type(value) is str:
        return join_surrogates(value)
    if type(value) is int:
        if not -_INTEGER_LIMIT < value < _INTEGER_LIMIT:
            raise InvalidFilter(f"an integer has more than {MAX_DIGITS} digits")
    elif type(value) is float:
        if not math.isfinite(value):
            raise InvalidFilter(f"{value!r} is no JSON number")
    elif value is not None and type(value) is not bool:
        raise InvalidFilter(f"{type(value).__name__} is no type of a literal")
    return value


def join_surrogates(string: str) -> str:
    """Return `string` with each pair of surrogates made the character it stands for, as JSON reads it.

    A lone surrogate stays: JSON can write one, so a literal can hold one.
    """
    if string.isascii() or _SURROGATE.search(string) is None:
        return string
    return string.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def format_literal(value: FilterValue) -> str:
    """Return the literal as JSON that can be encoded: lone surrogates are escaped."""
    if type(value) is str:
        text = json.dumps(value, ensure_ascii=False)
        return text if text.isascii() else _SURROGATE.sub(_escape_surrogate, text)
    return json.dumps(value)


def _escape_surrogate(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def format_sexpr_literal(value: FilterValue) -> str:
    """Return the literal as an s-expression has it: nothing escaped beyond need, no exponents."""
    if type(value) is float:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    return json.dumps(value, ensure_ascii=False)
