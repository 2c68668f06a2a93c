"""Data frames of pandas and polars, Arrow tables and streams; the libraries are imported on use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from britive_scim.errors import ConfigurationError
from britive_scim.tables.builder import Batch, WindowBuilder, import_library
from britive_scim.tables.column_values import ColumnType, replace_surrogates

__all__ = ["ArrowBuilder", "PandasBuilder", "PolarsBuilder", "build_stream"]

_STREAM_WINDOW = 1024
"""Rows of a batch of a stream, whose reader may stop early."""


class PandasBuilder(WindowBuilder):
    """Builder of a pandas `DataFrame` with the dtypes string, boolean, Int64, Float64 and datetime64[us, UTC]."""

    def __init__(self, columns: Mapping[str, ColumnType]) -> None:
        super().__init__(columns)
        self._pandas = import_library("pandas", "pandas")
        dtypes = {
            str: "string",
            bool: "boolean",
            int: "Int64",
            float: "Float64",
            datetime: "datetime64[us, UTC]",
        }
        self._dtypes = [dtypes[type_] for type_ in self.columns.values()]
        self._parts = [list[Any]() for _ in self.columns]

    def _convert(self, window: list[list[Any]]) -> None:
        for part, values, dtype in zip(self._parts, window, self._dtypes, strict=True):
            part.append(self._build_series(values, dtype))
            values.clear()

    def _build_series(self, values: Sequence[Any], dtype: str) -> Any:
        def build(values: Sequence[Any]) -> Any:
            if dtype == "string":  # pandas without pyarrow would accept what no other library reads
                "".join(filter(None, values)).encode()
            return self._pandas.Series(values, dtype=dtype)

        return _retry_text(build, values)

    def finish(self, complete: bool | None) -> Any:
        """Return the frame; `attrs` has `complete`."""
        self.flush()
        series: dict[str, Any] = {}
        for name, part, dtype in zip(self.columns, self._parts, self._dtypes, strict=True):
            parts = part or [self._build_series([], dtype)]
            is_one = len(parts) == 1
            series[name] = parts[0] if is_one else self._pandas.concat(parts, ignore_index=True)
            part.clear()
        frame = self._pandas.DataFrame(series, copy=False)
        frame.attrs["complete"] = complete
        return frame


class PolarsBuilder(WindowBuilder):
    """Builder of a polars `DataFrame` with the types String, Boolean, Int64, Float64 and Datetime(us, UTC)."""

    def __init__(self, columns: Mapping[str, ColumnType]) -> None:
        super().__init__(columns)
        self._polars = import_library("polars", "polars")
        pl = self._polars
        types = {
            str: pl.String,
            bool: pl.Boolean,
            int: pl.Int64,
            float: pl.Float64,
            datetime: pl.Datetime("us", "UTC"),
        }
        self._schema = {name: types[type_] for name, type_ in self.columns.items()}
        self._frames: list[Any] = []

    def _convert(self, window: list[list[Any]]) -> None:
        columns = zip(self._schema.items(), window, strict=True)
        series = [self._build_series(name, values, type_) for (name, type_), values in columns]
        self._frames.append(self._polars.DataFrame(series))

    def _build_series(self, name: str, values: Sequence[Any], type_: Any) -> Any:
        return _retry_text(lambda values: self._polars.Series(name, values, dtype=type_), values)

    def finish(self, complete: bool | None) -> Any:  # noqa: ARG002 - a frame has no place for it
        """Return the frame."""
        self.flush()
        if not self._frames:
            return self._polars.DataFrame(schema=self._schema)
        return self._polars.concat(self._frames, rechunk=False)


class ArrowBuilder(WindowBuilder):
    """Builder of a `pyarrow.Table`.

    Args:
        columns: type by name.
        rows: rows of a record batch.
    """

    def __init__(self, columns: Mapping[str, ColumnType], rows: int = 4096) -> None:
        super().__init__(columns, rows)
        self._pyarrow = import_library("pyarrow", "arrow")
        pa = self._pyarrow
        types = {
            str: pa.string(),
            bool: pa.bool_(),
            int: pa.int64(),
            float: pa.float64(),
            datetime: pa.timestamp("us", tz="UTC"),
        }
        self.schema = pa.schema([(name, types[type_]) for name, type_ in self.columns.items()])
        self._batches: list[Any] = []

    def _convert(self, window: list[list[Any]]) -> None:
        columns = zip(self.schema.types, window, strict=True)
        arrays = [self._build_array(values, type_) for type_, values in columns]
        self._batches.append(self._pyarrow.RecordBatch.from_arrays(arrays, schema=self.schema))

    def _build_array(self, values: Sequence[Any], type_: Any) -> Any:
        return _retry_text(lambda values: self._pyarrow.array(values, type_), values)

    def take_batches(self) -> list[Any]:
        """Return the record batches built so far, and forget them."""
        batches, self._batches = self._batches, []
        return batches

    def finish(self, complete: bool | None) -> Any:
        """Return the table; the metadata of its schema have `complete`."""
        self.flush()
        table = self._pyarrow.Table.from_batches(self._batches, self.schema)
        text = {True: "true", False: "false", None: "unknown"}[complete]
        return table.replace_schema_metadata({"complete": text})


def build_stream(
    columns: Mapping[str, ColumnType], batches: Iterable[Batch], requested_schema: Any = None
) -> Any:
    """Return a PyCapsule with an Arrow C stream; with pyarrow, batches are read when the stream is.

    Raises:
        ConfigurationError: neither pyarrow nor polars is installed.
    """
    try:
        builder = ArrowBuilder(columns, _STREAM_WINDOW)
    except ConfigurationError:
        try:
            polars_builder = PolarsBuilder(columns)
        except ConfigurationError:
            pass
        else:
            for batch in batches:
                polars_builder.add(batch)
            return polars_builder.finish(None).__arrow_c_stream__(requested_schema)
        raise

    def iterate() -> Iterator[Any]:
        for batch in batches:
            builder.add(batch)
            yield from builder.take_batches()
        builder.flush()
        yield from builder.take_batches()

    pa = import_library("pyarrow", "arrow")
    reader = pa.RecordBatchReader.from_batches(builder.schema, iterate())
    return reader.__arrow_c_stream__(requested_schema)


def _retry_text(build: Callable[[Sequence[Any]], Any], values: Sequence[Any]) -> Any:
    """Return what is built of values, where UTF-8 cannot encode some of the strings, too."""
    try:
        return build(values)
    except UnicodeEncodeError:
        return build(replace_surrogates(values))
