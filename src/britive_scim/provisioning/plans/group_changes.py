"""Changes of groups: creations, renames in place, updates and deletions.

A group is found by `externalId`, then by `displayName` without regard to case. Groups that the source does not name
stay as they are; they are deleted only with `Policy(missing_groups="delete")`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from britive_scim import scim
from britive_scim.errors import DirectoryError
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.records import Completeness, GroupRecord, MemberRecord
from britive_scim.provisioning.plans.change import ACTIONS, STAGES, TEMPORARY, Action, Change
from britive_scim.provisioning.plans.difference import ResourceDifference, compute_difference
from britive_scim.provisioning.plans.group_matching import GroupMatch, match_groups
from britive_scim.provisioning.plans.group_selection import get_group_key, select_groups
from britive_scim.provisioning.plans.member_changes import (
    MemberRules,
    MemberTarget,
    describe_place,
    plan_members,
)
from britive_scim.provisioning.plans.placeholder_ids import build_group_placeholders
from britive_scim.provisioning.plans.plan_parts import PROTECTED, ExcludedObject
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.provisioning.unkept_values import UnkeptValues

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.directory import Directory
    from britive_scim.provisioning.directory.source import Source

__all__ = ["GroupChanges", "list_missing_proofs", "plan_groups", "sort_changes"]


@dataclass(frozen=True, slots=True)
class GroupChanges:
    """Changes of groups and of their members, for a plan.

    Attributes:
        changes: changes, sorted by stage, then key.
        excluded: groups that scope, exclusion, protection or `adopt` leave alone.
        withheld: removals that are not planned because a directory is not proven to be complete, as sentences.
        warnings: facts to review, as sentences.
        numbers: `excluded`, `unchanged` and `kept_groups`.
        protected_ids: protected users that stay in a group, and protected groups that keep a member.
        matches: by id at the target, the group of the source and the attribute that matched; for `PlanBasis`.
    """

    changes: tuple[Change, ...] = ()
    excluded: tuple[ExcludedObject, ...] = ()
    withheld: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    protected_ids: AbstractSet[str] = frozenset()
    matches: Mapping[str, tuple[GroupRecord, str]] = field(
        default_factory=dict[str, tuple[GroupRecord, str]]
    )


def plan_groups(
    wanted: Directory,
    found: Directory,
    *,
    policy: Policy,
    resolve: Callable[[MemberRecord], str | None],
    leaving_ids: AbstractSet[str],
    manageable_ids: AbstractSet[str],
    protected_ids: AbstractSet[str],
    knowledge: ProviderKnowledge | None = None,
    known_ids: Mapping[str, str] = MappingProxyType({}),
) -> GroupChanges:
    """Return the changes that make the groups of a tenant equal to those that a source names.

    Args:
        wanted: directory of the source.
        found: directory of the target.
        policy: rules of the synchronization.
        resolve: returns the found id, or the placeholder id, of a wanted member that is a user; `None` if there is no
            such user.
        leaving_ids: ids of the users that are inactive or deleted when the plan is done.
        manageable_ids: ids of the found users that the source can know; only these are removed from a group.
        protected_ids: ids of the users that are never removed from a group.
        knowledge: values that the provider is known not to keep, and members that it accepted.
        known_ids: ids of earlier runs by key (`Memory.known_group_ids`).

    Raises:
        Ambiguous: a group has several matches.
        DirectoryError: the source has an empty list of groups, but the target has groups.
        InputError: the scope matches no group of the source.
    """
    if wanted.group_records is None:
        return GroupChanges(warnings=tuple(_warn_of_kept_members(policy)))
    if found.group_records is None:
        count = len(wanted.group_records)
        warning = f"{format_count(count, 'group')} of the source not planned, because the groups of the target were not read"
        return GroupChanges(warnings=(warning,) if count else ())
    if not wanted.group_records and (found.group_records or found.completeness.groups is False):
        raise DirectoryError(
            f"the source must have groups, got an empty list, but the target has {len(found.group_records)}; use "
            "groups=None in the source to leave groups unchanged"
        )
    selected = select_groups(wanted.group_records, found.group_records, policy)
    matches = match_groups(selected.wanted, selected.found, policy, known_ids)
    knowledge = knowledge or ProviderKnowledge()
    unkept = UnkeptValues(
        knowledge.unkept.get("Group", ()),
        knowledge.unkept_values,
        (group.values for group in found.group_records),
    )
    changes: list[Change] = []
    for pair in matches.pairs:
        changes += _plan_pair(pair, unkept, wanted.source)
    are_all_found = found.completeness.groups is not False or found.completeness.is_looked_up
    created_groups = matches.created if are_all_found else ()
    placeholders = build_group_placeholders(
        created_groups, lambda group: (group.external_id, group.display_name)
    )
    created = {placeholders[id(group)]: group for group in created_groups}
    changes += [_plan_create(id_, group, wanted.source) for id_, group in created.items()]
    targets = [
        *(MemberTarget(pair.wanted, pair.found, pair.found.id or "") for pair in matches.pairs),
        *(MemberTarget(group, None, id_) for id_, group in created.items()),
    ]
    rules = MemberRules(
        policy=policy,
        resolve=resolve,
        leaving_ids=leaving_ids,
        manageable_ids=manageable_ids,
        protected_ids=protected_ids,
        protected_groups=selected.protected_ids,
        unproven_groups=found.completeness.unproven_groups,
        accepted=knowledge.members,
        missing_proofs=list_missing_proofs(wanted.completeness, found.completeness),
        source=wanted.source,
    )
    members = plan_members(targets, rules)
    unnamed = matches.unnamed if policy.missing_groups == "delete" else ()
    deletions, protected, withheld = _plan_deletions(unnamed, rules)
    changed = {change.id for change in (*changes, *members.changes)}
    unchanged = sum(1 for target in targets if target.id not in changed)
    return GroupChanges(
        sort_changes((*changes, *members.changes, *deletions)),
        (*selected.excluded, *matches.excluded, *protected),
        (*_withhold_creations(matches.created, created, found), *withheld, *members.withheld),
        (*selected.warnings, *members.warnings),
        {
            "excluded": len(selected.excluded) + len(matches.excluded),
            "unchanged": unchanged,
            "kept_groups": len(matches.unnamed) if policy.missing_groups == "keep" else 0,
        },
        members.protected_ids.union(*(_list_protected_members(group, rules) for group in unnamed)),
        {pair.found.id or "": (pair.wanted, pair.by) for pair in matches.pairs},
    )


def _withhold_creations(
    new: Sequence[GroupRecord], created: Collection[str], found: Directory
) -> Iterator[str]:
    """Yield why new groups are not created: they may be among those that were not read."""
    if new and not created:
        reasons = "; ".join(found.completeness.reasons) or "not all groups were read"
        yield (
            f"{format_count(len(new), 'group')} not created, as they may be among those that the target did not show: "
            f"{reasons}; read the target again, or use groups.upsert_many, which looks for each"
        )


def sort_changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes in the order of `apply`: by stage, action, key and id."""
    return tuple(
        sorted(changes, key=lambda c: (_STAGE_RANKS[c.stage], _ACTION_RANKS[c.action], c.key, c.id))
    )


