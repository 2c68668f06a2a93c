"""Identity attributes: `/api/users/attributes` (docs/manage-identity-attributes)."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin import workload
from britive_scim.testing.admin.listing import select
from britive_scim.testing.admin.problem import DUPLICATE, Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, text_field
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.defaults import DATA_TYPES, IDENTITY_TYPES
from britive_scim.testing.state.state import IdentityAttribute

__all__ = ["ROUTES", "view"]


def view(attribute: IdentityAttribute) -> dict[str, Any]:
    """Return an identity attribute as the API shows it."""
    return {
        "id": attribute.id,
        "name": attribute.name,
        "description": attribute.description,
        "dataType": attribute.data_type,
        "multiValued": attribute.multi_valued,
        "builtIn": attribute.built_in,
        "identityTypes": list(attribute.identity_types),
    }


def _list(call: Call) -> Answer:
    wanted = call.parameter("type")
    attributes = [
        attribute
        for attribute in call.world.state.attributes.values()
        if not wanted or wanted in attribute.identity_types
    ]
    return answer([view(one) for one in select(call, attributes, view, {"name": "name"})])


def _get(call: Call) -> Answer:
    return answer(view(call.attribute()))


def _create(call: Call) -> Answer:
    fields = call.fields()
    for name in ("name", "description", "dataType", "multiValued", "identityTypes"):
        if fields.get(name) is None:
            raise Problem.invalid(f"{name} is required")
    attribute = IdentityAttribute(
        id=call.world.ids.new(),
        name=_name(call, fields, None),
        description=text_field(fields, "description") or "",
        data_type=_data_type(fields),
        multi_valued=_multi_valued(fields),
        built_in=False,
        identity_types=_identity_types(fields),
    )
    call.world.state.attributes[attribute.id] = attribute
    return answer(view(attribute))


def _update(call: Call) -> Answer:
    attribute = _custom(call)
    fields = call.fields()
    name = _name(call, fields, attribute) if "name" in fields else attribute.name
    description = text_field(fields, "description")
    types = _identity_types(fields) if "identityTypes" in fields else attribute.identity_types
    if "dataType" in fields and _data_type(fields) != attribute.data_type:
        raise Problem.invalid("dataType cannot be changed")
    if "multiValued" in fields and _multi_valued(fields) != attribute.multi_valued:
        raise Problem.invalid("multiValued cannot be changed")
    if not set(attribute.identity_types) <= set(types):
        raise Problem.invalid("identityTypes can be added, not removed")
    attribute.name, attribute.identity_types = name, types
    if description is not None:
        attribute.description = description
    return answer(view(attribute))


def _delete(call: Call) -> Answer:
    attribute = _custom(call)
    call.world.state.remove_attribute(attribute)
    workload.forget_attribute(call.world.state, attribute.id)
    return nothing(200)


def _types(_: Call) -> Answer:
    return answer(list(IDENTITY_TYPES))


def _custom(call: Call) -> IdentityAttribute:
    attribute = call.attribute()
    if attribute.built_in:
        raise Problem.invalid(f"{attribute.name} is built in and cannot be changed or deleted")
    return attribute


def _name(call: Call, fields: dict[str, Any], of: IdentityAttribute | None) -> str:
    name = text_field(fields, "name", required=True) or ""
    other = call.world.state.attribute_named(name)
    if other is not None and other is not of:
        raise Problem(400, DUPLICATE, f"an identity attribute named {other.name!r} exists")
    return name


def _data_type(fields: dict[str, Any]) -> str:
    value = fields.get("dataType")
    if value not in DATA_TYPES:
        raise Problem.invalid(f"dataType must be one of {', '.join(DATA_TYPES)}")
    return str(value)


def _multi_valued(fields: dict[str, Any]) -> bool:
    value = fields.get("multiValued")
    if not isinstance(value, bool):
        raise Problem.invalid("multiValued must be true or false")
    return value


def _identity_types(fields: dict[str, Any]) -> list[str]:
    given = fields.get("identityTypes")
    types = cast("list[object]", given) if isinstance(given, list) else []
    if not types or not all(one in IDENTITY_TYPES for one in types):
        raise Problem.invalid(
            f"identityTypes must be a list of one or more of {', '.join(IDENTITY_TYPES)}"
        )
    return list(dict.fromkeys(map(str, types)))


ROUTES: Routes = {
    "users/attributes": {"GET": _list, "POST": _create},
    "users/attributes/identity-types": {"GET": _types},
    "users/attributes/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
}
