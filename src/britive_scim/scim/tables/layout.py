"""Layout of a table of resources: its columns, and their values for batches of resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from britive_scim.errors import InputError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.models.base import Resource
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.user import User
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.tables.columns import Column, build_column
from britive_scim.scim.tables.default_columns import build_default_columns, get_model
from britive_scim.scim.tables.path_columns import build_path_column
from britive_scim.scim.tables.rows import Rows, UnreadableRows, build_rows, decode_rows
from britive_scim.suggestions import find_close_names
from britive_scim.tables.table import describe_columns

__all__ = ["ColumnSelection", "TableLayout"]

ColumnSelection = Iterable[str] | Mapping[str, str]
"""Names of columns or SCIM paths, or names of columns or paths by the name that the column shall have."""


class TableLayout:
    """Columns of a table of resources, for batches of resources.

    Args:
        schema: schema of the resources.
        columns: names of columns, or SCIM paths, in this order; or either by new name. `None` for the default columns.
        custom: attributes of Britive's custom extension, or their names, for columns `custom.<name>`.
        explode: `groups` for one row per user and group, with the columns `group_id` and `group`; `members` for one
            row per group and member, with the columns `user_id`, `user` and `type`.

    Raises:
        InputError: a column or path is unknown, or `explode` does not fit the resources.

    Attributes:
        types: type by name of the column.
        attributes: paths in wire form that a server must return; `None` for all.
    """

    def __init__(
        self,
        schema: ResourceSchema,
        columns: ColumnSelection | None = None,
        *,
        custom: Iterable[str | Attribute] = (),
        explode: str | None = None,
    ) -> None:
        self._model = get_model(schema)
        self._explode = _find_exploded(explode, self._model)
        known = {column.name: column for column in build_default_columns(schema, custom)}
        exploded: dict[str, str] = {}
        if self._explode is not None:
            known.pop(_COUNTS[self._explode], None)
            exploded = _PART_COLUMNS[self._explode]
        selected = (
            {
                name: name
                for name in [
                    *(n for n in known if n != "other"),
                    *exploded,
                    *(n for n in known if n == "other"),
                ]
            }
            if columns is None
            else _list_names(columns)
        )
        self._columns: list[Column] = []
        self._part_columns: dict[str, str] = {}
        for name, text in selected.items():
            if text in exploded:
                self._part_columns[name] = exploded[text]
                self._columns.append(build_column(name, "id"))  # replaced by the value of the part
            elif text in known:
                column = known[text]
                self._columns.append(
                    Column(name, column.type, column.attributes, column.compute, column.keys)
                )
            else:
                self._columns.append(_build_path_column(name, text, schema, known))
        self.types: dict[str, type[Any]] = {column.name: column.type for column in self._columns}
        self.attributes = self._list_attributes(is_default=columns is None)

    def _list_attributes(self, *, is_default: bool) -> tuple[str, ...] | None:
        if is_default or any(not column.attributes for column in self._columns):
            return None
        names = [name for column in self._columns for name in column.attributes]
        if self._explode is not None:
            names.append(self._explode)
        # Every response has the id (RFC 7643 §3.1); it is requested only if nothing else is.
        return tuple(dict.fromkeys(name for name in names if name != "id")) or ("id",)

    def convert(self, resources: Sequence[Any]) -> list[Sequence[Any]]:
        """Return the values of each column for some resources.

        Raises:
            InvalidResource: one is neither a model nor a mapping.
        """
        batches = [self._convert_rows(rows) for rows in build_rows(resources, self._model)]
        if len(batches) == 1:
            return batches[0]
        return [
            [value for batch in batches for value in batch[index]]
            for index in range(len(self._columns))
        ]

    def _convert_rows(self, rows: Rows) -> list[Sequence[Any]]:
        try:
            return self._compute(rows)
        except UnreadableRows:
            return self._compute(decode_rows(rows.resources, self._model))

    def _compute(self, rows: Rows) -> list[Sequence[Any]]:
        columns = [column.compute(rows) for column in self._columns]
        if self._explode is None:
            return columns
        lists = rows.get_values((self._explode,))
        if not set(map(type, lists)) <= {list, type(None)}:
            raise UnreadableRows
        indexes = [index for index, values in enumerate(lists) for _ in values or (None,)]
        parts = [
            part
            for values in lists
            for part in (rows.get_elements(self._explode, values) if values else (None,))
        ]
        result: list[Sequence[Any]] = []
        for column, own in zip(self._columns, columns, strict=True):
            key = self._part_columns.get(column.name)
            if key is None:
                result.append([own[index] for index in indexes])
            else:
                result.append([None if part is None else part.get(key) for part in parts])
        return result


_COUNTS = {"groups": "groups", "members": "size"}
"""Column with the number of the values, by exploded attribute."""

_PART_COLUMNS = {
    "groups": {"group_id": "value", "group": "display"},
    "members": {"user_id": "value", "user": "display", "type": "type"},
}
"""Sub-attribute by column of an exploded attribute."""


_FACTS_OF_ADMIN_API = frozenset(
    {"lastlogin", "status", "type", "external", "identityprovider", "tags"}
)
"""Columns of users that only the admin API has, in lower case and without `_`."""


def _find_exploded(explode: object, model: type[Resource]) -> str | None:
    if explode is None:
        return None
    allowed = "groups" if issubclass(model, User) else "members" if issubclass(model, Group) else ""
    if explode != allowed:
        way_out = f"must be {allowed!r}" if allowed else "must be None for these resources"
        raise InputError(f"explode {way_out}, got {explode!r:.60}")
    return allowed


def _list_names(columns: object) -> dict[str, str]:
    """Return names of columns or paths by the name of the new column."""
    given: Any = columns
    names: dict[Any, Any] = {columns: None} if isinstance(columns, str | bytes) else {}
    if isinstance(columns, Mapping):
        names = dict(given)
    elif isinstance(columns, Iterable) and not names:
        names = {name: name for name in given}
    if not names or not all(isinstance(text, str) for pair in names.items() for text in pair):
        raise InputError(
            f"columns must be names of columns or SCIM paths, or {{name: path}}, got {describe_columns(given)}"
        )
    return names


def _build_path_column(
    name: str, text: str, schema: ResourceSchema, known: Mapping[str, Column]
) -> Column:
    try:
        return build_path_column(name, text, schema)
    except InputError as error:
        if schema.name == "User" and fold(text).replace("_", "") in _FACTS_OF_ADMIN_API:
            raise InputError(
                f"columns must be columns of the table or SCIM paths, got {text!r:.60}; SCIM does not show it;"
                " read the directory by the admin API: britive.read_directory()"
            ) from error
        attribute = text.removeprefix("attributes.")
        if schema.name == "User" and attribute != text:
            raise InputError(
                f"columns must be columns of the table or SCIM paths, got {text!r:.60}, which is a column of the admin"
                f" API; write {f'custom.{attribute}'!r:.60}"
            ) from error
        close = find_close_names(text, known) if text.isidentifier() else []
        if close and "did you mean" not in str(error):
            raise InputError(
                f"columns must be columns of the table or SCIM paths, got {text!r:.60}; did you mean {close[0]!r}?"
            ) from error
        raise
