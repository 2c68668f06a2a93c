"""Builders: receive the columns of a table in batches, and return a frame or write a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from britive_scim.errors import ConfigurationError
from britive_scim.tables.column_values import ColumnType, convert_column, resolve_type

__all__ = ["Batch", "TableBuilder", "WindowBuilder", "import_library"]

Batch = Sequence[Sequence[Any]]
"""The values of each column, in its order."""


class TableBuilder:
    """Base of what a table is converted to, batch after batch.

    A context manager: after an error nothing is left behind.

    Args:
        columns: type by name.
    """

    def __init__(self, columns: Mapping[str, ColumnType]) -> None:
        self.columns = {name: resolve_type(type_) for name, type_ in columns.items()}

    def add(self, batch: Batch) -> None:
        """Add rows: the values of each column."""
        raise NotImplementedError

    def finish(self, complete: bool | None) -> Any:
        """Return the result.

        Args:
            complete: whether the rows are all that exist; `None` if unknown.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


class WindowBuilder(TableBuilder):
    """Base of builders that convert a number of rows at a time, so that values of Python are not kept beside the result.

    Args:
        columns: type by name.
        rows: number of rows from which on they are converted.
    """

    def __init__(self, columns: Mapping[str, ColumnType], rows: int = 4096) -> None:
        super().__init__(columns)
        self._rows = rows
        self._clear()

    def _clear(self) -> None:
        self._window = [list[Any]() for _ in self.columns]
        self._size = 0

    def add(self, batch: Batch) -> None:
        """Add rows; convert the window if it is full."""
        if not batch or not len(batch[0]):
            return
        self._size += len(batch[0])
        for window, (name, type_), values in zip(
            self._window, self.columns.items(), batch, strict=True
        ):
            window.extend(convert_column(name, type_, values))
        if self._size >= self._rows:
            self.flush()

    def flush(self) -> None:
        """Convert the rows that wait."""
        if self._size:
            window = self._window
            self._clear()
            self._convert(window)

    def _convert(self, window: list[list[Any]]) -> None:
        """Convert rows, given as values of the types of the columns."""
        raise NotImplementedError


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