_STAGE_RANKS = {stage: rank for rank, stage in enumerate(STAGES)}
_ACTION_RANKS = {action: rank for rank, action in enumerate(ACTIONS)}


def list_missing_proofs(wanted: Completeness, found: Completeness) -> tuple[str, ...]:
    """Return why members cannot be removed and groups cannot be deleted, one sentence a reason."""
    reasons: list[str] = []
    for side, completeness in (("source", wanted), ("target", found)):
        if completeness.users is False or completeness.groups is False:
            reasons += completeness.reasons or (f"the {side} is not proven to be complete",)
    return tuple(reasons)


def _warn_of_kept_members(policy: Policy) -> Iterator[str]:
    """Yield a warning if the policy removes inactive members, but the source states no groups."""
    if policy.inactive_members == "remove":
        yield 'inactive_members="remove" has no effect, because the source names no groups'


def _plan_create(id_: str, group: GroupRecord, source: Source) -> Change:
    values = {
        name: value for name, value in group.values.items() if value is not None and name != "id"
    }
    return Change(
        action="create", type="Group", key=group.external_id or group.display_name or "", id=id_, stage="groups",
        source=describe_place(source, group), after=values, name=group.display_name,
    )  # fmt: skip


def _plan_pair(pair: GroupMatch, unkept: UnkeptValues, source: Source) -> Iterator[Change]:
    """Yield the changes of a group that exists: at most one, and another one if its new name is not free yet."""
    values = _select_comparable(pair.wanted)
    paths = unkept.list_paths(pair.found.id or "", values)
    difference = compute_difference(pair.found.values, values, schema=_get_schema(), unkept=paths)
    if difference is None:
        return
    change = _build_update(pair, difference, source)
    if pair.temporary_name is not None:
        yield _build_temporary_rename(change, pair.temporary_name)
        assumes = {**change.assumes, "displayName": pair.temporary_name}
        change = replace(change, assumes=assumes)
    elif pair.is_freed:
        change = replace(change, stage="removals", reason="another group needs its name")
    yield change


