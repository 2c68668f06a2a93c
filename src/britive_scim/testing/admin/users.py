"""Users: `/api/users` (docs/manage-users, apidocs/get-a-list-of-all-identities and siblings)."""

from __future__ import annotations

import zlib
from typing import Any, cast

from britive_scim.scim.names import USER
from britive_scim.testing.admin import workload
from britive_scim.testing.admin.listing import asked_name, paged, select
from britive_scim.testing.admin.ownership import own_user
from britive_scim.testing.admin.password_policy import check_password
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, text_field
from britive_scim.testing.admin.user_view import view
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.context import World
from britive_scim.testing.state.defaults import IDENTITY_TYPES
from britive_scim.testing.state.state import Provider, User

__all__ = ["FILTER_FIELDS", "ROUTES"]

FILTER_FIELDS = {
    "name": "name",
    "status": "status",
    "role": "_roles",
    "username": "username",
}

_FROM_ADMIN: dict[str, tuple[str, ...]] = {
    "username": ("userName",),
    "firstName": ("name", "givenName"),
    "lastName": ("name", "familyName"),
}
"""Fields of the admin API -> where a SCIM resource keeps them."""

_TYPED = {
    "email": ("emails", "work"),
    "mobile": ("phoneNumbers", "mobile"),
    "phone": ("phoneNumbers", "work"),
}


def _filtered_view(world: World, user: User) -> dict[str, Any]:
    return {**view(world, user, tags=False), "_roles": list(user.roles)}


def _list(call: Call) -> Answer:
    world = call.world
    include_tags = call.flag("includeTags", default=False)
    kind = call.parameter("type") or "User"
    users = world.state.users_of_kind(kind)
    username = asked_name(call, FILTER_FIELDS, "username")
    if username is not None:
        users = [user for user in _named_so(world, username) if user.kind == kind]
    chosen = select(call, users, lambda user: _filtered_view(world, user), FILTER_FIELDS)
    if _asks_for_one(call):
        # vendor clients read a single object here, and an empty body as "not found"
        return answer(view(world, chosen[0], tags=include_tags)) if chosen else nothing(200)
    return answer(paged(call, chosen, lambda user: view(world, user, tags=include_tags)))


def _named_so(world: World, username: str) -> list[User]:
    """Return the users among whom all of this username are, oldest first: by the index where that is it."""
    found: list[User] = []
    for provider in world.state.providers.values():
        by_index = provider.scim_name_of("Username") == "userName"
        found += provider.users.find("userName", username) if by_index else provider.users
    return sorted(found, key=lambda user: user.serial)


def _asks_for_one(call: Call) -> bool:
    if call.parameter("page") is not None or call.parameter("size") is not None:
        return False
    return asked_name(call, FILTER_FIELDS, "username") is not None


def _get(call: Call) -> Answer:
    return answer(view(call.world, call.user()))


def _custom_attributes(call: Call) -> Answer:
    user = call.user()
    return answer(
        [
            {
                # a number that stays the same as long as the value does
                "id": zlib.crc32(f"{user.id} {attribute.id} {value}".encode()),
                "attributeId": attribute.id,
                "attributeName": attribute.name,
                "attributeValue": value,
            }
            for attribute, value in attribute_mapping.custom_values(user)
        ]
    )


def _change_custom_attributes(call: Call) -> Answer:
    user = own_user(call.user())
    pairs = list(user.custom)
    for item in call.items():
        given = item.get("customUserAttribute")
        fields = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        attribute = call.world.state.attributes.get(str(fields.get("attributeId")))
        value = text_field(fields, "attributeValue", required=True) or ""
        if attribute is None or attribute.built_in:
            raise Problem.invalid("attributeId must be the id of a custom identity attribute")
        if item.get("op") == "add":
            if not attribute.multi_valued:
                pairs = [pair for pair in pairs if pair[0] is not attribute]
            pairs.append((attribute, value))
        elif item.get("op") == "remove" and (attribute, value) in pairs:
            pairs.remove((attribute, value))
        else:
            raise Problem.invalid("op must be add, or remove with a value the user has")
    user.custom = pairs
    call.world.state.touch(user, call.world.now())
    return nothing()


def _create(call: Call) -> Answer:
    world = call.world
    fields = call.fields()
    kind = fields.get("type") or "User"
    if kind not in IDENTITY_TYPES:
        raise Problem.invalid(f"type must be one of {', '.join(IDENTITY_TYPES)}")
    if kind != "User":
        return answer(view(world, _create_identity(call, fields, kind)))
    for name in ("username", "email", "firstName", "lastName"):
        text_field(fields, name, required=True)
    provider = _provider_of(call, fields)
    password = text_field(fields, "password")
    if provider.is_default and not password:
        raise Problem(400, "U-0004", "a user of the default identity provider needs a password")
    if provider.is_default:
        check_password(world, password or "", "U-0004")
    resource = _written(fields, {"schemas": [USER], "active": True})
    _check_username(provider, resource, None)
    now = world.now()
    user = User(world.new_id(), provider, now, now, scim=False, resource=resource)
    user.roles = _roles(fields)
    world.state.add_user(user)
    return answer(view(world, user))


