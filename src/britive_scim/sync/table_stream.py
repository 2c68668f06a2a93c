"""Arrow stream of a list: the hand-written twin of `aio/table_stream.py`, as only a sync list can be one."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, TypeVar

from britive_scim.sync.concurrency import IterableBase
from britive_scim.wire.paging.page import Page
from britive_scim.wire.paging.table_source import ItemLayout

__all__ = ["TableStream"]

T = TypeVar("T")


class TableStream(IterableBase[T]):
    """Base of lists that are Arrow streams."""

    __slots__ = ()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Return the Arrow stream that `polars.DataFrame(pager)`, `pyarrow.table(pager)` and DuckDB read.

        With pyarrow, pages are requested when the stream is read, and its schema alone requests nothing. Afterwards
        `complete` says if every item was read.

        Raises:
            ConfigurationError: neither pyarrow nor polars is installed.
        """
        from britive_scim.tables.frames import build_stream

        layout = self._build_layout(None)
        batches = (layout.convert(page.items) for page in self._iter_table_pages(layout))
        return build_stream(layout.types, batches, requested_schema)

    if TYPE_CHECKING:  # a pager has these

        def _build_layout(self, columns: Any, **options: Any) -> ItemLayout:
            ...

        def _iter_table_pages(self, layout: ItemLayout) -> Generator[Page[Any]]:
            ...
