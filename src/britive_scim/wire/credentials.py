"""Credentials: token sources, and validation of tokens."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar

from pydantic import SecretStr

from britive_scim import admin
from britive_scim.admin.token_secret import ApiSecret
from britive_scim.errors import ConfigurationError

__all__ = ["AsyncToken", "Credential", "Secret", "Token", "TokenSource", "wrap_secret"]

T = TypeVar("T")

Secret = str | SecretStr
"""A token, plain or masked."""


class TokenSource(Protocol):
    """Function that returns a token, with a method that is called for a rejected token.

    The result of either method may be awaitable with the async clients.
    """

    def __call__(self) -> Any:
        """Return the token; called before every request."""
        ...

    def invalidate(self, token: Any, /) -> Any:
        """Forget `token`, as this function returned it: the server responded to it with 401."""
        ...


Token = str | SecretStr | Callable[[], str | SecretStr] | TokenSource
"""A token, or a function that returns one; the function is called before every request.

After a 401 it is called once more. If it then returns another token, the request is sent once more. A function
with the method `invalidate(token)` is notified first: see `TokenSource`.
"""

AsyncToken = Secret | Callable[[], Secret | Awaitable[Secret]] | TokenSource
"""A token, or a function that returns one or an awaitable of one; called as described for `Token`."""

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_SCHEME_PREFIX = re.compile(r"(Bearer|TOKEN|WorkloadToken)[ \t]", re.IGNORECASE)
_MAX_TOKEN_LENGTH = 16_384

_ADMIN_CREDENTIAL_MESSAGE = (
    "token must be the SCIM token of an identity provider, got one of the admin API (not shown here); give "
    "that to AdminClient(tenant, token), or create one by identity_providers.scim_token.create"
)


class Credential:
    """Token and authentication scheme; `repr`, pickle and errors never show the token.

    Args:
        token: the token, or a function that returns it.
        scheme: authentication scheme, `Bearer` for SCIM.

    Raises:
        ConfigurationError: the token is empty or not a valid header value; the message does not show it.
    """

    __slots__ = ("_source", "_static_token", "scheme")

    _foreign_token_message: ClassVar[str] = _ADMIN_CREDENTIAL_MESSAGE

    def __init__(self, token: AsyncToken, *, scheme: str = "Bearer") -> None:
        token = wrap_secret(token)
        self._reject_foreign_token(token)
        if not _SCHEME.fullmatch(scheme):
            raise ConfigurationError("auth_scheme must be one word, such as Bearer")
        self.scheme = scheme
        self._static_token: SecretStr | None = None
        self._source: Callable[[], Secret | Awaitable[Secret]] | None = None
        if isinstance(token, SecretStr):
            self._static_token = _validate_token(token)
        elif callable(token):
            self._source = token
        else:
            raise ConfigurationError(
                "token must be a string, a SecretStr or a function that returns one, got "
                f"{type(token).__name__}{_suggest_secret(token)}"
            )

    def __repr__(self) -> str:
        # A traceback may show an instance whose construction failed.
        scheme = getattr(self, "scheme", "unset")
        return f"Credential({scheme} **********)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a credential cannot be pickled or copied; give the client a function that returns the token"
        )

    @property
    def source(self) -> Callable[[], Secret | Awaitable[Secret]] | None:
        """The function that returns the token, or `None` for a static token."""
        return self._source

    def get_token(self) -> Secret | Awaitable[Secret]:
        """Return the token, or an awaitable of it; `build_header` validates it."""
        if self._source is not None:
            return self._source()
        return self._static_token or ""  # one of the two is always set

    def invalidate(self, token: SecretStr, *, is_plain: bool) -> object:
        """Call `invalidate` of the function, if it has one, and return the result, which may be awaitable.

        Args:
            token: token that the server rejected.
            is_plain: whether the function returned it as a string.
        """
        invalidate = getattr(self._source, "invalidate", None)
        if not callable(invalidate):
            return None
        return invalidate(token.get_secret_value() if is_plain else token)

    def build_header(self, token: str | SecretStr) -> SecretStr:
        """Return the value of the `Authorization` header for `token`.

        Raises:
            ConfigurationError: the function returned an invalid token.
        """
        token = wrap_secret(token)
        self._reject_foreign_token(token)
        secret = (
            self._static_token
            if token is self._static_token and self._static_token
            else _validate_token(token)
        )
        return SecretStr(f"{self.scheme} {secret.get_secret_value()}")

    def _reject_foreign_token(self, token: object) -> None:
        """Refuse a token object of the other API.

        Strings cannot be distinguished: the form of tokens is not documented.
        """
        if not callable(token) and self._is_foreign_token(token):
            raise ConfigurationError(self._foreign_token_message)

    def _is_foreign_token(self, token: object) -> bool:
        """Return whether a token is a secret of the other API, or an object that contains one."""
        if isinstance(token, SecretStr):
            return isinstance(token, ApiSecret)
        return isinstance(token, admin.ApiToken)


def wrap_secret(token: T) -> T | SecretStr:
    """Return a string as a `SecretStr`, and any other value unchanged.

    Called first, so that no frame of a traceback contains the text.
    """
    return SecretStr(token) if isinstance(token, str) else token


def _suggest_secret(token: object) -> str:
    """Return a hint for a token object in place of its secret, or an empty string."""
    if not isinstance(token, admin.Token):
        return ""
    if token.token is None:
        return "; Britive returns the secret once, on creation, and this one was read later"
    return "; give its secret, `.token`"


def _validate_token(token: object) -> SecretStr:
    """Return `token` without surrounding whitespace.

    Raises:
        ConfigurationError: it is not a valid header value.
    """
    if not isinstance(token, SecretStr):
        raise ConfigurationError(f"token must be a string, got {type(token).__name__}")
    problem = _find_token_problem(token)
    if problem:
        raise ConfigurationError(f"token is invalid (not shown here): {problem}")
    return SecretStr(token.get_secret_value().strip(" \t"))


def _find_token_problem(token: SecretStr) -> str | None:
    value = token.get_secret_value()
    if not isinstance(value, str):
        return f"it is a {type(value).__name__} instead of a string"
    value = value.strip(" \t")
    if not value:
        return "it is empty"
    if len(value) > _MAX_TOKEN_LENGTH:
        return f"it has {len(value)} characters, more than {_MAX_TOKEN_LENGTH}"
    if word := _SCHEME_PREFIX.match(value):
        return f"it begins with the word {word.group(1)}, which the client adds; leave the word out"
    for position, character in enumerate(value):
        if character in "\r\n":
            return (
                f"it has a line break at position {position} of {len(value)}; "
                "strip a token that is read from a file"
            )
        if not _VISIBLE_ASCII.fullmatch(character):
            fault = "a space" if character.isspace() else "a character that is not visible ASCII"
            return f"it has {fault} at position {position} of {len(value)}"
    if value.lower().startswith(("https://", "http://")):
        return "it is a URL; give the URL first, the token second"
    if value.lower().startswith(("bearer=", "authorization:")):
        return "it contains the name of a header; give the token alone"
    return None
