"""Tags as their owners see them: `/api/access/user-tags` (OpenAPI `getMyManagedTags` and siblings).

A caller owns a tag that names it, or a tag it is a member of, among its owners. The tenant's own API token
has nobody behind it and is taken for an owner of every internal tag.
"""

from __future__ import annotations

from collections.abc import Sequence

from britive_scim.testing.admin import (
    access_requests,
    identity_attributes,
    tag_rules,
    tag_view,
    tags,
)
from britive_scim.testing.admin.listing import paged, select
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Handler, Routes, answer, nothing
from britive_scim.testing.admin.user_lookups import members_of, outsiders
from britive_scim.testing.admin.user_view import brief_view, summary
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.membership_rules import matched, matches
from britive_scim.testing.state.state import Tag, User

__all__ = ["ROUTES"]

_FILTER_FIELDS = {"name": "name", "status": "status"}


def _owns(call: Call, tag: Tag) -> bool:
    caller = call.caller
    if caller is None:
        return tag.provider.is_default
    return any(
        owner is caller or (isinstance(owner, Tag) and _belongs(call, caller, owner))
        for owner in tag.owners.values()
    )


def _belongs(call: Call, user: User, tag: Tag) -> bool:
    return user.id in tag.members or matches(call.world.state, tag.rules, user)


def _managed(call: Call) -> Answer:
    owned = [tag for tag in call.world.state.tags.values() if _owns(call, tag)]
    chosen = select(call, owned, tag_view.view, _FILTER_FIELDS)
    if call.parameter("page") is None:
        return answer([tag_view.view(tag) for tag in chosen])
    return answer(paged(call, chosen, tag_view.view, under="userTags"))


def _for_owners(handler: Handler) -> Handler:
    """Return a handler that serves the owners of a tag alone."""

    def guarded(call: Call) -> Answer:
        if not _owns(call, call.tag()):
            raise Problem(403, "G-0001", "you do not own this tag")
        return handler(call)

    return guarded


def _get(call: Call) -> Answer:
    return answer(tag_view.view(call.tag()))


def _member_views(call: Call) -> Answer:
    tag = call.tag()
    members = members_of(call, tag)
    if call.flag("fetchDynamicallyAssignedUsers", default=False):
        members = list(dict.fromkeys([*members, *matched(call.world.state, tag.rules)]))
    return answer([brief_view(user) for user in members])


def _users(call: Call, users: Sequence[User]) -> Answer:
    return answer(paged(call, tags.select_users(call, users), summary, under="users"))


def _members(call: Call) -> Answer:
    return _users(call, members_of(call, call.tag()))


def _available(call: Call) -> Answer:
    return _users(call, outsiders(call, call.tag()))


def _matched(call: Call) -> Answer:
    return _users(call, matched(call.world.state, call.tag().rules))


def _add(call: Call) -> Answer:
    return answer(summary(tags.add_member(call)))


def _remove(call: Call) -> Answer:
    tags.remove_member(call)
    return nothing(200)


_OWNED: Routes = {
    "{}": {"GET": _get},
    "{}/users": {"GET": _members},
    "{}/users/{}": {"POST": _add, "DELETE": _remove},
    "{}/available-users": {"GET": _available},
    "{}/attribute-criteria": tag_rules.ROUTES["user-tags/{}/attribute-criteria"],
    "{}/matched-users": {"GET": _matched},
    "{}/requested-memberships": {"GET": access_requests.requested},
    "{}/requested-memberships/{}": {"DELETE": access_requests.remove_requested},
}

ROUTES: Routes = {
    "access/users/attributes": {"GET": identity_attributes.ROUTES["users/attributes"]["GET"]},
    "access/user-tags/my-managed-tags": {"GET": _managed},
    "access/user-tags/{}/members": {"GET": _member_views},
    **{
        f"access/user-tags/{path}": {
            method: _for_owners(handler) for method, handler in methods.items()
        }
        for path, methods in _OWNED.items()
    },
}
