"""The operations of a difference, gathered in the order in which they are to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.diffs.comparison import AttributeId, ComparisonRules, to_json
from britive_scim.scim.patch.operation import UNSET, PatchOperation
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import get_value, is_node

__all__ = ["MAX_LITERAL_LENGTH", "ListDiffContext", "PatchBuilder", "ValueSelection"]

ValueSelection = Literal["filter", "array", "whole"]
"""How a service can be told which value of a list is meant."""


MAX_LITERAL_LENGTH: Final = 1000
"""Most characters of a literal in a filter."""


@dataclass(slots=True)
class PatchBuilder:
    """Operations found so far, in the order in which they are to be done."""

    removals: list[PatchOperation] = field(default_factory=list[PatchOperation])
    replacements: list[PatchOperation] = field(default_factory=list[PatchOperation])
    additions: list[PatchOperation] = field(default_factory=list[PatchOperation])

    def remove(self, path: str | None, value: Any = UNSET) -> None:
        """Note a removal."""
        self.removals.append(PatchOperation("remove", path, value))

    def set(self, path: str | None, value: Any, *, is_new: bool) -> None:
        """Note an addition, or a replacement where there was a value."""
        if is_new:
            self.additions.append(PatchOperation("add", path, value))
        else:
            self.replacements.append(PatchOperation("replace", path, value))

    def build_operations(self) -> list[PatchOperation]:
        """Return removals, replacements, additions."""
        return [*self.removals, *self.replacements, *self.additions]

    def extend(self, other: PatchBuilder) -> None:
        """Append what another has."""
        self.removals += other.removals
        self.replacements += other.replacements
        self.additions += other.additions


@dataclass(frozen=True, slots=True)
class ListDiffContext:
    """How two lists are compared.

    Attributes:
        rules: what takes part, and what counts as equal.
        attribute_id: the attribute, as `rules` know it.
        schema: what the resource is.
        keep_unset: whether sub-attributes that a new value does not name stay.
        value_selection: how the service can be told which value is meant.
    """

    rules: ComparisonRules
    attribute_id: AttributeId
    schema: ResourceSchema
    keep_unset: bool
    value_selection: ValueSelection

    def __init__(
        self,
        rules: ComparisonRules,
        attribute_id: AttributeId,
        schema: ResourceSchema,
        *,
        keep_unset: bool,
        value_selection: ValueSelection,
    ) -> None:
        for name, value in zip(
            self.__slots__, (rules, attribute_id, schema, keep_unset, value_selection), strict=True
        ):
            object.__setattr__(self, name, value)

    def to_writable_json(self, attribute: Attribute, value: Any) -> Any:
        """Return a value in wire form as a client may write it: without what only the service sets."""
        if attribute.type != "complex" or not is_node(value):
            return {} if value is None else to_json(value)
        result: dict[str, Any] = {}
        for sub in self.rules.get_sub_attributes(self.attribute_id, attribute):
            held = get_value(value, sub)
            if is_assigned(held):
                result[sub.name] = to_json(held)
        return result
