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
    "checked_literal",
    "exact_text",
    "join_surrogates",
    "literal_text",
]

FilterValue = str | bool | int | float | None
"""A literal of a filter: what JSON knows, without arrays and objects."""

MAX_DIGITS = 600
"""Most digits of a number: below what any setting of the interpreter lets `int` read."""

_TOO_LARGE = 10**MAX_DIGITS

_SURROGATE = re.compile("[\ud800-\udfff]")


def checked_literal(value: FilterValue) -> FilterValue:
    """Return a value that text can say and that reads back as itself.

    Raises:
        InvalidFilter: it is no such value.
    """
    if type(value) is str:
        return join_surrogates(value)
    if type(value) is int:
        if not -_TOO_LARGE < value < _TOO_LARGE:
            raise InvalidFilter(f"an integer has more than {MAX_DIGITS} digits")
    elif type(value) is float:
        if not math.isfinite(value):
            raise InvalidFilter(f"{value!r} is no JSON number")
    elif value is not None and type(value) is not bool:
        raise InvalidFilter(f"{type(value).__name__} is no type of a literal")
    return value


def join_surrogates(text: str) -> str:
    """Return `text` with each pair of surrogates made the character it stands for, as JSON reads it.

    A lone surrogate stays: JSON can write one, so a literal can hold one.
    """
    if text.isascii() or _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def literal_text(value: FilterValue) -> str:
    """Return the literal as JSON that can be encoded: lone surrogates are escaped."""
    if type(value) is str:
        text = json.dumps(value, ensure_ascii=False)
        return text if text.isascii() else _SURROGATE.sub(_escape, text)
    return json.dumps(value)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def exact_text(value: FilterValue) -> str:
    """Return the literal as an s-expression has it: nothing escaped beyond need, no exponents."""
    if type(value) is float:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    return json.dumps(value, ensure_ascii=False)
