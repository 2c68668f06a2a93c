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
    "All",
    "AnyOf",
    "Comparison",
    "Condition",
    "Constant",
    "Has",
    "Kind",
    "Negation",
    "Some",
    "Step",
]

Kind = Literal["exact", "folded", "user name", "binary", "boolean", "number", "instant"]
"""How values are compared: as one of four forms of text, or as one of three other types."""


@dataclass(frozen=True, slots=True)
class Step:
    """One name on the way from a resource to a value.

    Attributes:
        name: the key in a mapping: the name of an attribute, or the URN of an extension.
        field: the Python name on a model.
        multi_valued: whether a list is expected there; one is read anywhere.
    """

    name: str
    field: str
    multi_valued: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What can be said of a resource, or of one value of an attribute."""


@dataclass(frozen=True, slots=True)
class Constant(Condition):
    """The same whatever the resource is: what the schema does not declare has no value.

    Attributes:
        value: the result.
    """

    value: bool


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """A value compares so with a literal; one of several values is enough, whatever the operator.

    Attributes:
        steps: the way to the values.
        kind: how they are compared.
        op: the operator.
        value: the literal, in the form values are compared in.
        false_unless_set: whether a missing value counts as false: `primary` of an element of a list
            (RFC 7643 §2.4).
    """

    steps: tuple[Step, ...]
    kind: Kind
    op: CompareOperator
    value: str | bool | int | float | datetime
    false_unless_set: bool = False

    @property
    def if_missing(self) -> bool:
        """The result where there is no value."""
        missing_equals = self.false_unless_set and self.value is False
        return missing_equals is not (self.op == "ne")


@dataclass(frozen=True, slots=True)
class Has(Condition):
    """There is a value.

    Attributes:
        steps: the way to it.
        blank: whether an empty text counts as one: for `ne null` it does, for `pr` it does not.
        text: whether the schema expects a single text there.
    """

    steps: tuple[Step, ...]
    blank: bool
    text: bool = False


@dataclass(frozen=True, slots=True)
class Some(Condition):
    """One single value satisfies a whole condition: what brackets say.

    Attributes:
        steps: the way to the values.
        condition: what the value must satisfy; its steps start at the value.
    """

    steps: tuple[Step, ...]
    condition: Condition


@dataclass(frozen=True, slots=True)
class All(Condition):
    """Every one of several conditions holds."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one of several conditions holds."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation(Condition):
    """A condition does not hold."""

    item: Condition
