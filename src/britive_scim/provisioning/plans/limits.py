"""Limits of a plan: how many changes of each type one run may make, and the allowance for a single run.

| name | counts | default limit |
|---|---|---|
| `deactivations` | users deactivated or deleted | max(10, 1 %) of the users found; never more than half of more than 4 |
| `deletions` | users deleted | as set by the policy only |
| `group_deletions` | groups deleted | 2 |
| `members_out` | memberships removed | max(20, 5 %) of the memberships found |
| `members of NAME` | memberships removed from one group | half of a group of more than 20 |
| `creates`, `updates`, `renames` | users | half, where more than 20 users were found |
| `group_creates`, `group_updates`, `group_renames` | groups | half, where more than 20 groups were found |

A policy may lower these numbers. One run may exceed them with `apply(plan, allow={name: number})`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, cast

from britive_scim.errors import InputError, PlanRefused
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.plan_content import PlanContent
from britive_scim.provisioning.plans.plan_parts import ExceededLimit
from britive_scim.provisioning.plans.policy import MAX_GROUP_DELETIONS, Policy
from britive_scim.suggestions import format_known_names, format_suggestion
from britive_scim.tables import shorten

__all__ = [
    "LIMITS",
    "MEMBERS_OF",
    "check_allowed",
    "find_exceeded_limits",
    "list_limits_without_effect",
    "list_still_exceeded",
]

LIMITS = (
    "deactivations",
    "deletions",
    "group_deletions",
    "members_out",
    "creates",
    "updates",
    "renames",
    "group_creates",
    "group_updates",
    "group_renames",
)
"""Names of the limits that do not belong to one group."""

MEMBERS_OF = "members of "
"""First words of the name of a limit that belongs to one group."""

_MIN_DEACTIVATIONS, _DEACTIVATED_PERCENT, _SMALL_TENANT = 10, 1, 4
_MIN_MEMBERS_OUT, _MEMBERS_OUT_PERCENT, _SMALL_GROUP = 20, 5, 20
_SMALL_COUNT = 20
"""Up to this number of found objects, creates, updates and renames have no default limit."""


def find_exceeded_limits(
    changes: Iterable[Change],
    *,
    found_users: int,
    found_groups: Mapping[str, int],
    policy: Policy,
) -> tuple[ExceededLimit, ...]:
    """Return the limits that changes exceed, in the order of `LIMITS`, then by group.

    Args:
        changes: changes of a plan.
        found_users: number of users found at the target.
        found_groups: number of members found, by id of the group.
        policy: policy whose `limits` may lower the default limits.
    """
    changes = tuple(changes)
    planned, members_out = _count_planned(changes)
    names = {c.id: c.name or c.key for c in changes if c.action == "remove_members"}
    rules = _compute_rules(found_users, found_groups)
    exceeded: list[ExceededLimit] = []
    for name in LIMITS:
        limit, rule = rules.get(name, (None, ""))
        lowered: int | None = getattr(policy.limits, name)
        if lowered is not None and (limit is None or lowered < limit):
            limit, rule = lowered, f"{lowered} by the policy"
        if limit is not None and planned[name] > limit:
            exceeded.append(ExceededLimit(name=name, planned=planned[name], limit=limit, rule=rule))
    return (*exceeded, *_find_exceeded_groups(members_out, names, found_groups))


def list_still_exceeded(
    exceeded: Iterable[ExceededLimit], changes: Iterable[Change], created: AbstractSet[str]
) -> tuple[ExceededLimit, ...]:
    """Return the limits of a plan that its remaining changes exceed, with their number.

    Args:
        exceeded: limits that the plan exceeds.
        changes: changes of the plan that are not done.
        created: ids of the objects that the plan creates.
    """
    changes = tuple(changes)
    planned, members_out = _count_planned(changes, created)
    for change in changes:
        if change.action == "remove_members":
            name = MEMBERS_OF + (change.name or change.key)
            planned[name] = planned.get(name, 0) + members_out[change.id]
    numbers = {limit.name: min(planned.get(limit.name, 0), limit.planned) for limit in exceeded}
    return tuple(
        replace(limit, planned=numbers[limit.name])
        for limit in exceeded
        if numbers[limit.name] > limit.limit
    )


def _count_planned(
    changes: Iterable[Change], created: AbstractSet[str] = frozenset()
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the numbers of planned changes by name of the limit, and of removed members by id of the group.

    An object counts once for each limit. An update of a new object, such as its manager, belongs to its creation.
    """
    ids: defaultdict[str, set[str]] = defaultdict(set)
    members_out: defaultdict[str, int] = defaultdict(int)
    for change in changes:
        if change.action == "remove_members":
            members_out[change.id] += len(change.before.get("members", ()))
        else:
            for name in _list_counters(change):
                ids[name].add(change.id)
    ids["updates"] -= ids["creates"] | created
    planned = {name: len(ids[name]) for name in LIMITS}
    planned["members_out"] = sum(members_out.values())
    return planned, members_out


def list_limits_without_effect(
    policy: Policy, *, found_users: int, found_groups: Mapping[str, int]
) -> list[str]:
    """Return a warning for each limit of a policy above the default one, which depends on the size of the tenant.

    Args:
        policy: policy with `limits`.
        found_users: number of users found at the target.
        found_groups: number of members found, by id of the group.
    """
    warnings: list[str] = []
    for name, (limit, rule) in _compute_rules(found_users, found_groups).items():
        number: int | None = getattr(policy.limits, name)
        if number is not None and number > limit:
            warnings.append(
                f"limits.{name} of {number:,} has no effect, since limits may only tighten and the default is {limit:,} "
                f"({rule}); allow more for a single run with apply(plan, allow={{'{name}': {number}}})"
            )
    return warnings


