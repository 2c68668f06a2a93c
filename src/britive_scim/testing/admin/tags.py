"""Tags, which are SCIM Groups: `/api/user-tags` (docs/managetags, apidocs/get-details-of-all-user-tags)."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, cast

from britive_scim.scim.names import GROUP
from britive_scim.testing.admin import tag_rules, tag_view, user_view, users
from britive_scim.testing.admin.call import Call, Routes, answer, nothing, text_field
from britive_scim.testing.admin.checks import own_tag
from britive_scim.testing.admin.listing import paged, select
from britive_scim.testing.admin.problem import DUPLICATE, Problem
from britive_scim.testing.exchange import Answer
from britive_scim.testing.state import Provider, Tag, User

__all__ = ["ROUTES"]

_FILTER_FIELDS = {"name": "name", "status": "status"}


def _list(call: Call) -> Answer:
    chosen = select(call, call.world.state.tags.values(), tag_view.view, _FILTER_FIELDS)
    if call.parameter("page") is None:
        return answer([tag_view.view(tag) for tag in chosen])
    return answer(paged(call, chosen, tag_view.view))


def _get(call: Call) -> Answer:
    return answer(tag_view.view(call.tag()))


def _create(call: Call) -> Answer:
    world = call.world
    fields = call.fields()
    name = text_field(fields, "name", required=True) or ""
    provider = _provider_of(call, fields)
    _check_name(provider, name, None)
    now = world.now()
    tag = Tag(
        id=world.new_id(),
        provider=provider,
        created=now,
        modified=now,
        scim=False,
        resource={"schemas": [GROUP], "displayName": name},
        description=text_field(fields, "description"),
    )
    world.state.add_tag(tag)
    return answer(tag_view.view(tag))


def _update(call: Call) -> Answer:
    return _change(call, own_tag(call.tag()), call.fields())


def _update_named(call: Call) -> Answer:
    fields = call.fields()
    id_ = text_field(fields, "userTagId", required=True) or ""
    tag = call.world.state.tags.get(id_)
    if tag is None:
        raise Problem.missing("tag", id_)
    return _change(call, own_tag(tag), fields)


def _change(call: Call, tag: Tag, fields: dict[str, Any]) -> Answer:
    name = text_field(fields, "name", required=True) if "name" in fields else tag.name
    description = text_field(fields, "description")
    _check_name(tag.provider, name or "", tag)
    owners = _owners(call, fields)
    requestable = fields.get("requestable", tag.requestable)
    if not isinstance(requestable, bool):
        raise Problem.invalid("requestable must be true or false")
    resource = {**tag.resource, "displayName": name}
    call.world.state.change_tag(tag, resource, None, call.world.now())
    if description is not None:
        tag.description = description
    tag.requestable = requestable
    if owners is not None:
        tag.owners = owners
    return answer(tag_view.view(tag))


def _delete(call: Call) -> Answer:
    call.world.state.remove_tag(own_tag(call.tag()), call.world.now())
    return nothing(200)


def _set_status(call: Call, *, active: bool) -> Answer:
    tag = own_tag(call.tag())
    tag.active = active
    call.world.state.touch(tag, call.world.now())
    return answer(tag_view.view(tag))


def _enable(call: Call) -> Answer:
    return _set_status(call, active=True)


def _disable(call: Call) -> Answer:
    return _set_status(call, active=False)


# ----------------------------------------------------------------------------- members


def _members_of(call: Call, tag: Tag) -> Sequence[User]:
    known = call.world.state.users
    return [known[id_] for id_ in tag.members if id_ in known]


def _members(call: Call) -> Answer:
    world = call.world
    tag = call.tag()
    which = (call.parameter("filter") or "").strip().lower()
    if which == "available":
        entries = [user for user in world.state.users.values() if user.id not in tag.members]
    else:
        entries = list(_members_of(call, tag))
        if call.flag("fetchDynamicallyAssignedUsers", default=False):
            entries = list(dict.fromkeys([*entries, *tag_rules.matched(world.state, tag.rules)]))
    if which not in ("available", "assigned"):
        entries = list(
            select(
                call,
                entries,
                lambda user: user_view.view(world, user, tags=False),
                users.FILTER_FIELDS,
            )
        )
    if which == "available" and call.parameter("page") is None:
        return answer([user_view.view(world, user, tags=False) for user in entries])
    return answer(paged(call, entries, lambda user: user_view.view(world, user, tags=False)))


def _member(call: Call) -> Answer:
    tag, user = call.tag(), call.user(1)
    if user.id not in tag.members:
        return nothing(200)  # vendor clients read an empty body as "not a member"
    return answer(user_view.view(call.world, user))


def _add_member(call: Call) -> Answer:
    tag, user = own_tag(call.tag()), call.user(1)
    member = {"value": user.id, "type": "User"}
    if user.id not in tag.members:
        call.world.state.change_members(tag, [member], (), call.world.now())
    return answer(user_view.view(call.world, user))


def _remove_member(call: Call) -> Answer:
    tag, user = own_tag(call.tag()), call.user(1)
    if user.id not in tag.members:
        raise Problem(400, "UT-0006", f"user {user.id} is no member of tag {tag.id}")
    call.world.state.change_members(tag, (), [user.id], call.world.now())
    return nothing(200)


# ----------------------------------------------------------------------------- checks


def _check_name(provider: Provider, name: str, of: Tag | None) -> None:
    if any(other is not of for other in provider.tags.find("displayName", name)):
        raise Problem(400, DUPLICATE, f"a tag named {name!r} exists")


def _owners(call: Call, fields: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the owners a body names, each of them a user or tag there is; `None` where it names none."""
    relationships = fields.get("relationships")
    if relationships is None:
        return None
    state = call.world.state
    try:
        given = cast("dict[str, Any]", relationships)["owners"]
        owners: list[dict[str, Any]] = [
            {
                "relatedEntityId": str(one["relatedEntityId"]),
                "relatedEntityName": one.get("relatedEntityName"),
                "relatedEntityType": str(one["relatedEntityType"]),
            }
            for one in cast("list[dict[str, Any]]", given)
        ]
        known: dict[str, Container[str]] = {"User": state.users, "Tag": state.tags}
        there = [one["relatedEntityId"] in known[one["relatedEntityType"]] for one in owners]
    except (KeyError, TypeError, AttributeError):
        raise Problem.invalid(
            "relationships.owners must be a list of {relatedEntityId, relatedEntityType: User or Tag}"
        ) from None
    if not all(there):
        raise Problem.invalid("an owner does not exist")
    return owners


