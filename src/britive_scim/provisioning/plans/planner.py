"""Plan: compare a wanted directory with a found one, under a policy."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from britive_scim.errors import ConfigurationError, InputError, PlanRefused
from britive_scim.provisioning.directory.checks import NO_USERS
from britive_scim.provisioning.directory.directory import Directory
from britive_scim.provisioning.directory.problems import Problems, group_problems
from britive_scim.provisioning.directory.shown_attributes import is_of_admin_api
from britive_scim.provisioning.memory import Memory, check_owner
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.group_changes import plan_groups, sort_changes
from britive_scim.provisioning.plans.limits import find_exceeded_limits, list_limits_without_effect
from britive_scim.provisioning.plans.plan import Plan, PlanBasis, PlanTarget
from britive_scim.provisioning.plans.plan_parts import PROTECTED, ExcludedObject
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.provisioning.plans.user_matching import get_user_key
from britive_scim.provisioning.plans.user_planner import plan_users
from britive_scim.provisioning.rules import ProvisioningRules

if TYPE_CHECKING:
    from britive_scim.provisioning.plans.group_changes import GroupChanges
    from britive_scim.provisioning.plans.user_changes import UserChanges

__all__ = ["plan"]

_KNOWN_IDS: Final = 3
_get_values: Final = attrgetter("values")
_MAX_WARNINGS: Final = 5
_DEFAULT_POLICY = Policy()


def plan(
    wanted: Directory,
    found: Directory,
    *,
    policy: Policy = _DEFAULT_POLICY,
    memory: Memory | None = None,
    rules: ProvisioningRules | None = None,
    now: datetime | None = None,
) -> Plan:
    """Return the changes that make a tenant equal to a source; nothing is read or sent.

    The plan is the same for any order of the entries. Removals are planned only if both sides are proven to be complete;
    `Plan.withheld` has the reasons if they are not.

    Args:
        wanted: directory of the source.
        found: directory of the target, from `read_directory`.
        policy: rules for removals, adoptions and reactivations; by default nothing is removed.
        memory: memory of earlier runs; needed for `grace` and `reactivate="ours"`.
        rules: mandatory attributes and mappings of the identity provider, from `identity_providers.rules(name)`.
        now: time of the plan, aware; by default the current time.

    Raises:
        DirectoryError: the source has problems; all are named.
        Ambiguous: users or groups match several at the target, or one with another `externalId`.
        PlanRefused: the source is empty, or users exchange their userNames.
        ConfigurationError: the policy needs a memory, or the memory belongs to another target.
        InputError: the directories are swapped, `found` was read by the admin API, or a scope matches nothing.

    Examples:
        >>> from britive_scim.provisioning.directory.directory import Directory
        >>> from britive_scim.provisioning.directory.records import Completeness
        >>> source = Directory.of([{"externalId": "E1", "userName": "ann@example.com"}])
        >>> target = Directory.found(
        ...     [], None, completeness=Completeness(groups=None), scim_url=None, provider=None, read_at=None
        ... )
        >>> [(change.action, change.id) for change in plan(source, target).changes]
        [('create', 'new:E1')]
    """
    _check_types(wanted, found, policy, memory, rules, now)
    _check_sides(wanted, found)
    _check_memory(policy, memory, found)
    now = datetime.now(UTC) if now is None else now
    if now.utcoffset() is None:
        raise InputError(f"now must have a time zone, got {now.isoformat()}; use datetime.now(UTC)")
    _check_contents(wanted, found, policy)
    problems = wanted.problems if rules is None else wanted.check(rules)
    if policy.users == "reference":
        problems = Problems(problem for problem in problems if problem.rule != NO_USERS)
    problems.raise_for_errors()
    warnings = _list_warnings(problems)
    knowledge = found.knowledge
    if memory is not None:
        knowledge = knowledge.copy()
        knowledge.add_memory(memory)
    users = plan_users(wanted, found, policy=policy, memory=memory, knowledge=knowledge, now=now)
    groups = plan_groups(
        wanted,
        found,
        policy=policy,
        resolve=users.resolve,
        leaving_ids=users.leaving_ids,
        manageable_ids=users.manageable_ids,
        protected_ids=users.protected_ids,
        knowledge=knowledge,
        known_ids=memory.known_group_ids if memory is not None else {},
    )
    changes = sort_changes((*users.changes, *groups.changes))
    excluded = [*users.excluded, *groups.excluded]
    excluded += _list_protected(found, groups.protected_ids, excluded)
    found_users = len(found.user_records) - len(found.other_providers)
    found_groups = {
        group.id: len(group.members or ())
        for group in found.group_records or ()
        if group.id is not None
    }
    warnings += list_limits_without_effect(
        policy, found_users=found_users, found_groups=found_groups
    )
    return Plan(
        changes=changes,
        policy=policy,
        target=_build_target(found, changes),
        numbers={
            **_add_numbers(users, groups),
            "protected": sum(item.reason == PROTECTED for item in excluded),
        },
        excluded=tuple(sorted(excluded, key=lambda u: (u.type, u.key, u.id or ""))),
        withheld=(*users.withheld, *groups.withheld),
        exceeded=find_exceeded_limits(
            changes, found_users=found_users, found_groups=found_groups, policy=policy
        ),
        warnings=(*warnings, *users.warnings, *groups.warnings),
        basis=PlanBasis(wanted, found, {**users.matches, **groups.matches}),
    )


def _check_types(
    wanted: object, found: object, policy: object, memory: object, rules: object, now: object
) -> None:
    for name, value, type_, hint in (
        ("wanted", wanted, Directory, "make one by Directory.read(path) or Directory.of(users)"),
        ("found", found, Directory, "read it by client.read_directory()"),
        ("policy", policy, Policy, "write Policy(…)"),
        ("memory", memory, Memory, "read it by Memory.load(path)"),
        ("rules", rules, ProvisioningRules, "read them by identity_providers.rules(name)"),
        ("now", now, datetime, "write datetime.now(UTC)"),
    ):
        is_missing = value is None and name in ("memory", "rules", "now")
        if not isinstance(value, type_) and not is_missing:
            raise InputError(
                f"{name} must be a {type_.__name__}, got {type(value).__name__}; {hint}"
            )


def _list_warnings(problems: Problems) -> list[str]:
    """Return the first warnings of a source, such as that of an inverted status column, and the number of the others.

    Managers are left out: the plan itself warns of those that neither side has.
    """
    warnings = [problem for problem in problems.warnings if problem.column != "manager"]
    groups = group_problems(warnings)
    shown = list(map(str, groups[:_MAX_WARNINGS]))
    if rest := sum(group.count for group in groups[_MAX_WARNINGS:]):
        shown.append(f"{rest:,} more warnings of the source; print(wanted.problems) shows them")
    return shown


def _check_sides(wanted: Directory, found: Directory) -> None:
    if wanted.kind != "wanted":
        raise InputError(
            "wanted must be the directory of a source, got one that was read from a tenant; exchange the arguments if they "
            "are swapped, or use wanted.as_wanted() to make a tenant the source"
        )
    if found.kind != "found":
        raise InputError(
            "found must be a directory that was read from a tenant, got one of a source; exchange the arguments if they "
            "are swapped, or read the tenant with read_directory()"
        )
    if is_of_admin_api(found):
        raise InputError(
            "found must be a directory that was read by SCIM, got one of the admin API, whose attributes are others than "
            "SCIM writes; use okta.read_directory()"
        )


def _check_memory(policy: Policy, memory: Memory | None, found: Directory) -> None:
    if memory is None:
        for needs, argument in (
            (policy.grace is not None, "grace"),
            (policy.reactivate == "ours", 'reactivate="ours"'),
        ):
            if needs:
                raise ConfigurationError(
                    f"memory must be given for Policy({argument}); pass the same memory=Memory.load(path) to plan and apply"
                )
        return
    check_owner(memory, found.source.scim_url, found.source.provider)


def _check_contents(wanted: Directory, found: Directory, policy: Policy) -> None:
    """Refuse an empty source: it is usually the result of a failed export.

    Problems of lines explain better why nobody was read.
    """
    if (
        not wanted.user_records
        and wanted.completeness.users is not None
        and policy.users == "manage"
        and all(problem.line is None for problem in wanted.problems.errors)
    ):
        raise PlanRefused(
            f"the source must have users, got none, but the target has {len(found.user_records):,}; check the export, or "
            'use Policy(users="reference") to synchronize groups only'
        )


def _list_protected(
    found: Directory, ids: AbstractSet[str], listed: Iterable[ExcludedObject]
) -> Iterator[ExcludedObject]:
    """Yield the users and groups whose memberships protection keeps, and that are not listed for another reason."""
    ids = ids - {item.id for item in listed if item.reason == PROTECTED}
    if not ids:
        return
    for user in found.user_records:
        if user.id in ids:
            key = get_user_key(user.values)
            yield ExcludedObject(type="User", key=key, id=user.id, reason=PROTECTED)
    for group in found.group_records or ():
        if group.id in ids:
            key = group.external_id or group.display_name or ""
            yield ExcludedObject(type="Group", key=key, id=group.id, reason=PROTECTED)


def _add_numbers(users: UserChanges, groups: GroupChanges) -> dict[str, int]:
    """Return the numbers of users, with those of groups added."""
    numbers = dict(users.numbers)
    for name, number in groups.numbers.items():
        numbers[name] = numbers.get(name, 0) + number
    return numbers


def _build_target(found: Directory, changes: Iterable[Change]) -> PlanTarget:
    """Return the target of a plan; its known users are those that the plan does not remove, where there are some."""
    removed = {change.id for change in changes if change.action in ("deactivate", "delete")}
    ids = {record.values["id"] for record in found.user_records} - found.other_providers
    return PlanTarget(
        scim_url=found.source.scim_url,
        provider=found.source.provider,
        digest=_compute_digest(found),
        read_at=found.source.read_at,
        known_ids=tuple(heapq.nsmallest(_KNOWN_IDS, (ids - removed) or ids)),
    )


def _compute_digest(found: Directory) -> str:
    """Return the SHA-256 of what identifies the users, groups and members found, in any order."""
    digest = hashlib.sha256()
    for lines in (_list_users(found), _iter_groups(found)):
        digest.update("\n".join(sorted(lines)).encode("utf-8", "surrogatepass"))
        digest.update(b"\n\n")
    return digest.hexdigest()


def _list_users(found: Directory) -> list[str]:
    return [
        repr((v["id"], v.get("userName"), v.get("externalId"), v.get("active"), _get_version(v)))
        for v in map(_get_values, found.user_records)
    ]


def _iter_groups(found: Directory) -> Iterator[str]:
    for group in found.group_records or ():
        members = None if group.members is None else sorted(m.value for m in group.members)
        yield repr((group.id, group.display_name, group.external_id, members))


def _get_version(values: Any) -> Any:
    meta = values.get("meta")
    return (meta.get("version") or meta.get("lastModified")) if meta.__class__ is dict else None
