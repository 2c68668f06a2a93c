"""Arrow stream of a list: the hand-written twin of `sync/table_stream.py`, as only a sync list can be one."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from britive_scim._hints import find_hint
from britive_scim.aio.concurrency import AsyncIterableBase

__all__ = ["AsyncTableStream"]

T = TypeVar("T")


class AsyncTableStream(AsyncIterableBase[T]):
    """Base of lists that data frame libraries cannot read themselves, as they cannot await."""

    __slots__ = ()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> NoReturn:
        """Raise: `polars.DataFrame(pager)`, `pyarrow.table(pager)` and DuckDB read the lists of sync clients only.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            f"{type(self).__name__} must be converted by its own methods; {find_hint(self, 'stream()')}"
        )
