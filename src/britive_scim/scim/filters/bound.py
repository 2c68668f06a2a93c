"""What a filter asks, once its names and literals are understood: the tree that is evaluated.

```text
Filter, as written  ──understand(filter, schema)──>  Condition  ──careful, generate──>  a predicate
```
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from britive_scim.scim.filters.ast import CompareOperator

__all__ = [
    "BoundAnd",
    "BoundCompare",
    "BoundConstant",
    "BoundFilter",
    "BoundNot",
    "BoundOr",
    "BoundPresent",
    "BoundValuePath",
    "ComparisonType",
    "PathStep",
]

ComparisonType = Literal["exact", "folded", "user name", "binary", "boolean", "number", "instant"]
"""How values are compared: as one of four forms of text, or as one of three other types."""


@dataclass(frozen=True, slots=True)
class PathStep:
    """One name on the way from a resource to a value.

    Attributes:
        name: the key in a mapping: the name of an attribute, or the URN of an extension.
        field_name: the Python name on a model.
        multi_valued: whether a list is expected there; one is read anywhere.
    """

    name: str
    field_name: str
    multi_valued: bool


@dataclass(frozen=True, slots=True)
class BoundFilter:
    """What can be said of a resource, or of one value of an attribute."""


@dataclass(frozen=True, slots=True)
class BoundConstant(BoundFilter):
    """The same whatever the resource is: what the schema does not declare has no value.

    Attributes:
        value: the result.
    """

    value: bool


@dataclass(frozen=True, slots=True)
class BoundCompare(BoundFilter):
    """A value compares so with a literal; one of several values is enough, whatever the operator.

    Attributes:
        steps: the way to the values.
        comparison_type: how they are compared.
        op: the operator.
        value: the literal, in the form values are compared in.
        has_false_default: whether a missing value counts as false: `primary` of an element of a list
            (RFC 7643 §2.4).
    """

    steps: tuple[PathStep, ...]
    comparison_type: ComparisonType
    op: CompareOperator
    value: str | bool | int | float | datetime
    has_false_default: bool = False

    @property
    def is_true_if_missing(self) -> bool:
        """The result where there is no value."""
        missing_equals = self.has_false_default and self.value is False
        return missing_equals is not (self.op == "ne")


@dataclass(frozen=True, slots=True)
class BoundPresent(BoundFilter):
    """There is a value.

    Attributes:
        steps: the way to it.
        can_be_empty: whether an empty text counts as one: for `ne null` it does, for `pr` it does not.
        is_string: whether the schema expects a single text there.
    """

    steps: tuple[PathStep, ...]
    can_be_empty: bool
    is_string: bool = False


@dataclass(frozen=True, slots=True)
class BoundValuePath(BoundFilter):
    """One single value satisfies a whole condition: what brackets say.

    Attributes:
        steps: the way to the values.
        condition: what the value must satisfy; its steps start at the value.
    """

    steps: tuple[PathStep, ...]
    condition: BoundFilter


@dataclass(frozen=True, slots=True)
class BoundAnd(BoundFilter):
    """Every one of several conditions holds."""

    items: tuple[BoundFilter, ...]


@dataclass(frozen=True, slots=True)
class BoundOr(BoundFilter):
    """At least one of several conditions holds."""

    items: tuple[BoundFilter, ...]


@dataclass(frozen=True, slots=True)
class BoundNot(BoundFilter):
    """A condition does not hold."""

    item: BoundFilter
