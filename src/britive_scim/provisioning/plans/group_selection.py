"""Selection of groups by scope, exclusion and protection of a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from britive_scim.errors import InputError
from britive_scim.provisioning.directory.records import GroupRecord
from britive_scim.provisioning.plans.group_matching import fold_name
from britive_scim.provisioning.plans.patterns import Pattern, compile_pattern, describe_pattern
from britive_scim.provisioning.plans.plan_parts import ExcludedObject
from britive_scim.provisioning.plans.policy import Policy

__all__ = ["SelectedGroups", "select_groups"]


@dataclass(frozen=True, slots=True)
class SelectedGroups:
    """Groups that a plan may change.

    Attributes:
        wanted: groups of the source.
        found: groups of the target.
        excluded: groups out of scope and excluded groups, of both sides.
        protected_ids: ids of the groups that are never deleted, and of which no member is removed.
        warnings: a sentence for each exclusion or protection that matches no group.
    """

    wanted: Sequence[GroupRecord]
    found: Sequence[GroupRecord]
    excluded: Sequence[ExcludedObject]
    protected_ids: frozenset[str]
    warnings: Sequence[str]


def select_groups(
    wanted: Sequence[GroupRecord], found: Sequence[GroupRecord], policy: Policy
) -> SelectedGroups:
    """Select the groups that a plan may change.

    A group that is excluded on one side is excluded on the other one too, if both have the same `externalId`: a new
    name moves no group out of the exclusion.

    Args:
        wanted: groups of the source.
        found: groups of the target.
        policy: policy with `scope`, `exclude` and `protected`.

    Raises:
        InputError: the scope matches no group of the source.
    """
    _check_scope(wanted, policy)
    find_reason = _build_exclusion(policy)
    reasons: dict[str, str] = {}
    for group in (*wanted, *found):
        reason = find_reason(group)
        if reason and group.external_id is not None:
            reasons[group.external_id] = reason

    def find_shared_reason(group: GroupRecord) -> str | None:
        return reasons.get(group.external_id or "") or find_reason(group)

    excluded: dict[tuple[str, str | None], ExcludedObject] = {}
    kept: tuple[list[GroupRecord], list[GroupRecord]] = ([], [])
    for groups, side in zip((found, wanted), kept, strict=True):
        for group in groups:
            reason = find_shared_reason(group)
            if reason is None:
                side.append(group)
                continue
            key = get_group_key(group)
            item = ExcludedObject(type="Group", key=key, id=group.id, reason=reason)
            excluded.setdefault(
                ("externalId" if group.external_id else "name", fold_name(key)), item
            )
    protects = _build_test(policy.protected.get("groups"))
    protected = frozenset(g.id for g in found if g.id and protects is not None and protects(g))
    warnings = tuple(_list_unused([*wanted, *found], policy))
    return SelectedGroups(kept[1], kept[0], tuple(excluded.values()), protected, warnings)


def _check_scope(wanted: Sequence[GroupRecord], policy: Policy) -> None:
    """Check that the scope matches a group of the source, if it has groups.

    Raises:
        InputError: it matches none.
    """
    scope = _build_test(policy.scope.get("groups"))
    if scope is not None and wanted and not any(map(scope, wanted)):
        raise InputError(
            f"scope['groups'] must match groups of the source, got {describe_pattern(policy.scope['groups'])!r:.120}, "
            f"which matches none of {len(wanted):,}; globs are compared with displayName, and a filter needs its "
            "attributes in the source"
        )


def _list_unused(groups: Sequence[GroupRecord], policy: Policy) -> Iterator[str]:
    """Yield a warning for each exclusion or protection that matches no group."""
    for name, selection in (("exclude", policy.exclude), ("protected", policy.protected)):
        pattern = selection.get("groups")
        test = _build_test(pattern)
        if pattern is not None and test is not None and not any(map(test, groups)):
            yield f"{name}['groups'] matches no group: {describe_pattern(pattern)}"


def get_group_key(group: GroupRecord) -> str:
    """Return `externalId`, name or id of a group, by which it is shown."""
    return group.external_id or group.display_name or group.id or ""


def _build_exclusion(policy: Policy) -> Callable[[GroupRecord], str | None]:
    """Return a function that returns why a group is left alone, or `None`."""
    scope = _build_test(policy.scope.get("groups"))
    exclude = _build_test(policy.exclude.get("groups"))

    def find_reason(group: GroupRecord) -> str | None:
        if scope is not None and not scope(group):
            return "out of scope"
        return "excluded" if exclude is not None and exclude(group) else None

    return find_reason


def _build_test(pattern: Pattern | None) -> Callable[[GroupRecord], bool] | None:
    """Return a function that returns whether a group is selected, or `None` without a pattern."""
    if pattern is None:
        return None
    matches = compile_pattern("groups", pattern)
    return lambda group: matches(group.values)
