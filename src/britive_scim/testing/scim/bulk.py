"""Bulk requests, with `bulkId` references between their operations (RFC 7644 §3.7)."""

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
"""Executes one operation: method, path below the base URL, data, expected version."""

_BULK_ID_PREFIX = "bulkId:"
_METHODS = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(slots=True)
class _BulkOperation:
    """One operation of the request.

    Attributes:
        references: bulkIds in its path and data.
        response: set when it was executed.
        is_deferred: whether it was created without its references, which a PUT adds later.
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
    """Execute the operations of a bulk request and return the BulkResponse.

    Operations run in request order, except that one with references waits for the resources it refers to.
    In a cycle of references, one resource is created without them; a PUT adds them when all resources exist.

    Args:
        body: the BulkRequest.
        max_operations: maximum number of operations.
        base_url: base URL of the service, for locations.
        perform: executes one operation.

    Raises:
        ScimHttpError: 400 for an invalid BulkRequest, 413 for too many operations.
    """
    members = {fold(name): value for name, value in body.items()}
    if members.get("schemas") != [BULK_REQUEST]:
        raise ScimHttpError.invalid_syntax(f"schemas of a bulk request must be [{BULK_REQUEST!r}]")
    raw_operations = members.get("operations")
    if not isinstance(raw_operations, list) or not raw_operations:
        raise ScimHttpError.invalid_syntax("Operations must be a list of one operation or more")
    items = cast("list[object]", raw_operations)
    if len(items) > max_operations:
        raise ScimHttpError(
            413, f"{len(items)} operations are over the limit: maxOperations is {max_operations}"
        )
    max_errors = members.get("failonerrors")
    if max_errors is not None and (type(max_errors) is not int or max_errors < 1):
        raise ScimHttpError.invalid_value("failOnErrors must be a whole number, 1 or more")
    operations = [_parse_operation(index, item) for index, item in enumerate(items)]
    bulk_ids = [
        operation.bulk_id
        for operation in operations
        if operation.bulk_id is not None and operation.method == "POST"
    ]
    if len(bulk_ids) != len(set(bulk_ids)):
        raise ScimHttpError.invalid_syntax("every bulkId must be unique")
    _BulkExecutor(operations, max_errors, perform).execute_all()
    results = [
        _build_operation_result(operation, base_url)
        for operation in operations
        if operation.response is not None
    ]
    return make_scim_response({"schemas": [BULK_RESPONSE], "Operations": results})


def _parse_operation(index: int, item: object) -> _BulkOperation:
    prefix = f"operation {index}: "
    if not isinstance(item, dict):
        raise ScimHttpError.invalid_syntax(f"{prefix}an operation must be an object")
    members = {fold(name): value for name, value in cast("dict[str, Any]", item).items()}
    method, path = members.get("method"), members.get("path")
    bulk_id, version = members.get("bulkid"), members.get("version")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise ScimHttpError.invalid_syntax(f"{prefix}method must be one of {', '.join(_METHODS)}")
    if not isinstance(path, str) or not path.strip("/"):
        raise ScimHttpError.invalid_syntax(f"{prefix}path is required")
    for name, value in (("bulkId", bulk_id), ("version", version)):
        if value is not None and not isinstance(value, str):
            raise ScimHttpError.invalid_syntax(f"{prefix}{name} must be a string")
    if method.upper() == "POST" and not bulk_id:
        raise ScimHttpError.invalid_syntax(f"{prefix}bulkId is required for a POST")
    data = members.get("data")
    if method.upper() != "DELETE" and not isinstance(data, dict):
        raise ScimHttpError.invalid_syntax(f"{prefix}data must be an object")
    operation = _BulkOperation(method.upper(), "/" + path.strip("/"), bulk_id, version, data)
    operation.references = set(_find_references([operation.path.split("/"), data]))
    return operation


def _find_references(value: Any) -> list[str]:
    """Return the bulkIds referenced by strings at any depth of a value."""
    if isinstance(value, str):
        return [value.removeprefix(_BULK_ID_PREFIX)] if value.startswith(_BULK_ID_PREFIX) else []
    if isinstance(value, dict):
        return _find_references(list(cast("dict[str, Any]", value).values()))
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [bulk_id for item in items for bulk_id in _find_references(item)]
    return []


def _resolve_references(value: Any, ids: dict[str, str]) -> Any:
    """Return a value with references replaced by ids; elements with unknown references are dropped."""
    if isinstance(value, str):
        return (
            ids.get(value.removeprefix(_BULK_ID_PREFIX))
            if value.startswith(_BULK_ID_PREFIX)
            else value
        )
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return {
            name: _resolve_references(member, ids)
            for name, member in members
            if _is_resolvable(member, ids)
        }
    if isinstance(value, list):
        return [
            _resolve_references(item, ids)
            for item in cast("list[object]", value)
            if _is_resolvable(item, ids)
        ]
    return value


def _is_resolvable(value: Any, ids: dict[str, str]) -> bool:
    """Return whether the references of a value, or of its direct members, are known."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).values()
        return all(_is_resolvable(member, ids) for member in members if isinstance(member, str))
    return not isinstance(value, str) or not value.startswith(_BULK_ID_PREFIX) or value[7:] in ids


