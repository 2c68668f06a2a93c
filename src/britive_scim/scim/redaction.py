"""Redaction of passwords and other secrets by the names of their attributes.

The rule for logs, recordings, exchanges of the emulated tenant and reprs. Strings and numbers below a secret name are
masked; objects, arrays, booleans and null stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from britive_scim.scim.json_values import is_list, is_object

__all__ = [
    "MASK",
    "has_secret_value",
    "is_secret_name",
    "is_value_name",
    "redact_body",
    "redact_exchange",
    "redact_expression",
    "redact_json",
    "redact_pairs",
    "redact_text",
]

MASK = "***"
"""Replacement of every token and password."""

# Patterns are compiled on first use, by the cache of `re`: few programs need them, and compiling delays imports.

_SENSITIVE_WORD = r"(?i)pass(?:w|code|phrase)|secret|token|credential|authorization|cookie|(?:api|private|access).?key"
_METADATA_WORD = r"(?i)(?:ids?|names?|types?|status|days|duration|expir[a-z]*|policy|length|count|ur[il]s?|endpoint)$"
"""End of a name such as `tokenExpirationDays`, whose value is about a secret and not the secret itself."""

_SECRET_BYTES = (
    b"pass",
    b"secret",
    b"token",
    b"credential",
    b"authorization",
    b"cookie",
    b"key",
    b"\\u",  # an escape may be a part of such a word
)
"""Strings, in lower case, one of which occurs in every body with a secret."""

_BRACKETS = r"\[[^\[\]]*\]"
_NAMING_MEMBERS = frozenset({"path", "name", "key", "attribute", "attributename"})
"""Members of an object that name the attribute of its `value`, such as in a PATCH operation (RFC 7644 §3.5.2)."""

_EXPRESSION_MEMBERS = frozenset({"path", "filter"})

_COMPARISON = (
    r"(?i)(?P<before>(?<![\w:.$-])(?P<name>[\w:.$-]+)\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)"
    r'(?:"(?:[^"\\]|\\.)*"?|[^\s"()\[\]]+)'
)
_JSON_MEMBER = (
    r'(?s)(?P<before>"(?P<name>(?:[^"\\]|\\.){1,100}+)"\s{0,20}:\s{0,20})'
    r'(?P<value>"(?:[^"\\]|\\.)*"?|[\w.+-]+)'
)
_FORM_FIELD = r"(?P<before>(?<![\w.-])(?P<name>[\w.-]{1,100})=)(?P<value>[^&\s\"'<>;]+)"
_JSON_WORDS = frozenset({"true", "false", "null"})


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
        re.search(_SENSITIVE_WORD, part) is not None and re.search(_METADATA_WORD, part) is None
        for part in path.split(".")
    )


_MAX_CACHED_LENGTH = 200
_is_secret_name = lru_cache(maxsize=2048)(_is_secret_path)


def is_value_name(name: str) -> bool:
    """Return whether a member contains the value of an attribute that another member names."""
    return "value" in name.lower()


def has_secret_value(members: Mapping[str, Any]) -> bool:
    """Return whether an object names a secret attribute, such as a PATCH operation with the path `password`."""
    return any(
        isinstance(value, str) and name.lower() in _NAMING_MEMBERS and is_secret_name(value)
        for name, value in members.items()
    )


def redact_json(value: Any, name: str = "", *, is_secret: bool = False) -> Any:
    """Return a JSON value with masked secrets; the same object if it has none.

    Args:
        value: the value.
        name: name or path of its attribute.
        is_secret: mask every string and number.

    Example:
        >>> redact_json({"op": "add", "path": "password", "value": "t0p"})
        {'op': 'add', 'path': 'password', 'value': '***'}
    """
    is_secret = is_secret or is_secret_name(name)
    if is_object(value):
        return _redact_members(value, is_secret=is_secret)
    if is_list(value):
        items = [redact_json(item, is_secret=is_secret) for item in value]
        return items if _is_changed(items, value) else value
    if isinstance(value, str):
        return MASK if is_secret and value else _redact_string(value, name)
    if is_secret and isinstance(value, (int, float)) and not isinstance(value, bool):
        return MASK
    return value


def _redact_members(members: Mapping[str, Any], *, is_secret: bool) -> Any:
    has_secret = has_secret_value(members)
    redacted = {
        name: redact_json(
            value, str(name), is_secret=is_secret or (has_secret and is_value_name(str(name)))
        )
        for name, value in members.items()
    }
    return redacted if _is_changed(redacted.values(), members.values()) else members


def _is_changed(redacted: Iterable[Any], original: Iterable[Any]) -> bool:
    return any(new is not old for new, old in zip(redacted, original, strict=True))


def _redact_string(value: str, name: str) -> str:
    if name.lower() in _EXPRESSION_MEMBERS:
        return redact_expression(value)
    return redact_text(value) if '"' in value or "=" in value else value


def redact_expression(text: str) -> str:
    """Return a filter or a path with masked values of secret attributes.

    Example:
        >>> redact_expression('userName eq "ana" and password eq "t0p"')
        'userName eq "ana" and password eq "***"'
    """

    def mask(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - 200) : match.start()]
        is_secret = is_secret_name(match["name"]) or is_secret_name(
            before.rpartition("[")[0].rpartition(" ")[2]
        )
        return f'{match["before"]}"{MASK}"' if is_secret else match.group()

    return re.sub(_COMPARISON, mask, text) if re.search(_SENSITIVE_WORD, text) else text


def redact_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return headers or query parameters with masked secrets."""
    return tuple(
        (name, MASK if is_secret_name(name) and value else _redact_string(value, name))
        for name, value in pairs
    )


