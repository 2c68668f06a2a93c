"""Expiring tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from britive_scim.admin.token import Token
from britive_scim.errors import InputError
from britive_scim.tables import Table, Tabular

__all__ = [
    "ExpiringToken",
    "ExpiringTokens",
    "TokenType",
    "check_within",
    "filter_expiring",
    "is_expiring",
]

TokenType = Literal["SCIM", "API", "service identity"]


@dataclass(frozen=True, slots=True)
class ExpiringToken:
    """A token that expires soon or has expired.

    Attributes:
        token_type: `SCIM`, `API` or `service identity`.
        owner: name of the identity provider, label of the API token, name of the service identity.
        token: details of the token; never the secret.
        expiry: end of its validity if it is not used before.
        remaining: time until then; negative for an expired token.
    """

    token_type: TokenType
    owner: str
    token: Token
    expiry: datetime
    remaining: timedelta

    def __str__(self) -> str:
        days = self.remaining / timedelta(days=1)
        when = f"ends in {days:.1f} days" if days >= 0 else f"ended {-days:.1f} days ago"
        return f"{self.token_type} token of {self.owner}: {when}, {self.expiry:%Y-%m-%d %H:%M %Z}"


class ExpiringTokens(list[ExpiringToken], Tabular):
    """List of tokens that expire soon or have expired, also as a table."""

    def to_table(self) -> Table:
        """Return a table with one row per token: `token_type`, `owner`, `expiry`, `remaining_days`."""
        rows = [
            (token.token_type, token.owner, token.expiry, token.remaining / timedelta(days=1))
            for token in self
        ]
        columns = {"token_type": str, "owner": str, "expiry": datetime, "remaining_days": float}
        return Table(columns, [rows])

    def _repr_html_(self) -> str:
        return self.to_table().to_html()


def filter_expiring(
    tokens: Iterable[tuple[TokenType, str, Token]], within: timedelta, now: datetime
) -> ExpiringTokens:
    """Return the tokens that expire within a time from `now`, the earliest first.

    Tokens that are inactive or have no known expiry are left out.

    Args:
        tokens: type, owner and token.
        within: time from `now`.
        now: the current time, aware.
    """
    expiring = [
        ExpiringToken(token_type, owner, token, expiry, expiry - now)
        for token_type, owner, token in tokens
        if (expiry := token.expiry) is not None
        and token.is_active is not False
        and expiry - now <= within
    ]
    return ExpiringTokens(sorted(expiring, key=lambda token: token.expiry))


def is_expiring(token: Token, within: timedelta, now: datetime) -> bool:
    """Return whether a token is inactive or expires within a time from `now`; `False` for an unknown expiry."""
    if token.is_active is False:
        return True
    return token.expiry is not None and token.expiry - now <= within


def check_within(within: timedelta) -> timedelta:
    """Return `within` if it is not negative.

    Raises:
        InputError: a negative time.
    """
    if within < timedelta(0):
        raise InputError(
            f"within must not be negative, got {within!r}; pass a time such as timedelta(days=14)"
        )
    return within
