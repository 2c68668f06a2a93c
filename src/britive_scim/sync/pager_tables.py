# Generated from aio/pager_tables.py by tools/unasync.py; edit that file instead.
"""Tables of a list: its items as data frames, Arrow tables and files, read page by page."""

from __future__ import annotations

import os
from collections.abc import Generator, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from britive_scim._hints import find_hint
from britive_scim.sync.concurrent_iteration import InnerGenerator
from britive_scim.sync.table_stream import TableStream
from britive_scim.errors import InputError
from britive_scim.progress import Progress, ProgressOption, check_progress, make_progress
from britive_scim.suggestions import format_suggestion
from britive_scim.tables import Table
from britive_scim.tables.builder import Batch, TableBuilder
from britive_scim.tables.completeness import warn_if_incomplete
from britive_scim.wire.paging.item_list import ItemList
from britive_scim.wire.paging.page import Page
from britive_scim.wire.paging.table_source import ItemLayout, TableSource
from britive_scim.wire.retry.meter import RequestMeter, current_meter

__all__ = ["TablePager"]

T = TypeVar("T")

Columns = Iterable[str] | Mapping[str, str]


class TablePager(TableStream[T]):
    """Base of pagers: their lists as tables.

    Each method reads the list from its beginning and keeps one page of items at a time. Where the list has attributes
    to choose, only those of the columns are requested.
    """

    __slots__ = ()

    _table_source: TableSource | None

    def to_list(self) -> ItemList[T]:
        """Return all items; a notebook shows the first ones as a table.

        `complete` and `why_incomplete` of the list say if every item was read, as do those of its tables.

        Raises:
            TransportError: no response was received.
            ApiError: the response is an error, or not a list.
        """
        items: list[T] = []
        with InnerGenerator(self.pages()) as pages:
            for page in pages:
                items += page.items
        return self._build_list(items, self.complete, self.why_incomplete)

    def head(self, n: int = 5) -> ItemList[T]:
        """Return at most `n` of the first items, which show as a table; one request for at most one page.

        Items that contradict the filter or do not satisfy `where` are left out, so there may be fewer.

        Args:
            n: number of items, from 1 to the size of a page.

        Raises:
            InputError: `n` is out of its range.
            UnexpectedResponse: the server ignores the filter.
        """
        if not _is_integer(n) or not 1 <= n <= self._page_limit:
            raise InputError(
                f"n must be an integer from 1 to {self._page_limit}, the size of a page, got {n!r:.60};"
                " iterate over the list for more"
            )
        page = self._fetch_head(n)
        return self._build_list(page.items[:n])

    def to_table(
        self,
        columns: Columns | None = None,
        *,
        progress: ProgressOption = None,
        **options: Any,
    ) -> Table:
        """Return a table of all items, in memory and without any library.

        Args:
            columns: see `to_pandas`.
            progress: see `to_pandas`.
            **options: see `to_pandas`.

        Raises:
            InputError: a column is unknown.
            TransportError: no response was received.
            ApiError: the response is an error, or not a list.
        """
        check_progress(progress)
        layout = self._build_layout(columns, **options)
        batches: list[Batch] = []
        self._read_table(layout, progress, batches.append)
        return Table.from_columns(layout.types, batches, state=self)

    def to_pandas(
        self,
        columns: Columns | None = None,
        *,
        progress: ProgressOption = None,
        **options: Any,
    ) -> Any:
        """Return a pandas `DataFrame` of all items.

        The dtypes are `string`, `boolean`, `Int64`, `Float64` and `datetime64[us, UTC]`, also without any item.
        `DataFrame.attrs["complete"]` says if every item was read.

        Args:
            columns: names of columns, or of users and groups also SCIM paths such as `enterprise.costCenter`; or either
                by new name: `{"mail": 'emails[type eq "work"].value'}`. `None` for the default columns.
            progress: function of (done, total, text); `True` for a bar of tqdm if it is installed, else for one line
                on standard error; `None` for that in a notebook or terminal; `False` for no output.
            **options: of users, `custom=[names]` for attributes of Britive's custom extension,
                besides those of the class and of `client.schemas()`, if it was called before; and `explode="groups"`
                for one row per user and group; of groups, `explode="members"`.

        Raises:
            InputError: a column or option is unknown.
            ConfigurationError: pandas is not installed.
            TransportError: no response was received.
            ApiError: the response is an error, or not a list.

        Warns:
            IncompleteTableWarning: items may be missing.
        """
        from britive_scim.tables.frames import PandasBuilder

        layout = self._build_layout(columns, **options)
        return self._fill(PandasBuilder(layout.types), layout, progress)

    def to_polars(
        self,
        columns: Columns | None = None,
        *,
        progress: ProgressOption = None,
        **options: Any,
    ) -> Any:
        """Return a polars `DataFrame` of all items; arguments, errors and warnings are those of `to_pandas`."""
        from britive_scim.tables.frames import PolarsBuilder

        layout = self._build_layout(columns, **options)
        return self._fill(PolarsBuilder(layout.types), layout, progress)

    def to_arrow(
        self,
        columns: Columns | None = None,
        *,
        progress: ProgressOption = None,
        **options: Any,
    ) -> Any:
        """Return a `pyarrow.Table` of all items; arguments, errors and warnings are those of `to_pandas`.

        The metadata of its schema have `complete`: `true`, `false` or `unknown`.
        """
        from britive_scim.tables.frames import ArrowBuilder

        layout = self._build_layout(columns, **options)
        return self._fill(ArrowBuilder(layout.types), layout, progress)

    def to_csv(
        self,
        path: str | os.PathLike[str],
        *,
        columns: Columns | None = None,
        raw: bool = False,
        progress: ProgressOption = None,
        **options: Any,
    ) -> None:
        """Write all items to a CSV file in UTF-8 that only its owner can read (mode 0600).

        Values that begin with `=`, `+`, `-`, `@`, a tab or CR, which spreadsheets take for formulas, get a leading `'`.

        Args:
            path: the file; an existing one is replaced when everything was read.
            columns: see `to_pandas`.
            raw: write values unchanged.
            progress: see `to_pandas`.
            **options: see `to_pandas`.

        Raises:
            InputError: a column or option is unknown, or `path` is no file in an existing directory.
            TransportError: no response was received.
            ApiError: the response is an error, or not a list.

        Warns:
            IncompleteTableWarning: items may be missing.
        """
        from britive_scim.tables.files import CsvWriter

        layout = self._build_layout(columns, **options)
        self._fill(CsvWriter(layout.types, path, raw=raw), layout, progress)

    def to_excel(
        self,
        path: str | os.PathLike[str],
        *,
        columns: Columns | None = None,
        raw: bool = False,
        progress: ProgressOption = None,
        **options: Any,
    ) -> None:
        """Write all items to an Excel file; arguments, errors and warnings are those of `to_csv`.

        Times are in UTC, without a zone.

        Raises:
            ConfigurationError: openpyxl is not installed.
            InputError: Excel cannot hold the rows.
        """
        from britive_scim.tables.files import ExcelWriter

        layout = self._build_layout(columns, **options)
        self._fill(ExcelWriter(layout.types, path, raw=raw), layout, progress)

    def _fill(
        self, builder: TableBuilder, layout: ItemLayout, progress: ProgressOption
    ) -> Any:
        """Return what a builder makes of all items, and warn if some may be missing."""
        with builder:
            check_progress(progress)
            self._read_table(layout, progress, builder.add)
            result = builder.finish(self.complete)
        warn_if_incomplete(self, stacklevel=4)
        return result

    def _read_table(
        self, layout: ItemLayout, option: ProgressOption, add: Callable[[Batch], object]
    ) -> None:
        """Pass on the values of the columns, page by page, and show the progress of more than one page."""
        shown: list[Progress] = []

        def show() -> Progress:
            if not shown:
                shown.append(make_progress(option, self.total or 0, unit="item"))
            return shown[0]

        def show_pause(seconds: float) -> None:
            show().show_pause(seconds)

        outer = current_meter.get()
        token = current_meter.set(outer or RequestMeter(None, show_pause))
        try:
            with InnerGenerator(self._iter_table_pages(layout)) as pages:
                for page in pages:
                    if shown or self.complete is None:
                        show().advance("read", len(page.items))
                    add(layout.convert(page.items))
        finally:
            current_meter.reset(token)
            if shown:
                shown[0].close()

    def _build_list(
        self, items: Iterable[T], complete: bool | None = None, why_incomplete: str | None = None
    ) -> ItemList[T]:
        layout = self._build_layout
        return ItemList(items, layout, complete=complete, why_incomplete=why_incomplete)

    def _build_layout(self, columns: Columns | None, **options: Any) -> ItemLayout:
        if self._table_source is None:
            raise InputError("the items of this list must have columns; iterate over the list")
        known = self._table_source.options
        for name in options.keys() - set(known):
            hint = format_suggestion(name, known)
            raise InputError(f"options must be {' or '.join(known)}, got {name!r:.60}{hint}")
        return self._table_source.build_layout(columns, **options)

    if TYPE_CHECKING:  # a pager has these

        def pages(self) -> Generator[Page[T]]:
            """Iterate over the pages."""
            ...

        @property
        def complete(self) -> bool | None:
            """True if the loop read every item, as far as can be known; `None` before its end."""
            ...

        @property
        def why_incomplete(self) -> str | None:
            """Reason why the loop may have missed items; `None` if it did not, or has not ended."""
            ...

        @property
        def total(self) -> int | None:
            """Number of items according to the last page received; `None` before the first."""
            ...

        @property
        def _page_limit(self) -> int:
            """Number of items of a page."""
            ...

        def _fetch_head(self, n: int) -> Page[T]:
            """Fetch the first items."""
            ...

        def _iter_table_pages(self, layout: ItemLayout) -> Generator[Page[Any]]:
            """Iterate over pages whose items the layout can read."""
            ...

    def __array__(self, *_: object, **__: object) -> NoReturn:
        """Raise: NumPy, and `pandas.DataFrame(pager)`, would make rows without columns of the items.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            f"{type(self).__name__} must be converted by its own methods; {find_hint(self, 'array()')}"
        )


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
