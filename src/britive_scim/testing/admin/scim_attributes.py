"""SCIM attributes and their mappings: `/api/identity-providers/scim-attributes`, `…/scim-attribute-mappings`."""

from __future__ import annotations

from britive_scim.testing.admin.problem import MISSING, Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, text_field
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.defaults import KNOWN_SCIM_ATTRIBUTES
from britive_scim.testing.state.state import AttributeMapping

__all__ = ["ROUTES"]


def _list(_: Call) -> Answer:
    return answer(list(KNOWN_SCIM_ATTRIBUTES))


def _change(call: Call) -> Answer:
    provider = call.provider()
    if provider.is_default:
        raise Problem.invalid("the default identity provider has no SCIM mappings")
    mappings = list(provider.mappings)
    for number, item in enumerate(call.items()):
        where = f"item {number}: "
        op = item.get("op")
        if op not in ("add", "remove"):
            raise Problem.invalid(f"{where}op must be add or remove")
        id_ = text_field(item, "attributeId", required=True) or ""
        attribute = call.world.state.attributes.get(id_)
        if attribute is None:
            raise Problem(400, MISSING, f"{where}identity attribute {id_} does not exist")
        if text_field(item, "attributeName") not in (None, attribute.name):
            raise Problem.invalid(
                f"{where}attributeName is not the name of identity attribute {id_}"
            )
        scim_name = text_field(item, "scimAttributeName", required=True) or ""
        same = [mapping for mapping in mappings if mapping.attribute is attribute]
        if op == "remove" and not any(mapping.scim_name == scim_name for mapping in same):
            raise Problem(400, MISSING, f"{where}{attribute.name} is not mapped from {scim_name}")
        mappings = [mapping for mapping in mappings if mapping not in same]
        if op == "add":
            mappings.append(AttributeMapping(attribute, scim_name))
    provider.mappings = mappings
    return nothing()


ROUTES: Routes = {
    "identity-providers/scim-attributes": {"GET": _list},
    "identity-providers/{}/scim-attribute-mappings": {"PATCH": _change},
}
