"""Name lookup scopes of a filter: a resource, an extension, an attribute in brackets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol

from typing_extensions import override

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.bound import PathStep
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.short_names import expand_names, expand_path
from britive_scim.scim.filters.suggestions import suggest_path, suggest_sub_attribute
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, ResourceSchema

__all__ = [
    "OPEN_SCOPE",
    "AttributeScope",
    "BoundPath",
    "EmptyScope",
    "SchemaScope",
    "Scope",
    "build_step",
]


@dataclass(frozen=True, slots=True)
class BoundPath:
    """Path resolved against a schema.

    Attributes:
        steps: steps to the value.
        scope: lookup scope of names in brackets after the path.
        attribute: the declared attribute; `None` for a whole extension or resource, and for an
            undeclared attribute of an open extension.
        parent: the complex attribute, if `attribute` is a sub-attribute.
        is_whole_schema: whether the path is an extension or a resource.
        is_never_returned: whether the attribute or one of its parents is never returned.
    """

    steps: tuple[PathStep, ...]
    scope: Scope
    attribute: Attribute | None = None
    parent: Attribute | None = None
    is_whole_schema: bool = False
    is_never_returned: bool = False


class Scope(Protocol):
    """Lookup scope of attribute names."""

    def find(self, path: Path) -> BoundPath | None:
        """Return the resolved path, or `None` if it is not declared."""
        ...

    def expand(self, path: Path) -> Path | None:  # noqa: ARG002  # for scopes with short names
        """Return the wire form of an undeclared path of Python names or short names, or `None`."""
        return None

    def suggest(self, path: Path) -> str:  # noqa: ARG002  # for scopes that know similar names
        """Return a hint for an undeclared path, to end an error message."""
        return ""


class EmptyScope(Scope):
    """Scope of an undeclared attribute: declares no names."""

    @override
    def find(self, path: Path) -> BoundPath | None:
        return None


class SchemaScope(Scope):
    """Scope of a resource: core and common attributes, and those of extensions by URN."""

    def __init__(self, schema: ResourceSchema) -> None:
        self._schema = schema

    @override
    def find(self, path: Path) -> BoundPath | None:
        schema, urn, uri = self._schema, path.urn, path.uri
        if urn is not None and uri is not None:
            # Schema ids may contain the last colon, so the whole text is compared first.
            if fold(uri) == fold(schema.urn):
                return BoundPath((), self, is_whole_schema=True)
            extension = schema.find_extension(uri)
            if extension is not None:
                step = _build_extension_step(extension)
                return BoundPath((step,), _ExtensionScope(extension), is_whole_schema=True)
            if fold(urn) != fold(schema.urn):
                extension = schema.find_extension(urn)
                if extension is None:
                    return None
                step = _build_extension_step(extension)
                bound = _ExtensionScope(extension).find(replace(path, urn=None))
                return None if bound is None else replace(bound, steps=(step, *bound.steps))
        attribute = schema.find_attribute(None, path.name)
        return None if attribute is None else _bind_attribute((), attribute, None, path.sub)

    @override
    def expand(self, path: Path) -> Path | None:
        return expand_path(self._schema, path)

    @override
    def suggest(self, path: Path) -> str:
        return suggest_path(self._schema, path)


class _ExtensionScope(Scope):
    """Scope of one extension; an open extension accepts every name."""

    def __init__(self, extension: ExtensionSchema) -> None:
        self._extension = extension

    @override
    def find(self, path: Path) -> BoundPath | None:
        if path.urn is not None:
            return None
        attribute = self._extension.find_attribute(path.name)
        if attribute is not None:
            return _bind_attribute((), attribute, None, path.sub)
        return OPEN_SCOPE.find(path) if self._extension.is_open else None

    @override
    def expand(self, path: Path) -> Path | None:
        if path.urn is not None:
            return None
        return expand_names(self._extension.attributes, path)


class _OpenExtensionScope(Scope):
    """Scope that accepts every name; the type of the literal decides the comparison."""

    @override
    def find(self, path: Path) -> BoundPath | None:
        if path.urn is not None:
            return None
        names = [path.name] if path.sub is None else [path.name, path.sub]
        return BoundPath(tuple(PathStep(name, name, multi_valued=False) for name in names), self)


OPEN_SCOPE: Final = _OpenExtensionScope()
"""The scope that accepts every name."""


class AttributeScope(Scope):
    """Scope of sub-attributes in brackets; that it is never returned extends to sub-attributes."""

    def __init__(self, attribute: Attribute, *, is_never_returned: bool = False) -> None:
        self._attribute = attribute
        self._is_never_returned = is_never_returned or attribute.is_secret

    @override
    def find(self, path: Path) -> BoundPath | None:
        attribute, secret = self._attribute, self._is_never_returned
        if path.urn is not None:
            return None
        if attribute.type != "complex":
            # A simple value is addressed as `value`.
            is_value = path.sub is None and fold(path.name) == "value"
            return (
                BoundPath((), EmptyScope(), attribute, is_never_returned=secret)
                if is_value
                else None
            )
        sub = attribute.find_sub_attribute(path.name)
        return (
            None
            if sub is None
            else _bind_attribute((), sub, attribute, path.sub, is_never_returned=secret)
        )

    @override
    def expand(self, path: Path) -> Path | None:
        if path.urn is not None or self._attribute.type != "complex":
            return None
        return expand_names(self._attribute.sub_attributes, path)

    @override
    def suggest(self, path: Path) -> str:
        sub = self._attribute.find_sub_attribute(path.name)
        if sub is None:
            return suggest_sub_attribute(self._attribute, path.name)
        return suggest_sub_attribute(sub, path.sub or "")


def _build_extension_step(extension: ExtensionSchema) -> PathStep:
    return PathStep(extension.urn, extension.field, multi_valued=False)


def build_step(attribute: Attribute) -> PathStep:
    """Return the step to the value of an attribute."""
    is_valued = attribute.type == "complex" and attribute.find_sub_attribute("value") is not None
    return PathStep(attribute.name, attribute.field, attribute.multi_valued, is_valued)


def _bind_attribute(
    steps: tuple[PathStep, ...],
    attribute: Attribute,
    parent: Attribute | None,
    sub_name: str | None,
    *,
    is_never_returned: bool = False,
) -> BoundPath | None:
    steps = (*steps, build_step(attribute))
    is_never_returned = is_never_returned or attribute.is_secret
    if sub_name is None:
        scope = AttributeScope(attribute, is_never_returned=is_never_returned)
        return BoundPath(steps, scope, attribute, parent, is_never_returned=is_never_returned)
    sub = attribute.find_sub_attribute(sub_name)
    return (
        None
        if sub is None
        else _bind_attribute(steps, sub, attribute, None, is_never_returned=is_never_returned)
    )
