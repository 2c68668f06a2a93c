"""Scripted admin API as an httpx transport, for responses that the emulated tenant never sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

HOST = "https://acme.britive-app.com"
SCIM_URL = f"{HOST}/api/scim/v2"
TOKEN = "k" * 32

Reply = tuple[int, Any] | Callable[[httpx.Request], tuple[int, Any]]
"""Status and body (a JSON value, raw bytes, or `None` for no body), or a function of the request."""


@dataclass(frozen=True)
class SentRequest:
    """One received request."""

    method: str
    path: str
    query: str
    body: Any
    headers: httpx.Headers

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


class FakeAdminApi(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Transport that responds to `METHOD /path` with its scripted replies in order; the last one repeats."""

    def __init__(self, replies: dict[str, Reply | list[Reply]] | None = None) -> None:
        self.replies = replies or {}
        self.sent: list[SentRequest] = []

    @property
    def lines(self) -> list[str]:
        return [sent.line for sent in self.sent]

    @property
    def writes(self) -> list[str]:
        return [sent.line for sent in self.sent if sent.method != "GET"]

    def bodies(self, line: str) -> list[Any]:
        return [sent.body for sent in self.sent if sent.line == line]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.sent.append(
            SentRequest(
                request.method,
                request.url.path,
                request.url.query.decode(),
                decode_body(request.headers.get("content-type", ""), content),
                request.headers,
            )
        )
        status, body = self._reply(request)
        content = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        return httpx.Response(status, content=content)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def _reply(self, request: httpx.Request) -> tuple[int, Any]:
        line = f"{request.method} {request.url.path}"
        reply = self.replies.get(line, (404, {"status": 404, "message": f"no script for {line}"}))
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        return reply(request) if callable(reply) else reply


def decode_body(media_type: str, content: bytes) -> Any:
    """Return a body as JSON value, as bytes if it is not JSON, or `None` if it is empty."""
    if not content:
        return None
    return json.loads(content) if media_type == "application/json" else content


BUILT_IN = {
    "Username": "userName",
    "Email": 'emails[type eq "work"].value',
    "First Name": "name.givenName",
    "Last Name": "name.familyName",
    "Status": "active",
    "Mobile": 'phoneNumbers[type eq "mobile"].value',
    "Phone": 'phoneNumbers[type eq "work"]',
}


class SmallTenant(FakeAdminApi):
    """The part of a tenant that setting up provisioning uses; `replies` take precedence."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[dict[str, Any]] = [
            {
                "id": f"attr{n}",
                "name": name,
                "description": name,
                "dataType": "String",
                "multiValued": False,
                "builtIn": True,
            }
            for n, name in enumerate(BUILT_IN)
        ]
        self.scim_attributes: Any = [*BUILT_IN.values(), "title", "nickName"]
        self.providers: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.secrets: list[str] = []
        self._ids = (f"id{n}" for n in range(1, 1000))
        self.add_provider("Britive", type="DEFAULT", ssoConfig=None)

    def add_provider(self, name: str, **fields: Any) -> dict[str, Any]:
        """Add an identity provider and return it."""
        provider = {
            "id": next(self._ids),
            "name": name,
            "description": "",
            "type": "SAML",
            "scimProvider": "Generic",
            "ssoProvider": "Generic",
            "scimEnabled": False,
            "samlMetadata": None,
            "ssoConfig": {"acsUrl": f"{HOST}/acs", "scimUrl": SCIM_URL},
            "apiToken": None,
            "userAttributeScimMappings": [
                self.make_mapping(name, scim_name) for name, scim_name in BUILT_IN.items()
            ],
        } | fields
        self.providers[provider["id"]] = provider
        return provider

    def make_mapping(self, name: str, scim_name: str) -> dict[str, Any]:
        attribute = next(a for a in self.attributes if a["name"] == name)
        return {
            "attributeId": attribute["id"],
            "attributeName": name,
            "scimAttributeName": scim_name,
        }

    def get_mappings(self, name: str) -> dict[str, str]:
        """Return the mappings of an identity provider by name."""
        provider = next(p for p in self.providers.values() if p["name"] == name)
        mappings = provider["userAttributeScimMappings"]
        return {m["attributeName"]: m["scimAttributeName"] for m in mappings}

    def _reply(self, request: httpx.Request) -> tuple[int, Any]:
        if f"{request.method} {request.url.path}" in self.replies:
            return super()._reply(request)
        parts = request.url.path.removeprefix("/api/").split("/")
        body = json.loads(request.content) if request.content else None
        reply = next(self._replies(request, parts, body), None)
        return reply or (404, {"status": 404, "message": "no such thing", "errorCode": "E1004"})

    def _replies(
        self, request: httpx.Request, parts: list[str], body: Any
    ) -> Iterator[tuple[int, Any]]:
        match request.method, parts:
            case "GET", ["identity-providers"]:
                name = request.url.params.get("name")
                selected = [p for p in self.providers.values() if name in (None, p["name"])]
                yield 200, [p | {"userAttributeScimMappings": []} for p in selected]
            case "POST", ["identity-providers"]:
                created = self.add_provider(body["name"], type=body["type"])
                yield 200, {k: created[k] for k in ("id", "name", "type")}
            case "GET", ["identity-providers", "scim-attributes"]:
                yield 200, self.scim_attributes
            case "GET", ["users", "attributes"]:
                yield 200, self.attributes
            case "POST", ["users", "attributes"]:
                created = {**body, "id": next(self._ids), "builtIn": False}
                self.attributes.append(created)
                yield 200, created
            case method, ["identity-providers", id_, *rest] if id_ in self.providers:
                yield from self._provider_replies(method, self.providers[id_], rest, body)

    def _provider_replies(
        self, method: str, provider: dict[str, Any], rest: list[str], body: Any
    ) -> Iterator[tuple[int, Any]]:
        id_ = provider["id"]
        match method, rest:
            case "GET", []:
                yield 200, provider
            case "PATCH", []:
                assert set(body) <= {"name", "description", "scimProvider", "ssoProvider"}
                provider |= body
                yield 204, None
            case "GET", ["scim-token"] if id_ in self.tokens:
                yield 200, self.tokens[id_]
            case "POST", ["scim-token"]:
                secret = f"secret-{next(self._ids)}"
                self.secrets.append(secret)
                self.tokens[id_] = {
                    "id": next(self._ids),
                    "type": "SCIM",
                    "status": "Active",
                    **body,
                }
                yield 201, self.tokens[id_] | {"token": secret}
            case "PATCH", ["scim-token"] if id_ in self.tokens:
                self.tokens[id_] |= body
                yield 204, None
            case "PATCH", ["scim-attribute-mappings"]:
                mappings = provider["userAttributeScimMappings"]
                for item in body:
                    mappings = [m for m in mappings if m["attributeId"] != item["attributeId"]]
                    if item["op"] == "add":
                        mappings.append({k: v for k, v in item.items() if k != "op"})
                provider["userAttributeScimMappings"] = mappings
                yield 200, {}
