"""Some items of a list, which show themselves as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self, TypeVar

from britive_scim.tables import Table, Tabular
from britive_scim.wire.paging.table_source import ItemLayout

__all__ = ["ItemList"]

T = TypeVar("T")


class ItemList(tuple[T, ...], Tabular):  # noqa: SLOT001 - a tuple cannot have slots with a value
    """Some items of a list, as a tuple; printed as a table."""

    _layout: ItemLayout

    def __new__(cls, items: Iterable[T], layout: ItemLayout) -> Self:
        """Return a list of these items.

        Args:
            items: the items.
            layout: columns of their table.
        """
        self = super().__new__(cls, items)
        self._layout = layout
        return self

    def to_table(self) -> Table:
        """Return a table with one row per item."""
        return Table.from_columns(self._layout.types, [self._layout.convert(self)])

    def __str__(self) -> str:
        return str(self.to_table())

    def _repr_html_(self) -> str:
        return self.to_table().to_html()

    def __getnewargs__(self) -> tuple[tuple[T, ...], ItemLayout]:
        return tuple(self), self._layout
