"""A SCIM server that agrees to everything: it answers each request with what was asked, or with one of each kind."""

from __future__ import annotations

import json
from typing import Any

import httpx

from support.fake_scim_server import GROUP, LIST, USER, answer, listed

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
CAN = {"supported": True}


class Echo(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Keeps nothing; remembers the lines of requests."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/scim/v2")
        self.lines.append(f"{request.method} {path}")
        return _answered(request.method, path, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def _answered(method: str, path: str, content: bytes) -> httpx.Response:
    kind, _, id_ = path.strip("/").partition("/")
    sent: dict[str, Any] = json.loads(content) if content else {}
    match method, kind:
        case "GET", "ServiceProviderConfig":
            return answer(200, {"schemas": [CONFIG], "bulk": CAN, "filter": CAN, "patch": CAN})
        case "POST", "Bulk":
            done = [{"method": one["method"], "status": "204"} for one in sent["Operations"]]
            return answer(200, {"schemas": [BULK], "Operations": done})
        case "GET", "Users" | "Groups" | "Devices" | "Me" if id_ or kind == "Me":
            return answer(200, _one(kind, id_ or "u1"))
        case ("GET", _) | ("POST", ".search"):
            return listed()
        case "POST", _ if sent.get("schemas", [""])[0] == LIST.replace(
            "ListResponse", "SearchRequest"
        ):
            return listed()
        case "POST", _:
            return answer(201, {**sent, "id": sent.get("id") or "u1"})
        case "PUT", _:
            return answer(200, {**_one(kind, id_ or "u1"), **sent})
        case _:
            return answer(204)


def _one(kind: str, id_: str) -> dict[str, Any]:
    if kind == "Groups":
        return {"schemas": [GROUP], "id": id_, "displayName": "Doors", "members": []}
    return {"schemas": [USER], "id": id_, "userName": "ana@acme.com"}
