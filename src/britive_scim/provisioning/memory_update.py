"""Update of the memory after `apply`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from britive_scim.provisioning.memory import Memory
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.plan import Plan
from britive_scim.provisioning.plans.plan_parts import GRACE
from britive_scim.provisioning.plans.unchanged_users import read_active
from britive_scim.provisioning.plans.user_matching import get_user_key
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge

__all__ = ["update_memory"]


def update_memory(
    memory: Memory,
    plan: Plan,
    done: Iterable[tuple[Change, str]],
    knowledge: ProviderKnowledge,
    now: datetime,
    *,
    switched_off: Collection[str] = (),
) -> None:
    """Record what a run has done, and write the memory to its file, if it has one.

    Args:
        memory: the memory.
        plan: the plan.
        done: changes that are done, each with the id of its object.
        knowledge: knowledge of the client about the provider, to which that of the memory was added before the run.
        now: time of the run, aware.
        switched_off: ids of the users whom the run deactivated or deleted, and who were active before.

    Raises:
        ConfigurationError: the memory belongs to another tenant or identity provider.
    """
    memory.bind(plan.target.scim_url, plan.target.provider)
    _forget_active_users(memory, plan)
    _record_matches(memory, plan)
    _update_grace(memory, plan, now)
    for change, id_ in done:
        memory.unkept_values.pop(id_, None)
        if change.action != "delete" and id_ in knowledge.unkept_values:
            memory.unkept_values[id_] = dict(knowledge.unkept_values[id_])
        if change.type == "Group":
            _update_known_group(memory, change, id_)
            continue
        match change.action:
            case "delete":
                memory.known_ids.pop(change.key, None)
                memory.deleted.add(id_)
                memory.grace.pop(change.key, None)
                continue
            case "deactivate":
                memory.grace.pop(change.key, None)
            case "reactivate" | "create":
                memory.deactivated.discard(id_)
                memory.deleted.discard(id_)
                memory.grace.pop(change.key, None)
            case _:
                pass
        memory.known_ids[change.key] = id_
    memory.deactivated.update(switched_off)
    for type_, paths in knowledge.unkept.items():
        memory.unkept.setdefault(type_, set()).update(paths)
    memory.members = {
        id_: set(knowledge.members[id_]) for id_ in _list_hiding_groups(plan, knowledge)
    }
    if memory.path is not None:
        memory.save()


def _forget_active_users(memory: Memory, plan: Plan) -> None:
    """Forget that users were deactivated who have become active: their next deactivation is that of others.

    A plan that is older than the last run may show them as they were before it.
    """
    read_at, last_run = plan.target.read_at, memory.grace_counted_until
    if read_at is None or (last_run is not None and read_at <= last_run):
        return
    active = {change.id for change in plan.changes if change.action == "deactivate"}
    if plan.basis is not None and (memory.deactivated or memory.deleted):
        active.update(
            record.values["id"]
            for record in plan.basis.found.user_records
            if read_active(record.values.get("active")) is not False
        )
    memory.deactivated -= active
    memory.deleted -= active


def _update_known_group(memory: Memory, change: Change, id_: str) -> None:
    """Record the id of a group by its `externalId`, which the target may not keep."""
    if change.action == "delete":
        known = [key for key, known_id in memory.known_group_ids.items() if known_id == id_]
        for key in known:
            del memory.known_group_ids[key]
    elif change.after.get("externalId") == change.key:
        memory.known_group_ids[change.key] = id_


def _record_matches(memory: Memory, plan: Plan) -> None:
    """Record the ids of the users and groups whose `externalId` the target does not have."""
    if plan.basis is None:
        return
    found, matches = plan.basis.found, plan.basis.matches
    for records, known_ids in (
        (found.user_records, memory.known_ids),
        (found.group_records or (), memory.known_group_ids),
    ):
        for record in records:
            if record.id is None or record.id not in matches or record.external_id is not None:
                continue
            wanted = matches[record.id][0]
            if wanted.external_id and isinstance(wanted, type(record)):
                known_ids[wanted.external_id] = record.id


def _list_hiding_groups(plan: Plan, knowledge: ProviderKnowledge) -> Iterator[str]:
    """Yield the ids of the groups with accepted members that the target may not show."""
    found = None if plan.basis is None else plan.basis.found
    unproven = frozenset[str]() if found is None else found.completeness.unproven_groups
    groups = {group.id for group in (found.group_records if found is not None else None) or ()}
    is_new_group_shown = bool(groups) and not unproven
    for id_ in knowledge.members:
        if id_ in unproven or not (id_ in groups or is_new_group_shown):
            yield id_


def _update_grace(memory: Memory, plan: Plan, now: datetime) -> None:
    """Record users that are missing for the first time, and forget those that are back.

    A user whose grace period is over stays recorded until the removal is done. While removals are withheld, only users
    that the source has are surely back, and no grace passes. Grace begins with the run: an old plan proves who was
    missing when it was made, not since when.
    """
    missing = {item.key for item in plan.excluded if item.reason.startswith(GRACE)}
    if plan.withheld:
        for key in _list_present_keys(plan) if memory.grace else ():
            memory.grace.pop(key, None)
    else:
        due = {change.key for change in plan.changes if change.type == "User"}
        made_at = plan.target.read_at or now
        for key in memory.grace.keys() - missing - due:
            if memory.grace[key] <= made_at:  # else a later run has found that the user is missing
                del memory.grace[key]
    if not _are_users_proven(plan) and memory.grace_counted_until is not None:
        pause = max(now - memory.grace_counted_until, timedelta(0))
        memory.grace = {key: at + pause for key, at in memory.grace.items()}
    memory.grace_counted_until = max(now, memory.grace_counted_until or now)
    for key in missing - memory.grace.keys():
        memory.grace[key] = now


def _are_users_proven(plan: Plan) -> bool:
    """Return whether the plan proves who is missing: source and target were read to their ends."""
    return plan.basis is None or all(
        directory.completeness.users is not False
        for directory in (plan.basis.wanted, plan.basis.found)
    )


def _list_present_keys(plan: Plan) -> Iterator[str]:
    """Yield the keys of the users at the target whom the source has."""
    if plan.basis is not None:
        for record in plan.basis.found.user_records:
            if record.values["id"] in plan.basis.matches:
                yield get_user_key(record.values)
