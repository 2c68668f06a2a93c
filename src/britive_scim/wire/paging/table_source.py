"""Tables of a list: the layout of its items, and requests for the attributes that the layout needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from britive_scim.wire.operation import Operation
from britive_scim.wire.paging.page import Page

__all__ = ["ItemLayout", "PageOperations", "TableSource"]


class ItemLayout(Protocol):
    """Columns of a table of items."""

    @property
    def types(self) -> Mapping[str, type[Any]]:
        """Type by name of the column."""
        ...

    @property
    def attributes(self) -> tuple[str, ...] | None:
        """Paths that a server must return; `None` for all."""
        ...

    def convert(self, resources: Sequence[Any], /) -> Sequence[Sequence[Any]]:
        """Return the values of each column for some items."""
        ...


@dataclass(frozen=True, slots=True)
class PageOperations:
    """Operations of the pages of a list.

    Attributes:
        build_by_index: returns the operation for a page, given its start index and size.
        build_by_cursor: returns the operation for a page, given its cursor and size.
    """

    build_by_index: Callable[[int, int], Operation[Page[Any]]]
    build_by_cursor: Callable[[str, int], Operation[Page[Any]]] | None = None


@dataclass(frozen=True, slots=True)
class TableSource:
    """Conversion of the items of a list to a table.

    Attributes:
        build_layout: returns a layout for `columns` and the further arguments of `to_pandas`.
        build_operations: returns the operations of pages whose items a layout can read, which may be mappings, with
            these attributes only (`None` for all); `None` for the operations of the list itself.
        options: names of the further arguments.
    """

    build_layout: Callable[..., ItemLayout]
    build_operations: Callable[[tuple[str, ...] | None], PageOperations] | None = None
    options: tuple[str, ...] = ()
