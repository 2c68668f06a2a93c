"""The operations of a difference, gathered in the order in which they are to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.diffs.comparison import Place, Rules, plain
from britive_scim.scim.patch.operation import UNSET, PatchOperation
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import get, is_node

__all__ = ["LONGEST", "Changes", "How", "Selecting"]

Selecting = Literal["filter", "array", "whole"]
"""How a service can be told which value of a list is meant."""


LONGEST: Final = 1000
"""Most characters of a literal in a filter."""


@dataclass(slots=True)
class Changes:
    """Operations found so far, in the order in which they are to be done."""

    removed: list[PatchOperation] = field(default_factory=list[PatchOperation])
    replaced: list[PatchOperation] = field(default_factory=list[PatchOperation])
    added: list[PatchOperation] = field(default_factory=list[PatchOperation])

    def remove(self, path: str | None, value: Any = UNSET) -> None:
        """Note a removal."""
        self.removed.append(PatchOperation("remove", path, value))

    def set(self, path: str | None, value: Any, *, new: bool) -> None:
        """Note an addition, or a replacement where there was a value."""
        if new:
            self.added.append(PatchOperation("add", path, value))
        else:
            self.replaced.append(PatchOperation("replace", path, value))

    def operations(self) -> list[PatchOperation]:
        """Return removals, replacements, additions."""
        return [*self.removed, *self.replaced, *self.added]

    def take(self, other: Changes) -> None:
        """Append what another has."""
        self.removed += other.removed
        self.replaced += other.replaced
        self.added += other.added


@dataclass(frozen=True, slots=True)
class How:
    """How two lists are compared.

    Attributes:
        rules: what takes part, and what counts as equal.
        place: the attribute, as `rules` know it.
        schema: what the resource is.
        keep: whether sub-attributes that a new value does not name stay.
        selecting: how the service can be told which value is meant.
    """

    rules: Rules
    place: Place
    schema: ResourceSchema
    keep: bool
    selecting: Selecting

    def __init__(
        self,
        rules: Rules,
        place: Place,
        schema: ResourceSchema,
        *,
        keep: bool,
        selecting: Selecting,
    ) -> None:
        for name, value in zip(
            self.__slots__, (rules, place, schema, keep, selecting), strict=True
        ):
            object.__setattr__(self, name, value)

    def writable(self, attribute: Attribute, value: Any) -> Any:
        """Return a value in wire form as a client may write it: without what only the service sets."""
        if attribute.type != "complex" or not is_node(value):
            return {} if value is None else plain(value)
        result: dict[str, Any] = {}
        for sub in self.rules.subs(self.place, attribute):
            held = get(value, sub)
            if assigned(held):
                result[sub.name] = plain(held)
        return result
