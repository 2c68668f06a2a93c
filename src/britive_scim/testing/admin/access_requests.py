"""Access requests for tags: their settings, and memberships granted by request.

Requesting and approving have no published API: `tenant.console.request_membership` does both.
"""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin.listing import paginate
from britive_scim.testing.admin.problem import DUPLICATE, AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_boolean,
    get_string,
    get_strings,
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
    settings = request.context.state.settings.get("accessRequests")
    return make_empty_response(200) if settings is None else make_json_response(settings)


def _create(request: AdminRequest) -> TenantResponse:
    settings = _validate_settings(request.parse_object())
    if "accessRequests" in request.context.state.settings:
        raise AdminHttpError(400, DUPLICATE, "access request settings exist; update them")
    request.context.state.settings["accessRequests"] = settings
    return _get_settings(request)


def _update(request: AdminRequest) -> TenantResponse:
    current = request.context.state.settings.get("accessRequests")
    if current is None:
        raise AdminHttpError.not_found("access request settings of", "this tenant")
    request.context.state.settings["accessRequests"] = {
        **current,
        **_validate_settings(request.parse_object()),
    }
    return make_empty_response()


def _validate_settings(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the known fields of a body.

    Raises:
        AdminHttpError: a field has another type.
    """
    settings: dict[str, Any] = {}
    if fields.get("allowAccessRequest") is not None:
        settings["allowAccessRequest"] = get_boolean(fields, "allowAccessRequest")
    if fields.get("approvalTimeOut") is not None:
        settings["approvalTimeOut"] = get_string(fields, "approvalTimeOut")
    if fields.get("managerApproval") is not None:
        (approval,) = require_objects([fields["managerApproval"]])
        condition = get_string(approval, "condition")
        if condition not in (None, *_APPROVAL_CONDITIONS):
            raise AdminHttpError.invalid(
                f"condition must be one of {', '.join(_APPROVAL_CONDITIONS)}"
            )
        settings["managerApproval"] = {
            "required": get_boolean(approval, "required"),
            **({} if condition is None else {"condition": condition}),
        }
    if fields.get("notificationMediums") is not None:
        settings["notificationMediums"] = [
            _validate_medium(item) for item in require_objects(fields["notificationMediums"])
        ]
    return settings


def _validate_medium(fields: dict[str, Any]) -> dict[str, Any]:
    medium: dict[str, Any] = {
        name: get_string(fields, name) for name in _MEDIUM_FIELDS if fields.get(name) is not None
    }
    if fields.get("channels") is not None:
        medium["channels"] = get_strings(fields, "channels")
    return medium


# ----------------------------------------------------------------------------- memberships


def list_requested_memberships(request: AdminRequest) -> TenantResponse:
    """List the members of a tag whose membership was granted by request."""
    users = [request.context.state.users[id_] for id_ in request.get_tag().requested_member_ids]
    return make_json_response(
        paginate(
            request, filter_users(request, users), serialize_user_for_tag_owner, list_key="users"
        )
    )


def remove_requested_membership(request: AdminRequest) -> TenantResponse:
    """Remove a membership that was granted by request."""
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
