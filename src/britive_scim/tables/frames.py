"""Columns of values as data frames of pandas and polars, and as Arrow tables and streams; imported on use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from britive_scim.errors import ConfigurationError
from britive_scim.tables.column_values import (
    ColumnType,
    convert_column,
    replace_surrogates,
    resolve_type,
)

__all__ = ["build_arrow", "build_pandas", "build_polars", "build_stream", "import_library"]

Columns = Mapping[str, ColumnType]
Batch = Sequence[Sequence[Any]]
"""The values of each column, in its order."""

_WINDOW = 8192
"""Rows that are converted at a time, so that values of Python are not kept beside those of the frame."""

_STREAM_WINDOW = 1024
"""Rows of a batch of a stream, whose reader may stop early."""


def import_library(name: str, extra: str) -> Any:
    """Return an optional library.

    Args:
        name: name of its module.
        extra: extra of this package that installs it.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise ConfigurationError(
            f'{name} must be installed for this; install it with `pip install "britive-scim[{extra}]"`'
        ) from None


def join_batches(
    columns: Columns, batches: Iterable[Batch], rows: int
) -> Iterator[list[list[Any]]]:
    """Yield the values of the columns, in batches of at least this many rows but the last.

    Values are converted to the types of their columns. Nothing is yielded for no rows.
    """
    types = [(name, resolve_type(type_)) for name, type_ in columns.items()]
    window = [list[Any]() for _ in types]
    size = 0
    for batch in batches:
        if not batch or not len(batch[0]):
            continue
        size += len(batch[0])
        for values, (name, type_), more in zip(window, types, batch, strict=True):
            values.extend(convert_column(name, type_, more))
        if size >= rows:
            yield window
            window, size = [list[Any]() for _ in types], 0
    if size:
        yield window


def build_pandas(columns: Columns, batches: Iterable[Batch]) -> Any:
    """Return a pandas `DataFrame` with the dtypes string, boolean, Int64, Float64 and datetime64[us, UTC].

    Args:
        columns: type by name.
        batches: values of the columns.
    """
    pd = import_library("pandas", "pandas")
    names = {
        str: "string",
        bool: "boolean",
        int: "Int64",
        float: "Float64",
        datetime: "datetime64[us, UTC]",
    }
    dtypes = [names[resolve_type(type_)] for type_ in columns.values()]
    parts = [list[Any]() for _ in columns]
    for window in join_batches(columns, batches, _WINDOW):
        for part, values, dtype in zip(parts, window, dtypes, strict=True):
            part.append(_build_series(pd, values, dtype))
    series: dict[str, Any] = {}
    for name, part, dtype in zip(columns, parts, dtypes, strict=True):
        chunks = part or [_build_series(pd, [], dtype)]
        series[name] = chunks[0] if len(chunks) == 1 else pd.concat(chunks, ignore_index=True)
        part.clear()
    return pd.DataFrame(series, copy=False)


def _build_series(pd: Any, values: Sequence[Any], dtype: str) -> Any:
    return _retry_text(lambda values: pd.Series(values, dtype=dtype), values)


def _retry_text(build: Callable[[Sequence[Any]], Any], values: Sequence[Any]) -> Any:
    """Return what is built of strings, where UTF-8 cannot encode some of them, too."""
    try:
        return build(values)
    except UnicodeEncodeError:
        return build(replace_surrogates(values))


def build_polars(columns: Columns, batches: Iterable[Batch]) -> Any:
    """Return a polars `DataFrame` with the types String, Boolean, Int64, Float64 and Datetime(us, UTC)."""
    pl = import_library("polars", "polars")
    types = {
        str: pl.String,
        bool: pl.Boolean,
        int: pl.Int64,
        float: pl.Float64,
        datetime: pl.Datetime("us", "UTC"),
    }
    schema = {name: types[resolve_type(type_)] for name, type_ in columns.items()}

    def build_column(name: str, values: Sequence[Any]) -> Any:
        def build(values: Sequence[Any]) -> Any:
            return pl.Series(name, values, dtype=schema[name], strict=True)

        return _retry_text(build, values)

    frames = [
        pl.DataFrame([build_column(*pair) for pair in zip(schema, window, strict=True)])
        for window in join_batches(columns, batches, _WINDOW)
    ]
    return pl.concat(frames, rechunk=False) if frames else pl.DataFrame(schema=schema)


def build_arrow(columns: Columns, batches: Iterable[Batch]) -> Any:
    """Return a `pyarrow.Table`."""
    pa = import_library("pyarrow", "arrow")
    schema = _build_schema(pa, columns)
    record_batches = list(_iter_record_batches(pa, schema, columns, batches, _WINDOW))
    return pa.Table.from_batches(record_batches, schema)


def build_stream(columns: Columns, batches: Iterable[Batch], requested_schema: Any = None) -> Any:
    """Return a PyCapsule with an Arrow C stream; with pyarrow its batches are built when they are read.

    Raises:
        ConfigurationError: neither pyarrow nor polars is installed.
    """
    try:
        pa = import_library("pyarrow", "arrow")
    except ConfigurationError:
        try:
            import_library("polars", "polars")
        except ConfigurationError:
            pass
        else:
            return build_polars(columns, batches).__arrow_c_stream__(requested_schema)
        raise
    schema = _build_schema(pa, columns)
    record_batches = _iter_record_batches(pa, schema, columns, batches, _STREAM_WINDOW)
    reader = pa.RecordBatchReader.from_batches(schema, record_batches)
    return reader.__arrow_c_stream__(requested_schema)


def _build_schema(pa: Any, columns: Columns) -> Any:
    types = {
        str: pa.string(),
        bool: pa.bool_(),
        int: pa.int64(),
        float: pa.float64(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(name, types[resolve_type(type_)]) for name, type_ in columns.items()])


def _iter_record_batches(
    pa: Any, schema: Any, columns: Columns, batches: Iterable[Batch], rows: int
) -> Iterator[Any]:
    def build(type_: Any, values: Sequence[Any]) -> Any:
        return _retry_text(lambda values: pa.array(values, type_), values)

    for window in join_batches(columns, batches, rows):
        arrays = [build(type_, values) for type_, values in zip(schema.types, window, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
