"""Names of attributes with secret values, and masks for such values in filters and paths that are invalid."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = [
    "MASK",
    "SENSITIVE_WORD",
    "find_secret_values",
    "has_sensitive_word",
    "is_secret_name",
    "mask_invalid_expression",
]

MASK = "***"
"""Replacement of every token and password."""

# Patterns are compiled on first use, by the cache of `re`: few programs need them, and compiling delays imports.

SENSITIVE_WORD = (
    r"(?i)pass(?:w|code|phrase)|(?-i:(?<![A-Za-z])pass(?![a-z])|Pass(?![a-z])|(?<![A-Za-z])PASS(?![A-Z]))|pwd"
    r"|secret(?!(?-i:(?<=t)ar[iy]|(?<=T)AR[IY]))|token|credential|authorization|cookie"
    r"|(?:api|private|access).?key(?!.?card)"
)
"""A part of a secret name: `newPass`, `user_pass`, `clientsecret` and `secretValue`.

Other words that only begin with one, or end with one, are left out: `bypass`, `passenger`, `secretary`, `secretariat`
and `accessKeyCard`.
"""

_METADATA_WORD = r"(?i)(?:ids?|names?|types?|status|days|duration|expir[a-z]*|policy|length|count|ur[il]s?|endpoint|levels?|roles?|scopes?)$"
"""End of a name such as `tokenExpirationDays` or `authorizationLevel`, whose value is about a secret and not the secret itself."""

_BRACKETS = r"\[[^\[\]]*\]"
_NAME_OR_BRACKET = r"(?<![\w:.$-])[\w:.$-]+|[\[\]]"
_OPERATOR_AND_VALUE = (
    r"(?is)(?>\s*(?!(?:pr|and|or|not)\b)"
    r"(?:(?:eq|ne|co|sw|ew|gt|ge|lt|le|equals?|is|in|like|contains)(?=[\s\"'(]|\Z)|[=!<>~]+|[^\s\"()\[\]]{1,100}+(?=\s*\"))?[\s(]*)"
    r"(?!(?:pr|and|or|not)\b)"
    r"(?P<value>\"(?:[^\"\\]|\\.)*+(?:\"[^\s()\[\]]{0,1000})?|'[^']*+(?:'[^\s()\[\]]{0,1000})?|[^\s\"]{0,1000}[^\s\"()\[\]])"
)
"""Rest of a comparison after its name. The operator may be missing, or one of other languages. Lengths are limited so that many names take linear time."""


_STEMS = ("pass", "pwd", "secret", "token", "credential", "authorization", "cookie", "key")
"""Strings of which every sensitive word contains one; they are found faster than by the pattern."""


def has_sensitive_word(text: str) -> bool:
    """Return whether a string contains a sensitive word, such as JSON with a secret attribute.

    Examples:
        >>> has_sensitive_word('{"costCode": "R-17"}'), has_sensitive_word('{"apiKey": "x"}')
        (False, True)
    """
    folded = text.casefold()
    return any(stem in folded for stem in _STEMS) and re.search(SENSITIVE_WORD, text) is not None


def is_secret_name(name: str) -> bool:
    """Return whether an attribute has a secret value, according to its name, path or URN in any case.

    Examples:
        >>> is_secret_name("costCode"), is_secret_name("API_Token"), is_secret_name("tokenExpirationDays")
        (False, True, False)
        >>> is_secret_name("urn:ietf:params:scim:schemas:core:2.0:User:PASSWORD")
        True
    """
    return _is_secret_name(name) if len(name) <= _MAX_CACHED_LENGTH else _is_secret_path(name)


def _is_secret_path(name: str) -> bool:
    path = re.sub(_BRACKETS, "", name).rpartition(":")[2] or name
    return any(
        re.search(SENSITIVE_WORD, part) is not None and re.search(_METADATA_WORD, part) is None
        for part in path.split(".")
    )


_MAX_CACHED_LENGTH = 200
_is_secret_name = lru_cache(maxsize=2048)(_is_secret_path)


def mask_invalid_expression(text: str, position: int = 0) -> tuple[str, int]:
    """Return a filter or path, and a position in it, with masked values of secret attributes.

    The text may be invalid: it need not be clear where a value ends. A position within a value becomes its start.

    Examples:
        >>> mask_invalid_expression('password eq "t0p" und active pr', 18)
        ('password eq "***" und active pr', 18)
    """
    if re.search(SENSITIVE_WORD, text) is None:
        return text, position
    parts: list[str] = []
    end, masked_position = 0, position
    for start, stop in find_secret_values(text):
        mask = f'"{MASK}"' if text[start] == '"' else MASK
        parts += (text[end:start], mask)
        masked_position -= min(max(position - start, 0), stop - start)
        masked_position += len(mask) if position >= stop else 0
        end = stop
    return "".join((*parts, text[end:])), masked_position


def find_secret_values(text: str) -> list[tuple[int, int]]:
    """Return start and end of each value of a secret attribute in a filter or path that may be invalid, in order.

    A quotation mark may be missing, so names within strings count as well.
    """
    match_rest = re.compile(_OPERATOR_AND_VALUE).match
    spans: list[tuple[int, int]] = []
    holder = previous = ""  # the name before brackets, and the last name
    for found in re.finditer(_NAME_OR_BRACKET, text):
        name = found.group()
        if name in ("[", "]"):
            holder = previous if name == "[" else ""
            continue
        previous = name
        if not (is_secret_name(name) or (holder and is_secret_name(holder))):
            continue
        rest = match_rest(text, found.end())
        if rest is None:
            continue
        start, stop = rest.span("value")
        if spans and start < spans[-1][1]:
            start, stop = spans[-1][0], max(stop, spans.pop()[1])
        spans.append((start, stop))
    return spans
