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
    UnexpectedAnswer,
)
from britive_scim.scim.models.messages import BulkResponse, BulkResult
from britive_scim.scim.names import BULK_REQUEST
from britive_scim.tables import html_table, text_table
from britive_scim.wire.decoding.error_mapping import expect_success, failure, unexpected
from britive_scim.wire.decoding.json_fields import is_list, is_object, member
from britive_scim.wire.decoding.scim import document
from britive_scim.wire.operation import Operation, Raw
from britive_scim.wire.response import Answer

__all__ = ["Batch", "BulkOutcome", "BulkReport", "bulk_response"]

T = TypeVar("T")

_REFERENCE = "bulkId:"


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

    def rows(self) -> list[tuple[str, str, str, str]]:
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
        return text_table(("method", "path", "status", "id or error"), self.rows(), width=100)

    def _repr_html_(self) -> str:
        return html_table(("method", "path", "status", "id or error"), self.rows())


class Batch:
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
        self._names: dict[str, int] = {}
        self._ids: dict[str, str] = {}
        for index, operation in enumerate(self.operations):
            if not isinstance(operation, Operation):
                raise InputError(
                    f"change {index} of a bulk request is made by creation, replacement, change or deletion, as in "
                    f"client.users.creation(user), and this one is a {type(operation).__name__}"
                )
            if operation.safe or isinstance(operation.body, Raw):
                raise InputError(
                    f"operation {index} ({operation.method} {operation.path}) cannot be part of a bulk request"
                )
            if operation.method == "POST":
                name = operation.bulk_id or f"operation-{index}"
                if name in self._names:
                    raise InputError(f"two operations are called {name!r}; a bulk_id names one")
                self._names[name] = index
        for index, operation in enumerate(self.operations):
            for name in references(operation):
                if name not in self._names:
                    raise InputError(
                        f"operation {index} refers to {_REFERENCE}{name}, and no creation has that bulk_id"
                    )

    def name_of(self, index: int) -> str | None:
        """Return the name of a creation, `None` for another operation."""
        operation = self.operations[index]
        if operation.method != "POST":
            return None
        return operation.bulk_id or f"operation-{index}"

    def chunks(self, most: int | None, largest: int | None) -> Iterator[tuple[int, ...]]:
        """Yield runs of operations that fit into one request each.

        Args:
            most: operations a request takes.
            largest: bytes a request takes.

        Raises:
            InputError: a reference to a creation that comes in a later request.
        """
        most = max(most or 1000, 1)
        room = (largest or 1024 * 1024) - 200
        chunk: list[int] = []
        used = 0
        for index in range(len(self.operations)):
            size = len(json.dumps(self._entry(index), ensure_ascii=False).encode()) + 1
            if chunk and (len(chunk) >= most or used + size > room):
                yield self._closed(chunk)
                chunk, used = [], 0
            chunk.append(index)
            used += size
        if chunk:
            yield self._closed(chunk)

    def _closed(self, chunk: list[int]) -> tuple[int, ...]:
        for index in chunk:
            for name in references(self.operations[index]):
                if self._names[name] > chunk[-1]:
                    raise InputError(
                        f"operation {index} refers to {_REFERENCE}{name}, which comes in a later request, as "
                        "the provider limits the size of one; put that creation first"
                    )
        return tuple(chunk)

    def middle(self, chunk: Sequence[int]) -> int:
        """Return where to cut a run in two, near its middle; 0 where references to later ones hold it together."""
        places: list[int] = []
        last = -1  # the last one that those so far refer to
        for place, index in enumerate(chunk[:-1], 1):
            names = references(self.operations[index])
            last = max(last, *(self._names[name] for name in names), -1)
            if last <= index:
                places.append(place)
        return min(places, key=lambda place: abs(place * 2 - len(chunk)), default=0)

    def stranded(self, index: int) -> BulkOutcome[Any] | None:
        """Return the outcome of an operation whose reference came to nothing, or `None`."""
        operation = self.operations[index]
        for name in references(operation):
            made = self.outcomes[self._names[name]]
            if made is not None and name not in self._ids:
                return BulkOutcome(
                    operation,
                    error=InputError(
                        f"not sent: it refers to {_REFERENCE}{name}, which was not created"
                    ),
                )
        return None

    def resolved(self, index: int) -> Operation[Any]:
        """Return an operation with the ids of what was created in place of the references."""
        operation = self.operations[index]
        if not references(operation):
            return operation
        path = "/".join(
            quote(self._ids.get(name, part), safe="@:!$&'()*+,;=~") if name is not None else part
            for part in operation.path.split("/")
            for name in (_name(unquote(part)),)
        )
        return replace(operation, path=path, body=self._with_ids(operation.body))

    def body(self, chunk: Sequence[int], fail_on_errors: int | None) -> dict[str, Any]:
        """Return the body of the request for a run of operations."""
        body: dict[str, Any] = {"schemas": [BULK_REQUEST]}
        if fail_on_errors is not None:
            body["failOnErrors"] = fail_on_errors
        body["Operations"] = [self._entry(index) for index in chunk]
        return body

    def settle(self, index: int, outcome: BulkOutcome[Any]) -> None:
        """Note what became of an operation."""
        self.outcomes[index] = outcome
        name = self.name_of(index)
        if name is not None and outcome.ok and outcome.id:
            self._ids[name] = outcome.id

    def take(
        self,
        chunk: Sequence[int],
        response: BulkResponse,
        answer: Answer,
        most_failures: int | None = None,
    ) -> int:
        """Note the results of one request, and return how many operations failed.

        After `most_failures` of them a provider does no more, and gives no results of what it left.
        """
        left = list(chunk)
        for result in response.operations:
            index = self._match(left, result)
            if index is not None:
                left.remove(index)
                self.settle(index, _outcome(self.operations[index], result, answer))
        failures = sum(1 for index in chunk if not (self.outcomes[index] or _NOTHING).ok)
        if most_failures is not None and failures >= most_failures:
            return failures
        for index in left:
            problem = f"the provider gave no result for operation {index}"
            self.settle(
                index, BulkOutcome(self.operations[index], error=unexpected(answer, problem))
            )
        return failures + len(left)

    def give_up(self, why: str) -> None:
        """Note for every operation that was not come to why it was not."""
        for index, outcome in enumerate(self.outcomes):
            if outcome is None:
                self.settle(
                    index, BulkOutcome(self.operations[index], error=InputError(f"not sent: {why}"))
                )

    def report(self) -> BulkReport:
        """Return what became of all operations."""
        self.give_up("an earlier request failed")
        return BulkReport(tuple(o for o in self.outcomes if o is not None), self.requests)

    def _entry(self, index: int) -> dict[str, Any]:
        operation = self.resolved(index)
        entry: dict[str, Any] = {"method": operation.method}
        name = self.name_of(index)
        if name is not None:
            entry["bulkId"] = name
        entry["path"] = unquote(operation.path)
        version = next((v for k, v in operation.headers if k.lower() == "if-match"), None)
        if version is not None:
            entry["version"] = version
        if operation.body is not None:
            entry["data"] = operation.body
        return entry

    def _with_ids(self, value: Any) -> Any:
        if isinstance(value, str):
            name = _name(value)
            return value if name is None else self._ids.get(name, value)
        if is_list(value):
            return [self._with_ids(one) for one in value]
        if is_object(value):
            return {key: self._with_ids(one) for key, one in value.items()}
        return value

    def _match(self, left: Sequence[int], result: BulkResult) -> int | None:
        """Return the operation that a result is of: by its name, else the next one of its method."""
        if result.bulk_id and result.bulk_id in self._names:
            index = self._names[result.bulk_id]
            return index if index in left else None
        method = (result.method or "").upper()
        same = [i for i in left if self.operations[i].method == method]
        location = (result.location or "").rstrip("/")
        for index in same:
            path = self.resolved(index).path
            if location and method != "POST" and unquote(location).endswith(unquote(path)):
                return index
        return same[0] if same else None