def redact_text(text: str) -> str:
    """Return text with masked secrets in what looks like members of JSON or fields of a form."""
    if not re.search(_SENSITIVE_WORD, text):
        return text
    has_secret = any(
        match["name"].lower() in _NAMING_MEMBERS and is_secret_name(match["value"].strip('"'))
        for match in re.finditer(_JSON_MEMBER, text)
    )

    def mask(match: re.Match[str]) -> str:
        is_secret = is_secret_name(match["name"]) or (has_secret and is_value_name(match["name"]))
        if not is_secret or match["value"] in _JSON_WORDS:
            return match.group()
        return match["before"] + (f'"{MASK}"' if match["before"].endswith((":", " ")) else MASK)

    return re.sub(_FORM_FIELD, mask, re.sub(_JSON_MEMBER, mask, text))


def redact_body(body: bytes) -> bytes:
    """Return a body of JSON or text with masked secrets; the same object if it has none."""
    lower = body.lower()  # a regular expression without case is much slower
    if not any(word in lower for word in _SECRET_BYTES):
        return body
    try:
        value: Any = json.loads(body)
        redacted = redact_json(value)
        if redacted is value:
            return body
        return json.dumps(redacted, ensure_ascii=False, separators=(",", ":")).encode(
            errors="surrogatepass"
        )
    except (ValueError, RecursionError):  # not JSON, or incomplete
        text = body.decode("utf-8", "replace")
        redacted_text = redact_text(text)
        return body if redacted_text == text else redacted_text.encode()


def redact_exchange(request: bytes, response: bytes) -> tuple[bytes, bytes]:
    """Return the bodies of a request and its response with masked secrets; secrets of the request are masked in both.

    A server may quote a password in its error.
    """
    redacted_request, redacted_response = redact_body(request), redact_body(response)
    if redacted_request is not request:
        for secret in sorted(_find_masked_strings(request), key=len, reverse=True):
            for form in (secret, json.dumps(secret)[1:-1]):
                redacted_response = redacted_response.replace(form.encode(), MASK.encode())
    return redacted_request, redacted_response


_MIN_SEARCHED_LENGTH = 6
"""Minimum length of a secret that is masked in a response; a shorter one may occur in any word."""


def _find_masked_strings(body: bytes) -> set[str]:
    """Return the strings of a JSON body that are masked; none of a body that is not JSON."""
    try:
        value: Any = json.loads(body)
        found = _iter_masked_strings(value, redact_json(value))
        return {secret for secret in found if len(secret) >= _MIN_SEARCHED_LENGTH}
    except (ValueError, RecursionError):
        return set()


def _iter_masked_strings(original: Any, redacted: Any) -> Iterator[str]:
    if is_object(original):
        for name, value in original.items():
            yield from _iter_masked_strings(value, redacted[name])
    elif is_list(original):
        for value, new in zip(original, redacted, strict=True):
            yield from _iter_masked_strings(value, new)
    elif isinstance(original, str) and redacted == MASK:
        yield original
