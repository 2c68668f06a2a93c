"""Tables of plain values: named and typed columns, rows in lazy batches; and the base of what is a table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, Self, cast

from britive_scim.errors import InputError
from britive_scim.suggestions import format_suggestion
from britive_scim.tables.builder import TableBuilder
from britive_scim.tables.completeness import ReadState, warn_if_incomplete
from britive_scim.tables.text import format_html, format_text

__all__ = [
    "Row",
    "Table",
    "TableColumns",
    "Tabular",
    "describe_columns",
    "select_columns",
]

Row = Sequence[object]
"""One value a column; `None` for a missing value."""

TableColumns = Iterable[str] | Mapping[str, str]
"""Names of columns, or names of columns by the name that they shall have."""

_MAX_ROWS = 50
_MAX_NOTEBOOK_ROWS = 20
_MAX_HTML_CELL_WIDTH = 200


class Tabular:
    """Base of everything that can be written as a table: lists, directories, plans, reports.

    A subclass implements `to_table`. The libraries are imported on use; a missing one is an error that names the extra
    to install. Columns are nullable, and have the same types for no row as for many: text, booleans, integers, and
    times in UTC. Objects and lists are JSON text.
    """

    __slots__ = ()

    def to_table(self) -> Table:
        """Return a table of named, typed columns, without any library."""
        raise NotImplementedError

    def to_pandas(self, columns: TableColumns | None = None) -> Any:
        """Return a pandas `DataFrame`.

        The dtypes are `string`, `boolean`, `Int64`, `Float64` and `datetime64[us, UTC]`. `DataFrame.attrs["complete"]`
        says if every row was read: true, false, or `None` if the source has no such proof.

        Args:
            columns: names of the columns to keep, or `{new name: column}`; `None` for all.

        Raises:
            InputError: there is no such column.
            ConfigurationError: pandas is not installed.

        Warns:
            IncompleteTableWarning: rows may be missing.
        """
        from britive_scim.tables.frames import PandasBuilder

        table = self._select(columns)
        return table._fill(PandasBuilder(table.columns))

    def to_polars(self, columns: TableColumns | None = None) -> Any:
        """Return a polars `DataFrame` with the types String, Boolean, Int64, Float64 and Datetime(us, UTC).

        Args:
            columns: names of the columns to keep, or `{new name: column}`; `None` for all.

        Raises:
            InputError: there is no such column.
            ConfigurationError: polars is not installed.

        Warns:
            IncompleteTableWarning: rows may be missing.
        """
        from britive_scim.tables.frames import PolarsBuilder

        table = self._select(columns)
        return table._fill(PolarsBuilder(table.columns))

    def to_arrow(self, columns: TableColumns | None = None) -> Any:
        """Return a `pyarrow.Table`; the metadata of its schema have `complete`: `true`, `false` or `unknown`.

        Args:
            columns: names of the columns to keep, or `{new name: column}`; `None` for all.

        Raises:
            InputError: there is no such column.
            ConfigurationError: pyarrow is not installed.

        Warns:
            IncompleteTableWarning: rows may be missing.
        """
        from britive_scim.tables.frames import ArrowBuilder

        table = self._select(columns)
        return table._fill(ArrowBuilder(table.columns))

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Return the Arrow stream that `polars.DataFrame(…)`, `pyarrow.table(…)` and DuckDB read.

        Raises:
            ConfigurationError: neither pyarrow nor polars is installed.
        """
        from britive_scim.tables.frames import build_stream

        table = self.to_table()
        return build_stream(table.columns, table.column_batches(), requested_schema)

    def to_csv(
        self,
        path: str | os.PathLike[str],
        *,
        columns: TableColumns | None = None,
        raw: bool = False,
    ) -> None:
        """Write a CSV file in UTF-8 that only its owner can read (mode 0600).

        Values that begin with `=`, `+`, `-`, `@`, a tab or CR, which spreadsheets take for formulas, get a leading `'`.

        Args:
            path: the file; an existing one is replaced when everything was read.
            columns: names of the columns to keep, or `{new name: column}`; `None` for all.
            raw: write values unchanged.

        Raises:
            InputError: there is no such column, or `path` is no file in an existing directory.

        Warns:
            IncompleteTableWarning: rows may be missing.
        """
        from britive_scim.tables.files import CsvWriter

        table = self._select(columns)
        table._fill(CsvWriter(table.columns, path, raw=raw))

    def to_excel(
        self,
        path: str | os.PathLike[str],
        *,
        columns: TableColumns | None = None,
        raw: bool = False,
    ) -> None:
        """Write an Excel file that only its owner can read (mode 0600); times are in UTC, without a zone.

        Values that begin with `=`, `+`, `-`, `@`, a tab or CR get a leading `'`.

        Args:
            path: the file, such as `users.xlsx`; an existing one is replaced when everything was read.
            columns: names of the columns to keep, or `{new name: column}`; `None` for all.
            raw: write values unchanged.

        Raises:
            InputError: there is no such column, Excel cannot hold the rows, or `path` is no file in an existing
                directory.
            ConfigurationError: openpyxl is not installed.

        Warns:
            IncompleteTableWarning: rows may be missing.
        """
        from britive_scim.tables.files import ExcelWriter

        table = self._select(columns)
        table._fill(ExcelWriter(table.columns, path, raw=raw))

    def _select(self, columns: TableColumns | None) -> Table:
        table = self.to_table()
        return table if columns is None else table.select(columns)

    if not TYPE_CHECKING:  # so that checkers refuse what is not iterable

        def __iter__(self) -> NoReturn:
            """Raise: `pandas.DataFrame(…)` shows this error, as it iterates over its argument."""
            raise TypeError(
                f"{type(self).__name__} is not iterable; use to_pandas(), to_polars() or to_arrow() for a table"
            )


