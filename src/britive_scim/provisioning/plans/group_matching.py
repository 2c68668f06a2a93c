"""Matching of wanted groups with the groups found, by `externalId`, then id, then `displayName`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from britive_scim.errors import Ambiguous
from britive_scim.provisioning.directory.records import GroupRecord
from britive_scim.provisioning.plans.matching import ATTRIBUTE_NAMES, Match, decide_match
from britive_scim.provisioning.plans.plan_parts import ExcludedObject
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.scim.datatypes import normalize_caseless

__all__ = ["GroupMatch", "GroupMatches", "describe_group", "fold_name", "match_groups"]


def fold_name(name: str) -> str:
    """Return the form in which names of groups are compared: NFC, case folded, without outer white space.

    Examples:
        >>> fold_name(" FINANCE") == fold_name("Finance")
        True
    """
    return normalize_caseless(name.strip())


@dataclass(frozen=True, slots=True)
class GroupMatch:
    """Wanted group and the group at the target.

    Attributes:
        wanted: the group of the source.
        found: the group at the target.
        by: attribute that matched: `externalId`, `id` or `displayName`.
        is_adopted: whether the group at the target belongs to no entry of the source yet.
        temporary_name: name that the group has until the group with its new name is renamed, or `None`.
        is_freed: whether its old name is needed by another group.
    """

    wanted: GroupRecord
    found: GroupRecord
    by: str
    is_adopted: bool = False
    temporary_name: str | None = None
    is_freed: bool = False


@dataclass(frozen=True, slots=True)
class GroupMatches:
    """Result of matching groups.

    Attributes:
        pairs: groups of both sides.
        created: groups of the source only.
        unnamed: groups of the target only.
        excluded: groups that the policy does not allow to adopt.
    """

    pairs: Sequence[GroupMatch] = ()
    created: Sequence[GroupRecord] = ()
    unnamed: Sequence[GroupRecord] = ()
    excluded: Sequence[ExcludedObject] = ()


@dataclass(slots=True)
class _Matching:
    """State of the matching of all groups."""

    policy: Policy
    by_name: Mapping[str, list[GroupRecord]]
    by_id: Mapping[str, GroupRecord]
    pairs: dict[str, GroupMatch] = field(default_factory=dict[str, GroupMatch])
    created: list[GroupRecord] = field(default_factory=list[GroupRecord])
    excluded: list[ExcludedObject] = field(default_factory=list[ExcludedObject])
    blocked: set[str] = field(default_factory=set[str])
    problems: list[str] = field(default_factory=list[str])
    candidates: list[str] = field(default_factory=list[str])

    def refuse(self, problem: str, candidates: Iterable[str]) -> None:
        """Record a problem, and leave its groups alone."""
        ids = [id_ for id_ in candidates if id_ not in self.candidates]
        self.problems.append(problem)
        self.candidates += ids
        self.blocked.update(ids)

    def decide(
        self, group: GroupRecord, candidates: Iterable[GroupRecord], known_id: str | None
    ) -> Match | None:
        """Return the match of a group, or `None` after recording that it is ambiguous."""
        try:
            return decide_match(
                group.values,
                [candidate.values for candidate in candidates],
                match=("external_id", "display_name"),
                adopt=self.policy.adopt,
                known_id=known_id,
                label=describe_group(group),
            )
        except Ambiguous as error:
            self.refuse(error.message, error.candidates)
            return None

    def match(
        self, group: GroupRecord, candidates: Iterable[GroupRecord], known_id: str | None
    ) -> None:
        """Match a group that no `externalId` matches; groups that others have matched are no candidates."""
        free = [c for c in candidates if c.id not in self.pairs]
        match = self.decide(group, free, known_id)
        if match is None:
            return
        if match.found is not None:
            self.pair(group, match)
        elif match.unclaimed is None:
            self.created.append(group)
        else:
            key = group.external_id or group.display_name or ""
            reason = 'exists without externalId, and adopt is "never"'
            id_ = match.unclaimed.get("id")
            self.excluded.append(ExcludedObject(type="Group", key=key, id=id_, reason=reason))

    def pair(self, group: GroupRecord, match: Match) -> None:
        """Record a match, unless another group of the source has the same."""
        id_ = str((match.found or {}).get("id"))
        if id_ in self.pairs:
            other = describe_group(self.pairs[id_].wanted)
            self.refuse(
                f"{describe_group(group)} and {other} are one group at the target: {id_}", [id_]
            )
        else:
            by = ATTRIBUTE_NAMES.get(match.by or "", match.by or "")
            self.pairs[id_] = GroupMatch(group, self.by_id[id_], by, match.is_adopted)


def describe_group(group: GroupRecord) -> str:
    """Return name and line of a group for a message."""
    name = group.display_name or group.external_id or group.id
    return f'group "{name}"' + (f" (line {group.line})" if group.line else "")


def match_groups(
    wanted: Sequence[GroupRecord],
    found: Sequence[GroupRecord],
    policy: Policy,
    known_ids: Mapping[str, str] = MappingProxyType({}),
) -> GroupMatches:
    """Match wanted groups with found ones.

    Args:
        wanted: groups of the source that are selected.
        found: groups of the target that are selected.
        policy: policy with `adopt` and `swaps`.
        known_ids: ids of earlier runs by key.

    Raises:
        Ambiguous: a group has several matches, or its name belongs to another group; all are named.
    """
    by_name: defaultdict[str, list[GroupRecord]] = defaultdict(list)
    by_external_id: defaultdict[str, list[GroupRecord]] = defaultdict(list)
    by_id: dict[str, GroupRecord] = {}
    for group in found:
        by_id[group.id or ""] = group
        if group.display_name is not None:
            by_name[fold_name(group.display_name)].append(group)
        if group.external_id is not None:
            by_external_id[group.external_id.strip()].append(group)
    matching = _Matching(policy, by_name=by_name, by_id=by_id)
    rest: list[GroupRecord] = []
    for group in wanted:  # all by externalId first: a name may belong to a group that is renamed
        candidates = by_external_id.get((group.external_id or "").strip(), [])
        if not candidates:
            rest.append(group)
        elif (match := matching.decide(group, candidates, None)) is not None:
            matching.pair(group, match)
    names = Counter(fold_name(group.display_name) for group in rest if group.display_name)
    for group in rest:
        name = fold_name(group.display_name or "")
        known_id = group.id or known_ids.get(group.external_id or group.display_name or "")
        known = [by_id[known_id]] if known_id in by_id else []
        if not name and not known:
            matching.refuse(f"{describe_group(group)} must have a displayName to be created", [])
        elif names[name] > 1 and not known:
            matching.refuse(
                f"{describe_group(group)} has the name of another group of the source", []
            )
        else:
            matching.match(group, [*known, *by_name.get(name, ())], known_id)
    pairs = _plan_name_moves(matching)
    if matching.problems:
        head = "groups must have one match at the target; rename, merge or exclude these:"
        raise Ambiguous("\n  ".join([head, *matching.problems]), candidates=matching.candidates)
    excluded = {item.id for item in matching.excluded}
    unnamed = [g for g in found if g.id not in matching.pairs and g.id not in excluded]
    return GroupMatches(pairs, matching.created, unnamed, matching.excluded)


# ------------------------------------------------------------------------------------------- names


def _plan_name_moves(matching: _Matching) -> list[GroupMatch]:
    """Return the pairs, with the order in which names that move between groups become free.

    A name that a created or renamed group needs may belong to a group that is renamed itself: that one is renamed
    first. Where such renames form a chain or a circle, the group gets a temporary name.
    """
    renamed = {
        id_: fold_name(pair.wanted.display_name)
        for id_, pair in matching.pairs.items()
        if pair.wanted.display_name is not None and pair.found.display_name is not None
        and fold_name(pair.wanted.display_name) != fold_name(pair.found.display_name)
    }  # fmt: skip
    new_names: defaultdict[str, list[GroupRecord]] = defaultdict(list)
    for id_, name in renamed.items():
        new_names[name].append(matching.pairs[id_].wanted)
    for group in matching.created:
        new_names[fold_name(group.display_name or "")].append(group)
    holders: dict[str, str] = {}
    for name, groups in new_names.items():
        if len(groups) > 1:
            named = " and ".join(map(describe_group, groups))
            matching.refuse(f"{named} need one name", [])
        for holder in matching.by_name.get(name, ()):
            if holder.id in renamed:
                holders[name] = holder.id or ""
            elif holder.id not in matching.blocked:
                id_ = holder.id or ""
                problem = f"{describe_group(groups[0])} needs the name of another group: {id_}"
                matching.refuse(problem, [id_])
    if not holders:
        return list(matching.pairs.values())
    return [
        _plan_name_move(matching, pair, renamed, holders) if id_ in holders.values() else pair
        for id_, pair in matching.pairs.items()
    ]


def _plan_name_move(
    matching: _Matching, pair: GroupMatch, renamed: dict[str, str], holders: dict[str, str]
) -> GroupMatch:
    """Return the pair of a group whose name another group needs."""
    first = pair.found.id or ""
    temporary = None
    chain = list(_follow(first, renamed, holders))
    if chain:
        is_circle = chain[-1] == first
        if is_circle and not matching.policy.swaps and first == min(chain):  # once for the circle
            problem = "groups swap their names (Policy(swaps=True) renames them)"
            matching.refuse(f"{problem}: {', '.join(chain)}", chain)
        temporary = f"{pair.found.display_name} ({first})"
    return GroupMatch(pair.wanted, pair.found, pair.by, pair.is_adopted, temporary, is_freed=True)


def _follow(first: str, renamed: dict[str, str], holders: dict[str, str]) -> Iterator[str]:
    """Yield the ids of the groups that must be renamed before `first`; it is the last one of a circle."""
    seen: set[str] = set()
    id_ = holders.get(renamed[first])
    while id_ is not None and id_ not in seen:
        yield id_
        if id_ == first:
            return
        seen.add(id_)
        id_ = holders.get(renamed[id_])
