"""Tokens of both APIs: made, checked, expiring."""

from __future__ import annotations

import hashlib
import hmac
import random
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from britive_scim.testing.http.clock import format_admin_time

__all__ = ["IdGenerator", "TokenRecord", "find_token", "hash_secret"]

_ALPHABET = string.ascii_letters + string.digits

API_TOKEN_LENGTH = 40
"""Below 50 characters, the length at which Britive's own client stops sending `TOKEN` (vendor SDK)."""

SCIM_TOKEN_LENGTH = 64


class IdGenerator:
    """Makes ids of 20 letters and digits, as those in Britive's examples.

    Args:
        seed: makes the same ids in the same order; `None` makes them unpredictable.
    """

    __slots__ = ("_random", "_reserved")

    def __init__(self, seed: int | None = None) -> None:
        self._reserved: set[str] = set()
        self._random: random.Random = (
            secrets.SystemRandom() if seed is None else random.Random(f"ids {seed}")
        )

    def generate(self) -> str:
        """Return the next id."""
        while (made := "".join(self._random.choices(_ALPHABET, k=20))) in self._reserved:
            pass
        return made

    def reserve(self, ids: Iterable[str]) -> None:
        """Never give these: another tenant of the same seed did, whose state was taken over."""
        self._reserved.update(ids)


def generate_secret(length: int) -> str:
    """Return the text of a new token: letters and digits, never two alike."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(slots=True)
class TokenRecord:
    """A token of the tenant, with Britive's rule that validity restarts at each use.

    Attributes:
        secret: the text a client sends.
        type: `DEFAULT` (API token) or `SCIM`.
        validity_days: days of validity since the last use, 1 to 90.
        last_used: when it was accepted last; `None` for never.
    """

    id: str
    name: str
    secret: str
    type: str
    validity_days: int
    created: datetime
    assigned_to: str | None
    created_by: str | None
    last_used: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """When it stops being accepted if nobody uses it before."""
        return (self.last_used or self.created) + timedelta(days=self.validity_days)

    def is_expired(self, now: datetime) -> bool:
        """Whether it is too old at `now`."""
        return now >= self.expires_at

    def to_wire(self, now: datetime, *, with_secret: bool = False) -> dict[str, Any]:
        """Return the token object of the admin API; the secret is in it only when just made."""
        document: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "status": "Inactive" if self.is_expired(now) else "Active",
            "tokenExpirationDays": self.validity_days,
            "expiresOn": format_admin_time(self.expires_at),
            "createdOn": format_admin_time(self.created),
            "lastAccessed": format_admin_time(self.last_used) if self.last_used else None,
            "assignedTo": self.assigned_to,
            "createdBy": self.created_by,
        }
        if with_secret:
            document["token"] = self.secret
        return document

    def __repr__(self) -> str:
        return f"<Token {self.type} {self.id}>"


def hash_secret(secret: str) -> str:
    """Return what is kept of a token that was revoked, to recognise it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def find_token(secret: str, tokens: Iterable[TokenRecord]) -> TokenRecord | None:
    """Return the token with this text, every one compared in constant time, or `None`."""
    given = secret.encode("utf-8", "surrogateescape")
    found: TokenRecord | None = None
    for token in tokens:
        if hmac.compare_digest(given, token.secret.encode()):
            found = token
    return found