def _list_counters(change: Change) -> Iterator[str]:
    """Yield the names of the limits that a change counts for."""
    is_user = change.type == "User"
    prefix = "" if is_user else "group_"
    match change.action:
        case "deactivate":
            yield "deactivations"
        case "delete":
            if is_user:
                yield "deactivations"
            yield f"{prefix}deletions"
        case "create":
            yield f"{prefix}creates"
        case "rename":
            yield f"{prefix}renames"
        case "update" | "reactivate":
            yield f"{prefix}updates"
        case "adopt" if change.after.keys() - {"externalId"}:
            # The first run on an existing tenant adopts everybody; a wrong column would also rewrite them.
            yield f"{prefix}updates"
        case _:
            pass


def _compute_rules(found_users: int, found_groups: Mapping[str, int]) -> dict[str, tuple[int, str]]:
    """Return the default limits by name, each with its rule in words."""
    memberships = sum(found_groups.values())
    deactivations = max(_MIN_DEACTIVATIONS, found_users * _DEACTIVATED_PERCENT // 100)
    rule = f"max({_MIN_DEACTIVATIONS}, {_DEACTIVATED_PERCENT} % of {found_users:,} users)"
    if found_users > _SMALL_TENANT and found_users // 2 < deactivations:
        deactivations, rule = found_users // 2, f"half of {found_users:,} users"
    rules = {
        "deactivations": (deactivations, rule),
        "group_deletions": (MAX_GROUP_DELETIONS, f"{MAX_GROUP_DELETIONS} groups"),
        "members_out": (
            max(_MIN_MEMBERS_OUT, memberships * _MEMBERS_OUT_PERCENT // 100),
            f"max({_MIN_MEMBERS_OUT}, {_MEMBERS_OUT_PERCENT} % of {memberships:,} memberships)",
        ),
    }
    for prefix, count, noun in (
        ("", found_users, "users"),
        ("group_", len(found_groups), "groups"),
    ):
        if count > _SMALL_COUNT:
            for action in ("creates", "updates", "renames"):
                rules[prefix + action] = (count // 2, f"half of {count:,} {noun}")
    return rules


def _find_exceeded_groups(
    members_out: Mapping[str, int], names: Mapping[str, str], found_groups: Mapping[str, int]
) -> list[ExceededLimit]:
    """Return the exceeded limits of single groups, by name; groups of one name count as one."""
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for id_, removed in members_out.items():
        size = found_groups.get(id_, 0)
        if size > _SMALL_GROUP and removed > size // 2:
            totals[names[id_]][0] += removed
            totals[names[id_]][1] += size
    return [
        ExceededLimit(
            name=MEMBERS_OF + name,
            planned=removed,
            limit=size // 2,
            rule=f"half of {size:,} members",
        )
        for name, (removed, size) in sorted(totals.items())
    ]


def check_allowed(plan: PlanContent, allow: Mapping[str, int] | None = None) -> None:
    """Check that a plan is within its limits, or within the numbers that are allowed for this run.

    Args:
        plan: the plan.
        allow: number of changes by name of the limit, such as
            `{"deactivations": 431, "members of Finance": 30}`.

    Raises:
        InputError: a name is unknown, or a number is not an integer from 0.
        PlanRefused: a limit is exceeded, and `allow` has no number or a lower one.
    """
    allowed = _check_allowance(plan, allow)
    refused = [limit for limit in plan.exceeded if allowed.get(limit.name, -1) < limit.planned]
    if not refused:
        return
    lines = [
        f"  {shorten(limit.name, 200)}: {limit.planned:,} planned, {limit.limit:,} allowed ({limit.rule})"
        + (f", {allowed[limit.name]:,} for this run" if limit.name in allowed else "")
        for limit in refused
    ]
    numbers = {limit.name: limit.planned for limit in plan.exceeded}
    raise PlanRefused(
        "\n".join(
            [
                f"the plan exceeds {format_count(len(refused), 'limit')}; nothing was sent",
                *lines,
                f"to allow it for this run: {format_allowance(numbers)}",
            ]
        )
    )


def format_allowance(numbers: Mapping[str, int]) -> str:
    """Return the arguments of Python and of the command line that allow numbers of changes in one run.

    Examples:
        >>> print(format_allowance({"deactivations": 431, "members of Finance": 30}))
        apply(plan, allow={'deactivations': 431, 'members of Finance': 30}), or --allow deactivations=431 --allow 'members of Finance=30'
    """
    import shlex  # for a refusal only

    options = " ".join(
        f"--allow {shlex.quote(f'{shorten(name, 200)}={number}')}"
        for name, number in numbers.items()
    )
    return f"apply(plan, allow={dict(numbers)!r}), or {options}"


def _check_allowance(plan: PlanContent, allow: Mapping[str, int] | None) -> Mapping[str, int]:
    """Return the numbers of `allow`; the names of groups are those that lose members."""
    if allow is None:
        return {}
    if not isinstance(cast("object", allow), Mapping):
        raise InputError(
            f"allow must be a mapping of names of limits to numbers, got {type(allow).__name__}; for example "
            'allow={"deactivations": 431}'
        )
    groups = {
        MEMBERS_OF + (change.name or change.key)
        for change in plan.changes
        if change.action == "remove_members"
    }
    known = {*LIMITS, *groups, *(limit.name for limit in plan.exceeded)}
    for name, number in cast("Mapping[Any, Any]", allow).items():
        if name not in known:
            hint = format_suggestion(name, known) if isinstance(name, str) else ""
            raise InputError(
                f"allow must have names of limits, got {name!r:.120}"
                f"{hint or format_known_names((*LIMITS, MEMBERS_OF + 'GROUP'))}"
            )
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise InputError(f"allow[{name!r}] must be an integer from 0, got {number!r:.60}")
    return allow
