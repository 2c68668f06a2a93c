"""Changes of users, a part of a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from britive_scim.provisioning.directory.records import MemberRecord, UserRecord
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.plan_parts import ExcludedObject

__all__ = ["UserChanges"]


@dataclass(slots=True)
class UserChanges:
    """Changes of users, for a plan.

    Attributes:
        changes: changes in any order.
        excluded: users that scope, exclusion, protection or another rule leaves alone.
        withheld: removals that are not planned because a directory is not proven to be complete, as sentences.
        warnings: facts to review, as sentences.
        numbers: `read`, `selected`, `excluded`, `protected`, `unchanged`, `kept`, and others.
        matches: by id at the target, the user of the source and the match key.
        resolve: returns the id or placeholder id of a member.
        leaving_ids: users that are inactive or deleted when the plan is done.
        manageable_ids: users found that the source can know.
        protected_ids: users that are never removed from a group.
    """

    resolve: Callable[[MemberRecord], str | None]
    changes: list[Change] = field(default_factory=list[Change])
    excluded: list[ExcludedObject] = field(default_factory=list[ExcludedObject])
    withheld: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    matches: dict[str, tuple[UserRecord, str]] = field(
        default_factory=dict[str, tuple[UserRecord, str]]
    )
    leaving_ids: set[str] = field(default_factory=set[str])
    manageable_ids: set[str] = field(default_factory=set[str])
    protected_ids: set[str] = field(default_factory=set[str])
