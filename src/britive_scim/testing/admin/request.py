"""Requests to the admin API: body, parameters, addressed resources, and checks on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.http.messages import TenantRequest, TenantResponse
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import (
    IdentityAttributeRecord,
    ProviderRecord,
    TagRecord,
    UserRecord,
)

__all__ = [
    "AdminRequest",
    "Handler",
    "Routes",
    "get_boolean",
    "get_string",
    "get_strings",
    "make_empty_response",
    "make_json_response",
    "require_editable_tag",
    "require_editable_user",
    "require_objects",
]


@dataclass(slots=True)
class AdminRequest:
    """A routed request with its tenant.

    Attributes:
        context: the tenant.
        http_request: the HTTP request.
        path_parameters: path segments at the `{}` of the route, in order.
        caller: owner of the token; `None` for a token without owner, such as the tenant's own.
    """

    context: TenantContext
    http_request: TenantRequest
    path_parameters: tuple[str, ...]
    caller: UserRecord | None = None

    def parse_json(self) -> Any:
        """Parse the body as JSON.

        Raises:
            AdminHttpError: it is not JSON.
        """
        try:
            return json.loads(self.http_request.body.decode())
        except (ValueError, RecursionError):
            raise AdminHttpError.invalid("the body must be JSON") from None

    def parse_object(self) -> dict[str, Any]:
        """Parse the body as a JSON object.

        Raises:
            AdminHttpError: it is not.
        """
        body = self.parse_json()
        if not isinstance(body, dict):
            raise AdminHttpError.invalid("the body must be an object")
        return cast("dict[str, Any]", body)

    def parse_objects(self) -> list[dict[str, Any]]:
        """Parse the body as an array of objects.

        Raises:
            AdminHttpError: it is not.
        """
        return require_objects(self.parse_json())

    def parse_ids(self) -> list[str]:
        """Parse the body as an array of ids.

        Raises:
            AdminHttpError: it is not.
        """
        body = self.parse_json()
        if not isinstance(body, list):
            raise AdminHttpError.invalid("the body must be an array of ids")
        return [str(item) for item in cast("list[object]", body)]

    def get_parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, or `None`."""
        return self.http_request.get_parameter(name)

    def get_boolean_parameter(self, name: str, *, default: bool) -> bool:
        """Return a boolean query parameter.

        Raises:
            AdminHttpError: neither `true` nor `false`.
        """
        value = self.get_parameter(name)
        if value is None or not value:
            return default
        if value.lower() not in ("true", "false"):
            raise AdminHttpError.invalid(f"{name} must be true or false, got {value!r}")
        return value.lower() == "true"

    # ------------------------------------------------------------------------- addressed resources

    def get_provider(self) -> ProviderRecord:
        """Return the identity provider addressed by the first path parameter.

        Raises:
            AdminHttpError: 404.
        """
        provider = self.context.state.providers.get(self.path_parameters[0])
        if provider is None:
            raise AdminHttpError.not_found("identity provider", self.path_parameters[0])
        return provider

    def get_attribute(self) -> IdentityAttributeRecord:
        """Return the identity attribute addressed by the first path parameter.

        Raises:
            AdminHttpError: 404.
        """
        attribute = self.context.state.attributes.get(self.path_parameters[0])
        if attribute is None:
            raise AdminHttpError.not_found("identity attribute", self.path_parameters[0])
        return attribute

    def get_user(self, index: int = 0) -> UserRecord:
        """Return the user addressed by a path parameter.

        Raises:
            AdminHttpError: 404.
        """
        user = self.context.state.users.get(self.path_parameters[index])
        if user is None:
            raise AdminHttpError.not_found("user", self.path_parameters[index])
        return user

    def get_service_identity(self) -> UserRecord:
        """Return the service identity addressed by the first path parameter.

        Raises:
            AdminHttpError: 404, or 400 for a user of another type.
        """
        user = self.get_user()
        if user.identity_type == "User":
            raise AdminHttpError.invalid(f"user {user.id} is not a service identity")
        return user

    def get_tag(self) -> TagRecord:
        """Return the tag addressed by the first path parameter.

        Raises:
            AdminHttpError: 404.
        """
        tag = self.context.state.tags.get(self.path_parameters[0])
        if tag is None:
            raise AdminHttpError.not_found("tag", self.path_parameters[0])
        return tag


Handler = Callable[[AdminRequest], TenantResponse]
Routes = dict[str, dict[str, Handler]]
"""Path below `/api`, parameters written `{}` -> HTTP method -> handler."""


def make_json_response(document: Any, status: int = 200) -> TenantResponse:
    """Return a response with a JSON body."""
    return TenantResponse(
        status,
        {"Content-Type": "application/json"},
        json.dumps(document).encode(),
    )


def make_empty_response(status: int = 204) -> TenantResponse:
    """Return a response without a body."""
    return TenantResponse(status, {}, b"")


def require_objects(value: Any) -> list[dict[str, Any]]:
    """Return a JSON value, which must be an array of objects.

    Raises:
        AdminHttpError: it is not.
    """
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(item, dict) for item in items):
        raise AdminHttpError.invalid("an array of objects is required")
    return cast("list[dict[str, Any]]", items)


def get_boolean(fields: dict[str, Any], name: str) -> bool:
    """Return a boolean member of a body.

    Raises:
        AdminHttpError: it is absent or not a boolean.
    """
    value = fields.get(name)
    if not isinstance(value, bool):
        raise AdminHttpError.invalid(f"{name} must be true or false")
    return value


def get_strings(fields: dict[str, Any], name: str) -> list[str]:
    """Return a member of a body, which must be a list of strings.

    Raises:
        AdminHttpError: it is not.
    """
    value = fields.get(name)
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(item, str) for item in items):
        raise AdminHttpError.invalid(f"{name} must be a list of strings")
    return cast("list[str]", items)


def get_string(fields: dict[str, Any], name: str, *, required: bool = False) -> str | None:
    """Return a string member of a body; `None` if it is absent or null.

    Raises:
        AdminHttpError: it is not a string, or is required and empty.
    """
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise AdminHttpError.invalid(f"{name} must be a string")
    if required and not (value and value.strip()):
        raise AdminHttpError.invalid(f"{name} is required")
    return value


# ----------------------------------------------------------------------------- ownership


def require_editable_user(user: UserRecord) -> UserRecord:
    """Return the user, which must not be managed by SCIM.

    Raises:
        AdminHttpError: 400 with U-0003.
    """
    if user.is_scim_managed:
        raise AdminHttpError(
            400,
            "U-0003",
            f"user {user.id} is provisioned from {user.provider.name}",
        )
    return user


def require_editable_tag(tag: TagRecord) -> TagRecord:
    """Return the tag, which must not be managed by SCIM.

    Raises:
        AdminHttpError: 400 with UT-0002.
    """
    if tag.is_scim_managed:
        raise AdminHttpError(
            400,
            "UT-0002",
            f"tag {tag.id} is provisioned from {tag.provider.name}",
        )
    return tag
