"""Redaction of passwords and other secrets by the names of their attributes.

The rule for logs, recordings, exchanges of the emulated tenant and reprs. Strings and numbers below a secret name are
masked; objects, arrays, booleans and null stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from britive_scim.errors.secret_names import (
    MASK,
    SENSITIVE_WORD,
    find_secret_values,
    is_secret_name,
)
from britive_scim.scim.json_values import is_list, is_object

__all__ = [
    "MASK",
    "find_secrets",
    "has_secret_value",
    "has_secret_word",
    "is_secret_name",
    "is_value_name",
    "mask_secrets",
    "redact_body",
    "redact_exchange",
    "redact_expression",
    "redact_json",
    "redact_json_body",
    "redact_pairs",
    "redact_text",
]

_SECRET_BYTES = (
    b"pass",
    b"pwd",
    b"secret",
    b"token",
    b"credential",
    b"authorization",
    b"cookie",
    b"key",
    b"\\u",  # an escape may be a part of such a word
)
"""Strings, in lower case, one of which occurs in every body with a secret."""

_NAMING_MEMBERS = frozenset({"path", "name", "key", "attribute", "attributename"})
"""Members of an object that name the attribute of its `value`, such as in a PATCH operation (RFC 7644 §3.5.2)."""

_EXPRESSION_MEMBERS = frozenset({"path", "filter"})

_COMPARISON = (
    r"(?i)(?P<before>(?<![\w:.$-])(?P<name>[\w:.$-]+)\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)"
    r'(?P<value>"(?:[^"\\]|\\.)*"?|[^\s"()\[\]]+)'
)
_JSON_MEMBER = (
    r'(?s)(?P<before>"(?P<name>(?:[^"\\]|\\.){1,100}+)"\s{0,20}:\s{0,20})'
    r'(?P<value>"(?:[^"\\]|\\.)*"?|[\w.+-]+)'
)
_FORM_FIELD = r"(?P<before>(?<![\w.-])(?P<name>[\w.-]{1,100})=)(?P<value>[^&\s\"'<>;]+)"
_WELL_FORMED = (
    r"(?i)[\w:.$-]*|(?>(?:and|or|not)\b|[\w:.$-]+\s+pr\b|[\w:.$-]+(?=\[)|\.[\w$-]+|[\[\]()\0]|\s)*+"
)
"""A path, or a filter whose comparisons are replaced by NUL: nothing in it can be a value."""

_JSON_WORDS = frozenset({"true", "false", "null"})


def is_value_name(name: str) -> bool:
    """Return whether a member contains the value of an attribute that another member names."""
    return "value" in name.lower()


def has_secret_value(members: Mapping[Any, Any]) -> bool:
    """Return whether an object names a secret attribute, such as a PATCH operation with the path `password`.

    Data of a program, unlike JSON, may have keys other than strings.
    """
    return any(
        isinstance(name, str) and name.lower() in _NAMING_MEMBERS and _names_secret(value)
        for name, value in members.items()
    )


def _names_secret(value: Any) -> bool:
    if isinstance(value, str):
        return is_secret_name(value)
    return is_list(value) and any(map(_names_secret, value))


def redact_json(
    value: Any, name: str = "", *, is_secret: bool = False, found: list[str] | None = None
) -> Any:
    """Return a JSON value with masked secrets; the same object if it has none.

    Args:
        value: the value.
        name: name or path of its attribute.
        is_secret: mask every string and number.
        found: list that every masked secret is added to.

    Example:
        >>> redact_json({"op": "add", "path": "password", "value": "t0p"})
        {'op': 'add', 'path': 'password', 'value': '***'}
    """
    is_secret = is_secret or is_secret_name(name)
    if is_object(value):
        return _redact_members(value, is_secret, found)
    if is_list(value):
        items = [redact_json(item, is_secret=is_secret, found=found) for item in value]
        return items if _is_changed(items, value) else value
    if isinstance(value, str):
        return _mask(value, found) if is_secret and value else _redact_string(value, name, found)
    if is_secret and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _mask(json.dumps(value), found)
    return value


def _mask(secret: str, found: list[str] | None) -> str:
    if found is not None and secret != MASK:
        found.append(secret)
    return MASK


def _redact_members(members: Mapping[Any, Any], is_secret: bool, found: list[str] | None) -> Any:
    has_secret = has_secret_value(members)
    redacted = {
        name: redact_json(
            value,
            str(name),
            is_secret=is_secret or (has_secret and is_value_name(str(name))),
            found=found,
        )
        for name, value in members.items()
    }
    return redacted if _is_changed(redacted.values(), members.values()) else members


def _is_changed(redacted: Iterable[Any], original: Iterable[Any]) -> bool:
    return any(new is not old for new, old in zip(redacted, original, strict=True))


def _redact_string(value: str, name: str, found: list[str] | None) -> str:
    if name.lower() in _EXPRESSION_MEMBERS:
        return redact_expression(value, found)
    return redact_text(value, found) if '"' in value or "=" in value else value


def redact_expression(text: str, found: list[str] | None = None) -> str:
    """Return a filter or a path with masked values of secret attributes; add them to `found`.

    If the text is invalid, whatever may be a value is masked.

    Example:
        >>> redact_expression('userName eq "ana" and password eq "t0p"')
        'userName eq "ana" and password eq "***"'
    """

    def mask(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - 200) : match.start()]
        is_secret = is_secret_name(match["name"]) or is_secret_name(
            before.rpartition("[")[0].rpartition(" ")[2]
        )
        if not is_secret:
            return match.group()
        return f'{match["before"]}"{_mask(_read_literal(match["value"]), found)}"'

    if not re.search(SENSITIVE_WORD, text):
        return text
    if not re.fullmatch(_WELL_FORMED, re.sub(_COMPARISON, "\0", text)):
        text = _mask_values(text, found)
    return re.sub(_COMPARISON, mask, text)


def _mask_values(text: str, found: list[str] | None) -> str:
    """Return an invalid filter or path with masked values."""
    parts: list[str] = []
    end = 0
    for start, stop in find_secret_values(text):
        mask = _mask(_read_literal(text[start:stop]), found)
        parts += (text[end:start], f'"{mask}"' if text[start] == '"' else mask)
        end = stop
    return "".join((*parts, text[end:]))


def _read_literal(literal: str) -> str:
    """Return the value of a string in quotes, such as in JSON or a filter; a bare value is returned unchanged."""
    try:
        value: object = json.loads(literal) if literal.startswith('"') else literal
    except ValueError:  # incomplete, or with an invalid escape
        value = literal.strip('"')
    return str(value)


def redact_pairs(
    pairs: Iterable[tuple[str, str]], found: list[str] | None = None
) -> tuple[tuple[str, str], ...]:
    """Return headers or query parameters with masked secrets; add them to `found`."""
    return tuple(
        (
            name,
            _mask(value, found)
            if is_secret_name(name) and value
            else _redact_string(value, name, found),
        )
        for name, value in pairs
    )


def redact_text(text: str, found: list[str] | None = None) -> str:
    """Return text with masked secrets in what looks like members of JSON or fields of a form; add them to `found`."""
    if not re.search(SENSITIVE_WORD, text):
        return text
    has_secret = any(
        match["name"].lower() in _NAMING_MEMBERS and is_secret_name(match["value"].strip('"'))
        for match in re.finditer(_JSON_MEMBER, text)
    )

    def mask_value(match: re.Match[str]) -> str:
        is_secret = is_secret_name(match["name"]) or (has_secret and is_value_name(match["name"]))
        if not is_secret or match["value"] in _JSON_WORDS:
            return match.group()
        mask = _mask(_read_literal(match["value"]), found)
        return match["before"] + (f'"{mask}"' if match["before"].endswith((":", " ")) else mask)

    return re.sub(_FORM_FIELD, mask_value, re.sub(_JSON_MEMBER, mask_value, text))


def redact_body(body: bytes) -> bytes:
    """Return a body of JSON or text with masked secrets; the same object if it has none."""
    if not has_secret_word(body):
        return body
    redacted = redact_json_body(body)
    if redacted is not None:
        return redacted
    text = _decode(body)
    redacted_text = redact_text(text)
    return body if redacted_text == text else redacted_text.encode()


def has_secret_word(body: bytes) -> bool:
    """Return whether a body may contain a secret, by the words in it; it is fast, also for a long one."""
    lower = body.lower()  # a regular expression without case is much slower
    if b"\0" in lower:  # UTF-16 or UTF-32
        lower = lower.replace(b"\0", b"")
    return any(word in lower for word in _SECRET_BYTES)


def redact_json_body(body: bytes) -> bytes | None:
    """Return a body of JSON in any encoding with masked secrets, the same object if it has none.

    `None` if it is not JSON, or nested too deeply.
    """
    has_repeated_names = False

    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_repeated_names
        members = dict(pairs)
        has_repeated_names = has_repeated_names or len(members) < len(pairs)
        return members

    try:
        value: Any = json.loads(body, object_pairs_hook=build_object)
        redacted = redact_json(value)
        if redacted is value and not has_repeated_names:
            return body
        text = json.dumps(redacted, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return None
    return text.encode(errors="surrogatepass")


def _decode(body: bytes) -> str:
    """Return text in the encoding that JSON of these bytes would have."""
    return body.decode(json.detect_encoding(body), "replace")


def redact_exchange(
    request: bytes, response: bytes, query: Iterable[tuple[str, str]] = ()
) -> tuple[bytes, bytes]:
    """Return the bodies of a request and its response with masked secrets; secrets of the request are masked in both.

    A server may quote a password in its error.

    Args:
        request: body of the request.
        response: body of the response.
        query: decoded query parameters of the request.
    """
    return redact_body(request), mask_secrets(redact_body(response), find_secrets(request, query))


_MIN_SEARCHED_LENGTH = 6
"""Minimum length of a secret that is masked in a response; a shorter one may occur in any word."""

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_STRING_OR_NUMBER = r'(?s)"(?:[^"\\]|\\.)*+"?|-?[0-9][0-9.eE+-]*+'
"""A string or a number of JSON."""


def find_secrets(request: bytes, query: Iterable[tuple[str, str]] = ()) -> tuple[str, ...]:
    """Return the secrets of a request that are masked in its response, longest first.

    They are its masked strings and numbers, and the masked parts of its filters, paths and JSON in strings.

    Args:
        request: body of the request.
        query: decoded query parameters of the request.
    """
    found: list[str] = []
    redact_pairs(query, found)
    if has_secret_word(request):
        try:
            redact_json(json.loads(request), found=found)
        except (ValueError, RecursionError):
            redact_text(_decode(request), found)
    secrets = {secret for secret in found if len(secret) >= _MIN_SEARCHED_LENGTH}
    return tuple(sorted(secrets, key=lambda secret: (-len(secret), secret)))


def mask_secrets(body: bytes, secrets: Iterable[str]) -> bytes:
    """Return the body of a response with the given secrets masked, also where JSON escapes them.

    A number is masked unless it is a part of a longer one; JSON stays valid.
    """
    for secret in secrets:
        if re.fullmatch(_NUMBER, secret):
            body = _mask_number(body, secret)
            continue
        escaped = json.dumps(secret)[1:-1]
        forms = {
            secret,
            escaped,
            json.dumps(secret, ensure_ascii=False)[1:-1],
            json.dumps(escaped)[1:-1],  # within a filter or JSON that is quoted
        }
        for form in sorted(forms, key=len, reverse=True):
            body = body.replace(form.encode(errors="surrogatepass"), MASK.encode())
    return body


def _mask_number(body: bytes, number: str) -> bytes:
    if number.encode() not in body:
        return body
    pattern = rf"(?<![0-9]){re.escape(number)}(?![0-9])"

    def mask(match: re.Match[str]) -> str:
        masked = re.sub(pattern, MASK, match.group())
        is_number = masked != match.group() and not masked.startswith('"')
        return f'"{MASK}"' if is_number else masked

    text = body.decode("utf-8", "surrogateescape")
    may_be_json = text.lstrip().startswith(("{", "[", '"'))
    redacted = re.sub(_STRING_OR_NUMBER, mask, text) if may_be_json else re.sub(pattern, MASK, text)
    return redacted.encode("utf-8", "surrogateescape")
