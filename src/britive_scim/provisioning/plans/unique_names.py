"""Order of changes of userName: a name that moves from one user to another is freed first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from britive_scim.errors import Ambiguous, PlanRefused
from britive_scim.provisioning.counts import format_count, join_problems
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.plans.change import TEMPORARY, Change
from britive_scim.provisioning.plans.user_matching import fold_user_name

__all__ = ["order_name_changes"]


def order_name_changes(
    changes: Sequence[Change],
    found: Iterable[UserRecord],
    *,
    swaps: bool,
    describe: Callable[[Change], str],
) -> list[Change]:
    """Return the changes in stages that free each userName before another user gets it.

    A user who gets a free name is renamed in the stage `removals`, and so is a user deleted whose name is needed. Where
    the new name is not free either, the user has a temporary name in between.

    Args:
        changes: changes of users.
        found: users of the target.
        swaps: whether users may exchange their names.
        describe: returns the position of a change in the source, for errors.

    Raises:
        Ambiguous: a name belongs to a user at the target who keeps it.
        PlanRefused: users exchange their names, but `swaps` is not set.
    """
    takers = {
        position: fold_user_name(change.after["userName"])
        for position, change in enumerate(changes)
        if change.action != "delete" and change.after.get("userName")
    }
    if not takers:
        return list(changes)
    wanted_names = set(takers.values())
    holders: dict[str, list[str]] = {}
    for record in found:
        name = record.values.get("userName")
        if name and (folded := fold_user_name(name)) in wanted_names:
            holders.setdefault(folded, []).append(record.values["id"])
    return _NameOrder(changes, takers, holders, describe).run(swaps=swaps)


class _NameOrder:
    def __init__(
        self,
        changes: Sequence[Change],
        takers: Mapping[int, str],
        holders: Mapping[str, Sequence[str]],
        describe: Callable[[Change], str],
    ) -> None:
        self._changes = changes
        self._takers = takers
        self._holders = holders
        self._describe = describe
        self._renames = {changes[position].id: position for position in takers}
        self._deletions = {
            change.id: position
            for position, change in enumerate(changes)
            if change.action == "delete"
        }

    def run(self, *, swaps: bool) -> list[Change]:
        needed: dict[str, int] = {}
        problems: list[str] = []
        candidates: list[str] = []
        for position, name in self._takers.items():
            change = self._changes[position]
            for holder in self._holders.get(name, ()):
                if holder == change.id:
                    continue
                needed[holder] = position
                if holder not in self._renames and holder not in self._deletions:
                    candidates.append(holder)
                    problems.append(
                        f"{self._describe(change)}: userName is that of resource {holder}, which keeps it"
                    )
        if problems:
            raise Ambiguous(
                join_problems(
                    "userNames must be free, or be freed by the plan, got "
                    f"{len(problems):,} that are not; rename or delete the resource at the target, or add it to the source",
                    problems,
                ),
                candidates=sorted(set(candidates)),
            )
        if not swaps:
            self._refuse_swaps(needed)
        result = list(self._changes)
        added: list[Change] = []
        for holder in needed:
            if holder in self._deletions:
                position = self._deletions[holder]
                result[position] = replace(
                    result[position],
                    stage="removals",
                    reason="not in the source; another user needs the userName",
                )
                continue
            position = self._renames[holder]
            change = self._changes[position]
            if self._is_free(self._takers[position], holder):
                result[position] = replace(
                    change, stage="removals", reason="another user needs the userName"
                )
            else:
                temporary, result[position] = _split_rename(change)
                added.append(temporary)
        return result + added

    def _is_free(self, name: str, taker: str) -> bool:
        return all(holder == taker for holder in self._holders.get(name, ()))

    def _refuse_swaps(self, needed: Mapping[str, int]) -> None:
        """Refuse users whose names go round in a circle; `needed` has the change for which each user frees a name."""
        cycles: dict[frozenset[str], None] = {}
        for start in sorted(needed):
            seen: list[str] = []
            holder: str | None = start
            while holder is not None and holder not in seen:
                seen.append(holder)
                position = needed.get(holder)
                holder = None if position is None else self._changes[position].id
            if holder == start:
                cycles[frozenset(seen)] = None
        if cycles:
            places = [
                " and ".join(
                    sorted(self._describe(self._changes[self._renames[id_]]) for id_ in ids)
                )
                for ids in cycles
            ]
            raise PlanRefused(
                join_problems(
                    "userNames must not be exchanged between users, as this may be an error of the source, got "
                    f"{format_count(len(cycles), 'exchange')}; Policy(swaps=True) allows them",
                    places,
                )
            )


def _split_rename(change: Change) -> tuple[Change, Change]:
    """Return the change to a temporary name, and the one to the new name."""
    old = change.before["userName"]
    name = f"temporary-{change.id}-{old}"
    temporary = Change(
        action="rename",
        type="User",
        key=change.key,
        id=change.id,
        stage="removals",
        source=change.source,
        before={"userName": old},
        after={"userName": name},
        operations=({"op": "replace", "path": "userName", "value": name},),
        assumes={"userName": old},
        reason=TEMPORARY + "userName, because another user needs the old one",
        name=change.name,
    )
    assumes = {key: value for key, value in change.assumes.items() if key != "meta"}
    return temporary, replace(change, assumes={**assumes, "userName": name})
