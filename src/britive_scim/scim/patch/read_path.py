"""Read the value at an attribute path of a model or mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.held_names import has_name
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.wire_form import to_wire_path
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import READING
from britive_scim.scim.patch.known_path import require_known_condition, require_known_path
from britive_scim.scim.patch.multivalued import IndexedValues
from britive_scim.scim.patch.target import build_undeclared_target, resolve_target
from britive_scim.scim.schemas.of_instance import find_instance_schema
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.values.lookup import find_schemas, is_assigned, wrap_values
from britive_scim.scim.values.node import (
    UNDECLARED,
    Node,
    get_value,
    is_collection,
    is_node,
    to_list,
)

__all__ = ["read"]


def read(
    resource: Resource | Mapping[str, Any],
    path: str | Path,
    schema: SchemaLike | None = None,
    *,
    strict: bool = False,
    short_names: bool = True,
) -> Any:
    """Return the value at a SCIM path, or `None`.

    The type of the result depends on the path, except in the last row:

    | path | value |
    | --- | --- |
    | `userName`, `name`, `name.givenName`, an extension's URN | the value |
    | `emails`, `emails[type eq "work"]` | a list of values |
    | `emails.value` | a list of the sub-attributes |
    | `emails[type eq "work"].value` | one value if one is selected, a list if several are |

    Names match in any case. An undeclared attribute is found if the resource contains it. Complex
    values are the models or mappings of the resource, not copies.

    Args:
        resource: a model, or a mapping in wire form.
        path: the path.
        schema: schema of the resource; by default taken from its class or its `schemas`.
        strict: whether a name that neither the schema nor the resource has is an error; by default it
            has no value.
        short_names: whether `enterprise.department`, `custom.costCode` and Python names such as
            `user_name` are understood; a wire name takes precedence.

    Raises:
        InputError: `resource` is neither a resource nor a mapping.
        InvalidPath: the path does not parse, has brackets after a single simple attribute, or has an
            unknown name and `strict` is set.
        InvalidFilter: the filter in its brackets does not parse or does not fit the attribute.

    Examples:
        >>> user = {"emails": [{"value": "ann@example.com", "type": "work"}]}
        >>> read(user, 'emails[type eq "work"].value')
        'ann@example.com'
        >>> read(user, "emails.value"), read(user, "name.familyName")
        (['ann@example.com'], None)
    """
    parsed = parse_path(path) if isinstance(path, str) else path
    known = schema_for(resource) if schema is None else ResourceSchema.of(schema)
    if short_names and not _has_undeclared(resource, known, parsed):
        parsed = to_wire_path(parsed, known)
    if parsed.uri is not None:
        whole = (
            resource
            if fold(parsed.uri) == fold(known.urn)
            else _get_extension(resource, known, parsed.uri)
        )
        if whole is not None:
            return whole if is_assigned(whole) else None
    owner: Node | None = resource
    if parsed.urn is not None and fold(parsed.urn) != fold(known.urn):
        owner = _get_extension(resource, known, parsed.urn)
    if strict:
        require_known_path(find_instance_schema(resource, schema), parsed, owner, path)
    if owner is None:
        return None
    attribute = known.find_attribute(parsed.urn, parsed.name)
    current = find_schemas(owner) if fold(parsed.name) == "schemas" else None
    if current is None:
        current = get_value(owner, attribute or Attribute(name=parsed.name, field=UNDECLARED))
    is_many = is_collection(current)
    values = [value for value in to_list(current) if is_assigned(value)]
    if parsed.filter is not None:
        selected = _select_values(known, parsed, attribute, values, current)
        if strict and attribute is not None:
            require_known_condition(parsed, attribute, values, path)
        values = selected
    if parsed.sub is not None:
        declared = attribute.find_sub_attribute(parsed.sub) if attribute else None
        sub = declared or Attribute(name=parsed.sub, field=UNDECLARED)
        if attribute is not None:
            values = wrap_values(attribute, values)
        sub_values = [get_value(value, sub) for value in values if is_node(value)]
        values = [value for value in sub_values if is_assigned(value)]
        is_many = is_many and not (parsed.filter is not None and len(values) == 1)
    if not values:
        return None
    return values if is_many else values[0]


def _has_undeclared(resource: Node, schema: ResourceSchema, path: Path) -> bool:
    """Return whether a resource itself has an undeclared attribute of the name in a path."""
    return (
        path.urn is None
        and schema.find_attribute(None, path.name) is None
        and has_name(resource, path.name)
    )


def _get_extension(resource: Node, schema: ResourceSchema, urn: str) -> Node | None:
    """Return the data of an extension, declared or not."""
    declared = schema.find_extension(urn)
    attribute = (
        Attribute(name=urn, field=UNDECLARED)
        if declared is None
        else Attribute(name=declared.urn, field=declared.field)
    )
    data = get_value(resource, attribute)
    return data if is_node(data) else None


def _select_values(
    schema: ResourceSchema, path: Path, attribute: Attribute | None, values: list[Any], current: Any
) -> list[Any]:
    """Return the values that the filter of a path selects."""
    if attribute is not None:
        target = resolve_target(schema, str(replace(path, sub=None)), READING)
    else:
        target = build_undeclared_target(
            str(path), path.name, None, filter_=path.filter
        ).infer_target(path.name, current)
    indexed = IndexedValues(target.attribute, values)
    return [indexed[position] for position in target.select(indexed)]
