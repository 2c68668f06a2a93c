"""Attributes that a user names: in `attributes`, `excludedAttributes`, or to a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from britive_scim.errors import InputError, InvalidFilter, InvalidPath
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.suggestions import sub_advice, unknown
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["CORE", "NONE", "Mentions", "Names", "mentions"]

Names = str | Iterable[str]
"""Paths of attributes: text separated by commas as in a URL, or several texts as in a search request."""

CORE = ""
"""What stands for the core schema where others have their folded URN."""

_NO_SUBS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mentions:
    """Attributes that were named, all in folded spelling.

    Attributes:
        schemas: the schemas named as a whole, `CORE` or a URN.
        attributes: schema and name of each attribute named as a whole.
        subs: the names of sub-attributes, by schema and name of the attribute.
    """

    schemas: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    subs: Mapping[tuple[str, str], frozenset[str]]

    def __bool__(self) -> bool:
        return bool(self.schemas or self.attributes or self.subs)

    def whole(self, place: tuple[str, str]) -> bool:
        """Return whether an attribute was named, by itself or with its schema."""
        return place in self.attributes or place[0] in self.schemas

    def of(self, place: tuple[str, str]) -> frozenset[str]:
        """Return the sub-attributes of an attribute that were named."""
        return self.subs.get(place, _NO_SUBS)


NONE = Mentions(frozenset(), frozenset(), {})
"""Nothing was named."""


def mentions(
    schema: ResourceSchema, names: Names | None, *, strict: bool = False
) -> Mentions | None:
    """Return the attributes that were named; `None` where no name was given at all.

    Args:
        schema: what the names are looked for in.
        names: the names.
        strict: whether a name that means nothing is a fault; without, it is ignored, and so is a path
            with brackets.

    Raises:
        InvalidPath: such a name, and `strict`.
        InputError: what should be a name is no text.
    """
    given = [names] if isinstance(names, str) else _each(names)
    texts = [text.strip() for part in given for text in part.split(",") if text.strip()]
    if not texts:
        return None
    core = fold(schema.urn)
    schemas: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    subs: dict[tuple[str, str], frozenset[str]] = {}
    for text in texts:
        path = _path(text, strict=strict)
        if path is None:
            continue
        uri = fold(path.uri or "")
        if uri and (uri == core or schema.extension(uri) is not None):
            schemas.add(CORE if uri == core else uri)
            continue
        urn = fold(path.urn or CORE)
        place = (CORE if urn == core else urn, fold(path.name))
        if strict:
            _require(schema, path, text)
        if path.sub is None:
            attributes.add(place)
            if uri:
                attributes.add((CORE, uri))  # what a resource holds under a URN nobody declared
        else:
            subs[place] = subs.get(place, _NO_SUBS) | {fold(path.sub)}
    return Mentions(frozenset(schemas), frozenset(attributes), subs)


def _each(names: Iterable[str] | None) -> list[str]:
    given: Any = () if names is None else names
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


def _path(text: str, *, strict: bool) -> Path | None:
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


def _require(schema: ResourceSchema, path: Path, text: str) -> None:
    attribute = schema.attribute(path.urn, path.name)
    extension = schema.extension(path.urn) if path.urn is not None else None
    if attribute is None and (extension is None or not extension.open):
        raise InvalidPath(unknown(schema, path), text=text, position=0)
    if attribute is not None and path.sub is not None and attribute.sub(path.sub) is None:
        raise InvalidPath(
            f"{path.name} has no sub-attribute {path.sub!r}{sub_advice(attribute, path.sub)}",
            text=text,
            position=0,
        )
