"""Replay of recorded requests of real identity providers on a tenant."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from britive_scim.testing import Tenant, TenantResponse

WIRE = Path(__file__).parent.parent / "data" / "wire"

ADA = "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c01"
BO = "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c02"
CORA = "7d5c1f0e-2b7a-4c1e-9a55-0a6f1e2d3c03"
TEAM = "c2f9a0b4-6f3d-4b8e-8d11-9b7c5a4e3f01"

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

NAMES = {
    ADA: ("ada.byron@example.com", "Ada", "Byron"),
    BO: ("bo.lund@example.com", "Bo", "Lund"),
    CORA: ("cora.diaz@example.com", "Cora", "Diaz"),
}


@dataclass
class Scene:
    """A tenant called by one identity provider.

    Attributes:
        response: response to the request of the case.
    """

    tenant: Tenant
    provider: str
    response: TenantResponse

    def add_user(self, id_: str, **more: Any) -> None:
        """Add a user with a given id."""
        user_name, given, family = NAMES[id_]
        user = {
            "userName": user_name,
            "name": {"givenName": given, "familyName": family},
            "emails": [{"value": user_name, "type": "work", "primary": True}],
            "active": True,
            **more,
        }
        self.tenant.identity_providers[self.provider].add_user(user, id=id_)

    def add_group(self, *members: str, name: str = "Engineering") -> None:
        """Add the group with these members."""
        group = {"displayName": name, "members": [{"value": member} for member in members]}
        self.tenant.identity_providers[self.provider].add_group(group, id=TEAM)

    def add_users(self, size: int) -> None:
        """Add `size` users."""
        for number in range(size):
            user = {"userName": f"user{number:04}@example.com", "active": True}
            self.tenant.identity_providers[self.provider].add_user(user)

    def send(self, request: dict[str, Any]) -> TenantResponse:
        """Send a recorded request with the token of the identity provider."""
        token = self.tenant.identity_providers[self.provider].scim_token.get_secret_value()
        query = request.get("raw_query") or urlencode(request["query"])
        headers = {
            name: value.replace("<token>", token) if value != "<auth>" else f"Bearer {token}"
            for name, value in request["headers"].items()
        }
        body = b"" if request["body"] is None else json.dumps(request["body"]).encode()
        target = f"/api/scim/v2{request['path']}" + (f"?{query}" if query else "")
        return self.tenant.respond(request["method"], target, headers, body)

    def read(self, path: str) -> dict[str, Any]:
        """Return the current resource at a path."""
        request = {
            "method": "GET",
            "path": path,
            "query": {},
            "headers": {"Authorization": "<auth>"},
            "body": None,
        }
        response = self.send(request)
        assert response.status == 200, response.body
        return dict(response.json())

    @property
    def body(self) -> dict[str, Any]:
        """Body of the response."""
        return dict(self.response.json())

    @property
    def members(self) -> list[str]:
        """Ids of the current members of the group."""
        return [member["value"] for member in self.read(f"/Groups/{TEAM}").get("members", [])]


Step = Callable[[Scene], Any]
Expected = dict[str, tuple[Step, Step]]
"""Name of a case -> preparation of the tenant, and check of the result."""


def do_nothing(_: Scene) -> None:
    """Prepare or check nothing."""


def load_cases(file: str) -> list[dict[str, Any]]:
    """Return the cases of a file of recorded requests."""
    return list(json.loads((WIRE / file).read_text("utf-8")))


def replay_case(case: dict[str, Any], provider: str, expected: Expected) -> None:
    """Prepare the scene, send the case, and check status and body."""
    scene = Scene(Tenant(), provider, TenantResponse(0, {}, b""))
    prepare, check = expected[case["name"]]
    prepare(scene)
    scene.response = scene.send(case["request"])
    accepted = [case["expected_response"]["status"], *case.get("also_acceptable", [])]
    assert scene.response.status in accepted, scene.response.body
    check(scene)
    if scene.response.status == 204:
        assert scene.response.body == b""
    else:
        assert scene.response.headers["Content-Type"] == "application/scim+json"
        assert not has_null(scene.response.json())
        assert b"password" not in scene.response.body or case["request"]["path"].startswith(
            "/Schemas"
        )


def has_null(value: Any) -> bool:
    """Return whether a JSON document contains a null."""
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    return any(map(has_null, value)) if isinstance(value, list) else value is None


def check_list(scene: Scene, total: int, *ids: str) -> None:
    """Check a complete ListResponse: integer counters, and these resources."""
    body = scene.body
    assert body["schemas"] == [LIST]
    assert (body["totalResults"], body["itemsPerPage"]) == (total, len(body["Resources"]))
    assert all(type(body[name]) is int for name in ("totalResults", "startIndex", "itemsPerPage"))
    if ids:
        assert [resource["id"] for resource in body["Resources"]] == list(ids)


def check_error(scene: Scene, status: str) -> None:
    """Check a SCIM Error."""
    assert scene.body["schemas"] == [ERROR]
    assert scene.body["status"] == status
    assert scene.body["detail"]
