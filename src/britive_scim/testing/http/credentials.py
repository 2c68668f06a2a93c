"""Ids and tokens of both APIs: generation, validity, look-up."""

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
"""Below 50 characters: Britive's own client sends longer tokens without `TOKEN` (vendor SDK)."""

SCIM_TOKEN_LENGTH = 64


class IdGenerator:
    """Generator of ids of 20 letters and digits, like those in Britive's examples.

    Args:
        seed: the same seed generates the same ids; `None` makes them unpredictable.
    """

    __slots__ = ("_random", "_reserved")

    def __init__(self, seed: int | None = None) -> None:
        self._reserved: set[str] = set()
        self._random: random.Random = (
            secrets.SystemRandom() if seed is None else random.Random(f"ids {seed}")
        )

    def generate(self) -> str:
        """Return the next id."""
        while (id_ := "".join(self._random.choices(_ALPHABET, k=20))) in self._reserved:
            pass
        return id_

    def reserve(self, ids: Iterable[str]) -> None:
        """Exclude ids of a loaded state, whose tenant may have had the same seed."""
        self._reserved.update(ids)


def generate_secret(length: int) -> str:
    """Return a new random token of letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(slots=True)
class TokenRecord:
    """A token of the tenant. By Britive's rule, validity restarts at each use.

    Attributes:
        secret: the token that a client sends.
        type: `DEFAULT` (API token) or `SCIM`.
        validity_days: days of validity since the last use, 1 to 90.
        last_used: time of the last accepted use; `None` for never.
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
        """The expiry time if the token is not used before."""
        return (self.last_used or self.created) + timedelta(days=self.validity_days)

    def is_expired(self, now: datetime) -> bool:
        """Return whether the token has expired at `now`."""
        return now >= self.expires_at

    def to_wire(self, now: datetime, *, with_secret: bool = False) -> dict[str, Any]:
        """Return the token object of the admin API, with the secret only on creation."""
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
        return f"<TokenRecord {self.type} {self.id}>"


def hash_secret(secret: str) -> str:
    """Return the digest by which a revoked token is recognized."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def find_token(secret: str, tokens: Iterable[TokenRecord]) -> TokenRecord | None:
    """Return the token with this secret, or `None`; all are compared in constant time."""
    encoded = secret.encode("utf-8", "surrogateescape")
    match: TokenRecord | None = None
    for token in tokens:
        if hmac.compare_digest(encoded, token.secret.encode()):
            match = token
    return match
