"""Comparison rules of `equal` and `diff`: compared attributes, and equality of values.

Both share these rules, so equal resources yield no operations. The rules are stricter than those of
PATCH: a change of case is a change, even if the server compares without case.
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
from britive_scim.scim.values.equality import (
    build_equality_key,
    drop_protocol_version,
    to_json_or_repr,
)
from britive_scim.scim.values.lookup import is_assigned, wrap_values
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
"""Common attributes set by the service or derived from the content."""

_STRING_TYPES: Final = frozenset({"string", "reference"})


@dataclass(frozen=True, slots=True)
class SchemaSection:
    """Core or one extension of a resource, in both states.

    Attributes:
        urn: URN of the extension, `None` for the core.
        is_required: whether the extension is required.
        before: the old state, or `None`.
        after: the new state, or `None`.
        attributes: the declared attributes, and the undeclared ones of both states.
        explicit_names: the folded names in `after` to compare; `None` for all.
    """

    urn: str | None
    is_required: bool
    before: Node | None
    after: Node | None
    attributes: tuple[Attribute, ...]
    explicit_names: set[str] | None

    def get_attribute_id(self, attribute: Attribute) -> AttributeId:
        """Return the identity of the attribute: the folded URN and name."""
        return (CORE_SCHEMA if self.urn is None else fold(self.urn), fold(attribute.name))

    def get_path(self, attribute: Attribute) -> str:
        """Return the path of the attribute."""
        return attribute.name if self.urn is None else f"{self.urn}:{attribute.name}"


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """Rules for comparing two states.

    Attributes:
        ignored: ignored attributes.
        case_insensitive: strings compared without case.
        whitespace_insensitive: strings compared without surrounding whitespace.
    """

    ignored: AttributeList = EMPTY_ATTRIBUTE_LIST
    case_insensitive: AttributeList = EMPTY_ATTRIBUTE_LIST
    whitespace_insensitive: AttributeList = EMPTY_ATTRIBUTE_LIST

    def iter_attributes(self, section: SchemaSection) -> Iterator[Attribute]:
        """Yield the compared attributes."""
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
        """Return the compared sub-attributes."""
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
        """Return the equality key of a simple value of an attribute or sub-attribute."""
        compared = sub or attribute
        if not isinstance(value, str) and compared.type in _STRING_TYPES:
            # A custom model may contain an enumeration or a secret.
            value = to_json_or_repr(value)
        if isinstance(value, str) and (compared.type in _STRING_TYPES or is_undeclared(compared)):
            value = drop_protocol_version(compared, value)
            if _is_listed(self.whitespace_insensitive, attribute_id, sub):
                value = value.strip()
            return (
                normalize_caseless(value)
                if _is_listed(self.case_insensitive, attribute_id, sub)
                else value
            )
        return build_equality_key(compared, value)

    def build_sub_attribute_key(
        self, attribute_id: AttributeId, attribute: Attribute, sub: Attribute, node: Node
    ) -> Hashable:
        """Return the key of a sub-attribute of a complex value; `None` if unassigned or `primary` false."""
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
        """Return the key of a complex value; `None` if no compared sub-attribute is assigned."""
        node = wrap_values(attribute, node)
        if not is_node(node):
            return build_equality_key(attribute, node) if is_assigned(node) else None
        keys = [
            (sub.name, key)
            for sub in self.get_sub_attributes(attribute_id, attribute)
            if (key := self.build_sub_attribute_key(attribute_id, attribute, sub, node)) is not None
        ]
        return tuple(keys) or None

    def build_attribute_key(
        self, attribute_id: AttributeId, attribute: Attribute, value: Any
    ) -> Hashable:
        """Return the key of a whole attribute; the order of list values is ignored."""
        if not is_assigned(value):
            return None
        if not attribute.multi_valued:
            return self.build_value_key(attribute_id, attribute, value)
        keys = {
            self.build_value_key(attribute_id, attribute, item)
            for item in to_list(value)
            if is_assigned(item)
        }
        return frozenset(keys - {None}) or None

    def build_value_key(
        self, attribute_id: AttributeId, attribute: Attribute, value: Any
    ) -> Hashable:
        """Return the key of one value of an attribute."""
        if attribute.type != "complex":
            return self.build_simple_key(attribute_id, attribute, value)
        value = wrap_values(attribute, value)
        value_sub = get_identifying_sub_attribute(attribute)
        if value_sub is not None and is_node(value):
            return self.build_sub_attribute_key(attribute_id, attribute, value_sub, value)
        return self.build_complex_key(attribute_id, attribute, value)


def _is_listed(names: AttributeList, attribute_id: AttributeId, sub: Attribute | None) -> bool:
    return names.has_attribute(attribute_id) or (
        sub is not None and fold(sub.name) in names.get_sub_attributes(attribute_id)
    )


def get_identifying_sub_attribute(attribute: Attribute) -> Attribute | None:
    """Return `value` if it alone identifies the values of a list, as it does for group members.

    It is immutable there; the service sets the other sub-attributes: type, reference, name.
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
        schema: schema of the resource.
        before: the old state.
        after: the new state.
        keep_unset: whether only the names in `after` are compared.
    """
    names = list_explicit_names(after) if keep_unset else None
    yield SchemaSection(None, False, before, after, schema.attributes, names)
    for extension in schema.extensions:
        if names is not None and fold(extension.urn) not in names:
            continue
        attribute = Attribute(name=extension.urn, field=extension.field)
        old, new = get_value(before, attribute), get_value(after, attribute)
        old, new = (old if is_node(old) else None), (new if is_node(new) else None)
        attributes = extension.attributes
        if extension.is_open:
            attributes += tuple(_iter_undeclared_attributes(extension.attributes, old, new))
        inner_names = list_explicit_names(new) if keep_unset and new is not None else None
        yield SchemaSection(extension.urn, extension.required, old, new, attributes, inner_names)


def _iter_undeclared_attributes(
    declared: Iterable[Attribute], *nodes: Node | None
) -> Iterator[Attribute]:
    """Yield descriptions of the undeclared attributes of an open extension."""
    known = {fold(attribute.name) for attribute in declared}
    for node in nodes:
        for name in list_names(node) if node is not None else ():
            if fold(name) not in known:
                known.add(fold(name))
                yield build_undeclared_attribute(name)


def to_json(value: Any) -> Any:
    """Return a value as JSON data: models in wire form, datetimes as strings.

    Raises:
        PatchError: the value has no JSON form.
    """
    try:
        return to_json_value(value)
    except ValueError as error:
        raise PatchError(f"value must be JSON data: {error}", scim_type="invalidValue") from None