class Table(Tabular):
    """Rows of plain values under named, typed columns.

    Rows are read when the table is iterated or rendered. Where `batches` is a one-shot iterator, its rows
    are read once.

    Args:
        columns: type of the values by column name: `str`, `bool`, `int`, `float`, `datetime`; `dict` and `list` for
            values that libraries and files receive as JSON text.
        batches: rows in batches, such as the pages of a list.
        state: the source, which knows if everything was read.

    Examples:
        >>> table = Table({"name": str, "size": int}, [[("Ops", 2)], [("Finance", None)]])
        >>> print(table)
        name     size
        Ops      2
        Finance
        >>> list(table)
        [('Ops', 2), ('Finance', None)]
    """

    __slots__ = ("_batches", "_column_batches", "_state", "columns")

    columns: Mapping[str, type[Any]]

    def __init__(
        self,
        columns: Mapping[str, type[Any]],
        batches: Iterable[Iterable[Row]],
        *,
        state: ReadState | None = None,
    ) -> None:
        self.columns = MappingProxyType(dict(columns))
        self._batches: Iterable[Iterable[Row]] | None = batches
        self._column_batches: Iterable[Sequence[Sequence[Any]]] | None = None
        self._state = state

    @classmethod
    def from_rows(cls, names: Iterable[str], rows: Iterable[Row]) -> Self:
        """Return a table of one batch, whose columns have these names and contain strings for display."""
        return cls(dict.fromkeys(names, str), (rows,))

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, type[Any]],
        batches: Iterable[Sequence[Sequence[Any]]],
        *,
        state: ReadState | None = None,
    ) -> Self:
        """Return a table of batches that have the values of each column, in the order of the columns.

        Examples:
            >>> print(Table.from_columns({"name": str, "size": int}, [[["Ops", "Finance"], [2, None]]]))
            name     size
            Ops      2
            Finance
        """
        table = cls(columns, (), state=state)
        table._batches, table._column_batches = None, batches
        return table

    @property
    def complete(self) -> bool | None:
        """True if the rows are all that exist; `None` if that is unknown, or not everything was read yet."""
        return None if self._state is None else self._state.complete

    @property
    def why_incomplete(self) -> str | None:
        """Reason why rows may be missing, where the source states one."""
        return getattr(self._state, "why_incomplete", None)

    def to_table(self) -> Table:
        """Return this table."""
        return self

    def select(self, columns: TableColumns) -> Table:
        """Return a table of some of the columns, in this order.

        Args:
            columns: names of columns, or `{new name: column}`.

        Raises:
            InputError: there is no such column.

        Examples:
            >>> table = Table({"name": str, "size": int}, [[("Ops", 2)]])
            >>> list(table.select({"members": "size"}))
            [(2,)]
        """
        names = select_columns(columns, self.columns)
        order = list(self.columns)
        indexes = [order.index(name) for name in names.values()]
        types = {new: self.columns[name] for new, name in names.items()}
        return Table.from_columns(types, _SelectedColumns(self, indexes), state=self._state)

    def batches(self) -> Iterator[Iterable[Row]]:
        """Return an iterator over the batches of rows."""
        if self._batches is not None:
            return iter(self._batches)
        return (zip(*batch, strict=True) for batch in self._column_batches or ())

    def column_batches(self) -> Iterator[Sequence[Sequence[Any]]]:
        """Return an iterator over the batches, each with the values of every column."""
        if self._column_batches is not None:
            return iter(self._column_batches)
        return (_transpose(batch, len(self.columns)) for batch in self._batches or ())

    def __iter__(self) -> Iterator[Row]:
        for batch in self.batches():
            yield from batch

    def __array__(self, *_: object, **__: object) -> NoReturn:
        """Raise: NumPy, and `pandas.DataFrame(table)`, would make rows without the names and types of the columns.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            f"{type(self).__name__} must be converted by its own methods; use to_pandas(), to_polars() or to_arrow()"
        )

    def __repr__(self) -> str:
        return f"<Table of {', '.join(self.columns)}>"

    def __str__(self) -> str:
        return self.to_text()

    def to_text(
        self, *, width: int = 60, indent: str = "", max_rows: int | None = _MAX_ROWS
    ) -> str:
        """Return aligned text: the column names, then a line a row; two spaces separate the columns.

        Args:
            width: maximum characters of a cell.
            indent: prefix of every line.
            max_rows: maximum number of rows; `None` for all.
        """
        rows, note = self._take(max_rows)
        return format_text(self.columns, rows, width=width, indent=indent, note=note)

    def to_html(
        self,
        *,
        caption: str = "",
        width: int = _MAX_HTML_CELL_WIDTH,
        max_rows: int | None = _MAX_ROWS,
    ) -> str:
        """Return an HTML table; names, values and caption are escaped.

        Args:
            caption: text above the table.
            width: maximum characters of a cell.
            max_rows: maximum number of rows; `None` for all.
        """
        rows, note = self._take(max_rows)
        return format_html(list(self.columns), rows, caption=caption, width=width, note=note)

    def _repr_html_(self) -> str:
        return self.to_html(max_rows=_MAX_NOTEBOOK_ROWS)

    def _take(self, max_rows: int | None) -> tuple[list[Row], str]:
        """Return the rows to show, and a note if more follow; no batch beyond these is read."""
        if max_rows is None:
            return list(self), ""
        rows = list(islice(self, max_rows + 1))
        note = f"… (first {max_rows} rows)" if len(rows) > max_rows else ""
        return rows[:max_rows], note

    def _fill(self, builder: TableBuilder) -> Any:
        """Return what a builder makes of the rows, and warn if some may be missing."""
        with builder:
            for batch in self.column_batches():
                builder.add(batch)
            result = builder.finish(self.complete)
        warn_if_incomplete(self, stacklevel=4)
        return result


class _SelectedColumns:
    """Batches of some columns of a table, built again for each reader."""

    def __init__(self, table: Table, indexes: Sequence[int]) -> None:
        self._table = table
        self._indexes = indexes

    def __iter__(self) -> Iterator[Sequence[Sequence[Any]]]:
        for batch in self._table.column_batches():
            yield [batch[index] for index in self._indexes]


def select_columns(columns: object, known: Mapping[str, Any]) -> dict[str, str]:
    """Return the name of a column by its new name.

    Args:
        columns: names of columns, or `{new name: column}`.
        known: the columns, by name.

    Raises:
        InputError: `columns` are no names, or there is no such column.
    """
    if isinstance(columns, Mapping):
        names = dict(cast("Mapping[str, str]", columns))
    elif isinstance(columns, Iterable) and not isinstance(columns, str | bytes):
        names = {name: name for name in cast("Iterable[str]", columns)}
    else:
        raise InputError(
            f"columns must be names of columns, or {{new name: column}}, got {describe_columns(columns)}"
        )
    for name in names.values():
        if name not in known:
            hint = format_suggestion(name, known) if isinstance(cast("object", name), str) else ""
            raise InputError(f"columns must be columns of the table, got {name!r:.60}{hint}")
    if not names:
        raise InputError("columns must name a column, got none")
    return names


def describe_columns(columns: object) -> str:
    """Return invalid columns for an error; for a single string with the list that it should be.

    Examples:
        >>> print(describe_columns("title"))
        'title'; write ['title']
    """
    hint = f"; write [{columns!r:.60}]" if isinstance(columns, str) and columns else ""
    return f"{columns!r:.60}{hint}"


def _transpose(rows: Iterable[Row], width: int) -> Sequence[Sequence[Any]]:
    return list(zip(*rows, strict=True)) or [()] * width
