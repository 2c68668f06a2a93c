"""Planner of users: creations, adoptions, updates, renames in place, deactivations, reactivations and deletions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from britive_scim import scim
from britive_scim.errors import DirectoryError
from britive_scim.provisioning.counts import format_count, list_places
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.plans.change import Action, Change, Stage
from britive_scim.provisioning.plans.change_construction import build_change, build_creation
from britive_scim.provisioning.plans.difference import ResourceDifference, compute_difference
from britive_scim.provisioning.plans.managers import (
    Unstated,
    build_manager_values,
    get_found_manager,
    split_manager,
)
from britive_scim.provisioning.plans.placeholder_ids import build_user_placeholders
from britive_scim.provisioning.plans.plan_parts import PROTECTED, ExcludedObject
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.provisioning.plans.unchanged_users import read_active, record_unchanged
from britive_scim.provisioning.plans.unique_names import order_name_changes
from britive_scim.provisioning.plans.user_changes import UserChanges
from britive_scim.provisioning.plans.user_matching import (
    UserMatches,
    UserPair,
    check_identities,
    fold_user_name,
    get_user_key,
    list_own_users,
    match_users,
)
from britive_scim.provisioning.plans.user_removals import UserRemovals, plan_removals
from britive_scim.provisioning.plans.user_resolver import UserResolver
from britive_scim.provisioning.plans.user_selection import UserSelection
from britive_scim.provisioning.plans.value_difference import is_plainly_covered
from britive_scim.provisioning.unkept_values import UnkeptValues
from britive_scim.scim.datatypes import normalize_caseless

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.directory import Directory
    from britive_scim.provisioning.memory import Memory
    from britive_scim.provisioning.provider_knowledge import ProviderKnowledge

__all__ = ["plan_users"]


def plan_users(
    wanted: Directory,
    found: Directory,
    *,
    policy: Policy,
    memory: Memory | None,
    knowledge: ProviderKnowledge,
    now: datetime,
) -> UserChanges:
    """Return the changes that make the users of a tenant equal to those of a source.

    Args:
        wanted: directory of the source.
        found: directory of the target.
        policy: rules of the synchronization.
        memory: memory of earlier runs.
        knowledge: values that the provider is known not to keep.
        now: time of the plan, aware.

    Raises:
        Ambiguous: users match several accounts, or get userNames that others keep.
        DirectoryError: users of the source are not distinct, or lack what a creation needs.
        PlanRefused: users exchange their userNames.
        InputError: the scope matches nobody.
    """
    return _UserPlanner(wanted, found, policy, memory, knowledge, now).plan()


@cache
def _get_schema() -> scim.ResourceSchema:
    return scim.ResourceSchema.of(scim.User)


class _UserPlanner:
    def __init__(
        self,
        wanted: Directory,
        found: Directory,
        policy: Policy,
        memory: Memory | None,
        knowledge: ProviderKnowledge,
        now: datetime,
    ) -> None:
        self._wanted = wanted
        self._found = found
        self._policy = policy
        self._memory = memory
        self._now = now
        self._unkept = UnkeptValues(
            knowledge.unkept.get("User", ()),
            knowledge.unkept_values,
            (record.values for record in found.user_records),
        )
        self._deactivated: Collection[str] = memory.deactivated if memory is not None else ()
        self._selection = UserSelection(policy, wanted.group_records)
        self._selects_all = self._selection.selects_all
        self._is_reference = policy.users == "reference"
        self._place = wanted.source.name or "entry"
        self._reasons: dict[int, str] = {}
        self._managers: list[tuple[UserRecord, UserRecord | None, str | None]] = []
        self._ids: dict[int, str] = {}
        self._is_protecting = policy.protected.get("users") is not None
        self._unprotected: list[str] = []
        self._unchanged = 0

    def plan(self) -> UserChanges:
        wanted = self._wanted.user_records
        found = list_own_users(self._found)
        names, externals = check_identities(wanted, self._describe)
        self._select(wanted)
        matches = match_users(
            wanted,
            found,
            self._policy,
            known_ids=self._memory.known_ids if self._memory is not None else {},
            is_selected=lambda record: id(record) not in self._reasons,
            describe=self._describe,
        )
        resolver = UserResolver(
            matches, names, externals, found, self._ids, includes_found=self._is_reference
        )
        result = self._result = UserChanges(resolver.resolve_member)
        self._protect(found)
        self._plan_pairs(matches.pairs)
        for record, account in matches.unclaimed:
            self._leave(record.values, account.values["id"], 'has no externalId, and adopt="never"')
        self._plan_new(matches)
        removals = self._plan_missing(matches)
        self._plan_managers(resolver)
        result.changes = order_name_changes(
            result.changes, found, swaps=self._policy.swaps, describe=lambda c: c.source or c.id
        )
        result.warnings += self._selection.list_unused([*wanted, *found])
        result.warnings += self._selection.list_overlap_warnings()
        self._warn_of_other_providers(matches)
        if self._unprotected:
            result.warnings.append(
                f"protected['users'] will no longer match {format_count(len(self._unprotected), 'user')} that the plan "
                f"changes: {list_places(self._unprotected)}"
            )
        result.numbers = {
            "read": len(wanted),
            "selected": len(wanted) - len(self._reasons),
            "excluded": sum(item.reason != PROTECTED for item in result.excluded),
            "protected": sum(item.reason == PROTECTED for item in result.excluded),
            "unchanged": self._unchanged,
            "kept": removals.kept,
        }
        return result

    # --------------------------------------------------------------------------------- preparation

    def _select(self, wanted: Collection[UserRecord]) -> None:
        """Note the users of the source that scope and exclusion leave alone."""
        if self._selection.selects_all:
            return
        self._selection.check_scope(self._wanted.user_records)
        for record in wanted:
            reason = self._selection.find_reason(record.values)
            if reason is not None:
                self._reasons[id(record)] = reason

    def _protect(self, found: Collection[UserRecord]) -> None:
        if self._is_protecting:
            self._result.protected_ids = {
                record.values["id"]
                for record in found
                if self._selection.is_protected(record.values)
            }

    def _protect_pair(self, pair: UserPair) -> None:
        """Protect a user whom the pattern matches on either side, and note one whom it will not match any more."""
        id_: str = pair.found.values["id"]
        if self._selection.is_source_protected(pair.wanted.values):
            self._result.protected_ids.add(id_)
        elif id_ in self._result.protected_ids and not self._selection.is_protected(
            {**pair.found.values, **pair.wanted.values}
        ):
            self._unprotected.append(self._describe(pair.wanted))

    def _describe(self, record: UserRecord) -> str:
        return self._get_place(record) or self._place

    def _get_place(self, record: UserRecord) -> str | None:
        return None if record.line is None else f"{self._place}:{record.line}"

    def _leave(self, values: Mapping[str, Any], id_: str | None, reason: str) -> None:
        self._result.excluded.append(
            ExcludedObject(type="User", key=get_user_key(values), id=id_, reason=reason)
        )

    # --------------------------------------------------------------------------------- users of both sides

    def _plan_pairs(self, pairs: list[UserPair]) -> None:
        if self._selects_all and not (self._reasons or self._is_protecting or self._is_reference):
            count = len(pairs)
            pairs, inactive = record_unchanged(pairs, self._result, self._ids)
            self._unchanged += count - len(pairs)
            for pair in inactive:
                self._plan_activity(pair, is_active=False)
        for pair in pairs:
            self._plan_pair(pair)

    def _plan_pair(self, pair: UserPair) -> None:
        result, wanted, found = self._result, pair.wanted.values, pair.found.values
        id_: str = found["id"]
        result.matches[id_] = (pair.wanted, pair.by)
        reason = self._reasons.get(id(pair.wanted)) if self._reasons else None
        if reason is None and not self._selects_all and self._selection.is_excluded(found):
            reason = "excluded"
        if reason is not None:
            self._leave(wanted, id_, reason)
            return
        self._ids[id(pair.wanted)] = id_
        result.manageable_ids.add(id_)
        if self._is_protecting:
            self._protect_pair(pair)
        active = found.get("active")
        is_active = active is True or read_active(active) is not False
        if self._is_reference or is_plainly_covered(found, wanted):
            self._unchanged += 1
            if not is_active:
                self._plan_activity(pair, is_active)
            return
        count = len(result.changes)
        values, manager = split_manager(wanted)
        if not isinstance(manager, Unstated):
            self._managers.append((pair.wanted, pair.found, manager))
        self._plan_values(pair, values)
        self._plan_activity(pair, is_active)
        self._unchanged += len(result.changes) == count

    def _plan_values(self, pair: UserPair, values: Mapping[str, Any]) -> None:
        """Plan the change of all attributes but activity and manager."""
        found = pair.found.values
        values = {name: value for name, value in values.items() if name != "active"}
        external, other = values.get("externalId"), found.get("externalId")
        if (
            isinstance(external, str)
            and isinstance(other, str)
            and normalize_caseless(external.strip()) == normalize_caseless(other.strip())
        ):
            del values["externalId"]  # the provider keeps its own case
        renamed: dict[str, Any] = {}
        if pair.is_adopted and pair.by == "email" and "userName" in values:
            renamed["userName"] = values.pop("userName")  # one step adopts, the next one renames
        for part in (values, renamed):
            difference = self._compute(found, part) if part else None
            if difference is not None:
                action: Action = "rename" if "userName" in difference.after else "update"
                if pair.is_adopted and "externalId" in difference.after:
                    action = "adopt"
                self._result.changes.append(self._build(pair, action, "users", difference))

    def _compute(
        self, found: Mapping[str, Any], values: Mapping[str, Any]
    ) -> ResourceDifference | None:
        return compute_difference(
            found,
            values,
            schema=_get_schema(),
            partial_attributes=self._wanted.partial_attributes,
            unkept=self._unkept.list_paths(found.get("id", ""), values),
        )

    def _build(
        self,
        pair: UserPair,
        action: Action,
        stage: Stage,
        difference: ResourceDifference,
        reason: str | None = None,
    ) -> Change:
        return build_change(
            pair, action, stage, difference, place=self._get_place(pair.wanted), reason=reason
        )

    def _plan_activity(self, pair: UserPair, is_active: bool) -> None:
        """Plan the deactivation or reactivation of a user."""
        result, id_ = self._result, pair.found.values["id"]
        wanted = read_active(pair.wanted.values.get("active"))
        if is_active and wanted is not False:
            return
        if not is_active and (wanted is False or self._is_reference):
            result.leaving_ids.add(id_)
            return
        if not is_active:
            if not self._may_reactivate(id_, wanted):
                result.leaving_ids.add(id_)
                self._leave(pair.wanted.values, id_, "inactive at the target")
                return
            action: Action = "reactivate"
            stage: Stage = "users"
        elif id_ in result.protected_ids:
            self._leave(pair.wanted.values, id_, PROTECTED)
            return
        else:
            action, stage = "deactivate", "removals"
            result.leaving_ids.add(id_)
        found = {**pair.found.values, "active": is_active}
        difference = self._compute(found, {"active": not is_active})
        if difference is not None:
            reason = "inactive in the source" if is_active else None
            result.changes.append(self._build(pair, action, stage, difference, reason))

    def _may_reactivate(self, id_: str, wanted: bool | None) -> bool:
        match self._policy.reactivate:
            case "stated":
                return wanted is True
            case "ours":
                return id_ in self._deactivated
            case "always":
                return True
            case "never":
                return False

    # --------------------------------------------------------------------------------- new users

    def _plan_new(self, matches: UserMatches) -> None:
        result = self._result
        problems: list[str] = []
        absent: list[str] = []
        placeholders = build_user_placeholders(
            matches.new, lambda record: (record.external_id, record.user_name)
        )
        withheld = 0
        for record in matches.new:
            reason = self._reasons.get(id(record))
            if reason is not None:
                self._leave(record.values, None, reason)
                continue
            if self._is_reference:
                absent.append(self._describe(record))
                self._leave(record.values, None, 'not at the target, and users="reference"')
                continue
            if not record.values.get("userName"):
                problems.append(
                    f"{self._describe(record)}: userName is missing, and the user does not exist yet"
                )
                continue
            completeness = self._found.completeness
            if completeness.users is False and not completeness.is_looked_up:
                withheld += 1  # perhaps one of those that were not read
                continue
            values, manager = split_manager(record.values)
            id_ = self._ids[id(record)] = placeholders[id(record)]
            if isinstance(manager, str):
                self._managers.append((record, None, manager))
            if read_active(values.get("active")) is False:
                result.leaving_ids.add(id_)
            result.changes.append(build_creation(record, id_, values, self._get_place(record)))
        if problems:
            raise DirectoryError(
                f"users that are created must have a userName, got {len(problems):,} without",
                problems=sorted(problems),
            )
        if withheld:
            reasons = "; ".join(self._found.completeness.reasons) or "not all users were read"
            result.withheld.append(
                f"{format_count(withheld, 'user')} not created, as they may be among those that the target did not show: {reasons}; read the "
                "target again, or use users.upsert_many, which looks for each"
            )
        if absent:
            result.warnings.append(
                f"{format_count(len(absent), 'user')} of the source not found at the target: {list_places(absent)}"
            )

    def _warn_of_other_providers(self, matches: UserMatches) -> None:
        """Warn of new users whose name another identity provider has: they become second accounts of these people."""
        others = self._found.other_providers
        if not others or self._is_reference:
            return
        names = {
            fold_user_name(record.values["userName"])
            for record in self._found.user_records
            if record.values["id"] in others and record.values.get("userName")
        }
        places = [
            self._describe(record)
            for record in matches.new
            if id(record) in self._ids and fold_user_name(record.values["userName"]) in names
        ]
        if places:
            self._result.warnings.append(
                f"{format_count(len(places), 'new user')} with the userName of a user of another identity provider, which "
                f"Britive does not link: {list_places(places)}"
            )

    # --------------------------------------------------------------------------------- users of the target only

    def _plan_missing(self, matches: UserMatches) -> UserRemovals:
        result = self._result
        removals = plan_removals(
            matches.missing,
            selection=self._selection,
            policy=self._policy,
            wanted=self._wanted.completeness,
            found=self._found.completeness,
            grace=self._memory.grace if self._memory is not None else {},
            deleted=self._memory.deleted if self._memory is not None else (),
            now=self._now,
        )
        result.changes += removals.changes
        result.excluded += removals.excluded
        result.withheld += removals.withheld
        result.leaving_ids |= removals.leaving_ids
        result.manageable_ids |= removals.manageable_ids
        return removals

    # --------------------------------------------------------------------------------- managers

    def _plan_managers(self, resolver: UserResolver) -> None:
        """Plan the managers in a second pass, when all users exist."""
        unresolved: list[str] = []
        for record, account, key in self._managers:
            found: Mapping[str, Any] = {} if account is None else account.values
            current = get_found_manager(found)
            id_ = None if key is None else resolver.resolve_manager(key, current)
            if key is not None and id_ is None:
                unresolved.append(self._describe(record))
                continue
            if id_ == current:
                continue
            difference = self._compute(found, build_manager_values(id_))
            if difference is None:
                continue
            target = account or UserRecord({"id": self._ids[id(record)]})
            change = self._build(UserPair(record, target, ""), "update", "references", difference)
            self._result.changes.append(change)
        if unresolved:
            self._result.warnings.append(
                f"manager of {format_count(len(unresolved), 'user')} not set, because neither side has such a user: "
                f"{list_places(unresolved)}"
            )
        changed = {change.id for change in self._result.changes if change.stage == "references"}
        others = {change.id for change in self._result.changes if change.stage != "references"}
        self._unchanged -= len(changed - others)
