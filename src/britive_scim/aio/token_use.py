"""Tokens of requests, and their refresh after a 401."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from britive_scim.aio.concurrency import Mutex, finish_callback, maybe_await
from britive_scim.wire.credentials import Credential, Secret, wrap_secret

__all__ = ["AsyncTokenProvider", "TokenUse"]


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Token of one attempt.

    Attributes:
        token: the token as the function returned it, masked.
        header: value of the `Authorization` header.
        is_plain: whether the function returned a string instead of a `SecretStr`.
        generation: number of refreshes before the token was requested.
    """

    token: SecretStr
    header: SecretStr
    is_plain: bool
    generation: int


class AsyncTokenProvider:
    """Tokens of the requests of one client.

    After a 401 the function of the caller is called once more, by one call of the client at a time. The other
    calls wait for its result.

    Args:
        credential: credential of the client.
    """

    __slots__ = ("_credential", "_generation", "_mutex", "_refreshed")

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        self._generation = 0
        self._mutex = Mutex()
        self._refreshed: tuple[SecretStr, TokenUse] | None = None

    @property
    def can_refresh(self) -> bool:
        """True if the token comes from a function; a literal token cannot change."""
        return self._credential.source is not None

    async def get(self) -> TokenUse:
        """Return the token of the next attempt.

        Raises:
            ConfigurationError: the function returned an invalid token.
        """
        generation = self._generation
        # no variable contains a plain token, because debuggers show the variables of a traceback
        return self._build_use(await maybe_await(self._credential.get_token()), generation)

    async def refresh(self, rejected: TokenUse) -> TokenUse | None:
        """Return the next token after a rejected one, or `None` if the function returns the same.

        Args:
            rejected: token of an attempt whose response was 401.

        Raises:
            ConfigurationError: the function returned an invalid token.
        """
        async with self._mutex:
            refreshed = self._refreshed
            if refreshed is None or not self._is_newer(refreshed, rejected):
                await finish_callback(
                    self._credential.invalidate(rejected.token, is_plain=rejected.is_plain)
                )
                refreshed = (rejected.header, await self.get())
                self._refreshed = refreshed
                self._generation += 1
        return None if refreshed[1].header == rejected.header else refreshed[1]

    def _is_newer(self, refreshed: tuple[SecretStr, TokenUse], rejected: TokenUse) -> bool:
        """Return whether a refresh has ended since a rejected token was requested, and is its successor."""
        former, successor = refreshed
        if self._generation == rejected.generation:
            return False
        return rejected.header == former or rejected.header != successor.header

    def _build_use(self, token: Secret, generation: int) -> TokenUse:
        is_plain = isinstance(token, str)
        secret: Any = wrap_secret(token)
        del token  # a traceback shows the variables of this function
        return TokenUse(secret, self._credential.build_header(secret), is_plain, generation)
