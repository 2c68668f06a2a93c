"""Schema of one resource: the schema of its type, plus an open extension per undeclared URN."""

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
    """Return the schema of a resource, with an open extension for each undeclared URN in `schemas`.

    `schemas` determines the attributes of a resource (RFC 7644 §3.5.2). In an extension without class
    and document any attribute is valid.
    """
    if resource.__class__ is dict:
        listed = cast("Mapping[str, Any]", resource).get("schemas")
        if is_list(listed):
            try:
                schema = _find_schema_by_urns(tuple(listed))
            except (TypeError, AttributeError):  # elements are not strings
                schema = None
            if schema is not None:
                return schema
    schema = schema_for(resource)
    listed = resource.schemas if isinstance(resource, Resource) else resource.get("schemas")
    return with_open_extensions(schema, listed) if is_collection(listed) else schema


@functools.lru_cache(maxsize=256)
def _find_schema_by_urns(urns: tuple[str, ...]) -> ResourceSchema | None:
    """Return the schema for the URNs of a resource, or `None` if none belongs to a known type."""
    schema = schema_for({"schemas": list(urns)})
    core = fold(schema.urn)
    if core not in {fold(urn) for urn in urns}:
        return None  # the type may follow from other members
    return with_open_extensions(schema, urns)


def with_open_extensions(schema: ResourceSchema, urns: Any) -> ResourceSchema:
    """Return a schema with an open extension for each URN that it does not declare."""
    undeclared: dict[str, str] = {}
    for urn in urns:
        if not isinstance(urn, str) or not is_schema_uri(urn) or fold(urn) == fold(schema.urn):
            continue
        if schema.find_extension(urn) is None:
            undeclared.setdefault(fold(urn), urn)
    return (
        _add_open_extensions(schema, tuple(sorted(undeclared.values()))) if undeclared else schema
    )


@functools.lru_cache(maxsize=256)
def _add_open_extensions(schema: ResourceSchema, urns: tuple[str, ...]) -> ResourceSchema:
    added = [ExtensionSchema(urn=urn, is_open=True) for urn in urns]
    extensions = [*schema.extensions, *added]
    return ResourceSchema(schema.urn, schema.name, schema.attributes, extensions, schema.model)
