"""Sending many operations: in bulk where the provider takes it, else one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from britive_scim.aio.scim.service_provider import AsyncProvider
from britive_scim.aio.session import AsyncSender
from britive_scim.errors import ApiError, BritiveScimError, PayloadTooLarge, TransportError
from britive_scim.wire.operation import POST, CallOptions, Operation
from britive_scim.wire.requests.bulk import Batch, BulkOutcome, BulkReport, bulk_response
from britive_scim.wire.requests.scim import bounded
from britive_scim.wire.response import Answer

__all__ = ["bulk"]


async def bulk(
    sender: AsyncSender,
    provider: AsyncProvider,
    operations: Iterable[Operation[Any]],
    fail_on_errors: int | None,
    call: CallOptions,
) -> BulkReport:
    """Send operations and report what became of each."""
    if fail_on_errors is not None:
        bounded("fail_on_errors", fail_on_errors, 1_000_000)
    batch = Batch(operations)
    if not batch.operations:
        return batch.report()
    if sender.rehearsal is None and (await provider.capabilities(**call)).bulk is True:
        return await _together(sender, provider, batch, fail_on_errors, call)
    return await _one_by_one(sender, batch, fail_on_errors, call)


async def _together(
    sender: AsyncSender,
    provider: AsyncProvider,
    batch: Batch,
    fail_on_errors: int | None,
    call: CallOptions,
) -> BulkReport:
    limits = await provider.capabilities(**call)
    pending = deque(batch.chunks(limits.max_operations, limits.max_payload_size))
    errors = 0
    while pending:
        chunk = _sendable(batch, pending.popleft())
        if not chunk:
            continue
        left = None if fail_on_errors is None else fail_on_errors - errors
        seen: list[Answer] = []

        def reading(answer: Answer, seen: list[Answer] = seen) -> Any:
            seen.append(answer)
            return bulk_response(answer)

        request = POST("/Bulk", body=batch.body(chunk, left), returns=reading)
        failed: BritiveScimError | None = None
        try:
            response = await sender.send(request, **call)
        except PayloadTooLarge as error:
            if len(chunk) == 1:  # too large for a bulk request, and perhaps not for one of its own
                outcome = await _alone(sender, batch, chunk[0], call)
                errors += not outcome.ok
                batch.settle(chunk[0], outcome)
            elif half := batch.middle(chunk):
                pending.extendleft((chunk[half:], chunk[:half]))
                continue
            else:
                failed = error
        except (ApiError, TransportError) as error:
            failed = error
        else:
            errors += batch.take(chunk, response, seen[-1], left)
        batch.requests += 1
        if failed is not None:
            for index in chunk:
                batch.settle(index, BulkOutcome(batch.operations[index], error=failed))
            break
        if fail_on_errors is not None and errors >= fail_on_errors:
            batch.give_up(f"{errors} operations failed before")
    return batch.report()


def _sendable(batch: Batch, chunk: tuple[int, ...]) -> tuple[int, ...]:
    """Return the operations of a chunk that are still to be sent, those left out that refer to failures."""
    for index in chunk:
        stranded = batch.stranded(index)
        if batch.outcomes[index] is None and stranded is not None:
            batch.settle(index, stranded)
    return tuple(index for index in chunk if batch.outcomes[index] is None)


async def _one_by_one(
    sender: AsyncSender, batch: Batch, fail_on_errors: int | None, call: CallOptions
) -> BulkReport:
    errors = 0
    for index in range(len(batch.operations)):
        if fail_on_errors is not None and errors >= fail_on_errors:
            batch.give_up(f"{errors} operations failed before")
            break
        outcome = batch.stranded(index) or await _alone(sender, batch, index, call)
        errors += not outcome.ok
        batch.settle(index, outcome)
    return batch.report()


async def _alone(
    sender: AsyncSender, batch: Batch, index: int, call: CallOptions
) -> BulkOutcome[Any]:
    operation = batch.resolved(index)
    batch.requests += 1
    try:
        value = await sender.send(operation, **call)
    except ApiError as error:
        return BulkOutcome(operation, error.status, error=error)
    except TransportError as error:
        return BulkOutcome(operation, error=error)
    answer = sender.last_answer
    status = answer.status if answer else None
    id_ = getattr(value, "id", None)
    return BulkOutcome(operation, status, id_, value=value)
