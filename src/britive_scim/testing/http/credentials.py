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

from britive_scim.testing.http.clock import admin_time

__all__ = ["Identifiers", "Token", "digest", "find_token"]

_LETTERS = string.ascii_letters + string.digits

API_TOKEN_LENGTH = 40
"""Below 50 characters, the length at which Britive's own client stops sending `TOKEN` (vendor SDK)."""

SCIM_TOKEN_LENGTH = 64


class Identifiers:
    """Makes ids of 20 letters and digits, as those in Britive's examples.

    Args:
        seed: makes the same ids in the same order; `None` makes them unpredictable.
    """

    __slots__ = ("_pick", "_taken")

    def __init__(self, seed: int | None = None) -> None:
        self._taken: set[str] = set()
        self._pick: random.Random = (
            secrets.SystemRandom() if seed is None else random.Random(f"ids {seed}")
        )

    def new(self) -> str:
        """Return the next id."""
        while (made := "".join(self._pick.choices(_LETTERS, k=20))) in self._taken:
            pass
        return made

    def avoid(self, ids: Iterable[str]) -> None:
        """Never give these: another tenant of the same seed did, whose state was taken over."""
        self._taken.update(ids)


def new_secret(length: int) -> str:
    """Return the text of a new token: letters and digits, never two alike."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(slots=True)
class Token:
    """A token of the tenant, with Britive's rule that validity restarts at each use.

    Attributes:
        secret: the text a client sends.
        kind: `DEFAULT` (API token) or `SCIM`.
        days: days of validity since the last use, 1 to 90.
        last_used: when it was accepted last; `None` for never.
    """

    id: str
    name: str
    secret: str
    kind: str
    days: int
    created: datetime
    assigned_to: str | None
    created_by: str | None
    last_used: datetime | None = None

    @property
    def expires(self) -> datetime:
        """When it stops being accepted if nobody uses it before."""
        return (self.last_used or self.created) + timedelta(days=self.days)

    def expired(self, now: datetime) -> bool:
        """Whether it is too old at `now`."""
        return now >= self.expires

    def to_wire(self, now: datetime, *, with_secret: bool = False) -> dict[str, Any]:
        """Return the token object of the admin API; the secret is in it only when just made."""
        document: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "type": self.kind,
            "status": "Inactive" if self.expired(now) else "Active",
            "tokenExpirationDays": self.days,
            "expiresOn": admin_time(self.expires),
            "createdOn": admin_time(self.created),
            "lastAccessed": admin_time(self.last_used) if self.last_used else None,
            "assignedTo": self.assigned_to,
            "createdBy": self.created_by,
        }
        if with_secret:
            document["token"] = self.secret
        return document

    def __repr__(self) -> str:
        return f"<Token {self.kind} {self.id}>"


def digest(secret: str) -> str:
    """Return what is kept of a token that was revoked, to recognise it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def find_token(secret: str, tokens: Iterable[Token]) -> Token | None:
    """Return the token with this text, every one compared in constant time, or `None`."""
    given = secret.encode("utf-8", "surrogateescape")
    found: Token | None = None
    for token in tokens:
        if hmac.compare_digest(given, token.secret.encode()):
            found = token
    return found