class _BulkExecutor:
    """Executes operations in dependency order."""

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
            blocked = [
                operation for operation in pending if not self._try_execute(operation, pending)
            ]
            if len(blocked) == len(pending):  # a cycle; only a POST can resolve a reference
                first = next(operation for operation in pending if operation.method == "POST")
                first.is_deferred = True
                self._execute(first)
                blocked.remove(first)
            pending = blocked
        for operation in self.operations:
            if operation.is_deferred:
                self._add_deferred_references(operation)

    def _try_execute(self, operation: _BulkOperation, pending: list[_BulkOperation]) -> bool:
        """Execute an operation if its references are resolved; return whether it needs no other attempt."""
        if self.is_stopped:
            return True
        missing = operation.references - self.ids.keys()
        creatable = {
            other.bulk_id for other in pending if other.method == "POST" and other.response is None
        }
        if missing - creatable:
            self._record_response(operation, _build_conflict(missing - creatable))
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
        """PUT the complete data of a resource that was created without its references."""
        assert operation.response is not None  # noqa: S101 - set by _execute
        if operation.response.status >= 300:
            return
        missing = operation.references - self.ids.keys()
        if missing:
            operation.response = _build_conflict(missing)
            return
        location = operation.response.headers["Location"]
        path = f"{operation.path}/{self.ids[operation.bulk_id or '']}"
        response = self.perform("PUT", path, _resolve_references(operation.data, self.ids), None)
        status = 201 if response.status < 300 else response.status
        operation.response = TenantResponse(
            status, {**response.headers, "Location": location}, response.body
        )

    def _record_response(self, operation: _BulkOperation, response: TenantResponse) -> None:
        operation.response = response
        if response.status >= 300:
            self.error_count += 1
        elif operation.method == "POST" and operation.bulk_id is not None:
            self.ids[operation.bulk_id] = json.loads(response.body)["id"]


def _build_conflict(missing: set[str]) -> TenantResponse:
    return ScimHttpError(409, f"bulkId {', '.join(sorted(missing))} was not created").to_response()


def _build_operation_result(operation: _BulkOperation, base_url: str) -> dict[str, Any]:
    """Return the entry of one operation in the BulkResponse."""
    response = cast("TenantResponse", operation.response)
    result: dict[str, Any] = {"method": operation.method}
    if operation.bulk_id is not None:
        result["bulkId"] = operation.bulk_id
    if "ETag" in response.headers:
        result["version"] = response.headers["ETag"]
    if "Location" in response.headers:
        result["location"] = response.headers["Location"]
    elif operation.method != "POST":
        result["location"] = f"{base_url}{operation.path}"
    result["status"] = str(response.status)
    if response.status >= 300:
        result["response"] = json.loads(response.body)
    return result
