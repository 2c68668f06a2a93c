"""Tags, the groups of SCIM: `/api/user-tags` (docs/managetags, apidocs/get-details-of-all-user-tags)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from britive_scim.scim.names import GROUP
from britive_scim.testing.admin import tag_rules, tag_view, user_view, users
from britive_scim.testing.admin.listing import filter_entries, find_equality_value, paginate
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
from britive_scim.testing.admin.user_lookups import list_members, list_non_members
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.membership_rules import find_matching_users
from britive_scim.testing.state.state import ProviderRecord, TagRecord, UserRecord

__all__ = ["ROUTES", "add_member", "filter_users", "remove_member"]

_FILTER_FIELDS = {"name": "name", "status": "status"}


def _list(request: AdminRequest) -> TenantResponse:
    state = request.context.state
    tags = cast("Sequence[TagRecord]", state.ordered_tags)
    name = find_equality_value(request, _FILTER_FIELDS, "name")
    if name is not None:
        named = (
            tag
            for provider in state.providers.values()
            for tag in provider.tags.find("displayName", name)
        )
        tags = sorted(named, key=lambda tag: tag.serial)
    matches = filter_entries(request, tags, tag_view.serialize_tag, _FILTER_FIELDS)
    if request.get_parameter("page") is None:
        return make_json_response([tag_view.serialize_tag(tag) for tag in matches])
    return make_json_response(paginate(request, matches, tag_view.serialize_tag))


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(tag_view.serialize_tag(request.get_tag()))


def _create(request: AdminRequest) -> TenantResponse:
    context = request.context
    fields = request.parse_object()
    name = get_string(fields, "name", required=True) or ""
    provider = _get_provider(request, fields)
    _check_name(provider, name, None)
    now = context.now()
    tag = TagRecord(
        id=context.generate_id(),
        provider=provider,
        created=now,
        modified=now,
        is_scim_managed=False,
        resource={"schemas": [GROUP], "displayName": name},
        description=get_string(fields, "description"),
    )
    apply_changes = _prepare_update(request, tag, fields)
    context.state.add_tag(tag)
    apply_changes()
    return make_json_response(tag_view.serialize_tag(tag))


def _update(request: AdminRequest) -> TenantResponse:
    return _apply_update(request, require_editable_tag(request.get_tag()), request.parse_object())


def _update_by_body_id(request: AdminRequest) -> TenantResponse:
    fields = request.parse_object()
    id_ = get_string(fields, "userTagId", required=True) or ""
    tag = request.context.state.tags.get(id_)
    if tag is None:
        raise AdminHttpError.not_found("tag", id_)
    return _apply_update(request, require_editable_tag(tag), fields)


def _apply_update(request: AdminRequest, tag: TagRecord, fields: dict[str, Any]) -> TenantResponse:
    name = get_string(fields, "name", required=True) if "name" in fields else tag.name
    _check_name(tag.provider, name or "", tag)
    apply_changes = _prepare_update(request, tag, fields)
    resource = {**tag.resource, "displayName": name}
    request.context.state.change_tag(tag, resource, None, request.context.now())
    apply_changes()
    return make_json_response(tag_view.serialize_tag(tag))


def _prepare_update(
    request: AdminRequest, tag: TagRecord, fields: dict[str, Any]
) -> Callable[[], None]:
    """Validate a body, and return a function that applies its fields, except the name, to the tag.

    Raises:
        AdminHttpError: a field is invalid.
    """
    state = request.context.state
    description = get_string(fields, "description")
    status = get_string(fields, "status") or ("Active" if tag.active else "Inactive")
    requestable = fields.get("requestable", tag.requestable)
    raw_rules = fields.get("attributeCriteriaBeans")
    owners, attributes = _parse_owners(request, fields), _parse_attributes(fields)
    if status not in ("Active", "Inactive"):
        raise AdminHttpError.invalid("status must be Active or Inactive")
    if not isinstance(requestable, bool):
        raise AdminHttpError.invalid("requestable must be true or false")
    rules = tag_rules.parse_rules(state, require_objects(raw_rules)) if raw_rules else None
    if rules:
        tag_rules.require_internal_tag(tag)

    def apply_changes() -> None:
        if description is not None:
            tag.description = description
        tag.active, tag.requestable = status == "Active", requestable
        if rules is not None:
            tag.rules = rules
        if attributes is not None:
            tag.attributes = attributes
        if owners is not None:
            state.set_owners(tag, owners)

    return apply_changes


def _delete(request: AdminRequest) -> TenantResponse:
    request.context.state.remove_tag(require_editable_tag(request.get_tag()), request.context.now())
    return make_empty_response(200)


def _set_status(request: AdminRequest, *, active: bool) -> TenantResponse:
    tag = require_editable_tag(request.get_tag())
    tag.active = active
    request.context.state.touch(tag, request.context.now())
    return make_json_response(tag_view.serialize_tag(tag))


def _enable(request: AdminRequest) -> TenantResponse:
    return _set_status(request, active=True)


def _disable(request: AdminRequest) -> TenantResponse:
    return _set_status(request, active=False)


# ----------------------------------------------------------------------------- members


def _list_members(request: AdminRequest) -> TenantResponse:
    users, serialize = _select_members(request), _build_serializer(request)
    if request.get_parameter("filter") == "available" and request.get_parameter("page") is None:
        # the vendor's package expects an array
        return make_json_response([serialize(user) for user in users])
    return make_json_response(paginate(request, users, serialize))


def _select_members(request: AdminRequest) -> Sequence[UserRecord]:
    """Return the users selected by `filter`: members, members including those by rule, or non-members."""
    tag, state = request.get_tag(), request.context.state
    filter_text = (request.get_parameter("filter") or "").strip().lower()
    if filter_text == "available":
        return list_non_members(request, tag)
    include_matched = request.get_boolean_parameter("fetchDynamicallyAssignedUsers", default=False)
    members = list_members(request, tag)
    if include_matched:
        members = list(dict.fromkeys([*members, *find_matching_users(state, tag.rules)]))
    return members if filter_text == "assigned" else filter_users(request, members)


def _build_serializer(request: AdminRequest) -> Callable[[UserRecord], dict[str, Any]]:
    return lambda user: user_view.serialize_user(request.context, user, include_tags=False)


def filter_users(request: AdminRequest, entries: Sequence[UserRecord]) -> Sequence[UserRecord]:
    """Return the users that match `filter` and `searchText` of the query, ordered by `sort`."""
    return filter_entries(request, entries, _build_serializer(request), users.FILTER_FIELDS)


def _get_member(request: AdminRequest) -> TenantResponse:
    tag, user = request.get_tag(), request.get_user(1)
    if user.id not in tag.members:
        return make_empty_response(200)  # vendor clients take an empty body for "not a member"
    return make_json_response(user_view.serialize_user(request.context, user))


def _add_member(request: AdminRequest) -> TenantResponse:
    return make_json_response(user_view.serialize_user(request.context, add_member(request)))


def _remove_member(request: AdminRequest) -> TenantResponse:
    remove_member(request)
    return make_empty_response(200)


def add_member(request: AdminRequest) -> UserRecord:
    """Add the user of the second path parameter to the tag of the first; idempotent.

    Raises:
        AdminHttpError: the tag or user does not exist, or the tag is managed by SCIM.
    """
    tag, user = require_editable_tag(request.get_tag()), request.get_user(1)
    member = {"value": user.id, "type": "User"}
    if user.id not in tag.members:
        request.context.state.change_members(tag, [member], (), request.context.now())
    return user


def remove_member(request: AdminRequest) -> None:
    """Remove the user of the second path parameter from the tag of the first.

    Raises:
        AdminHttpError: the tag, user or membership does not exist, or the tag is managed by SCIM.
    """
    tag, user = require_editable_tag(request.get_tag()), request.get_user(1)
    if user.id not in tag.members:
        raise AdminHttpError(400, "UT-0006", f"user {user.id} is not a member of tag {tag.id}")
    request.context.state.change_members(tag, (), [user.id], request.context.now())


# ----------------------------------------------------------------------------- fields of the body


def _check_name(provider: ProviderRecord, name: str, current: TagRecord | None) -> None:
    if any(other is not current for other in provider.tags.find("displayName", name)):
        raise AdminHttpError(400, DUPLICATE, f"a tag named {name!r} exists")


def _parse_owners(
    request: AdminRequest, fields: dict[str, Any]
) -> list[UserRecord | TagRecord] | None:
    """Return the owners of a body, or `None` if it has none."""
    relationships = fields.get("relationships")
    if relationships is None:
        return None
    state = request.context.state
    records_by_type: dict[str, Mapping[str, UserRecord | TagRecord]] = {
        "User": state.users,
        "Tag": state.tags,
    }
    try:
        items = cast("list[dict[str, Any]]", cast("dict[str, Any]", relationships)["owners"])
        owners = [
            records_by_type[item["relatedEntityType"]].get(str(item["relatedEntityId"]))
            for item in items
        ]
    except (KeyError, TypeError):
        raise AdminHttpError.invalid(
            "relationships.owners must be a list of {relatedEntityId, relatedEntityType: User or Tag}"
        ) from None
    existing = [owner for owner in owners if owner is not None]
    if len(existing) < len(owners):
        raise AdminHttpError.invalid("an owner does not exist")
    return existing


def _parse_attributes(fields: dict[str, Any]) -> list[dict[str, str]] | None:
    """Return the tag attributes of a body, or `None` if it has none."""
    items = fields.get("attributes")
    if items is None:
        return None
    names = ("attributeId", "attributeName", "attributeValue")
    try:
        attributes = [
            {name: item[name] for name in names if item.get(name) is not None}
            for item in cast("list[dict[str, Any]]", items)
        ]
    except (AttributeError, TypeError):
        raise AdminHttpError.invalid("attributes must be a list of objects") from None
    if not all(isinstance(value, str) for item in attributes for value in item.values()):
        raise AdminHttpError.invalid(f"{', '.join(names)} of attributes must be strings")
    return attributes


def _list_minimized(request: AdminRequest) -> TenantResponse:
    tags = request.context.state.tags
    existing = [tags[id_] for id_ in request.parse_ids() if id_ in tags]
    return make_json_response([{"userTagId": tag.id, "name": tag.name} for tag in existing])


def _get_provider(request: AdminRequest, fields: dict[str, Any]) -> ProviderRecord:
    providers = request.context.state.providers
    links = fields.get("userTagIdentityProviders")
    if not links:
        return next(provider for provider in providers.values() if provider.is_default)
    try:
        link = cast("dict[str, Any]", links[0])
        id_ = str(cast("dict[str, Any]", link["identityProvider"])["id"])
    except (KeyError, IndexError, TypeError):
        raise AdminHttpError.invalid(
            "userTagIdentityProviders must be a list of {identityProvider: {id}}"
        ) from None
    provider = providers.get(id_)
    if provider is None:
        raise AdminHttpError.not_found("identity provider", id_)
    if fields.get("external", False) is not (not provider.is_default):
        raise AdminHttpError.invalid(
            "external must be true for a tag of an identity provider other than the default one"
        )
    return provider


ROUTES: Routes = {
    "user-tags": {"GET": _list, "POST": _create, "PATCH": _update_by_body_id},
    "user-tags/minimized-tag-details": {"POST": _list_minimized},
    "user-tags/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
    "user-tags/{}/enabled-statuses": {"POST": _enable},
    "user-tags/{}/disabled-statuses": {"POST": _disable},
    "user-tags/{}/users": {"GET": _list_members},
    "user-tags/{}/users/{}": {"GET": _get_member, "POST": _add_member, "DELETE": _remove_member},
}