_NOTHING: BulkOutcome[Any] = BulkOutcome(Operation("", "", "", document))


def references(operation: Operation[Any]) -> tuple[str, ...]:
    """Return the names that an operation refers to by `bulkId:`, in its path and its body."""
    found: dict[str, None] = {}
    pending: list[Any] = [*map(unquote, operation.path.split("/")), operation.body]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            name = _name(value)
            if name is not None:
                found[name] = None
        elif is_list(value):
            pending += value
        elif is_object(value):
            pending += value.values()
    return tuple(found)


def _name(text: str) -> str | None:
    return (
        text[len(_REFERENCE) :]
        if text.startswith(_REFERENCE) and len(text) > len(_REFERENCE)
        else None
    )


def bulk_response(answer: Answer) -> BulkResponse:
    """Read the answer to a bulk request.

    Raises:
        UnexpectedAnswer: it is none.
    """
    expect_success(answer)
    value: Mapping[str, Any] | Any = document(answer)
    if not is_object(value) or not is_list(member(value, "Operations")):
        raise unexpected(answer, "a SCIM BulkResponse was expected, with its Operations")
    try:
        return BulkResponse.from_wire(value)
    except InvalidResource as error:
        problem = error.message
    raise unexpected(answer, f"it does not read as a BulkResponse: {problem}")


def _outcome(operation: Operation[Any], result: BulkResult, answer: Answer) -> BulkOutcome[Any]:
    status = result.status_code
    location = (result.location or "").rstrip("/")
    id_ = unquote(location.rpartition("/")[2]) or None
    body = b"" if result.response is None else json.dumps(result.response).encode()
    said = Answer(
        status or 500, {}, body, operation.method, operation.path, answer.api, answer.attempts
    )
    if status is None:
        return BulkOutcome(operation, id=id_, error=unexpected(answer, "a result has no status"))
    if not said.ok:
        return BulkOutcome(operation, status, error=failure(said))
    value: Any = None
    if body:
        try:
            value = operation.read(said)
        except (ApiError, UnexpectedAnswer) as error:
            return BulkOutcome(operation, status, id_, result.version, error=error)
    return BulkOutcome(operation, status, getattr(value, "id", None) or id_, result.version, value)
