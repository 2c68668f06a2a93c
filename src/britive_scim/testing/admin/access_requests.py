"""Requests for membership of a tag: their settings, and the memberships that came of them.

Users ask, and approvers agree, where no API is published: `tenant.console.request_membership`.
"""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin.listing import paged
from britive_scim.testing.admin.ownership import own_tag
from britive_scim.testing.admin.problem import DUPLICATE, Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, objects, text_field
from britive_scim.testing.admin.tags import select_users
from britive_scim.testing.admin.user_view import summary
from britive_scim.testing.http.messages import Answer

__all__ = ["ROUTES", "remove_requested", "requested"]

_CONDITIONS = ("Any", "All", "Manager")
_MEDIUM = ("id", "name", "description", "application")


def _settings(call: Call) -> Answer:
    found = call.world.state.settings.get("accessRequests")
    return nothing(200) if found is None else answer(found)


def _create(call: Call) -> Answer:
    settings = _checked(call.fields())
    if "accessRequests" in call.world.state.settings:
        raise Problem(400, DUPLICATE, "access request settings exist: change them")
    call.world.state.settings["accessRequests"] = settings
    return _settings(call)


def _update(call: Call) -> Answer:
    before = call.world.state.settings.get("accessRequests")
    if before is None:
        raise Problem.missing("access request settings of", "this tenant")
    call.world.state.settings["accessRequests"] = {**before, **_checked(call.fields())}
    return nothing()


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the known fields of a body.

    Raises:
        Problem: one of another type.
    """
    checked: dict[str, Any] = {}
    if fields.get("allowAccessRequest") is not None:
        checked["allowAccessRequest"] = _flag(fields, "allowAccessRequest")
    if fields.get("approvalTimeOut") is not None:
        checked["approvalTimeOut"] = text_field(fields, "approvalTimeOut")
    approval = fields.get("managerApproval")
    if approval is not None:
        (given,) = objects([approval])
        condition = text_field(given, "condition")
        if condition not in (None, *_CONDITIONS):
            raise Problem.invalid(f"condition must be one of {', '.join(_CONDITIONS)}")
        checked["managerApproval"] = {
            "required": _flag(given, "required"),
            **({} if condition is None else {"condition": condition}),
        }
    if fields.get("notificationMediums") is not None:
        checked["notificationMediums"] = [
            _medium(one) for one in objects(fields["notificationMediums"])
        ]
    return checked


def _flag(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise Problem.invalid(f"{name} must be true or false")
    return value


def _medium(fields: dict[str, Any]) -> dict[str, Any]:
    medium: dict[str, Any] = {
        name: text_field(fields, name) for name in _MEDIUM if fields.get(name) is not None
    }
    channels = fields.get("channels")
    if channels is not None:
        given = cast("list[object]", channels) if isinstance(channels, list) else [None]
        if not all(isinstance(one, str) for one in given):
            raise Problem.invalid("channels must be a list of texts")
        medium["channels"] = given
    return medium


# ----------------------------------------------------------------------------- memberships


def requested(call: Call) -> Answer:
    """Answer the members of a tag whose membership came by request."""
    users = [call.world.state.users[id_] for id_ in call.tag().requested]
    return answer(paged(call, select_users(call, users), summary, under="users"))


def remove_requested(call: Call) -> Answer:
    """End a membership that came by request."""
    tag, user = own_tag(call.tag()), call.user(1)
    if user.id not in tag.requested:
        raise Problem.missing("requested membership of user", user.id)
    call.world.state.change_members(tag, (), [user.id], call.world.now())
    return nothing(200)


ROUTES: Routes = {
    "user-tags/access-request-settings": {"GET": _settings, "POST": _create, "PATCH": _update},
    "user-tags/{}/requested-memberships": {"GET": requested},
    "user-tags/{}/requested-memberships/{}": {"DELETE": remove_requested},
}
