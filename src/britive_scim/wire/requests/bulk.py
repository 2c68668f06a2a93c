"""Bulk requests: many operations in few requests, references between them resolved (RFC 7644 §3.7). Pure.

```text
operations ──Batch──> requests of a size the provider takes ──> answers ──> one outcome an operation
```
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, overload
from urllib.parse import quote, unquote

from britive_scim.errors import (
    ApiError,
    BritiveScimError,
    InputError,
    InvalidResource,
    UnexpectedResponse,
)
from britive_scim.scim.models.messages import BulkResponse, BulkResult
from britive_scim.scim.names import BULK_REQUEST
from britive_scim.tables import Table
from britive_scim.wire.decoding.error_mapping import (
    build_api_error,
    build_unexpected_response,
    expect_success,
)
from britive_scim.wire.decoding.json_fields import get_field, is_list, is_object
from britive_scim.wire.decoding.scim import decode_json
from britive_scim.wire.operation import Operation, RawBody
from britive_scim.wire.response import Response

__all__ = ["BulkBatch", "BulkOutcome", "BulkReport", "decode_bulk_response"]

T = TypeVar("T")

_REFERENCE_PREFIX = "bulkId:"


@dataclass(frozen=True, slots=True)
class BulkOutcome(Generic[T]):
    """What became of one operation of a bulk request.

    Attributes:
        operation: the operation.
        status: HTTP status of it, or `None` where the provider did not come to it.
        id: id of the resource, where the provider tells it.
        version: version of the resource afterwards, where the provider tells it.
        value: what the operation returns, where the provider sent it.
        error: why it failed, or `None`.
    """

    operation: Operation[T]
    status: int | None = None
    id: str | None = None
    version: str | None = None
    value: T | None = field(default=None, repr=False)
    error: BritiveScimError | None = None

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What became of all operations, in the order they were given.

    Attributes:
        outcomes: one an operation.
        requests: how many requests were sent.
    """

    outcomes: tuple[BulkOutcome[Any], ...]
    requests: int = 0

    @property
    def ok(self) -> bool:
        """Whether every operation succeeded."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def failures(self) -> tuple[BulkOutcome[Any], ...]:
        """Those that did not succeed."""
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
        """Return the outcomes as texts, for display."""
        return [
            (
                one.operation.method,
                one.operation.path,
                "" if one.status is None else str(one.status),
                one.id or "" if one.error is None else one.error.message,
            )
            for one in self.outcomes
        ]

    def __str__(self) -> str:
        return self._build_table().to_text(width=100, max_rows=None)

    def _repr_html_(self) -> str:
        return self._build_table().to_html(max_rows=None)

    def _build_table(self) -> Table:
        return Table.from_rows(("method", "path", "status", "id or error"), self.to_rows())


class BulkBatch:
    """The state of one bulk call: which operations are done, and which ids stand for which references.

    Args:
        operations: what is to be done, in order. `bulkId:NAME` in a body or path stands for the id of the
            resource that the creation with `bulk_id="NAME"` makes.

    Raises:
        InputError: a name given twice, a reference to nothing, a body that is no JSON object.
    """

    def __init__(self, operations: Iterable[Operation[Any]]) -> None:
        if not hasattr(operations, "__iter__"):
            raise InputError(
                "a bulk request takes several changes, as in [client.users.creation(user)], and this is "
                f"of type {type(operations).__name__}"
            )
        self.operations = tuple(operations)
        self.outcomes: list[BulkOutcome[Any] | None] = [None] * len(self.operations)
        self.requests = 0
        self._index_by_bulk_id: dict[str, int] = {}
        self._ids_by_bulk_id: dict[str, str] = {}
        for index, operation in enumerate(self.operations):
            if not isinstance(operation, Operation):
                raise InputError(
                    f"change {index} of a bulk request is made by creation, replacement, change or deletion, as in "
                    f"client.users.creation(user), and this one is a {type(operation).__name__}"
                )
            if operation.safe or isinstance(operation.body, RawBody):
                raise InputError(
                    f"operation {index} ({operation.method} {operation.path}) cannot be part of a bulk request"
                )
            if operation.method == "POST":
                name = operation.bulk_id or f"operation-{index}"
                if name in self._index_by_bulk_id:
                    raise InputError(f"two operations are called {name!r}; a bulk_id names one")
                self._index_by_bulk_id[name] = index
        for index, operation in enumerate(self.operations):
            for name in find_references(operation):
                if name not in self._index_by_bulk_id:
                    raise InputError(
                        f"operation {index} refers to {_REFERENCE_PREFIX}{name}, and no creation has that bulk_id"
                    )

    def get_bulk_id(self, index: int) -> str | None:
        """Return the name of a creation, `None` for another operation."""
        operation = self.operations[index]
        if operation.method != "POST":
            return None
        return operation.bulk_id or f"operation-{index}"

    def iter_chunks(
        self, max_operations: int | None, max_bytes: int | None
    ) -> Iterator[tuple[int, ...]]:
        """Yield runs of operations that fit into one request each.

        Args:
            max_operations: operations a request takes.
            max_bytes: bytes a request takes.

        Raises:
            InputError: a reference to a creation that comes in a later request.
        """
        max_operations = max(max_operations or 1000, 1)
        room = (max_bytes or 1024 * 1024) - 200
        chunk: list[int] = []
        used = 0
        for index in range(len(self.operations)):
            size = len(json.dumps(self._build_entry(index), ensure_ascii=False).encode()) + 1
            if chunk and (len(chunk) >= max_operations or used + size > room):
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
                        f"operation {index} refers to {_REFERENCE_PREFIX}{name}, which comes in a later request, as "
                        "the provider limits the size of one; put that creation first"
                    )
        return tuple(chunk)

    def find_split_position(self, chunk: Sequence[int]) -> int:
        """Return where to cut a run in two, near its middle; 0 where references to later ones hold it together."""
        places: list[int] = []
        last = -1  # the last one that those so far refer to
        for place, index in enumerate(chunk[:-1], 1):
            names = find_references(self.operations[index])
            last = max(last, *(self._index_by_bulk_id[name] for name in names), -1)
            if last <= index:
                places.append(place)
        return min(places, key=lambda place: abs(place * 2 - len(chunk)), default=0)

    def build_unresolved_outcome(self, index: int) -> BulkOutcome[Any] | None:
        """Return the outcome of an operation whose reference came to nothing, or `None`."""
        operation = self.operations[index]
        for name in find_references(operation):
            made = self.outcomes[self._index_by_bulk_id[name]]
            if made is not None and name not in self._ids_by_bulk_id:
                return BulkOutcome(
                    operation,
                    error=InputError(
                        f"not sent: it refers to {_REFERENCE_PREFIX}{name}, which was not created"
                    ),
                )
        return None

    def resolve_references(self, index: int) -> Operation[Any]:
        """Return an operation with the ids of what was created in place of the references."""
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
        """Return the body of the request for a run of operations."""
        body: dict[str, Any] = {"schemas": [BULK_REQUEST]}
        if fail_on_errors is not None:
            body["failOnErrors"] = fail_on_errors
        body["Operations"] = [self._build_entry(index) for index in chunk]
        return body

    def record_outcome(self, index: int, outcome: BulkOutcome[Any]) -> None:
        """Note what became of an operation."""
        self.outcomes[index] = outcome
        name = self.get_bulk_id(index)
        if name is not None and outcome.ok and outcome.id:
            self._ids_by_bulk_id[name] = outcome.id

    def record_results(
        self,
        chunk: Sequence[int],
        bulk_response: BulkResponse,
        http_response: Response,
        max_failures: int | None = None,
    ) -> int:
        """Note the results of one request, and return how many operations failed.

        After `max_failures` of them a provider does no more, and gives no results of what it left.
        """
        left = list(chunk)
        for result in bulk_response.operations:
            index = self._find_operation(left, result)
            if index is not None:
                left.remove(index)
                self.record_outcome(
                    index, _build_outcome(self.operations[index], result, http_response)
                )
        failures = sum(1 for index in chunk if not (self.outcomes[index] or _EMPTY_OUTCOME).ok)
        if max_failures is not None and failures >= max_failures:
            return failures
        for index in left:
            problem = f"the provider gave no result for operation {index}"
            self.record_outcome(
                index,
                BulkOutcome(
                    self.operations[index], error=build_unexpected_response(http_response, problem)
                ),
            )
        return failures + len(left)

    def abandon_pending(self, reason: str) -> None:
        """Note for every operation that was not come to why it was not."""
        for index, outcome in enumerate(self.outcomes):
            if outcome is None:
                self.record_outcome(
                    index,
                    BulkOutcome(self.operations[index], error=InputError(f"not sent: {reason}")),
                )

    def build_report(self) -> BulkReport:
        """Return what became of all operations."""
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
            return [self._replace_references(one) for one in value]
        if is_object(value):
            return {key: self._replace_references(one) for key, one in value.items()}
        return value

    def _find_operation(self, pending: Sequence[int], result: BulkResult) -> int | None:
        """Return the operation that a result is of: by its name, else the next one of its method."""
        if result.bulk_id and result.bulk_id in self._index_by_bulk_id:
            index = self._index_by_bulk_id[result.bulk_id]
            return index if index in pending else None
        method = (result.method or "").upper()
        same = [i for i in pending if self.operations[i].method == method]
        location = (result.location or "").rstrip("/")
        for index in same:
            path = self.resolve_references(index).path
            if location and method != "POST" and unquote(location).endswith(unquote(path)):
                return index
        return same[0] if same else None


_EMPTY_OUTCOME: BulkOutcome[Any] = BulkOutcome(Operation("", "", "", decode_json))


def find_references(operation: Operation[Any]) -> tuple[str, ...]:
    """Return the names that an operation refers to by `bulkId:`, in its path and its body."""
    found: dict[str, None] = {}
    pending: list[Any] = [*map(unquote, operation.path.split("/")), operation.body]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            name = _parse_reference(value)
            if name is not None:
                found[name] = None
        elif is_list(value):
            pending += value
        elif is_object(value):
            pending += value.values()
    return tuple(found)


def _parse_reference(text: str) -> str | None:
    return (
        text[len(_REFERENCE_PREFIX) :]
        if text.startswith(_REFERENCE_PREFIX) and len(text) > len(_REFERENCE_PREFIX)
        else None
    )


def decode_bulk_response(response: Response) -> BulkResponse:
    """Read the answer to a bulk request.

    Raises:
        UnexpectedResponse: it is none.
    """
    expect_success(response)
    value: Mapping[str, Any] | Any = decode_json(response)
    if not is_object(value) or not is_list(get_field(value, "Operations")):
        raise build_unexpected_response(
            response, "a SCIM BulkResponse was expected, with its Operations"
        )
    try:
        return BulkResponse.from_wire(value)
    except InvalidResource as error:
        problem = error.message
    raise build_unexpected_response(response, f"it does not read as a BulkResponse: {problem}")


def _build_outcome(
    operation: Operation[Any], result: BulkResult, response: Response
) -> BulkOutcome[Any]:
    status = result.status_code
    location = (result.location or "").rstrip("/")
    id_ = unquote(location.rpartition("/")[2]) or None
    body = b"" if result.response is None else json.dumps(result.response).encode()
    said = Response(
        status or 500, {}, body, operation.method, operation.path, response.api, response.attempts
    )
    if status is None:
        return BulkOutcome(
            operation, id=id_, error=build_unexpected_response(response, "a result has no status")
        )
    if not said.ok:
        return BulkOutcome(operation, status, error=build_api_error(said))
    value: Any = None
    if body:
        try:
            value = operation.decode(said)
        except (ApiError, UnexpectedResponse) as error:
            return BulkOutcome(operation, status, id_, result.version, error=error)
    return BulkOutcome(operation, status, getattr(value, "id", None) or id_, result.version, value)
