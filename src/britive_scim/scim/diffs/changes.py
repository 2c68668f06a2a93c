"""Builder of the operations of a difference, and the context of list comparisons."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Final, Literal

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.diffs.comparison import AttributeId, ComparisonRules, to_json
from britive_scim.scim.patch.operation import UNSET, PatchOperation
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import is_assigned, wrap_values
from britive_scim.scim.values.node import get_value, is_node

__all__ = ["MAX_LITERAL_LENGTH", "ListDiffContext", "PatchBuilder", "ValueSelection"]

ValueSelection = Literal["filter", "array", "whole"]
"""Selection of values of a list by operations; see `diff`."""

MAX_LITERAL_LENGTH: Final = 1000
"""Maximum number of characters of a literal in a generated filter."""


@dataclass(slots=True)
class PatchBuilder:
    """Operations of a difference, grouped in the order of execution."""

    removals: list[PatchOperation] = field(default_factory=list[PatchOperation])
    replacements: list[PatchOperation] = field(default_factory=list[PatchOperation])
    additions: list[PatchOperation] = field(default_factory=list[PatchOperation])

    def remove(self, path: str | None, value: Any = UNSET) -> None:
        """Add a removal."""
        self.removals.append(PatchOperation("remove", path, value))

    def set(self, path: str | None, value: Any, *, is_new: bool) -> None:
        """Add an addition, or a replacement if `is_new` is false."""
        if is_new:
            self.additions.append(PatchOperation("add", path, value))
        else:
            self.replacements.append(PatchOperation("replace", path, value))

    def build_operations(self) -> list[PatchOperation]:
        """Return removals, then replacements, then additions."""
        return [*self.removals, *self.replacements, *self.additions]

    def extend(self, other: PatchBuilder) -> None:
        """Append the operations of another builder."""
        self.removals += other.removals
        self.replacements += other.replacements
        self.additions += other.additions


@dataclass(frozen=True, slots=True)
class ListDiffContext:
    """Context of the comparison of two lists.

    Attributes:
        rules: comparison rules.
        attribute_id: identity of the attribute in `rules`.
        schema: schema of the resource.
        keep_unset: whether sub-attributes missing in a new value stay.
        value_selection: how operations select values.
    """

    rules: ComparisonRules
    attribute_id: AttributeId
    schema: ResourceSchema
    _: KW_ONLY
    keep_unset: bool
    value_selection: ValueSelection

    def to_writable_json(self, attribute: Attribute, value: Any) -> Any:
        """Return a value in wire form without readOnly sub-attributes."""
        value = wrap_values(attribute, value)
        if attribute.type != "complex" or not is_node(value):
            return {} if value is None else to_json(value)
        result: dict[str, Any] = {}
        for sub in self.rules.get_sub_attributes(self.attribute_id, attribute):
            sub_value = get_value(value, sub)
            if is_assigned(sub_value):
                result[sub.name] = to_json(sub_value)
        return result
