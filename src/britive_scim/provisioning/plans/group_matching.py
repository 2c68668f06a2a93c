"""Matching of wanted groups with the groups found, by `externalId`, then id, then `displayName`."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from britive_scim.errors import Ambiguous
from britive_scim.provisioning.directory.records import GroupRecord
from britive_scim.provisioning.plans.plan_parts import Unchanged
from britive_scim.provisioning.plans.policy import Policy

__all__ = ["GroupMatch", "GroupMatches", "describe_group", "fold_name", "match_groups"]


def fold_name(name: str) -> str:
    """Return the form in which names of groups are compared: NFC, case folded, without outer white space.

    Examples:
        >>> fold_name(" FINANCE") == fold_name("Finance")
        True
    """
    if name.isascii():
        return name.strip().lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()


@dataclass(frozen=True, slots=True)
class GroupMatch:
    """Wanted group and the group at the target.

    Attributes:
        wanted: the group of the source.
        found: the group at the target.
        by: attribute that matched.
        is_adopted: whether the group at the target belongs to no entry of the source yet.
        temporary_name: name that the group has until the group with its new name is renamed, or `None`.
        is_freed: whether its old name is needed by another group.
    """

    wanted: GroupRecord
    found: GroupRecord
    by: Literal["externalId", "id", "displayName"]
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
    excluded: Sequence[Unchanged] = ()


@dataclass(slots=True)
class _Matching:
    """State of the matching of all groups."""

    policy: Policy
    found: Sequence[GroupRecord]
    by_name: dict[str, list[GroupRecord]]
    pairs: dict[str, GroupMatch] = field(default_factory=dict[str, GroupMatch])
    created: list[GroupRecord] = field(default_factory=list[GroupRecord])
    excluded: list[Unchanged] = field(default_factory=list[Unchanged])
    blocked: set[str] = field(default_factory=set[str])
    problems: list[str] = field(default_factory=list[str])
    candidates: list[str] = field(default_factory=list[str])

    def refuse(self, problem: str, candidates: Iterable[GroupRecord]) -> None:
        """Record a problem, and leave its groups alone."""
        ids = [group.id for group in candidates if group.id]
        self.problems.append(f"{problem}: {', '.join(ids)}" if ids else problem)
        self.candidates += ids
        self.blocked.update(ids)

    def pair(
        self,
        wanted: GroupRecord,
        found: GroupRecord,
        by: Literal["externalId", "id", "displayName"],
        *,
        is_adopted: bool = False,
    ) -> None:
        """Record a match, unless another group of the source has the same."""
        id_ = found.id or ""
        if id_ in self.pairs:
            other = self.pairs[id_].wanted
            self.refuse(
                f"{describe_group(wanted)} and {describe_group(other)} are one group", [found]
            )
        else:
            self.pairs[id_] = GroupMatch(wanted, found, by, is_adopted)


def describe_group(group: GroupRecord) -> str:
    """Return name and line of a group for a message."""
    name = group.display_name or group.external_id or group.id
    return f'group "{name}"' + (f" (line {group.line})" if group.line else "")


def match_groups(
    wanted: Sequence[GroupRecord], found: Sequence[GroupRecord], policy: Policy
) -> GroupMatches:
    """Match wanted groups with found ones.

    Args:
        wanted: groups of the source that are selected.
        found: groups of the target that are selected.
        policy: policy with `adopt` and `swaps`.

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
            by_external_id[group.external_id].append(group)
    state = _Matching(policy, found, dict(by_name))
    rest: list[GroupRecord] = []
    for group in wanted:
        matches = by_external_id.get(group.external_id or "", [])
        if len(matches) > 1:
            state.refuse(
                f"{describe_group(group)} has {len(matches)} matches by externalId", matches
            )
        elif matches:
            state.pair(group, matches[0], "externalId")
        else:
            rest.append(group)
    unmatched: defaultdict[str, list[GroupRecord]] = defaultdict(list)
    for group in rest:
        # An id of another tenant matches nothing.
        match = by_id.get(group.id or "")
        if match is not None and _may_share(group, match):
            state.pair(group, match, "id", is_adopted=_is_claimed(group, match))
        elif group.display_name is None:
            state.refuse(f"{describe_group(group)} must have a displayName to be created", [])
        else:
            unmatched[fold_name(group.display_name)].append(group)
    for name, groups in unmatched.items():
        _match_by_name(state, name, groups)
    pairs = _plan_name_moves(state)
    if state.problems:
        raise Ambiguous(
            "\n  ".join(
                [
                    "groups must have one match at the target; rename, merge or exclude these:",
                    *state.problems,
                ]
            ),
            candidates=state.candidates,
        )
    left_alone = {item.id for item in state.excluded}
    return GroupMatches(
        pairs,
        state.created,
        [g for g in found if g.id not in state.pairs and g.id not in left_alone],
        state.excluded,
    )


