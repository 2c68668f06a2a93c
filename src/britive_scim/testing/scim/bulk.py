"""Bulk requests: many operations in one, with references between them (RFC 7644 §3.7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from britive_scim.scim.names import BULK_REQUEST, BULK_RESPONSE, fold
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.scim.problem import Problem, answer

__all__ = ["Perform", "run"]

Perform = Callable[[str, str, Any, str | None], Answer]
"""Does one operation: method, path below the base URL, data, version it must still have."""

_PREFIX = "bulkId:"
_METHODS = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(slots=True)
class _Operation:
    """One operation of the request.

    Attributes:
        wants: bulkIds it refers to.
        answer: once it was done.
        postponed: whether references were left out when it was created, to be put in later.
    """

    method: str
    path: str
    bulk_id: str | None
    version: str | None
    data: Any
    wants: set[str] = field(default_factory=set[str])
    answer: Answer | None = None
    postponed: bool = False


def run(body: dict[str, Any], max_operations: int, base_url: str, perform: Perform) -> Answer:
    """Do the operations of a bulk request and return the answer about all of them.

    Operations run in the order of the request, but for those that refer to something created later;
    circles among new resources are created without the references in question, which are put in once all
    of them exist.

    Args:
        body: the message.
        max_operations: how many it may have.
        base_url: of the service, for locations.
        perform: does one operation.

    Raises:
        Problem: 400 for another message, 413 for one with too many operations.
    """
    members = {fold(name): value for name, value in body.items()}
    if members.get("schemas") != [BULK_REQUEST]:
        raise Problem.syntax(f"schemas of a bulk request must be [{BULK_REQUEST!r}]")
    given = members.get("operations")
    if not isinstance(given, list) or not given:
        raise Problem.syntax("Operations must be a list of one operation or more")
    items = cast("list[object]", given)
    if len(items) > max_operations:
        raise Problem(
            413, f"{len(items)} operations are over the limit: maxOperations is {max_operations}"
        )
    limit = members.get("failonerrors")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise Problem.value("failOnErrors must be a whole number, 1 or more")
    operations = [_read(number, item) for number, item in enumerate(items)]
    named = [one.bulk_id for one in operations if one.bulk_id is not None and one.method == "POST"]
    if len(named) != len(set(named)):
        raise Problem.syntax("a bulkId is given twice")
    _Run(operations, limit, perform).all()
    entries = [_entry(one, base_url) for one in operations if one.answer is not None]
    return answer({"schemas": [BULK_RESPONSE], "Operations": entries})


def _read(number: int, item: object) -> _Operation:
    where = f"operation {number}: "
    if not isinstance(item, dict):
        raise Problem.syntax(f"{where}an operation is an object")
    members = {fold(name): value for name, value in cast("dict[str, Any]", item).items()}
    method, path = members.get("method"), members.get("path")
    bulk_id, version = members.get("bulkid"), members.get("version")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise Problem.syntax(f"{where}method must be one of {', '.join(_METHODS)}")
    if not isinstance(path, str) or not path.strip("/"):
        raise Problem.syntax(f"{where}path is required")
    for name, value in (("bulkId", bulk_id), ("version", version)):
        if value is not None and not isinstance(value, str):
            raise Problem.syntax(f"{where}{name} must be text")
    if method.upper() == "POST" and not bulk_id:
        raise Problem.syntax(f"{where}a POST needs a bulkId")
    data = members.get("data")
    if method.upper() != "DELETE" and not isinstance(data, dict):
        raise Problem.syntax(f"{where}data must be an object")
    operation = _Operation(method.upper(), "/" + path.strip("/"), bulk_id, version, data)
    operation.wants = set(_references([operation.path.split("/"), data]))
    return operation


def _references(value: Any) -> list[str]:
    """Return the bulkIds that texts within a value refer to."""
    if isinstance(value, str):
        return [value.removeprefix(_PREFIX)] if value.startswith(_PREFIX) else []
    if isinstance(value, dict):
        return _references(list(cast("dict[str, Any]", value).values()))
    if isinstance(value, list):
        return [one for item in cast("list[object]", value) for one in _references(item)]
    return []


def _resolved(value: Any, ids: dict[str, str]) -> Any:
    """Return a value with ids in place of references, and without what refers to something unknown."""
    if isinstance(value, str):
        return ids.get(value.removeprefix(_PREFIX)) if value.startswith(_PREFIX) else value
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {name: _resolved(inner, ids) for name, inner in pairs if _known(inner, ids)}
    if isinstance(value, list):
        return [_resolved(item, ids) for item in cast("list[object]", value) if _known(item, ids)]
    return value


def _known(value: Any, ids: dict[str, str]) -> bool:
    """Return whether everything an element or attribute directly refers to is known."""
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value).values()
        return all(_known(one, ids) for one in inner if isinstance(one, str))
    return not isinstance(value, str) or not value.startswith(_PREFIX) or value[7:] in ids


class _Run:
    """The doing of all operations."""

    def __init__(self, operations: list[_Operation], limit: int | None, perform: Perform) -> None:
        self.operations = operations
        self.limit = limit
        self.perform = perform
        self.ids: dict[str, str] = {}
        self.errors = 0

    @property
    def stopped(self) -> bool:
        return self.limit is not None and self.errors >= self.limit

    def all(self) -> None:
        pending = list(self.operations)
        while pending and not self.stopped:
            left = [one for one in pending if not self._try(one, pending)]
            if len(left) == len(pending):  # a circle among those that create
                # nothing but a POST is waited for, so there is one
                first = next(one for one in pending if one.method == "POST")
                first.postponed = True
                self._do(first)
                left.remove(first)
            pending = left
        for operation in self.operations:
            if operation.postponed:
                self._put_references_in(operation)

    def _try(self, operation: _Operation, pending: list[_Operation]) -> bool:
        """Do an operation if everything it refers to is there; return whether it is settled."""
        if self.stopped:
            return True
        missing = operation.wants - self.ids.keys()
        hoped_for = {one.bulk_id for one in pending if one.method == "POST" and one.answer is None}
        if missing - hoped_for:
            lost = ", ".join(sorted(missing - hoped_for))
            self._settle(operation, Problem(409, f"bulkId {lost} was not created").answer())
            return True
        if missing:
            return False
        self._do(operation)
        return True

    def _do(self, operation: _Operation) -> None:
        path = "/".join(
            self.ids[part.removeprefix(_PREFIX)] if part.startswith(_PREFIX) else part
            for part in operation.path.split("/")
        )
        operation.path = path
        data = _resolved(operation.data, self.ids)
        self._settle(operation, self.perform(operation.method, path, data, operation.version))

    def _put_references_in(self, operation: _Operation) -> None:
        """Replace what was created without its references by the whole, once all are there."""
        assert operation.answer is not None  # noqa: S101 - set when it was created
        if operation.answer.status >= 300:
            return
        if operation.wants - self.ids.keys():
            lost = ", ".join(sorted(operation.wants - self.ids.keys()))
            operation.answer = Problem(409, f"bulkId {lost} was not created").answer()
            return
        location = operation.answer.headers["Location"]
        path = f"{operation.path}/{self.ids[operation.bulk_id or '']}"
        replaced = self.perform("PUT", path, _resolved(operation.data, self.ids), None)
        status = 201 if replaced.status < 300 else replaced.status
        operation.answer = Answer(status, {**replaced.headers, "Location": location}, replaced.body)

    def _settle(self, operation: _Operation, done: Answer) -> None:
        operation.answer = done
        if done.status >= 300:
            self.errors += 1
        elif operation.method == "POST" and operation.bulk_id is not None:
            self.ids[operation.bulk_id] = json.loads(done.body)["id"]


def _entry(operation: _Operation, base_url: str) -> dict[str, Any]:
    """Return what the answer says about one operation."""
    done = cast("Answer", operation.answer)
    entry: dict[str, Any] = {"method": operation.method}
    if operation.bulk_id is not None:
        entry["bulkId"] = operation.bulk_id
    if "ETag" in done.headers:
        entry["version"] = done.headers["ETag"]
    if "Location" in done.headers:
        entry["location"] = done.headers["Location"]
    elif operation.method != "POST":
        entry["location"] = f"{base_url}{operation.path}"
    entry["status"] = str(done.status)
    if done.status >= 300:
        entry["response"] = json.loads(done.body)
    return entry
