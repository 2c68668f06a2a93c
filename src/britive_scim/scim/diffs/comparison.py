"""What takes part when two resources are compared, and when two values count as equal.

`equal` and `diff` share these rules, so that what is equal yields no operations. They are stricter than
those of PATCH itself: a change of case is a change, even where the server compares without.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from britive_scim.errors import PatchError
from britive_scim.scim.datatypes import folded_form
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import as_json
from britive_scim.scim.names import fold
from britive_scim.scim.patch.target import is_undeclared, undeclared_attribute
from britive_scim.scim.projection.attribute_list import CORE, NONE, Mentions
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.equality import key, told
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import Node, get, is_node, keys, listed, named

__all__ = ["Container", "Rules", "by_value", "containers", "plain"]

Place = tuple[str, str]

_SKIPPED: Final = frozenset({"schemas", "id", "meta"})
"""Common attributes that the service or the content decides."""

_TEXTS: Final = frozenset({"string", "reference"})
_OF_PATHS: Final = frozenset(".:[")


@dataclass(frozen=True, slots=True)
class Container:
    """The resource, or one of its extensions, in both states.

    Attributes:
        urn: URN of the extension, `None` for the core.
        required: whether the extension must be there.
        before: what there was, `None` for nothing.
        after: what there is to be.
        attributes: its attributes, with those that only the two states have.
        said: the folded names that `after` says something about; `None` for all.
    """

    urn: str | None
    required: bool
    before: Node | None
    after: Node | None
    attributes: tuple[Attribute, ...]
    said: set[str] | None

    def place(self, attribute: Attribute) -> Place:
        """Return what tells the attribute apart from all others."""
        return (CORE if self.urn is None else fold(self.urn), fold(attribute.name))

    def path(self, attribute: Attribute) -> str:
        """Return the path of the attribute."""
        return attribute.name if self.urn is None else f"{self.urn}:{attribute.name}"


@dataclass(frozen=True, slots=True)
class Rules:
    """How two states are compared.

    Attributes:
        ignored: what does not take part.
        caseless: texts whose case does not matter.
        blankless: texts whose surrounding blanks do not matter.
    """

    ignored: Mentions = NONE
    caseless: Mentions = NONE
    blankless: Mentions = NONE

    def attributes(self, container: Container) -> Iterator[Attribute]:
        """Yield the attributes that take part."""
        for attribute in container.attributes:
            if container.urn is None and attribute.name in _SKIPPED:
                continue
            if attribute.mutability == "readOnly" or self.ignored.whole(container.place(attribute)):
                continue
            if container.said is None or fold(attribute.name) in container.said:
                yield attribute

    def subs(self, place: Place, attribute: Attribute) -> list[Attribute]:
        """Return the sub-attributes that take part."""
        ignored = self.ignored.of(place)
        return [
            sub
            for sub in attribute.sub_attributes
            if sub.mutability != "readOnly" and fold(sub.name) not in ignored
        ]

    def key(
        self, place: Place, attribute: Attribute, value: Any, sub: Attribute | None = None
    ) -> Hashable:
        """Return what two equal values of an attribute, or of a sub-attribute, have in common."""
        kind = sub or attribute
        if not isinstance(value, str) and kind.type in _TEXTS:
            value = told(value)  # a class of the user's own may hold an enumeration, or a secret
        if isinstance(value, str) and (kind.type in _TEXTS or is_undeclared(kind)):
            if _told(self.blankless, place, sub):
                value = value.strip()
            return folded_form(value) if _told(self.caseless, place, sub) else value
        return key(kind, value)

    def sub_key(self, place: Place, attribute: Attribute, sub: Attribute, node: Node) -> Hashable:
        """Return the key of what a complex value holds for a sub-attribute; `primary` false is nothing."""
        value = get(node, sub)
        if not assigned(value) or (sub.name == "primary" and value is False):
            return None
        if sub.multi_valued:
            return frozenset(self.key(place, attribute, item, sub) for item in listed(value))
        return self.key(place, attribute, value, sub)

    def node_key(self, place: Place, attribute: Attribute, node: Any) -> Hashable:
        """Return the key of a complex value; `None` where nothing that takes part is assigned."""
        if not is_node(node):
            return key(attribute, node) if assigned(node) else None
        held = [
            (sub.name, found)
            for sub in self.subs(place, attribute)
            if (found := self.sub_key(place, attribute, sub, node)) is not None
        ]
        return tuple(held) or None

    def whole_key(self, place: Place, attribute: Attribute, value: Any) -> Hashable:
        """Return the key of all that an attribute holds; the order of values has no meaning."""
        if not assigned(value):
            return None
        if not attribute.multi_valued:
            return self.one_key(place, attribute, value)
        found = {self.one_key(place, attribute, item) for item in listed(value) if assigned(item)}
        return frozenset(found - {None}) or None

    def one_key(self, place: Place, attribute: Attribute, value: Any) -> Hashable:
        """Return the key of one value of an attribute."""
        if attribute.type != "complex":
            return self.key(place, attribute, value)
        value_sub = by_value(attribute)
        if value_sub is not None and is_node(value):
            return self.sub_key(place, attribute, value_sub, value)
        return self.node_key(place, attribute, value)


def _told(names: Mentions, place: Place, sub: Attribute | None) -> bool:
    return names.whole(place) or (sub is not None and fold(sub.name) in names.of(place))


def by_value(attribute: Attribute) -> Attribute | None:
    """Return `value` where it alone tells the values of a list apart, as it does for members of a group.

    There it cannot change, and the rest is what the service says about it: type, reference, name.
    """
    if attribute.type != "complex" or not attribute.multi_valued:
        return None
    value = attribute.sub("value")
    return value if value is not None and value.mutability == "immutable" else None


def containers(
    schema: ResourceSchema, before: Node, after: Node, *, keep: bool
) -> Iterator[Container]:
    """Yield the core and each extension of two states of a resource.

    Args:
        schema: what the resource is.
        before: the one state.
        after: the other.
        keep: whether only what `after` names takes part.
    """
    said = named(after) if keep else None
    yield Container(None, False, before, after, schema.attributes, said)
    for extension in schema.extensions:
        if said is not None and fold(extension.urn) not in said:
            continue
        slot = Attribute(name=extension.urn, field=extension.field)
        was, will = get(before, slot), get(after, slot)
        was, will = (was if is_node(was) else None), (will if is_node(will) else None)
        attributes = extension.attributes
        if extension.open:
            attributes += tuple(_others(extension.attributes, was, will))
        inner = named(will) if keep and will is not None else None
        yield Container(extension.urn, extension.required, was, will, attributes, inner)


def _others(declared: Iterable[Attribute], *nodes: Node | None) -> Iterator[Attribute]:
    """Yield descriptions of the attributes that an open extension holds without declaring them."""
    known = {fold(attribute.name) for attribute in declared}
    for node in nodes:
        for name in keys(node) if node is not None else ():
            # A dot or a colon would make a path of it.
            if name and not _OF_PATHS.intersection(name) and fold(name) not in known:
                known.add(fold(name))
                yield undeclared_attribute(name)


def plain(value: Any) -> Any:
    """Return a value as JSON data: models in wire form, moments as text.

    Raises:
        PatchError: there is no JSON for it.
    """
    try:
        return as_json(value)
    except ValueError as error:
        raise PatchError(f"no JSON data: {error}", scim_type="invalidValue") from None
