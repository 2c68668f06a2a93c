"""Join comparisons of one attribute with several literals into one look-up in a set.

```text
id eq "a" or id eq "b" or title pr    ──>  id in {"a", "b"} or title pr
id ne "a" and id ne "b"               ──>  id not in {"a", "b"}
```

A set contains normalized literals of one comparison type, so it finds what the comparisons would find.
`eq null` tests for presence, and is not joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from britive_scim.scim.filters.bound import (
    BoundCompare,
    BoundFilter,
    BoundOperator,
    ComparisonType,
    PathStep,
)

__all__ = ["join_comparisons"]

_JOINABLE_TYPES: Final[frozenset[ComparisonType]] = frozenset(
    {"exact", "folded", "user name", "binary", "number", "instant"}
)
"""All types except booleans, which have only two values."""


def join_comparisons(items: Sequence[BoundFilter], *, is_or: bool) -> tuple[BoundFilter, ...]:
    """Return the items of an `or` or `and` with the comparisons of each attribute joined.

    Args:
        items: the items.
        is_or: whether they are joined by `or`: comparisons by `eq` are joined; otherwise those by `ne`.
    """
    op: BoundOperator = "eq" if is_or else "ne"
    # Of several values any may differ, and it may be another one for each literal (D-07).
    groups: dict[tuple[tuple[PathStep, ...], ComparisonType], list[int]] = {}
    for position, item in enumerate(items):
        if (
            isinstance(item, BoundCompare)
            and item.op == op
            and item.comparison_type in _JOINABLE_TYPES
            and (is_or or not any(step.multi_valued for step in item.steps))
        ):
            groups.setdefault((item.steps, item.comparison_type), []).append(position)
    if all(len(positions) == 1 for positions in groups.values()):
        return tuple(items)
    joined: list[BoundFilter | None] = list(items)
    for (steps, type_), positions in groups.items():
        if len(positions) > 1:
            compares = [joined[position] for position in positions]
            values = frozenset(c.value for c in compares if isinstance(c, BoundCompare))
            for position in positions:
                joined[position] = None
            joined[positions[0]] = BoundCompare(steps, type_, "in" if is_or else "not in", values)
    return tuple(item for item in joined if item is not None)
