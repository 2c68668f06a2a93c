# Generated from aio/provisioning/apply_batches.py by tools/unasync.py; edit that file instead.
"""Run of one plan that creates users by bulk requests, where the provider supports them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from britive_scim.sync.provisioning.apply_run import ApplyRun
from britive_scim.sync.provisioning.bulk_creation import BulkCreator, CreationBatch
from britive_scim.sync.provisioning.change_sender import SentChange
from britive_scim.errors import Ambiguous
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.report import describe_change
from britive_scim.provisioning.run_units import PreparedChange

__all__ = ["BatchApplyRun"]


class BatchApplyRun(ApplyRun):
    """Run of one plan; a unit of work may be a batch of creations.

    Args:
        arguments: arguments of `ApplyRun`.
        creator: creator of users by bulk requests.
        options: further arguments of `ApplyRun`.
    """

    def __init__(self, *arguments: Any, creator: BulkCreator, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._creator = creator
        self._looked_up: set[int] = set()

    def _build_units(self, stage: str) -> list[list[int]]:
        units = self._collect_units(stage)
        if stage != "users" or self._is_over():
            return units
        creations = [unit[0] for unit in units if self._is_creation(unit)]
        number = (
            len(creations) if self._quota.left is None else min(len(creations), self._quota.left)
        )
        size = self._creator.choose_batch_size(number, self._options.concurrency)
        if not size:
            return units
        others = [unit for unit in units if not self._is_creation(unit)]
        batches = [creations[start : start + size] for start in range(0, len(creations), size)]
        return sorted(batches + others, key=min)

    def _is_creation(self, unit: list[int]) -> bool:
        """Return whether a unit is the creation of one user, and no other change of it."""
        change = self._plan.changes[unit[0]]
        return len(unit) == 1 and change.action == "create" and change.type == "User"

    def _apply_unit(self, unit: list[int]) -> None:
        is_batch = self._plan.changes[unit[0]].id != self._plan.changes[unit[-1]].id
        if not is_batch:
            super()._apply_unit(unit)
            return
        taken = unit[: self._quota.take(len(unit))]
        sent = self._apply_batch(taken) if self._creator.is_offered else 0
        if not self._creator.is_offered:
            sent += self._apply_singly(p for p in taken if not self._is_settled(p))
        self._quota.give_back(len(taken) - sent)

    def _is_settled(self, position: int) -> bool:
        return position in self.results.done or position in self.results.failures

    def _prepare_creation(self, position: int) -> PreparedChange | None:
        if position in self._looked_up:
            return PreparedChange(self._plan.changes[position])
        return super()._prepare_creation(position)

    def _apply_batch(self, positions: list[int]) -> int:
        """Make creations by bulk requests; return how many were sent."""
        singles: list[int] = []
        sent = 0
        batch = self._creator.build_batch(self._look_up_earlier(positions, singles))
        singles += batch.unsuitable
        for chunk in self._creator.iter_chunks(batch):
            if self._is_stopped() or not self._creator.is_offered:
                break
            if len(chunk) == 1:  # perhaps too large for a bulk request
                singles.append(batch.positions[chunk[0]])
                continue
            sent += self._send_chunk(batch, chunk, singles)
        if self._creator.is_offered:  # else all that is left is sent singly, these included
            sent += self._apply_singly(singles)
        return sent

    def _send_chunk(
        self, batch: CreationBatch, chunk: tuple[int, ...], singles: list[int]
    ) -> int:
        """Send one bulk request, and return how many changes it made or tried.

        Args:
            batch: operations.
            chunk: indexes of the operations to send.
            singles: gets the positions of the creations to send again.
        """
        changes = {batch.positions[i]: self._plan.changes[batch.positions[i]] for i in chunk}
        try:
            self._journal.write_intents(changes)
        except OSError as error:
            self.results.rules.end("the journal cannot be written", error)
            return 0
        outcomes = self._creator.send(batch, chunk, list(changes.values()))
        counted: set[int] = set()
        unprocessed = 0
        for (position, change), outcome in zip(changes.items(), outcomes, strict=True):
            if outcome is None:
                unprocessed += 1
                singles.append(position)
                self._looked_up.add(position)
                continue
            if isinstance(outcome, SentChange):
                self._record_sent(position, PreparedChange(change), outcome)
            elif not self._record_existing(position, outcome):
                self._record_failure(position, change, outcome, is_repeated=id(outcome) in counted)
                counted.add(id(outcome))
            self._progress.advance(describe_change(change))
        return len(chunk) - unprocessed

    def _look_up_earlier(
        self, positions: list[int], singles: list[int]
    ) -> Mapping[int, Change]:
        """Return the creations to send in bulk requests; record those that an earlier run has made.

        Args:
            positions: positions of the creations.
            singles: gets the positions of those that are in doubt, or whose look-up failed.
        """
        creations = {position: self._plan.changes[position] for position in positions}
        to_look_up = [p for p in positions if self._options.reads_all or p in self._in_doubt]
        found = self._sender.created.find_all(
            [creations[position] for position in to_look_up],
            is_in_doubt=any(position in self._in_doubt for position in to_look_up),
        )
        for position, result in zip(to_look_up, found, strict=True):
            if result is None:
                self._looked_up.add(position)
                if position in self._in_doubt:  # its request failed, and would perhaps fail again
                    del creations[position]
                    singles.append(position)
                continue
            change = creations.pop(position)
            if isinstance(result, str):
                self.results.placeholders.resolve(change.id, result)
                self._record_done_before(position, result)
            elif isinstance(result, Ambiguous):
                self._record_failure(position, change, result)
            else:
                singles.append(position)
                continue
            self._progress.advance(describe_change(change))
        return creations

    def _apply_singly(self, positions: Iterable[int]) -> int:
        """Make creations by single requests, one after the other; return how many were sent."""
        sent = 0
        for position in positions:
            if self._is_stopped():
                break
            sent += self._apply_change(position)
            self._progress.advance(describe_change(self._plan.changes[position]))
        return sent
