"""Bulk requests: many operations in one, with references between them (RFC 7644 §3.7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from britive_scim.scim.names import BULK_REQUEST, BULK_RESPONSE, fold
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.scim.problem import ScimHttpError, make_scim_response

__all__ = ["OperationHandler", "execute_bulk_request"]

OperationHandler = Callable[[str, str, Any, str | None], TenantResponse]
"""Does one operation: method, path below the base URL, data, version it must still have."""

_BULK_ID_PREFIX = "bulkId:"
_METHODS = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(slots=True)
class _BulkOperation:
    """One operation of the request.

    Attributes:
        references: bulkIds it refers to.
        response: once it was done.
        is_deferred: whether references were left out when it was created, to be put in later.
    """

    method: str
    path: str
    bulk_id: str | None
    version: str | None
    data: Any
    references: set[str] = field(default_factory=set[str])
    response: TenantResponse | None = None
    is_deferred: bool = False


def execute_bulk_request(
    body: dict[str, Any], max_operations: int, base_url: str, perform: OperationHandler
) -> TenantResponse:
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
        raise ScimHttpError.invalid_syntax(f"schemas of a bulk request must be [{BULK_REQUEST!r}]")
    given = members.get("operations")
    if not isinstance(given, list) or not given:
        raise ScimHttpError.invalid_syntax("Operations must be a list of one operation or more")
    items = cast("list[object]", given)
    if len(items) > max_operations:
        raise ScimHttpError(
            413, f"{len(items)} operations are over the limit: maxOperations is {max_operations}"
        )
    limit = members.get("failonerrors")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise ScimHttpError.invalid_value("failOnErrors must be a whole number, 1 or more")
    operations = [_parse_operation(number, item) for number, item in enumerate(items)]
    named = [one.bulk_id for one in operations if one.bulk_id is not None and one.method == "POST"]
    if len(named) != len(set(named)):
        raise ScimHttpError.invalid_syntax("a bulkId is given twice")
    _BulkExecutor(operations, limit, perform).execute_all()
    entries = [
        _build_operation_result(one, base_url) for one in operations if one.response is not None
    ]
    return make_scim_response({"schemas": [BULK_RESPONSE], "Operations": entries})


def _parse_operation(index: int, item: object) -> _BulkOperation:
    where = f"operation {index}: "
    if not isinstance(item, dict):
        raise ScimHttpError.invalid_syntax(f"{where}an operation is an object")
    members = {fold(name): value for name, value in cast("dict[str, Any]", item).items()}
    method, path = members.get("method"), members.get("path")
    bulk_id, version = members.get("bulkid"), members.get("version")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise ScimHttpError.invalid_syntax(f"{where}method must be one of {', '.join(_METHODS)}")
    if not isinstance(path, str) or not path.strip("/"):
        raise ScimHttpError.invalid_syntax(f"{where}path is required")
    for name, value in (("bulkId", bulk_id), ("version", version)):
        if value is not None and not isinstance(value, str):
            raise ScimHttpError.invalid_syntax(f"{where}{name} must be text")
    if method.upper() == "POST" and not bulk_id:
        raise ScimHttpError.invalid_syntax(f"{where}a POST needs a bulkId")
    data = members.get("data")
    if method.upper() != "DELETE" and not isinstance(data, dict):
        raise ScimHttpError.invalid_syntax(f"{where}data must be an object")
    operation = _BulkOperation(method.upper(), "/" + path.strip("/"), bulk_id, version, data)
    operation.references = set(_find_references([operation.path.split("/"), data]))
    return operation


def _find_references(value: Any) -> list[str]:
    """Return the bulkIds that texts within a value refer to."""
    if isinstance(value, str):
        return [value.removeprefix(_BULK_ID_PREFIX)] if value.startswith(_BULK_ID_PREFIX) else []
    if isinstance(value, dict):
        return _find_references(list(cast("dict[str, Any]", value).values()))
    if isinstance(value, list):
        return [one for item in cast("list[object]", value) for one in _find_references(item)]
    return []


def _resolve_references(value: Any, ids: dict[str, str]) -> Any:
    """Return a value with ids in place of references, and without what refers to something unknown."""
    if isinstance(value, str):
        return (
            ids.get(value.removeprefix(_BULK_ID_PREFIX))
            if value.startswith(_BULK_ID_PREFIX)
            else value
        )
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {
            name: _resolve_references(inner, ids)
            for name, inner in pairs
            if _is_resolvable(inner, ids)
        }
    if isinstance(value, list):
        return [
            _resolve_references(item, ids)
            for item in cast("list[object]", value)
            if _is_resolvable(item, ids)
        ]
    return value


def _is_resolvable(value: Any, ids: dict[str, str]) -> bool:
    """Return whether everything an element or attribute directly refers to is known."""
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value).values()
        return all(_is_resolvable(one, ids) for one in inner if isinstance(one, str))
    return not isinstance(value, str) or not value.startswith(_BULK_ID_PREFIX) or value[7:] in ids


class _BulkExecutor:
    """The doing of all operations."""

    def __init__(
        self, operations: list[_BulkOperation], max_errors: int | None, perform: OperationHandler
    ) -> None:
        self.operations = operations
        self.max_errors = max_errors
        self.perform = perform
        self.ids: dict[str, str] = {}
        self.error_count = 0

    @property
    def is_stopped(self) -> bool:
        return self.max_errors is not None and self.error_count >= self.max_errors

    def execute_all(self) -> None:
        pending = list(self.operations)
        while pending and not self.is_stopped:
            left = [one for one in pending if not self._try_execute(one, pending)]
            if len(left) == len(pending):  # a circle among those that create
                # nothing but a POST is waited for, so there is one
                first = next(one for one in pending if one.method == "POST")
                first.is_deferred = True
                self._execute(first)
                left.remove(first)
            pending = left
        for operation in self.operations:
            if operation.is_deferred:
                self._add_deferred_references(operation)

    def _try_execute(self, operation: _BulkOperation, pending: list[_BulkOperation]) -> bool:
        """Do an operation if everything it refers to is there; return whether it is settled."""
        if self.is_stopped:
            return True
        missing = operation.references - self.ids.keys()
        hoped_for = {
            one.bulk_id for one in pending if one.method == "POST" and one.response is None
        }
        if missing - hoped_for:
            lost = ", ".join(sorted(missing - hoped_for))
            self._record_response(
                operation, ScimHttpError(409, f"bulkId {lost} was not created").to_response()
            )
            return True
        if missing:
            return False
        self._execute(operation)
        return True

    def _execute(self, operation: _BulkOperation) -> None:
        path = "/".join(
            self.ids[part.removeprefix(_BULK_ID_PREFIX)]
            if part.startswith(_BULK_ID_PREFIX)
            else part
            for part in operation.path.split("/")
        )
        operation.path = path
        data = _resolve_references(operation.data, self.ids)
        self._record_response(
            operation, self.perform(operation.method, path, data, operation.version)
        )

    def _add_deferred_references(self, operation: _BulkOperation) -> None:
        """Replace what was created without its references by the whole, once all are there."""
        assert operation.response is not None  # noqa: S101 - set when it was created
        if operation.response.status >= 300:
            return
        if operation.references - self.ids.keys():
            lost = ", ".join(sorted(operation.references - self.ids.keys()))
            operation.response = ScimHttpError(409, f"bulkId {lost} was not created").to_response()
            return
        location = operation.response.headers["Location"]
        path = f"{operation.path}/{self.ids[operation.bulk_id or '']}"
        replaced = self.perform("PUT", path, _resolve_references(operation.data, self.ids), None)
        status = 201 if replaced.status < 300 else replaced.status
        operation.response = TenantResponse(
            status, {**replaced.headers, "Location": location}, replaced.body
        )

    def _record_response(self, operation: _BulkOperation, response: TenantResponse) -> None:
        operation.response = response
        if response.status >= 300:
            self.error_count += 1
        elif operation.method == "POST" and operation.bulk_id is not None:
            self.ids[operation.bulk_id] = json.loads(response.body)["id"]


def _build_operation_result(operation: _BulkOperation, base_url: str) -> dict[str, Any]:
    """Return what the answer says about one operation."""
    done = cast("TenantResponse", operation.response)
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
