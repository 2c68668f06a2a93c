# Generated from aio/provisioning/apply.py by tools/unasync.py; edit that file instead.
"""Apply of a plan: checks before the first write, then one run."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from britive_scim._version import __version__
from britive_scim.sync.provisioning.apply_batches import BatchApplyRun
from britive_scim.sync.provisioning.bulk_creation import BulkCreator
from britive_scim.sync.provisioning.change_sender import PlanChangeSender
from britive_scim.sync.provisioning.concurrency import INTERRUPTIONS, build_interruption
from britive_scim.sync.provisioning.journaling import Journal
from britive_scim.sync.provisioning.run_options import RunOptions, check_run_options
from britive_scim.sync.scim.groups import Groups
from britive_scim.sync.scim.service_provider import ServiceProvider
from britive_scim.sync.scim.users import Users
from britive_scim.sync.session import Session
from britive_scim.errors import (
    ApiError,
    ConfigurationError,
    InputError,
    NotFound,
    PlanRefused,
    ReadOnly,
    TransportError,
)
from britive_scim.progress import ProgressOption, make_progress
from britive_scim.provisioning.drift import is_old
from britive_scim.provisioning.journal import JournalHeader, compute_policy_digest
from britive_scim.provisioning.journal_file import JournalFile
from britive_scim.provisioning.memory import Memory
from britive_scim.provisioning.memory_update import update_memory
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.limits import check_allowed
from britive_scim.provisioning.plans.plan import Plan
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.provisioning.report import ApplyReport
from britive_scim.scim.names import fold
from britive_scim.suggestions import format_suggestion
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.retry.meter import RequestMeter, current_meter
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["PlanApplier"]

_PATIENT_POLICY = RetryPolicy(attempts=10, total=300.0)
"""Retry policy of a run; a client with a policy of its own keeps that."""


class PlanApplier:
    """Applies plans with one client.

    Args:
        session: session of the client.
        users: users of the client.
        groups: groups of the client.
        service_provider: features of the provider.
        provider: name of the identity provider, or `None` if unknown.
        applied_plans: digests of the plans that this client has applied before.
    """

    def __init__(
        self,
        session: Session,
        users: Users[Any],
        groups: Groups[Any],
        service_provider: ServiceProvider,
        provider: str | None,
        applied_plans: set[str],
    ) -> None:
        self._session = session
        self._users = users
        self._groups = groups
        self._service_provider = service_provider
        self._provider = provider
        self._applied = applied_plans

    def apply(
        self,
        plan: Plan,
        *,
        allow: Mapping[str, int] | None,
        admin: object,
        memory: Memory | None,
        journal: str | os.PathLike[str] | None,
        concurrency: int,
        rate: float | None,
        progress: ProgressOption,
        deadline: float | None,
        limit: int | None,
        only: str | Iterable[str] | None,
        replan: bool,
    ) -> ApplyReport:
        """Apply a plan; see `ScimClient.apply`."""
        _check_plan(plan, admin, memory)
        check_allowed(plan, allow)
        check_run_options(concurrency, rate, deadline, limit, replan=replan)
        selected = _select(plan.changes, only)
        shown = make_progress(progress, len(selected))
        self._check_target(plan)
        if self._session.read_only and plan:
            raise ReadOnly(
                "the plan was not applied: this client is read-only; make one without read_only=True"
            )
        now = self._session.now
        end = math.inf if deadline is None else now() + deadline
        meter = RequestMeter(rate, shown.show_pause)
        get_call = self._make_call_options(end)
        sender = PlanChangeSender(
            self._session,
            self._users,
            self._groups,
            self._service_provider,
            plan.policy,
            get_call,
        )
        creator = BulkCreator(
            self._session, self._users, self._service_provider, sender.created, get_call
        )
        is_dry_run = self._session.active_dry_run is not None
        options = RunOptions(
            concurrency=1 if is_dry_run else concurrency,
            limit=limit,
            reads_all=plan.is_loaded
            or is_old(plan.target.read_at, datetime.now(UTC))
            or plan.is_applied
            or plan.digest in self._applied,
            replan=replan,
            selected=selected,
        )
        knowledge = ProviderKnowledge() if is_dry_run else self._service_provider.knowledge
        if memory is not None:
            memory.bind(self._session.base_url, plan.target.provider or self._provider)
            knowledge.add_memory(memory)
        file = (
            None
            if journal is None or is_dry_run
            else JournalFile(journal, self._build_header(plan))
        )
        run = BatchApplyRun(
            plan,
            sender,
            options,
            creator=creator,
            meter=meter,
            progress=shown,
            journal=Journal(file),
            knowledge=knowledge,
            now=now,
            deadline=end,
        )
        token = current_meter.set(meter)
        try:
            try:
                self._check_known_ids(plan)
            except (ApiError, TransportError) as error:
                run.results.rules.end_before_first_change(error)
            except INTERRUPTIONS as error:
                run.end_early(error)
                raise build_interruption(error, run.build_report()) from None
            else:
                if not is_dry_run:
                    self._applied.add(plan.digest)
                    plan.record_application()
                run.run()
        finally:
            current_meter.reset(token)
            shown.close()
            if file is not None:
                file.close()
            if memory is not None and not is_dry_run:
                update_memory(
                    memory,
                    plan,
                    run.results.list_done(),
                    knowledge,
                    datetime.now(UTC),
                    switched_off=run.results.list_switched_off(),
                )
        report = run.build_report()
        if file is not None and file.repaired is not None:
            note = f"the last record of the journal was incomplete; the file before its repair is {file.repaired}"
            report = replace(report, notes=(note, *report.notes))
        return report

    def _build_header(self, plan: Plan) -> JournalHeader:
        return JournalHeader(
            scim_url=self._session.base_url,
            provider=plan.target.provider or self._provider,
            plan=plan.digest,
            policy=compute_policy_digest(plan),
            library=__version__,
        )

    def _make_call_options(self, end: float) -> Callable[[], CallOptions]:
        policy = self._session.retry
        if policy == RetryPolicy():
            policy = _PATIENT_POLICY

        def get_call_options() -> CallOptions:
            left = end - self._session.now()
            total = max(0.0, min(policy.total, left))
            return CallOptions(timeout=None, retry=replace(policy, total=total))

        return get_call_options

    def _check_target(self, plan: Plan) -> None:
        url, provider = plan.target.scim_url, plan.target.provider
        if url is not None and url.rstrip("/") != self._session.base_url.rstrip("/"):
            raise PlanRefused(
                f"the plan must be made for {self._session.base_url}, got one for {url}; nothing was sent"
            )
        if None not in (provider, self._provider) and fold(cast("str", provider)) != fold(
            cast("str", self._provider)
        ):
            raise PlanRefused(
                f"the plan must be made for the identity provider {self._provider!r}, got one for {provider!r}; "
                "nothing was sent"
            )

    def _check_known_ids(self, plan: Plan) -> None:
        """Read up to three known users, where the provider of the plan or of the client is unknown.

        Users that the plan removes are not read: an earlier run may have removed them.

        Raises:
            PlanRefused: one does not exist: the token belongs to another identity provider.
            ApiError, TransportError: one cannot be read.
        """
        if plan.target.provider is not None and self._provider is not None:
            return
        removed = {c.id for c in plan.changes if c.action in ("deactivate", "delete")}
        for id_ in plan.target.known_ids[:3] if plan else ():
            if id_ in removed:
                continue
            try:
                self._users.get(id_, attributes=["id"])
            except NotFound:
                raise PlanRefused(
                    f"the plan must be made with a token of the same identity provider, got one for which user {id_} "
                    "does not exist; nothing was sent"
                ) from None


def _check_plan(plan: object, admin: object, memory: object) -> None:
    if not isinstance(plan, Plan):
        raise InputError(
            f"plan must be a Plan, got {type(plan).__name__}; make one by provisioning.plan(wanted, found)"
        )
    if memory is not None and not isinstance(memory, Memory):
        raise InputError(
            f"memory must be a Memory, got {type(memory).__name__}; read it by Memory.load(path)"
        )
    if admin is not None:
        raise ConfigurationError(
            "admin must be None, got a client: ending sessions comes with the access part of the admin API"
        )
    if plan.policy.end_sessions:
        raise ConfigurationError(
            "policy.end_sessions must be False, got True: ending sessions comes with the access part of the admin API"
        )


def _select(changes: Collection[Change], only: str | Iterable[str] | None) -> frozenset[int]:
    """Return the positions of the changes of certain objects, given by key, name or id.

    Raises:
        InputError: no change has such a key, name or id.
    """
    if only is None:
        return frozenset(range(len(changes)))
    is_several = isinstance(cast("object", only), Iterable) and not isinstance(only, str)
    wanted: list[Any] = list(only) if is_several else [only]
    if not wanted or not all(isinstance(name, str) and name for name in wanted):
        raise InputError(
            "only must be keys, names or ids of objects of the plan, got "
            f"{only!r:.80}; use such as only=['00u1']"
        )
    positions: dict[str, set[int]] = {}
    for position, change in enumerate(changes):
        for name in (change.key, change.id, change.name):
            if name:
                positions.setdefault(fold(name), set()).add(position)
    unknown = [name for name in wanted if fold(name) not in positions]
    if unknown:
        raise InputError(
            f"only must name objects that the plan changes, got {unknown[0]!r:.80}"
            f"{format_suggestion(unknown[0], positions)}"
        )
    return frozenset[int]().union(*(positions[fold(name)] for name in wanted))
