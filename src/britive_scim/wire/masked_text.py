"""Masked text: a token that `repr` and tracebacks do not show.

pydantic's `SecretStr` does the same, but takes as long to import as half of httpx. It is accepted everywhere, and
returned to callers.
"""

from __future__ import annotations

from typing import NoReturn, Protocol, TypeVar

import pydantic
from typing_extensions import TypeIs

__all__ = ["MaskedText", "SecretText", "is_secret", "wrap_secret"]

T = TypeVar("T")


class SecretText(Protocol):
    """Text that `repr` does not show, such as pydantic's `SecretStr`."""

    def get_secret_value(self) -> str:
        """Return the text."""
        ...


class MaskedText:
    """Text that `repr` does not show.

    Args:
        value: the text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "**********"

    def __reduce__(self) -> NoReturn:
        raise TypeError("masked text may be a token, and cannot be pickled or copied")

    def get_secret_value(self) -> str:
        """Return the text."""
        return self._value


def wrap_secret(token: T) -> T | MaskedText:
    """Return a string as a `MaskedText`, and any other value unchanged.

    Called first, so that no frame of a traceback contains the text.
    """
    return MaskedText(token) if isinstance(token, str) else token


def is_secret(value: object) -> TypeIs[SecretText]:
    """Return whether a value is a `MaskedText` or a `SecretStr`."""
    if isinstance(value, MaskedText):
        return True
    # A function needs no comparison, for which pydantic would import the class.
    return not callable(value) and isinstance(value, pydantic.SecretStr)
