"""Tags, which are SCIM Groups: `/api/user-tags` (docs/managetags, apidocs/get-details-of-all-user-tags)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from britive_scim.scim.names import GROUP
from britive_scim.testing.admin import tag_rules, tag_view, user_view, users
from britive_scim.testing.admin.listing import asked_name, paged, select
from britive_scim.testing.admin.ownership import own_tag
from britive_scim.testing.admin.problem import DUPLICATE, Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, objects, text_field
from britive_scim.testing.admin.user_lookups import members_of, outsiders
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.membership_rules import matched
from britive_scim.testing.state.state import Provider, Tag, User

__all__ = ["ROUTES", "add_member", "remove_member", "select_users"]

_FILTER_FIELDS = {"name": "name", "status": "status"}


def _list(call: Call) -> Answer:
    state, tags = call.world.state, cast("Sequence[Tag]", call.world.state.tags_in_order)
    name = asked_name(call, _FILTER_FIELDS, "name")
    if name is not None:
        found = (one.tags.find("displayName", name) for one in state.providers.values())
        tags = sorted((tag for tags in found for tag in tags), key=lambda tag: tag.serial)
    chosen = select(call, tags, tag_view.view, _FILTER_FIELDS)
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
    change = _change_of(call, tag, fields)
    world.state.add_tag(tag)
    change()
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
    _check_name(tag.provider, name or "", tag)
    change = _change_of(call, tag, fields)
    resource = {**tag.resource, "displayName": name}
    call.world.state.change_tag(tag, resource, None, call.world.now())
    change()
    return answer(tag_view.view(tag))


def _change_of(call: Call, tag: Tag, fields: dict[str, Any]) -> Callable[[], None]:
    """Return what a body does to a tag beside naming it: checked whole, done when called.

    Raises:
        Problem: something in the body does not hold.
    """
    state = call.world.state
    description = text_field(fields, "description")
    status = text_field(fields, "status") or ("Active" if tag.active else "Inactive")
    requestable = fields.get("requestable", tag.requestable)
    rules = fields.get("attributeCriteriaBeans")
    owners, attributes = _owners(call, fields), _attributes(fields)
    if status not in ("Active", "Inactive"):
        raise Problem.invalid("status must be Active or Inactive")
    if not isinstance(requestable, bool):
        raise Problem.invalid("requestable must be true or false")
    read = None if not rules else tag_rules.read_rules(state, objects(rules))
    if read:
        tag_rules.internal(tag)

    def change() -> None:
        if description is not None:
            tag.description = description
        tag.active, tag.requestable = status == "Active", requestable
        if read is not None:
            tag.rules = read
        if attributes is not None:
            tag.attributes = attributes
        if owners is not None:
            state.set_owners(tag, owners)

    return change


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


def _members(call: Call) -> Answer:
    entries, show = _chosen(call), _shown(call)
    if call.parameter("filter") == "available" and call.parameter("page") is None:
        return answer([show(user) for user in entries])  # the vendor's package reads an array
    return answer(paged(call, entries, show))


def _chosen(call: Call) -> Sequence[User]:
    """Return the users a list of members asks for: members, members by rule too, or all others."""
    tag, state = call.tag(), call.world.state
    which = (call.parameter("filter") or "").strip().lower()
    if which == "available":
        return outsiders(call, tag)
    dynamic = call.flag("fetchDynamicallyAssignedUsers", default=False)
    entries = members_of(call, tag)
    if dynamic:
        entries = list(dict.fromkeys([*entries, *matched(state, tag.rules)]))
    return entries if which == "assigned" else select_users(call, entries)


def _shown(call: Call) -> Callable[[User], dict[str, Any]]:
    return lambda user: user_view.view(call.world, user, tags=False)


def select_users(call: Call, entries: Sequence[User]) -> Sequence[User]:
    """Return the users that `filter` and `searchText` of the query let through, as `sort` orders them."""
    return select(call, entries, _shown(call), users.FILTER_FIELDS)


def _member(call: Call) -> Answer:
    tag, user = call.tag(), call.user(1)
    if user.id not in tag.members:
        return nothing(200)  # vendor clients read an empty body as "not a member"
    return answer(user_view.view(call.world, user))


def _add_member(call: Call) -> Answer:
    return answer(user_view.view(call.world, add_member(call)))


def _remove_member(call: Call) -> Answer:
    remove_member(call)
    return nothing(200)


def add_member(call: Call) -> User:
    """Make the user of the second slot a member of the tag of the first; being one already is success.

    Raises:
        Problem: there is no such tag or user, or an identity provider owns the tag.
    """
    tag, user = own_tag(call.tag()), call.user(1)
    member = {"value": user.id, "type": "User"}
    if user.id not in tag.members:
        call.world.state.change_members(tag, [member], (), call.world.now())
    return user


def remove_member(call: Call) -> None:
    """End the membership of the user of the second slot.

    Raises:
        Problem: there is no such tag, user or membership, or an identity provider owns the tag.
    """
    tag, user = own_tag(call.tag()), call.user(1)
    if user.id not in tag.members:
        raise Problem(400, "UT-0006", f"user {user.id} is no member of tag {tag.id}")
    call.world.state.change_members(tag, (), [user.id], call.world.now())


# ----------------------------------------------------------------------------- checks


def _check_name(provider: Provider, name: str, of: Tag | None) -> None:
    if any(other is not of for other in provider.tags.find("displayName", name)):
        raise Problem(400, DUPLICATE, f"a tag named {name!r} exists")


def _owners(call: Call, fields: dict[str, Any]) -> list[User | Tag] | None:
    """Return the owners a body names; `None` where it names none."""
    relationships = fields.get("relationships")
    if relationships is None:
        return None
    state = call.world.state
    known: dict[str, Mapping[str, User | Tag]] = {"User": state.users, "Tag": state.tags}
    try:
        given = cast("dict[str, Any]", relationships)["owners"]
        owners = [
            known[one["relatedEntityType"]].get(str(one["relatedEntityId"]))
            for one in cast("list[dict[str, Any]]", given)
        ]
    except (KeyError, TypeError):
        raise Problem.invalid(
            "relationships.owners must be a list of {relatedEntityId, relatedEntityType: User or Tag}"
        ) from None
    there = [owner for owner in owners if owner is not None]
    if len(there) < len(owners):
        raise Problem.invalid("an owner does not exist")
    return there


def _attributes(fields: dict[str, Any]) -> list[dict[str, str]] | None:
    """Return the values of tag attributes that a body has; `None` where it has none."""
    given = fields.get("attributes")
    if given is None:
        return None
    names = ("attributeId", "attributeName", "attributeValue")
    try:
        values = [
            {name: one[name] for name in names if one.get(name) is not None}
            for one in cast("list[dict[str, Any]]", given)
        ]
    except (AttributeError, TypeError):
        raise Problem.invalid("attributes must be a list of objects") from None
    if not all(isinstance(text, str) for one in values for text in one.values()):
        raise Problem.invalid(f"of an attribute {', '.join(names)} are text")
    return values


def _minimized(call: Call) -> Answer:
    tags = call.world.state.tags
    wanted = [tags[id_] for id_ in call.ids() if id_ in tags]
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
