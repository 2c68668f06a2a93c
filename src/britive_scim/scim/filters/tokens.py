"""Tokens of filters and paths: patterns, operators, keywords and their spellings (RFC 7644 §3.4.2.2)."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from britive_scim.errors import InvalidFilter
from britive_scim.scim.names import ATTRIBUTE_NAME_PATTERN, URL_PATTERN, URN_PATTERN

__all__ = [
    "ATTRIBUTE_PATH",
    "LITERALS_BY_SPELLING",
    "LOGICAL_OPERATOR",
    "MAX_NESTING",
    "NUMBER",
    "OPERATORS",
    "OPERATORS_BY_SPELLING",
    "OPTIONAL_WHITESPACE",
    "SIMPLE_EXPRESSION",
    "STRING",
    "SUB_ATTRIBUTE",
    "URL",
    "URN",
    "WORD",
    "CompareOperator",
    "describe_token",
    "require_nesting_limit",
]

CompareOperator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
"""Comparison operators (RFC 7644 §3.4.2.2, Table 3); `pr` is the node `Present`."""

OPERATORS: tuple[CompareOperator, ...] = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")

MAX_NESTING: Final = 128
"""Maximum number of brackets, round and square, open at once in the text of a filter.

It bounds the depth of every tree, so that recursive walks cannot exhaust the stack.
"""

_WHITESPACE = r"[ \t\r\n]"
_WORD_END = r"(?![^ \t\r\n()\[\]\"])"
_SIMPLE_STRING = r'"([^"\\\x00-\x1f]*+)"'

SIMPLE_EXPRESSION: Final = re.compile(
    rf"{_WHITESPACE}*+(?:({URN_PATTERN}):)?({ATTRIBUTE_NAME_PATTERN})(?:\.({ATTRIBUTE_NAME_PATTERN}))?{_WHITESPACE}++([A-Za-z]{{2}}){_WORD_END}"
    rf'(?:{_WHITESPACE}++(?:{_SIMPLE_STRING}|([^ \t\r\n()\[\]"]++)))?'
)
"""An attr-exp without escapes: URN, name, sub-attribute, operator, string content, other literal."""

LOGICAL_OPERATOR: Final = re.compile(
    rf"{_WHITESPACE}++([aA][nN][dD]|[oO][rR]){_WORD_END}{_WHITESPACE}*+"
)
OPTIONAL_WHITESPACE: Final = re.compile(rf"{_WHITESPACE}*+")
WORD: Final = re.compile(r'[^ \t\r\n()\[\]"]++')
STRING: Final = re.compile(
    r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+"'
)
NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
ATTRIBUTE_PATH: Final = re.compile(
    rf"(?:({URN_PATTERN}|{URL_PATTERN}):)?({ATTRIBUTE_NAME_PATTERN})(?:\.({ATTRIBUTE_NAME_PATTERN}))?"
)
URN: Final = re.compile(URN_PATTERN)
URL: Final = re.compile(URL_PATTERN)
SUB_ATTRIBUTE: Final = re.compile(rf"\.({ATTRIBUTE_NAME_PATTERN})")

_MAX_TOKEN_LENGTH: Final = 40


def _build_case_variants(word: str) -> list[str]:
    variants = [""]
    for letter in word:
        variants = [start + c for start in variants for c in (letter, letter.upper())]
    return variants


OPERATORS_BY_SPELLING: Final[dict[str, Any]] = {
    spelling: op for op in (*OPERATORS, "pr") for spelling in _build_case_variants(op)
}
LITERALS_BY_SPELLING: Final[dict[str, bool | None]] = {
    spelling: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for spelling in _build_case_variants(word)
}


def describe_token(text: str, position: int) -> str:
    """Return the token at `position` for an error message."""
    if position == len(text):
        return "the end"
    if text[position] == '"':
        match = STRING.match(text, position)
        if match is None:
            return "a string that is not closed, or contains an invalid escape or control character"
    else:
        match = WORD.match(text, position)
    token = text[position] if match is None else match[0]
    return repr(
        token if len(token) <= _MAX_TOKEN_LENGTH else f"{token[: _MAX_TOKEN_LENGTH - 3]}..."
    )


def require_nesting_limit(nesting: int) -> None:
    """Raise `InvalidFilter` if more than `MAX_NESTING` brackets are open at once."""
    if nesting > MAX_NESTING:
        raise InvalidFilter(f"a filter must nest at most {MAX_NESTING} brackets, got {nesting}")