def _is_claimed(wanted: GroupRecord, found: GroupRecord) -> bool:
    """Return whether a match gives the found group an `externalId` that it does not have."""
    return wanted.external_id is not None and wanted.external_id != found.external_id


def _may_share(wanted: GroupRecord, found: GroupRecord) -> bool:
    """Return whether neither side has an `externalId` that contradicts the other."""
    return None in (wanted.external_id, found.external_id)


def _match_by_name(state: _Matching, name: str, groups: list[GroupRecord]) -> None:
    """Match the groups of the source that have one name, and no match by `externalId` or id."""
    matches = [group for group in state.by_name.get(name, ()) if group.id not in state.pairs]
    group = groups[0]
    if len(groups) > 1:
        lines = ", ".join(str(g.line or "?") for g in groups)
        state.refuse(
            f'{len(groups)} groups of the source are called "{group.display_name}" (lines {lines})',
            matches,
        )
    elif len(matches) > 1:
        state.refuse(f"{describe_group(group)} has {len(matches)} matches by name", matches)
    elif not matches:
        state.created.append(group)
    else:
        match = matches[0]
        is_claimed = _is_claimed(group, match)
        if not is_claimed or state.policy.adopt == "all":
            state.pair(group, match, "displayName", is_adopted=is_claimed)
        elif match.external_id is not None:
            state.refuse(
                f"{describe_group(group)} exists with another externalId "
                '(Policy(adopt="all") takes it over)',
                [match],
            )
        elif state.policy.adopt == "unclaimed":
            state.pair(group, match, "displayName", is_adopted=True)
        else:
            key = group.external_id or name
            reason = 'exists without externalId, and adopt is "never"'
            state.excluded.append(Unchanged(type="Group", key=key, id=match.id, reason=reason))


# ------------------------------------------------------------------------------------------- names


def _plan_name_moves(state: _Matching) -> list[GroupMatch]:
    """Return the pairs, with the order in which names that move between groups become free.

    A name that a created or renamed group needs may belong to a group that is renamed itself: that one is renamed
    first. Where such renames form a chain or a circle, the group gets a temporary name.
    """
    renamed = {
        id_: fold_name(pair.wanted.display_name)
        for id_, pair in state.pairs.items()
        if pair.wanted.display_name is not None and pair.found.display_name is not None
        and fold_name(pair.wanted.display_name) != fold_name(pair.found.display_name)
    }  # fmt: skip
    new_names: defaultdict[str, list[GroupRecord]] = defaultdict(list)
    for id_, name in renamed.items():
        new_names[name].append(state.pairs[id_].wanted)
    for group in state.created:
        new_names[fold_name(group.display_name or "")].append(group)
    holders: dict[str, str] = {}
    for name, groups in new_names.items():
        if len(groups) > 1:
            named = " and ".join(map(describe_group, groups))
            state.refuse(f"{named} need one name", [])
        for holder in state.by_name.get(name, ()):
            if holder.id in renamed:
                holders[name] = holder.id or ""
            elif holder.id not in state.blocked:
                state.refuse(
                    f"{describe_group(groups[0])} needs the name of another group", [holder]
                )
    if not holders:
        return list(state.pairs.values())
    return [
        _plan_name_move(state, pair, renamed, holders) if id_ in holders.values() else pair
        for id_, pair in state.pairs.items()
    ]


def _plan_name_move(
    state: _Matching, pair: GroupMatch, renamed: dict[str, str], holders: dict[str, str]
) -> GroupMatch:
    """Return the pair of a group whose name another group needs."""
    first = pair.found.id or ""
    temporary = None
    chain = list(_follow(first, renamed, holders))
    if chain:
        if chain[-1] == first and not state.policy.swaps:
            groups = [state.pairs[id_].found for id_ in chain]
            if first == min(chain):  # once for the circle
                state.refuse("groups swap their names (Policy(swaps=True) renames them)", groups)
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
