"""Short names of attributes: `enterprise.department`, `custom.costCode`, and Python names.

They are resolved on the client's side and never sent: requests contain wire names and URNs. A wire
name takes precedence over a short one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.path import Path
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, ResourceSchema

__all__ = ["expand_names", "expand_path"]


def expand_path(schema: ResourceSchema, path: Path) -> Path | None:
    """Return the path with the declared wire names and URNs, or `None` if it has an unknown name.

    Args:
        schema: schema of the resource.
        path: a path without brackets.
    """
    if path.urn is not None and fold(path.urn) != fold(schema.urn):
        extension = schema.find_extension(path.urn)
        if extension is None:
            return None
        expanded = expand_names(extension.attributes, path)
        if expanded is None and extension.is_open:
            expanded = path
        return None if expanded is None else replace(expanded, urn=extension.urn)
    expanded = expand_names(schema.attributes, path)
    if path.urn is not None:
        return None if expanded is None else replace(expanded, urn=schema.urn)
    if expanded is not None:
        return expanded
    for extension in schema.extensions:
        if fold(extension.field) == fold(path.name):
            return _expand_extension(extension, path)
    return None


def expand_names(attributes: Iterable[Attribute], path: Path) -> Path | None:
    """Return a path with the wire names of an attribute and its sub-attribute, or `None` if one is unknown.

    Args:
        attributes: the attributes of a schema, or the sub-attributes of a complex attribute.
        path: the path, with the wire names or Python names.
    """
    attribute = _find_attribute(attributes, path.name)
    if attribute is None:
        return None
    if path.sub is None:
        return replace(path, name=attribute.name)
    sub = _find_attribute(attribute.sub_attributes, path.sub)
    return None if sub is None else replace(path, name=attribute.name, sub=sub.name)


def _find_attribute(attributes: Iterable[Attribute], name: str) -> Attribute | None:
    folded = fold(name)
    by_python_name: Attribute | None = None
    for attribute in attributes:
        if fold(attribute.name) == folded:
            return attribute
        if by_python_name is None and fold(attribute.field) == folded:
            by_python_name = attribute
    return by_python_name


def _expand_extension(extension: ExtensionSchema, path: Path) -> Path | None:
    """Return the path below the Python name of an extension: the extension or one of its attributes."""
    urn = extension.urn
    if path.sub is None:
        head, _, name = urn.rpartition(":")
        return Path(head, name)
    attribute = _find_attribute(extension.attributes, path.sub)
    if attribute is None and not extension.is_open:
        return None
    return Path(urn, path.sub if attribute is None else attribute.name)
