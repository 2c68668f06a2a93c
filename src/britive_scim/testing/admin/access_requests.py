"""Requests for membership of a tag: their settings, and the memberships that came of them.

Users ask, and approvers agree, where no API is published: `tenant.console.request_membership`.
"""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin.listing import paginate
from britive_scim.testing.admin.problem import DUPLICATE, AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_string,
    make_empty_response,
    make_json_response,
    require_editable_tag,
    require_objects,
)
from britive_scim.testing.admin.tags import filter_users
from britive_scim.testing.admin.user_view import serialize_user_for_tag_owner
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["ROUTES", "list_requested_memberships", "remove_requested_membership"]

_APPROVAL_CONDITIONS = ("Any", "All", "Manager")
_MEDIUM_FIELDS = ("id", "name", "description", "application")


def _get_settings(request: AdminRequest) -> TenantResponse:
    found = request.context.state.settings.get("accessRequests")
    return make_empty_response(200) if found is None else make_json_response(found)


def _create(request: AdminRequest) -> TenantResponse:
    settings = _validate_settings(request.parse_object())
    if "accessRequests" in request.context.state.settings:
        raise AdminHttpError(400, DUPLICATE, "access request settings exist: change them")
    request.context.state.settings["accessRequests"] = settings
    return _get_settings(request)


def _update(request: AdminRequest) -> TenantResponse:
    before = request.context.state.settings.get("accessRequests")
    if before is None:
        raise AdminHttpError.not_found("access request settings of", "this tenant")
    request.context.state.settings["accessRequests"] = {
        **before,
        **_validate_settings(request.parse_object()),
    }
    return make_empty_response()


def _validate_settings(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the known fields of a body.

    Raises:
        AdminHttpError: one of another type.
    """
    checked: dict[str, Any] = {}
    if fields.get("allowAccessRequest") is not None:
        checked["allowAccessRequest"] = _get_boolean(fields, "allowAccessRequest")
    if fields.get("approvalTimeOut") is not None:
        checked["approvalTimeOut"] = get_string(fields, "approvalTimeOut")
    approval = fields.get("managerApproval")
    if approval is not None:
        (given,) = require_objects([approval])
        condition = get_string(given, "condition")
        if condition not in (None, *_APPROVAL_CONDITIONS):
            raise AdminHttpError.invalid(
                f"condition must be one of {', '.join(_APPROVAL_CONDITIONS)}"
            )
        checked["managerApproval"] = {
            "required": _get_boolean(given, "required"),
            **({} if condition is None else {"condition": condition}),
        }
    if fields.get("notificationMediums") is not None:
        checked["notificationMediums"] = [
            _validate_medium(one) for one in require_objects(fields["notificationMediums"])
        ]
    return checked


def _get_boolean(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise AdminHttpError.invalid(f"{name} must be true or false")
    return value


def _validate_medium(fields: dict[str, Any]) -> dict[str, Any]:
    medium: dict[str, Any] = {
        name: get_string(fields, name) for name in _MEDIUM_FIELDS if fields.get(name) is not None
    }
    channels = fields.get("channels")
    if channels is not None:
        given = cast("list[object]", channels) if isinstance(channels, list) else [None]
        if not all(isinstance(one, str) for one in given):
            raise AdminHttpError.invalid("channels must be a list of texts")
        medium["channels"] = given
    return medium


# ----------------------------------------------------------------------------- memberships


def list_requested_memberships(request: AdminRequest) -> TenantResponse:
    """Answer the members of a tag whose membership came by request."""
    users = [request.context.state.users[id_] for id_ in request.get_tag().requested_member_ids]
    return make_json_response(
        paginate(
            request, filter_users(request, users), serialize_user_for_tag_owner, list_key="users"
        )
    )


def remove_requested_membership(request: AdminRequest) -> TenantResponse:
    """End a membership that came by request."""
    tag, user = require_editable_tag(request.get_tag()), request.get_user(1)
    if user.id not in tag.requested_member_ids:
        raise AdminHttpError.not_found("requested membership of user", user.id)
    request.context.state.change_members(tag, (), [user.id], request.context.now())
    return make_empty_response(200)


ROUTES: Routes = {
    "user-tags/access-request-settings": {"GET": _get_settings, "POST": _create, "PATCH": _update},
    "user-tags/{}/requested-memberships": {"GET": list_requested_memberships},
    "user-tags/{}/requested-memberships/{}": {"DELETE": remove_requested_membership},
}
