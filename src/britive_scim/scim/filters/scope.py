"""Where the names of a filter are looked for: a resource, an extension, an attribute in brackets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from typing_extensions import override

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.bound import PathStep
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.suggestions import suggest_path, suggest_sub_attribute
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, ResourceSchema

__all__ = ["AttributeScope", "BoundPath", "EmptyScope", "SchemaScope", "Scope", "build_step"]


@dataclass(frozen=True, slots=True)
class BoundPath:
    """What a path names.

    Attributes:
        steps: the way there.
        scope: where names in brackets after it are looked for.
        attribute: what is declared there; `None` for an extension or a resource as a whole, and for
            what an open extension holds without declaring it.
        parent: the attribute that it is a sub-attribute of.
        is_whole_schema: whether it is an extension or a resource.
        is_never_returned: whether it, or what it lies in, is never returned.
    """

    steps: tuple[PathStep, ...]
    scope: Scope
    attribute: Attribute | None = None
    parent: Attribute | None = None
    is_whole_schema: bool = False
    is_never_returned: bool = False


class Scope(Protocol):
    """Where names are looked for."""

    def find(self, path: Path) -> BoundPath | None:
        """Return what a path names, or `None` where that is not declared."""
        ...

    def suggest(self, path: Path) -> str:  # noqa: ARG002  # for those that know what is near
        """Return what to write instead of a path that names nothing here, as a message ends."""
        return ""


class EmptyScope(Scope):
    """Within what is not declared: nothing is."""

    @override
    def find(self, path: Path) -> BoundPath | None:  # every scope is asked for a path
        return None


class SchemaScope(Scope):
    """Names of a resource: core and common attributes, and those of extensions by their URN."""

    def __init__(self, schema: ResourceSchema) -> None:
        self._schema = schema

    @override
    def find(self, path: Path) -> BoundPath | None:
        schema, urn, uri = self._schema, path.urn, path.uri
        if urn is not None and uri is not None:
            # The id of a schema ends where the schema says, not at the last colon.
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
                found = _ExtensionScope(extension).find(replace(path, urn=None))
                return None if found is None else replace(found, steps=(step, *found.steps))
        attribute = schema.find_attribute(None, path.name)
        return None if attribute is None else _bind_attribute((), attribute, None, path.sub)

    @override
    def suggest(self, path: Path) -> str:
        return suggest_path(self._schema, path)


class _ExtensionScope(Scope):
    """Names of the attributes of one extension; an open one has them all."""

    def __init__(self, extension: ExtensionSchema) -> None:
        self._extension = extension

    @override
    def find(self, path: Path) -> BoundPath | None:
        if path.urn is not None:
            return None
        attribute = self._extension.find_attribute(path.name)
        if attribute is not None:
            return _bind_attribute((), attribute, None, path.sub)
        return _OpenExtensionScope().find(path) if self._extension.is_open else None


class _OpenExtensionScope(Scope):
    """Any name: whatever is there is compared by the type of the literal."""

    @override
    def find(self, path: Path) -> BoundPath | None:
        if path.urn is not None:
            return None
        names = [path.name] if path.sub is None else [path.name, path.sub]
        return BoundPath(tuple(PathStep(name, name, multi_valued=False) for name in names), self)


class AttributeScope(Scope):
    """Names of sub-attributes, as they stand in brackets; parts of what is secret are secret."""

    def __init__(self, attribute: Attribute, *, is_never_returned: bool = False) -> None:
        self._attribute = attribute
        self._is_never_returned = is_never_returned or attribute.returned == "never"

    @override
    def find(self, path: Path) -> BoundPath | None:
        attribute, secret = self._attribute, self._is_never_returned
        if path.urn is not None:
            return None
        if attribute.type != "complex":
            # A value that has no parts is itself named `value`.
            itself = path.sub is None and fold(path.name) == "value"
            return (
                BoundPath((), EmptyScope(), attribute, is_never_returned=secret) if itself else None
            )
        sub = attribute.find_sub_attribute(path.name)
        return (
            None
            if sub is None
            else _bind_attribute((), sub, attribute, path.sub, is_never_returned=secret)
        )

    @override
    def suggest(self, path: Path) -> str:
        sub = self._attribute.find_sub_attribute(path.name)
        if sub is None:
            return suggest_sub_attribute(self._attribute, path.name)
        return suggest_sub_attribute(sub, path.sub or "")


def _build_extension_step(extension: ExtensionSchema) -> PathStep:
    return PathStep(extension.urn, extension.field, multi_valued=False)


def build_step(attribute: Attribute) -> PathStep:
    """Return the step that leads to the value of an attribute."""
    return PathStep(attribute.name, attribute.field, attribute.multi_valued)


def _bind_attribute(
    steps: tuple[PathStep, ...],
    attribute: Attribute,
    parent: Attribute | None,
    sub_name: str | None,
    *,
    is_never_returned: bool = False,
) -> BoundPath | None:
    steps = (*steps, build_step(attribute))
    is_never_returned = is_never_returned or attribute.returned == "never"
    if sub_name is None:
        scope = AttributeScope(attribute, is_never_returned=is_never_returned)
        return BoundPath(steps, scope, attribute, parent, is_never_returned=is_never_returned)
    sub = attribute.find_sub_attribute(sub_name)
    return (
        None
        if sub is None
        else _bind_attribute(steps, sub, attribute, None, is_never_returned=is_never_returned)
    )
