"""Parsing of attribute lists: `attributes`, `excludedAttributes`, and the `ignore` options of diff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.suggestions import describe_unknown_path, suggest_sub_attribute
from britive_scim.scim.filters.wire_form import to_wire_path
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = [
    "CORE_SCHEMA",
    "EMPTY_ATTRIBUTE_LIST",
    "AttributeList",
    "AttributePaths",
    "parse_attribute_list",
]

AttributePaths = str | Iterable[str]
"""Paths of attributes: a comma-separated string as in a URL, or several strings as in a search request."""

CORE_SCHEMA = ""
"""Key of the core schema in an `AttributeList`; extensions have their folded URN."""

_NO_SUB_ATTRIBUTES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AttributeList:
    """Parsed attribute list; all names are folded.

    Attributes:
        schemas: the schemas listed as a whole, `CORE_SCHEMA` or a URN.
        attributes: schema and name of each attribute listed as a whole.
        sub_attributes: the names of the listed sub-attributes, by schema and name of the attribute.
    """

    schemas: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    sub_attributes: Mapping[tuple[str, str], frozenset[str]]

    def __bool__(self) -> bool:
        return bool(self.schemas or self.attributes or self.sub_attributes)

    def has_attribute(self, attribute_id: tuple[str, str]) -> bool:
        """Return whether an attribute is listed, itself or by its schema."""
        return attribute_id in self.attributes or attribute_id[0] in self.schemas

    def get_sub_attributes(self, attribute_id: tuple[str, str]) -> frozenset[str]:
        """Return the listed sub-attributes of an attribute."""
        return self.sub_attributes.get(attribute_id, _NO_SUB_ATTRIBUTES)


EMPTY_ATTRIBUTE_LIST = AttributeList(frozenset(), frozenset(), {})
"""Attribute list without attributes."""


def parse_attribute_list(
    schema: ResourceSchema,
    paths: AttributePaths | None,
    *,
    strict: bool = False,
    short_names: bool = True,
) -> AttributeList | None:
    """Parse the paths of attributes; return `None` for an empty list.

    Args:
        schema: the schema that declares the attributes.
        paths: the paths.
        strict: whether a path that is undeclared or has a filter is an error; otherwise it is ignored.
        short_names: whether Python names and short names of extensions are understood.

    Raises:
        InvalidPath: a path is invalid and `strict` is set.
        TypeError: a path is not a string.
    """
    strings = [paths] if isinstance(paths, str) else _list_strings(paths)
    texts = [text.strip() for string in strings for text in string.split(",") if text.strip()]
    if not texts:
        return None
    core = fold(schema.urn)
    schemas: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    subs: dict[tuple[str, str], frozenset[str]] = {}
    for text in texts:
        path = _parse_attribute_path(text, strict=strict)
        if path is None:
            continue
        if short_names:
            path = to_wire_path(path, schema)
        uri = fold(path.uri or "")
        if uri and (uri == core or schema.find_extension(uri) is not None):
            schemas.add(CORE_SCHEMA if uri == core else uri)
            continue
        urn = fold(path.urn or CORE_SCHEMA)
        attribute_id = (CORE_SCHEMA if urn == core else urn, fold(path.name))
        if strict:
            _check_declared(schema, path, text)
        if path.sub is None:
            attributes.add(attribute_id)
            if uri:  # may be the URN of an undeclared extension
                attributes.add((CORE_SCHEMA, uri))
        else:
            subs[attribute_id] = subs.get(attribute_id, _NO_SUB_ATTRIBUTES) | {fold(path.sub)}
    return AttributeList(frozenset(schemas), frozenset(attributes), subs)


def _list_strings(paths: Iterable[str] | None) -> list[str]:
    if paths is None:
        return []
    if not isinstance(paths, Iterable):
        raise TypeError(f"paths must be strings, got {type(paths).__name__}; write ['userName']")
    strings = list(paths)
    for string in strings:
        if not isinstance(string, str):
            raise TypeError(f"paths must be strings, got {type(string).__name__} in the list")
    return strings


def _parse_attribute_path(text: str, *, strict: bool) -> Path | None:
    try:
        path = parse_path(text)
    except (InvalidPath, InvalidFilter):
        if strict:
            raise
        return None
    if path.filter is None:
        return path
    if strict:
        raise InvalidPath(
            "attribute path must not have a filter", text=text, position=text.index("[")
        )
    return None


def _check_declared(schema: ResourceSchema, path: Path, text: str) -> None:
    attribute = schema.find_attribute(path.urn, path.name)
    extension = schema.find_extension(path.urn) if path.urn is not None else None
    if attribute is None and (extension is None or not extension.is_open):
        raise InvalidPath(describe_unknown_path(schema, path), text=text, position=0)
    if (
        attribute is not None
        and path.sub is not None
        and attribute.find_sub_attribute(path.sub) is None
    ):
        raise InvalidPath(
            f"{path.name} has no sub-attribute {path.sub!r}{suggest_sub_attribute(attribute, path.sub)}",
            text=text,
            position=0,
        )
