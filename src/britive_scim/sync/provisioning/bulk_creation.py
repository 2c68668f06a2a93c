# Generated from aio/provisioning/bulk_creation.py by tools/unasync.py; edit that file instead.
"""Creation of users by bulk requests (RFC 7644 §3.7), with an outcome for each of them.

The users of a request whose outcome is unknown are looked up. A request that the server refused, or that may have had
no effect, turns bulk requests off for this client.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from britive_scim import scim
from britive_scim.sync.concurrency import Mutex
from britive_scim.sync.provisioning.change_sender import SentChange, build_sent_change
from britive_scim.sync.provisioning.created_lookup import CreatedLookup, decode_resource
from britive_scim.sync.scim.service_provider import ServiceProvider
from britive_scim.sync.scim.users import Users
from britive_scim.sync.session import Session
from britive_scim.errors import (
    ApiError,
    BritiveScimError,
    Conflict,
    RateLimited,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.provisioning.plans.change import Change
from britive_scim.scim.json_values import is_list
from britive_scim.wire.operation import POST, CallOptions, Operation
from britive_scim.wire.requests.bulk import (
    BulkBatch,
    BulkOutcome,
    decode_bulk_response,
    find_references,
)
from britive_scim.wire.response import Response

__all__ = ["BulkCreator", "CreationBatch"]

MIN_CREATIONS = 20
"""Number of creations below which single requests are sent: reading the features would cost one more."""

_MAX_BATCH = 100
"""Maximum number of creations of a request: all of them are looked up if its response is lost."""

_GATEWAY_STATUSES = (502, 503, 504)


@dataclass(frozen=True, slots=True)
class CreationBatch:
    """Creations that can be sent in bulk requests.

    Attributes:
        batch: their operations.
        positions: their positions in the plan, in the order of the operations.
        unsuitable: positions of the creations to send in single requests.
    """

    batch: BulkBatch
    positions: tuple[int, ...]
    unsuitable: tuple[int, ...]


class BulkCreator:
    """Creator of users by bulk requests.

    Args:
        session: session of the client.
        users: users of the client.
        service_provider: features of the provider.
        created: finder of users whose creation has no response.
        get_call: returns timeout and retry policy of the next call.
    """

    def __init__(
        self,
        session: Session,
        users: Users[Any],
        service_provider: ServiceProvider,
        created: CreatedLookup,
        get_call: Callable[[], CallOptions],
    ) -> None:
        self._session = session
        self._users = users
        self._service_provider = service_provider
        self._created = created
        self._get_call = get_call
        self._max_operations: int | None = None
        self._max_bytes: int | None = None
        self._altered: dict[frozenset[str], bool] = {}
        self._sampling = Mutex()
        self._is_supported = False

    @property
    def is_offered(self) -> bool:
        """True if bulk requests are sent: the provider supports them, and none has failed as a whole."""
        return self._is_supported and not self._service_provider.has_bulk_failed

    def choose_batch_size(self, number: int, concurrency: int) -> int:
        """Return the number of creations of a batch; 0 if they are sent in single requests.

        Args:
            number: number of creations to send.
            concurrency: number of batches sent at a time.
        """
        if (
            number < MIN_CREATIONS
            or self._session.active_dry_run is not None
            or self._service_provider.has_bulk_failed
        ):
            return 0
        try:
            features = self._service_provider.get_capabilities(**self._get_call())
        except BritiveScimError:  # the first change shows the cause
            return 0
        size = min(_MAX_BATCH, features.max_operations or _MAX_BATCH)
        self._is_supported = features.bulk is True and size > 1
        if not self._is_supported:
            return 0
        self._max_operations, self._max_bytes = size, features.max_payload_size
        return min(size, max(MIN_CREATIONS, -(-number // concurrency)))

    def build_batch(self, creations: Mapping[int, Change]) -> CreationBatch:
        """Return the operations of creations; those that a bulk request cannot contain are `unsuitable`.

        Args:
            creations: creations by their position in the plan.
        """
        operations: dict[int, Operation[Any]] = {}
        for position, change in creations.items():
            try:
                operation = self._users.creation(
                    decode_resource(change), bulk_id=f"change-{position}"
                )
                json.dumps(operation.body, ensure_ascii=False, allow_nan=False).encode()
            except (BritiveScimError, TypeError, ValueError):  # the single request reports it
                continue
            # a value that looks like a reference would be replaced
            if not find_references(operation):
                operations[position] = operation
        return CreationBatch(
            BulkBatch(operations.values()),
            tuple(operations),
            tuple(position for position in creations if position not in operations),
        )

    def iter_chunks(self, batch: CreationBatch) -> Iterator[tuple[int, ...]]:
        """Yield indexes of operations that fit into one request."""
        return batch.batch.iter_chunks(self._max_operations, self._max_bytes)

    def send(
        self, batch: CreationBatch, chunk: Sequence[int], changes: Sequence[Change]
    ) -> list[SentChange | BritiveScimError | None]:
        """Send one request, and return the outcome of each of its creations.

        The outcome is `None` if the creation may be sent again: the server refused the request, or answered it with an
        error and has no such user.

        Args:
            batch: operations.
            chunk: indexes of the operations to send.
            changes: their creations.
        """
        responses: list[Response] = []

        def keep_and_decode(response: Response) -> Any:
            responses.append(response)
            return decode_bulk_response(response)

        request = POST("/Bulk", body=batch.batch.build_body(chunk, None), returns=keep_and_decode)
        try:
            decoded = self._session.send(request, **self._get_bulk_call(len(chunk)))
        except (ApiError, TransportError) as error:
            return self._recover(error, changes)
        self._record_results(batch.batch, chunk, decoded, responses[-1])
        return self._collect(batch.batch, chunk, changes, responses[-1])

    def _get_bulk_call(self, count: int) -> CallOptions:
        """Return the options of a request with `count` creations: each gives the server one second more."""
        call = self._get_call()
        timeout = self._session.timeout if call["timeout"] is None else call["timeout"]
        return CallOptions(timeout=timeout + count, retry=call["retry"])

    def _recover(
        self, error: ApiError | TransportError, changes: Sequence[Change]
    ) -> list[SentChange | BritiveScimError | None]:
        """Return the outcomes of the creations of a request that failed as a whole."""
        if not error.may_have_happened:
            self._service_provider.has_bulk_failed = True
            return [None] * len(changes)
        outcomes = self._look_up(dict.fromkeys(range(len(changes)), error), changes)
        if any(outcome is error for outcome in outcomes.values()):
            self._service_provider.has_bulk_failed = True
        # A gateway that gives up, or a lost response, leaves a request that the server may still process.
        is_over = isinstance(error, ApiError) and error.status not in _GATEWAY_STATUSES
        return [
            None if is_over and outcomes[number] is error else outcomes[number]
            for number in range(len(changes))
        ]

    @staticmethod
    def _record_results(
        batch: BulkBatch, chunk: Sequence[int], decoded: scim.BulkResponse, response: Response
    ) -> None:
        """Record the results that state their `bulkId`; by their order alone, a user could get the id of another."""
        names = {batch.get_bulk_id(index) for index in chunk}
        stated = [result for result in decoded.operations if result.bulk_id in names]
        batch.record_results(chunk, scim.BulkResponse(operations=stated), response)

    def _collect(
        self,
        batch: BulkBatch,
        chunk: Sequence[int],
        changes: Sequence[Change],
        response: Response,
    ) -> list[SentChange | BritiveScimError | None]:
        outcomes: dict[int, SentChange | BritiveScimError | None] = {}
        doubts: dict[int, BritiveScimError] = {}
        for number, index in enumerate(chunk):
            outcome = cast("BulkOutcome[Any]", batch.outcomes[index])
            error = outcome.error
            if error is None and not outcome.id:
                error = UnexpectedResponse(
                    "POST /Bulk succeeded, but a result contains neither a resource nor its location",
                    status=response.status,
                    request_id=response.request_id,
                    method="POST",
                    path="/Users",
                    attempts=response.attempts,
                )
            if error is None:
                operation = batch.operations[index]
                outcomes[number] = self._check_stored(outcome, operation, changes[number])
            elif isinstance(error, RateLimited):
                outcomes[number] = None
            elif _is_in_doubt(error, response):
                doubts[number] = error
            else:
                outcomes[number] = error
        outcomes |= self._look_up(doubts, changes)
        return [outcomes[number] for number in range(len(chunk))]

    def _look_up(
        self, doubts: Mapping[int, BritiveScimError], changes: Sequence[Change]
    ) -> dict[int, SentChange | BritiveScimError]:
        """Return the outcomes of creations in doubt: the user that was found, else the error."""
        if not doubts:
            return {}
        found = self._created.find_all([changes[n] for n in doubts], is_in_doubt=True)
        return {
            number: SentChange(id_) if isinstance(id_, str) else error
            for (number, error), id_ in zip(doubts.items(), found, strict=True)
        }

    def _check_stored(
        self, outcome: BulkOutcome[Any], operation: Operation[Any], change: Change
    ) -> SentChange | BritiveScimError:
        """Return the result of a creation, with the paths that were not stored, or the error of a wrong `active`.

        Most servers answer without the resource. Then an inactive user is read, and one user of each set of stated
        attributes; if a value of that one was altered, all users of the set are read.
        """
        id_, stored = str(outcome.id), outcome.value
        paths = _get_paths(change.after)
        if stored is not None:
            return self._compare(id_, stored, operation, change)
        if paths not in self._altered:
            with self._sampling:
                if paths not in self._altered:
                    return self._read_back(id_, operation, change)
        if change.after.get("active") is False or self._altered[paths]:
            return self._read_back(id_, operation, change)
        return SentChange(id_)

    def _read_back(
        self, id_: str, operation: Operation[Any], change: Change
    ) -> SentChange | BritiveScimError:
        try:
            stored = self._users.get(id_, **self._get_call())
        except BritiveScimError:  # the creation is acknowledged, as without a look at it
            return SentChange(id_)
        return self._compare(id_, stored, operation, change)

    def _compare(
        self, id_: str, stored: Any, operation: Operation[Any], change: Change
    ) -> SentChange | BritiveScimError:
        try:
            stored = cast("Any", self._users)._check_stored(stored, operation)
        except UnexpectedResponse as error:
            return error
        sent = build_sent_change(id_, stored, change)
        paths = _get_paths(change.after)
        self._altered[paths] = self._altered.get(paths, False) or sent.unkept != sent.absent
        return sent


def _is_in_doubt(error: BritiveScimError, response: Response) -> bool:
    """Return whether the server may have created the user of a failed operation."""
    if isinstance(error, Conflict):  # perhaps with an earlier attempt of the request
        return response.attempts > 1
    return isinstance(error, (ApiError, TransportError)) and error.may_have_happened


def _get_paths(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the paths of the attributes that values state, with the types of multi-valued ones."""
    paths: list[str] = []
    for name, value in values.items():
        items: list[Any] = value if is_list(value) else [value]
        for item in items:
            if not isinstance(item, Mapping):
                paths.append(name)
                continue
            item = cast("Mapping[str, Any]", item)
            type_ = item.get("type") if isinstance(value, list) else None
            paths += [f"{name}[{type_}].{inner}" for inner in item]
    return frozenset(paths)
