"""Identity attributes: `/api/users/attributes` (docs/manage-identity-attributes)."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin import workload
from britive_scim.testing.admin.listing import filter_entries
from britive_scim.testing.admin.problem import DUPLICATE, AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_boolean,
    get_string,
    make_empty_response,
    make_json_response,
)
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.defaults import DATA_TYPES, IDENTITY_TYPES
from britive_scim.testing.state.state import IdentityAttributeRecord

__all__ = ["ROUTES", "serialize_attribute"]


def serialize_attribute(attribute: IdentityAttributeRecord) -> dict[str, Any]:
    """Return an identity attribute in wire form."""
    return {
        "id": attribute.id,
        "name": attribute.name,
        "description": attribute.description,
        "dataType": attribute.data_type,
        "multiValued": attribute.multi_valued,
        "builtIn": attribute.built_in,
        "identityTypes": list(attribute.identity_types),
    }


def _list(request: AdminRequest) -> TenantResponse:
    identity_type = request.get_parameter("type")
    attributes = [
        attribute
        for attribute in request.context.state.attributes.values()
        if not identity_type or identity_type in attribute.identity_types
    ]
    matches = filter_entries(request, attributes, serialize_attribute, {"name": "name"})
    return make_json_response([serialize_attribute(attribute) for attribute in matches])


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(serialize_attribute(request.get_attribute()))


def _create(request: AdminRequest) -> TenantResponse:
    fields = request.parse_object()
    for name in ("name", "description", "dataType", "multiValued", "identityTypes"):
        if fields.get(name) is None:
            raise AdminHttpError.invalid(f"{name} is required")
    attribute = IdentityAttributeRecord(
        id=request.context.id_generator.generate(),
        name=_get_unique_name(request, fields, None),
        description=get_string(fields, "description") or "",
        data_type=_get_data_type(fields),
        multi_valued=get_boolean(fields, "multiValued"),
        built_in=False,
        identity_types=_get_identity_types(fields),
    )
    request.context.state.attributes[attribute.id] = attribute
    return make_json_response(serialize_attribute(attribute))


def _update(request: AdminRequest) -> TenantResponse:
    attribute = _get_custom_attribute(request)
    fields = request.parse_object()
    name = _get_unique_name(request, fields, attribute) if "name" in fields else attribute.name
    description = get_string(fields, "description")
    types = _get_identity_types(fields) if "identityTypes" in fields else attribute.identity_types
    if "dataType" in fields and _get_data_type(fields) != attribute.data_type:
        raise AdminHttpError.invalid("dataType cannot be changed")
    if "multiValued" in fields and get_boolean(fields, "multiValued") != attribute.multi_valued:
        raise AdminHttpError.invalid("multiValued cannot be changed")
    if not set(attribute.identity_types) <= set(types):
        raise AdminHttpError.invalid("identityTypes can be added, not removed")
    attribute.name, attribute.identity_types = name, types
    if description is not None:
        attribute.description = description
    return make_json_response(serialize_attribute(attribute))


def _delete(request: AdminRequest) -> TenantResponse:
    attribute = _get_custom_attribute(request)
    request.context.state.remove_attribute(attribute)
    workload.remove_attribute_references(request.context.state, attribute.id)
    return make_empty_response(200)


def _list_identity_types(_: AdminRequest) -> TenantResponse:
    return make_json_response(list(IDENTITY_TYPES))


def _get_custom_attribute(request: AdminRequest) -> IdentityAttributeRecord:
    attribute = request.get_attribute()
    if attribute.built_in:
        raise AdminHttpError.invalid(
            f"{attribute.name} is built in and cannot be changed or deleted"
        )
    return attribute


def _get_unique_name(
    request: AdminRequest, fields: dict[str, Any], current: IdentityAttributeRecord | None
) -> str:
    name = get_string(fields, "name", required=True) or ""
    other = request.context.state.find_attribute_by_name(name)
    if other is not None and other is not current:
        raise AdminHttpError(400, DUPLICATE, f"an identity attribute named {other.name!r} exists")
    return name


def _get_data_type(fields: dict[str, Any]) -> str:
    value = fields.get("dataType")
    if value not in DATA_TYPES:
        raise AdminHttpError.invalid(f"dataType must be one of {', '.join(DATA_TYPES)}")
    return str(value)


def _get_identity_types(fields: dict[str, Any]) -> list[str]:
    value = fields.get("identityTypes")
    types = cast("list[object]", value) if isinstance(value, list) else []
    if not types or not all(type_ in IDENTITY_TYPES for type_ in types):
        raise AdminHttpError.invalid(
            f"identityTypes must be a list of one or more of {', '.join(IDENTITY_TYPES)}"
        )
    return list(dict.fromkeys(map(str, types)))


ROUTES: Routes = {
    "users/attributes": {"GET": _list, "POST": _create},
    "users/attributes/identity-types": {"GET": _list_identity_types},
    "users/attributes/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
}