def _minimized(call: Call) -> Answer:
    body = call.json()
    tags = call.world.state.tags
    if not isinstance(body, list):
        raise Problem.invalid("the body must be an array of tag ids")
    wanted = [tags[str(id_)] for id_ in cast("list[object]", body) if str(id_) in tags]
    return answer([{"userTagId": tag.id, "name": tag.name} for tag in wanted])


def _provider_of(call: Call, fields: dict[str, Any]) -> Provider:
    providers = call.world.state.providers
    links = fields.get("userTagIdentityProviders")
    if not links:
        return next(one for one in providers.values() if one.is_default)
    try:
        link = cast("dict[str, Any]", links[0])
        id_ = str(cast("dict[str, Any]", link["identityProvider"])["id"])
    except (KeyError, IndexError, TypeError):
        raise Problem.invalid(
            "userTagIdentityProviders must be a list of {identityProvider: {id}}"
        ) from None
    provider = providers.get(id_)
    if provider is None:
        raise Problem.missing("identity provider", id_)
    if fields.get("external", False) is not (not provider.is_default):
        raise Problem.invalid(
            "external must be true for a tag of an identity provider other than the default one"
        )
    return provider


ROUTES: Routes = {
    "user-tags": {"GET": _list, "POST": _create, "PATCH": _update_named},
    "user-tags/minimized-tag-details": {"POST": _minimized},
    "user-tags/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
    "user-tags/{}/enabled-statuses": {"POST": _enable},
    "user-tags/{}/disabled-statuses": {"POST": _disable},
    "user-tags/{}/users": {"GET": _members},
    "user-tags/{}/users/{}": {"GET": _member, "POST": _add_member, "DELETE": _remove_member},
}
