"""Upsert of many resources, taken from the input as they are worked on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from britive_scim import scim
from britive_scim.aio.concurrency import finish_callback
from britive_scim.aio.concurrent_iteration import AnyIterable, InnerGenerator, unordered_map
from britive_scim.errors import BritiveScimError, InputError
from britive_scim.provisioning.plans.matching import list_key_values
from britive_scim.provisioning.stop_rules import StopRules
from britive_scim.provisioning.upserted import Upserted, UpsertFailure, UpsertReport
from britive_scim.scim.json_values import is_object
from britive_scim.wire.paging.seen_ids import CompactSet

__all__ = ["AsyncUpsertCall", "AsyncUpsertRun", "check_resources"]

_REMEDY = "give the same resources once more, as those that are done are found unchanged,"

_MAX_EXACT_KEYS = 1000
"""Number of match keys of the input that are kept in full; of each further one, 8 bytes are."""


def check_resources(resources: object) -> None:
    """Refuse an input that is not several resources.

    Raises:
        InputError: a single resource, a string or a mapping.
    """
    has_items = hasattr(resources, "__iter__") or hasattr(resources, "__aiter__")
    if not has_items or isinstance(resources, (str, bytes, scim.Resource)) or is_object(resources):
        raise InputError(
            f"resources must be several resources, got {type(resources).__name__}; write [resource] for one"
        )


class AsyncUpsertCall(Protocol):
    """Function that upserts one resource."""

    async def __call__(self, resource: Any, /) -> Upserted[Any]:
        """Return the result."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    """Resource of the input.

    Attributes:
        position: position in the input, from 0.
        key: its `externalId` or its name, for the report.
        resource: the resource.
        refusal: error of a resource that is not sent, or `None`.
    """

    position: int
    key: str | None
    resource: Any
    refusal: InputError | None


class AsyncUpsertRun:
    """One run over many resources. A failure is recorded, and the others go on.

    Args:
        upsert: creates or changes one resource.
        match: match keys; a resource with a key of an earlier one is refused.
        on_result: called with each result; `None` for no call.
    """

    def __init__(
        self,
        upsert: AsyncUpsertCall,
        match: tuple[str, ...],
        on_result: Callable[[Upserted[Any]], object] | None,
    ) -> None:
        self._upsert = upsert
        self._match = match
        self._on_result = on_result
        self._seen = CompactSet(_MAX_EXACT_KEYS)
        self._rules = StopRules(0, remedy=_REMEDY)
        self._report = UpsertReport()
        self._failure: Exception | None = None

    async def run(self, resources: AnyIterable[Any], concurrency: int) -> UpsertReport:
        """Work through the input and return the report.

        Raises:
            Exception: that of the input or of `on_result`, after the resources in progress. Its note has the numbers.
        """
        outcomes = unordered_map(
            self._work,
            resources,
            concurrency,
            is_stopped=lambda: self._rules.stop is not None or self._failure is not None,
            prepare=self._prepare,
        )
        try:
            async with InnerGenerator(outcomes) as completed:
                async for outcome in completed:
                    await self._record(outcome)
        except Exception as error:  # noqa: BLE001 - raised below
            self._failure = self._failure or error
        if self._failure is not None:
            self._failure.add_note(f"upsert_many: {self._report}")
            raise self._failure
        self._report.failures.sort(key=lambda failure: failure.position)
        if self._rules.stop is not None:
            self._report.stopped = str(self._rules.stop)
        return self._report

    def _prepare(self, resource: Any) -> _Task:
        """Return the task of a resource of the input; called in order."""
        position = self._report.read
        self._report.read += 1
        if not isinstance(resource, scim.Resource):
            return _Task(
                position,
                None,
                resource,
                InputError(
                    f"resources must contain resources, got {type(resource).__name__}; convert data with "
                    "from_wire(data)"
                ),
            )
        values = resource.to_wire()
        key = values.get("externalId") or values.get("userName") or values.get("displayName")
        refusal: InputError | None = None
        for name in self._match:
            if name == "email":
                continue  # people may share an address
            for value in list_key_values(name, values):
                if not self._seen.add(f"{name} {value}"):
                    refusal = InputError(
                        f"resources must contain each {name} once, got a second one at position {position}; remove "
                        "one of them"
                    )
        return _Task(position, key, resource, refusal)

    async def _work(self, task: _Task) -> Upserted[Any] | UpsertFailure:
        if task.refusal is not None:
            return UpsertFailure(task.position, task.key, task.refusal)
        try:
            return await self._upsert(task.resource)
        except BritiveScimError as error:
            return UpsertFailure(task.position, task.key, _release_frames(error))

    async def _record(self, outcome: Upserted[Any] | UpsertFailure) -> None:
        report = self._report
        if isinstance(outcome, UpsertFailure):
            report.failures.append(outcome)
            self._rules.record_failure(outcome.error)
            return
        self._rules.record_success()
        report.counts[outcome.action] += 1
        report.unkept.update(outcome.unkept)
        if self._on_result is not None:
            try:
                await finish_callback(self._on_result(outcome))
            except Exception as error:  # noqa: BLE001 - raised after the resources in progress
                self._failure = self._failure or error


def _release_frames(error: BritiveScimError) -> BritiveScimError:
    """Return an error without the frames of its traceback, which hold resources in memory."""
    part: BaseException | None = error
    while part is not None:
        part.__traceback__ = None
        part = part.__cause__ or part.__context__
    return error
