"""Run of one plan: stages, workers, drift, failures, and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from britive_scim.aio.provisioning.change_sender import (
    AsyncPlanChangeSender,
    SentChange,
    is_endpoint_missing,
)
from britive_scim.aio.provisioning.concurrency import INTERRUPTIONS, build_interruption, run_workers
from britive_scim.aio.provisioning.created_lookup import get_schema
from britive_scim.aio.provisioning.journaling import AsyncJournal
from britive_scim.aio.provisioning.run_options import RunOptions
from britive_scim.errors import (
    ApiError,
    BritiveScimError,
    Conflict,
    PreconditionFailed,
    TransportError,
)
from britive_scim.progress import Progress
from britive_scim.provisioning.change_quota import ChangeQuota
from britive_scim.provisioning.drift import (
    compute_rest,
    find_moved_attributes,
    get_assumed_version,
    get_change_members,
    is_destructive,
    is_done,
)
from britive_scim.provisioning.plans.change import STAGES, Change
from britive_scim.provisioning.plans.plan import Plan
from britive_scim.provisioning.plans.unchanged_users import read_active
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.provisioning.report import (
    ApplyFailure,
    ApplyReport,
    SkippedChange,
    describe_change,
)
from britive_scim.provisioning.run_results import RunResults
from britive_scim.provisioning.run_units import PreparedChange, UnitSource, replace_members
from britive_scim.provisioning.target_check import TargetCheck
from britive_scim.scim import ResourceSchema
from britive_scim.wire.retry.meter import RequestMeter

__all__ = ["AsyncApplyRun"]


class AsyncApplyRun:
    """Run of one plan.

    Args:
        plan: the plan.
        sender: sender of single changes.
        options: options of the run.
        meter: meter of the requests.
        progress: progress to show.
        journal: journal of the run.
        knowledge: knowledge about the provider, to add to.
        now: returns seconds on the clock of the client.
        deadline: time on that clock after which no further change starts.
    """

    def __init__(
        self,
        plan: Plan,
        sender: AsyncPlanChangeSender,
        options: RunOptions,
        *,
        meter: RequestMeter,
        progress: Progress,
        journal: AsyncJournal,
        knowledge: ProviderKnowledge,
        now: Callable[[], float],
        deadline: float,
    ) -> None:
        self._plan = plan
        self._sender = sender
        self._options = options
        self._meter = meter
        self._progress = progress
        self._journal = journal
        self._now = now
        self._deadline = deadline
        self._started = now()
        self.results = RunResults(plan, knowledge)
        self._created: set[str] = set()  # ids of the plan
        self._quota = ChangeQuota(options.limit)
        self._by_object: dict[str, list[int]] = {}
        for position, change in enumerate(plan.changes):
            self._by_object.setdefault(change.id, []).append(position)
        self._in_doubt = frozenset(journal.state.in_doubt)
        self.results.continue_from(journal.state)
        self._missing_endpoint: str | None = None
        self._check = TargetCheck(plan.policy)

    async def run(self) -> None:
        """Send the changes, stage by stage.

        Raises:
            ApplyInterrupted: Ctrl-C, in the sync client. A cancelled task raises `CancelledError`. Both have the
                `report`.
        """
        try:
            for stage in STAGES:
                units = await self._build_units(stage)
                if units and not self._is_over():
                    await run_workers(
                        self._apply_unit,
                        UnitSource(units, self._is_over),
                        min(self._options.concurrency, len(units)),
                        stop=self.end_early,
                    )
        except INTERRUPTIONS as error:
            self.end_early(error)
            raise build_interruption(error, self.build_report()) from None

    def end_early(self, error: BaseException) -> None:
        """End the run at an exception that is no failure of a change."""
        self.results.rules.end(
            "the run was interrupted; apply the same plan again to continue"
            if isinstance(error, INTERRUPTIONS)
            else "an unexpected error",
            error,
        )

    async def _build_units(self, stage: str) -> list[list[int]]:
        """Return the units of work of a stage: positions that one worker takes together."""
        return self._collect_units(stage)

    def _collect_units(self, stage: str) -> list[list[int]]:
        """Return the positions of the changes of a stage, those of one object together."""
        units: dict[tuple[str, str], list[int]] = {}
        for position, change in enumerate(self._plan.changes):
            if (
                change.stage == stage
                and position in self._options.selected
                and position not in self.results.done
            ):
                units.setdefault((change.type, change.id), []).append(position)
        return list(units.values())

    def _is_over(self) -> bool:
        return self._is_stopped() or self._quota.is_used_up

    def _is_stopped(self) -> bool:
        if self.results.rules.stop is None and self._now() >= self._deadline:
            self.results.rules.end("the deadline has passed; apply the same plan again to continue")
        return self.results.rules.stop is not None

    # --------------------------------------------------------------------------------- one change

    async def _apply_unit(self, unit: list[int]) -> None:
        for position in unit:
            if self._is_stopped() or not self._quota.take(1):
                return
            if not await self._apply_change(position):
                self._quota.give_back(1)  # nothing was sent, so that `limit` is not used up
            self._progress.advance(describe_change(self._plan.changes[position]))

    async def _apply_change(self, position: int) -> bool:
        """Make a change, and return whether it was sent."""
        planned = self._plan.changes[position]
        prepared: PreparedChange | None = None
        try:
            prepared = await self._prepare(position)
            if prepared is None:
                return False
            try:
                await self._journal.write_intent(position, planned)
            except OSError as error:
                self.results.rules.end("the journal cannot be written", error)
                return False
            sent = await self._send(position, prepared)
            if sent is None:
                return False
        except BritiveScimError as error:
            if not await self._record_existing(position, error):
                change = planned if prepared is None else prepared.change
                self._record_failure(position, change, error, is_sent=prepared is not None)
            return True
        self._record_sent(position, prepared, sent)
        return True

    async def _record_existing(self, position: int, error: BritiveScimError) -> bool:
        """Record a creation as done if it was refused because an earlier run made it; return whether it was."""
        planned = self._plan.changes[position]
        found = await self._find_created(planned) if isinstance(error, Conflict) else None
        if found is None:
            return False
        self.results.placeholders.resolve(planned.id, found)
        self._record_done_before(position, found)
        return True

    def _record_sent(self, position: int, prepared: PreparedChange, sent: SentChange) -> None:
        """Record a change that the server made."""
        planned = self._plan.changes[position]
        if planned.action == "create":
            self.results.placeholders.resolve(planned.id, sent.id)
            self._created.add(planned.id)
        self.results.record_unkept(prepared.change, sent.id, sent.unkept, sent.absent)
        if sent.note:
            self.results.notes.append(sent.note)
        self.results.rules.record_success()
        if planned.action in ("deactivate", "delete") and prepared.is_active:
            self.results.switched_off.add(position)
        self.results.count(prepared.change, "deactivated" if sent.note else None)
        self._finish(position, prepared, sent.id)

    async def _find_created(self, change: Change) -> str | None:
        """Return the id of the object whose creation conflicts, if an earlier run of the plan has created it."""
        if change.action != "create":
            return None
        try:
            return await self._sender.created.find(change, is_in_doubt=False)
        except BritiveScimError:
            return None  # the conflict says more

    async def _send(self, position: int, prepared: PreparedChange) -> SentChange | None:
        """Send a change; if its target has another version, only if the attributes that it relies on are the same."""
        try:
            return await self._sender.send(prepared.change, prepared.operations, etag=prepared.etag)
        except PreconditionFailed:
            if prepared.etag is None:
                raise
        prepared.etag = None
        compared = await self._compare(position, prepared)
        if compared is None:
            return None
        return await self._sender.send(compared.change, compared.operations)

    def _write_outcome(
        self,
        position: int,
        result: Literal["done", "failed", "partial", "uncertain"],
        id_: str,
        rest: list[str] | None = None,
    ) -> None:
        """Record an outcome in the journal; without it, the change is in doubt for the next run."""
        try:
            self._journal.write_outcome(position, result, id_, rest)
        except OSError as error:
            self.results.rules.end("the journal cannot be written", error)

    def _finish(self, position: int, prepared: PreparedChange, id_: str) -> None:
        """Record a change as done, but for its members without an id."""
        planned = self._plan.changes[position]
        if not prepared.missing:
            self.results.finish(position)
            self._write_outcome(position, "done", id_)
            return
        self._write_outcome(position, "partial", id_, sorted(prepared.missing))
        reason = "; ".join(sorted(set(prepared.missing.values())))
        rest = replace_members(planned, sorted(prepared.missing))
        self.results.rest[position] = rest
        self.results.skipped[position] = SkippedChange(
            rest, f"{len(prepared.missing)} members: {reason}"
        )

    async def _prepare(self, position: int) -> PreparedChange | None:
        """Return a change with ids of the server, compared with its target; `None` if it is not to be sent."""
        planned = self._plan.changes[position]
        if planned.type == "Group" and self._missing_endpoint is not None:
            self._skip(position, self._missing_endpoint)
            return None
        if planned.action == "create":
            return await self._prepare_creation(position)
        wanted = self.results.rest.get(position, planned)
        change, missing = self.results.placeholders.substitute(wanted)
        if missing and self._options.reads_all and await self._find_left_out(missing):
            change, missing = self.results.placeholders.substitute(wanted)
        if change is None:
            self._skip(position, "; ".join(sorted(set(missing.values()))))
            return None
        prepared = PreparedChange(change, missing=missing)
        if planned.id in self._created:
            return prepared  # nothing is assumed
        is_in_doubt = position in self._in_doubt
        if not (self._options.reads_all or is_in_doubt or is_destructive(planned)):
            if self._by_object[planned.id][0] == position:  # an earlier change made another version
                prepared.etag = get_assumed_version(planned)
            return prepared
        return await self._compare(position, prepared)

    async def _find_left_out(self, ids: Iterable[str]) -> bool:
        """Look up objects whose creation `only` leaves out and that earlier runs may have made; return whether one exists."""
        is_found = False
        for id_ in ids:
            position = self._by_object[id_][0]
            if position not in self._options.selected and position not in self.results.done:
                found = await self._sender.created.find(
                    self._plan.changes[position], is_in_doubt=position in self._in_doubt
                )
                if found is not None:
                    self._record_done_before(position, found)
                    is_found = True
        return is_found

    async def _prepare_creation(self, position: int) -> PreparedChange | None:
        planned = self._plan.changes[position]
        is_in_doubt = position in self._in_doubt
        if self._options.reads_all or is_in_doubt:
            found = await self._sender.created.find(planned, is_in_doubt=is_in_doubt)
            if found is not None:
                self._record_done_before(position, found)
                return None
        return PreparedChange(planned)

    async def _compare(self, position: int, prepared: PreparedChange) -> PreparedChange | None:
        """Read the target of a change; return the change if it still applies."""
        change = prepared.change
        current = await self._sender.read(change)
        if current is None:
            if change.action in ("delete", "deactivate", "remove_members"):
                self._record_done_before(position, change.id)
            else:
                self._skip(position, "it was deleted after it was read; make a new plan")
                self.results.rules.record_moved()
            return None
        schema = get_schema(change)
        if self._is_done(position, change, current, schema):
            if prepared.missing:
                self._finish(position, prepared, change.id)
            else:
                self._record_done_before(position, change.id)
            return None
        if (reason := self._check.find_reason(change, current)) is not None:
            self._skip(position, reason)
            return None
        prepared.is_active = read_active(current.get("active")) is not False
        moved = find_moved_attributes(change, current, schema)
        if not moved:
            return prepared
        if not self._options.replan:
            self._skip_moved(position, moved)
            return None
        if change.action not in ("delete", "add_members", "remove_members"):
            rest = compute_rest(change, current, schema)
            prepared.operations = rest.request if rest is not None else None
        return prepared

    def _is_done(
        self, position: int, change: Change, current: Mapping[str, Any], schema: ResourceSchema
    ) -> bool:
        """Return whether the target has the change, or a later change of the same attributes."""
        if is_done(change, current, schema):
            return True
        planned = self._plan.changes[position]
        return any(
            later.after.keys() >= change.after.keys()
            and change.after
            and is_done(later, current, schema)
            for later in (
                self._plan.changes[p] for p in self._by_object[planned.id] if p > position
            )
        )

    def _record_done_before(self, position: int, id_: str) -> None:
        self.results.placeholders.resolve(self._plan.changes[position].id, id_)
        self.results.finish(position)
        self._write_outcome(position, "done", id_)
        self.results.add("unchanged", 1)

    def _skip(self, position: int, reason: str) -> None:
        planned = self._plan.changes[position]
        self.results.skipped[position] = SkippedChange(planned, reason)
        self.results.placeholders.fail(planned.id, f"{describe_change(planned)} was skipped")

    def _skip_moved(self, position: int, attributes: tuple[str, ...]) -> None:
        self._skip(
            position,
            f"the target has changed since it was read ({', '.join(attributes)}); make a new plan, or use replan=True",
        )
        self.results.rules.record_moved()

    def _record_failure(
        self,
        position: int,
        change: Change,
        error: BritiveScimError,
        *,
        is_sent: bool = True,
        is_repeated: bool = False,
    ) -> None:
        """Record a change that failed.

        Args:
            position: position of the change in the plan.
            change: the change, with ids of the server.
            error: its error.
            is_sent: whether the change was sent; else the outcome of an earlier run stays in doubt.
            is_repeated: whether the error is that of a request which counts for the stop rules already.
        """
        planned = self._plan.changes[position]
        members: tuple[str, ...] = ()
        if change.action in ("add_members", "remove_members") and isinstance(
            error, (ApiError, TransportError)
        ):
            members = error.remaining or tuple(sorted(get_change_members(change)))
            if error.done:
                self.results.count(replace_members(change, list(error.done)))
                self.results.rest[position] = replace_members(planned, list(members))
        self.results.failures[position] = ApplyFailure(
            replace(change, id=planned.id) if planned.action == "create" else change,
            str(error),
            getattr(error, "status", None),
            getattr(error, "request_id", None),
            error,
            members,
        )
        self.results.placeholders.fail(planned.id, f"{describe_change(planned)} failed")
        is_uncertain = isinstance(error, (ApiError, TransportError)) and error.may_have_happened
        if not is_sent:
            is_uncertain = position in self._in_doubt
        self._write_outcome(
            position,
            "uncertain" if is_uncertain else "failed",
            planned.id,
            list(members) if position in self.results.rest else None,
        )
        if is_endpoint_missing(planned, error):
            self._missing_endpoint = f"the server has no groups ({getattr(error, 'status', None)})"
        elif not is_repeated:
            self.results.rules.record_failure(error)

    # ------------------------------------------------------------------------------------- report

    def build_report(self) -> ApplyReport:
        """Return the report of the changes made so far."""
        return self.results.build_report(
            selected=self._options.selected,
            requests=self._meter.requests,
            retries=self._meter.retries,
            seconds=self._now() - self._started,
        )
