"""Checks that the names of a path are known: declared by the schema, or present in the resource."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.errors import InvalidPath
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import Filter
from britive_scim.scim.filters.bind import bind_value_filter
from britive_scim.scim.filters.held_names import has_name
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.suggestions import describe_unknown_path, suggest_sub_attribute
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.node import Node, get_value, to_list

__all__ = ["require_known_condition", "require_known_path"]


def require_known_path(
    schema: ResourceSchema, path: Path, owner: Node | None, text: str | Path
) -> None:
    """Raise `InvalidPath`, with a hint, unless the schema or the resource has each name of a path.

    Args:
        schema: schema of the resource, with the extensions that it lists or contains.
        path: the path, in wire form.
        owner: the resource or extension with the attribute; `None` if it has no data.
        text: the path as the caller wrote it.
    """
    uri = path.uri
    if uri is not None and (
        fold(uri) == fold(schema.urn) or schema.find_extension(uri) is not None
    ):
        return
    attribute = schema.find_attribute(path.urn, path.name)
    if attribute is None:
        extension = None if path.urn is None else schema.find_extension(path.urn)
        is_held = owner is not None and has_name(owner, path.name)
        if not is_held and (extension is None or not extension.is_open):
            message = describe_unknown_path(schema, path)
            raise InvalidPath(message, text=str(text), position=0)
        return
    if path.sub is None or attribute.find_sub_attribute(path.sub) is not None:
        return
    if attribute.type == "complex" and not attribute.sub_attributes:
        return  # plain data may have any name
    values = to_list(None if owner is None else get_value(owner, attribute))
    if not any(has_name(value, path.sub) for value in values):
        hint = suggest_sub_attribute(attribute, path.sub)
        message = f"{attribute.name} has no sub-attribute {path.sub!r}{hint}"
        raise InvalidPath(message, text=str(text), position=max(str(text).rfind(path.sub), 0))


def require_known_condition(
    path: Path, attribute: Attribute, values: list[Any], text: str | Path
) -> None:
    """Raise `InvalidFilter`, with a hint, unless each name in the brackets of a path is known.

    Args:
        path: the path.
        attribute: the attribute before the brackets.
        values: its values; the names that one of them has are known.
        text: the path as the caller wrote it.
    """
    if attribute.type != "complex" or attribute.sub_attributes:
        condition = cast("Filter", path.filter)
        bind_value_filter(condition, attribute, str(text), undeclared="reject", holders=values)
