"""Tokens: where they come from, what they may look like, and that nobody gets to see them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar, NoReturn, TypeVar

from pydantic import SecretStr

from britive_scim.admin import ApiToken, ScimToken
from britive_scim.admin import Token as TokenRecord
from britive_scim.admin.token import ApiSecret, ScimSecret
from britive_scim.errors import ConfigurationError

__all__ = ["AsyncToken", "Credential", "Secret", "Token", "wrap_secret"]

T = TypeVar("T")

Secret = str | SecretStr
"""A token, plain or masked."""

Token = str | SecretStr | Callable[[], str | SecretStr]
"""A token, or a function that returns one; the function is asked before every request."""

AsyncToken = Secret | Callable[[], Secret | Awaitable[Secret]]
"""A token, or a function that returns one or may be awaited for one; asked before every request."""

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_SCHEME_PREFIX = re.compile(r"(Bearer|TOKEN|WorkloadToken)[ \t]", re.IGNORECASE)
_MAX_TOKEN_LENGTH = 16_384
_SHORT_TOKEN_LENGTH = 16
"""Tokens of fewer characters are those of tests."""

_SCIM_CREDENTIAL_MESSAGE = (
    "the token is a SCIM token, made for the SCIM endpoint: ScimClient(scim_url, token). AdminClient takes a "
    "token of the admin API. It is not shown here."
)
_ADMIN_CREDENTIAL_MESSAGE = (
    "the token is one of the admin API: AdminClient(tenant, token). ScimClient takes the SCIM token of an "
    "identity provider, made by identity_providers.scim_token.create. It is not shown here."
)


class Credential:
    """A token and the word in front of it; neither `repr` nor pickle nor an error shows the token.

    Args:
        token: the token, or a function that returns it.
        scheme: authentication scheme, `Bearer` for SCIM.

    Raises:
        ConfigurationError: the token is empty or could not stand in a header; the message says
            what is wrong with it without showing it.
    """

    __slots__ = ("_last_token", "_redactor", "_source", "_static_token", "scheme")

    _foreign_token_types: ClassVar[tuple[type, ...]] = (ApiSecret, ApiToken)
    """What is known to be a token of the other API."""

    def __init__(self, token: AsyncToken, *, scheme: str = "Bearer") -> None:
        token = wrap_secret(token)
        self._reject_foreign_token(token)
        if not _SCHEME.fullmatch(scheme):
            raise ConfigurationError("the authentication scheme must be one word, such as Bearer")
        self.scheme = scheme
        self._static_token: SecretStr | None = None
        self._last_token: SecretStr | None = None
        self._redactor: tuple[SecretStr, Callable[[bytes], bytes]] | None = None
        self._source: Callable[[], Secret | Awaitable[Secret]] | None = None
        if isinstance(token, SecretStr):
            self._static_token = _validate_token(token)
        elif callable(token):
            self._source = token
        else:
            raise ConfigurationError(
                f"a token is a text, a SecretStr or a function that returns one, not {type(token).__name__}"
                f"{_suggest_secret(token)}"
            )

    def __repr__(self) -> str:
        scheme = getattr(self, "scheme", "unset")  # a traceback may show one that was refused
        return f"Credential({scheme} **********)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a credential is never pickled or copied; give the client a function that fetches the token"
        )

    @property
    def source(self) -> Callable[[], Secret | Awaitable[Secret]] | None:
        """The function that returns the token, or `None` where the token itself was given."""
        return self._source

    def get_token(self) -> Secret | Awaitable[Secret]:
        """Return the token, or what can be awaited for it; `build_header` checks what comes of it."""
        if self._source is not None:
            return self._source()
        return self._static_token or ""  # one of the two is always set

    def build_header(self, token: str | SecretStr) -> SecretStr:
        """Return the value of the `Authorization` header for `token`.

        Raises:
            ConfigurationError: the function returned something that is no token.
        """
        token = wrap_secret(token)
        self._reject_foreign_token(token)
        secret = (
            self._static_token
            if token is self._static_token and self._static_token
            else _validate_token(token)
        )
        self._last_token = secret
        return SecretStr(f"{self.scheme} {secret.get_secret_value()}")

    def _reject_foreign_token(self, token: object) -> None:
        """Refuse the token of the other API where it is known to be one.

        Text says nothing: how long tokens are and what they are made of is not documented.
        """
        if isinstance(token, self._foreign_token_types):
            raise ConfigurationError(
                _SCIM_CREDENTIAL_MESSAGE
                if isinstance(token, ScimSecret | ScimToken)
                else _ADMIN_CREDENTIAL_MESSAGE
            )

    def redact_body(self, body: bytes) -> bytes:
        """Return `body` without the token used last, should a server have sent it back.

        It is found in the spellings of JSON, HTML and URLs too.
        """
        last, hiding = self._last_token, self._redactor
        if last is None or not body:
            return body
        if hiding is None or hiding[0] is not last:
            self._redactor = hiding = (last, _build_redactor(last))
        return hiding[1](body)

    def redact_headers(self, headers: dict[str, str]) -> dict[str, str]:
        """Return the headers of an answer without the token used last, should a server have sent it back."""
        if self._last_token is not None and _is_secret_in_headers(self._last_token, headers):
            return {
                name: self.redact_body(value.encode(errors="surrogateescape")).decode(
                    errors="replace"
                )
                for name, value in headers.items()
            }
        return headers


def _is_secret_in_headers(secret: SecretStr, headers: dict[str, str]) -> bool:
    """Return whether a secret is in a header as it is; a function, so that no frame of ours names the text."""
    text = secret.get_secret_value()
    return any(text in value for value in headers.values())


def _build_redactor(secret: SecretStr) -> Callable[[bytes], bytes]:
    """Return what replaces a secret, however JSON, HTML or a URL may write its characters."""
    # A short one is no secret, and may be a part of any word: only where it stands alone it can be meant.
    short = len(secret.get_secret_value()) < _SHORT_TOKEN_LENGTH
    before, after = (rb"(?<![A-Za-z0-9])", rb"(?![A-Za-z0-9])") if short else (b"", b"")
    # A bound method shows no pattern, as the pattern itself would.
    spelt = b"".join(map(_build_character_pattern, secret.get_secret_value()))
    return partial(re.compile(before + spelt + after).sub, b"***")


def _build_character_pattern(character: str) -> bytes:
    """Return the pattern of one character of a token in every usual spelling."""
    if character.isalnum() or character in "-_.~":
        return re.escape(character.encode())
    code, literal = ord(character), re.escape(character)
    named = _HTML_ENTITIES.get(character, f"#{code}")
    return (
        rf"(?:\\?{literal}|\\u00(?i:{code:02x})|%(?i:{code:02x})|&#0*{code};|&#[xX]0*(?i:{code:x});|&{named};)"
    ).encode()


_HTML_ENTITIES = {
    "&": "amp",
    "<": "lt",
    ">": "gt",
    '"': "quot",
    "'": "apos",
    "/": "sol",
    "+": "plus",
}


def wrap_secret(token: T) -> T | SecretStr:
    """Return a token that is plain text as one that does not show itself; anything else as it is.

    Called first of all, so that no frame of ours that an error passes through holds the text.
    """
    return SecretStr(token) if isinstance(token, str) else token


def _suggest_secret(token: object) -> str:
    """Return what to do with a record of a token in the place of the token itself."""
    if not isinstance(token, TokenRecord):
        return ""
    if token.token is None:
        return ": this one was read, and Britive shows the secret once, when a token is made"
    return ": give its secret, `.token`"


def _validate_token(token: object) -> SecretStr:
    """Return `token` without blanks around it, or say what is wrong with it and where."""
    if not isinstance(token, SecretStr):
        raise ConfigurationError(f"the token must be a text, not {type(token).__name__}")
    problem = _find_token_problem(token)
    if problem:
        raise ConfigurationError(f"the token cannot be used: {problem}. It is not shown here.")
    return SecretStr(token.get_secret_value().strip(" \t"))


def _find_token_problem(token: SecretStr) -> str | None:
    value = token.get_secret_value()
    if not isinstance(value, str):
        return f"it is no text but {type(value).__name__}"
    value = value.strip(" \t")
    if not value:
        return "it is empty"
    if len(value) > _MAX_TOKEN_LENGTH:
        return f"it has {len(value)} characters, more than any header takes"
    if word := _SCHEME_PREFIX.match(value):
        return (
            f"it begins with the word {word.group(1)}, which is put in front of it by itself; "
            "leave the word out"
        )
    for position, character in enumerate(value):
        if character in "\r\n":
            return (
                f"it holds a line break at position {position} of {len(value)} "
                "(read from a file? strip it first)"
            )
        if not _VISIBLE_ASCII.fullmatch(character):
            kind = "a blank" if character.isspace() else "a character that is not visible ASCII"
            return f"it holds {kind} at position {position} of {len(value)}"
    if value.lower().startswith(("https://", "http://")):
        return "it is a URL: the address comes first, the token second"
    if value.lower().startswith(("bearer=", "authorization:")):
        return "it holds the name of a header; give the bare token"
    return None
