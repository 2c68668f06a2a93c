"""Redaction of the exchanges that a tenant records: secrets by name, its own tokens, credentials in any text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, unquote_to_bytes, urlencode

from britive_scim.errors.secret_names import SENSITIVE_WORD
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.redaction import (
    MASK,
    find_secrets,
    has_secret_word,
    is_secret_name,
    is_value_name,
    mask_secrets,
    redact_expression,
    redact_json,
    redact_json_body,
    redact_pairs,
)

__all__ = ["ExchangeRedactor"]

_MAX_SEARCHED = 100_000
"""Maximum bytes of a body that is not JSON and is searched for secrets; while it is, the tenant waits."""

_CREDENTIAL = (
    r"(?P<scheme>\b(?i:bearer)[\s:=]{1,5}(?!(?i:tokens?|auth[a-z]*|realm|error|scope|scheme|credentials?)\b)"
    r"|\b(?i:basic|(?:workload)?token)\s{1,5}(?!(?:[A-Za-z][a-z]*|[A-Z]+)(?![\w~+/=-])))"
    r"(?:[\w.~+/=:-]|\\u[0-9a-fA-F]{4}|\\/){6,}+|\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*"
)
"""A credential after the name of its scheme, or a JWT; "token" and "basic" are ordinary words before another word."""

_PATH_PARAMETER = r"(?P<name>(?<![\w.-])[\w.-]{1,100})=[^/;]+"
"""A parameter in a path, such as `/Users;token=x` (RFC 3986 §3.3)."""

_HEADER_CREDENTIAL = r"(?i)\b(bearer|basic|(?:workload)?token)\s+(?!\w+=[\w\"])[^\s,;\"')>]+"
"""A credential in a header, in which the scheme precedes no ordinary word but a parameter such as `realm`."""


class ExchangeRedactor:
    """Redactor of exchanges, which knows the tokens that a tenant has issued.

    Args:
        is_secret_attribute: returns whether the identity attribute with an id has a secret name.

    Examples:
        >>> redactor = ExchangeRedactor()
        >>> redactor.add_token("pQ7vX2")
        >>> redactor.redact_path("/api/scim/v2/pQ7vX2"), redactor.redact_text("sent Bearer other-4711")
        ('/api/scim/v2/***', 'sent Bearer ***')
    """

    __slots__ = ("_is_secret_attribute", "_tokens")

    def __init__(self, is_secret_attribute: Callable[[str], bool] | None = None) -> None:
        self._tokens: dict[str, bytes] = {}
        self._is_secret_attribute = is_secret_attribute or _is_never_secret

    def __repr__(self) -> str:
        return f"<ExchangeRedactor of {len(self._tokens)} tokens>"

    def add_token(self, token: str) -> None:
        """Add a token that is masked from now on, also when it is no longer valid."""
        if token:
            self._tokens[token] = token.encode("utf-8", "surrogatepass")

    def mask_tokens(self, content: bytes) -> bytes:
        """Return text with the tokens masked; the same object if it contains none."""
        for token in self._tokens.values():
            if token in content:
                content = content.replace(token, MASK.encode())
        return content

    def redact_text(self, text: str) -> str:
        """Return text with the tokens and other credentials masked."""
        for token in self._tokens:
            if token in text:
                text = text.replace(token, MASK)
        return _mask_credentials(text)

    def redact_path(self, path: str) -> str:
        """Return the path of a URL with tokens, also percent-encoded ones, and secret parameters masked."""
        redacted = self.redact_text(path)
        if "=" in redacted:
            redacted = re.sub(_PATH_PARAMETER, _mask_parameter, redacted)
        decoded = unquote(redacted)
        if decoded != redacted and self.redact_text(decoded) != decoded:
            return "/".join(
                part if self.redact_text(unquote(part)) == unquote(part) else MASK
                for part in redacted.split("/")
            )
        return redacted

    def redact_query(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return decoded query parameters without secrets; each may be a filter, also an invalid one."""
        return tuple(
            (
                name if name.isalpha() else self.redact_text(redact_expression(name)),
                value if value == MASK else self.redact_text(redact_expression(value)),
            )
            for name, value in redact_pairs(pairs)
        )

    def redact_target(self, target: str) -> str:
        """Return path and query of a URL, percent-encoded, without secrets."""
        path, mark, query = target.partition("?")
        parts: list[str] = []
        for part in query.split("&"):
            pairs = parse_qsl(part, keep_blank_values=True)
            redacted = self.redact_query(pairs)
            is_same = redacted == tuple(pairs)
            parts.append(part if is_same else urlencode(redacted, safe="*", quote_via=quote))
        return self.redact_path(path) + mark + "&".join(parts)

    def redact_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers without secrets; of an `Authorization` header, the scheme stays."""
        redacted = {
            self.redact_text(name): _mask_header(self.redact_text(value))
            for name, value in redact_pairs(headers.items())
        }
        for name, value in headers.items():
            if name.lower() in ("authorization", "proxy-authorization") and " " in value:
                redacted[name] = f"{self.redact_text(value.partition(' ')[0])} {MASK}"
        return redacted

    def redact_bodies(
        self, request: bytes, response: bytes, query: Iterable[tuple[str, str]]
    ) -> tuple[bytes, bytes]:
        """Return the bodies of a request and its response without secrets.

        Secrets of the request are masked in both. A body that is not JSON and may contain a secret is replaced
        by its size: it has no names by which its secrets are found.

        Args:
            request: body of the request.
            response: body of the response.
            query: decoded query parameters of the request.
        """
        redacted, is_json = self._redact_body(request)
        searched = request if is_json or len(request) <= _MAX_SEARCHED else b""
        secrets = find_secrets(searched, query)
        return redacted, mask_secrets(self._redact_body(response)[0], secrets)

    def _redact_body(self, body: bytes) -> tuple[bytes, bool]:
        """Return a body without secrets, and whether it is JSON that may contain some."""
        if len(body) > _MAX_SEARCHED and not _is_json(body) and has_secret_word(body):
            return _describe_hidden(body, "not JSON, and may contain a secret"), False
        masked = self._mask_attribute_values(self._mask_content(body))
        if not has_secret_word(masked) and not _may_hide_word(masked):
            return masked, False
        redacted = redact_json_body(masked)
        if redacted is not None:
            return self._mask_escaped(redacted), True
        if len(masked) <= _MAX_SEARCHED and not _has_sensitive_word(masked):
            return masked, False
        return _describe_hidden(body, "not JSON, and may contain a secret"), False

    def _mask_attribute_values(self, body: bytes) -> bytes:
        """Return a body in which values of secret identity attributes, named by their ids, are masked."""
        if b"attributeId" not in body.replace(b"\0", b""):
            return body
        try:
            value: Any = json.loads(body)
            redacted = self._redact_members(value)
            if redacted == value:
                return body
            return json.dumps(redacted, ensure_ascii=False, separators=(",", ":")).encode(
                errors="surrogatepass"
            )
        except ValueError:
            return body
        except RecursionError:
            return _describe_hidden(body, "nested too deeply")

    def _redact_members(self, value: Any) -> Any:
        if is_list(value):
            return [self._redact_members(item) for item in value]
        if not is_object(value):
            return value
        id_ = value.get("attributeId")
        is_secret = isinstance(id_, str) and self._is_secret_attribute(id_)
        return {
            name: redact_json(item, is_secret=True)
            if is_secret and is_value_name(name)
            else self._redact_members(item)
            for name, item in value.items()
        }

    def _mask_escaped(self, body: bytes) -> bytes:
        """Return a body of JSON in which tokens with escaped characters are masked."""
        if b"\\u" not in body.replace(b"\0", b"") and b"\\/" not in body:
            return self._mask_content(body)
        text = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
        plain = text.encode(errors="surrogatepass")
        masked = self._mask_content(plain)
        return body if masked is plain else masked

    def _mask_content(self, body: bytes) -> bytes:
        """Return a body with masked tokens and credentials; the same object if it contains none."""
        content = body
        if b"\0" in body:  # UTF-16 or UTF-32
            try:
                content = body.decode(json.detect_encoding(body)).encode()
            except ValueError:
                content = body.replace(b"\0", b"")
        masked = self.mask_tokens(content)
        text = masked.decode("utf-8", "surrogateescape")
        redacted = _mask_credentials(text)
        if redacted is not text:
            masked = redacted.encode("utf-8", "surrogateescape")
        return body if masked == content else masked


def _is_never_secret(_: str) -> bool:
    return False


def _may_have_credential(text: str) -> bool:
    lower = text.lower()  # a regular expression without case is much slower
    return "bearer" in lower or "basic" in lower or "token" in lower or "eyj" in lower


def _mask_credentials(text: str) -> str:
    """Return text with masked credentials; the same object if it contains none."""
    if not _may_have_credential(text):
        return text
    return re.sub(_CREDENTIAL, lambda match: f"{match['scheme'] or ''}{MASK}", text)


def _mask_parameter(match: re.Match[str]) -> str:
    return f"{match['name']}={MASK}" if is_secret_name(match["name"]) else match.group()


def _mask_header(value: str) -> str:
    if not _may_have_credential(value):
        return value
    return re.sub(_HEADER_CREDENTIAL, rf"\1 {MASK}", value)


def _describe_hidden(body: bytes, reason: str) -> bytes:
    return f"body of {len(body):,} bytes not shown: {reason}".encode()


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _may_hide_word(body: bytes) -> bool:
    """Return whether percent-encoded text may contain a word for secrets, such as the body of a form."""
    if b"%" not in body:
        return False
    if len(body) <= _MAX_SEARCHED:
        return has_secret_word(unquote_to_bytes(body))
    return not body.lstrip().startswith((b"{", b"["))


def _has_sensitive_word(body: bytes) -> bool:
    """Return whether text contains a word for secrets, also an escaped one."""
    text = body.replace(b"\0", b"").decode("utf-8", "replace")
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), unquote(text))
    return re.search(SENSITIVE_WORD, text) is not None
