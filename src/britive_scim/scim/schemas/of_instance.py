"""Schema of one resource: the schema of its type, plus an open extension per undeclared URN."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

from britive_scim.scim.json_values import is_list
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold, is_schema_uri
from britive_scim.scim.schemas.resource_schema import (
    ExtensionSchema,
    ResourceSchema,
    SchemaLike,
    is_type_urn,
    schema_for,
)
from britive_scim.scim.values.node import is_collection, is_node

__all__ = [
    "find_instance_schema",
    "find_listed_schema",
    "with_instance_extensions",
    "with_open_extensions",
]


def find_instance_schema(
    resource: Resource | Mapping[str, Any], schema: SchemaLike | None = None
) -> ResourceSchema:
    """Return the schema of a resource, with an open extension for each undeclared URN that it has.

    `schemas` determines the attributes of a resource (RFC 7644 §3.5.2), and so does an object under a
    URN. In an extension without class and document any attribute is valid.

    Args:
        resource: a model, or a mapping in wire form.
        schema: a class of resources; a `ResourceSchema` declares all extensions, and is returned itself.
    """
    if isinstance(schema, ResourceSchema):
        return schema
    if schema is not None:
        return with_instance_extensions(ResourceSchema.of(schema), resource)
    return with_instance_extensions(schema_for(resource), resource)


def find_listed_schema(resource: Resource | Mapping[str, Any]) -> ResourceSchema:
    """Return the schema of a resource with the extensions in its `schemas`, without those found only as keys.

    Faster than `find_instance_schema`, for callers that add the others when a path names one.
    """
    if resource.__class__ is dict:
        listed = cast("Mapping[str, Any]", resource).get("schemas")
        if is_list(listed):
            try:
                known = _find_schema_by_urns(tuple(listed))
            except (TypeError, AttributeError):  # elements are not strings
                known = None
            if known is not None:
                return known
    return find_instance_schema(resource)


def with_instance_extensions(
    schema: ResourceSchema, resource: Resource | Mapping[str, Any]
) -> ResourceSchema:
    """Return a schema with an open extension for each undeclared URN that a resource lists or contains."""
    members: Mapping[str, Any]
    if isinstance(resource, Resource):
        listed: Any = resource.schemas
        members = resource.__pydantic_extra__ or {}
    else:
        listed = resource.get("schemas")
        members = resource
    if is_collection(listed):
        try:
            schema = _add_listed_extensions(schema, tuple(listed))
        except TypeError:  # elements are not hashable, so not strings
            schema = _add_listed_extensions(
                schema, tuple(urn for urn in listed if isinstance(urn, str))
            )
    keys = _list_extension_keys(members) if members else ()
    return _add_listed_extensions(schema, tuple(keys)) if keys else schema


@functools.lru_cache(maxsize=256)
def _add_listed_extensions(schema: ResourceSchema, urns: tuple[Any, ...]) -> ResourceSchema:
    return with_open_extensions(schema, [urn for urn in urns if not is_type_urn(urn)])


def _list_extension_keys(members: Mapping[str, Any]) -> list[str]:
    """Return the keys that may be URNs of extensions, with an object each."""
    return [
        name for name in members if name.__class__ is str and ":" in name and is_node(members[name])
    ]


@functools.lru_cache(maxsize=256)
def _find_schema_by_urns(urns: tuple[str, ...]) -> ResourceSchema | None:
    """Return the schema for the URNs of a resource, or `None` if none belongs to a known type."""
    schema = schema_for({"schemas": list(urns)})
    core = fold(schema.urn)
    if core not in {fold(urn) for urn in urns}:
        return None  # the type may follow from other members
    return _add_listed_extensions(schema, urns)


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
