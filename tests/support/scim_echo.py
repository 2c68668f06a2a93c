"""SCIM server that accepts every request, and responds with the sent resource or a sample of its type."""

from __future__ import annotations

import json
from typing import Any

import httpx

from support.fake_scim_server import GROUP, LIST, USER, make_list, make_response

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
SUPPORTED = {"supported": True}


class EchoServer(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Transport without state, except for the method and path of each request."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/scim/v2")
        self.lines.append(f"{request.method} {path}")
        return _respond(request.method, path, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def _respond(method: str, path: str, content: bytes) -> httpx.Response:
    resource_type, _, id_ = path.strip("/").partition("/")
    sent: dict[str, Any] = json.loads(content) if content else {}
    match method, resource_type:
        case "GET", "ServiceProviderConfig":
            return make_response(
                200,
                {"schemas": [CONFIG], "bulk": SUPPORTED, "filter": SUPPORTED, "patch": SUPPORTED},
            )
        case "POST", "Bulk":
            results = [
                {"method": operation["method"], "status": "204"} for operation in sent["Operations"]
            ]
            return make_response(200, {"schemas": [BULK], "Operations": results})
        case "GET", "Users" | "Groups" | "Devices" | "Me" if id_ or resource_type == "Me":
            return make_response(200, _make_resource(resource_type, id_ or "u1"))
        case ("GET", _) | ("POST", ".search"):
            return make_list()
        case "POST", _ if sent.get("schemas", [""])[0] == LIST.replace(
            "ListResponse", "SearchRequest"
        ):
            return make_list()
        case "POST", _:
            return make_response(201, {**sent, "id": sent.get("id") or "u1"})
        case "PUT", _:
            return make_response(200, {**_make_resource(resource_type, id_ or "u1"), **sent})
        case _:
            return make_response(204)


def _make_resource(resource_type: str, id_: str) -> dict[str, Any]:
    if resource_type == "Groups":
        return {"schemas": [GROUP], "id": id_, "displayName": "Doors", "members": []}
    return {"schemas": [USER], "id": id_, "userName": "ana@acme.com"}
