"""Secrets of tokens, apart from their models: a client checks its token before it needs a model."""

from __future__ import annotations

from typing import Self

from pydantic import SecretStr

__all__ = ["ApiSecret", "ScimSecret"]


class _TypedSecret(SecretStr):
    """A secret whose class tells which API accepts it; equal to a plain secret with the same value."""

    @classmethod
    def wrap(cls, secret: SecretStr | None) -> Self | None:
        return None if secret is None else cls(secret.get_secret_value())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and (
            self.get_secret_value() == other.get_secret_value()
        )

    __hash__ = SecretStr.__hash__


class ScimSecret(_TypedSecret):
    """Secret of a new SCIM token; `AdminClient` rejects it."""


class ApiSecret(_TypedSecret):
    """Secret of a new API token; `ScimClient` rejects it."""
