"""The value at a path of a resource, be it a model or a mapping in wire form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from britive_scim.errors import InvalidPath
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import STRICT
from britive_scim.scim.patch.multivalued import IndexedValues
from britive_scim.scim.patch.target import build_undeclared_target, resolve_target
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.values.lookup import is_assigned
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
) -> Any:
    """Return the value at a SCIM path, `None` where there is none.

    What comes back depends on the path, not on the resource, but for the last row:

    | path | value |
    | --- | --- |
    | `userName`, `name`, `name.givenName`, an extension's URN | the value |
    | `emails`, `emails[type eq "work"]` | a list of values |
    | `emails.value` | a list of what the values have there |
    | `emails[type eq "work"].value` | the value where one is selected; a list where several are |

    Names match in any case. An attribute that the schema does not declare is found where the resource
    holds it. Complex values are what the resource holds, models or mappings, not copies.

    Args:
        resource: a model, or a mapping in wire form.
        path: the path.
        schema: what the resource is; by default what it says it is.

    Raises:
        InputError: `resource` is neither a resource nor a mapping.
        InvalidPath: the path does not parse, or has brackets after what has no values to tell apart.
        InvalidFilter: its brackets do not hold a filter that fits the attribute.

    Examples:
        >>> user = {"emails": [{"value": "ann@example.com", "type": "work"}]}
        >>> read(user, 'emails[type eq "work"].value')
        'ann@example.com'
        >>> read(user, "emails.value"), read(user, "name.familyName")
        (['ann@example.com'], None)
    """
    if isinstance(path, str):
        parsed = parse_path(path)
    elif isinstance(path, Path):
        parsed = path
    else:
        raise InvalidPath(
            f"a path is text such as 'name.familyName', or what parse_path returns, not {type(path).__name__}"
            + ("; the resource comes first" if is_node(path) else "")
        )
    known = schema_for(resource) if schema is None else ResourceSchema.of(schema)
    if parsed.uri is not None:
        whole = (
            resource
            if fold(parsed.uri) == fold(known.urn)
            else _get_extension(resource, known, parsed.uri)
        )
        if whole is not None:
            return whole if is_assigned(whole) else None
    holder: Node | None = resource
    if parsed.urn is not None and fold(parsed.urn) != fold(known.urn):
        holder = _get_extension(resource, known, parsed.urn)
    if holder is None:
        return None
    attribute = known.find_attribute(parsed.urn, parsed.name)
    held = get_value(holder, attribute or Attribute(name=parsed.name, field=UNDECLARED))
    many = is_collection(held)
    values = [value for value in to_list(held) if is_assigned(value)]
    if parsed.filter is not None:
        values = _select_values(known, parsed, attribute, values, held)
    if parsed.sub is not None:
        declared = attribute.find_sub_attribute(parsed.sub) if attribute else None
        sub = declared or Attribute(name=parsed.sub, field=UNDECLARED)
        found = [get_value(value, sub) for value in values if is_node(value)]
        values = [value for value in found if is_assigned(value)]
        many = many and not (parsed.filter is not None and len(values) == 1)
    if not values:
        return None
    return values if many else values[0]


def _get_extension(resource: Node, schema: ResourceSchema, urn: str) -> Node | None:
    """Return what a resource holds under the URN of an extension, declared or not."""
    known = schema.find_extension(urn)
    slot = (
        Attribute(name=urn, field=UNDECLARED)
        if known is None
        else Attribute(name=known.urn, field=known.field)
    )
    held = get_value(resource, slot)
    return held if is_node(held) else None


def _select_values(
    schema: ResourceSchema, path: Path, attribute: Attribute | None, values: list[Any], held: Any
) -> list[Any]:
    """Return the values that the filter of a path selects."""
    if attribute is not None:
        target = resolve_target(schema, str(replace(path, sub=None)), STRICT)
    else:
        target = build_undeclared_target(
            str(path), path.name, None, filter_=path.filter
        ).infer_target(path.name, held)
    found = IndexedValues(target.attribute, values)
    return [found[position] for position in target.select(found)]
