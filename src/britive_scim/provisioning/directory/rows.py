"""Rows of a source: each becomes the record of a user, with its groups and its problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from britive_scim import scim
from britive_scim.provisioning.directory.cells import (
    CellError,
    is_empty,
    normalize_cell,
    parse_complex_text,
    parse_day,
    split_cell,
)
from britive_scim.provisioning.directory.columns import ColumnSet, SourceColumn, compile_columns
from britive_scim.provisioning.directory.export_checks import ExportChecks
from britive_scim.provisioning.directory.group_rows import GroupRow
from britive_scim.provisioning.directory.headers import GROUPS
from britive_scim.provisioning.directory.options import ReadingOptions
from britive_scim.provisioning.directory.problems import Problem
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.names import ENTERPRISE_USER, GROUP
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["RowReader", "UserRow"]


@dataclass(slots=True)
class UserRow:
    """User of a row, before its record is complete.

    Attributes:
        values: attributes in wire form.
        line: line or position in the source.
        groups: names of the groups of the row; `None` without a groups column.
        is_expired: the row says that the last active day has passed; `None` without such a day.
    """

    values: dict[str, Any]
    line: int
    groups: list[str] | None = None
    is_expired: bool | None = None


@dataclass
class RowReader:
    """Reader of rows, with the columns of one source.

    Attributes:
        options: options of reading.
        schema: schema of users.
        users: users read, in the order of the source.
        groups: names of the groups of each user, by position; `None` if the row does not state them.
        group_rows: rows that state a group instead of a user.
        has_groups: whether the source has a column of groups.
        ids: users by the id that the table of users of this package states.
        problems: problems found.
        paths: SCIM paths by header.
        partial_attributes: lists of which the source states single values.
    """

    options: ReadingOptions
    schema: ResourceSchema = field(default_factory=lambda: ResourceSchema.of(scim.User))
    users: list[UserRecord] = field(default_factory=list[UserRecord])
    groups: list[list[str] | None] = field(default_factory=list["list[str] | None"])
    group_rows: list[GroupRow] = field(default_factory=list[GroupRow])
    has_groups: bool = False
    problems: list[Problem] = field(default_factory=list[Problem])
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    partial_attributes: set[str] = field(default_factory=set[str])
    ids: dict[str, UserRecord] = field(default_factory=dict[str, UserRecord], repr=False)
    _column_sets: dict[tuple[str, ...], ColumnSet] = field(
        default_factory=dict[tuple[str, ...], ColumnSet], repr=False
    )
    _checks: ExportChecks = field(default_factory=ExportChecks, repr=False)
    _reported: set[Problem] = field(default_factory=set[Problem], repr=False)

    def read_cells(
        self, headers: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]], line: int
    ) -> None:
        """Read rows of cells below headers.

        Args:
            headers: headers, trimmed.
            rows: line and cells of each row, as many cells as headers.
            line: line of the headers.
        """
        columns = compile_columns(headers, self.schema, self.options, line)
        self._add_columns(columns)
        for row_line, cells in rows:
            self._read(columns, cells, row_line)

    def read_mappings(self, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Read rows whose cells are named, each with its own names.

        Args:
            rows: line or position, and cells by header.
        """
        for line, row in rows:
            headers = tuple(str(name).strip() for name in row)
            columns = self._column_sets.get(headers)
            if columns is None:
                columns = compile_columns(headers, self.schema, self.options, line)
                self._column_sets[headers] = columns
                self._add_columns(columns)
            self._read(columns, tuple(row.values()), line)

    @property
    def headers(self) -> list[str]:
        """Headers of all rows."""
        return list(dict.fromkeys(header for headers in self._column_sets for header in headers))

    def _add_columns(self, columns: ColumnSet) -> None:
        self.paths |= columns.paths
        self.partial_attributes |= columns.partial_attributes
        self.has_groups = self.has_groups or any(
            column.role == "groups" and column.numbers != "counts" for column in columns.columns
        )
        for problem in columns.problems:
            # once a header, not once a set of headers
            key = Problem(problem.rule, None, problem.column)
            if key not in self._reported:
                self._reported.add(key)
                self.problems.append(problem)

    def _read(self, columns: ColumnSet, cells: Sequence[Any], line: int) -> None:
        if columns.other is not None and (group := _parse_group(cells[columns.other])) is not None:
            self._read_group(columns, cells, line, group)
            return
        row = UserRow({}, line)
        is_clearing = self.options.empty == "clear"
        for column in columns.columns:
            cell = normalize_cell(cells[column.index])
            try:
                if is_empty(cell):
                    if column.role == "groups":
                        row.groups = None if column.numbers == "counts" else []
                    elif is_clearing:
                        for target in column.targets:
                            target.set(row.values, None)
                elif column.role == "attribute":
                    for target in column.targets:
                        target.set(row.values, cell)
                elif column.role == "groups":
                    row.groups = self._read_groups(column, cell, line)
                elif column.role != "active_until":
                    self._checks.add_identity(column.role, cell, line)
                else:
                    day, zone = parse_day(cell, self.options.time_zone)
                    row.is_expired = datetime.now(zone).date() > day
            except CellError as error:
                self.problems.append(Problem(str(error), line, column.header, str(cell)))
        user = UserRecord(_complete(row), line)
        self.users.append(user)
        if columns.ids is not None:
            self.ids[str(cells[columns.ids])] = user
        self.groups.append(row.groups)

    def _read_group(
        self, columns: ColumnSet, cells: Sequence[Any], line: int, values: Mapping[str, Any]
    ) -> None:
        """Read a row whose column `other` has a group: the groups column has its name, and the other cells are empty."""
        names: list[str] = []
        for column in columns.columns:
            cell = normalize_cell(cells[column.index])
            if column.index == columns.other or is_empty(cell):
                continue
            if column.role == "groups":
                names = self._split_groups(cell) or []
            else:
                rule = "cell must be empty in the row of a group, whose attributes are in other"
                self.problems.append(Problem(rule, line, column.header, str(cell)))
        if len(names) == 1:
            self.group_rows.append(GroupRow(names[0], values, line))
        else:
            rule = f"the row of a group must have its name in groups, got {len(names)} names"
            self.problems.append(Problem(rule, line, "groups"))

    def _read_groups(self, column: SourceColumn, cell: Any, line: int) -> list[str] | None:
        """Return the names of a cell, or `None` for a number of groups."""
        is_number = column.numbers != "names" and str(cell).removesuffix(".0").isdecimal()
        if column.numbers != "names":
            self._checks.add_groups(cell, line, is_number=is_number)
            self.has_groups = self.has_groups or not is_number
        if is_number and column.numbers == "counts":
            return None
        names = self._split_groups(cell)
        if column.numbers == "counts" and any(name.isdecimal() for name in names or ()):
            # a name beside the number in one cell
            self._checks.add_groups(cell, line, is_number=True)
        return names

    def finish(self) -> None:
        """Add the problems that only all rows together have, and describe the columns as they were read."""
        self.resolve_managers()
        self.problems += self._checks.list_problems()
        if not self.has_groups and self.paths.get(GROUPS) == (GROUPS,):  # numbers only
            self.paths[GROUPS] = ()

    def resolve_managers(self) -> None:
        """Name managers that the table states by id by externalId or userName, as a source does."""
        for user in self.users if self.ids else ():
            extension = user.values.get(ENTERPRISE_USER)
            manager = extension.get("manager") if is_object(extension) else None
            known = self.ids.get(manager.get("value", "")) if is_object(manager) else None
            key = known and (known.external_id or known.user_name)
            if key and is_object(extension) and is_object(manager):
                extension["manager"] = {**manager, "value": key}

    def _split_groups(self, cell: Any) -> list[str] | None:
        names = split_cell(cell)
        if any(isinstance(name, Mapping) for name in names):
            return None  # the attribute of a user in wire form, which only the server sets
        if not all(isinstance(name, str) for name in names):
            raise CellError("must be names of groups, with ';' between several")
        return list(dict.fromkeys(name for name in cast("list[str]", names) if name.strip()))


def _parse_group(cell: Any) -> Mapping[str, Any] | None:
    """Return the group in wire form that a cell of the column `other` contains, or `None`."""
    if isinstance(cell, str):
        cell = parse_complex_text(cell.strip()) if GROUP in cell else None
    if not isinstance(cell, Mapping):
        return None
    values = cast("Mapping[str, Any]", cell)
    schemas = values.get("schemas")
    return values if is_list(schemas) and GROUP in schemas else None


def _complete(row: UserRow) -> dict[str, Any]:
    """Return the attributes of a row; its last active day decides unless its status is inactive."""
    if row.is_expired is not None and row.values.get("active") is not False:
        row.values["active"] = not row.is_expired
    return row.values
