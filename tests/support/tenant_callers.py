"""Callers of a tenant: each speaks HTTP to it, nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from britive_scim.testing import Tenant, TenantResponse

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@dataclass
class Caller:
    """Calls one API of a tenant with one credential."""

    tenant: Tenant
    prefix: str
    authorization: str

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> TenantResponse:
        target = self.prefix + path
        if query:
            target += "?" + urlencode(query)
        data = (
            body if isinstance(body, bytes | str) else json.dumps(body) if body is not None else b""
        )
        return self.tenant.respond(
            method, target, {"Authorization": self.authorization, **(headers or {})}, data
        )

    def get(self, path: str, **query: Any) -> TenantResponse:
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> TenantResponse:
        return self.call("POST", path, body, **query)

    def put(self, path: str, body: Any, **query: Any) -> TenantResponse:
        return self.call("PUT", path, body, **query)

    def patch(self, path: str, body: Any, **query: Any) -> TenantResponse:
        return self.call("PATCH", path, body, **query)

    def delete(self, path: str) -> TenantResponse:
        return self.call("DELETE", path)

    # SCIM in short

    def operations(self, path: str, *operations: dict[str, Any], **query: Any) -> TenantResponse:
        return self.patch(path, {"schemas": [PATCH_OP], "Operations": operations}, **query)

    def push(self, user_name: str, **more: Any) -> dict[str, Any]:
        """Create a user and return it."""
        answer = self.post("/Users", person(user_name, **more))
        assert answer.status == 201, answer.body
        return dict(answer.json())

    def push_group(self, name: str, *members: str, **more: Any) -> dict[str, Any]:
        """Create a group and return it."""
        body = {
            "schemas": [GROUP],
            "displayName": name,
            "members": [{"value": member} for member in members],
            **more,
        }
        answer = self.post("/Groups", body)
        assert answer.status == 201, answer.body
        return dict(answer.json())

    def found(self, path: str, filter_: str) -> list[str]:
        """Return the ids a filter finds."""
        answer = self.get(path, filter=filter_)
        assert answer.status == 200, answer.body
        return [one["id"] for one in answer.json()["Resources"]]


def person(user_name: str, **more: Any) -> dict[str, Any]:
    """Return a user with everything Britive wants."""
    return {
        "schemas": [USER],
        "userName": user_name,
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        "active": True,
        **more,
    }


def scim_caller(tenant: Tenant, name: str) -> Caller:
    token = tenant.identity_providers[name].scim_token.get_secret_value()
    return Caller(tenant, "/api/scim/v2", f"Bearer {token}")


def admin_caller(tenant: Tenant) -> Caller:
    return Caller(tenant, "/api", f"TOKEN {tenant.api_token.get_secret_value()}")
