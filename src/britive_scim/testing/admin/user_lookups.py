"""What else can be asked of users: by tag, subordinates, few fields; reset of the password."""

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
    known = request.context.state.users
    return [known[id_] for id_ in tag.members if id_ in known]


def list_non_members(request: AdminRequest, tag: TagRecord) -> list[UserRecord]:
    """Return the people who are no members of a tag."""
    people = request.context.state.list_users_by_type("User")
    return [user for user in people if user.id not in tag.members]


def _list_by_tag(request: AdminRequest) -> TenantResponse:
    tags = request.context.state.tags
    wanted = request.path_parameters[0]
    tag = tags.get(wanted) or next((one for one in tags.values() if one.name == wanted), None)
    if tag is None:
        raise AdminHttpError(400, "UT-0003", f"there is no tag {wanted}")
    return make_json_response(paginate(request, list_members(request, tag), serialize_user_summary))


def _list_subordinates(request: AdminRequest) -> TenantResponse:
    manager = request.get_user()
    found = [user for user in manager.provider.users if _get_manager_id(user) == manager.id]
    return make_json_response(paginate(request, found, serialize_user_summary))


def _get_manager_id(user: UserRecord) -> Any:
    enterprise = cast("dict[str, Any]", user.resource.get(ENTERPRISE_USER) or {})
    return cast("dict[str, Any]", enterprise.get("manager") or {}).get("value")


def _list_minimized(request: AdminRequest) -> TenantResponse:
    users = request.context.state.users
    wanted = [users[id_] for id_ in request.parse_ids() if id_ in users]
    shown = [serialize_user_summary(user) for user in wanted]
    return make_json_response(
        [{"userId": one.pop("id"), "username": one.pop("userName"), **one} for one in shown]
    )


def _reset_password(request: AdminRequest) -> TenantResponse:
    user = require_editable_user(request.get_user())
    fields = request.parse_object()
    password = get_string(fields, "password", required=True) or ""
    share: object = fields.get("sharePasswordToUser", False)
    recipients: object = fields.get("recipients", [])
    if not isinstance(recipients, list) or not isinstance(share, bool):
        raise AdminHttpError.invalid("recipients is a list, sharePasswordToUser true or false")
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
