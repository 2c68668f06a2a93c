"""Transport of a tenant that stores other values than it gets: it cuts titles, and takes blanks off phone numbers."""

from __future__ import annotations

import json
from typing import Any

import httpx

from britive_scim.testing import Tenant
from britive_scim.testing.transport import TenantTransport

__all__ = ["MAX_TITLE", "AlteringTransport"]

MAX_TITLE = 4
"""Characters of a title that are kept."""


class AlteringTransport(TenantTransport):
    """Transport to a tenant whose clock it moves, which alters the values that it gets."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant, tenant.clock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to one request, whose values are altered before."""
        body = request.read()
        if body:
            content = json.dumps(alter(json.loads(body))).encode()
            headers = {**request.headers, "Content-Length": str(len(content))}
            request = httpx.Request(
                request.method,
                request.url,
                headers=headers,
                content=content,
                extensions=request.extensions,
            )
        return super().handle_request(request)


def alter(value: Any) -> Any:
    """Return a request body with altered values; operations of a PATCH name their attribute."""
    if isinstance(value, list):
        return [alter(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: alter(item) for name, item in value.items()}
    if result.get("path") == "title" and isinstance(result.get("value"), str):
        result["value"] = result["value"][:MAX_TITLE]
    if isinstance(result.get("title"), str):
        result["title"] = result["title"][:MAX_TITLE]
    if isinstance(result.get("value"), str) and result["value"].startswith("+"):
        result["value"] = result["value"].replace(" ", "")
    return result
