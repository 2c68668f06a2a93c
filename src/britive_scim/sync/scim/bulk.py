# Generated from aio/scim/bulk.py by tools/unasync.py; edit that file instead.
"""Bulk requests: many operations in few requests, or individually if the provider has no bulk support."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from britive_scim.sync.scim.replacement import send_replacement
from britive_scim.sync.scim.service_provider import ServiceProvider
from britive_scim.sync.session import Session
from britive_scim.errors import ApiError, BritiveScimError, PayloadTooLarge, TransportError
from britive_scim.wire.operation import POST, CallOptions, Operation
from britive_scim.wire.requests.bulk import BulkBatch, BulkOutcome, BulkReport, decode_bulk_response
from britive_scim.wire.requests.scim import validate_integer
from britive_scim.wire.response import Response

__all__ = ["send_bulk"]


def send_bulk(
    session: Session,
    service_provider: ServiceProvider,
    operations: Iterable[Operation[Any]],
    fail_on_errors: int | None,
    call: CallOptions,
) -> BulkReport:
    """Send operations and report the outcome of each."""
    if fail_on_errors is not None:
        validate_integer("fail_on_errors", fail_on_errors, 1_000_000)
    batch = BulkBatch(operations)
    if not batch.operations:
        return batch.build_report()
    for operation in batch.operations:
        service_provider.forget_changed_group(operation)
    if (
        session.active_dry_run is None
        and (service_provider.get_capabilities(**call)).bulk is True
    ):
        return _send_batches(session, service_provider, batch, fail_on_errors, call)
    return _send_individually(session, batch, fail_on_errors, call)


def _send_batches(
    session: Session,
    service_provider: ServiceProvider,
    batch: BulkBatch,
    fail_on_errors: int | None,
    call: CallOptions,
) -> BulkReport:
    limits = service_provider.get_capabilities(**call)
    pending = deque(batch.iter_chunks(limits.max_operations, limits.max_payload_size))
    errors = 0
    while pending:
        chunk = _select_sendable(batch, pending.popleft())
        if not chunk:
            continue
        errors_left = None if fail_on_errors is None else fail_on_errors - errors
        responses: list[Response] = []

        def keep_and_decode(response: Response, kept: list[Response] = responses) -> Any:
            kept.append(response)
            return decode_bulk_response(response)

        request = POST("/Bulk", body=batch.build_body(chunk, errors_left), returns=keep_and_decode)
        failure: BritiveScimError | None = None
        try:
            response = session.send(request, **call)
        except PayloadTooLarge as error:
            if len(chunk) == 1:  # too large for a bulk request, but perhaps not for a single one
                outcome = _send_single(session, batch, chunk[0], call)
                errors += not outcome.ok
                batch.record_outcome(chunk[0], outcome)
            elif half := batch.find_split_position(chunk):
                pending.extendleft((chunk[half:], chunk[:half]))
                continue
            else:
                failure = error
        except (ApiError, TransportError) as error:
            failure = error
        else:
            errors += batch.record_results(chunk, response, responses[-1], errors_left)
        batch.requests += 1
        if failure is not None:
            for index in chunk:
                batch.record_outcome(index, BulkOutcome(batch.operations[index], error=failure))
            break
        if fail_on_errors is not None and errors >= fail_on_errors:
            batch.abandon_pending(f"{errors} operations failed before")
    return batch.build_report()


def _select_sendable(batch: BulkBatch, chunk: tuple[int, ...]) -> tuple[int, ...]:
    """Return the operations of a chunk that remain to be sent; those that reference a failed one get an outcome."""
    for index in chunk:
        unresolved = batch.build_unresolved_outcome(index)
        if batch.outcomes[index] is None and unresolved is not None:
            batch.record_outcome(index, unresolved)
    return tuple(index for index in chunk if batch.outcomes[index] is None)


def _send_individually(
    session: Session, batch: BulkBatch, fail_on_errors: int | None, call: CallOptions
) -> BulkReport:
    errors = 0
    for index in range(len(batch.operations)):
        if fail_on_errors is not None and errors >= fail_on_errors:
            batch.abandon_pending(f"{errors} operations failed before")
            break
        outcome = batch.build_unresolved_outcome(index) or _send_single(
            session, batch, index, call
        )
        errors += not outcome.ok
        batch.record_outcome(index, outcome)
    return batch.build_report()


def _send_single(
    session: Session, batch: BulkBatch, index: int, call: CallOptions
) -> BulkOutcome[Any]:
    operation = batch.resolve_references(index)
    batch.requests += 1
    try:
        if operation.method == "PUT":
            value = send_replacement(session, operation, call)
        else:
            value = session.send(operation, **call)
    except ApiError as error:
        return BulkOutcome(operation, error.status, error=error)
    except TransportError as error:
        return BulkOutcome(operation, error=error)
    response = session.last_response
    status = response.status if response else None
    id_ = getattr(value, "id", None)
    return BulkOutcome(operation, status, id_, value=value)