def _select_comparable(group: GroupRecord) -> dict[str, Any]:
    """Return the attributes that are compared: an id of the source may be that of another tenant."""
    return {name: value for name, value in group.values.items() if name not in _NOT_COMPARED}


_NOT_COMPARED = frozenset({"id", "meta", "schemas", "members"})


@cache
def _get_schema() -> scim.ResourceSchema:
    return scim.ResourceSchema.of(scim.Group)


def _build_update(pair: GroupMatch, difference: ResourceDifference, source: Source) -> Change:
    action: Action = "update"
    if pair.is_adopted:
        action = "adopt"
    elif "displayName" in difference.after:
        action = "rename"
    name = pair.wanted.display_name or pair.found.display_name
    return Change(
        action=action, type="Group", key=pair.wanted.external_id or name or "", id=pair.found.id or "", stage="groups",
        source=describe_place(source, pair.wanted), before=difference.before, after=difference.after,
        operations=tuple(operation.to_wire() for operation in difference.request.operations),
        assumes=dict(difference.before), name=name,
    )  # fmt: skip


def _build_temporary_rename(change: Change, name: str) -> Change:
    """Return the change that gives a group a temporary name, so that its old name is free."""
    before = {"displayName": change.before.get("displayName")}
    return replace(
        change, action="rename", stage="removals", before=before, after={"displayName": name},
        operations=({"op": "replace", "path": "displayName", "value": name},), assumes=before,
        reason=TEMPORARY + "name, because another group needs its name",
    )  # fmt: skip


def _plan_deletions(
    unnamed: Sequence[GroupRecord], rules: MemberRules
) -> tuple[list[Change], list[ExcludedObject], list[str]]:
    """Return the deletions of groups that the source does not name, protected groups, and withheld deletions."""
    protected: list[ExcludedObject] = []
    hiding: list[GroupRecord] = []
    deleted: list[GroupRecord] = []
    for group in unnamed:
        if group.id in rules.protected_groups or _list_protected_members(group, rules):
            key = get_group_key(group)
            protected.append(ExcludedObject(type="Group", key=key, id=group.id, reason=PROTECTED))
        elif rules.protected_ids and group.id in rules.unproven_groups:
            hiding.append(group)
        else:
            deleted.append(group)
    withheld: list[str] = []
    if hiding:
        withheld.append(
            f"{format_count(len(hiding), 'group')} not deleted: the target may not show all members, and protected users "
            "may be among them"
        )
    if deleted and rules.missing_proofs:
        count = format_count(len(deleted), "group")
        withheld.append(f"{count} not deleted: {'; '.join(rules.missing_proofs)}")
        deleted = []
    changes = [
        Change(
            action="delete", type="Group", key=get_group_key(group), id=group.id or "", stage="deletions",
            before={"displayName": group.display_name}, assumes={"displayName": group.display_name},
            reason="not in the source", name=group.display_name,
        )
        for group in deleted
    ]  # fmt: skip
    return changes, protected, withheld


def _list_protected_members(group: GroupRecord, rules: MemberRules) -> AbstractSet[str]:
    """Return the ids of the protected users who would lose a group with its deletion."""
    members = {member.value for member in group.members or ()}
    return rules.protected_ids & (members | rules.accepted.get(group.id or "", frozenset()))
