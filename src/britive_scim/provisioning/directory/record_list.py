"""Base of the lists of a directory: iterated and indexed like a tuple, and written as a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from copy import copy
from typing import Generic, Self, TypeVar, cast, overload

from britive_scim.tables import Tabular

__all__ = ["RecordList"]

T = TypeVar("T")


class RecordList(Tabular, Collection[T], Generic[T]):
    """Immutable list whose table is that of its class.

    It is no `Sequence`: libraries such as polars and pyarrow would read the objects of one instead of its table.

    Args:
        items: the items.
    """

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = tuple(items)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> T | Self:
        return self._slice(index) if isinstance(index, slice) else self._items[index]

    def _slice(self, index: slice) -> Self:
        """Return the list with some of its items."""
        part = copy(self)
        part._items = self._items[index]
        return part

    def __eq__(self, other: object) -> bool:
        """Return whether the items are equal; `other` may be a tuple."""
        items: object = other
        if isinstance(other, RecordList):
            items = cast("RecordList[object]", other)._items
        return self._items == items if isinstance(items, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._items)
