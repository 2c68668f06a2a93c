"""Content of a plan: its changes and the facts that it states about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from britive_scim.provisioning.plans.change import ACTIONS, Action, Change, is_temporary_rename
from britive_scim.provisioning.plans.plan_parts import ExceededLimit, ExcludedObject, PlanTarget
from britive_scim.provisioning.plans.policy import Policy

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.directory import Directory
    from britive_scim.provisioning.directory.records import GroupRecord, UserRecord

__all__ = ["PlanBasis", "PlanContent"]


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """Directories that a plan was made of, for explanations; it is not saved.

    Attributes:
        wanted: directory of the source.
        found: directory of the target.
        matches: by id at the target, the entry of the source and the attribute that matched.
    """

    wanted: Directory
    found: Directory
    matches: Mapping[str, tuple[UserRecord | GroupRecord, str]] = field(
        default_factory=dict[str, Any]
    )


@dataclass(frozen=True, kw_only=True)
class PlanContent:
    """Changes, and the facts that a plan states about them.

    Attributes:
        changes: changes in the order of `apply`.
        policy: policy that made the plan.
        target: the target that was read.
        numbers: counts by name: `read`, `selected`, `excluded`, `protected`, `unchanged`, `kept`, …
        excluded: objects that scope, exclusion or protection leave alone.
        withheld: removals that are not planned because a directory is not proven to be complete, as sentences.
        exceeded: limits that the plan exceeds; `apply` refuses it without `allow`.
        warnings: facts to review, as sentences.
        basis: the directories, for `explain`; `None` in a plan that was loaded.
        is_loaded: whether the plan was loaded from a file, so that `apply` reads each target again.
        is_applied: whether `apply` has begun to send the plan, so that the next one reads each target again.
    """

    changes: tuple[Change, ...]
    policy: Policy
    target: PlanTarget
    numbers: Mapping[str, int] = field(default_factory=dict[str, int])
    excluded: tuple[ExcludedObject, ...] = ()
    withheld: tuple[str, ...] = ()
    exceeded: tuple[ExceededLimit, ...] = ()
    warnings: tuple[str, ...] = ()
    basis: PlanBasis | None = field(default=None, compare=False, repr=False)
    is_loaded: bool = field(default=False, compare=False)
    is_applied: bool = field(default=False, compare=False, init=False, repr=False)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def record_application(self) -> None:
        """Record that `apply` has begun to send the plan."""
        object.__setattr__(self, "is_applied", True)

    @property
    def counts(self) -> Mapping[Action, Mapping[str, int]]:
        """Number of changes by action and type, zeros included: `plan.counts["create"]["User"]`.

        Renames to a temporary name do not count.
        """
        counter = Counter(
            (change.action, change.type)
            for change in self.changes
            if not is_temporary_rename(change)
        )
        return {
            action: {type_: counter[action, type_] for type_ in ("User", "Group")}
            for action in ACTIONS
        }

    @property
    def requests(self) -> int:
        """Number of requests that the changes take, without readings and retries."""
        return sum(change.requests for change in self.changes)
