"""Bound filter tree: names resolved to schema attributes, literals converted for comparison.

```text
Filter  ──bind_filter(filter, schema)──>  BoundFilter  ──predicates, compile──>  predicate
```
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from britive_scim.scim.filters.tokens import CompareOperator

__all__ = [
    "COMPARISONS",
    "NEGATIVE_OPERATORS",
    "BoundAnd",
    "BoundCompare",
    "BoundConstant",
    "BoundFilter",
    "BoundNot",
    "BoundOperator",
    "BoundOr",
    "BoundPart",
    "BoundPresent",
    "BoundValuePath",
    "ComparisonType",
    "PathStep",
]

BoundOperator = CompareOperator | Literal["in", "not in"]
"""Operator of a comparison; `in` is an `or` of `eq`, `not in` an `and` of `ne`, with a set of literals."""

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
"""Function of each comparison operator, on comparison forms."""

NEGATIVE_OPERATORS: Final[frozenset[BoundOperator]] = frozenset({"ne", "not in"})
"""Operators that hold for a missing value, and for one of another type."""

ComparisonType = Literal["exact", "folded", "user name", "binary", "boolean", "number", "instant"]
"""Comparison of values: by one of four normalized string forms, or as one of three other types."""


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step from a resource to a value.

    Attributes:
        name: key in a mapping: the name of an attribute, or the URN of an extension.
        field_name: the Python name on a model.
        multi_valued: whether the schema declares a list; lists are accepted at every step.
        is_valued: whether the values are complex with a `value`; a mapping may have a string instead.
    """

    name: str
    field_name: str
    multi_valued: bool
    is_valued: bool = False


@dataclass(frozen=True, slots=True)
class BoundFilter:
    """Condition on a resource, or on one value of an attribute."""


@dataclass(frozen=True, slots=True)
class BoundConstant(BoundFilter):
    """Constant result: an undeclared attribute has no value.

    Attributes:
        value: the result.
    """

    value: bool


@dataclass(frozen=True, slots=True)
class BoundCompare(BoundFilter):
    """Comparison of values with a literal; one matching value is enough, for every operator.

    Attributes:
        steps: steps to the values.
        comparison_type: how they are compared.
        op: the operator.
        value: the literal, normalized for the comparison type; a frozenset of them for `in` and `not in`.
        has_false_default: whether a missing value counts as false: `primary` of a list element
            (RFC 7643 §2.4).
    """

    steps: tuple[PathStep, ...]
    comparison_type: ComparisonType
    op: BoundOperator
    value: str | bool | int | float | datetime | frozenset[Any]
    has_false_default: bool = False

    @property
    def is_true_if_missing(self) -> bool:
        """True if the comparison holds without a value."""
        missing_equals = self.has_false_default and self.value is False
        return missing_equals is not (self.op in NEGATIVE_OPERATORS)


@dataclass(frozen=True, slots=True)
class BoundPresent(BoundFilter):
    """Test that a value is present.

    Attributes:
        steps: steps to the value.
        can_be_empty: whether an empty string counts as a value: true for `ne null`, false for `pr`.
        is_string: whether the schema declares a string.
    """

    steps: tuple[PathStep, ...]
    can_be_empty: bool
    is_string: bool = False


@dataclass(frozen=True, slots=True)
class BoundValuePath(BoundFilter):
    """Value path: a single value satisfies the whole condition in brackets.

    Attributes:
        steps: steps to the values.
        condition: the condition; its steps start at the value.
    """

    steps: tuple[PathStep, ...]
    condition: BoundFilter


@dataclass(frozen=True, slots=True)
class BoundPart(BoundFilter):
    """Condition that is compiled to functions of its own, as a part of a large filter.

    Attributes:
        condition: the condition.
        on_dict: the predicate for a dict.
        on_model: the predicate for a model whose fields match the steps; it may raise `AttributeError`, `TypeError`
            or `ValueError` for an unusual value.
    """

    condition: BoundFilter
    on_dict: Callable[[Any], bool]
    on_model: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class BoundAnd(BoundFilter):
    """Conjunction of conditions."""

    items: tuple[BoundFilter, ...]


@dataclass(frozen=True, slots=True)
class BoundOr(BoundFilter):
    """Disjunction of conditions."""

    items: tuple[BoundFilter, ...]


@dataclass(frozen=True, slots=True)
class BoundNot(BoundFilter):
    """Negation of a condition."""

    item: BoundFilter
