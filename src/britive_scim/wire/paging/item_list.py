"""Items of a list, which show themselves as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from typing_extensions import override

from britive_scim.notebook_text import NotebookText, describe
from britive_scim.tables import Table, Tabular
from britive_scim.tables.table import TableColumns
from britive_scim.wire.paging.table_source import ItemLayout

__all__ = ["ItemList"]

T = TypeVar("T")

_MAX_SHOWN = 10


class ItemList(list[T], Tabular, NotebookText):
    """Items of a list, as a list that is also a table; a notebook shows the first rows.

    Args:
        items: the items.
        build_layout: returns a layout of their table, given the argument `columns` of `to_pandas`.
        complete: see the attribute.
        why_incomplete: see the attribute.

    Attributes:
        complete: true if the items were all that exist when they were read; `None` if that is unknown.
        why_incomplete: reason why items may be missing; `None` without any.
    """

    def __init__(
        self,
        items: Iterable[T],
        build_layout: Callable[[TableColumns | None], ItemLayout],
        *,
        complete: bool | None = None,
        why_incomplete: str | None = None,
    ) -> None:
        super().__init__(items)
        self._build_layout = build_layout
        self.complete = complete
        self.why_incomplete = why_incomplete

    @override
    def to_table(self) -> Table:
        """Return a table with one row per item, as complete as the list was when it was read."""
        return self._select(None)

    @override
    def _select(self, columns: TableColumns | None) -> Table:
        layout = self._build_layout(columns)
        return Table.from_columns(layout.types, [layout.convert(self)], state=self)

    def __repr__(self) -> str:
        shown = [*map(repr, self[:_MAX_SHOWN])]
        if len(self) > _MAX_SHOWN:
            shown.append(f"… {len(self) - _MAX_SHOWN:,} more")
        return f"[{', '.join(shown)}]"

    def __str__(self) -> str:
        return self.to_table().to_text()

    @override
    def _format_for_notebook(self) -> str:
        lines = [*map(describe, self[:_MAX_SHOWN])]
        if len(self) > _MAX_SHOWN:
            lines.append(f"… {len(self) - _MAX_SHOWN:,} more")
        return "\n".join(lines) or "[]"

    def _repr_html_(self) -> str:
        return self.to_table().to_html(max_rows=_MAX_SHOWN)

    def __reduce__(self) -> tuple[type[list[T]], tuple[list[T]]]:
        return list, (list(self),)  # the functions of the columns cannot be pickled
