"""Dry runs: changes are collected instead of sent, and get simulated responses."""

from __future__ import annotations

import json
from typing import Any

from britive_scim.scim.json_values import is_object
from britive_scim.wire.operation import Operation
from britive_scim.wire.response import Api, Response

__all__ = ["DryRun"]


class DryRun:
    """One dry run.

    A create gets a simulated response with the resource and a made-up id. Such resources can be read and changed
    during the run; all other reads are sent.

    Attributes:
        operations: the changes that would have been sent, in order.
    """

    __slots__ = ("_created_bodies", "operations")

    def __init__(self) -> None:
        self.operations: list[Operation[Any]] = []
        self._created_bodies: dict[str, bytes] = {}

    def simulate_response(self, operation: Operation[Any], api: Api) -> Response | None:
        """Return the simulated response of an operation, or `None` if it is to be sent."""
        if operation.safe:
            body = self._created_bodies.get(operation.path)
            return None if body is None else self._build_response(200, body, operation, api)
        self.operations.append(operation)
        if operation.method in ("DELETE", "PATCH") or not is_object(operation.body):
            if operation.method == "DELETE":
                self._created_bodies.pop(operation.path, None)
            return self._build_response(204, b"", operation, api)
        resource = {name: value for name, value in operation.body.items() if name != "password"}
        if operation.method == "POST":
            resource["id"] = f"dry-run-{len(self.operations)}"
            path = f"{operation.path}/{resource['id']}"
        else:
            path = operation.path
            resource.setdefault("id", path.rpartition("/")[2])
        body = json.dumps(resource).encode()
        if operation.method == "POST" or path in self._created_bodies:
            self._created_bodies[path] = body
        return self._build_response(
            201 if operation.method == "POST" else 200, body, operation, api
        )

    def _build_response(
        self, status: int, body: bytes, operation: Operation[Any], api: Api
    ) -> Response:
        return Response(status, {}, body, operation.method, operation.path, api, is_dry_run=True)
