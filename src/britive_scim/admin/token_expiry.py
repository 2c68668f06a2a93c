"""Tokens that end soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from britive_scim.admin.token import Token
from britive_scim.errors import InputError

__all__ = ["ExpiringToken", "TokenType", "check_within", "filter_expiring", "is_expiring"]

TokenType = Literal["SCIM", "API", "service identity"]


@dataclass(frozen=True, slots=True)
class ExpiringToken:
    """A token that ends soon, or has ended.

    Attributes:
        token_type: `SCIM`, `API` or `service identity`.
        owner: name of the identity provider, label of the API token, name of the service identity.
        token: what Britive tells of it; never the secret.
        expiry: when it ends if it is not used before.
        remaining: time until then; negative where it has ended.
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


def filter_expiring(
    tokens: Iterable[tuple[TokenType, str, Token]], within: timedelta, now: datetime
) -> list[ExpiringToken]:
    """Return those of `tokens` that end within a time from `now`, the next first.

    A token whose end is not known, or that is inactive, is left out.

    Args:
        tokens: kind, owner and token.
        within: how soon.
        now: the present, aware.
    """
    found = [
        ExpiringToken(kind, owner, token, end, end - now)
        for kind, owner, token in tokens
        if (end := token.expiry) is not None
        and token.is_active is not False
        and end - now <= within
    ]
    return sorted(found, key=lambda one: one.expiry)


def is_expiring(token: Token, within: timedelta, now: datetime) -> bool:
    """Return whether a token is inactive or ends within a time from `now`; not if its end is not known."""
    if token.is_active is False:
        return True
    return token.expiry is not None and token.expiry - now <= within


def check_within(within: timedelta) -> timedelta:
    """Return `within` if it lies ahead.

    Raises:
        InputError: it is no `timedelta`, or negative.
    """
    if not isinstance(within, timedelta):
        days = within if isinstance(within, int) and not isinstance(within, bool) else 14
        raise InputError(f"within is {within!r}: give a time, such as timedelta(days={days}).")
    if within < timedelta(0):
        raise InputError(f"within is {within}: a time ahead is needed, such as timedelta(days=14).")
    return within
