"""Attributes that a user names: in `attributes`, `excludedAttributes`, or to a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from britive_scim.errors import InputError, InvalidFilter, InvalidPath
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.suggestions import describe_unknown_path, suggest_sub_attribute
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
"""Paths of attributes: text separated by commas as in a URL, or several texts as in a search request."""

CORE_SCHEMA = ""
"""What stands for the core schema where others have their folded URN."""

_NO_SUB_ATTRIBUTES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AttributeList:
    """Attributes that were named, all in folded spelling.

    Attributes:
        schemas: the schemas named as a whole, `CORE_SCHEMA` or a URN.
        attributes: schema and name of each attribute named as a whole.
        sub_attributes: the names of sub-attributes, by schema and name of the attribute.
    """

    schemas: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    sub_attributes: Mapping[tuple[str, str], frozenset[str]]

    def __bool__(self) -> bool:
        return bool(self.schemas or self.attributes or self.sub_attributes)

    def has_attribute(self, attribute_id: tuple[str, str]) -> bool:
        """Return whether an attribute was named, by itself or with its schema."""
        return attribute_id in self.attributes or attribute_id[0] in self.schemas

    def get_sub_attributes(self, attribute_id: tuple[str, str]) -> frozenset[str]:
        """Return the sub-attributes of an attribute that were named."""
        return self.sub_attributes.get(attribute_id, _NO_SUB_ATTRIBUTES)


EMPTY_ATTRIBUTE_LIST = AttributeList(frozenset(), frozenset(), {})
"""Nothing was named."""


def parse_attribute_list(
    schema: ResourceSchema, paths: AttributePaths | None, *, strict: bool = False
) -> AttributeList | None:
    """Return the attributes that were named; `None` where no name was given at all.

    Args:
        schema: what the names are looked for in.
        paths: the names.
        strict: whether a name that means nothing is a fault; without, it is ignored, and so is a path
            with brackets.

    Raises:
        InvalidPath: such a name, and `strict`.
        InputError: what should be a name is no text.
    """
    given = [paths] if isinstance(paths, str) else _to_strings(paths)
    texts = [text.strip() for part in given for text in part.split(",") if text.strip()]
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
        uri = fold(path.uri or "")
        if uri and (uri == core or schema.find_extension(uri) is not None):
            schemas.add(CORE_SCHEMA if uri == core else uri)
            continue
        urn = fold(path.urn or CORE_SCHEMA)
        place = (CORE_SCHEMA if urn == core else urn, fold(path.name))
        if strict:
            _check_declared(schema, path, text)
        if path.sub is None:
            attributes.add(place)
            if uri:
                attributes.add(
                    (CORE_SCHEMA, uri)
                )  # what a resource holds under a URN nobody declared
        else:
            subs[place] = subs.get(place, _NO_SUB_ATTRIBUTES) | {fold(path.sub)}
    return AttributeList(frozenset(schemas), frozenset(attributes), subs)


def _to_strings(paths: Iterable[str] | None) -> list[str]:
    given: Any = () if paths is None else paths
    try:
        listed = list[Any](given)
    except TypeError:
        listed = [given]
    for name in listed:
        if not isinstance(name, str):
            raise InputError(
                "attributes are named by text, such as 'name.familyName', or by several texts,"
                f" not by {type(name).__name__}"
            )
    return listed


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
            "an attribute is named without brackets", text=text, position=text.index("[")
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
