"""Lists of objects of the admin API that can be written as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from britive_scim.admin.base import Model
from britive_scim.tables import Table, Tabular

__all__ = ["ModelList"]

M = TypeVar("M", bound=Model)


class ModelList(list[M], Tabular):
    """List of objects of one class, such as tokens or identity providers, also as a table.

    Args:
        items: the objects.
        model: their class, which has the columns.
    """

    def __init__(self, items: Iterable[M], model: type[M]) -> None:
        super().__init__(items)
        self._model = model

    def to_table(self) -> Table:
        """Return a table with one row per object; secrets are left out."""
        from britive_scim.admin.table_layout import ModelLayout  # needed for tables only

        layout = ModelLayout(self._model)
        return Table.from_columns(layout.types, [layout.convert(self)])

    def _repr_html_(self) -> str:
        return self.to_table().to_html()

    def __reduce__(self) -> tuple[type[ModelList[M]], tuple[list[M], type[M]]]:
        return type(self), (list(self), self._model)
