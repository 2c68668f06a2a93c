"""Tags as their owners see them: `/api/access/user-tags` (OpenAPI `getMyManagedTags` and siblings).

The API token of a tenant has no user behind it; it is taken for an owner of every internal tag.
"""

from __future__ import annotations

from britive_scim.testing.admin import identity_attributes, tag_rules, tag_view, tags, user_lookups
from britive_scim.testing.admin.call import Call, Handler, Routes, answer
from britive_scim.testing.admin.listing import paged
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.user_view import brief_view, view
from britive_scim.testing.exchange import Answer

__all__ = ["ROUTES"]


def _managed(call: Call) -> Answer:
    owned = [tag for tag in call.world.state.tags.values() if tag.provider.is_default]
    if call.parameter("page") is None:
        return answer([tag_view.view(tag) for tag in owned])
    return answer(paged(call, owned, tag_view.view))


def _for_owners(handler: Handler) -> Handler:
    """Return a handler that serves the owners of a tag alone."""

    def guarded(call: Call) -> Answer:
        if not call.tag().provider.is_default:
            raise Problem(403, "G-0001", "you do not own this tag")
        return handler(call)

    return guarded


def _member_views(call: Call) -> Answer:
    return answer([brief_view(user) for user in user_lookups.members_of(call, call.tag())])


def _available(call: Call) -> Answer:
    tag = call.tag()
    others = [user for user in call.world.state.users.values() if user.id not in tag.members]
    return answer(paged(call, others, lambda user: view(call.world, user, tags=False)))


def _requested(call: Call) -> Answer:
    call.tag()
    return answer(paged(call, [], brief_view))  # nobody asks for anything here


def _drop_request(call: Call) -> Answer:
    call.tag()
    raise Problem.missing("requested membership of user", call.slots[1])


_TAGS, _RULES = tags.ROUTES, tag_rules.ROUTES
_REQUESTS: dict[str, dict[str, Handler]] = {
    "{}/requested-memberships": {"GET": _requested},
    "{}/requested-memberships/{}": {"DELETE": _drop_request},
}
_OWNED: dict[str, dict[str, Handler]] = {
    "{}": {"GET": _TAGS["user-tags/{}"]["GET"]},
    "{}/members": {"GET": _member_views},
    "{}/users": {"GET": _TAGS["user-tags/{}/users"]["GET"]},
    "{}/users/{}": {
        method: _TAGS["user-tags/{}/users/{}"][method] for method in ("POST", "DELETE")
    },
    "{}/available-users": {"GET": _available},
    "{}/attribute-criteria": _RULES["user-tags/{}/attribute-criteria"],
    "{}/matched-users": _RULES["user-tags/{}/matched-users"],
    **_REQUESTS,
}

ROUTES: Routes = {
    "access/users/attributes": {"GET": identity_attributes.ROUTES["users/attributes"]["GET"]},
    "access/user-tags/my-managed-tags": {"GET": _managed},
    **{f"user-tags/{path}": methods for path, methods in _REQUESTS.items()},
    **{
        f"access/user-tags/{path}": {
            method: _for_owners(handler) for method, handler in methods.items()
        }
        for path, methods in _OWNED.items()
    },
}
