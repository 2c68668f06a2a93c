"""What else can be asked of users: by tag, subordinates, few fields; reset of the password."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.scim.names import ENTERPRISE_USER
from britive_scim.testing.admin.listing import paged
from britive_scim.testing.admin.ownership import own_user
from britive_scim.testing.admin.password_policy import check_password
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, text_field
from britive_scim.testing.admin.user_view import brief_view
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.state import Tag, User

__all__ = ["ROUTES", "members_of", "outsiders"]


def members_of(call: Call, tag: Tag) -> list[User]:
    """Return the users who are members of a tag, in the order they joined."""
    known = call.world.state.users
    return [known[id_] for id_ in tag.members if id_ in known]


def outsiders(call: Call, tag: Tag) -> list[User]:
    """Return the people who are no members of a tag."""
    people = call.world.state.users_of_kind("User")
    return [user for user in people if user.id not in tag.members]


def _by_tag(call: Call) -> Answer:
    tags = call.world.state.tags
    wanted = call.slots[0]
    tag = tags.get(wanted) or next((one for one in tags.values() if one.name == wanted), None)
    if tag is None:
        raise Problem(400, "UT-0003", f"there is no tag {wanted}")
    return answer(paged(call, members_of(call, tag), brief_view))


def _subordinates(call: Call) -> Answer:
    manager = call.user()
    found = [user for user in manager.provider.users if _manager_of(user) == manager.id]
    return answer(paged(call, found, brief_view))


def _manager_of(user: User) -> Any:
    enterprise = cast("dict[str, Any]", user.resource.get(ENTERPRISE_USER) or {})
    return cast("dict[str, Any]", enterprise.get("manager") or {}).get("value")


def _minimized(call: Call) -> Answer:
    users = call.world.state.users
    wanted = [users[id_] for id_ in call.ids() if id_ in users]
    shown = [brief_view(user) for user in wanted]
    return answer(
        [{"userId": one.pop("id"), "username": one.pop("userName"), **one} for one in shown]
    )


def _reset_password(call: Call) -> Answer:
    user = own_user(call.user())
    fields = call.fields()
    password = text_field(fields, "password", required=True) or ""
    share: object = fields.get("sharePasswordToUser", False)
    recipients: object = fields.get("recipients", [])
    if not isinstance(recipients, list) or not isinstance(share, bool):
        raise Problem.invalid("recipients is a list, sharePasswordToUser true or false")
    if not user.provider.is_default or user.kind != "User":
        raise Problem(400, "U-0010", "only users of the default identity provider have a password")
    check_password(call.world, password, "U-0010")
    return nothing(200)


ROUTES: Routes = {
    "users/by-tag/{}": {"GET": _by_tag},
    "users/minimized-user-details": {"POST": _minimized},
    "users/{}/resetpassword": {"POST": _reset_password},
    "access/users/{}/subordinates": {"GET": _subordinates},
}
