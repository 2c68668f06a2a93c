"""Results of a run: changes done, failed and skipped, numbers, notes, and the report made of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import replace

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.drift import get_change_members
from britive_scim.provisioning.journal import JournalState
from britive_scim.provisioning.placeholders import Placeholders
from britive_scim.provisioning.plans.change import Change, is_temporary_rename
from britive_scim.provisioning.plans.limits import list_still_exceeded
from britive_scim.provisioning.plans.plan import Plan
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.provisioning.report import (
    NUMBER_NAMES,
    ApplyFailure,
    ApplyReport,
    SkippedChange,
)
from britive_scim.provisioning.run_units import replace_members
from britive_scim.provisioning.stop_rules import StopRules

__all__ = ["RunResults"]

_NUMBERS = {
    "create": "created",
    "adopt": "adopted",
    "update": "updated",
    "rename": "renamed",
    "deactivate": "deactivated",
    "reactivate": "reactivated",
    "delete": "deleted",
    "add_members": "members_in",
    "remove_members": "members_out",
}


class RunResults:
    """Results of one run of a plan; each change is named by its position in the plan.

    Args:
        plan: the plan.
        knowledge: knowledge about the provider, to add to.

    Attributes:
        done: changes that are done.
        rest: what is left of changes that are done in part.
        failures: changes that failed.
        skipped: changes that were not sent, or not for all members.
        switched_off: changes that deactivated or deleted an active user, in this run or by its journal.
        notes: facts for the report, as sentences.
        placeholders: ids of the objects that the plan creates.
        rules: rules that stop the run.
    """

    def __init__(self, plan: Plan, knowledge: ProviderKnowledge) -> None:
        self._plan = plan
        self._knowledge = knowledge
        self.done: set[int] = set()
        self.rest: dict[int, Change] = {}
        self.failures: dict[int, ApplyFailure] = {}
        self.skipped: dict[int, SkippedChange] = {}
        self.switched_off: set[int] = set()
        self.notes: list[str] = []
        self.placeholders = Placeholders(plan.changes)
        self.rules = StopRules(len(plan.changes))
        self._changed: dict[str, set[str]] = {}
        self._numbers: Counter[str] = Counter()
        self._lock = threading.Lock()  # addition to a counter is not atomic in threads

    def continue_from(self, journal: JournalState) -> None:
        """Take over what earlier runs have done.

        Args:
            journal: state that their journal proves.
        """
        done = journal.done
        for position, id_ in done.items():
            self.done.add(position)
            self.placeholders.resolve(self._plan.changes[position].id, id_)
        self.switched_off.update(  # nothing is sent for a user who is inactive already
            position
            for position in journal.sent
            if self._plan.changes[position].action == "deactivate"
        )
        for position, members in journal.rest.items():
            self.rest[position] = replace_members(self._plan.changes[position], members)
        if done:
            verb = "was" if len(done) == 1 else "were"
            self.notes.append(f"{format_count(len(done), 'change')} {verb} done by earlier runs")

    def finish(self, position: int) -> None:
        """Record a change as done."""
        self.done.add(position)
        self.rest.pop(position, None)

    def count(self, change: Change, name: str | None = None) -> None:
        """Add a change, or each member that it adds or removes, to a number.

        A rename to a temporary name does not count.

        Args:
            change: the change.
            name: name of the number; by default that of the action.
        """
        if is_temporary_rename(change):
            return
        is_member_change = change.action in ("add_members", "remove_members")
        number = len(get_change_members(change)) if is_member_change else 1
        self.add(name or _NUMBERS[change.action], number)

    def add(self, name: str, number: int) -> None:
        """Add to a number of the report."""
        with self._lock:
            self._numbers[name] += number

    def record_unkept(
        self, change: Change, id_: str, changed: tuple[str, ...], absent: tuple[str, ...]
    ) -> None:
        """Record the values that the server did not store as they were sent.

        Args:
            change: the change, as it was sent.
            id_: id of its object.
            changed: paths whose values are not stored as they were sent.
            absent: those of them for which no value is stored.
        """
        self._changed.setdefault(change.type, set()).update(changed)
        if change.action not in ("delete", "add_members", "remove_members"):
            self._knowledge.record_sent(change.type, id_, change.after, changed, absent=absent)

    def list_done(self) -> list[tuple[Change, str]]:
        """Return the changes that are done, each with the id of its object."""
        changes = (self._plan.changes[position] for position in sorted(self.done))
        return [(change, self.placeholders.get(change.id)) for change in changes]

    def list_switched_off(self) -> set[str]:
        """Return the ids of the users whom this plan deactivated or deleted, and who were active before."""
        return {self._plan.changes[position].id for position in self.switched_off & self.done}

    def build_report(
        self, *, selected: AbstractSet[int], requests: int, retries: int, seconds: float
    ) -> ApplyReport:
        """Return the report of the changes made so far.

        Args:
            selected: changes that were selected by `only`, or all.
            requests: number of requests sent.
            retries: number of further attempts among them.
            seconds: duration of the run.
        """
        left = [
            self.rest.get(position, change)
            for position, change in enumerate(self._plan.changes)
            if position not in self.done
        ]
        created = {change.id for change in self._plan.changes if change.action == "create"}
        numbers: dict[str, float] = dict.fromkeys(NUMBER_NAMES, 0)
        for name in ("read", "selected", "excluded", "unchanged"):
            numbers[name] = self._plan.numbers.get(name, 0)
        for name, number in self._numbers.items():
            numbers[name] += number
        numbers["failed"] = len(self.failures)
        numbers["skipped"] = len(self.skipped)
        numbers["requests"] = requests
        numbers["retries"] = retries
        numbers["seconds"] = round(seconds, 3)
        notes = [
            f"{type_}: the server does not keep {', '.join(sorted(paths))}"
            for type_, paths in sorted(self._changed.items())
            if paths
        ]
        return ApplyReport(
            numbers=numbers,
            failures=tuple(self.failures[p] for p in sorted(self.failures)),
            skipped=tuple(self.skipped[p] for p in sorted(self.skipped)),
            notes=(*self.notes, *notes),
            remaining=replace(
                self._plan,
                changes=tuple(map(self.placeholders.substitute_known, left)),
                exceeded=list_still_exceeded(self._plan.exceeded, left, created),
            ),
            stopped=self.rules.stop,
            left_out=sum(
                position not in self.done and position not in selected
                for position in range(len(self._plan.changes))
            ),
        )
