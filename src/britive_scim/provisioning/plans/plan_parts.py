"""Parts of a plan: its target, objects that it does not change, and limits that it exceeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["GRACE", "PROTECTED", "ExceededLimit", "ExcludedObject", "PlanTarget"]

GRACE = "grace until "
"""First words of the reason why a missing user is left alone for now; the time follows."""

PROTECTED = "protected"
"""Reason why a protected user or group is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTarget:
    """Target of a plan.

    Attributes:
        scim_url: SCIM URL of the directory that was found.
        provider: name of the identity provider, where known.
        digest: digest of the found state.
        read_at: time at which the found directory was read, aware.
        known_ids: up to three ids of found users, read before the first write where the provider is unknown.
    """

    scim_url: str | None
    provider: str | None
    digest: str
    read_at: datetime | None
    known_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedObject:
    """Object that the plan does not change, although source and target differ.

    Attributes:
        type: `User` or `Group`.
        key: `externalId`, or the name where it is missing.
        id: id at the target; `None` where it is in the source only.
        reason: the rule: `out of scope`, `excluded`, `protected`, `inactive at the target`, `grace until …`, …
    """

    type: str
    key: str
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceededLimit:
    """Limit that a plan exceeds.

    Attributes:
        name: name of the limit, as in `apply(allow={name: number})`: `deactivations`, `members of Finance`.
        planned: number of planned changes.
        limit: number that is allowed.
        rule: the rule in words: `max(10, 1 % of 1,200 users)`.
    """

    name: str
    planned: int
    limit: int
    rule: str
