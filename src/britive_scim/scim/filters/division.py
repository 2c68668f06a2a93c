"""Division of large filters into parts of limited size, each compiled to functions of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from britive_scim.scim.filters.bound import (
    BoundAnd,
    BoundCompare,
    BoundFilter,
    BoundNot,
    BoundOr,
    BoundPart,
    BoundValuePath,
)

__all__ = ["MAX_DEPTH", "MAX_SIZE", "divide_condition", "measure_size"]

MAX_SIZE: Final = 60
MAX_DEPTH: Final = 12
"""Limits of one part: Python's compiler has its own, and needs more time for each line of longer functions."""

_CHARACTERS_PER_NODE: Final = 500

MakePart = Callable[[BoundFilter], BoundPart]
"""Function that compiles a part."""


def measure_size(condition: BoundFilter) -> int:
    """Return the number of conditions, where a long literal counts as several."""
    if isinstance(condition, BoundAnd | BoundOr):
        return 1 + sum(map(measure_size, condition.items))
    if isinstance(condition, BoundNot):
        return 1 + measure_size(condition.item)
    if isinstance(condition, BoundValuePath):
        return 1 + measure_size(condition.condition)
    if isinstance(condition, BoundCompare) and isinstance(condition.value, str):
        return 1 + len(condition.value) // _CHARACTERS_PER_NODE
    return 1


def divide_condition(condition: BoundFilter, make_part: MakePart) -> BoundFilter:
    """Return an equal condition within the limits, whose parts are compiled.

    Args:
        condition: the condition, of any size.
        make_part: compiles a part that is within the limits.
    """
    return _divide(condition, make_part)[0]


def _divide(condition: BoundFilter, make_part: MakePart) -> tuple[BoundFilter, int, int]:
    """Return an equal condition within the limits, its size and its depth."""
    if isinstance(condition, BoundAnd | BoundOr):
        return _divide_items(condition, make_part)
    if isinstance(condition, BoundNot):
        item, size, depth = _fit(*_divide(condition.item, make_part), make_part, MAX_SIZE - 1)
        return BoundNot(item), size + 1, depth + 1
    if isinstance(condition, BoundValuePath):
        item, size, depth = _fit(*_divide(condition.condition, make_part), make_part, MAX_SIZE - 1)
        return replace(condition, condition=item), size + 1, depth + 1
    return condition, min(measure_size(condition), MAX_SIZE), 0


def _divide_items(
    condition: BoundAnd | BoundOr, make_part: MakePart
) -> tuple[BoundFilter, int, int]:
    cls = type(condition)
    entries = [
        _fit(*_divide(item, make_part), make_part, MAX_SIZE // 2) for item in condition.items
    ]
    while sum(size for _, size, _ in entries) >= MAX_SIZE:
        entries = [_join(cls, group, make_part) for group in _group(entries)]
    return _build(cls, entries)


def _fit(
    condition: BoundFilter, size: int, depth: int, make_part: MakePart, max_size: int
) -> tuple[BoundFilter, int, int]:
    """Return the condition, or the call of a part in its place if it is too large or too deep."""
    if size <= max_size and depth < MAX_DEPTH:
        return condition, size, depth
    return make_part(condition), 1, 0


def _group(
    entries: Sequence[tuple[BoundFilter, int, int]],
) -> list[list[tuple[BoundFilter, int, int]]]:
    """Return the entries in consecutive groups within the size of a part."""
    groups: list[list[tuple[BoundFilter, int, int]]] = [[]]
    room = MAX_SIZE - 1
    for entry in entries:
        if entry[1] > room:
            groups.append([])
            room = MAX_SIZE - 1
        groups[-1].append(entry)
        room -= entry[1]
    return groups


def _join(
    cls: type[BoundAnd | BoundOr],
    entries: Sequence[tuple[BoundFilter, int, int]],
    make_part: MakePart,
) -> tuple[BoundFilter, int, int]:
    if len(entries) == 1:
        return _fit(*entries[0], make_part, 1)
    return make_part(_build(cls, entries)[0]), 1, 0


def _build(
    cls: type[BoundAnd | BoundOr], entries: Sequence[tuple[BoundFilter, int, int]]
) -> tuple[BoundFilter, int, int]:
    size = 1 + sum(size for _, size, _ in entries)
    depth = 1 + max(depth for _, _, depth in entries)
    return cls(tuple(item for item, _, _ in entries)), size, depth
