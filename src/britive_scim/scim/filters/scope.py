"""Where the names of a filter are looked for: a resource, an extension, an attribute in brackets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from typing_extensions import override

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.bound import Step
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.suggestions import advice, sub_advice
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, ResourceSchema

__all__ = ["InAttribute", "InSchema", "Nowhere", "Place", "Scope", "step_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """What a path names.

    Attributes:
        steps: the way there.
        scope: where names in brackets after it are looked for.
        attribute: what is declared there; `None` for an extension or a resource as a whole, and for
            what an open extension holds without declaring it.
        parent: the attribute that it is a sub-attribute of.
        whole: whether it is an extension or a resource.
        secret: whether it, or what it lies in, is never returned.
    """

    steps: tuple[Step, ...]
    scope: Scope
    attribute: Attribute | None = None
    parent: Attribute | None = None
    whole: bool = False
    secret: bool = False


class Scope(Protocol):
    """Where names are looked for."""

    def find(self, path: Path) -> Place | None:
        """Return what a path names, or `None` where that is not declared."""
        ...

    def advice(self, path: Path) -> str:  # noqa: ARG002  # for those that know what is near
        """Return what to write instead of a path that names nothing here, as a message ends."""
        return ""


class Nowhere(Scope):
    """Within what is not declared: nothing is."""

    @override
    def find(self, path: Path) -> Place | None:  # every scope is asked for a path
        return None


class InSchema(Scope):
    """Names of a resource: core and common attributes, and those of extensions by their URN."""

    def __init__(self, schema: ResourceSchema) -> None:
        self._schema = schema

    @override
    def find(self, path: Path) -> Place | None:
        schema, urn, uri = self._schema, path.urn, path.uri
        if urn is not None and uri is not None:
            # The id of a schema ends where the schema says, not at the last colon.
            if fold(uri) == fold(schema.urn):
                return Place((), self, whole=True)
            extension = schema.extension(uri)
            if extension is not None:
                step = _extension_step(extension)
                return Place((step,), _InExtension(extension), whole=True)
            if fold(urn) != fold(schema.urn):
                extension = schema.extension(urn)
                if extension is None:
                    return None
                step = _extension_step(extension)
                found = _InExtension(extension).find(replace(path, urn=None))
                return None if found is None else replace(found, steps=(step, *found.steps))
        attribute = schema.attribute(None, path.name)
        return None if attribute is None else _below((), attribute, None, path.sub)

    @override
    def advice(self, path: Path) -> str:
        return advice(self._schema, path)


class _InExtension(Scope):
    """Names of the attributes of one extension; an open one has them all."""

    def __init__(self, extension: ExtensionSchema) -> None:
        self._extension = extension

    @override
    def find(self, path: Path) -> Place | None:
        if path.urn is not None:
            return None
        attribute = self._extension.attribute(path.name)
        if attribute is not None:
            return _below((), attribute, None, path.sub)
        return _InOpen().find(path) if self._extension.open else None


class _InOpen(Scope):
    """Any name: whatever is there is compared by the type of the literal."""

    @override
    def find(self, path: Path) -> Place | None:
        if path.urn is not None:
            return None
        names = [path.name] if path.sub is None else [path.name, path.sub]
        return Place(tuple(Step(name, name, multi_valued=False) for name in names), self)


class InAttribute(Scope):
    """Names of sub-attributes, as they stand in brackets; parts of what is secret are secret."""

    def __init__(self, attribute: Attribute, *, secret: bool = False) -> None:
        self._attribute = attribute
        self._secret = secret or attribute.returned == "never"

    @override
    def find(self, path: Path) -> Place | None:
        attribute, secret = self._attribute, self._secret
        if path.urn is not None:
            return None
        if attribute.type != "complex":
            # A value that has no parts is itself named `value`.
            itself = path.sub is None and fold(path.name) == "value"
            return Place((), Nowhere(), attribute, secret=secret) if itself else None
        sub = attribute.sub(path.name)
        return None if sub is None else _below((), sub, attribute, path.sub, secret=secret)

    @override
    def advice(self, path: Path) -> str:
        sub = self._attribute.sub(path.name)
        if sub is None:
            return sub_advice(self._attribute, path.name)
        return sub_advice(sub, path.sub or "")


def _extension_step(extension: ExtensionSchema) -> Step:
    return Step(extension.urn, extension.field, multi_valued=False)


def step_of(attribute: Attribute) -> Step:
    """Return the step that leads to the value of an attribute."""
    return Step(attribute.name, attribute.field, attribute.multi_valued)


def _below(
    steps: tuple[Step, ...],
    attribute: Attribute,
    parent: Attribute | None,
    sub_name: str | None,
    *,
    secret: bool = False,
) -> Place | None:
    steps = (*steps, step_of(attribute))
    secret = secret or attribute.returned == "never"
    if sub_name is None:
        scope = InAttribute(attribute, secret=secret)
        return Place(steps, scope, attribute, parent, secret=secret)
    sub = attribute.sub(sub_name)
    return None if sub is None else _below(steps, sub, attribute, None, secret=secret)
