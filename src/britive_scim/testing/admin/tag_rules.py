"""Membership rules of tags: `/api/user-tags/{id}/attribute-criteria`, and matched users (docs/tags)."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin import user_view, users
from britive_scim.testing.admin.listing import filter_entries, paginate
from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_string,
    make_empty_response,
    make_json_response,
    require_editable_tag,
)
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.membership_rules import (
    COMPARABLE_TYPES,
    OPERATORS,
    find_matching_users,
)
from britive_scim.testing.state.state import State, TagRecord, UserRecord

__all__ = ["ROUTES", "parse_rules", "require_internal_tag"]


def _list(request: AdminRequest) -> TenantResponse:
    return make_json_response(request.get_tag().rules)


def _add(request: AdminRequest) -> TenantResponse:
    tag = require_internal_tag(request.get_tag())
    first_id = 1 + max((rule["id"] for rule in tag.rules), default=0)
    tag.rules = [
        *tag.rules,
        *parse_rules(request.context.state, request.parse_objects(), first_id=first_id),
    ]
    request.context.state.touch(tag, request.context.now())
    return make_json_response(tag.rules)


def _replace(request: AdminRequest) -> TenantResponse:
    tag = require_internal_tag(request.get_tag())
    tag.rules = parse_rules(request.context.state, request.parse_objects())
    request.context.state.touch(tag, request.context.now())
    return make_empty_response()


def _list_matched_users(request: AdminRequest) -> TenantResponse:
    return _make_users_response(
        request, find_matching_users(request.context.state, request.get_tag().rules)
    )


def _preview_matched_users(request: AdminRequest) -> TenantResponse:
    state = request.context.state
    rules = parse_rules(state, request.parse_objects())
    return _make_users_response(request, find_matching_users(state, rules))


def _make_users_response(request: AdminRequest, matched_users: list[UserRecord]) -> TenantResponse:
    def serialize(user: UserRecord) -> dict[str, Any]:
        return user_view.serialize_user(request.context, user, include_tags=False)

    return make_json_response(
        paginate(
            request,
            filter_entries(request, matched_users, serialize, users.FILTER_FIELDS),
            serialize,
        )
    )


def require_internal_tag(tag: TagRecord) -> TagRecord:
    """Return the tag, which must be internal, as membership rules require.

    Raises:
        AdminHttpError: 400 for an external tag, with UT-0002 if it is managed by SCIM.
    """
    require_editable_tag(tag)
    if not tag.provider.is_default:
        raise AdminHttpError.invalid("membership rules are for internal tags")
    return tag


def parse_rules(
    state: State, items: list[dict[str, Any]], *, first_id: int = 1
) -> list[dict[str, Any]]:
    """Return the rules of a body in their stored form.

    Args:
        state: state with the identity attributes.
        items: rules of the request.
        first_id: id of the first rule; the others follow.

    Raises:
        AdminHttpError: an attribute of another type, an unknown operator, or no value.
    """
    rules: list[dict[str, Any]] = []
    for rule_id, item in enumerate(items, first_id):
        attribute_id = get_string(item, "attributeId", required=True) or ""
        attribute = state.attributes.get(attribute_id)
        if attribute is None or attribute.data_type not in COMPARABLE_TYPES:
            raise AdminHttpError.invalid(
                "attributeId must be the id of a String or Number attribute"
            )
        if item.get("operator") not in OPERATORS:
            raise AdminHttpError.invalid("operator must be is or contains")
        value = get_string(item, "value", required=True)
        rules.append(
            {
                "id": rule_id,
                "attributeId": attribute_id,
                "operator": item["operator"],
                "value": value,
            }
        )
    return rules


ROUTES: Routes = {
    "user-tags/{}/attribute-criteria": {"GET": _list, "POST": _add, "PATCH": _replace},
    "user-tags/{}/matched-users": {"GET": _list_matched_users},
    "user-tags/tag-attributes/matched-users": {"POST": _preview_matched_users},
}
