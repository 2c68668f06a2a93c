"""SCIM attributes and their mappings: `/api/identity-providers/scim-attributes`, `…/scim-attribute-mappings`."""

from __future__ import annotations

from britive_scim.testing.admin.problem import NOT_FOUND, AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_string,
    make_empty_response,
    make_json_response,
)
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.defaults import KNOWN_SCIM_ATTRIBUTES
from britive_scim.testing.state.state import MappingRecord

__all__ = ["ROUTES"]


def _list(_: AdminRequest) -> TenantResponse:
    return make_json_response(list(KNOWN_SCIM_ATTRIBUTES))


def _update_mappings(request: AdminRequest) -> TenantResponse:
    provider = request.get_provider()
    if provider.is_default:
        raise AdminHttpError.invalid("the default identity provider has no SCIM mappings")
    mappings = list(provider.mappings)
    for index, item in enumerate(request.parse_objects()):
        prefix = f"item {index}: "
        op = item.get("op")
        if op not in ("add", "remove"):
            raise AdminHttpError.invalid(f"{prefix}op must be add or remove")
        id_ = get_string(item, "attributeId", required=True) or ""
        attribute = request.context.state.attributes.get(id_)
        if attribute is None:
            raise AdminHttpError(400, NOT_FOUND, f"{prefix}identity attribute {id_} does not exist")
        if get_string(item, "attributeName") not in (None, attribute.name):
            raise AdminHttpError.invalid(
                f"{prefix}attributeName is not the name of identity attribute {id_}"
            )
        scim_name = get_string(item, "scimAttributeName", required=True) or ""
        current = [mapping for mapping in mappings if mapping.attribute is attribute]
        if op == "remove" and not any(mapping.scim_name == scim_name for mapping in current):
            raise AdminHttpError(
                400, NOT_FOUND, f"{prefix}{attribute.name} is not mapped from {scim_name}"
            )
        mappings = [mapping for mapping in mappings if mapping not in current]
        if op == "add":
            mappings.append(MappingRecord(attribute, scim_name))
    provider.mappings = mappings
    return make_empty_response()


ROUTES: Routes = {
    "identity-providers/scim-attributes": {"GET": _list},
    "identity-providers/{}/scim-attribute-mappings": {"PATCH": _update_mappings},
}
