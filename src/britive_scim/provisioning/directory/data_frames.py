"""Rows and completeness of data frames: pandas, polars, Arrow and others; and iterables of entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard, cast

from britive_scim.errors import InputError
from britive_scim.tables import Tabular
from britive_scim.tables.builder import import_library

__all__ = ["explain_missing_rows", "is_series", "read_frame"]

_METHODS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("to_dicts", ()),  # polars
    ("to_pylist", ()),  # Arrow
    ("to_dict", ("records",)),  # pandas
)


def read_frame(value: object) -> list[Mapping[str, Any]] | None:
    """Return the rows of a data frame as mappings, or `None` if the value is no data frame.

    Args:
        value: any object. A frame has `columns`, and `to_dicts()` (polars), `to_pylist()` (Arrow) or
            `to_dict("records")` (pandas); or it is an Arrow stream.

    Raises:
        ConfigurationError: the value is an Arrow stream, and pyarrow is not installed.
        InputError: two columns have the same name.
    """
    if isinstance(value, Tabular):
        table = value.to_table()
        return [dict(zip(table.columns, row, strict=True)) for row in table]
    if isinstance(value, Mapping) or not hasattr(value, "columns"):
        return None
    native = getattr(value, "to_native", None)  # narwhals
    if callable(native):
        return read_frame(native())
    _check_names(value)
    for name, arguments in _METHODS:
        method = getattr(value, name, None)
        if callable(method):
            return list(cast("Iterable[Mapping[str, Any]]", method(*arguments)))
    if hasattr(value, "__arrow_c_stream__"):  # DuckDB
        rows = import_library("pyarrow", "arrow").table(value).to_pylist()
        return cast("list[Mapping[str, Any]]", rows)
    return None


def _check_names(frame: Any) -> None:
    """Check that the columns have different names; rows as mappings would keep one of them.

    Raises:
        InputError: two have the same.
    """
    names = getattr(frame, "column_names", None) or frame.columns  # Arrow, or all others
    twice = [name for name, count in Counter(map(str, names)).items() if count > 1]
    if twice:
        raise InputError(
            f"columns of the data frame must have different names, got {twice[0]!r:.60} twice;"
            " rename or drop one"
        )


def is_series(value: object) -> TypeGuard[Iterable[Any]]:
    """Return whether a value is an iterable of entries: no string, and no mapping."""
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def explain_missing_rows(value: object) -> str | None:
    """Return why entries of a list or data frame may be missing; `None` if it does not say that.

    Args:
        value: any object, after it was read. Lists and tables of this package have `complete`, as have `attrs` of
            pandas and the metadata of an Arrow schema.
    """
    native = getattr(value, "to_native", None)  # narwhals
    if callable(native):
        return explain_missing_rows(native())
    attributes: object = getattr(value, "attrs", None)
    metadata: object = getattr(getattr(value, "schema", None), "metadata", None)
    is_incomplete = (
        getattr(value, "complete", None) is False
        or _get_item(attributes, "complete") is False
        or _get_item(metadata, b"complete") == b"false"
    )
    if not is_incomplete:
        return None
    reason: object = getattr(value, "why_incomplete", None)
    return reason if isinstance(reason, str) and reason else "the list was not read to its end"


def _get_item(values: object, name: object) -> object:
    return (
        cast("Mapping[object, object]", values).get(name) if isinstance(values, Mapping) else None
    )
