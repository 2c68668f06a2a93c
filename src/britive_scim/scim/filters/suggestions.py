"""Suggestions for undeclared attribute names, appended to error messages."""

from __future__ import annotations

from collections.abc import Iterable

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.path import Path
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, ResourceSchema
from britive_scim.suggestions import format_suggestion

__all__ = ["describe_unknown_path", "suggest_path", "suggest_sub_attribute"]


def describe_unknown_path(
    schema: ResourceSchema, path: Path, *, has_short_names: bool = True
) -> str:
    """Return the error message for a path whose attribute the schema does not declare.

    Args:
        schema: schema of the resource.
        path: the path.
        has_short_names: whether short names such as `enterprise.department` are understood there.
    """
    extension = None if path.urn is None else schema.find_extension(path.urn)
    short = next((e for e in schema.extensions if path.urn is None and e.field == path.name), None)
    if short is not None and path.sub is not None and _is_unknown(short, path.sub):
        problem = f"extension {path.name} has no attribute {path.sub!r}"
    elif path.urn is None or fold(path.urn) == fold(schema.urn):
        problem = f"{schema.name} has no attribute {path.name!r}"
    elif extension is None:
        problem = f"{schema.name} has no extension {path.urn!r}"
    else:
        problem = f"extension {extension.urn} has no attribute {path.name!r}"
    return problem + suggest_path(schema, path, has_short_names=has_short_names)


def suggest_path(schema: ResourceSchema, path: Path, *, has_short_names: bool = True) -> str:
    """Return a hint for an undeclared path, or "" if no declared path is similar."""
    attribute = schema.find_attribute(path.urn, path.name)
    if attribute is not None:
        return "" if path.sub is None else suggest_sub_attribute(attribute, path.sub)
    if path.urn is None or fold(path.urn) == fold(schema.urn):
        return _suggest_core_attribute(schema, path, has_short_names=has_short_names)
    extension = schema.find_extension(path.urn)
    if extension is None:
        urns = ", ".join(known.urn for known in schema.extensions) or "none"
        return f"; known extensions: {urns}"
    return _suggest_close_match(path.name, extension.attributes)


def suggest_sub_attribute(attribute: Attribute, name: str) -> str:
    """Return a hint for an undeclared sub-attribute, or "" if no sub-attribute is similar."""
    return _suggest_close_match(name, attribute.sub_attributes)


def _suggest_core_attribute(schema: ResourceSchema, path: Path, *, has_short_names: bool) -> str:
    name, tail = path.name, f".{path.sub}" if path.sub else ""
    for attribute in schema.attributes:
        if attribute.field == name:  # the Python name
            return f"; did you mean {attribute.name!r}?"
    for extension in schema.extensions:
        declared = _find_by_any_name(extension, name)
        if declared is not None:
            advice = _advise(extension, declared.name, tail, has_short_names=has_short_names)
            return f"; it is an attribute of an extension: {advice}"
        if extension.field == name:
            known = [a.name for a in extension.attributes if path.sub in (a.name, a.field)]
            if path.sub is not None and _is_unknown(extension, path.sub):
                return _suggest_close_match(path.sub, extension.attributes)
            sub = known[0] if known else path.sub
            return (
                "; an extension is addressed by its URN:"
                f" write {extension.urn}{f':{sub}' if sub else ''}"
            )
    hint = _suggest_close_match(name, schema.attributes)
    custom = next((extension for extension in schema.extensions if extension.is_open), None)
    if hint or custom is None:
        return hint
    advice = _advise(custom, name, tail, has_short_names=has_short_names)
    return f"; for a custom attribute of the tenant {advice}"


def _advise(extension: ExtensionSchema, name: str, tail: str, *, has_short_names: bool) -> str:
    """Return the paths to write for an attribute of an extension: the wire form, and the short name."""
    wire_path = f"write {extension.urn}:{name}{tail}"
    if tail or not has_short_names or extension.field == extension.urn:
        return wire_path  # a short name has one dot, so no sub-attribute
    return f"{wire_path} or {extension.field}.{name}"


def _find_by_any_name(extension: ExtensionSchema, name: str) -> Attribute | None:
    """Return the attribute of an extension with a wire name or Python name, or `None`."""
    return extension.find_attribute(name) or next(
        (attribute for attribute in extension.attributes if attribute.field == name), None
    )


def _is_unknown(extension: ExtensionSchema, name: str) -> bool:
    """Return whether an extension has no attribute with a wire name or Python name."""
    return not extension.is_open and all(
        name not in (attribute.name, attribute.field) for attribute in extension.attributes
    )


def _suggest_close_match(name: str, attributes: Iterable[Attribute]) -> str:
    names = [attribute.name for attribute in attributes]
    return format_suggestion(name, names, limit=1, cutoff=0.65)
