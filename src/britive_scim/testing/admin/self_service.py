"""Self-service of tag owners: `/api/access/user-tags` (OpenAPI `getMyManagedTags` and siblings).

A caller owns a tag if the tag's owners include the caller, or a tag the caller is a member of. The tenant's
own API token has no user and counts as an owner of every internal tag.
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
from britive_scim.testing.admin.listing import filter_entries, paginate
from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Handler,
    Routes,
    make_empty_response,
    make_json_response,
)
from britive_scim.testing.admin.user_lookups import list_members, list_non_members
from britive_scim.testing.admin.user_view import (
    serialize_user_for_tag_owner,
    serialize_user_summary,
)
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.membership_rules import find_matching_users
from britive_scim.testing.state.membership_rules import matches as matches_rules
from britive_scim.testing.state.state import TagRecord, UserRecord

__all__ = ["ROUTES"]

_FILTER_FIELDS = {"name": "name", "status": "status"}


def _is_owner(request: AdminRequest, tag: TagRecord) -> bool:
    caller = request.caller
    if caller is None:
        return tag.provider.is_default
    return any(
        owner is caller or (isinstance(owner, TagRecord) and _is_member(request, caller, owner))
        for owner in tag.owners.values()
    )


def _is_member(request: AdminRequest, user: UserRecord, tag: TagRecord) -> bool:
    return user.id in tag.members or matches_rules(request.context.state, tag.rules, user)


def _list_managed_tags(request: AdminRequest) -> TenantResponse:
    owned = [tag for tag in request.context.state.tags.values() if _is_owner(request, tag)]
    matches = filter_entries(request, owned, tag_view.serialize_tag, _FILTER_FIELDS)
    if request.get_parameter("page") is None:
        return make_json_response([tag_view.serialize_tag(tag) for tag in matches])
    return make_json_response(
        paginate(request, matches, tag_view.serialize_tag, list_key="userTags")
    )


def _require_owner(handler: Handler) -> Handler:
    """Restrict a handler to the owners of the tag."""

    def check_owner_and_handle(request: AdminRequest) -> TenantResponse:
        if not _is_owner(request, request.get_tag()):
            raise AdminHttpError(403, "G-0001", "you do not own this tag")
        return handler(request)

    return check_owner_and_handle


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(tag_view.serialize_tag(request.get_tag()))


def _list_all_members(request: AdminRequest) -> TenantResponse:
    tag = request.get_tag()
    members = list_members(request, tag)
    if request.get_boolean_parameter("fetchDynamicallyAssignedUsers", default=False):
        members = list(
            dict.fromkeys([*members, *find_matching_users(request.context.state, tag.rules)])
        )
    return make_json_response([serialize_user_summary(user) for user in members])


def _make_users_response(request: AdminRequest, users: Sequence[UserRecord]) -> TenantResponse:
    return make_json_response(
        paginate(
            request,
            tags.filter_users(request, users),
            serialize_user_for_tag_owner,
            list_key="users",
        )
    )


def _list_users(request: AdminRequest) -> TenantResponse:
    return _make_users_response(request, list_members(request, request.get_tag()))


def _list_available_users(request: AdminRequest) -> TenantResponse:
    return _make_users_response(request, list_non_members(request, request.get_tag()))


def _list_matched_users(request: AdminRequest) -> TenantResponse:
    return _make_users_response(
        request, find_matching_users(request.context.state, request.get_tag().rules)
    )


def _add_member(request: AdminRequest) -> TenantResponse:
    return make_json_response(serialize_user_for_tag_owner(tags.add_member(request)))


def _remove_member(request: AdminRequest) -> TenantResponse:
    tags.remove_member(request)
    return make_empty_response(200)


_OWNER_ROUTES: Routes = {
    "{}": {"GET": _get},
    "{}/users": {"GET": _list_users},
    "{}/users/{}": {"POST": _add_member, "DELETE": _remove_member},
    "{}/available-users": {"GET": _list_available_users},
    "{}/attribute-criteria": tag_rules.ROUTES["user-tags/{}/attribute-criteria"],
    "{}/matched-users": {"GET": _list_matched_users},
    "{}/requested-memberships": {"GET": access_requests.list_requested_memberships},
    "{}/requested-memberships/{}": {"DELETE": access_requests.remove_requested_membership},
}

ROUTES: Routes = {
    "access/users/attributes": {"GET": identity_attributes.ROUTES["users/attributes"]["GET"]},
    "access/user-tags/my-managed-tags": {"GET": _list_managed_tags},
    "access/user-tags/{}/members": {"GET": _list_all_members},
    **{
        f"access/user-tags/{path}": {
            method: _require_owner(handler) for method, handler in methods.items()
        }
        for path, methods in _OWNER_ROUTES.items()
    },
}
