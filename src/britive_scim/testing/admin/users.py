"""Users: `/api/users` (docs/manage-users, apidocs/get-a-list-of-all-identities and siblings)."""

from __future__ import annotations

import zlib
from typing import Any, cast

from britive_scim.scim.names import USER
from britive_scim.testing.admin import workload
from britive_scim.testing.admin.listing import filter_entries, find_equality_value, paginate
from britive_scim.testing.admin.password_policy import check_password
from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_string,
    make_empty_response,
    make_json_response,
    require_editable_user,
)
from britive_scim.testing.admin.user_view import serialize_user
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.defaults import IDENTITY_TYPES
from britive_scim.testing.state.state import ProviderRecord, UserRecord

__all__ = ["FILTER_FIELDS", "ROUTES"]

FILTER_FIELDS = {
    "name": "name",
    "status": "status",
    "role": "_roles",
    "username": "username",
}

_SCIM_PATHS: dict[str, tuple[str, ...]] = {
    "username": ("userName",),
    "firstName": ("name", "givenName"),
    "lastName": ("name", "familyName"),
}
"""Field of the admin API -> path in the SCIM resource."""

_MULTI_VALUED_FIELDS = {
    "email": ("emails", "work"),
    "mobile": ("phoneNumbers", "mobile"),
    "phone": ("phoneNumbers", "work"),
}
"""Field of the admin API -> multi-valued SCIM attribute and the type of the value."""


def _serialize_for_filter(context: TenantContext, user: UserRecord) -> dict[str, Any]:
    return {**serialize_user(context, user, include_tags=False), "_roles": list(user.roles)}


def _list(request: AdminRequest) -> TenantResponse:
    context = request.context
    include_tags = request.get_boolean_parameter("includeTags", default=False)
    identity_type = request.get_parameter("type") or "User"
    users = context.state.list_users_by_type(identity_type)
    username = find_equality_value(request, FILTER_FIELDS, "username")
    if username is not None:
        users = [
            user
            for user in _find_username_candidates(context, username)
            if user.identity_type == identity_type
        ]
    matches = filter_entries(
        request, users, lambda user: _serialize_for_filter(context, user), FILTER_FIELDS
    )
    if _is_single_user_query(request):
        # vendor clients expect a single object here, and an empty body for "not found"
        return (
            make_json_response(serialize_user(context, matches[0], include_tags=include_tags))
            if matches
            else make_empty_response(200)
        )
    return make_json_response(
        paginate(
            request, matches, lambda user: serialize_user(context, user, include_tags=include_tags)
        )
    )


def _find_username_candidates(context: TenantContext, username: str) -> list[UserRecord]:
    """Return a superset of the users with a username, oldest first; indexed if it maps to userName."""
    candidates: list[UserRecord] = []
    for provider in context.state.providers.values():
        is_indexed = provider.find_scim_name("Username") == "userName"
        candidates += provider.users.find("userName", username) if is_indexed else provider.users
    return sorted(candidates, key=lambda user: user.serial)


def _is_single_user_query(request: AdminRequest) -> bool:
    if request.get_parameter("page") is not None or request.get_parameter("size") is not None:
        return False
    return find_equality_value(request, FILTER_FIELDS, "username") is not None


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(serialize_user(request.context, request.get_user()))


def _list_custom_attributes(request: AdminRequest) -> TenantResponse:
    user = request.get_user()
    return make_json_response(
        [
            {
                # a number that is stable for the same value
                "id": zlib.crc32(f"{user.id} {attribute.id} {value}".encode()),
                "attributeId": attribute.id,
                "attributeName": attribute.name,
                "attributeValue": value,
            }
            for attribute, value in attribute_mapping.get_custom_values(user)
        ]
    )


def _update_custom_attributes(request: AdminRequest) -> TenantResponse:
    user = require_editable_user(request.get_user())
    pairs = list(user.custom_attributes)
    for item in request.parse_objects():
        value_object = item.get("customUserAttribute")
        fields = cast("dict[str, Any]", value_object) if isinstance(value_object, dict) else {}
        attribute = request.context.state.attributes.get(str(fields.get("attributeId")))
        value = get_string(fields, "attributeValue", required=True) or ""
        if attribute is None or attribute.built_in:
            raise AdminHttpError.invalid(
                "attributeId must be the id of a custom identity attribute"
            )
        if item.get("op") == "add":
            if not attribute.multi_valued:
                pairs = [pair for pair in pairs if pair[0] is not attribute]
            pairs.append((attribute, value))
        elif item.get("op") == "remove" and (attribute, value) in pairs:
            pairs.remove((attribute, value))
        else:
            raise AdminHttpError.invalid("op must be add, or remove with a value of the user")
    user.custom_attributes = pairs
    request.context.state.touch(user, request.context.now())
    return make_empty_response()


def _create(request: AdminRequest) -> TenantResponse:
    context = request.context
    fields = request.parse_object()
    identity_type = fields.get("type") or "User"
    if identity_type not in IDENTITY_TYPES:
        raise AdminHttpError.invalid(f"type must be one of {', '.join(IDENTITY_TYPES)}")
    if identity_type != "User":
        return make_json_response(
            serialize_user(context, _create_service_identity(request, fields, identity_type))
        )
    for name in ("username", "email", "firstName", "lastName"):
        get_string(fields, name, required=True)
    provider = _get_provider(request, fields)
    password = get_string(fields, "password")
    if provider.is_default and not password:
        raise AdminHttpError(
            400, "U-0004", "password is required for users of the default identity provider"
        )
    if provider.is_default:
        check_password(context, password or "", "U-0004")
    resource = _apply_fields(fields, {"schemas": [USER], "active": True})
    _check_username(provider, resource, None)
    now = context.now()
    user = UserRecord(
        context.generate_id(), provider, now, now, is_scim_managed=False, resource=resource
    )
    user.roles = _parse_roles(fields)
    context.state.add_user(user)
    return make_json_response(serialize_user(context, user))


