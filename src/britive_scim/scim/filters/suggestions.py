"""What to write instead of a name that a schema does not declare: the end of an error message."""

from __future__ import annotations

from collections.abc import Iterable

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.path import Path
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["describe_unknown_path", "suggest_path", "suggest_sub_attribute"]


def describe_unknown_path(schema: ResourceSchema, path: Path) -> str:
    """Return the message for a path whose attribute a schema does not declare."""
    known = None if path.urn is None else schema.find_extension(path.urn)
    if path.urn is None or fold(path.urn) == fold(schema.urn):
        what = f"{schema.name} has no attribute {path.name!r}"
    elif known is None:
        what = f"{schema.name} has no extension {path.urn!r}"
    else:
        what = f"the extension {known.urn} has no attribute {path.name!r}"
    return what + suggest_path(schema, path)


def suggest_path(schema: ResourceSchema, path: Path) -> str:
    """Return what to write instead of a path that a schema does not declare; empty where nothing is near."""
    attribute = schema.find_attribute(path.urn, path.name)
    if attribute is not None:
        return "" if path.sub is None else suggest_sub_attribute(attribute, path.sub)
    if path.urn is None or fold(path.urn) == fold(schema.urn):
        return _suggest_core_attribute(schema, path)
    known = schema.find_extension(path.urn)
    if known is None:
        urns = ", ".join(extension.urn for extension in schema.extensions) or "none"
        return f" (known: {urns})"
    return _suggest_close_match(path.name, _get_names(known.attributes))


def suggest_sub_attribute(attribute: Attribute, name: str) -> str:
    """Return what to write instead of a sub-attribute that an attribute does not have."""
    return _suggest_close_match(name, _get_names(attribute.sub_attributes))


def _suggest_core_attribute(schema: ResourceSchema, path: Path) -> str:
    name, tail = path.name, f".{path.sub}" if path.sub else ""
    for attribute in schema.attributes:
        if attribute.field == name:  # Python's spelling
            return f"; did you mean {attribute.name!r}?"
    for extension in schema.extensions:
        if extension.find_attribute(name) is not None:
            return f"; it belongs to an extension: write {extension.urn}:{name}{tail}"
        if extension.field == name:
            sub = next(
                (a.name for a in extension.attributes if path.sub in (a.name, a.field)), path.sub
            )
            return (
                f"; an extension goes by its URN: write {extension.urn}{f':{sub}' if sub else ''}"
            )
    hint = _suggest_close_match(name, _get_names(schema.attributes))
    own = next((extension.urn for extension in schema.extensions if extension.is_open), None)
    if hint or own is None:
        return hint
    return f"; if it is one of the tenant's own, write {own}:{name}{tail}"


def _get_names(attributes: Iterable[Attribute]) -> list[str]:
    return [attribute.name for attribute in attributes]


def _suggest_close_match(name: str, known: list[str]) -> str:
    import difflib  # for errors only

    close = difflib.get_close_matches(name[:80], known, n=1, cutoff=0.65)
    return f"; did you mean {close[0]!r}?" if close else ""
