"""Spelling of schema URNs in a resource: the same in `schemas` and as key (RFC 7643 §2.1, §3.3)."""

from __future__ import annotations

from typing import Any

from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.node import find_key, is_mapping

__all__ = ["unify_urns"]


def unify_urns(resource: dict[str, Any], schema: ResourceSchema) -> None:
    """Write each URN of a resource with one spelling: that of its schema, else that of its key.

    Args:
        resource: a resource in wire form; changed, with a new list of `schemas`.
        schema: schema of the resource.
    """
    spellings: dict[str, str] = {fold(schema.urn): schema.urn}
    keys: dict[str, list[str]] = {}
    for name, value in resource.items():
        if name.__class__ is str and ":" in name and is_mapping(value):
            keys.setdefault(fold(name), []).append(name)
    for folded, names in keys.items():
        extension = schema.find_extension(names[0])
        spellings[folded] = names[0] if extension is None else extension.urn
    if any(len(names) == 1 and names != [spellings[folded]] for folded, names in keys.items()):
        renamed = {names[0]: spellings[folded] for folded, names in keys.items() if len(names) == 1}
        members = [(renamed.get(name, name), value) for name, value in resource.items()]
        resource.clear()
        resource.update(members)
    key = find_key(resource, "schemas")
    if key is None or not is_list(resource[key]):
        return
    listed: list[Any] = resource[key]
    updated: dict[Any, Any] = {}
    for urn in listed:
        if not isinstance(urn, str):
            return  # unreadable, so it stays
        folded = fold(urn)
        extension = schema.find_extension(urn)
        known = urn if extension is None else extension.urn
        updated.setdefault(folded, spellings.get(folded, known))
    if list(updated.values()) != listed:
        resource[key] = list(updated.values())
