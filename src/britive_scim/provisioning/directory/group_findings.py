"""Findings about memberships: inactive members, users without a group, empty and identical groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.findings import Finding
from britive_scim.provisioning.directory.membership_index import are_members_known
from britive_scim.provisioning.directory.record_values import is_active, name_group, name_user
from britive_scim.provisioning.directory.records import GroupRecord
from britive_scim.provisioning.directory.rule_check import RuleCheck

__all__ = ["GROUP_CHECKS", "list_others"]

_MAX_NAMES = 3


def list_others(names: Sequence[str], position: int) -> str:
    """Return the first names but that at `position`, and the number of further ones.

    Examples:
        >>> list_others(["a", "b", "c", "d", "e"], 0), list_others(["a", "b"], 1)
        ('b, c, d and 1 more', 'a')
    """
    first = enumerate(names[: _MAX_NAMES + 1])
    shown = [name for number, name in first if number != position][:_MAX_NAMES]
    more = len(names) - 1 - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _find_inactive_members(check: RuleCheck) -> Iterator[Finding]:
    if not check.has_status() or not check.has_groups():
        return
    for group in check.index.groups:
        for user in check.index.list_users(group):
            if is_active(user) is False:
                yield check.find(
                    user=name_user(user), group=name_group(group), detail="the user is inactive"
                )


def _find_users_without_group(check: RuleCheck) -> Iterator[Finding]:
    if not check.has_status() or not check.has_groups(needs_all_members=True):
        return
    for user in check.iter_users(active=True):
        if not check.index.list_groups(user):
            yield check.find(user=name_user(user), detail="in no group")


def _find_empty_groups(check: RuleCheck) -> Iterator[Finding]:
    if not check.has_groups():
        return
    for group in _list_known_groups(check):
        if not group.members:
            yield check.find(group=name_group(group), detail="no members")


def _find_identical_groups(check: RuleCheck) -> Iterator[Finding]:
    if not check.has_groups():
        return
    groups: defaultdict[frozenset[str], list[GroupRecord]] = defaultdict(list)
    for group in _list_known_groups(check):
        members = frozenset(member.value for member in group.members or ())
        if members:
            groups[members].append(group)
    for members, same in groups.items():
        names = [name_group(group) for group in same]
        for position, name in enumerate(names if len(names) > 1 else ()):
            size = format_count(len(members), "member")
            yield check.find(group=name, detail=f"same {size} as {list_others(names, position)}")


def _list_known_groups(check: RuleCheck) -> list[GroupRecord]:
    """Return the groups whose members are all known."""
    return [group for group in check.index.groups if are_members_known(check.directory, group)]


GROUP_CHECKS: Mapping[str, Callable[[RuleCheck], Iterator[Finding]]] = {
    "inactive-in-group": _find_inactive_members,
    "active-without-group": _find_users_without_group,
    "empty-group": _find_empty_groups,
    "identical-groups": _find_identical_groups,
}
"""Check by name of the rule."""
