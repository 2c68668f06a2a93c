r"""Redaction of the tokens that the attempts of one call contained, in responses, logs and recordings.

Errors, logs and recordings mask the secrets of the request also, such as a password that a server quotes.

A token or a secret is found unchanged, within base64, and with any of its characters escaped, even more than once. Escapes are
those of JSON (`\u0043`), HTML (`&#67;`, also without the semicolon) and URLs (`%43`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import SecretStr

from britive_scim.wire.escaped_secrets import find_escaped_secrets, is_whole_word
from britive_scim.wire.escapes import ESCAPE_SIGNS, build_character_pattern, get_character_matcher

__all__ = ["TokenRedactor"]

_MASK = b"***"

_SHORT_TOKEN_LENGTH = 16
"""Shorter tokens, which occur only in tests, are masked only as whole words."""

_MIN_BASE64_LENGTH = 8
"""Length of the shortest token that is searched in base64; shorter ones occur there by chance."""

_PREFIX_LENGTH = 3
"""Characters of a token that one pattern searches for; the others are compared one by one."""

_TO_URL_ALPHABET = bytes.maketrans(b"+/", b"-_")

_BASE64_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="


class TokenRedactor:
    r"""Redactor of every token that the attempts of one call contained.

    Example:
        >>> redactor = TokenRedactor()
        >>> redactor.add_header(SecretStr("Bearer s3cret-of-the-nightly-job"))
        >>> redactor.redact_body(rb"unknown token s3cret-of-the-nightly-\u006aob")
        b'unknown token ***'
    """

    __slots__ = ("_content", "_query", "_secrets", "_tokens")

    def __init__(self) -> None:
        self._tokens: tuple[SecretStr, ...] = ()
        self._content = b""
        self._query: tuple[tuple[str, str], ...] = ()
        self._secrets: tuple[SecretStr, ...] | None = None

    def __repr__(self) -> str:
        return f"<TokenRedactor of {len(self._tokens)} tokens>"

    def __reduce__(self) -> tuple[Any, ...]:
        return TokenRedactor, ()  # a copy or pickle contains no token

    def add_header(self, header: SecretStr) -> None:
        """Add the token in this value of an `Authorization` header."""
        token = SecretStr(header.get_secret_value().partition(" ")[2])
        if token not in self._tokens:
            self._tokens = (*self._tokens, token)

    def with_request(
        self, content: bytes | None, query: tuple[tuple[str, str], ...] = ()
    ) -> TokenRedactor:
        """Return a redactor of the same tokens, and of the secrets of a request.

        Args:
            content: encoded body of the request.
            query: decoded query parameters of the request.
        """
        redactor = TokenRedactor()
        redactor._tokens, redactor._content, redactor._query = self._tokens, content or b"", query
        return redactor

    def redact_error(self, body: bytes) -> bytes:
        """Return what is shown of a response with tokens and secrets masked; the same object without any."""
        redacted = self.redact_body(body)
        secrets = self._find_secrets() if body else ()
        if not secrets:
            return redacted
        from britive_scim.scim.redaction import mask_secrets  # needed after an error only

        redacted = mask_secrets(redacted, (secret.get_secret_value() for secret in secrets))
        encodings = [encoded for secret in secrets for encoded in _encode_base64(secret)]
        for encoded in encodings:
            if _occurs(encoded, redacted):
                spans = _find_escaped(encoded, redacted, is_base64=True)
                redacted = _mask_spans(redacted, spans)
        if ESCAPE_SIGNS.search(redacted) is not None:
            are_words = [secret.get_secret_value().isdecimal() for secret in secrets]
            are_words += [False] * len(encodings)
            found = find_escaped_secrets((*secrets, *encodings), are_words, redacted)
            redacted = _mask_spans(redacted, found)
        return body if redacted == body else redacted

    def _find_secrets(self) -> tuple[SecretStr, ...]:
        if self._secrets is None:
            from britive_scim.scim.redaction import find_secrets  # needed after an error only

            self._secrets = tuple(map(SecretStr, find_secrets(self._content, self._query)))
        return self._secrets

    def redact_body(self, body: bytes) -> bytes:
        """Return `body` with the tokens masked; the same object if it contains none."""
        if not body:
            return body
        may_be_escaped = ESCAPE_SIGNS.search(body) is not None
        for token in self._tokens:
            body = _mask_token(token, body, may_be_escaped=may_be_escaped)
        return body

    def redact_headers(self, headers: dict[str, str]) -> dict[str, str]:
        """Return response headers with the tokens masked; the same object if they contain none."""
        if not any(_may_contain(token, headers) for token in self._tokens):
            return headers
        return {
            name: self.redact_body(value.encode(errors="surrogateescape")).decode(errors="replace")
            for name, value in headers.items()
        }


# The functions below take a SecretStr, so that the variables of a traceback never show a token as text.


def _may_contain(token: SecretStr, headers: Mapping[str, str]) -> bool:
    """Return whether a header may contain a token: plain, in base64, or escaped."""
    length = len(token.get_secret_value())
    return any(
        token.get_secret_value() in value
        or "%" in value
        or "&" in value
        or "\\" in value
        or any(encoded.get_secret_value() in value for encoded in _encode_base64(token))
        for value in headers.values()
        if len(value) >= length
    )


def _mask_token(token: SecretStr, body: bytes, *, may_be_escaped: bool) -> bytes:
    """Return `body` with one token masked, in all its forms."""
    is_word = len(token.get_secret_value()) < _SHORT_TOKEN_LENGTH
    if not is_word:
        body = body.replace(token.get_secret_value().encode(), _MASK)
    if may_be_escaped or is_word:
        body = _mask_spans(body, _find_escaped(token, body, is_word=is_word))
    for encoded in _encode_base64(token):
        if may_be_escaped or encoded.get_secret_value()[:_PREFIX_LENGTH].encode() in body:
            body = _mask_spans(body, _find_escaped(encoded, body, is_base64=True))
    return body


@lru_cache(maxsize=8)
def _encode_base64(token: SecretStr) -> tuple[SecretStr, ...]:
    """Return what base64 of any text with the token contains; it depends on the token's position modulo 3.

    Characters that depend on what precedes or follows the token are omitted.
    """
    content = token.get_secret_value().encode()
    if len(content) < _MIN_BASE64_LENGTH:
        return ()
    encoded = (b64encode(b"\0" * offset + content).decode() for offset in range(3))
    return tuple(
        SecretStr(text[(offset * 8 + 5) // 6 : (offset + len(content)) * 8 // 6])
        for offset, text in enumerate(encoded)
    )


def _occurs(encoded: SecretStr, body: bytes) -> bool:
    """Return whether a body contains a part of base64, of either alphabet (RFC 4648 §5)."""
    content = encoded.get_secret_value().encode()
    return content in body or content.translate(_TO_URL_ALPHABET) in body


def _mask_spans(body: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    parts: list[bytes] = []
    position = 0
    for start, end in spans:
        parts += (body[position:start], _MASK)
        position = end
    return b"".join((*parts, body[position:])) if parts else body


def _find_escaped(
    secret: SecretStr, body: bytes, *, is_word: bool = False, is_base64: bool = False
) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each occurrence of a secret, plain or escaped.

    Args:
        secret: string to find.
        body: where to find it.
        is_word: whether no letter or digit may precede or follow.
        is_base64: whether the secret is a part of base64. Line breaks are then skipped, and the characters at both
            ends included, since they contain bits of the token.
    """
    prefix = b"".join(
        build_character_pattern(character, is_base64)
        for character in secret.get_secret_value()[:_PREFIX_LENGTH]
    )
    search = re.compile(prefix, re.DOTALL).search
    position = 0
    while (match := search(body, position)) is not None:
        start, end = match.span()
        position = start + 1
        for character in secret.get_secret_value()[_PREFIX_LENGTH:]:
            following = get_character_matcher(character, is_base64)(body, end)
            if following is None:
                break
            end = following.end()
        else:
            if is_base64:
                before, after = body[max(position, start - 3) : start], body[end : end + 3]
                start -= len(before) - len(before.rstrip(_BASE64_CHARACTERS))
                end += len(after) - len(after.lstrip(_BASE64_CHARACTERS))
            if not is_word or is_whole_word(body, start, end):
                yield start, end
                position = end
