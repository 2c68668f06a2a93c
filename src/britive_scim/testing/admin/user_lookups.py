"""Further endpoints of users: by tag, subordinates, minimized details; password reset."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.scim.names import ENTERPRISE_USER
from britive_scim.testing.admin.listing import paginate
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
from britive_scim.testing.admin.user_view import serialize_user_summary
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.state import TagRecord, UserRecord

__all__ = ["ROUTES", "list_members", "list_non_members"]


def list_members(request: AdminRequest, tag: TagRecord) -> list[UserRecord]:
    """Return the users who are members of a tag, in the order they joined."""
    users = request.context.state.users
    return [users[id_] for id_ in tag.members if id_ in users]


def list_non_members(request: AdminRequest, tag: TagRecord) -> list[UserRecord]:
    """Return the users, without service identities, who are not members of a tag."""
    users = request.context.state.list_users_by_type("User")
    return [user for user in users if user.id not in tag.members]


def _list_by_tag(request: AdminRequest) -> TenantResponse:
    tags = request.context.state.tags
    id_or_name = request.path_parameters[0]
    tag = tags.get(id_or_name) or next(
        (tag for tag in tags.values() if tag.name == id_or_name), None
    )
    if tag is None:
        raise AdminHttpError(400, "UT-0003", f"tag {id_or_name} does not exist")
    return make_json_response(paginate(request, list_members(request, tag), serialize_user_summary))


def _list_subordinates(request: AdminRequest) -> TenantResponse:
    manager = request.get_user()
    subordinates = [user for user in manager.provider.users if _get_manager_id(user) == manager.id]
    return make_json_response(paginate(request, subordinates, serialize_user_summary))


def _get_manager_id(user: UserRecord) -> Any:
    enterprise = cast("dict[str, Any]", user.resource.get(ENTERPRISE_USER) or {})
    return cast("dict[str, Any]", enterprise.get("manager") or {}).get("value")


def _list_minimized(request: AdminRequest) -> TenantResponse:
    users = request.context.state.users
    existing = [users[id_] for id_ in request.parse_ids() if id_ in users]
    summaries = [serialize_user_summary(user) for user in existing]
    return make_json_response(
        [
            {"userId": summary.pop("id"), "username": summary.pop("userName"), **summary}
            for summary in summaries
        ]
    )


def _reset_password(request: AdminRequest) -> TenantResponse:
    user = require_editable_user(request.get_user())
    fields = request.parse_object()
    password = get_string(fields, "password", required=True) or ""
    if not isinstance(fields.get("recipients", []), list):
        raise AdminHttpError.invalid("recipients must be a list")
    if not isinstance(fields.get("sharePasswordToUser", False), bool):
        raise AdminHttpError.invalid("sharePasswordToUser must be true or false")
    if not user.provider.is_default or user.identity_type != "User":
        raise AdminHttpError(
            400, "U-0010", "only users of the default identity provider have a password"
        )
    check_password(request.context, password, "U-0010")
    return make_empty_response(200)


ROUTES: Routes = {
    "users/by-tag/{}": {"GET": _list_by_tag},
    "users/minimized-user-details": {"POST": _list_minimized},
    "users/{}/resetpassword": {"POST": _reset_password},
    "access/users/{}/subordinates": {"GET": _list_subordinates},
}
