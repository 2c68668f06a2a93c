"""Raw HTTP callers of a tenant."""

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
    """Caller of one API of a tenant with one credential."""

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

    # SCIM shortcuts

    def send_operations(
        self, path: str, *operations: dict[str, Any], **query: Any
    ) -> TenantResponse:
        return self.patch(path, {"schemas": [PATCH_OP], "Operations": operations}, **query)

    def create_user(self, user_name: str, **more: Any) -> dict[str, Any]:
        """Create a user and return it."""
        response = self.post("/Users", make_user(user_name, **more))
        assert response.status == 201, response.body
        return dict(response.json())

    def create_group(self, name: str, *members: str, **more: Any) -> dict[str, Any]:
        """Create a group and return it."""
        body = {
            "schemas": [GROUP],
            "displayName": name,
            "members": [{"value": member} for member in members],
            **more,
        }
        response = self.post("/Groups", body)
        assert response.status == 201, response.body
        return dict(response.json())

    def find_ids(self, path: str, filter_: str) -> list[str]:
        """Return the ids of the resources that match a filter."""
        response = self.get(path, filter=filter_)
        assert response.status == 200, response.body
        return [resource["id"] for resource in response.json()["Resources"]]


def make_user(user_name: str, **more: Any) -> dict[str, Any]:
    """Return a user with all attributes that Britive requires."""
    return {
        "schemas": [USER],
        "userName": user_name,
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        "active": True,
        **more,
    }


def make_scim_caller(tenant: Tenant, name: str) -> Caller:
    token = tenant.identity_providers[name].scim_token.get_secret_value()
    return Caller(tenant, "/api/scim/v2", f"Bearer {token}")


def make_admin_caller(tenant: Tenant) -> Caller:
    return Caller(tenant, "/api", f"TOKEN {tenant.api_token.get_secret_value()}")
