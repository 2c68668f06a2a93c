"""The schema of one resource at hand: its type's, and the extensions it carries that nobody declared."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

from britive_scim.scim.json_values import is_list
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold, is_schema_uri
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, ResourceSchema, schema_for
from britive_scim.scim.values.node import is_collection

__all__ = ["find_instance_schema", "with_open_extensions"]


def find_instance_schema(resource: Resource | Mapping[str, Any]) -> ResourceSchema:
    """Return what a resource says it is, with an open extension for every URN it lists beside.

    Which attributes exist is for the `schemas` of the resource to say (RFC 7644 §3.5.2); of an
    extension that no class and no document describes, any attribute may.
    """
    if resource.__class__ is dict:
        listed = cast("Mapping[str, Any]", resource).get("schemas")
        if is_list(listed):
            try:
                known = _find_schema_by_urns(tuple(listed))
            except (TypeError, AttributeError):  # what is listed are no texts
                known = None
            if known is not None:
                return known
    known = schema_for(resource)
    listed = resource.schemas if isinstance(resource, Resource) else resource.get("schemas")
    return with_open_extensions(known, listed) if is_collection(listed) else known


@functools.lru_cache(maxsize=256)
def _find_schema_by_urns(urns: tuple[str, ...]) -> ResourceSchema | None:
    """Return the schema of a resource that lists these URNs, if one of them is that of a known type."""
    known = schema_for({"schemas": list(urns)})
    core = fold(known.urn)
    if core not in {fold(urn) for urn in urns}:
        return None  # other members of the resource may tell
    return with_open_extensions(known, urns)


def with_open_extensions(schema: ResourceSchema, urns: Any) -> ResourceSchema:
    """Return a schema with an open extension for each URN that it does not know."""
    further: dict[str, str] = {}
    for urn in urns:
        if not isinstance(urn, str) or not is_schema_uri(urn) or fold(urn) == fold(schema.urn):
            continue
        if schema.find_extension(urn) is None:
            further.setdefault(fold(urn), urn)
    return _add_open_extensions(schema, tuple(sorted(further.values()))) if further else schema


@functools.lru_cache(maxsize=256)
def _add_open_extensions(schema: ResourceSchema, urns: tuple[str, ...]) -> ResourceSchema:
    further = [ExtensionSchema(urn=urn, is_open=True) for urn in urns]
    extensions = [*schema.extensions, *further]
    return ResourceSchema(schema.urn, schema.name, schema.attributes, extensions, schema.model)
