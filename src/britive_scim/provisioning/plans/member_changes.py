"""Changes of the members of groups: additions and removals by id, sorted.

The members of a group that the source names are set exactly. Members that the source cannot know stay: users out of
scope or of another identity provider, and nested groups that the source does not manage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.records import GroupRecord, MemberRecord
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.group_matching import fold_name
from britive_scim.provisioning.plans.policy import Policy

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.source import Source

__all__ = [
    "MEMBERS_PER_REQUEST",
    "MemberChanges",
    "MemberRules",
    "MemberTarget",
    "describe_place",
    "plan_members",
]

MEMBERS_PER_REQUEST = 100
"""Members in one request of the clients: the lowest documented server limit."""

_MAX_NAMED = 5
"""Groups that a warning names; the others are counted."""


@dataclass(frozen=True, slots=True)
class MemberTarget:
    """Group whose members are planned.

    Attributes:
        wanted: the group of the source.
        found: the group at the target, or `None` if the plan creates it.
        id: its id, or the placeholder id.
    """

    wanted: GroupRecord
    found: GroupRecord | None
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRules:
    """Rules for members; see `plan_groups`.

    Attributes:
        policy: rules of the synchronization.
        resolve: returns the id of a wanted member that is a user.
        leaving_ids: users that are inactive or deleted when the plan is done.
        manageable_ids: found users that the source can know.
        protected_ids: users that are never removed from a group.
        protected_groups: groups of which no member is removed.
        unproven_groups: groups whose members are not proven to be complete.
        accepted: members whose addition to a group the provider accepted, by its id; believed while they are not shown.
        missing_proofs: reasons why nothing is removed from any group.
        source: source of the wanted groups.
    """

    policy: Policy
    resolve: Callable[[MemberRecord], str | None]
    leaving_ids: AbstractSet[str]
    manageable_ids: AbstractSet[str]
    protected_ids: AbstractSet[str]
    protected_groups: AbstractSet[str]
    unproven_groups: AbstractSet[str]
    accepted: Mapping[str, AbstractSet[str]]
    missing_proofs: Sequence[str]
    source: Source


@dataclass(slots=True)
class MemberChanges:
    """Changes of members.

    Attributes:
        changes: changes of type `add_members` and `remove_members`.
        withheld: removals that are not planned, as sentences.
        warnings: facts to review, as sentences.
        protected_ids: protected users that stay in a group, and protected groups that keep a member.
    """

    changes: list[Change] = field(default_factory=list[Change])
    withheld: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    protected_ids: set[str] = field(default_factory=set[str])


def describe_place(source: Source, group: GroupRecord) -> str | None:
    """Return the position of a group in its source, such as `groups.csv:12`."""
    if group.line is None:
        return None
    return f"{source.name or 'entry'}:{group.line}"


def plan_members(targets: Sequence[MemberTarget], rules: MemberRules) -> MemberChanges:
    """Return the changes that give groups the members that the source states."""
    return _MemberPlanner(targets, rules).plan()


class _MemberPlanner:
    """Planning of the members of all groups."""

    def __init__(self, targets: Sequence[MemberTarget], rules: MemberRules) -> None:
        self._targets = targets
        self._rules = rules
        self._groups = _index_groups(targets)
        self._named_groups = {target.id for target in targets}
        self._states_nesting = False
        self._result = MemberChanges()
        self._unresolved: dict[str, int] = {}
        self._unknown: list[str] = []
        self._withheld: dict[str, int] = {}
        self._not_shown: list[str] = []

    def plan(self) -> MemberChanges:
        """Plan all groups."""
        stated = [
            (target, self._resolve_all(target))
            for target in self._targets
            if target.wanted.members is not None
        ]
        for target, wanted in stated:
            self._plan_group(target, wanted)
        result = self._result
        result.withheld = tuple(self._describe_withheld())
        warnings: list[str] = []
        if self._unresolved:
            total = sum(self._unresolved.values())
            warnings.append(
                f"{format_count(total, 'member')} not added, because the source has no such user, or the policy leaves them alone: "
                f"{_list_names(self._unresolved)}"
            )
        if self._unknown:
            warnings.append(
                f"the members of {format_count(len(self._unknown), 'group')} are unknown; those that the source states are added, and nobody is removed: "
                f"{_list_names(dict.fromkeys(self._unknown, 0))}"
            )
        result.warnings = tuple(warnings)
        return result

    def _resolve_all(self, target: MemberTarget) -> set[str]:
        """Return the ids of the wanted members of a group."""
        ids: set[str] = set()
        is_removed = self._rules.policy.inactive_members == "remove"
        for member in target.wanted.members or ():
            id_ = None if member.type == "Group" else self._rules.resolve(member)
            if id_ is None and member.type != "User":
                id_ = self._groups.get(member.value) or self._groups.get(fold_name(member.value))
                self._states_nesting |= id_ is not None
            if not id_:
                name = _get_name(target)
                self._unresolved[name] = self._unresolved.get(name, 0) + 1
            elif not (is_removed and id_ in self._rules.leaving_ids):
                ids.add(id_)
        return ids

    def _plan_group(self, target: MemberTarget, wanted: set[str]) -> None:
        found: set[str] = set()
        accepted: AbstractSet[str] = frozenset()
        if target.found is not None:
            is_unproven = target.id in self._rules.unproven_groups
            if is_unproven:
                accepted = self._rules.accepted.get(target.id, accepted)
            if target.found.members is not None:
                found = {member.value for member in target.found.members}
            elif is_unproven and not (wanted and accepted <= wanted):
                self._not_shown.append(_get_name(target))
            elif wanted:
                self._unknown.append(_get_name(target))
        added = sorted(wanted - found - accepted)
        removed = sorted(id_ for id_ in found - wanted if self._is_removable(id_, target.id))
        if added:
            self._result.changes.append(self._build_change(target, added, is_removal=False))
        if removed and (self._rules.missing_proofs or target.id in self._rules.unproven_groups):
            self._withheld[_get_name(target)] = len(removed)
        elif removed:
            self._result.changes.append(self._build_change(target, removed, is_removal=True))

    def _is_removable(self, id_: str, group_id: str) -> bool:
        """Return whether a member that the source does not state is removed."""
        rules = self._rules
        if id_ in self._named_groups:
            is_known = self._states_nesting
        else:
            is_known = id_ in rules.manageable_ids and (
                id_ not in rules.leaving_ids or rules.policy.inactive_members == "remove"
            )
        if not is_known:
            return False
        for protected, ids in ((id_, rules.protected_ids), (group_id, rules.protected_groups)):
            if protected in ids:
                self._result.protected_ids.add(protected)
                return False
        return True

    def _build_change(self, target: MemberTarget, ids: list[str], *, is_removal: bool) -> Change:
        members: Mapping[str, list[str]] = {"members": ids}
        name = _get_name(target)
        return Change(
            action="remove_members" if is_removal else "add_members",
            type="Group",
            key=target.wanted.external_id or name,
            id=target.id,
            stage="members_out" if is_removal else "members_in",
            source=describe_place(self._rules.source, target.wanted),
            before=members if is_removal else {},
            after={} if is_removal else members,
            requests=-(-len(ids) // MEMBERS_PER_REQUEST),
            name=name,
            group_size=_get_size(target),
        )

    def _describe_withheld(self) -> Iterator[str]:
        if self._not_shown:
            yield (
                f"members of {_list_names(dict.fromkeys(self._not_shown, 0))} are not shown by the target, so nobody is removed"
            )
        if not self._withheld:
            return
        total = sum(self._withheld.values())
        reasons = "; ".join(self._rules.missing_proofs)
        reason = reasons or "the members of these groups are not proven to be complete"
        yield f"{format_count(total, 'member')} not removed from {_list_names(self._withheld)}: {reason}"


def _get_size(target: MemberTarget) -> int | None:
    """Return the number of members that the group has; `None` if it is unknown."""
    if target.found is None or target.found.members is None:
        return None
    return len(target.found.members)


def _get_name(target: MemberTarget) -> str:
    """Return the name of a group for people: the new one where it is renamed."""
    found = target.found.display_name if target.found is not None else None
    return target.wanted.display_name or found or target.wanted.external_id or target.id


def _index_groups(targets: Sequence[MemberTarget]) -> dict[str, str]:
    """Return the ids of groups by `externalId`, id and folded name; the first has precedence."""
    index: dict[str, str] = {}
    for target in targets:
        if target.wanted.display_name is not None:
            index[fold_name(target.wanted.display_name)] = target.id
    for target in targets:
        index[target.id] = target.id
    for target in targets:
        if target.wanted.external_id is not None:
            index[target.wanted.external_id] = target.id
    return index


def _list_names(names: Mapping[str, int]) -> str:
    """Return the first names, with their numbers, and the number of the others."""
    shown = [
        f"{name} ({number:,})" if number else name
        for name, number in list(names.items())[:_MAX_NAMED]
    ]
    rest = len(names) - _MAX_NAMED
    return ", ".join(shown) + (f" and {rest:,} others" if rest > 0 else "")
