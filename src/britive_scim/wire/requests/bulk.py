"""Bulk requests: many operations in few requests, with resolved references (RFC 7644 §3.7).

```text
operations ──BulkBatch──> requests within the provider's limits ──> responses ──> one outcome per operation
```
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, overload
from urllib.parse import quote, unquote

from britive_scim import scim
from britive_scim.errors import (
    ApiError,
    BritiveScimError,
    InputError,
    InvalidResource,
)
from britive_scim.notebook_text import NotebookText
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.names import BULK_REQUEST
from britive_scim.tables import Table, Tabular
from britive_scim.wire.decoding.error_mapping import (
    build_api_error,
    build_unexpected_response,
    expect_success,
)
from britive_scim.wire.decoding.json_fields import get_field
from britive_scim.wire.decoding.scim import decode_json
from britive_scim.wire.operation import Operation, RawBody
from britive_scim.wire.response import Response

__all__ = ["BulkBatch", "BulkOutcome", "BulkReport", "decode_bulk_response"]

T = TypeVar("T")

_REFERENCE_PREFIX = "bulkId:"


@dataclass(frozen=True, slots=True)
class BulkOutcome(Generic[T]):
    """Outcome of one operation of a bulk request.

    Attributes:
        operation: the operation.
        status: HTTP status of the operation, or `None` if it was not processed.
        id: id of the resource, if known.
        version: new version of the resource, if known.
        value: result of the operation, if the provider sent one.
        error: the error of a failed operation, or `None`.
    """

    operation: Operation[T]
    status: int | None = None
    id: str | None = None
    version: str | None = None
    value: T | None = field(default=None, repr=False)
    error: BritiveScimError | None = None

    @property
    def ok(self) -> bool:
        """True if the operation succeeded."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class BulkReport(NotebookText, Tabular):
    """Outcomes of all operations of a bulk call, in their order.

    Attributes:
        outcomes: one outcome per operation.
        requests: number of requests sent.
    """

    outcomes: tuple[BulkOutcome[Any], ...]
    requests: int = 0

    @property
    def ok(self) -> bool:
        """True if every operation succeeded."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def failures(self) -> tuple[BulkOutcome[Any], ...]:
        """Outcomes of the failed operations."""
        return tuple(outcome for outcome in self.outcomes if not outcome.ok)

    def __bool__(self) -> bool:
        return self.ok

    def __len__(self) -> int:
        return len(self.outcomes)

    def __iter__(self) -> Iterator[BulkOutcome[Any]]:
        return iter(self.outcomes)

    @overload
    def __getitem__(self, index: int) -> BulkOutcome[Any]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[BulkOutcome[Any], ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.outcomes[index]

    def to_rows(self) -> list[tuple[str, str, str, str]]:
        """Return method, path, status and id or error of each operation, as strings."""
        return [
            (
                outcome.operation.method,
                outcome.operation.path,
                "" if outcome.status is None else str(outcome.status),
                outcome.id or "" if outcome.error is None else outcome.error.message,
            )
            for outcome in self.outcomes
        ]

    def __str__(self) -> str:
        return self._build_table().to_text(width=100, max_rows=None)

    def _repr_html_(self) -> str:
        return self._build_table().to_html(max_rows=None)

    def to_table(self) -> Table:
        """Return a table with one row per operation: `method`, `path`, `status`, `id`, `error`."""
        columns = {"method": str, "path": str, "status": int, "id": str, "error": str}
        rows = [
            (o.operation.method, o.operation.path, o.status, o.id, o.error and o.error.message)
            for o in self.outcomes
        ]
        return Table(columns, [rows])

    def _build_table(self) -> Table:
        return Table.from_rows(("method", "path", "status", "id or error"), self.to_rows())


class BulkBatch:
    """State of one bulk call: outcomes of completed operations, and ids of created resources.

    Args:
        operations: the operations, in order. `bulkId:NAME` in a body or path refers to the resource that the
            creation with `bulk_id="NAME"` creates.

    Raises:
        InputError: a duplicate `bulk_id`, an unknown reference, a safe operation, or a body that is not
            JSON.
    """

    def __init__(self, operations: Iterable[Operation[Any]]) -> None:
        self.operations = tuple(operations)
        self.outcomes: list[BulkOutcome[Any] | None] = [None] * len(self.operations)
        self.requests = 0
        self._index_by_bulk_id: dict[str, int] = {}
        self._ids_by_bulk_id: dict[str, str] = {}
        for index, operation in enumerate(self.operations):
            if operation.safe or isinstance(operation.body, RawBody):
                raise InputError(
                    f"operation {index} must be a change with a JSON body, got {operation.method} {operation.path}"
                )
            if operation.method == "POST":
                name = operation.bulk_id or f"operation-{index}"
                if name in self._index_by_bulk_id:
                    raise InputError(f"bulk_id must be unique, got {name!r} twice")
                self._index_by_bulk_id[name] = index
        for index, operation in enumerate(self.operations):
            for name in find_references(operation):
                if name not in self._index_by_bulk_id:
                    raise InputError(
                        f"operation {index} must refer to the bulk_id of a creation, got {_REFERENCE_PREFIX}{name}"
                    )

    def get_bulk_id(self, index: int) -> str | None:
        """Return the `bulkId` of a creation, `None` for another operation."""
        operation = self.operations[index]
        if operation.method != "POST":
            return None
        return operation.bulk_id or f"operation-{index}"

    def iter_chunks(
        self, max_operations: int | None, max_bytes: int | None
    ) -> Iterator[tuple[int, ...]]:
        """Yield chunks of operation indexes that fit into one request.

        Args:
            max_operations: maximum operations of a request.
            max_bytes: maximum size of a request in bytes.

        Raises:
            InputError: an operation refers to a creation of a later request.
        """
        max_operations = max(max_operations or 1000, 1)
        available = (max_bytes or 1024 * 1024) - 200
        chunk: list[int] = []
        used = 0
        for index in range(len(self.operations)):
            size = len(json.dumps(self._build_entry(index), ensure_ascii=False).encode()) + 1
            if chunk and (len(chunk) >= max_operations or used + size > available):
                yield self._check_chunk_references(chunk)
                chunk, used = [], 0
            chunk.append(index)
            used += size
        if chunk:
            yield self._check_chunk_references(chunk)

    def _check_chunk_references(self, chunk: list[int]) -> tuple[int, ...]:
        for index in chunk:
            for name in find_references(self.operations[index]):
                if self._index_by_bulk_id[name] > chunk[-1]:
                    raise InputError(
                        f"operation {index} must refer to a creation of the same or an earlier request, got "
                        f"{_REFERENCE_PREFIX}{name}; put that creation first"
                    )
        return tuple(chunk)

    def find_split_position(self, chunk: Sequence[int]) -> int:
        """Return the position nearest the middle where a chunk can be split; 0 if references prevent it."""
        positions: list[int] = []
        last_referenced = -1
        for position, index in enumerate(chunk[:-1], 1):
            names = find_references(self.operations[index])
            last_referenced = max(
                last_referenced, *(self._index_by_bulk_id[name] for name in names), -1
            )
            if last_referenced <= index:
                positions.append(position)
        return min(positions, key=lambda position: abs(position * 2 - len(chunk)), default=0)

    def build_unresolved_outcome(self, index: int) -> BulkOutcome[Any] | None:
        """Return the outcome of an operation that refers to a failed creation, or `None`."""
        operation = self.operations[index]
        for name in find_references(operation):
            outcome = self.outcomes[self._index_by_bulk_id[name]]
            if outcome is not None and name not in self._ids_by_bulk_id:
                return BulkOutcome(
                    operation,
                    error=InputError(
                        f"not sent: {_REFERENCE_PREFIX}{name} refers to a creation that failed"
                    ),
                )
        return None

    def resolve_references(self, index: int) -> Operation[Any]:
        """Return an operation with references replaced by the ids of created resources."""
        operation = self.operations[index]
        if not find_references(operation):
            return operation
        path = "/".join(
            quote(self._ids_by_bulk_id.get(name, part), safe="@:!$&'()*+,;=~")
            if name is not None
            else part
            for part in operation.path.split("/")
            for name in (_parse_reference(unquote(part)),)
        )
        return replace(operation, path=path, body=self._replace_references(operation.body))

    def build_body(self, chunk: Sequence[int], fail_on_errors: int | None) -> dict[str, Any]:
        """Return the body of the request for a chunk of operations."""
        body: dict[str, Any] = {"schemas": [BULK_REQUEST]}
        if fail_on_errors is not None:
            body["failOnErrors"] = fail_on_errors
        body["Operations"] = [self._build_entry(index) for index in chunk]
        return body

    def record_outcome(self, index: int, outcome: BulkOutcome[Any]) -> None:
        """Store the outcome of an operation."""
        self.outcomes[index] = outcome
        name = self.get_bulk_id(index)
        if name is not None and outcome.ok and outcome.id:
            self._ids_by_bulk_id[name] = outcome.id

    def record_results(
        self,
        chunk: Sequence[int],
        bulk_response: scim.BulkResponse,
        http_response: Response,
        max_failures: int | None = None,
    ) -> int:
        """Store the results of one request, and return the number of failed operations.

        After `max_failures` failures a provider stops, and returns no results for the rest.
        """
        pending = list(chunk)
        for result in bulk_response.operations:
            index = self._find_operation(pending, result)
            if index is not None:
                pending.remove(index)
                self.record_outcome(
                    index, _build_outcome(self.operations[index], result, http_response)
                )
        failures = sum(1 for index in chunk if not (self.outcomes[index] or _EMPTY_OUTCOME).ok)
        if max_failures is not None and failures >= max_failures:
            return failures
        for index in pending:
            problem = f"the response has no result for operation {index}"
            self.record_outcome(
                index,
                BulkOutcome(
                    self.operations[index], error=build_unexpected_response(http_response, problem)
                ),
            )
        return failures + len(pending)

    def abandon_pending(self, reason: str) -> None:
        """Store an error for every operation without an outcome."""
        for index, outcome in enumerate(self.outcomes):
            if outcome is None:
                self.record_outcome(
                    index,
                    BulkOutcome(self.operations[index], error=InputError(f"not sent: {reason}")),
                )

    def build_report(self) -> BulkReport:
        """Return the outcomes of all operations."""
        self.abandon_pending("an earlier request failed")
        return BulkReport(tuple(o for o in self.outcomes if o is not None), self.requests)

    def _build_entry(self, index: int) -> dict[str, Any]:
        operation = self.resolve_references(index)
        entry: dict[str, Any] = {"method": operation.method}
        name = self.get_bulk_id(index)
        if name is not None:
            entry["bulkId"] = name
        entry["path"] = unquote(operation.path)
        version = next((v for k, v in operation.headers if k.lower() == "if-match"), None)
        if version is not None:
            entry["version"] = version
        if operation.body is not None:
            entry["data"] = operation.body
        return entry

    def _replace_references(self, value: Any) -> Any:
        if isinstance(value, str):
            name = _parse_reference(value)
            return value if name is None else self._ids_by_bulk_id.get(name, value)
        if is_list(value):
            return [self._replace_references(item) for item in value]
        if is_object(value):
            return {key: self._replace_references(item) for key, item in value.items()}
        return value

    def _find_operation(self, pending: Sequence[int], result: scim.BulkResult) -> int | None:
        """Return the operation of a result: by its `bulkId` or location, else the next one of its method."""
        if result.bulk_id and result.bulk_id in self._index_by_bulk_id:
            index = self._index_by_bulk_id[result.bulk_id]
            return index if index in pending else None
        method = (result.method or "").upper()
        candidates = [i for i in pending if self.operations[i].method == method]
        location = (result.location or "").rstrip("/")
        for index in candidates:
            path = self.resolve_references(index).path
            if location and method != "POST" and unquote(location).endswith(unquote(path)):
                return index
        return candidates[0] if candidates else None


_EMPTY_OUTCOME: BulkOutcome[Any] = BulkOutcome(Operation("", "", "", decode_json))


def find_references(operation: Operation[Any]) -> tuple[str, ...]:
    """Return the `bulkId:` references in the path and body of an operation."""
    names: dict[str, None] = {}
    pending: list[Any] = [*map(unquote, operation.path.split("/")), operation.body]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            name = _parse_reference(value)
            if name is not None:
                names[name] = None
        elif is_list(value):
            pending += value
        elif is_object(value):
            pending += value.values()
    return tuple(names)


def _parse_reference(text: str) -> str | None:
    return (
        text[len(_REFERENCE_PREFIX) :]
        if text.startswith(_REFERENCE_PREFIX) and len(text) > len(_REFERENCE_PREFIX)
        else None
    )


def decode_bulk_response(response: Response) -> scim.BulkResponse:
    """Return the BulkResponse of a bulk request.

    Raises:
        ApiError: the response is not a success.
        UnexpectedResponse: the response is not a BulkResponse.
    """
    expect_success(response)
    value: Mapping[str, Any] | Any = decode_json(response)
    if not is_object(value) or not is_list(get_field(value, "Operations")):
        raise build_unexpected_response(
            response, "expected a SCIM BulkResponse with Operations, got another value"
        )
    try:
        return scim.BulkResponse.from_wire(value)
    except InvalidResource as error:
        problem = error.message
    raise build_unexpected_response(response, f"expected a SCIM BulkResponse: {problem}")


def _build_outcome(
    operation: Operation[Any], result: scim.BulkResult, response: Response
) -> BulkOutcome[Any]:
    status = result.status_code
    location = (result.location or "").rstrip("/")
    id_ = unquote(location.rpartition("/")[2]) or None
    body = b"" if result.response is None else json.dumps(result.response).encode()
    redactor = response.redactor
    if redactor is not None:  # an item is searched for its own secrets only
        redactor = redactor.with_request(operation.encode_body("")[0], operation.query)
    item_response = Response(
        status or 500,
        {},
        body,
        operation.method,
        operation.path,
        response.api,
        response.attempts,
        redactor=redactor,
    )
    if status is None:
        return BulkOutcome(
            operation,
            id=id_,
            error=build_unexpected_response(response, "a bulk result has no status"),
        )
    if not item_response.ok:
        return BulkOutcome(operation, status, error=build_api_error(item_response))
    value: Any = None
    if body:
        try:
            value = operation.decode(item_response)
        except ApiError as error:
            return BulkOutcome(operation, status, id_, result.version, error=error)
    return BulkOutcome(operation, status, getattr(value, "id", None) or id_, result.version, value)