def _create_service_identity(
    request: AdminRequest, fields: dict[str, Any], identity_type: str
) -> UserRecord:
    """Create a service identity from the name, description and status of a body."""
    context = request.context
    name = get_string(fields, "name", required=True) or ""
    provider = _get_default_provider(request)
    resource = _apply_fields(
        {"username": name, "status": fields.get("status")}, {"schemas": [USER], "active": True}
    )
    _check_username(provider, resource, None)
    now = context.now()
    user = UserRecord(
        context.generate_id(), provider, now, now, is_scim_managed=False, resource=resource
    )
    user.identity_type, user.description = identity_type, get_string(fields, "description")
    context.state.add_user(user)
    return user


def _update(request: AdminRequest) -> TenantResponse:
    user = require_editable_user(request.get_user())
    fields = request.parse_object()
    if user.identity_type != "User":
        fields = {"username": fields.get("name"), **fields}
        user.description = get_string(fields, "description") or user.description
    resource = _apply_fields(fields, user.resource)
    _check_username(user.provider, resource, user)
    roles = _parse_roles(fields) if "adminRoles" in fields else user.roles
    request.context.state.change_user(user, resource, request.context.now())
    user.roles = roles
    return make_empty_response()


def _delete(request: AdminRequest) -> TenantResponse:
    user = require_editable_user(request.get_user())
    request.context.state.remove_user(user, request.context.now())
    workload.remove_identity_references(request.context.state, user.id)
    return make_empty_response(200)


def _set_status(
    request: AdminRequest, users: list[UserRecord], *, active: bool
) -> list[dict[str, Any]]:
    for user in users:
        require_editable_user(user)
    for user in users:
        request.context.state.change_user(
            user, {**user.resource, "active": active}, request.context.now()
        )
    return [serialize_user(request.context, user) for user in users]


def _enable(request: AdminRequest) -> TenantResponse:
    return make_json_response(_set_status(request, [request.get_user()], active=True)[0])


def _disable(request: AdminRequest) -> TenantResponse:
    return make_json_response(_set_status(request, [request.get_user()], active=False)[0])


def _enable_many(request: AdminRequest) -> TenantResponse:
    return make_json_response(_set_status(request, _get_listed_users(request), active=True))


def _disable_many(request: AdminRequest) -> TenantResponse:
    return make_json_response(_set_status(request, _get_listed_users(request), active=False))


def _get_listed_users(request: AdminRequest) -> list[UserRecord]:
    """Return the users with the ids in the body."""
    users: list[UserRecord] = []
    for id_ in request.parse_ids():
        user = request.context.state.users.get(id_)
        if user is None:
            raise AdminHttpError.not_found("user", id_)
        users.append(user)
    return users


def _get_default_provider(request: AdminRequest) -> ProviderRecord:
    providers = request.context.state.providers.values()
    return next(provider for provider in providers if provider.is_default)


def _get_provider(request: AdminRequest, fields: dict[str, Any]) -> ProviderRecord:
    reference = fields.get("identityProvider")
    if reference is None:
        return _get_default_provider(request)
    id_ = cast("dict[str, Any]", reference).get("id") if isinstance(reference, dict) else reference
    provider = request.context.state.providers.get(str(id_))
    if provider is None:
        raise AdminHttpError.not_found("identity provider", str(id_))
    return provider


def _check_username(
    provider: ProviderRecord, resource: dict[str, Any], current: UserRecord | None
) -> None:
    name = resource["userName"]
    if name != name.strip() or not name:
        raise AdminHttpError(
            400, "U-0001", "username must not be empty or have whitespace around it"
        )
    if any(other is not current for other in provider.users.find("userName", name)):
        raise AdminHttpError(400, "U-0009", f"a user with the username {name!r} exists")


def _apply_fields(fields: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    """Return a SCIM resource updated with the admin fields of a body."""
    updated = dict(resource)
    for name, path in _SCIM_PATHS.items():
        value = get_string(fields, name)
        if value is not None and len(path) == 1:
            updated[path[0]] = value
        elif value is not None:
            updated[path[0]] = {**updated.get(path[0], {}), path[1]: value}
    for name, (attribute, type_) in _MULTI_VALUED_FIELDS.items():
        value = get_string(fields, name)
        if value is not None:
            others = [item for item in updated.get(attribute, ()) if item.get("type") != type_]
            updated[attribute] = [{"value": value, "type": type_}, *others] if value else others
    status = get_string(fields, "status")
    if status is not None:
        if status not in ("active", "inactive"):
            raise AdminHttpError.invalid("status must be active or inactive")
        updated["active"] = status == "active"
    return updated


def _parse_roles(fields: dict[str, Any]) -> list[str]:
    value: object = fields.get("adminRoles") or []
    roles = cast("list[object]", value) if isinstance(value, list) else [None]
    names = [cast("dict[str, Any]", role).get("name") for role in roles if isinstance(role, dict)]
    if len(names) != len(roles) or not all(isinstance(name, str) for name in names):
        raise AdminHttpError.invalid("adminRoles must be a list of objects with a name")
    return [str(name) for name in names]


ROUTES: Routes = {
    "users": {"GET": _list, "POST": _create},
    "users/disabled-statuses": {"POST": _disable_many},
    "users/enabled-statuses": {"POST": _enable_many},
    "users/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
    "users/{}/disabled-statuses": {"POST": _disable},
    "users/{}/enabled-statuses": {"POST": _enable},
    "users/{}/custom-attributes": {
        "GET": _list_custom_attributes,
        "PATCH": _update_custom_attributes,
    },
}
