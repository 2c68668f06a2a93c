"""What takes part when two resources are compared, and when two values count as equal.

`equal` and `diff` share these rules, so that what is equal yields no operations. They are stricter than
those of PATCH itself: a change of case is a change, even where the server compares without.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from britive_scim.errors import PatchError
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import to_json_value
from britive_scim.scim.names import fold
from britive_scim.scim.patch.target import build_undeclared_attribute, is_undeclared
from britive_scim.scim.projection.attribute_list import (
    CORE_SCHEMA,
    EMPTY_ATTRIBUTE_LIST,
    AttributeList,
)
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.equality import build_equality_key, to_json_or_repr
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import (
    Node,
    get_value,
    is_node,
    list_explicit_names,
    list_names,
    to_list,
)

__all__ = [
    "ComparisonRules",
    "SchemaSection",
    "get_identifying_sub_attribute",
    "iter_schema_sections",
    "to_json",
]

AttributeId = tuple[str, str]

_IGNORED_ATTRIBUTES: Final = frozenset({"schemas", "id", "meta"})
"""Common attributes that the service or the content decides."""

_STRING_TYPES: Final = frozenset({"string", "reference"})
_PATH_CHARACTERS: Final = frozenset(".:[")


@dataclass(frozen=True, slots=True)
class SchemaSection:
    """The resource, or one of its extensions, in both states.

    Attributes:
        urn: URN of the extension, `None` for the core.
        is_required: whether the extension must be there.
        before: what there was, `None` for nothing.
        after: what there is to be.
        attributes: its attributes, with those that only the two states have.
        explicit_names: the folded names that `after` says something about; `None` for all.
    """

    urn: str | None
    is_required: bool
    before: Node | None
    after: Node | None
    attributes: tuple[Attribute, ...]
    explicit_names: set[str] | None

    def get_attribute_id(self, attribute: Attribute) -> AttributeId:
        """Return what tells the attribute apart from all others."""
        return (CORE_SCHEMA if self.urn is None else fold(self.urn), fold(attribute.name))

    def get_path(self, attribute: Attribute) -> str:
        """Return the path of the attribute."""
        return attribute.name if self.urn is None else f"{self.urn}:{attribute.name}"


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """How two states are compared.

    Attributes:
        ignored: what does not take part.
        case_insensitive: texts whose case does not matter.
        whitespace_insensitive: texts whose surrounding blanks do not matter.
    """

    ignored: AttributeList = EMPTY_ATTRIBUTE_LIST
    case_insensitive: AttributeList = EMPTY_ATTRIBUTE_LIST
    whitespace_insensitive: AttributeList = EMPTY_ATTRIBUTE_LIST

    def iter_attributes(self, section: SchemaSection) -> Iterator[Attribute]:
        """Yield the attributes that take part."""
        for attribute in section.attributes:
            if section.urn is None and attribute.name in _IGNORED_ATTRIBUTES:
                continue
            if attribute.mutability == "readOnly" or self.ignored.has_attribute(
                section.get_attribute_id(attribute)
            ):
                continue
            if section.explicit_names is None or fold(attribute.name) in section.explicit_names:
                yield attribute

    def get_sub_attributes(
        self, attribute_id: AttributeId, attribute: Attribute
    ) -> list[Attribute]:
        """Return the sub-attributes that take part."""
        ignored = self.ignored.get_sub_attributes(attribute_id)
        return [
            sub
            for sub in attribute.sub_attributes
            if sub.mutability != "readOnly" and fold(sub.name) not in ignored
        ]

    def build_simple_key(
        self,
        attribute_id: AttributeId,
        attribute: Attribute,
        value: Any,
        sub: Attribute | None = None,
    ) -> Hashable:
        """Return what two equal values of an attribute, or of a sub-attribute, have in common."""
        kind = sub or attribute
        if not isinstance(value, str) and kind.type in _STRING_TYPES:
            value = to_json_or_repr(
                value
            )  # a class of the user's own may hold an enumeration, or a secret
        if isinstance(value, str) and (kind.type in _STRING_TYPES or is_undeclared(kind)):
            if _is_listed(self.whitespace_insensitive, attribute_id, sub):
                value = value.strip()
            return (
                normalize_caseless(value)
                if _is_listed(self.case_insensitive, attribute_id, sub)
                else value
            )
        return build_equality_key(kind, value)

    def build_sub_attribute_key(
        self, attribute_id: AttributeId, attribute: Attribute, sub: Attribute, node: Node
    ) -> Hashable:
        """Return the key of what a complex value holds for a sub-attribute; `primary` false is nothing."""
        value = get_value(node, sub)
        if not is_assigned(value) or (sub.name == "primary" and value is False):
            return None
        if sub.multi_valued:
            return frozenset(
                self.build_simple_key(attribute_id, attribute, item, sub) for item in to_list(value)
            )
        return self.build_simple_key(attribute_id, attribute, value, sub)

    def build_complex_key(
        self, attribute_id: AttributeId, attribute: Attribute, node: Any
    ) -> Hashable:
        """Return the key of a complex value; `None` where nothing that takes part is assigned."""
        if not is_node(node):
            return build_equality_key(attribute, node) if is_assigned(node) else None
        held = [
            (sub.name, found)
            for sub in self.get_sub_attributes(attribute_id, attribute)
            if (found := self.build_sub_attribute_key(attribute_id, attribute, sub, node))
            is not None
        ]
        return tuple(held) or None

    def build_attribute_key(
        self, attribute_id: AttributeId, attribute: Attribute, value: Any
    ) -> Hashable:
        """Return the key of all that an attribute holds; the order of values has no meaning."""
        if not is_assigned(value):
            return None
        if not attribute.multi_valued:
            return self.build_value_key(attribute_id, attribute, value)
        found = {
            self.build_value_key(attribute_id, attribute, item)
            for item in to_list(value)
            if is_assigned(item)
        }
        return frozenset(found - {None}) or None

    def build_value_key(
        self, attribute_id: AttributeId, attribute: Attribute, value: Any
    ) -> Hashable:
        """Return the key of one value of an attribute."""
        if attribute.type != "complex":
            return self.build_simple_key(attribute_id, attribute, value)
        value_sub = get_identifying_sub_attribute(attribute)
        if value_sub is not None and is_node(value):
            return self.build_sub_attribute_key(attribute_id, attribute, value_sub, value)
        return self.build_complex_key(attribute_id, attribute, value)


def _is_listed(names: AttributeList, attribute_id: AttributeId, sub: Attribute | None) -> bool:
    return names.has_attribute(attribute_id) or (
        sub is not None and fold(sub.name) in names.get_sub_attributes(attribute_id)
    )


def get_identifying_sub_attribute(attribute: Attribute) -> Attribute | None:
    """Return `value` where it alone tells the values of a list apart, as it does for members of a group.

    There it cannot change, and the rest is what the service says about it: type, reference, name.
    """
    if attribute.type != "complex" or not attribute.multi_valued:
        return None
    value = attribute.find_sub_attribute("value")
    return value if value is not None and value.mutability == "immutable" else None


def iter_schema_sections(
    schema: ResourceSchema, before: Node, after: Node, *, keep_unset: bool
) -> Iterator[SchemaSection]:
    """Yield the core and each extension of two states of a resource.

    Args:
        schema: what the resource is.
        before: the one state.
        after: the other.
        keep_unset: whether only what `after` names takes part.
    """
    said = list_explicit_names(after) if keep_unset else None
    yield SchemaSection(None, False, before, after, schema.attributes, said)
    for extension in schema.extensions:
        if said is not None and fold(extension.urn) not in said:
            continue
        slot = Attribute(name=extension.urn, field=extension.field)
        was, will = get_value(before, slot), get_value(after, slot)
        was, will = (was if is_node(was) else None), (will if is_node(will) else None)
        attributes = extension.attributes
        if extension.is_open:
            attributes += tuple(_iter_undeclared_attributes(extension.attributes, was, will))
        inner = list_explicit_names(will) if keep_unset and will is not None else None
        yield SchemaSection(extension.urn, extension.required, was, will, attributes, inner)


def _iter_undeclared_attributes(
    declared: Iterable[Attribute], *nodes: Node | None
) -> Iterator[Attribute]:
    """Yield descriptions of the attributes that an open extension holds without declaring them."""
    known = {fold(attribute.name) for attribute in declared}
    for node in nodes:
        for name in list_names(node) if node is not None else ():
            # A dot or a colon would make a path of it.
            if name and not _PATH_CHARACTERS.intersection(name) and fold(name) not in known:
                known.add(fold(name))
                yield build_undeclared_attribute(name)


def to_json(value: Any) -> Any:
    """Return a value as JSON data: models in wire form, moments as text.

    Raises:
        PatchError: there is no JSON for it.
    """
    try:
        return to_json_value(value)
    except ValueError as error:
        raise PatchError(f"no JSON data: {error}", scim_type="invalidValue") from None
