"""Plan: the changes, what is not changed and why, and the limits that are exceeded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.policy import Policy

__all__ = ["ExceededLimit", "Plan", "PlanTarget", "Unchanged"]


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
class Unchanged:
    """Object that the plan leaves as it is although source and target differ.

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


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Changes that make a tenant equal to a wanted directory.

    Attributes:
        changes: changes in the order of `apply`.
        policy: policy that made the plan.
        target: the target that was read.
        numbers: numbers by name: `read`, `selected`, `excluded`, `protected`, `unchanged`, `kept`, …
        excluded: objects that scope, exclusion or protection leave alone.
        withheld: removals that are not planned because a side is not proven to be complete, in words.
        exceeded: limits that the plan exceeds; `apply` refuses it without `allow`.
        warnings: what to look at, in words.
    """

    changes: tuple[Change, ...]
    policy: Policy
    target: PlanTarget
    numbers: Mapping[str, int] = field(default_factory=dict[str, int])
    excluded: tuple[Unchanged, ...] = ()
    withheld: tuple[str, ...] = ()
    exceeded: tuple[ExceededLimit, ...] = ()
    warnings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)
