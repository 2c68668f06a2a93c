"""Users of the target that the source does not have: kept, deactivated or deleted, after a grace period."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.records import Completeness, UserRecord
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.plan_parts import GRACE, PROTECTED, ExcludedObject
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.provisioning.plans.unchanged_users import read_active
from britive_scim.provisioning.plans.user_matching import get_user_key
from britive_scim.provisioning.plans.user_selection import UserSelection

__all__ = ["UserRemovals", "plan_removals"]


@dataclass(slots=True)
class UserRemovals:
    """Changes of users that the source does not have.

    Attributes:
        changes: deactivations and deletions.
        excluded: users that are left alone.
        withheld: removals that are not planned because a directory is not proven to be complete, as sentences.
        kept: number of active users that `missing="keep"` keeps.
        leaving_ids: users that are inactive or deleted when the plan is done.
        manageable_ids: users that the source can know, and whose grace period is over.
    """

    changes: list[Change] = field(default_factory=list[Change])
    excluded: list[ExcludedObject] = field(default_factory=list[ExcludedObject])
    withheld: list[str] = field(default_factory=list[str])
    kept: int = 0
    leaving_ids: set[str] = field(default_factory=set[str])
    manageable_ids: set[str] = field(default_factory=set[str])


def plan_removals(
    missing: Iterable[UserRecord],
    *,
    selection: UserSelection,
    policy: Policy,
    wanted: Completeness,
    found: Completeness,
    grace: Mapping[str, datetime],
    deleted: Collection[str],
    now: datetime,
) -> UserRemovals:
    """Return the changes of users that the source does not have.

    Args:
        missing: these users.
        selection: scope, exclusion and protection.
        policy: rules of the synchronization.
        wanted: proof that the source is complete.
        found: proof that the target was read completely.
        grace: time at which a user was first missing, by key.
        deleted: ids of users that an earlier run deleted.
        now: time of the plan, aware.
    """
    removals = UserRemovals()
    due: list[UserRecord] = []
    reasons = _list_missing_proofs(wanted, found)
    removes = policy.missing != "keep" and policy.users == "manage" and wanted.users is not None
    for record in missing:
        values, id_ = record.values, record.values["id"]
        reason: str | None = None if selection.selects_all else selection.find_reason(values)
        is_active = read_active(values.get("active")) is not False
        if not is_active:
            removals.leaving_ids.add(id_)
        if reason is None:
            removals.manageable_ids.add(id_)
            if not removes:
                removals.kept += is_active
                continue
            if policy.missing == "deactivate" and not is_active:
                continue
            if selection.is_protected(values):
                reason = PROTECTED
            elif not is_active and id_ in deleted:
                reason = "deleted before, and kept as an inactive user by the provider"
            elif policy.grace is not None:
                end = grace.get(get_user_key(values), now) + policy.grace
                if now < end:
                    removals.manageable_ids.discard(id_)  # memberships have the same grace
                    if not reasons:  # else nobody is surely missing, and no grace begins
                        reason = GRACE + end.isoformat(timespec="seconds")
        if reason is None:
            due.append(record)
        else:
            removals.excluded.append(
                ExcludedObject(type="User", key=get_user_key(values), id=id_, reason=reason)
            )
    if due and reasons:
        word = "deactivated" if policy.missing == "deactivate" else "deleted"
        users = format_count(len(due), "user")
        removals.withheld.append(f"{users} not {word}: {'; '.join(reasons)}")
        return removals
    removals.changes += [_build_removal(record, policy) for record in due]
    removals.leaving_ids.update(record.values["id"] for record in due)
    return removals


def _list_missing_proofs(wanted: Completeness, found: Completeness) -> list[str]:
    reasons: list[str] = []
    for side, completeness in (("source", wanted), ("target", found)):
        if completeness.users is False:
            reasons += completeness.reasons or (
                f"the users of the {side} are not proven to be complete",
            )
    return reasons


def _build_removal(record: UserRecord, policy: Policy) -> Change:
    values = record.values
    key, name, id_ = get_user_key(values), values.get("userName"), values["id"]
    identity = {n: values[n] for n in ("externalId", "userName") if values.get(n) is not None}
    if policy.missing == "delete":
        return Change(
            action="delete",
            type="User",
            key=key,
            id=id_,
            stage="deletions",
            before=identity,
            assumes=identity,
            reason="not in the source",
            name=name,
        )
    return Change(
        action="deactivate",
        type="User",
        key=key,
        id=id_,
        stage="removals",
        before={"active": True},
        after={"active": False},
        operations=({"op": "replace", "path": "active", "value": False},),
        assumes={**identity, "active": values.get("active", True)},
        reason="not in the source",
        name=name,
    )
