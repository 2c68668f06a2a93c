"""Requests of real identity providers, sent to the tenant as they were recorded."""

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
    """A tenant with one identity provider on the line.

    Attributes:
        answer: to the case that was sent, once it was.
    """

    tenant: Tenant
    provider: str
    answer: TenantResponse

    def user(self, id_: str, **more: Any) -> None:
        """Put a user there under a given id."""
        user_name, given, family = NAMES[id_]
        user = {
            "userName": user_name,
            "name": {"givenName": given, "familyName": family},
            "emails": [{"value": user_name, "type": "work", "primary": True}],
            "active": True,
            **more,
        }
        self.tenant.identity_providers[self.provider].add_user(user, id=id_)

    def group(self, *members: str, name: str = "Engineering") -> None:
        """Put the group there, with these members."""
        group = {"displayName": name, "members": [{"value": member} for member in members]}
        self.tenant.identity_providers[self.provider].add_group(group, id=TEAM)

    def crowd(self, size: int) -> None:
        """Put many users there."""
        for number in range(size):
            user = {"userName": f"user{number:04}@example.com", "active": True}
            self.tenant.identity_providers[self.provider].add_user(user)

    def send(self, request: dict[str, Any]) -> TenantResponse:
        """Send a request as the case has it, with the token of the identity provider."""
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
        """Return what is at a path now."""
        request = {
            "method": "GET",
            "path": path,
            "query": {},
            "headers": {"Authorization": "<auth>"},
            "body": None,
        }
        answer = self.send(request)
        assert answer.status == 200, answer.body
        return dict(answer.json())

    @property
    def body(self) -> dict[str, Any]:
        """What was answered."""
        return dict(self.answer.json())

    @property
    def members(self) -> list[str]:
        """Who is in the group now."""
        return [one["value"] for one in self.read(f"/Groups/{TEAM}").get("members", [])]


Step = Callable[[Scene], Any]
Expected = dict[str, tuple[Step, Step]]
"""Name of a case -> what must be there before, and what must hold after."""


def nothing(_: Scene) -> None:
    """Neither to be prepared nor to be checked."""


def cases(file: str) -> list[dict[str, Any]]:
    """Return the cases of a file of recorded requests."""
    return list(json.loads((WIRE / file).read_text("utf-8")))


def replay(case: dict[str, Any], provider: str, expected: Expected) -> None:
    """Prepare the scene, send the case, and check status and body."""
    scene = Scene(Tenant(), provider, TenantResponse(0, {}, b""))
    prepare, check = expected[case["name"]]
    prepare(scene)
    scene.answer = scene.send(case["request"])
    wanted = [case["expected_response"]["status"], *case.get("also_acceptable", [])]
    assert scene.answer.status in wanted, scene.answer.body
    check(scene)
    if scene.answer.status == 204:
        assert scene.answer.body == b""
    else:
        assert scene.answer.headers["Content-Type"] == "application/scim+json"
        assert not has_null(scene.answer.json())
        assert b"password" not in scene.answer.body or case["request"]["path"].startswith(
            "/Schemas"
        )


def has_null(value: Any) -> bool:
    """Return whether there is a null anywhere in a document."""
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    return any(map(has_null, value)) if isinstance(value, list) else value is None


def is_list(scene: Scene, total: int, *ids: str) -> None:
    """Check a complete ListResponse: all counters integers, these resources on the page."""
    body = scene.body
    assert body["schemas"] == [LIST]
    assert (body["totalResults"], body["itemsPerPage"]) == (total, len(body["Resources"]))
    assert all(type(body[name]) is int for name in ("totalResults", "startIndex", "itemsPerPage"))
    if ids:
        assert [one["id"] for one in body["Resources"]] == list(ids)


def is_error(scene: Scene, status: str) -> None:
    """Check a SCIM Error."""
    assert scene.body["schemas"] == [ERROR]
    assert scene.body["status"] == status
    assert scene.body["detail"]