def _create_identity(call: Call, fields: dict[str, Any], kind: str) -> User:
    """Make a service identity: it has a name and a description, and no person behind it."""
    world = call.world
    name = text_field(fields, "name", required=True) or ""
    provider = next(one for one in world.state.providers.values() if one.is_default)
    written = _written({"username": name, "status": fields.get("status")}, {"active": True})
    resource = {"schemas": [USER], **written}
    _check_username(provider, resource, None)
    now = world.now()
    user = User(world.new_id(), provider, now, now, scim=False, resource=resource)
    user.kind, user.description = kind, text_field(fields, "description")
    world.state.add_user(user)
    return user


def _update(call: Call) -> Answer:
    user = own_user(call.user())
    fields = call.fields()
    if user.kind != "User":
        fields = {"username": fields.get("name"), **fields}
        user.description = text_field(fields, "description") or user.description
    resource = _written(fields, user.resource)
    _check_username(user.provider, resource, user)
    roles = _roles(fields) if "adminRoles" in fields else user.roles
    call.world.state.change_user(user, resource, call.world.now())
    user.roles = roles
    return nothing()


def _delete(call: Call) -> Answer:
    user = own_user(call.user())
    call.world.state.remove_user(user, call.world.now())
    workload.forget_identity(call.world.state, user.id)
    return nothing(200)


def _set_status(call: Call, users: list[User], *, active: bool) -> list[dict[str, Any]]:
    for user in users:
        own_user(user)
    for user in users:
        call.world.state.change_user(user, {**user.resource, "active": active}, call.world.now())
    return [view(call.world, user) for user in users]


def _enable(call: Call) -> Answer:
    return answer(_set_status(call, [call.user()], active=True)[0])


def _disable(call: Call) -> Answer:
    return answer(_set_status(call, [call.user()], active=False)[0])


def _enable_many(call: Call) -> Answer:
    return answer(_set_status(call, _named(call), active=True))


def _disable_many(call: Call) -> Answer:
    return answer(_set_status(call, _named(call), active=False))


def _named(call: Call) -> list[User]:
    """Return the users whose ids the body lists."""
    body = call.json()
    if not isinstance(body, list):
        raise Problem.invalid("the body must be an array of user ids")
    users: list[User] = []
    for id_ in cast("list[object]", body):
        user = call.world.state.users.get(str(id_))
        if user is None:
            raise Problem.missing("user", str(id_))
        users.append(user)
    return users


def _provider_of(call: Call, fields: dict[str, Any]) -> Provider:
    providers = call.world.state.providers
    given = fields.get("identityProvider")
    if given is None:
        return next(one for one in providers.values() if one.is_default)
    id_ = cast("dict[str, Any]", given).get("id") if isinstance(given, dict) else given
    provider = providers.get(str(id_))
    if provider is None:
        raise Problem.missing("identity provider", str(id_))
    return provider


def _check_username(provider: Provider, resource: dict[str, Any], of: User | None) -> None:
    name = resource["userName"]
    if name != name.strip() or not name:
        raise Problem(400, "U-0001", "username has blanks around it, or is empty")
    if any(other is not of for other in provider.users.find("userName", name)):
        raise Problem(400, "U-0009", f"a user with the username {name!r} exists")


def _written(fields: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    """Return a SCIM resource with the admin fields of a body laid over it."""
    written = dict(resource)
    for name, path in _FROM_ADMIN.items():
        value = text_field(fields, name)
        if value is not None and len(path) == 1:
            written[path[0]] = value
        elif value is not None:
            written[path[0]] = {**written.get(path[0], {}), path[1]: value}
    for name, (attribute, kind) in _TYPED.items():
        value = text_field(fields, name)
        if value is not None:
            others = [one for one in written.get(attribute, ()) if one.get("type") != kind]
            written[attribute] = [{"value": value, "type": kind}, *others] if value else others
    status = text_field(fields, "status")
    if status is not None:
        if status not in ("active", "inactive"):
            raise Problem.invalid("status must be active or inactive")
        written["active"] = status == "active"
    return written


def _roles(fields: dict[str, Any]) -> list[str]:
    given: object = fields.get("adminRoles") or []
    roles = cast("list[object]", given) if isinstance(given, list) else [None]
    names = [cast("dict[str, Any]", one).get("name") for one in roles if isinstance(one, dict)]
    if len(names) != len(roles) or not all(isinstance(name, str) for name in names):
        raise Problem.invalid("adminRoles must be a list of objects with a name")
    return [str(name) for name in names]


ROUTES: Routes = {
    "users": {"GET": _list, "POST": _create},
    "users/disabled-statuses": {"POST": _disable_many},
    "users/enabled-statuses": {"POST": _enable_many},
    "users/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
    "users/{}/disabled-statuses": {"POST": _disable},
    "users/{}/enabled-statuses": {"POST": _enable},
    "users/{}/custom-attributes": {"GET": _custom_attributes, "PATCH": _change_custom_attributes},
}
